"""What a handover says of itself in a line: its state as symbol and word, when it is due, and who is next.

The same words stand in the root message, in lists of handovers, on the card and in Home. Nothing here counts down: a
message that lives on shows the due time.
"""

from collections.abc import Sequence
from datetime import date, datetime

from blocks import kit, mrkdwn
from blocks.frame import Block, Frame
from blocks.mrkdwn import Safe
from blocks.render import sentence
from blocks.words import turns
from bot.context import Entry, Kind, iso_day
from bot.gate import Turn
from bot.handover import LIVE, Handover, Interval, State, merged_into
from bot.people import TITLES, Role

SYMBOLS = {
    "presale": "🔵", "won": "🔵", "scoped": "🟡", "provisioned": "🟡", "late": "🔴", "pause": "⏸", "hold": "⏸",
    "in_progress": "🟢", "mitigation": "🟢", "maintenance": "🟢", "closed": "⚪", "cancelled": "⚪",
}  # fmt: skip
WORDS = {
    "presale": "Open deal", "won": "Won", "scoped": "Running", "provisioned": "Workspace ready", "late": "Late",
    "pause": "Waiting on the client", "hold": "On hold", "in_progress": "In progress", "mitigation": "Mitigation",
    "maintenance": "Maintenance", "closed": "Closed", "cancelled": "Cancelled",
}  # fmt: skip
REASON = 60  # characters of a reason in a line


def standing(handover: Handover, now: datetime) -> str:
    """How it stands, the strongest word first: ended, on hold, waiting, late, else its state."""
    if handover.state in (State.CLOSED, State.CANCELLED):
        return handover.state.value
    for kind in ("hold", "pause"):
        if handover.running(kind):
            return kind
    return "late" if late(handover, now) else handover.state.value


def late(handover: Handover, now: datetime) -> bool:
    """Whether its due time, or the time by which the scope was wanted, has passed; never once delivery has begun."""
    if handover.state not in (State.WON, State.SCOPED, State.PROVISIONED):
        return False
    due = due_of(handover)
    return due is not None and due < now


def due_of(handover: Handover) -> datetime | None:
    """The due time; before the scope is confirmed, the time by which the scope is wanted."""
    return handover.due_at if handover.scoped_at else handover.scope_due_at or handover.due_at


def urgency(handover: Handover) -> tuple[bool, float]:
    """Sorts by what is due first; what has no due time, or whose clock stands still, comes last."""
    due = shown_due(handover)
    return due is None, due.timestamp() if due else 0.0


def state_words(handover: Handover, now: datetime) -> str:
    """`🟡 Running`: the symbol never without its word."""
    found = standing(handover, now)
    return f"{SYMBOLS[found]} {WORDS[found]}"


def headline(handover: Handover, frame: Frame, rows: Sequence[Turn]) -> Safe:
    """The first line of the root: state, and the time that matters in it. `rows`: whose turn it is."""
    found = standing(handover, frame.now)
    interval = handover.running(found) if found in ("hold", "pause") else None
    return sentence(
        f"thread.{found}",
        symbol=SYMBOLS[found],
        word=WORDS[found],
        due=token(due_of(handover), frame),
        when=when(handover, past=True),
        since=token(handover.live_at, frame),
        ended=token(handover.ended_at, frame),
        closes=_closes(handover),
        reason=mrkdwn.name(_reason(handover, interval, frame), REASON),
        waits=turns.waiting(handover, frame, rows),
        pause_since=token(interval.since if interval else None, frame),
        pause_expected=_day(interval.expected if interval else None),
        by=mrkdwn.name(frame.first(interval.by if interval else 0), 40),
    )


def next_line(handover: Handover, frame: Frame, rows: Sequence[Turn] | None = None) -> Safe:
    """Who does what next, in words, or '' when nothing is next. `rows`: whose turn it is, where that is known."""
    found = standing(handover, frame.now)
    if found in ("closed", "cancelled"):
        return Safe("")
    if found == "hold":
        into = merged_into(handover)
        if into:
            manager = holder(handover, frame, Role.DELIVERY_MANAGER)
            return sentence("thread.next_merged", who=manager, into=f"HO-{into}")
        return sentence("thread.next_hold", rep=holder(handover, frame, Role.SALES_REP))
    if found == "pause":
        return sentence("thread.next_pause", rep=holder(handover, frame, Role.SALES_REP))
    if handover.state in LIVE:
        begun = handover.state is State.IN_PROGRESS  # after that the kickoff is long past
        return sentence("thread.next_live", kickoff=_day(handover.kickoff)) if begun else Safe("")
    rows = turns.shown(handover) if rows is None else rows
    if rows:
        return turns.next_words(handover, rows[0], frame)
    return sentence("thread.next_nobody", running=handover.state is State.SCOPED)


def next_link(handover: Handover, frame: Frame, rows: Sequence[Turn]) -> Safe:
    """Where the next one does it: ` · <list|open it>`, or ''."""
    if not rows or handover.state in LIVE:
        return Safe("")
    url = mrkdwn.address(frame.links.get(f"list:{rows[0].role}", ""))
    return Safe(f" · {mrkdwn.link(url, 'open it')}") if url else Safe("")


def token(moment: datetime | None, frame: Frame) -> Safe:
    """The moment in the reader's own zone; '' when there is none."""
    return mrkdwn.date_token(moment, "{date_short_pretty}, {time}", frame.tz) if moment else Safe("")


def shown_due(handover: Handover) -> datetime | None:
    """The time by which something is due, as long as the clock runs: None while it stands still and after the gate."""
    stopped = handover.running("hold") or handover.running("pause")
    over = handover.state in LIVE or handover.state in (State.CLOSED, State.CANCELLED)
    return None if stopped or over else due_of(handover)


def when(handover: Handover, *, past: bool = False) -> str:
    """The words before that time, as everywhere: `due`, `was due`, before the scope `scope wanted by`."""
    return wanted(scoped=handover.scoped_at is not None, past=past)


def wanted(*, scoped: bool, past: bool) -> str:
    """The same words, where only this is known."""
    if scoped:
        return "was due" if past else "due"
    return "scope was wanted by" if past else "scope wanted by"


def it(handover: Handover, *, past: bool = False) -> str:
    """The same with its subject: `it is due`, `it was due`, before the scope `the scope was wanted by`."""
    verb = "was" if past else "is"
    return f"it {verb} due" if handover.scoped_at else f"the scope {verb} wanted by"


def spoken_due(handover: Handover, frame: Frame) -> str:
    """`due Wed 10 Sep 10:00` in office time, for text where no date token works; '' when nothing is due."""
    due = shown_due(handover)
    if due is None:
        return ""
    return f"{when(handover, past=late(handover, frame.now))} {mrkdwn.clock(due, frame.tz)}"


def real_date(handover: Handover) -> tuple[date | None, Entry | None]:
    """The date that really matters, and the entry that says so: the latest one counts."""
    found = [e for e in handover.entries if e.standing and e.kind is Kind.REAL_DEADLINE]
    dated = [(day, e) for e in found if (day := iso_day(e.details.get("real_date", "")))]
    return dated[-1] if dated else (None, found[-1] if found else None)


def contract_date(handover: Handover) -> date | None:
    """The date in the contract: as somebody said it, else the end of the project or of the deal."""
    _, entry = real_date(handover)
    said = iso_day(entry.details.get("contract_date", "")) if entry else None
    return said or handover.end or handover.deal.end


def short_title(handover: Handover) -> Safe:
    """Client and project on one line, for `text`; the id where both are blank."""
    return mrkdwn.name(handover.title, 140) or Safe(handover.shown_id)


def heading(handover: Handover) -> Block:
    """Client and project as a header block; the id where both are blank."""
    return kit.header(mrkdwn.plain(handover.title, 150) or handover.shown_id)


def _closes(handover: Handover) -> Safe:
    return _day(handover.deal.close_date)


def _day(moment: date | None) -> Safe:
    return Safe(mrkdwn.day(moment) if moment else "")


def _reason(handover: Handover, interval: Interval | None, frame: Frame) -> str:
    if interval:
        return shown_reason(interval, frame)
    return handover.end_reason if frame.open_here else ""


def shown_reason(interval: Interval, frame: Frame) -> str:
    """Why the clock stands still: of a hold Baton says it, of a pause somebody did, in words that may hold anything."""
    return interval.reason if frame.open_here or interval.kind == "hold" else ""


def holder(handover: Handover, frame: Frame, role: Role) -> Safe:
    """The first name of the role's holder, or "the sales rep" while nobody holds it."""
    person = frame.people.get(handover.roles.get(role, 0))
    return mrkdwn.name(person.first_name, 40) if person else Safe(f"the {TITLES[role]}")
