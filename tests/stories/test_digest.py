"""Stories of the digest: what stands in the channel in the morning, and what people find behind its buttons."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from benchmarks import digest as digest_benchmark
from bot.handover import Interval, Override, State
from handlers.deliver import posting
from handlers.deliver.ledger import Ledger
from handlers.digest import digest, gather, next_digest
from sandbox import company
from tests.blocks.test_digest import TOKEN
from tests.stories import walk
from tests.stories.stage import Stage, staged

HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A company without public holidays, early on a Wednesday; Baton has been running since the day before."""
    offices = {"berlin": {"timezone": "Europe/Berlin", "hours": ["09:00", "17:00"]}}
    delivery = {"poll_seconds": 3600, "rate_share": 1000, "lease_seconds": 1}
    with staged(tmp_path, offices=offices, delivery=delivery) as made:
        here = made.clock.now().astimezone(BERLIN)
        tuesday = (here + timedelta(days=(1 - here.weekday()) % 7 + 7)).replace(hour=12, minute=0)
        made.start()
        go_to(made, tuesday)
        digest(made.deps, made.clock.now())
        go_to(made, tuesday + 18 * HOUR)
        yield made


def go_to(stage: Stage, moment: datetime) -> None:
    """Moves the business clock to that moment."""
    stage.clock.advance(max(moment.astimezone(UTC) - stage.clock.now(), timedelta()))


def morning(stage: Stage, *, after: timedelta = timedelta(seconds=20)) -> list[dict[str, Any]]:
    """Moves to the next digest's time and a little on, lets the tick look, and returns all digests of the channel."""
    due = next_digest(stage.deps, stage.clock.now())
    assert due is not None
    go_to(stage, due + after)
    digest(stage.deps, stage.clock.now())
    stage.settle()
    return digests(stage)


def digests(stage: Stage) -> list[dict[str, Any]]:
    keys = [((m.get("metadata") or {}).get("event_payload") or {}).get("key", "") for m in stage.channel()]
    return [m for m, key in zip(stage.channel(), keys, strict=True) if ":digest:" in key]


def roots(stage: Stage) -> list[str]:
    """The messages of the channel itself, without what stands in threads."""
    return [m["ts"] for m in stage.channel() if m.get("thread_ts", m["ts"]) == m["ts"]]


def seen(message: dict[str, Any]) -> list[str]:
    """The lines of a message or view, as they stand on screen."""
    return unescape(TOKEN.sub(r"\1", walk.shown(message))).splitlines()


def date_in(message: dict[str, Any]) -> str:
    return " ".join(message["text"].removeprefix("Handovers ").removeprefix("· ").split(":")[0].split()[:3])


def change(stage: Stage, number: int, **values: Any) -> None:
    """What else would take a whole walk: the record as it is after it."""
    with stage.deps.store.write() as unit:
        handover = unit.handover(number)
        assert handover is not None
        for name, value in values.items():
            setattr(handover, name, value)
        unit.save(handover)
    stage.settle()


def waiting(stage: Stage) -> list[Any]:
    return list(stage.deps.store.outbox.jobs(("ready",)))


def win(stage: Stage, *deals: str) -> None:
    for deal in deals:
        stage.world.hubspot.win(deal)
        stage.settle()


def test_nothing_open_is_no_message_and_what_is_on_track_one_quiet_line(stage: Stage) -> None:
    assert morning(stage) == []
    win(stage, "9003")
    change(stage, 1, scope_due_at=stage.clock.now() + timedelta(days=3))
    (quiet,) = morning(stage)
    assert quiet["text"].endswith(": nothing late, nothing due today, 1 on track.")
    assert not quiet.get("blocks")


@pytest.mark.req("R61", "R212")
def test_the_morning_shows_what_hurts_in_words_without_names(stage: Stage) -> None:
    """Four deals in four states: each row leads to its thread, names a role and rings nobody."""
    win(stage, walk.ABC, "9002", "9003", "9004")
    now = stage.clock.now()
    stage.hands.command("ana", walk.HERE, "commit ABC weekly call until go-live")
    change(stage, 1, scope_due_at=now - HOUR)
    change(stage, 2, scope_due_at=now + 8 * HOUR)
    change(stage, 3, intervals=[Interval("pause", now - 20 * HOUR, "test data")])
    person = stage.handover().roles["pm"]  # type: ignore[index]
    reason = Override(person, now - HOUR, "the client starts on Monday")
    change(stage, 4, state=State.IN_PROGRESS, live_at=now - HOUR, override=reason)
    stage.clock.advance(timedelta(days=2))
    change(stage, 2, scope_due_at=stage.clock.now() + 8 * HOUR)
    (found,) = morning(stage)
    names = {n: f"{stage.handover(n).client} – {stage.handover(n).project}" for n in range(1, 5)}
    lines = seen(found)
    assert lines[1] == "🔴 1 late · 🟡 1 due today · ⏸ 1 waiting · 🟢 1 live since Tue"
    assert f"🔴 {names[1]}: 2 days, waits for the delivery manager (scope) and 2 others" in lines
    (due,) = [line for line in lines if line.startswith(f"🟡 {names[2]}: ")]
    assert due.endswith(", scope not confirmed, waits for the delivery manager and 2 others")
    assert f"⏸ {names[3]}: since Tue (test data)" in lines
    assert f"*Live since Tue:* {names[4]}" in lines
    client = stage.handover(4).client
    unclear = "2 unclear scope points are open, the oldest 2 days (ABC Fintech)"
    assert f"{unclear} · no kickoff date: {client} · 1 gate override" in lines
    assert f"archives/{walk.HERE}/p{stage.post('root')['ts'].replace('.', '')}|{names[1]}" in walk.shown(found)
    assert not [p for p in company.PEOPLE if p.name in str(found) or f"<@{p.id}>" in str(found)]
    assert "weekly call" not in str(found).lower()


def test_days_on_which_it_was_on_hold_make_nothing_later(stage: Stage) -> None:
    """Due on Wednesday before anybody was in, on hold all that day, and late on Thursday: on Friday it is one day."""
    win(stage, walk.ABC)
    now = stage.clock.now()
    change(stage, 1, scope_due_at=now - HOUR, intervals=[Interval("hold", now, "reopened", until=now + 20 * HOUR)])
    stage.clock.advance(timedelta(days=2))
    (found,) = morning(stage)
    assert [line.split(": ")[1][:6] for line in seen(found) if line.startswith("🔴") and "waits for" in line] == [
        "1 day,"
    ]


def test_a_gate_opened_on_friday_is_told_on_monday_and_only_then(stage: Stage) -> None:
    win(stage, walk.ABC, "9002", "9003")
    for number in (1, 2):
        change(stage, number, state=State.IN_PROGRESS, live_at=stage.clock.now() - number * HOUR)
    friday = (stage.clock.now() + timedelta(days=2)).astimezone(BERLIN)
    morning(stage)
    morning(stage)
    go_to(stage, friday.replace(hour=15))
    assert date_in(morning(stage)[-1]).startswith("Fri")
    change(stage, 3, state=State.IN_PROGRESS, live_at=stage.clock.now(), kickoff=friday.date())
    first, *others, monday = morning(stage)
    assert date_in(monday).startswith("Mon")
    assert "2 live since yesterday" in first["text"]
    assert "1 live since Fri" in monday["text"]
    assert not [m["text"] for m in others if " live since" in m["text"]]
    tuesday = morning(stage)[-1]
    assert date_in(tuesday).startswith("Tue")
    assert " live since" not in tuesday["text"]


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "500", "429", "ok_false:internal_error"])
def test_whatever_slack_does_the_digest_is_there_once(
    stage: Stage, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.deliver.loop.BACKOFF_CAP", 0.3)
    win(stage, walk.ABC)
    given = stage.world.faults.add("slack", "chat.postMessage", fault)
    assert len(morning(stage)) == 1
    assert given.times == 0
    assert not stage.parked()


@pytest.mark.parametrize("posted", [False, True], ids=["before the post", "after the post"])
@pytest.mark.slow
def test_a_hand_that_dies_at_it_leaves_one_digest(stage: Stage, posted: bool) -> None:  # noqa: FBT001 - two places
    """Another hand takes the job over when its lease ends, and looks for the post before it posts."""
    win(stage, walk.ABC)
    go_to(stage, next_digest(stage.deps, stage.clock.now()) or stage.clock.now())
    stage.deps.store.pace.close(f"slack:post:{walk.HERE}", stage.clock.tick() + 2)
    stage.running.worker.stop()  # type: ignore[union-attr]
    assert digest(stage.deps, stage.clock.now())
    job = stage.deps.store.outbox.claim("a hand that dies")
    assert job is not None
    assert job.kind == "PostDigest"
    stage.deps.store.outbox.begin_step(job, "digest")
    if posted:
        shown = gather(stage.deps, stage.clock.now(), posting=True).message()
        marker = posting.metadata(Ledger(stage.deps, job), f"digest:{job.key.partition(':')[2]}")
        stage.deps.slack.call(
            "chat.postMessage", channel=walk.HERE, text=shown.text, blocks=shown.blocks, metadata=marker
        )
    stage.stop()
    stage.start()
    stage.until(lambda: bool(digests(stage)), "the digest")
    stage.settle()
    assert len(digests(stage)) == 1


def test_down_in_the_morning_it_comes_later_and_says_so(stage: Stage) -> None:
    win(stage, walk.ABC)
    (late,) = morning(stage, after=2 * HOUR + timedelta(minutes=20))
    assert ", late by 2 h: " in late["text"]
    assert seen(late)[0].endswith(" · late by 2 h")


def test_an_outage_of_days_ends_in_one_digest_with_all_the_news(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack is away on Wednesday and Thursday: on Friday there is Friday's digest, and the gates since Tuesday."""
    monkeypatch.setattr("handlers.deliver.loop.BACKOFF_CAP", 0.3)
    win(stage, walk.ABC, "9002")
    change(stage, 2, state=State.IN_PROGRESS, live_at=stage.clock.now() - HOUR)
    stage.world.faults.down("slack")
    for _ in range(2):
        go_to(stage, next_digest(stage.deps, stage.clock.now()) or stage.clock.now())
        assert digest(stage.deps, stage.clock.now())
        stage.until(lambda: any(job.kind == "PostDigest" and job.error for job in waiting(stage)), "it is refused")
    assert digests(stage) == []
    go_to(stage, next_digest(stage.deps, stage.clock.now()) or stage.clock.now())
    stage.world.faults.down("slack", on=False)
    (friday,) = morning(stage)
    assert date_in(friday).startswith("Fri")
    assert "1 live since" in friday["text"]
    assert not stage.parked()


def test_the_command_shows_it_now_to_the_asker_only(stage: Stage) -> None:
    """Outside any morning; it changes nothing about the next digest."""
    nothing = stage.hands.command("ana", walk.HERE, "digest").body
    assert nothing["text"] == "No handover is open."
    win(stage, walk.ABC)
    change(stage, 1, scope_due_at=stage.clock.now() - HOUR)
    shown = stage.hands.command("nico", "C0GENERAL1", "digest").body
    assert "I do not know you yet" in shown["text"]
    stage.settle()
    shown = stage.hands.command("nico", "C0GENERAL1", "digest").body
    assert shown["response_type"] == "ephemeral"
    assert shown["text"].endswith(": 1 late (ABC Fintech, waits for the delivery manager and 2 others).")
    stage.hands.invite("dev", walk.HERE, walk.user_id("klein"))
    stage.hands.command("klein", walk.HERE, "digest")
    stage.settle()
    guest = stage.hands.command("klein", walk.HERE, "digest").body
    assert "for colleagues only" in guest["text"]
    assert digests(stage) == []
    assert len(morning(stage)) == 1


def test_its_buttons_open_all_and_mine_for_my_eyes_with_names(stage: Stage) -> None:
    """Ana sells one of two; the views follow the record as it is now, not as it was in the morning."""
    win(stage, walk.ABC, "9003")
    change(stage, 1, scope_due_at=stage.clock.now() - HOUR)
    change(stage, 2, scope_due_at=stage.clock.now() + timedelta(days=9))
    (found,) = morning(stage)
    before = roots(stage)
    assert stage.hands.click("ana", walk.HERE, found["ts"], "digest.all").error is None
    view = walk.modal(stage, "ana")
    rows = seen(view)
    assert view["title"]["text"] == "All handovers"
    assert rows[1].startswith(f"🔴 Late · {walk_title(stage, 1)} · scope was wanted by ")
    assert rows[1].endswith(" · waits for Dev Patel (scope)")
    assert rows[2].startswith(f"🔵 Won · {walk_title(stage, 2)} · scope wanted by ")
    stage.hands.close("ana", view["id"])
    assert stage.hands.click("ana", walk.HERE, found["ts"], "digest.mine").error is None
    mine = walk.modal(stage, "ana")
    assert mine["title"]["text"] == "My handovers"
    assert walk_title(stage, 1) in "\n".join(seen(mine))
    assert walk_title(stage, 2) not in "\n".join(seen(mine))
    stage.hands.click("olga", walk.HERE, found["ts"], "digest.mine")
    assert "You hold no role in a handover that is open now." in "\n".join(seen(walk.modal(stage, "olga")))
    stage.settle()
    assert roots(stage) == before


def test_more_than_a_page_is_turned_in_the_view(stage: Stage) -> None:
    """Forty-five open handovers: three pages, forwards and back; each row's link leads to its own thread."""
    win(stage, walk.ABC)
    change(stage, 1, scope_due_at=stage.clock.now() - HOUR)
    digest_benchmark.fill(stage, 44)
    found = morning(stage)[-1]
    stage.hands.click("hana", walk.HERE, found["ts"], "digest.all")
    pages = [walk.modal(stage, "hana")]
    for action in ("digest.next", "digest.next", "digest.back"):
        assert stage.hands.click_view("hana", pages[-1]["id"], action).error is None
        pages.append(walk.modal(stage, "hana"))
    rows = [[line for line in walk.shown(page).splitlines() if "|Client " in line or "|ABC" in line] for page in pages]
    total = len({line for page in rows for line in page})
    assert [len(page) for page in rows] == [20, 20, total - 40, 20]
    assert rows[1] == rows[3]
    assert f"41 to {total} of {total}" in walk.shown(pages[2])
    assert [b["text"]["text"] for block in pages[1]["blocks"] for b in block.get("elements", []) if "value" in b] == [
        "Previous 20",
        f"Next {total - 40}",
    ]
    (own,) = {line for page in rows for line in page if "|ABC Fintech" in line}
    assert f"archives/{walk.HERE}/p{stage.post('root')['ts'].replace('.', '')}|ABC" in own


def test_the_words_of_a_pause_leave_when_a_guest_comes_and_stay_inside_from_then_on(stage: Stage) -> None:
    win(stage, walk.ABC, "9003")
    change(stage, 1, scope_due_at=stage.clock.now() - HOUR)
    change(stage, 2, intervals=[Interval("pause", stage.clock.now(), "their CFO (M. Klein) is ill")])
    (before,) = morning(stage)
    title = walk_title(stage, 2)
    assert f"⏸ {title}: since today (their CFO (M. Klein) is ill)" in seen(before)
    stage.hands.invite("dev", walk.HERE, walk.user_id("klein"))
    stage.settle()
    (found,) = digests(stage)
    assert seen(found) == [line.replace(" (their CFO (M. Klein) is ill)", "") for line in seen(before)]
    stage.hands.invite("dev", walk.HERE, walk.user_id("nico"))
    before, found = morning(stage)
    assert f"⏸ {title}: since yesterday" in seen(found)
    assert "CFO" not in str(stage.channel())
    edits = [call["args"]["ts"] for call in stage.world.slack.call_log("chat.update")]
    assert edits.count(before["ts"]) == 1, "nothing is taken out twice"
    assert found["ts"] not in edits


def test_a_guest_who_clicks_sees_nothing(stage: Stage) -> None:
    win(stage, walk.ABC)
    change(stage, 1, scope_due_at=stage.clock.now() - HOUR)
    (found,) = morning(stage)
    stage.hands.invite("dev", walk.HERE, walk.user_id("klein"))
    for _ in range(2):
        stage.hands.click("klein", walk.HERE, found["ts"], "digest.all")
        stage.settle()
    assert stage.world.slack.views(walk.user_id("klein")) == []
    said = [word["text"] for word in stage.world.slack.ephemerals(walk.user_id("klein"), walk.HERE)]
    assert said[-1] == "Handovers are for colleagues only. Ask your contact here what you need to know."


def walk_title(stage: Stage, number: int) -> str:
    handover = stage.handover(number)
    return f"{handover.client} – {handover.project}"
