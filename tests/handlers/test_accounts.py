"""A CRM's account is remembered from the first contact on: with a token of another one nothing is read or written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.cli.doctor import examine
from handlers.clock import Clock
from handlers.health import accounts, pulse
from sandbox.deals import ABC
from sandbox.hubspot.events import PORTAL
from store.store import Store
from tests.handlers.commanding import environment
from tests.store.test_concurrency import at_once
from tests.stories import walk
from tests.stories.stage import Stage, staged

OURS, OTHER = str(PORTAL), "111"
WORDS = f"the token belongs to HubSpot account {OURS}, and what Baton knows is of {OTHER}: put a token of {OTHER} back"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A company in which Baton was not started yet."""
    with staged(tmp_path) as made:
        yield made


def account(stage: Stage) -> str:
    """What is remembered."""
    with stage.deps.store.read() as reader:
        return str(reader.setting("account:hubspot"))


def knowing(stage: Stage, number: str) -> Stage:
    """The same company, whose connection belonged to that account until now."""
    stage.start()
    stage.stop()
    store = Store(stage.db, clock=stage.clock.now, tick=stage.clock.tick, role_map={}, office_of=lambda _: "main")
    with store.write() as unit:
        unit.keep_setting("account:hubspot", number)
    return stage


def test_the_account_of_the_first_token_is_remembered(stage: Stage) -> None:
    stage.start()
    walk.won(stage)
    assert account(stage) == OURS


def test_with_a_token_of_another_account_nothing_is_opened_or_written_and_the_admin_hears_it_once(stage: Stage) -> None:
    knowing(stage, OTHER).start()
    before = str(stage.world.hubspot.deal(ABC))
    stage.world.hubspot.win(ABC)
    won = str(stage.world.hubspot.deal(ABC))
    assert won != before
    stage.settle()
    for _ in range(2):
        pulse.notice(stage.deps, "hubspot", pulse._asked(lambda: str(stage.deps.crms["hubspot"].search("a", limit=1))))
    stage.settle()
    with stage.deps.store.read() as reader:
        assert (reader.by_deal("hubspot", ABC), reader.known_deals("hubspot")) == ([], [])
    assert account(stage) == OTHER
    assert str(stage.world.hubspot.deal(ABC)) == won
    (told,) = [message["text"] for message in walk.letters(stage, "olga")]
    assert "HubSpot" in told
    assert WORDS in walk.shown(walk.letters(stage, "olga")[0])


def test_the_account_that_the_settings_name_takes_its_place(stage: Stage) -> None:
    stage.table["connections"]["hubspot"] = {"portal_id": PORTAL}
    knowing(stage, OTHER).start()
    walk.won(stage)
    assert account(stage) == OURS


def test_doctor_says_it_and_remembers_nothing(stage: Stage) -> None:
    env = environment(stage)

    def said() -> list[str]:
        return [line.words for line in examine(env, stage.table, Clock())[1] if line.name == "HubSpot: credential"]

    knowing(stage, "")
    assert said() == [""]
    knowing(stage, OTHER)
    (words,) = said()
    assert words.startswith(WORDS)
    stage.start()
    assert account(stage) == OTHER


def test_of_replicas_that_find_different_accounts_at_once_the_first_one_decides(store: Store) -> None:
    found = at_once(lambda n: accounts.Kept(store, "hubspot").bind(f"{n % 4}", anew=False))
    assert len(set(found)) == 1
    kept = accounts.Kept(store, "hubspot")
    assert {kept.known(), kept.bind("9", anew=False)} == set(found)
    assert (kept.bind("9", anew=True), kept.known(), accounts.Kept(store, "hubspot").known()) == ("9", "9", "9")
    assert accounts.Kept(store, "other").known() == ""
