"""The daily digest: when it is due, and what is gathered for it. Plain functions; the scheduler and a rehearsal call.

Its day is a date of the digest's office, and it comes on that office's working days. Down at its time: it comes later
on the same date. A date that passed whole is not made up for; the next digest tells its news.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from blocks import digest as face
from blocks.frame import Block, Frame, Message
from bot import digest as rules
from bot.actions import digest as actions
from bot.digest import Detail, Digest, Notes, OpenRow
from bot.worktime import Office, add_work_dates, is_working_date
from handlers.deps import Deps
from store.read import Reader


def office_of(deps: Deps) -> Office:
    """The office whose working days and time count."""
    return deps.terms.offices[deps.settings.digest_office]


def today(deps: Deps, now: datetime) -> date:
    """The date in that office."""
    return now.astimezone(ZoneInfo(office_of(deps).tz)).date()


def moment_of(deps: Deps, day: date) -> datetime:
    """When the digest of that date is due, whether the office works on it or not."""
    return datetime.combine(day, deps.settings.digest_time, tzinfo=ZoneInfo(office_of(deps).tz))


def digest(deps: Deps, now: datetime) -> bool:
    """Asks for the digest when it is due by now; whether it did. The post itself goes through the outbox."""
    if not deps.settings.digest_enabled or deps.settings.missing:
        return False
    day = today(deps, now)
    past = is_working_date(office_of(deps), day) and moment_of(deps, day) <= now
    with deps.store.read() as reader:
        last = reader.setting(actions.LAST)
    if last and (last >= day.isoformat() or not past):
        return False
    with deps.store.write() as unit:
        if last:
            return actions.ask(unit, day)
        actions.begin(unit, day, past=past, now=now)
    return False


def tick(deps: Deps) -> bool:
    """What the scheduler calls."""
    return digest(deps, deps.clock.now())


def next_digest(deps: Deps, now: datetime) -> datetime | None:
    """When the next digest is due, in the past when it is overdue; None while digests are off."""
    if not deps.settings.digest_enabled:
        return None
    with deps.store.read() as reader:
        last = reader.setting(actions.LAST)
    day = add_work_dates(office_of(deps), today(deps, now), 0)
    if last >= day.isoformat() or (not last and moment_of(deps, day) <= now):
        day = add_work_dates(office_of(deps), day, 1)
    return moment_of(deps, day)


@dataclass(frozen=True)
class Overview:
    """A digest with what its drawing needs."""

    digest: Digest
    details: dict[int, Detail]
    links: dict[int, str]
    frame: Frame

    def message(self) -> Message:
        """The message of the day; a kind line when nothing is open."""
        return face.message(self.digest, self.details, self.links, self.frame)


def gather(deps: Deps, now: datetime, *, posting: bool = False, open_here: bool = True) -> Overview:
    """All open handovers as of now, ready to be drawn. `posting`: for the channel, where news is told once."""
    with deps.store.read() as reader:
        since = _since(deps, reader, now, posting=posting)
        found = rules.digest(
            reader.open_rows(since),
            reader.notes(since, now=now, kickoff_by=_kickoff_by(deps, now)),
            now=now,
            since=since,
            tz=office_of(deps).tz,
            late_by=now - moment_of(deps, today(deps, now)) if posting else timedelta(),
        )
        details = _details(deps, reader, found.detailed, now)
    return Overview(found, details, _links(deps, found.rows), _frame(deps, now, open_here=open_here))


def private_view(deps: Deps, now: datetime, *, which: str, person_id: int, number: int) -> Block:
    """A page of all open handovers, or of those in which this person holds a role."""
    holder = person_id if which == "mine" else 0
    with deps.store.read() as reader:
        since = _since(deps, reader, now)
        rows = reader.open_rows(since, holder=holder)
        found = rules.digest(rows, Notes(), now=now, since=since, tz=office_of(deps).tz)
        number, shown = rules.page(found.rows, number, face.PAGE)
        details = _details(deps, reader, shown, now)
        people = reader.people({detail.person for detail in details.values()})
    frame = replace(_frame(deps, now), people=people)
    return face.view(found, shown, details, _links(deps, shown), frame, which=which, page=number)


def _since(deps: Deps, reader: Reader, now: datetime, *, posting: bool = False) -> datetime:
    # The channel is told each thing once. Whoever asks between two digests sees the news of a working day at least.
    usual = moment_of(deps, add_work_dates(office_of(deps), today(deps, now), -1))
    told = reader.setting(actions.TOLD)
    if not told:
        return usual
    last = datetime.fromisoformat(told)
    return last if posting else min(last, usual)


def _kickoff_by(deps: Deps, now: datetime) -> datetime:
    return moment_of(deps, add_work_dates(office_of(deps), today(deps, now), -rules.KICKOFF_DAYS))


def _details(deps: Deps, reader: Reader, rows: Sequence[OpenRow], now: datetime) -> dict[int, Detail]:
    due = {row.id: row.due for row in rows}
    return {
        handover.id: rules.detail(handover, office=deps.terms.office(handover), now=now, due=due[handover.id])
        for handover in reader.records(due)
    }


def _links(deps: Deps, rows: Sequence[OpenRow]) -> dict[int, str]:
    return {row.id: deps.permalink(row.channel, row.ts) for row in rows if row.ts}


def _frame(deps: Deps, now: datetime, *, open_here: bool = True) -> Frame:
    return replace(deps.frame(None, {}, open_here=open_here), now=now, tz=office_of(deps).tz)
