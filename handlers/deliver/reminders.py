"""Reminders on their way: drawn from the records as they are when they are sent, and kept true by edits afterwards."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from blocks.frame import Frame
from blocks.reminder import Asked, Line, finished, put_off, reminder
from bot import gate
from bot.actions import remind
from bot.clock import became, nag
from bot.clock import counting as clock
from bot.clock import pause as pauses
from bot.clock.absence import acts_for, stand_in
from bot.clock.nag import DEFERRALS, LATE, WARNED, Nag, Reminder, hours_of, local_day
from bot.effects import Effect, RedrawReminder, Remind
from bot.gate import Turn
from bot.handover import Handover
from bot.people import Person, Role, can_hold, may
from bot.rights import Deed
from bot.worktime import elapsed, is_open
from handlers.deliver import posting
from handlers.deliver.ledger import Later, Ledger, Result
from handlers.deps import Deps
from store.read import Reader
from store.unit import StoreUnit

LOADED = 8  # records read for one reminder, beside those of which it asks something: five things are shown
FIRST = 3  # of them in any case those whose things are most urgent


def send_reminder(effect: Effect, ledger: Ledger) -> None:
    """Sends a reminder, once.

    On another day than its own, out of hours, or when the person is away or gone by now, what it was for is planned
    anew: for them, or for whoever stands in. So it is when somebody for whom they stood in is back.
    """
    assert isinstance(effect, Remind)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    day, now = date.fromisoformat(effect.day), deps.clock.now()
    with deps.store.read() as reader:
        found, person = reader.reminder_at(effect.person_id, day, effect.n), reader.person(effect.person_id)
    if found is None or person is None or found.ts or found.done_at:
        return
    if not can_hold(person):
        with deps.store.write() as unit:
            remind.fold(unit, found, person, terms=deps.terms, now=now)
        return
    channel = posting.open_dm(ledger, person.slack_id)
    if ledger.job.attempts > 1 and _sent_before(ledger, found, channel, effect.key):
        return
    reminded = _in_time(deps, found, person, now)
    if reminded is None:
        return
    asked, frame = gathered(deps, reminded, person, now)
    if not asked.lines:
        with deps.store.write() as unit:
            if remind.held(unit, reminded).causes == reminded.causes:
                remind.let_go(unit, reminded, now)
                return
        raise Later(1.0)  # something was added at this moment
    message, shown = reminder(asked, frame)

    def keep(unit: StoreUnit, result: Result) -> None:
        sent = remind.held(unit, reminded)
        unit.keep_reminder(replace(sent, channel=result["channel"], ts=result["ts"], shown=shown))
        _follow(unit, sent, shown, result["ts"])

    posting.post(ledger, "dm", channel=channel, message=message, key=effect.key, keep=keep)


def redraw_reminder(effect: Effect, ledger: Ledger) -> None:
    """Brings a reminder that was sent up to date; one that is gone, or that Slack lets nobody edit, is let go."""
    assert isinstance(effect, RedrawReminder)  # noqa: S101 - the performer of exactly this kind
    deps, now = ledger.deps, ledger.deps.clock.now()
    with deps.store.read() as reader:
        found, person = reader.reminder(effect.reminder_id), reader.person(effect.person_id)
    if found is None or person is None or not found.ts or found.done_at:
        return
    asked, frame = gathered(deps, found, person, now, only=True)
    if asked.lines:
        message, shown = reminder(asked, frame)
        found.shown = list(dict.fromkeys([*found.shown, *shown]))
    else:  # what was put off is asked for by another message: two of them alive would be one too many
        message = put_off(asked, frame) if asked.put_off else finished(asked, frame)
        found.done_at = now
    if not posting.tried(ledger, channel=found.channel, ts=found.ts, message=message):
        found.done_at = now
    with deps.store.write() as unit:
        latest = remind.held(unit, found)
        # What was added while it was edited comes with an edit of its own: until then it is not done.
        done_at = found.done_at if latest.causes == found.causes else None
        unit.keep_reminder(replace(latest, shown=found.shown, done_at=done_at))


def gathered(deps: Deps, found: Reminder, person: Person, now: datetime, *, only: bool = False) -> tuple[Asked, Frame]:
    """What a reminder says by now; with `only`, nothing that it did not say already or was not added to it."""
    causes = dict(found.causes)
    held = {person.id, *_named(found)}
    with deps.store.read() as reader:
        every = reader.nags_of(held)
        rows = [row for row in every if not _put_off(row, now)]
        if all(remind.is_question(cause) for named in causes.values() for cause in named):
            rows = []  # nothing else is due yet
        if only:
            rows, causes = _still(deps, reader, found, person, rows, now)
        rows = sorted(rows, key=lambda row: _urgency(row, causes))
        ids_of = [row.handover_id for row in rows]
        questions = _questions(causes)  # asked once: nothing else may take their place
        first = dict.fromkeys([*questions, *(line[0] for line in found.shown)])
        wanted = list(dict.fromkeys([*first, *ids_of[:FIRST], *_noticed(causes), *ids_of]))
        read, left = wanted[: LOADED + len(first)], wanted[LOADED + len(first) :]
        records = {h.id: h for h in map(reader.handover, read) if h is not None}
        people = reader.people(held.union(*(h.people for h in records.values())))
        sent = [one for one in reader.reminders(person.id, found.day) if one.ts or one.id == found.id]
        rung = len(sent) + reader.nudged(person.id, found.day)
    lines = [*_notices(deps, records, causes, person, people), *_lines(deps, records, rows, causes, person, now)]
    told = [row for row in rows if row.handover_id in records]
    standing = {(line.handover.id, line.whom, turn.key) for line in lines for turn in line.turns}
    hours = hours_of(person, deps.terms.offices)
    dues = [row.due_at for row in told if row.due_at and row.due_at > now]
    offers = nag.later_options(hours, now=now, due=min(dues, default=None), sent_today=rung) if dues else []
    next_at, last = _next(told, now)
    parked = {(row.handover_id, row.person, key): _put_off(row, now) for row in every for key in row.waits}
    later = [until for line in found.shown if (until := parked.get(line)) is not None]
    fallen = _fallen(records, [line for line in found.shown if line not in standing and not parked.get(line)])
    asked = Asked(
        person=person,
        lines=lines,
        # What was done since the last look is not counted; of records that were not read, what waited then is.
        things=len(standing) + sum(len(row.waits) for row in rows if row.handover_id not in records),
        reminder_id=found.id,
        last_hour=any(":last:" in cause for open_one, *_ in standing for cause in causes.get(open_one, ())),
        options=[] if any(row.deferred >= DEFERRALS for row in told) else offers,
        since=min((at for row in told for at in row.waits.values()), default=None),
        next_at=next_at,
        next_is_last=last,
        unread=_unread(causes, left, person),
        put_off=min(later, default=None),
        done=sum(1 for line, word in fallen.items() if word == became.DONE and nag.is_turn(line[2])),
        became=became.together(fallen.values()),
        about=_one_of(records, fallen),
    )
    return asked, _frame(deps, records, people)


def _named(found: Reminder) -> set[int]:
    # For whom it is sent.
    return {int(cause.partition(":")[0]) for causes in found.causes.values() for cause in causes}


def _still(
    deps: Deps, reader: Reader, found: Reminder, person: Person, rows: Iterable[Nag], now: datetime
) -> tuple[list[Nag], dict[int, list[str]]]:
    # What it is about, and for whom: not for a colleague for whom its reader stood in, and who is back.
    about = {*found.causes, *(line[0] for line in found.shown)}
    others = reader.people({*_named(found), *(row.person for row in rows)} - {person.id}).values()
    mine = {person.id, *(one.id for one in others if acts_for(reader, person, one, deps.settings, now))}
    causes = {h: [c for c in whys if int(c.partition(":")[0]) in mine] for h, whys in found.causes.items()}
    return [row for row in rows if row.handover_id in about and row.person in mine], causes


def _one_of(records: dict[int, Handover], lines: Iterable[tuple[int, int, str]]) -> Handover | None:
    about = {line[0] for line in lines}
    return records[about.pop()] if len(about) == 1 else None


def _fallen(records: dict[int, Handover], shown: Iterable[tuple[int, int, str]]) -> dict[tuple[int, int, str], str]:
    # What it showed and shows no more, with what became of it.
    return {line: became.of(records[line[0]], line[2]) for line in shown if line[0] in records}


def _lines(
    deps: Deps,
    records: dict[int, Handover],
    rows: Iterable[Nag],
    causes: dict[int, list[str]],
    person: Person,
    now: datetime,
) -> list[Line]:
    lines = []
    for handover_id, asked in _questions(causes).items():
        handover = records.get(handover_id)
        if handover is None or pauses.question(handover) not in asked:
            continue
        # Whoever was asked and has no part in it any more could not answer; a deputy can, once they took over.
        on_behalf = f"{person.id}:{pauses.question(handover)}" not in causes[handover_id]
        if on_behalf or may(person, Deed.PAUSE, handover.roles):
            lines.append(Line(handover, person.id, question=pauses.question(handover)))
    for row in rows:
        handover = records.get(row.handover_id)
        turns = _turns(handover, row) if handover else []
        if handover is not None and turns:
            lines.append(Line(handover, row.person, turns, left=_left(deps, handover, now)))
    return lines


def _notices(
    deps: Deps, records: dict[int, Handover], causes: dict[int, list[str]], person: Person, people: dict[int, Person]
) -> list[Line]:
    # What is late, then what will be: to who answers for it, or to whoever stands in for them.
    found, now = [], deps.clock.now()
    for handover_id in _noticed(causes):
        handover = records.get(handover_id)
        counting = clock.running(handover, deps.terms.settings) if handover else None
        whom = _answering(handover, causes[handover_id], person, people) if handover else None
        if handover is not None and counting is not None and whom is not None:
            found.append(Line(handover, whom.id, notice=LATE if counting.late(now) else WARNED))
    return sorted(found, key=lambda line: line.notice != LATE)


def _answering(handover: Handover, named: list[str], person: Person, people: dict[int, Person]) -> Person | None:
    told = [int(cause.partition(":")[0]) for cause in named if remind.is_late(cause) or remind.is_warning(cause)]
    asked = [person, *(people[one] for one in told if one in people)]
    return next((one for one in asked if _answers_for(handover, one)), None)


def _turns(handover: Handover, row: Nag) -> list[Turn]:
    found = [turn for turn in gate.shown(handover) if turn.key in row.waits]
    named = {turn.key for turn in found}
    empty = f"{Role.DELIVERY_MANAGER}:fill_roles:delivery_manager"
    if empty in row.waits and empty not in named and not handover.roles.get(Role.DELIVERY_MANAGER):
        found.append(Turn(Role.DELIVERY_MANAGER, 0, "fill_roles", "delivery_manager"))
    return found


def _left(deps: Deps, handover: Handover, now: datetime) -> timedelta | None:
    counting = clock.running(handover, deps.terms.settings)
    if counting is None:
        return None
    return elapsed(deps.terms.office(handover), start=now, end=counting.due)


def _noticed(causes: dict[int, list[str]]) -> list[int]:
    # What is late comes before what will be.
    late = [h for h, named in causes.items() if any(remind.is_late(cause) for cause in named)]
    return list(dict.fromkeys([*late, *(h for h, n in causes.items() if any(map(remind.is_warning, n)))]))


def _questions(causes: dict[int, list[str]]) -> dict[int, list[str]]:
    asked = {h: [cause.partition(":")[2] for cause in n if remind.is_question(cause)] for h, n in causes.items()}
    return {handover_id: named for handover_id, named in asked.items() if named}


def _answers_for(handover: Handover, person: Person) -> bool:
    return may(person, Deed.LATE_TAKE, handover.roles)


def _unread(causes: dict[int, list[str]], left: Iterable[int], person: Person) -> int:
    # Of records that were not read a head hears how many there are; who else answers for them, only the records say.
    late = [h for h, named in causes.items() if any(remind.is_late(cause) for cause in named)]
    return len(set(late) & set(left)) if person.has(Role.HEAD_OF_DELIVERY) else 0


def _urgency(row: Nag, causes: dict[int, list[str]]) -> int:
    # What was late yesterday as well must not hide what can still be done in time: that is what the message is for.
    held = (cause.partition(":") for cause in causes.get(row.handover_id, ()))
    why = [cause for person, _, cause in held if int(person) == row.person]
    if any(":last:" in cause for cause in why):
        return 0
    if any(not cause.startswith("late:") for cause in why):
        return 1
    return 2 if why else 3


def _put_off(row: Nag, now: datetime) -> datetime | None:
    return min((at for cause, at in row.plan.items() if cause.startswith("later:") and at > now), default=None)


def _next(rows: list[Nag], now: datetime) -> tuple[datetime | None, bool]:
    planned = [(at, cause) for row in rows for cause, at in row.plan.items() if at > now and not _quiet(cause)]
    if not planned:
        return None, False
    at, cause = min(planned)
    return at, ":last:" in cause and len({moment for moment, _ in planned}) == 1


def _quiet(cause: str) -> bool:
    return cause.startswith("late:") or ":warn:" in cause


def _frame(deps: Deps, records: dict[int, Handover], people: dict[int, Person]) -> Frame:
    return replace(deps.frame(None, people), links=deps.links(records.values()))


def _in_time(deps: Deps, found: Reminder, person: Person, now: datetime) -> Reminder | None:
    # The reminder with what was added to it; None when it is not to be sent any more.
    hours = hours_of(person, deps.terms.offices)
    with deps.store.write() as unit:
        found = remind.held(unit, found)
        others = unit.people(_named(found) - {person.id}).values()
        back = any(not acts_for(unit, person, one, deps.settings, now) for one in others)
        deputy = stand_in(unit, person, deps.settings, now)
        if found.day != local_day(hours, now) or not is_open(hours, now) or back or deputy is not None:
            remind.fold(unit, found, person, terms=deps.terms, now=now)
            return None
        later = unit.reminder_at(person.id, found.day, found.n + 1)
        if later is not None and not later.ts and not later.done_at:
            remind.merge(unit, found, later, now=now)
            return None
        remind.gather(unit, found, now=now)
    return found


def _follow(unit: StoreUnit, sent: Reminder, shown: list[tuple[int, int, str]], ts: str) -> None:
    # Who looked at a record while the message was on its way did not see it yet: what was done then is edited here.
    rows = {handover_id: unit.nags(handover_id) for handover_id in {line[0] for line in shown}}
    turns = [(rows[handover_id].get(whom), key) for handover_id, whom, key in shown if nag.is_turn(key)]
    if any(row is None or key not in row.waits for row, key in turns):
        unit.emit(RedrawReminder(sent.id, sent.person, ts))


def _sent_before(ledger: Ledger, found: Reminder, channel: str, key: str) -> bool:
    # Between the post and its note in the ledger we may have died, and its day may be over by now.
    since = posting.since(ledger, ledger.deps.clock.tick(), posting.LONGEST_OUTAGE)
    result = posting.find_post(ledger, channel=channel, thread_ts="", key=key, oldest=since)
    if result is None:
        return False
    asked, frame = gathered(ledger.deps, found, _person(ledger, found.person), ledger.deps.clock.now())
    _, shown = reminder(asked, frame) if asked.lines else (None, [])
    with ledger.deps.store.write() as unit:
        latest = remind.held(unit, found)  # what was added meanwhile has an edit of its own, behind us
        unit.keep_reminder(replace(latest, channel=result["channel"], ts=result["ts"], shown=shown))
        unit.emit(RedrawReminder(found.id, found.person, result["ts"]))  # it says what was so when it was posted
    return True


def _person(ledger: Ledger, person_id: int) -> Person:
    with ledger.deps.store.read() as reader:
        person = reader.person(person_id)
    if person is None:
        raise LookupError(f"Person {person_id} is not there any more.")
    return person
