"""Waiting on the client: how long a record may wait, until when, and when its clock runs again without anybody.

While a pause or a hold runs, the due times stand as they are; when it ends they move by the working time that nothing
else has stopped or still stops, so that a pause and a hold at the same time count once. All dates are calendar dates of
the delivery manager's office, all moments aware UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot import checklist
from bot.clock.nag import ASKED
from bot.handover import Handover, Interval, State
from bot.naming import day_words
from bot.terms import Terms
from bot.worktime import (
    DAY,
    SECOND,
    Office,
    add_working_days,
    day_length,
    elapsed,
    is_working_date,
    next_opening,
)

KIND = "pause"
CLOCKED = frozenset({State.WON, State.SCOPED, State.PROVISIONED})  # a clock runs, so that it can stand still


def paused_so_far(handover: Handover, office: Office, now: datetime) -> timedelta:
    """The working time for which this record has waited on its client, over all its pauses."""
    spans = [elapsed(office, start=one.since, end=one.until or now) for one in handover.intervals if one.kind == KIND]
    return sum(spans, timedelta())


def latest_expected(handover: Handover, *, terms: Terms, now: datetime) -> date | None:
    """The last date on which the client's answer may be expected: the one on which all days of waiting are used up.

    None when they are used up by now.
    """
    office = terms.office(handover)
    left = _limit(handover, terms) - paused_so_far(handover, office, now)
    if left <= timedelta():
        return None
    # An office may close at midnight: the end of a day is still that day.
    return (_after(office, now, left) - SECOND).astimezone(ZoneInfo(office.tz)).date()


def date_problem(
    handover: Handover, expected: date, *, terms: Terms, now: datetime, asked: str = "the delivery manager"
) -> str:
    """Why the answer cannot be expected on that date, with a date that is possible; '' when it can.

    `asked` says whom one asks when no date is possible any more.
    """
    office, today = terms.office(handover), terms.today(handover, now)
    latest = latest_expected(handover, terms=terms, now=now)
    if latest is None or latest <= today:
        return f"A handover may wait {_days(terms)} in all, and they are used up. Ask {asked} what to do."
    if expected <= today:
        return f"Pick a date after {day_words(today)}."
    if expected > latest:
        return f"A handover may wait {_days(terms)} in all. Pick {day_words(latest)} or earlier."
    if not is_working_date(office, expected):
        return f"Nobody works here on {day_words(expected)}. Pick a working day."
    return ""


def ends_at(handover: Handover, *, terms: Terms) -> tuple[datetime, str] | None:
    """When the running pause ends if nobody does anything, and why: "expected" or "used_up". None without a pause."""
    pause = handover.running(KIND)
    if pause is None:
        return None
    office = terms.office(handover)
    left = _limit(handover, terms) - paused_so_far(handover, office, pause.since)
    ends = [(_after(office, pause.since, max(left, timedelta())), "used_up")]
    if pause.expected is not None:
        following = datetime.combine(pause.expected + DAY, time(), tzinfo=ZoneInfo(office.tz))
        ends.append((max(next_opening(office, following), pause.since), "expected"))
    return min(ends)


def ended_by_itself(handover: Handover, *, terms: Terms, now: datetime) -> str:
    """Why the running pause is over although nobody ended it; '' when it is not.

    "done": what it waited for is done. "expected": the office opened on the first working date after the expected one.
    "used_up": the record has waited for as long as it may.
    """
    pause = handover.running(KIND)
    if pause is None or handover.state not in CLOCKED:
        return ""
    item = handover.item(pause.subject)
    if item is not None and checklist.done(handover, item):
        return "done"
    end = ends_at(handover, terms=terms)
    return end[1] if end is not None and end[0] <= now else ""


def ask_on(handover: Handover, office_of_setter: Office) -> datetime | None:
    """When the one who paused is asked: their office's opening on the expected date, or the next one after it."""
    pause = handover.running(KIND)
    if pause is None or pause.expected is None or not pause.by:
        return None
    return next_opening(
        office_of_setter, datetime.combine(pause.expected, time(), tzinfo=ZoneInfo(office_of_setter.tz))
    )


def question(handover: Handover) -> str:
    """What names the question whether the answer is here: one for each expected date; '' when none is."""
    pause = handover.running(KIND)
    if pause is None or pause.expected is None or handover.running("hold"):
        return ""
    return f"{ASKED}{mark(pause)}:{pause.expected}"


def run_on(handover: Handover, interval: Interval, *, terms: Terms, until: datetime) -> None:
    """Ends a pause or a hold: the due times of the clocks that run move by the working time that stood still.

    What another one that still runs has stopped as well is counted by that one, when it ends.
    """
    interval.until = until
    others = [one.since for one in handover.intervals if one.running]
    upto = min([until, *others])
    for name, begun in _clocks(handover):
        due, stopped = getattr(handover, name), max(interval.since, begun or interval.since)
        if due is not None and stopped < upto:
            setattr(handover, name, terms.resumed(handover, due, stopped=stopped, now=upto))


def catch_up(handover: Handover, *, terms: Terms, now: datetime) -> str:
    """Ends the pause that is over by itself, at the moment at which it was; returns why, or '' when it goes on."""
    why = ended_by_itself(handover, terms=terms, now=now)
    pause, end = handover.running(KIND), ends_at(handover, terms=terms)
    if not why or pause is None or end is None:
        return ""
    run_on(handover, pause, terms=terms, until=min(end[0], now))
    handover.note(now, "pause_ended", how=why)
    return why


def finish(handover: Handover, how: str, *, terms: Terms, now: datetime, person: int = 0) -> None:
    """Ends the running pause, by a person or because the gate opens; nothing when none runs."""
    if catch_up(handover, terms=terms, now=now):
        return
    pause = handover.running(KIND)
    if pause is not None:
        run_on(handover, pause, terms=terms, until=now)
        handover.note(now, "pause_ended", person=person, how=how)


def take_back(handover: Handover, pause: Interval, *, terms: Terms, now: datetime) -> None:
    """The clocks count as if this pause had not been; what else stopped them meanwhile counts as it would have then."""
    if pause.running:
        run_on(handover, pause, terms=terms, until=now)
    until = pause.until or now
    for name, begun in _clocks(handover):
        due, stopped = getattr(handover, name), max(pause.since, begun or pause.since)
        if due is not None and stopped < min(until, due):
            setattr(handover, name, _without(handover, pause, due, stopped, terms))
    pause.until = pause.since


def recounted(handover: Handover, *, before: Office, terms: Terms) -> dict[str, datetime]:
    """The due times of the clocks that run, by name, which a day is in the way of that nobody works after all.

    `before` is the office's calendar by which they were reckoned: as much working time as it granted is granted still.
    A due time never comes nearer.
    """
    office, found = terms.office(handover), {}
    for name, begun in _clocks(handover):
        due = getattr(handover, name)
        if due is None or begun is None:
            continue
        stops = _stops(handover, begun)
        stood = sum((elapsed(before, start=a, end=b) for a, b in stops if a < due), timedelta())
        at, left = begun, elapsed(before, start=begun, end=due) - stood
        for since, until in stops:
            worked = elapsed(office, start=at, end=since)
            if worked >= left:
                break
            at, left = until, left - worked
        new = _after(office, at, max(left, timedelta()))
        if new >= due + SECOND:
            found[name] = new
    return found


def mark(interval: Interval) -> str:
    """What names one pause within its record."""
    return f"{interval.since.astimezone(UTC):%Y%m%dT%H%M%S%f}"


def marked(handover: Handover, name: str) -> Interval | None:
    """The pause of that name, the latest of them, or None."""
    found = [one for one in handover.intervals if one.kind == KIND and mark(one) == name]
    return found[-1] if found else None


def _clocks(handover: Handover) -> list[tuple[str, datetime | None]]:
    # The due times that still matter, each with the beginning of its clock: what stood still before it did not count.
    if handover.live_at is not None:
        return []
    if handover.scoped_at is None:
        return [("scope_due_at", handover.won_at), ("due_at", None)]
    return [("due_at", handover.scoped_at)]


def _without(handover: Handover, pause: Interval, due: datetime, stopped: datetime, terms: Terms) -> datetime:
    # Back to what was left when the pause began, then forward again over everything else that stopped the clock. A
    # stop that moved the due time began before it and left it behind its own end; one that came too late moved nothing.
    office = terms.office(handover)
    moved = [elapsed(office, start=a, end=b) for a, b in _stops(handover, stopped) if a < due]
    was = _after(office, stopped, elapsed(office, start=stopped, end=due) - sum(moved, timedelta()))
    for since, until in _stops(handover, stopped, but=pause):
        was = terms.resumed(handover, was, stopped=since, now=until)
    return was


def _stops(handover: Handover, begin: datetime, *, but: Interval | None = None) -> list[tuple[datetime, datetime]]:
    # From `begin` on, what was counted already: what overlaps as one, and nothing that another one still stops.
    running = [one.since for one in handover.intervals if one.running]
    found: list[tuple[datetime, datetime]] = []
    for one in sorted(handover.intervals, key=lambda one: one.since):
        since, until = max(one.since, begin), min([one.until or begin, *running])
        if one is but or since >= until:
            continue
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def _after(office: Office, start: datetime, span: timedelta) -> datetime:
    return add_working_days(office, start, Decimal(str(span / day_length(office))))


def _limit(handover: Handover, terms: Terms) -> timedelta:
    return timedelta(seconds=float(terms.settings.pause_days) * day_length(terms.office(handover)).total_seconds())


def _days(terms: Terms) -> str:
    days = terms.settings.pause_days
    return f"{days.normalize():f} working {'day' if days == 1 else 'days'}"
