"""Webhooks that stop or never come: the admin hears it once, and once when one comes; by the real door and poll."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import silence
from bot.handover import State
from handlers import schedule
from handlers.cli.doctor import examine
from handlers.health import hooks, metrics, pulse
from tests.handlers.desk import OFFICES
from tests.handlers.test_pulse import Pair, healthy
from tests.stories import walk
from tests.stories.selling import sold
from tests.stories.stage import Stage, staged

STOPPED = "Webhooks of HubSpot stopped. See whether its subscription is on."
AGAIN = "Webhooks of HubSpot arrive again."
NEVER = "No webhook of HubSpot was ever taken. See where its subscription goes."
NOW = "Webhooks of HubSpot arrive now."
WEEK = timedelta(days=7)
FINDS = "finds:hubspot"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: Any) -> Iterator[Stage]:
    monkeypatch.setattr(pulse, "EVERY", 0.0)  # each look counts
    with staged(tmp_path, offices=OFFICES) as made:
        made.start()
        yield made


def won(stage: Stage, *numbers: int) -> None:
    """Deals are won, the poll comes, and so does the pulse."""
    for number in numbers:
        stage.world.hubspot.win(sold(stage, number))
    stage.settle()
    stage.world.clock.advance(60)  # a poll comes each few minutes; five searches a second are too many for HubSpot
    schedule.reconcile(stage.deps, "hubspot")
    stage.settle()
    pulse.beat(stage.deps)
    stage.settle()


def told(stage: Stage) -> list[str]:
    """What the admin reads about webhooks."""
    return [m["text"] for m in walk.letters(stage, "olga") if "ebhook" in m["text"]]


def gauge(stage: Stage) -> str:
    return next(line[-1] for line in metrics(stage.deps).splitlines() if line.startswith("baton_webhooks_stopped{"))


def test_webhooks_that_stopped_are_told_once_and_when_one_comes_again(stage: Stage) -> None:
    won(stage, 1)  # by webhook
    stage.world.hubspot.webhooks.drop_all = True
    won(stage, 2, 3)
    stage.clock.advance(WEEK)
    won(stage)
    assert (told(stage), gauge(stage)) == ([], "0"), "a quiet week is no alarm"
    won(stage, 4)
    won(stage)
    assert (told(stage), gauge(stage)) == ([STOPPED], "1")
    shown = healthy(stage.deps, "olga")
    assert "*All connections work.* But webhooks stopped: wins open minutes later, nothing is lost." in shown
    assert "⚠️ *HubSpot* works, last asked" in shown
    assert "Next: see in HubSpot that the subscription is on and goes to" in shown
    assert stage.handover(4).state is State.WON, "the poll opened it all the same"
    stage.world.hubspot.webhooks.drop_all = False
    won(stage, 5)
    assert (told(stage), gauge(stage)) == ([STOPPED, AGAIN], "0")
    assert "webhooks stopped" not in healthy(stage.deps, "olga")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with staged(tmp_path, offices=OFFICES) as made:
        both = Pair(made)
        yield both
        both.close()


def poll_finds(pair: Pair, days: float = 0.0) -> None:
    """So much later the poll finds one more win; both replicas look."""
    pair.clock.advance(timedelta(days=days))
    with pair.replicas[0].store.write() as unit:
        unit.keep_setting(FINDS, silence.one_more(unit.locked_setting(FINDS), pair.clock.now()))
    look(pair)


def webhook(pair: Pair) -> None:
    with pair.replicas[0].store.write() as unit:
        unit.inbox.put("hubspot", pair.clock.now().isoformat().encode(), {})
    look(pair)


def look(pair: Pair) -> None:
    for deps in pair.replicas:
        hooks.looked(deps, deps.crms["hubspot"], every=0.0)
    pair.work()


def examined(pair: Pair) -> list[str]:
    """What the doctor finds wrong, in a process of its own as far as it knows."""
    code, lines = examine(pair.stage.env, pair.stage.table, pair.clock)
    wrong = [f"{line.name}: {line.words}" for line in lines if not line.ok]
    assert code == (1 if wrong else 0)
    return wrong


def test_webhooks_that_never_came_are_told_once_with_the_next_step_and_when_the_first_one_comes(pair: Pair) -> None:
    poll_finds(pair)
    poll_finds(pair)
    pair.clock.advance(WEEK)
    look(pair)
    assert (pair.told(), examined(pair)) == ([], []), "silence proves nothing, nor do two wins"
    poll_finds(pair)
    poll_finds(pair, 3)
    address = f"{pair.stage.env['BATON_PUBLIC_URL']}/webhooks/hubspot"
    assert pair.told() == [NEVER]
    (room,) = pair.stage.world.slack.dms(walk.user_id("olga"))
    (message,) = [str(message["blocks"]) for message in pair.stage.channel(room["id"])]
    (wrong,) = examined(pair)
    assert wrong.startswith("HubSpot: webhooks arrive: none was ever taken, wins are found only when Baton asks")
    shown = healthy(pair.replicas[0], "olga")
    assert "But no webhook was ever taken: wins open minutes later, nothing is lost." in shown
    for words in (message, wrong, shown):
        assert address in words
        assert "“Webhooks” in" in words
        assert "docs/connectors/hubspot.md" in words
    webhook(pair)
    webhook(pair)
    assert (pair.told(), examined(pair)) == ([NEVER, NOW], [])
    assert "no webhook" not in healthy(pair.replicas[0], "olga")


@pytest.mark.parametrize("without", ["HUBSPOT_CLIENT_SECRET", "BATON_PUBLIC_URL"])
def test_who_lives_by_the_poll_hears_nothing_until_webhooks_are_set_up(pair: Pair, without: str) -> None:
    given = pair.stage.env.pop(without)
    polls = Pair(pair.stage)
    for days in (0, 3, 4, 5):
        poll_finds(polls, days)
    assert (polls.told(), examined(polls)) == ([], [])
    polls.close()
    pair.stage.env[without] = given
    pair.clock.advance(polls.clock.offset)
    poll_finds(pair)
    assert pair.told() == [], "what was found before counts no more"


def test_a_webhook_in_between_begins_anew(pair: Pair) -> None:
    webhook(pair)
    for days in (0, 3):
        poll_finds(pair, days)
    webhook(pair)
    for days in (0, 3):
        poll_finds(pair, days)
    assert pair.told() == []
    poll_finds(pair)
    assert pair.told() == [STOPPED]


def test_webhooks_that_come_again_with_a_wrong_signature_are_told_as_that(pair: Pair) -> None:
    """Whoever mends the address and not the secret hears of it; then one word that all is well."""
    webhook(pair)
    for days in (0, 3, 4, 5):
        poll_finds(pair, days)
    with pair.replicas[1].store.write() as unit:
        for _ in range(hooks.SOME):
            unit.inbox.refuse("hubspot", "BadSignature")
    look(pair)
    poll_finds(pair, 6)
    refused = "Webhooks of HubSpot are refused. Compare the secret."
    assert pair.told() == [STOPPED, refused]
    webhook(pair)
    assert pair.told() == [STOPPED, refused, AGAIN]


def test_the_page_of_each_crm_says_how_webhooks_are_set_up(pair: Pair) -> None:
    deps = pair.replicas[0]
    for key in deps.crms:
        page = (ROOT / hooks.page(deps.settings, key)).read_text(encoding="utf-8")
        assert "**Webhooks**" in page
        assert f"/webhooks/{key}" in page
