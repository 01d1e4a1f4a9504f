"""Stories of waiting on the client, and of what somebody cannot do: seen in thread, direct messages and modals."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blocks.frame import Message
from bot.actions.lists import settle
from bot.effects import Direct, Redraw
from bot.naming import day_words
from bot.people import Person, Role
from bot.worktime import add_work_dates, elapsed, next_opening
from handlers.deliver.letters import keeper
from handlers.sweep import sweep
from tests.stories import walk
from tests.stories.stage import Stage
from tests.stories.walk import letters

TEAM = "1:pm:tick:confirm-team"


def working_day(stage: Stage, n: int) -> date:
    """The n-th working date of the office after today."""
    terms, handover = stage.deps.terms, stage.handover()
    today: date = terms.today(handover, stage.clock.now())
    return add_work_dates(terms.office(handover), today, n)


def letter(stage: Stage, who: str, words: str) -> dict[str, Any]:
    """The latest direct message to this person in which these words stand."""
    found = [m for m in letters(stage, who) if words in walk.shown(m) + m["text"]]
    assert found, [m["text"] for m in letters(stage, who)]
    return found[-1]


def press(stage: Stage, who: str, message: dict[str, Any], action_id: str) -> None:
    """Clicks a button of a direct message."""
    reaction = stage.hands.click(who, walk.room_of(stage, who, message), message["ts"], action_id)
    assert reaction.error is None, reaction
    stage.settle()


def whispers(stage: Stage, who: str) -> list[str]:
    """The words below direct messages that only this person saw, as they came."""
    rooms = stage.world.slack.dms(walk.user_id(who))
    said = [m for room in rooms for m in stage.world.slack.ephemerals(walk.user_id(who), room["id"])]
    return [str(m["text"]) for m in sorted(said, key=lambda m: float(m["ts"]))]


def whispered(stage: Stage, who: str) -> str:
    """The latest of them."""
    return whispers(stage, who)[-1]


def line(stage: Stage, who: str, words: str) -> str:
    """What this person reads under `/handover <words>`; '' when a modal opened."""
    reaction = stage.hands.command(who, walk.HERE, words)
    assert reaction.error is None, reaction
    stage.settle()
    return str(reaction.body["text"]) if isinstance(reaction.body, dict) else ""


def menu(stage: Stage, who: str, action_id: str) -> None:
    """Picks an entry behind the root's three dots."""
    reaction = stage.hands.choose(who, walk.HERE, stage.post("root")["ts"], "root.menu", f"{action_id}:1")
    assert reaction.error is None, reaction


def paused(stage: Stage, *, days: int = 2) -> None:
    """Ben says that it waits for test data."""
    menu(stage, "ben", "pause.begin")
    day = working_day(stage, days).isoformat()
    walk.submit(stage, "ben", walk.fields(reason="test data", expected=day))
    stage.settle()


def test_it_waits_on_the_client_and_goes_on_with_the_due_time_moved(bare_stage: Stage) -> None:
    """Three dots, a reason, a date: nothing is anybody's turn, Dev hears of it; [Resume] moves what was due."""
    before = bare_stage.handover()
    paused(bare_stage)
    root = walk.shown(bare_stage.post("root"))
    assert "⏸ *Waiting on the client* since <!date^" in root
    assert "set by Ben" in root
    assert "*Next:* Ana asks the client" in root
    assert "Nothing to do here for now: test data. The clock stands still." in walk.shown(bare_stage.post("list:pm"))
    assert line(bare_stage, "ben", "mine").startswith("Nothing waits for you")
    assert bare_stage.handover().due_at == before.due_at
    told = letter(bare_stage, "dev", "waits on the client*")
    assert 'by Ben: "test data". Its clock stands still.' in walk.shown(told)
    assert "test data" not in told["text"]

    bare_stage.clock.advance(timedelta(days=3))
    walk.click(bare_stage, "ana", "root", "pause.end")
    bare_stage.settle()
    after = bare_stage.handover()
    (interval,) = after.intervals
    office = bare_stage.deps.terms.office(after)
    assert before.due_at
    assert after.due_at
    assert interval.until
    stood = elapsed(office, start=interval.since, end=interval.until)
    assert abs(elapsed(office, start=before.due_at, end=after.due_at) - stood) < timedelta(seconds=1)
    assert "⏸" not in walk.shown(bare_stage.post("root"))
    (reply,) = [p.name for p in after.posts if p.name.startswith("reply:resumed")]
    assert "*It goes on.* The clock runs again, due *<!date^" in walk.shown(bare_stage.post(reply))
    assert "<@" not in walk.shown(bare_stage.post(reply))
    over = walk.shown(letter(bare_stage, "dev", "on the client"))
    assert "does not wait on the client any more. It did until <!date^" in over
    assert "stands still" not in over


def test_dev_takes_it_back_and_ben_reads_why_his_clock_runs(bare_stage: Stage) -> None:
    """[Undo] in the direct message, twice: the due time is what it was; a second click changes nothing."""
    due = bare_stage.handover().due_at
    paused(bare_stage)
    bare_stage.clock.advance(timedelta(days=3))
    told = letter(bare_stage, "dev", "waits on the client*")
    for _ in range(2):
        place = walk.room_of(bare_stage, "dev", told), told["ts"]
        assert bare_stage.hands.click("dev", *place, "pause.undo").error is None
    bare_stage.settle()
    assert bare_stage.handover().due_at == due
    assert bare_stage.handover().running("pause") is None
    assert "⏸" not in walk.shown(bare_stage.post("root"))
    assert "Dev took your pause back." in walk.shown(letter(bare_stage, "ben", "took your pause back"))
    # Two jobs tell of two clicks: either may come first.
    counts = "Taken back. The clock of ABC Fintech counts as if it had not stood still."
    assert sorted(whispers(bare_stage, "dev")) == sorted([counts, "That was taken back already."])
    assert len([one for one in letters(bare_stage, "ben") if "took your pause back" in one["text"]]) == 1
    back = letter(bare_stage, "dev", "was taken back")
    assert (back["ts"], "pause.undo" in str(back["blocks"])) == (told["ts"], False)
    menu(bare_stage, "ana", "history.show")
    history = walk.shown(walk.modal(bare_stage, "ana"))
    assert "paused the clock, waiting on the client until" in history
    assert "took the pause back: test data" in history


def test_a_word_of_a_pause_is_brought_up_to_date_also_when_it_was_late_and_let_go_when_it_was_deleted(
    bare_stage: Stage,
) -> None:
    """What was drawn before the record changed is drawn again; what nobody can edit, or Dev deleted, is let go."""
    paused(bare_stage)
    known = bare_stage.handover()
    (sent,) = [one for one in known.posts if one.name.startswith("dm:paused:")]
    effect = Direct(sent.data["to"], "paused", "late", known.id, {**sent.data})
    keep = keeper(effect, replace(known, rev=known.rev - 1), Message("as it was before"))
    assert keep
    with bare_stage.deps.store.write() as unit:
        keep(unit, {"channel": sent.channel, "ts": sent.ts})
    bare_stage.settle()
    late = bare_stage.handover().post(f"dm:paused:{sent.data['to']}:late")
    assert late
    assert late.digest == sent.digest

    with bare_stage.deps.store.write() as unit:
        rafi = unit.remember(Person(0, "Rafi Levy", "rafi@acme.example", walk.user_id("rafi")))
        unit.keep_post(known.id, replace(late, data={**late.data, "to": rafi.id}))
        unit.emit(Redraw(known.id, known.rev, nonce="Rafi was asked when he was the delivery manager"))
    bare_stage.settle()
    shown = walk.shown(letter(bare_stage, "dev", "somebody else is asked now"))
    assert "test data" not in shown

    bare_stage.world.faults.add("slack", "chat.update", "ok_false:edit_window_closed")
    with bare_stage.deps.store.write() as unit:
        unit.keep_post(known.id, replace(sent, digest=""))
        unit.emit(Redraw(known.id, known.rev, nonce="as if nothing were known"))
    bare_stage.settle()
    assert bare_stage.handover().post(sent.name) == sent
    assert not bare_stage.parked()

    bare_stage.world.slack.book.delete(sent.channel, sent.ts)
    assert line(bare_stage, "ana", "resume ABC") == "It goes on. The clock runs again."
    gone = bare_stage.handover().post(sent.name)
    assert gone
    assert gone.digest != sent.digest
    assert not bare_stage.parked()


def test_a_date_that_is_not_possible_is_said_below_its_field(bare_stage: Stage) -> None:
    """Too far, or a Sunday: the sentence names a date that works; what was typed stays."""
    menu(bare_stage, "ben", "pause.begin")
    view = walk.modal(bare_stage, "ben")
    far = working_day(bare_stage, 15)
    sunday = working_day(bare_stage, 1)
    sunday += timedelta(days=6 - sunday.weekday())
    for day, words in ((far, "A handover may wait 10 working days in all. Pick"), (sunday, "Nobody works here on Sun")):
        values = walk.fields(reason="test data", expected=day.isoformat())
        reaction = bare_stage.hands.submit("ben", view["id"], values)
        assert words in reaction.body["errors"]["expected"]
    assert bare_stage.handover().intervals == []
    assert "at the latest." in str(view["blocks"])


def test_one_line_does_it_too_and_half_a_line_asks_for_the_rest(bare_stage: Stage) -> None:
    """`pause ABC until <date> test data`, `resume ABC`; without words or a date the form opens with what was said."""
    day = working_day(bare_stage, 2)
    said = line(bare_stage, "ben", f"pause ABC until {day.isoformat()} test data & logins")
    assert said.startswith("ABC Fintech waits on the client until ")
    assert "Dev is told." in said
    assert bare_stage.handover().intervals[0].reason == "test data & logins"
    assert "already" in line(bare_stage, "ana", f"pause HO-1 until {day:%A} more")
    assert line(bare_stage, "ana", "resume ABC") == "It goes on. The clock runs again."
    assert line(bare_stage, "ana", "resume ABC") == "ABC Fintech does not wait on the client any more."

    assert line(bare_stage, "ben", f"pause ABC Until {day:%a} logins") != ""
    assert bare_stage.handover().running("pause").expected == working_day_named(bare_stage, day)  # type: ignore[union-attr]
    line(bare_stage, "ben", "resume ABC")

    assert line(bare_stage, "ben", "pause ABC until soon, they say") == ""
    assert "soon, they say" in str(walk.modal(bare_stage, "ben")["blocks"])
    assert 'I could not read "soon" as a date. Pick the day below.' in walk.shown(walk.modal(bare_stage, "ben"))
    walk.submit(bare_stage, "ben", walk.fields(expected=day.isoformat()))
    bare_stage.settle()
    assert bare_stage.handover().running("pause").reason == "soon, they say"  # type: ignore[union-attr]
    line(bare_stage, "ben", "resume ABC")

    assert line(bare_stage, "ben", "pause ABC until 2020-01-02") == ""
    today = bare_stage.deps.terms.today(bare_stage.handover(), bare_stage.clock.now())
    past = f"Pick a date after {day_words(today)}. Nothing is changed yet."
    assert past in walk.shown(walk.modal(bare_stage, "ben"))
    assert line(bare_stage, "ben", "pause ABC until 2020-01-02 logins") == past.partition(" Nothing")[0]
    assert line(bare_stage, "ben", f"pause ABC until {day.isoformat()}") == ""
    assert "⚠" not in walk.shown(walk.modal(bare_stage, "ben"))
    walk.submit(bare_stage, "ben", walk.fields(reason="logins"))
    bare_stage.settle()
    assert bare_stage.handover().running("pause").expected == day  # type: ignore[union-attr]
    assert "Name the handover too" in line(bare_stage, "ben", "pause")
    assert "None of your handovers matches" in line(bare_stage, "rafi", "pause ABC")


def working_day_named(stage: Stage, day: date) -> date:
    """The next date after today that falls on the weekday of this one."""
    today: date = stage.deps.terms.today(stage.handover(), stage.clock.now())
    return today + timedelta(days=(day.weekday() - today.weekday() - 1) % 7 + 1)


def to_work(stage: Stage, moment: datetime) -> None:
    """The first moment from then on at which the office is open; both clocks go there."""
    opening = next_opening(stage.deps.terms.offices["berlin"], moment)
    ahead = max(opening + timedelta(seconds=5) - stage.clock.now(), timedelta())
    stage.world.clock.advance(ahead.total_seconds())
    stage.clock.advance(ahead)


def test_on_the_day_the_one_who_paused_is_asked(bare_stage: Stage) -> None:
    """[Still waiting…] moves the date and Dev hears of it; [It is here: go on] lets the clock run."""
    paused(bare_stage)

    def asked() -> dict[str, Any]:
        day = bare_stage.handover().running("pause").expected  # type: ignore[union-attr]
        office = bare_stage.deps.terms.offices["berlin"]
        to_work(bare_stage, datetime.combine(day, time(), tzinfo=ZoneInfo(office.tz)))  # type: ignore[arg-type]
        sweep(bare_stage.deps, bare_stage.clock.now())
        bare_stage.settle()
        return letter(bare_stage, "ben", f"the answer was expected on {day_words(day)}")  # type: ignore[arg-type]

    first = asked()
    press(bare_stage, "ben", first, "pause.extend")
    later = working_day(bare_stage, 5)
    walk.submit(bare_stage, "ben", walk.fields(expected=later.isoformat()))
    bare_stage.settle()
    assert bare_stage.handover().running("pause").expected == later  # type: ignore[union-attr]
    assert len([m for m in letters(bare_stage, "dev") if "waits on the client" in m["text"]]) == 2
    menu(bare_stage, "ana", "pause.extend")
    assert "It was expected on" in walk.shown(walk.modal(bare_stage, "ana"))

    sweep(bare_stage.deps, bare_stage.clock.now())
    bare_stage.settle()
    assert first["ts"] not in [m["ts"] for m in letters(bare_stage, "ben") if "pause.extend" in str(m["blocks"])]
    press(bare_stage, "ben", asked(), "pause.end")
    assert bare_stage.handover().running("pause") is None
    assert whispered(bare_stage, "ben") == "It goes on. The clock runs again."


def test_after_the_day_it_goes_on_by_itself_and_the_thread_reads_the_due_time(bare_stage: Stage) -> None:
    """Nobody did anything: one reply, without a mention, with the due time as it is now."""
    paused(bare_stage)
    bare_stage.clock.advance(timedelta(days=10))
    for _ in range(2):
        sweep(bare_stage.deps, bare_stage.clock.now())
        assert bare_stage.handover().running("pause") is None
        bare_stage.settle()
    after = bare_stage.handover()
    (reply,) = [p.name for p in after.posts if p.name.startswith("reply:resumed")]
    assert after.due_at
    assert str(int(after.due_at.timestamp())) in walk.shown(bare_stage.post(reply))
    menu(bare_stage, "ana", "history.show")
    assert "let the clock run again: the expected date has passed" in walk.shown(walk.modal(bare_stage, "ana"))


def reminded(stage: Stage, who: str) -> dict[str, Any]:
    """Dev reminds this person, who is at work; the direct message that says so."""
    to_work(stage, stage.clock.now())
    walk.click(stage, "dev", "root", "gate.missing")
    person = next(p for p in stage.handover().roles.values() if _slack(stage, p) == walk.user_id(who))
    view = walk.modal(stage, "dev")
    reaction = stage.hands.click_view("dev", view["id"], "gate.remind", value=f"1:{person}")
    assert reaction.error is None, reaction
    stage.settle()
    return letter(stage, who, "Dev reminds you")


def _slack(stage: Stage, person_id: int) -> str:
    with stage.deps.store.read() as reader:
        return str(reader.person(person_id).slack_id)


def chosen(stage: Stage, who: str, why: str) -> dict[str, Any]:
    """Opens "I can't do this" from the reminder and chooses why; the modal with its fields."""
    press(stage, who, reminded(stage, who), "turn.cannot")
    view = walk.modal(stage, who)
    stage.hands.choose_view(who, view["id"], "cannot.why", why)
    return walk.modal(stage, who)


def test_what_waits_for_the_client_cannot_be_done_now(bare_stage: Stage) -> None:
    """From a reminder: which, why, what, until when; it goes on by itself once the item is done."""
    view = chosen(bare_stage, "ben", "waiting")
    assert "ABC Fintech: confirm that the team is available" in walk.shown(view)
    day = working_day(bare_stage, 3).isoformat()
    walk.submit(bare_stage, "ben", walk.fields(item=TEAM, reason="their names", expected=day))
    bare_stage.settle()
    interval = bare_stage.handover().running("pause")
    assert interval
    assert (interval.subject, interval.reason) == ("confirm-team", "their names")
    assert "waits on the client until" in letters(bare_stage, "ben")[-1]["text"]
    assert letter(bare_stage, "dev", 'by Ben: "their names"')
    walk.tick_team(bare_stage, "ben")
    bare_stage.until(lambda: bare_stage.handover().running("pause") is None, "a look at the record ends the pause")


def test_what_is_not_mine_goes_to_somebody_who_can(bare_stage: Stage) -> None:
    """Chloe gets Ben's item with its button, Dev reads why; somebody without a role here gets nothing."""
    chosen(bare_stage, "ben", "not_mine")
    given = {"item": TEAM, "not_mine_reason": "She plans the weeks"}
    reaction = bare_stage.hands.submit(
        "ben", walk.modal(bare_stage, "ben")["id"], walk.fields(**given, holder=walk.user_id("nico"))
    )
    assert "I do not know this person yet" in str(reaction.body) + walk.shown(walk.modal(bare_stage, "ben"))
    bare_stage.settle()
    bare_stage.hands.close("ben", walk.modal(bare_stage, "ben")["id"], everything=True)

    message = letter(bare_stage, "ben", "Dev reminds you")
    press(bare_stage, "ben", message, "turn.cannot")
    bare_stage.hands.choose_view("ben", walk.modal(bare_stage, "ben")["id"], "cannot.why", "not_mine")
    walk.submit(bare_stage, "ben", walk.fields(**given, holder=walk.user_id("chloe")))
    bare_stage.settle()
    assert letters(bare_stage, "ben")[-1]["text"] == "Thank you. Chloe does it now, and is told."
    assert 'Chloe does it now: "She plans the weeks"' in walk.shown(letter(bare_stage, "dev", "this is not theirs"))
    yours = letter(bare_stage, "chloe", "hands this to you")
    assert "○ Confirm that the team is available" in walk.shown(yours)
    walk.tick_team(bare_stage, "chloe")
    team = bare_stage.handover().item("confirm-team")
    assert team
    assert team.ticked_at


def test_a_whole_role_goes_back_with_its_reason(bare_stage: Stage) -> None:
    """Dev picks somebody else, and reads whose Ben thinks it is."""
    chosen(bare_stage, "ben", "not_mine")
    values = walk.fields(item=TEAM, much="role", not_mine_reason="On leave.", holder=walk.user_id("chloe"))
    walk.submit(bare_stage, "ben", values)
    bare_stage.settle()
    assert Role.PM not in bare_stage.handover().roles
    told = walk.shown(letter(bare_stage, "dev", "is not theirs"))
    assert "On leave. Whose it is: Chloe Wu." in told


def test_what_is_done_elsewhere_is_noted_and_the_record_says_what_it_must_see(bare_stage: Stage) -> None:
    """Ana's word is noted, not believed; Ben's own tick is taken. A choice that is sent too fast shows its field."""
    press(bare_stage, "ana", reminded(bare_stage, "ana"), "turn.cannot")
    view = walk.modal(bare_stage, "ana")
    item = "1:sales_rep:add_promise:say-promises"
    fast = {"item": {"item": item}, "cannot.why": {"cannot.why": "done"}}
    reaction = bare_stage.hands.submit("ana", view["id"], fast)
    assert reaction.error is None, reaction
    assert "Where?" in walk.shown(walk.modal(bare_stage, "ana"))
    walk.submit(bare_stage, "ana", walk.fields(where="In my mail of Monday"))
    bare_stage.settle()
    said = letters(bare_stage, "ana")[-1]["text"]
    assert "Noted, and Dev is told. The record ticks it by itself once a promise is kept" in said
    assert '"In my mail of Monday"' in walk.shown(letter(bare_stage, "dev", "done already"))
    menu(bare_stage, "dev", "history.show")
    assert "said that it is done already: Say what was promised. Where: In my mail of Monday" in walk.shown(
        walk.modal(bare_stage, "dev")
    )
    bare_stage.hands.close("dev", walk.modal(bare_stage, "dev")["id"], everything=True)

    chosen(bare_stage, "ben", "done")
    walk.submit(bare_stage, "ben", walk.fields(item=TEAM, where="In the plan"))
    bare_stage.settle()
    assert letters(bare_stage, "ben")[-1]["text"].startswith("Ticked: Confirm that the team is available.")


def test_when_nothing_waits_any_more_the_modal_says_so(bare_stage: Stage) -> None:
    """The reminder is older than the tick."""
    message = reminded(bare_stage, "ana")
    with bare_stage.deps.store.write() as unit:
        handover, deps = unit.handover(1), bare_stage.deps
        del handover.roles[Role.SALES_REP]
        settle(unit, handover, terms=deps.terms, now=deps.clock.now())
    bare_stage.settle()
    press(bare_stage, "ana", message, "turn.cannot")
    assert "Nothing waits for you any more. Thank you." in walk.shown(walk.modal(bare_stage, "ana"))
