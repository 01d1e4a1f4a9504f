"""The word in the thread that it is late: true on its day only, never out of hours, once; and who cannot read it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from blocks import mrkdwn
from bot.actions import admin, pause, people, prefs, remind
from bot.clock.nag import WARNED, Reminder
from bot.effects import Direct, PromiseTasks, Reply
from bot.people import Role
from bot.terms import Said
from handlers.deliver.reminders import gathered
from handlers.sweep import notice_changes
from tests.handlers.desk import Desk
from tests.handlers.mornings import Morning, desk_on
from tests.handlers.test_reminders import tell_all
from tests.stories import walk
from tests.twice import SQLITE_FIRST

pytestmark = SQLITE_FIRST

WED, THU = 2, 3


@pytest.fixture
def desk(db_url: str, wednesday: Morning, tmp_path: Path) -> Iterator[Desk]:
    """Wednesday, a minute before ABC is late; nobody has done anything."""
    with desk_on(tmp_path, wednesday, db_url) as made:
        yield made


def emitted(desk: Desk) -> None:
    """It has become late, the word waits in the outbox, and Slack is away."""
    desk.stage.world.faults.down("slack")
    desk.to(desk.at(WED, 9, 30))
    desk.sweep()
    assert len(desk.jobs("Reply", "ready")) == 1


@pytest.mark.req("R37")
def test_it_is_said_once_a_day_with_those_whose_turn_it_is(desk: Desk) -> None:
    desk.run(desk.at(WED, 9, 30))
    desk.run(desk.at(WED, 12))
    (said,) = desk.late_words()
    assert f"<@{walk.user_id('ana')}>" in said
    desk.run(desk.at(THU, 9))
    assert len(desk.late_words()) == 2


def test_what_was_sent_before_it_was_late_says_so_too(desk: Desk) -> None:
    """Somebody reads yesterday's messages today: nothing there will be late, and no hour is left."""
    stale = ("will be late", "Last hour", " left")
    before = {name: desk.letters(name)[name] for name in ("ana", "dev")}
    assert all(any(words in walk.shown(m) for words in stale) for told in before.values() for m in told)
    desk.run(desk.at(WED, 9, 30))
    for name, told in before.items():
        now = {m["ts"]: walk.shown(m) for m in desk.letters(name)[name]}
        assert all("was due" in now[m["ts"]] for m in told), now
        assert not any(words in now[m["ts"]] for m in told for words in stale), now


def moved(desk: Desk) -> None:
    """Somebody saves what ends the breach; nobody has looked at the record since."""
    with desk.deps.store.write() as unit:
        handover = unit.handover(1)
        assert handover
        handover.due_at = desk.at(WED + 7, 9)
        unit.save(handover)


def over_words(desk: Desk) -> list[str]:
    """The words in the thread that it is late no more."""
    return [text for m in desk.stage.channel() if "No longer late" in (text := walk.shown(m))]


@pytest.mark.parametrize("looked", [True, False], ids=["looked at first", "said first"])
def test_it_is_not_said_any_more_once_it_is_over(desk: Desk, *, looked: bool) -> None:
    """Nor that it is over: nobody was told. Whoever is first, the hands of one replica or the sweep of another."""
    emitted(desk)
    moved(desk)
    desk.stage.world.faults.clear()
    desk.to(desk.at(WED, 9, 40))
    if not looked:
        desk.work()
    desk.run()
    assert desk.handover().breach is None
    assert desk.late_words() == over_words(desk) == []
    assert desk.jobs("Reply", "ready", "dead") == []


@pytest.mark.req("R37")
def test_the_end_is_said_although_the_last_word_could_not_be(desk: Desk) -> None:
    """Told on Wednesday; Thursday's word waits for Slack until the evening; on Friday it is over before the opening."""
    desk.run(desk.at(WED, 9, 30))
    desk.to(desk.at(THU, 9))
    desk.stage.world.faults.down("slack")
    desk.sweep()
    desk.work()
    desk.stage.world.faults.clear()
    desk.run(desk.at(THU, 20))
    breach = desk.handover().breach
    assert breach is not None
    assert breach.told_on is None
    moved(desk)
    desk.run(desk.at(THU + 1, 8, 50))
    assert desk.handover().breach is None
    assert len(over_words(desk)) == 1


def test_what_a_pause_interrupts_twice_on_one_day_rings_once_and_each_end_is_said(desk: Desk) -> None:
    """Late, waiting, late again, waiting: one mention that day, and the thread's last word is always true."""
    desk.run(desk.at(WED, 9, 30))
    for hour in (10, 12):
        waits(desk, desk.at(WED, hour))
        assert len(over_words(desk)) == hour // 2 - 4
        with desk.deps.store.write() as unit:
            pause.resume(unit, 1, desk.people["ben"], terms=desk.deps.terms, now=desk.clock.now())
        desk.run(desk.at(WED, hour + 1))
        assert "and it is late: it was due" in walk.shown(desk.stage.channel()[-1])
        assert len(rings(desk)) == 1
    desk.run(desk.at(THU, 9))
    assert len(rings(desk)) == 2


def rings(desk: Desk) -> list[str]:
    """The words that it is late which mention those whose turn it is."""
    return [words for words in desk.late_words() if "🔴" in words]


def waits(desk: Desk, moment: datetime) -> None:
    """Ben says that it waits on the client."""
    desk.to(moment)
    ben, terms, until = desk.people["ben"], desk.deps.terms, desk.at(THU + 1, 9).date()
    with desk.deps.store.write() as unit:
        said = pause.pause(unit, 1, ben, reason="test data", expected=until, terms=terms, now=moment)
    assert isinstance(said, Said)
    desk.run()


def test_the_word_of_a_day_that_passed_gives_way_to_the_days_own(desk: Desk) -> None:
    emitted(desk)
    desk.to(desk.at(THU, 9, 5))
    desk.stage.world.faults.clear()
    desk.run()
    desk.run(desk.at(THU, 10))
    assert len(desk.late_words()) == 1
    breach = desk.handover().breach
    assert breach is not None
    assert breach.told_on == desk.at(THU, 9).date()
    assert desk.jobs("Reply", "ready", "dead") == []


def test_what_could_not_be_said_in_the_days_hours_is_said_at_the_next_opening(desk: Desk) -> None:
    emitted(desk)
    desk.stage.world.faults.clear()
    desk.run(desk.at(WED, 17))
    desk.run(desk.at(WED, 23))
    assert desk.late_words() == []
    breach = desk.handover().breach
    assert breach is not None
    assert breach.told_on is None
    desk.run(desk.at(THU, 9))
    assert len(desk.late_words()) == 1


@pytest.mark.parametrize("back", [(WED, 9, 40), (WED, 20, 0), (THU, 9, 5)], ids=["at once", "at night", "next day"])
def test_what_was_said_before_the_line_was_cut_is_found_and_not_said_twice(
    desk: Desk, back: tuple[int, int, int]
) -> None:
    """Slack posted it, and we never heard: whenever we are back, the thread has it once, and the record knows where."""
    desk.to(desk.at(WED, 9, 30))
    desk.sweep()
    desk.stage.world.faults.add("slack", "chat.postMessage", "drop_after")
    reply = desk.jobs("Reply", "ready")
    assert len(reply) == 1
    while desk.jobs("Reply", "ready")[0].attempts == 0:
        assert desk.worker.run_one("desk")
    assert len(desk.late_words()) == 1
    desk.to(desk.at(*back))
    desk.work()
    assert len(desk.late_words()) == 1
    assert [post.name for post in desk.handover().posts if post.name.startswith("reply:late")]
    assert desk.jobs("Reply", "ready", "dead") == []


def test_whoever_is_called_but_is_not_in_the_channel_gets_a_message_instead(desk: Desk) -> None:
    ana = walk.user_id("ana")
    desk.stage.world.slack.leave(walk.HERE, ana)
    before = len(desk.letters("ana")["ana"])
    ben = len(desk.letters("ben")["ben"])
    desk.run(desk.at(WED, 9, 30))
    letters = desk.letters("ana")["ana"]
    assert len(letters) == before + 1
    assert "is late and waits for you" in walk.shown(letters[-1])
    assert len(desk.letters("ben")["ben"]) == ben  # he was called in the thread, and reads it
    desk.run(desk.clock.now() + timedelta(hours=1))
    assert len(desk.letters("ana")["ana"]) == before + 1


def test_they_get_it_each_day_also_when_the_record_changes_at_that_moment(desk: Desk) -> None:
    """Somebody saves the record between the word in the thread and the message: what was planned stays planned."""
    desk.stage.world.slack.leave(walk.HERE, walk.user_id("ana"))
    desk.run(desk.at(WED, 9, 30))
    before = len(desk.letters("ana")["ana"])
    desk.to(desk.at(THU, 9))
    desk.sweep()
    desk.work()
    with desk.deps.store.write() as unit:
        unit.look_again(1, desk.clock.now())  # as each save does
    desk.sweep()
    desk.work()
    assert len(desk.letters("ana")["ana"]) == before + 1
    assert "is late and waits for you" in walk.shown(desk.letters("ana")["ana"][-1])
    with desk.deps.store.write() as unit:  # the hand died before it wrote down that it was done with the word
        unit.session.execute(text("UPDATE job SET state = 'ready', run_at = 0 WHERE kind = 'Reply'"))
    desk.run()
    assert len(desk.letters("ana")["ana"]) == before + 1


def test_the_deputy_of_a_manager_who_is_away_is_told_and_takes_over(desk: Desk) -> None:
    """Rafi answers for nothing himself: he reads it for Dev, takes the role over, and that message becomes his own."""
    dev, rafi, now = desk.people["dev"], desk.people["rafi"], desk.clock.now()
    warning = Reminder(0, rafi.id, now.date(), 1, now, {1: [f"{dev.id}:gate:warn:2026-11-25T08:30"]})
    assert gathered(desk.deps, warning, rafi, now)[0].lines[0].notice == WARNED
    with desk.deps.store.write() as unit:
        unit.keep_preferences(dev.id, away_until=desk.at(THU, 9).date(), deputy=rafi.id)
        unit.look_again(1, desk.clock.now())
    desk.run(desk.at(WED, 9, 30))
    told = desk.only("rafi")
    assert "It waits for Ana (3), Ben (" in told
    assert "For Dev, who is away." in told
    assert f"'1:delivery_manager:{dev.id}'" in str(desk.letters("rafi")["rafi"][0]["blocks"])
    terms, role = desk.deps.terms, Role.DELIVERY_MANAGER
    with desk.deps.store.write() as unit:
        assert isinstance(
            people.take_over(unit, 1, rafi, role=role, whom=dev.id, terms=terms, now=desk.clock.now()), Said
        )
    desk.run()
    assert "For Dev, who is away." not in desk.only("rafi")
    assert "late.take" in str(desk.letters("rafi")["rafi"][0]["blocks"])


@pytest.mark.parametrize("posted", [False, True], ids=["not yet", "posted, not noted"])
def test_what_waited_for_slack_until_the_record_had_ended_rings_nobody(desk: Desk, *, posted: bool) -> None:
    """Unless it was posted before Slack went away: then it is found, kept, and says that it is closed."""
    faults = desk.stage.world.faults
    with desk.deps.store.write() as unit:
        unit.emit(Reply(1, "ready", "1", {"signers": []}))
    if posted:
        faults.add("slack", "chat.postMessage", "drop_after")
        desk.work()
    faults.down("slack")
    with desk.deps.store.write() as unit:
        admin.cancel(unit, 1, desk.people["dev"], reason="Given up", now=desk.clock.now())
    faults.clear()
    desk.run(desk.clock.now() + timedelta(minutes=20))
    said = [walk.shown(m) for m in desk.stage.channel()]
    assert sum("The workspace is ready" in words for words in said) == posted
    assert sum("Cancelled by Dev" in words for words in said) >= 1
    assert desk.jobs("Reply", "ready", "dead") == []


def test_a_promise_of_a_record_that_ended_becomes_no_task(desk: Desk) -> None:
    """The project tool was away while the record was given up."""
    with desk.deps.store.write() as unit:
        handover = unit.handover(1)
        assert handover
        handover.workspace_id = "1"
        unit.save(handover)
        unit.emit(PromiseTasks(1, "answered"))
        admin.cancel(unit, 1, desk.people["dev"], reason="Given up", now=desk.clock.now())
    desk.run()
    assert desk.jobs("PromiseTasks", "ready", "dead") == desk.jobs("ReadTasks") == []


def test_what_waits_on_the_client_was_not_done(desk: Desk) -> None:
    """Yesterday's messages say so, and no longer what is late."""
    desk.run(desk.at(WED, 9, 30))
    waits(desk, desk.at(WED, 10))
    for name in ("ana", "ben", "dev", "hana"):
        for message in desk.letters(name)[name]:
            if "by Ben" in message["text"]:
                continue  # which tells Dev of the pause
            assert walk.shown(message).startswith("⏸ "), (name, walk.shown(message))
            assert "ABC Fintech" in message["text"]
            assert "waits on the client, Wed" in message["text"]


@pytest.mark.parametrize("done", [False, True], ids=["waits", "done"])
def test_a_reminder_that_somebody_asks_for_at_night_comes_in_the_morning(desk: Desk, *, done: bool) -> None:
    """Nobody is rung at night, nor for what is done by the morning; nothing else that is for her waits for it."""
    desk.run(desk.at(WED, 20))
    dev, ana = desk.people["dev"], desk.people["ana"]
    with desk.deps.store.write() as unit:
        said = remind.nudge(unit, 1, dev, whom=ana.id, terms=desk.deps.terms, now=desk.clock.now())
        assert isinstance(said, Said)
        unit.emit(Direct(ana.id, "brief", "test", 1, {"role": "sales_rep"}))
    desk.run(desk.at(THU, 8, 50))
    words = [walk.shown(m) for m in desk.letters("ana")["ana"]]
    assert sum("you are sales rep now" in text for text in words) == 1
    assert not any("Dev reminds you" in text for text in words)
    if done:
        tell_all(desk)
    desk.run(desk.at(THU, 9, 2))
    assert sum("Dev reminds you" in walk.shown(m) for m in desk.letters("ana")["ana"]) == (not done)
    assert desk.jobs("Direct", "ready", "dead") == []
    with desk.deps.store.read() as reader:
        assert reader.nudged(ana.id, desk.clock.now().date()) == (not done), "what rang nobody uses nothing up"


@pytest.mark.req("R37")
def test_a_day_that_is_closed_at_short_notice_makes_nothing_late(desk: Desk) -> None:
    """What is due on it, or has it in between, is due as much working time later; another week changes nothing."""
    notice_changes(desk.deps)
    terms = desk.deps.terms
    berlin = terms.offices["berlin"]
    closed = replace(berlin, closed=frozenset({desk.at(WED, 9).date()}))
    other = replace(berlin, hours={**berlin.hours, 5: berlin.hours[0]})
    for office, due in ((closed, desk.at(THU, 9, 30)), (closed, desk.at(THU, 9, 30)), (other, desk.at(THU, 9, 30))):
        desk.deps.terms = replace(terms, offices={"berlin": office})
        notice_changes(desk.deps)
        assert desk.handover().due_at == due
    desk.deps.terms = replace(terms, offices={"berlin": closed})
    desk.run(desk.at(WED, 9, 30))
    assert desk.handover().breach is None
    assert desk.late_words() == []
    with desk.deps.store.read() as reader:
        (moved,) = [event.data for event in reader.events(1) if event.kind == "due_moved"]
    assert moved["was"][:3] == "Wed"
    assert moved["now"] == mrkdwn.clock(desk.at(THU, 9, 30), berlin.tz), "as in every other message"


@pytest.mark.parametrize("how", ["back", "back and done", "back early, without a deputy"])
def test_what_a_deputy_was_told_is_theirs_no_more_once_the_colleague_is_back(desk: Desk, how: str) -> None:
    """Rafi's message must not say for ever that Ana is away, nor that what she did since still waits."""
    ana, rafi = desk.people["ana"], desk.people["rafi"]
    with desk.deps.store.write() as unit:
        unit.keep_preferences(ana.id, away_until=desk.at(WED, 9).date(), deputy=rafi.id)
        unit.look_again(1, desk.clock.now())
    desk.run(desk.at(WED, 9, 30))
    assert "for Ana, who is away" in desk.only("rafi")
    if "early" in how:
        desk.to(desk.at(WED, 12))
        with desk.deps.store.write() as unit:
            present, settings, now = unit.person(ana.id), desk.deps.settings, desk.clock.now()
            assert present
            prefs.keep(unit, present, prefs.Preferences("now"), nonce="back", settings=settings, now=now)
        desk.run()
    else:
        desk.run(desk.at(THU, 8))
    assert "who is away" not in desk.only("rafi")
    if "done" in how:
        tell_all(desk)
        desk.run(desk.at(THU, 9, 10))
    assert desk.only("rafi").startswith("Somebody else does this now on ")
    assert not any("elements" in block or "accessory" in block for block in desk.letters("rafi")["rafi"][0]["blocks"])


def test_who_is_back_before_the_deputy_could_be_told_hears_it_themselves(desk: Desk) -> None:
    """Slack was away meanwhile: Rafi hears nothing that is Ana's again, and nothing of it is lost."""
    ana, rafi, faults = desk.people["ana"], desk.people["rafi"], desk.stage.world.faults
    with desk.deps.store.write() as unit:
        unit.keep_preferences(ana.id, away_until=desk.at(WED, 9).date(), deputy=rafi.id)
        unit.look_again(1, desk.clock.now())
    faults.down("slack")
    desk.to(desk.at(WED, 9, 30))
    desk.sweep()
    with desk.deps.store.write() as unit:
        unit.keep_preferences(ana.id, away_until=None, deputy=rafi.id)
        unit.look_again(1, desk.clock.now())
    before = len(desk.letters("ana")["ana"])
    faults.clear()
    desk.run(desk.at(WED, 9, 50))
    desk.run(desk.at(WED, 10, 10))
    assert desk.letters("rafi")["rafi"] == []
    assert "ABC Fintech" in walk.shown(desk.letters("ana")["ana"][before])


def test_who_has_no_part_in_it_any_more_is_asked_no_longer_whether_the_answer_is_here(desk: Desk) -> None:
    """Ben was asked, then handed his role over: his click would be refused, so Dev is asked."""
    waits(desk, desk.at(WED, 9, 20))
    desk.run(desk.at(THU + 1, 9))
    assert "It is here: go on" in str(desk.letters("ben")["ben"][-1]["blocks"])
    rafi, dev = desk.people["rafi"], desk.people["dev"]
    terms, now = desk.deps.terms, desk.clock.now()
    with desk.deps.store.write() as unit:
        assert isinstance(people.assign(unit, 1, dev, role=Role.PM, person=rafi, terms=terms, now=now), Said)
    desk.run(desk.at(THU + 1, 9, 20))
    assert walk.shown(desk.letters("ben")["ben"][-1]).startswith("⏸ ")
    assert "It is here: go on" in str(desk.letters("dev")["dev"][-1]["blocks"])
    assert "It is here: go on" not in str(desk.letters("ben"))
