"""Reminders on their way to people, on both databases: outages, limits, cut lines, and what changes meanwhile."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from blocks.reminder import reminder as drawn
from bot.actions import capture, pause, remind
from bot.actions.lists import tick
from bot.context import Kind
from bot.terms import Said
from handlers.deliver.loop import FAULT_TRIES
from handlers.deliver.reminders import gathered
from tests.handlers.desk import MINUTE, Desk
from tests.handlers.mornings import Morning, desk_on
from tests.stories import walk
from tests.twice import SQLITE_FIRST

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POST = "chat.postMessage"


@pytest.fixture
def desk(db_url: str, monday: Morning, tmp_path: Path) -> Iterator[Desk]:
    """Monday morning, the scope of ABC just confirmed."""
    with desk_on(tmp_path, monday, db_url) as made:
        yield made


def tell_all(desk: Desk) -> None:
    """Ana says that there is nothing to say: nothing waits for her any more."""
    for kind in capture.NONE_WORDS:
        with desk.deps.store.write() as unit:
            capture.none_of(unit, 1, desk.people["ana"], kind=kind, terms=desk.deps.terms, now=desk.clock.now())


def due_now(desk: Desk, number: int, who: str) -> None:
    """What of that record waits for this person is to be told by now."""
    desk.sweep()
    with desk.deps.store.write() as unit:
        row = unit.nags(number)[desk.people[who].id]
        assert row.waits
        row.plan["gate:first"] = desk.clock.now()
        unit.keep_nag(row)


def posted(desk: Desk) -> list[dict[str, Any]]:
    """What Baton tried to post, in order."""
    return list(desk.stage.world.slack.calls.of(POST))


@pytest.mark.req("R40")
@SQLITE_FIRST
def test_the_first_reminder_comes_at_nine_and_the_last_an_hour_before_the_end(desk: Desk) -> None:
    desk.run(desk.at(1, 8, 59))
    desk.run(desk.at(1, 8, 56))
    desk.run(desk.at(1, 9))
    assert desk.only("ana").startswith("*3 things wait for you*, Ana.")
    desk.run(desk.at(1, 16, 30))
    assert [walk.shown(m).split("\n")[0] for m in desk.letters("ana")["ana"]][1].startswith("*Last hour:*")
    assert [one.n for one in desk.reminders("ana", 1)] == [1, 2]
    assert desk.jobs("Remind", "ready", "dead") == []


@pytest.mark.req("R202")
@pytest.mark.parametrize("outage", [HOUR, DAY + HOUR, 7 * DAY], ids=["an hour", "a day", "a week"])
@SQLITE_FIRST
def test_after_an_outage_each_person_gets_one_message_with_all_that_is_due(desk: Desk, outage: timedelta) -> None:
    """Slack is away from the moment of the first reminder on; the sweep goes on, the hands try again and again."""
    start = desk.at(1, 9)
    desk.to(start - MINUTE)
    desk.stage.world.faults.down("slack")
    for tenth in range(10):
        desk.to(start + outage * tenth / 10)
        desk.sweep()
        desk.work()
    desk.to(start + outage)
    desk.stage.world.faults.clear()
    for _ in range(3):
        desk.run()
    found = desk.letters()
    assert {name: len(messages) for name, messages in found.items()} == dict.fromkeys(found, 1)
    assert {"ana", "ben"} <= found.keys()
    things = (("Say what was promised", "which date really matters", "who will push back"), ("team is available",))
    for name, wanted in zip(("ana", "ben"), things, strict=True):
        assert all(words in desk.only(name) for words in wanted), desk.only(name)
    late = outage > HOUR
    assert ("is late" in desk.only("ana")) == late
    assert ("hana" in found) == late
    assert len(desk.late_words()) == late
    assert desk.jobs("Remind", "ready", "dead") == []
    assert desk.jobs("Reply", "ready", "dead") == []
    with desk.deps.store.read() as reader:
        assert reader.people_due(desk.clock.now()) == []


@SQLITE_FIRST
def test_what_is_left_of_yesterday_is_told_with_todays_message(desk: Desk) -> None:
    """Yesterday's could not be sent, today's waits behind it: one message, about both records, and no second one."""
    desk.to(desk.at(1, 9))
    desk.stage.world.faults.down("slack")
    desk.sweep()
    desk.work()
    desk.to(desk.at(1, 9, 30))
    desk.open("d2", "Northwind")
    desk.sweep()
    desk.to(desk.at(2, 9))
    desk.sweep()
    assert [(one.n, one.ts) for one in desk.reminders("ana", 2)] == [(1, "")]
    desk.stage.world.faults.clear()
    desk.to(desk.at(2, 9, 3))
    desk.work()
    for _ in range(2):
        desk.run()
    assert "6 things wait for you in 2 handovers" in desk.only("ana")
    (sent,) = desk.reminders("ana", 2)
    assert sent.causes.keys() == {1, 2}


@SQLITE_FIRST
def test_two_of_one_day_that_could_not_be_sent_are_one(desk: Desk) -> None:
    desk.to(desk.at(1, 9))
    desk.stage.world.faults.down("slack")
    desk.run()
    desk.run(desk.at(1, 16, 31))
    assert [(one.n, one.ts) for one in desk.reminders("ana", 1)] == [(1, ""), (2, "")]
    desk.stage.world.faults.clear()
    desk.run(desk.at(1, 16, 40))
    assert desk.only("ana").startswith("*Last hour:* 3 things hold up")
    assert desk.keys("ana")[0].endswith(f":nag:{desk.people['ana'].id}:{desk.at(1, 9).date()}:2")
    named = desk.reminders("ana", 1)[1].causes[1]
    assert {cause.split(":")[2] for cause in named} == {"first", "last"}


@SQLITE_FIRST
def test_what_is_done_before_it_is_sent_sends_nothing_and_uses_nothing_up(desk: Desk) -> None:
    """Between the tick and the hands Ana does all of hers: no message, and her two of that day are still hers."""
    desk.to(desk.at(1, 9))
    desk.sweep()
    tell_all(desk)
    desk.work()
    assert desk.letters("ana") == {"ana": []}
    assert desk.reminders("ana", 1)[0].done_at is not None
    for number in (2, 3):
        desk.open(f"d{number}", f"Client {number}")
        due_now(desk, number, "ana")
        desk.run()
    assert len(desk.letters("ana")["ana"]) == 2


@SQLITE_FIRST
def test_what_is_half_done_before_it_is_sent_names_the_rest_only(desk: Desk) -> None:
    desk.to(desk.at(1, 9))
    desk.sweep()
    now = desk.clock.now()
    with desk.deps.store.write() as unit:
        capture.none_of(unit, 1, desk.people["ana"], kind=Kind.COMMITMENT, terms=desk.deps.terms, now=now)
    desk.work()
    assert desk.only("ana").startswith("*2 things wait for you*")
    assert "promised" not in desk.only("ana")


@SQLITE_FIRST
def test_the_last_word_names_what_it_is_for_however_much_is_late(desk: Desk) -> None:
    """Nine deals are late, more than one message reads, one was put off until now; the last hour of ABC comes first."""
    for n in range(2, 11):
        late = desk.open(f"d{n}", f"Client {n}")
        with desk.deps.store.write() as unit:
            found = unit.handover(late.id)
            assert found
            found.due_at = desk.at(1, 8)
            unit.save(found)
    desk.to(desk.at(1, 9))
    desk.sweep()
    desk.to(desk.at(1, 16, 30))
    with desk.deps.store.write() as unit:
        row = unit.nags(2)[desk.people["ana"].id]
        row.plan["later:now"] = desk.clock.now()
        unit.keep_nag(row)
    desk.sweep()
    ana, dev = desk.people["ana"], desk.people["dev"]
    last = next(cause for cause in desk.reminders("ana", 1)[1].causes[1] if ":last:" in cause).partition(":")[2]
    named = {n: [f"{dev.id}:late:{desk.monday.date()}"] for n in range(2, 11)} | {1: [f"{dev.id}:{last}"]}
    answers = replace(desk.reminders("dev", 1)[1], causes=named)
    for person, reminder in ((ana, desk.reminders("ana", 1)[0]), (ana, desk.reminders("ana", 1)[1]), (dev, answers)):
        asked, _ = gathered(desk.deps, reminder, person, desk.clock.now())
        first = next(line for line in asked.lines if line.turns)
        assert first.handover.client == "ABC Fintech"
        assert asked.last_hour is (reminder.n == 2)
        assert asked.things == {ana: 30, dev: 10}[person]
    hana = desk.people["hana"]
    told = {n: [f"{hana.id}:late:{desk.monday.date()}"] for n in range(2, 11)}
    message, _ = drawn(*gathered(desk.deps, replace(answers, person=hana.id, causes=told), hana, desk.clock.now()))
    assert message.text.startswith("9 handovers late")
    assert walk.shown({"blocks": message.blocks}).startswith("*9 handovers are late.*")


@SQLITE_FIRST
def test_the_question_of_a_pause_is_asked_however_much_is_late(desk: Desk) -> None:
    """Nine deals are late, more than one message reads, and the client of two others should have answered today."""
    dev, wednesday = desk.people["dev"], desk.at(2, 9).date()
    for n in range(2, 13):
        late = desk.open(f"d{n}", f"Client {n}")
        with desk.deps.store.write() as unit:
            found = unit.handover(late.id)
            assert found
            found.due_at = desk.at(1, 18 if n > 10 else 8)
            unit.save(found)
    desk.to(desk.at(1, 9))
    for n in (11, 12):
        with desk.deps.store.write() as unit:
            said = pause.pause(
                unit, n, dev, reason="test data", expected=wednesday, terms=desk.deps.terms, now=desk.clock.now()
            )
            assert isinstance(said, Said)
    desk.run()
    desk.run(desk.at(2, 9))
    (asked,) = desk.reminders("dev", 2)
    told = {n: [f"{dev.id}:late:{wednesday}"] for n in range(2, 11)}
    message, _ = drawn(*gathered(desk.deps, replace(asked, causes=told | asked.causes), dev, desk.clock.now()))
    shown = walk.shown({"blocks": message.blocks})
    assert "Client 11 – Cloud Migration>* waits on the client" in shown
    assert "and 1 more waits on the client" in shown


@SQLITE_FIRST
def test_a_deputy_reads_no_reason_before_they_took_the_role_over(desk: Desk) -> None:
    """What somebody typed may hold a promise or a discount; who stands in sees the record with the role, not before."""
    desk.to(desk.at(1, 9))
    now, wednesday = desk.clock.now(), desk.at(2, 9).date()
    for who, number in (("ben", 1), ("dev", desk.open("d2", "Vogel").id)):
        with desk.deps.store.write() as unit:
            reason = f"{who} gives 12 % for it"
            said = pause.pause(
                unit, number, desk.people[who], reason=reason, expected=wednesday, terms=desk.deps.terms, now=now
            )
            assert isinstance(said, Said)
    with desk.deps.store.write() as unit:
        ben, rafi = desk.people["ben"].id, desk.people["rafi"].id
        unit.keep_preferences(ben, away_until=wednesday + DAY, deputy=rafi)
    desk.run()
    desk.run(desk.at(2, 9))
    words = str(desk.letters("rafi"))
    assert "the answer was expected on" in words
    assert "12 %" not in words
    assert "dev gives 12 % for it" in str(desk.letters("dev"))


@SQLITE_FIRST
def test_whoever_is_away_by_then_is_left_in_peace_and_the_deputy_hears(desk: Desk) -> None:
    desk.to(desk.at(1, 9))
    desk.sweep()
    until = (desk.clock.now() + DAY).date()
    with desk.deps.store.write() as unit:
        unit.keep_preferences(desk.people["ana"].id, away_until=until, deputy=desk.people["rafi"].id)
    desk.run()
    assert desk.letters("ana") == {"ana": []}
    assert "for Ana, who is away" in desk.only("rafi")
    assert f"1:sales_rep:{desk.people['ana'].id}" in str(desk.letters("rafi")["rafi"][0]["blocks"])


@SQLITE_FIRST
def test_somebody_who_left_gets_nothing_and_nothing_is_parked(desk: Desk) -> None:
    desk.to(desk.at(1, 9))
    desk.sweep()
    ben = desk.people["ben"]
    with desk.deps.store.write() as unit:
        unit.remember(type(ben)(0, ben.name, ben.email, ben.slack_id, ben.tz, active=False))
    desk.run()
    assert desk.letters("ben") == {"ben": []}
    assert desk.jobs("Remind", "ready", "dead") == []


@pytest.mark.req("R104")
@SQLITE_FIRST
def test_a_limit_however_often_never_doubles_it_and_never_counts_against_it(desk: Desk) -> None:
    """Slack says "later" often, then answers nonsense once, then cuts the line after posting: one message."""
    faults = desk.stage.world.faults
    faults.add("slack", POST, "429", times=FAULT_TRIES * 4, retry_after=30)
    faults.add("slack", POST, "garbage")
    faults.add("slack", POST, "drop_after")
    desk.to(desk.at(1, 9))
    desk.sweep()
    begun = len(posted(desk))
    for _ in range(FAULT_TRIES * 60):
        desk.work()
        assert desk.jobs("Remind", "dead") == []
        desk.to(desk.clock.now() + timedelta(seconds=11))
        if not desk.jobs("Remind", "ready"):
            break
    assert desk.jobs("Remind", "ready") == []
    assert len(posted(desk)) - begun > FAULT_TRIES * 4
    assert {name: len(found) for name, found in desk.letters().items()} == {"ana": 1, "ben": 1, "dev": 1}
    assert all(one.ts for one in desk.reminders("ana", 1))


@SQLITE_FIRST
def test_it_is_posted_not_before_the_time_that_slack_names(desk: Desk) -> None:
    desk.stage.world.faults.add("slack", "conversations.open", "429", retry_after=90, times=1)
    desk.to(desk.at(1, 9))
    desk.sweep()
    desk.work()
    waiting = desk.jobs("Remind", "ready")
    assert len(waiting) == 1
    assert 60 < waiting[0].run_at - desk.clock.tick() <= 90


@SQLITE_FIRST
def test_the_message_of_another_day_is_folded_once_all_of_it_is_done(desk: Desk) -> None:
    """Ana does hers a day later, elsewhere: both old messages shrink to a line without buttons, and nothing rings."""
    desk.run(desk.at(1, 9))
    desk.run(desk.at(1, 16, 30))
    desk.to(desk.at(2, 9, 10))
    before = len(posted(desk))
    tell_all(desk)
    desk.run()
    for message in desk.letters("ana")["ana"]:
        assert walk.shown(message).startswith("✓ Done, Wed ")
        assert not any("elements" in block or "accessory" in block for block in message["blocks"])
        assert message["text"].startswith("✓ Done")
    assert len(desk.letters("ana")["ana"]) == 2
    assert len(posted(desk)) == before


@SQLITE_FIRST
def test_what_is_put_off_is_not_done(desk: Desk) -> None:
    """The message says until when, and stays so: of two messages about the same only the later one has buttons."""
    desk.run(desk.at(1, 9) + timedelta(seconds=20))
    assert "8 working hours left" in desk.only("ana")
    (asked,) = desk.reminders("ana", 1)
    with desk.deps.store.write() as unit:
        until, terms, now = desk.at(1, 15), desk.deps.terms, desk.clock.now()
        remind.later(unit, desk.people["ana"], reminder_id=asked.id, until=until, terms=terms, now=now)
    desk.run()
    assert desk.only("ana").startswith("Put off until Tue ")
    desk.run(desk.at(1, 15))
    with desk.deps.store.write() as unit:
        capture.none_of(unit, 1, desk.people["ana"], kind=Kind.COMMITMENT, terms=desk.deps.terms, now=desk.clock.now())
    desk.run()
    first, second = desk.letters("ana")["ana"]
    assert "none.real_deadline" in str(second["blocks"])
    # It promises nothing: the moment has come, and the other message kept what this one would have promised.
    assert re.fullmatch(r"Put off until Tue [^.]* 15:00\. /handover shows what waits, at any time\.", first["text"])


@SQLITE_FIRST
def test_what_is_done_in_part_leaves_the_rest_with_its_buttons(desk: Desk) -> None:
    desk.run(desk.at(1, 9))
    assert "item.done" in str(desk.letters("ben")["ben"][0]["blocks"])
    with desk.deps.store.write() as unit:
        now = desk.clock.now()
        tick(unit, 1, desk.people["ben"], key="confirm-team", ticked=True, terms=desk.deps.terms, now=now)
    desk.run()
    (message,) = desk.letters("ben")["ben"]
    assert "item.done" not in str(message["blocks"])
    assert "Read the presale documents" in walk.shown(message)


def test_what_comes_when_the_days_messages_are_used_up_is_added_to_the_last_even_a_done_one(desk: Desk) -> None:
    desk.run(desk.at(1, 9))
    desk.run(desk.at(1, 16, 30))
    tell_all(desk)
    desk.run()
    assert walk.shown(desk.letters("ana")["ana"][-1]).startswith("✓ Done")
    desk.open("d2", "Northwind")
    due_now(desk, 2, "ana")
    before = len(posted(desk))
    desk.run()
    first, last = (walk.shown(message) for message in desk.letters("ana")["ana"])
    assert first.startswith("✓ Done")
    assert "*3 things wait for you*, Ana." in last
    assert "Northwind" in last
    assert not any(call["args"].get("channel", "").startswith("D") for call in posted(desk)[before:])


@contextmanager
def amid(desk: Desk, who: str, deed: Callable[[], None]) -> Iterator[None]:
    """The deed is done, by another replica, as soon as what waits for this person has been read."""
    wanted = [deed]

    def read(*given: Any) -> None:
        values = given[3].values() if isinstance(given[3], dict) else given[3]
        if wanted and "FROM nag " in given[2] and desk.people[who].id in values:
            other = threading.Thread(target=wanted.pop())
            other.start()
            other.join()

    event.listen(desk.deps.store.db.reader, "after_cursor_execute", read)
    yield
    event.remove(desk.deps.store.db.reader, "after_cursor_execute", read)
    assert not wanted


def northwind(desk: Desk) -> None:
    """A second record; what of it waits for Ana is added to her last message of the day."""
    desk.open("d2", "Northwind")
    due_now(desk, 2, "ana")
    desk.sweep()
    assert 2 in desk.reminders("ana", 1)[-1].causes


def test_what_is_added_as_a_message_turns_out_to_have_nothing_to_say_is_said(desk: Desk) -> None:
    """Ana does all of hers before her second message goes out; another replica adds something at that moment."""
    desk.run(desk.at(1, 9))
    desk.to(desk.at(1, 16, 30))
    desk.sweep()
    tell_all(desk)
    with amid(desk, "ana", lambda: northwind(desk)):
        desk.work()
    desk.run()
    (_, last) = desk.letters("ana")["ana"]
    assert "Northwind" in walk.shown(last)
    assert "ABC Fintech" not in walk.shown(last)


def test_what_is_added_as_a_message_is_found_that_was_sent_is_said_in_it(desk: Desk) -> None:
    """Slack posted it and the line was cut; another replica adds something while we look for it."""
    desk.run(desk.at(1, 9))
    desk.to(desk.at(1, 16, 30))
    desk.sweep()
    desk.stage.world.faults.add("slack", POST, "drop_after", times=3)
    desk.work()
    assert [bool(one.ts) for one in desk.reminders("ana", 1)] == [True, False]
    desk.to(desk.clock.now() + MINUTE)
    with amid(desk, "ana", lambda: northwind(desk)):
        desk.work()
    found = desk.letters("ana")["ana"]
    assert desk.reminders("ana", 1)[1].ts == found[1]["ts"]
    desk.run()
    (_, last) = desk.letters("ana")["ana"]
    assert "Northwind" in walk.shown(last)
    assert "ABC Fintech" in walk.shown(last)


@pytest.mark.parametrize("db_url", ["postgres"], indirect=True)
def test_what_is_added_as_slack_answers_is_kept_beside_where_it_stands(desk: Desk) -> None:
    """Another replica has begun to add something when Slack posts the message; it commits after that.

    With SQLite one writes at a time.
    """
    desk.run(desk.at(1, 9))
    desk.to(desk.at(1, 16, 30))
    desk.sweep()
    ana, begun = desk.people["ana"].id, threading.Event()

    def add() -> None:
        with desk.deps.store.write() as unit:
            unit.lock_people({ana})
            last = unit.reminders(ana, desk.at(1, 9).date())[-1]
            begun.set()
            until = time.monotonic() + 20
            while len(desk.letters("ana")["ana"]) < 2 and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(0.3)  # who does not wait for us has written by now
            last.causes[2] = [f"{ana}:gate:first"]
            unit.keep_reminder(last)

    def beside() -> None:
        threading.Thread(target=add).start()
        assert begun.wait(10)

    with amid(desk, "ana", beside):
        desk.work()
    (_, last) = desk.reminders("ana", 1)
    assert last.ts == desk.letters("ana")["ana"][-1]["ts"]
    assert last.causes.keys() == {1, 2}


def test_what_is_added_while_the_last_message_is_being_edited_is_not_lost(desk: Desk) -> None:
    """The edit says that all is done; another replica's sweep adds something at that moment."""
    desk.run(desk.at(1, 9))
    desk.run(desk.at(1, 16, 30))
    tell_all(desk)
    desk.work()
    desk.sweep()
    edits = [desk.stage.world.faults.add("slack", "chat.update", "slow", seconds=n) for n in (0.0, 1.5)]
    editing = threading.Thread(target=desk.work)
    editing.start()
    while edits[-1].times:
        time.sleep(0.01)
    desk.open("d2", "Northwind")
    due_now(desk, 2, "ana")
    desk.sweep()
    (_, last) = desk.reminders("ana", 1)
    assert 2 in last.causes
    assert editing.is_alive()
    editing.join()
    desk.run()
    (_, last) = desk.reminders("ana", 1)
    assert (2 in last.causes, last.done_at) == (True, None)
    assert "Northwind" in walk.shown(desk.letters("ana")["ana"][-1])
