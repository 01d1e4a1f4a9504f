"""The protocol's ladder, reckoned anew from the script: which clock ran when, whose turn it was, who stood in for whom.

Written from the protocol's words with rows of minutes; nothing of Baton's clock is used.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from tests.stories.clockwork import company
from tests.stories.clockwork.calendar import MINUTE, Hours
from tests.stories.clockwork.company import BY_KEY, Place
from tests.stories.clockwork.evidence import Evidence, Fact, Span
from tests.stories.clockwork.people import TASKS, Deed

KEPT = ("sign_dm", "sign_pm", "sign_rep")
MERGE = timedelta(hours=3)
CONFIGURED = {"csm1_sydney": "csm1_tokyo"}
HEADS = tuple(worker.key for worker in company.PEOPLE if worker.role == "head_of_delivery")
PLACES = {place.name: place for place in company.PLACES}


@dataclass(frozen=True)
class Phase:
    """One stretch in which a clock ran without a stop. `due` as it stood then; `begun` is when the clock began."""

    deal: int
    name: str
    begun: datetime
    start: datetime
    end: datetime
    due: datetime
    minutes: int


@dataclass(frozen=True)
class Duty:
    """One thing that must be told: to `whom` (for `person`), about which deal, why, and from which moment on."""

    person: str
    whom: str
    deal: int
    cause: str
    at: datetime
    phase: Phase


@dataclass
class Rules:
    """The script, asked questions."""

    evidence: Evidence
    _away: dict[str, list[tuple[datetime, datetime, str]]] = field(default_factory=dict)

    def hours(self, key: str) -> Hours:
        """A person's own hours."""
        worker = BY_KEY[key]
        return Hours.of(worker.place, worker.tz)

    def office(self, fact: Fact) -> Place:
        """The office whose calendar counts."""
        return PLACES[fact.office]

    @cached_property
    def phases(self) -> list[Phase]:
        """Every stretch of every clock."""
        return [phase for fact in self.evidence.facts.values() for phase in self._phases(fact)]

    def _phases(self, fact: Fact) -> Iterator[Phase]:
        end = self.evidence.end
        clocks = [("scope", fact.won_at, fact.scoped_at or end, 1)]
        if fact.scoped_at:
            clocks.append(("gate", fact.scoped_at, fact.live_at or end, 2))
        place = self.office(fact)
        hours = Hours.of(place, place.tz)
        length = _minutes(place)
        for name, begun, until, days in clocks:
            stops = sorted((s for s in fact.stops if s.meets(begun, until)), key=lambda one: one.start)
            start = begun
            for n, stop in enumerate([*stops, Span("end", until, until)]):
                due = _due(hours, begun, stops[:n], days * length)
                if start < stop.start:
                    yield Phase(fact.number, name, begun, start, min(stop.start, until), due, days * length)
                start = max(start, stop.end)
                if start >= until:
                    break

    def waits(self, fact: Fact, person: str, moment: datetime) -> dict[str, datetime]:
        """What that person can do at that moment, each with the moment from which it could be done."""
        if any(stop.covers(moment) for stop in fact.stops) or (fact.live_at and moment >= fact.live_at):
            return {}
        found = {}
        for task, (begin, done, holder) in self.turns(fact).items():
            if begin <= moment < done and self.holder(fact, task, holder, moment) == person:
                found[task] = begin
        return found

    def turns(self, fact: Fact) -> dict[str, tuple[datetime, datetime, str]]:
        """Each task: from when on it could be done, until when it was, and who holds its role."""
        if fact.number not in self._turns:
            self._turns[fact.number] = dict(self._reckoned(fact))
        return self._turns[fact.number]

    @cached_property
    def _turns(self) -> dict[int, dict[str, tuple[datetime, datetime, str]]]:
        return {}

    @cached_property
    def _done(self) -> dict[int, dict[str, datetime]]:
        found: dict[int, dict[str, datetime]] = {}
        for deed in self.evidence.deeds:
            if deed.taken and deed.what in TASKS:
                found.setdefault(deed.handover, {}).setdefault(deed.what, deed.at)
        return found

    def _reckoned(self, fact: Fact) -> Iterator[tuple[str, tuple[datetime, datetime, str]]]:
        done, never = self._done.get(fact.id, {}), self.evidence.end + timedelta(days=90)
        opens = {"team": fact.scoped_at, "access": done.get("sign_dm")}
        opens |= dict.fromkeys(KEPT, fact.ready_at)
        for task, (role, before) in TASKS.items():
            needed = [done.get(one, never) for one in before]
            begin = max([fact.won_at, opens.get(task, fact.won_at) or never, *needed])
            yield task, (begin, done.get(task, never), fact.holders[role])

    def holder(self, fact: Fact, task: str, holder: str, moment: datetime) -> str:
        """Who has it then: whoever took it while it could be done, else the role's holder."""
        begin, done, _ = self.turns(fact)[task]
        for deed in self._takes.get(fact.id, ()):
            if task not in KEPT and begin <= deed.at < done and deed.at <= moment:
                holder = deed.who
        return holder

    @cached_property
    def _takes(self) -> dict[int, list[Deed]]:
        found: dict[int, list[Deed]] = {}
        for deed in self.evidence.deeds:
            if deed.what == "take" and deed.taken:
                found.setdefault(deed.handover, []).append(deed)
        return found

    @cached_property
    def tastes(self) -> dict[str, str]:
        """When reminders come, as people chose."""
        prefs = [deed for deed in self.evidence.deeds if deed.what == "prefs" and deed.taken]
        return {deed.who: str(deed.data["reminders"]) for deed in prefs}

    def away(self, person: str, moment: datetime) -> str | None:
        """The deputy's key while somebody is away ('' for none); None when they are here."""
        for deed in reversed(self.evidence.deeds):
            if deed.who != person or deed.at > moment or not deed.taken:
                continue
            if deed.what == "status" and moment < deed.data["until"]:
                return CONFIGURED.get(person, "")
            last: date | None = deed.data["away"].date() if deed.what == "prefs" and deed.data["away"] else None
            if last and self.hours(person).day(moment) <= last:
                return str(deed.data["deputy"]) or CONFIGURED.get(person, "")
        return None

    def receiver(self, person: str, moment: datetime) -> str:
        """Who is told what waits for that person."""
        found, left = person, 4
        while left and (deputy := self.away(found, moment)):
            found, left = deputy, left - 1
        return person if self.away(found, moment) is not None else found

    @cached_property
    def duties(self) -> list[Duty]:
        """Everything that must be told."""
        return [duty for phase in self.phases for duty in self._duties(phase)]

    def _duties(self, phase: Phase) -> Iterator[Duty]:
        fact = self.evidence.facts[phase.deal]
        manager = fact.holders["delivery_manager"]
        takers = {deed.who for deed in self._takes.get(fact.id, ())}
        for person in sorted({*fact.holders.values(), *HEADS, *takers}):
            receivers = {self.receiver(person, at) for at in _often(phase.start, phase.end)}
            for whom in sorted(receivers):
                rows = [*self._rungs(phase, fact, person, whom), *self._lates(phase, fact, person, whom, manager)]
                if person == manager:
                    at = self.hours(whom).next_open(self.hours_of(fact).before(phase.due, 60))
                    rows += [("warn", at)] if phase.start <= at < phase.due else []
                for cause, at in rows:
                    if phase.start <= at < phase.end and self.receiver(person, at) == whom:
                        yield Duty(person, whom, phase.deal, cause, at, phase)

    def hours_of(self, fact: Fact) -> Hours:
        """The hours of the office whose calendar counts."""
        return Hours.of(self.office(fact), self.office(fact).tz)

    def _rungs(self, phase: Phase, fact: Fact, person: str, whom: str) -> Iterator[tuple[str, datetime]]:
        taste = self.tastes.get(whom, "now")
        if taste == "off":
            return
        hours, office = self.hours(whom), self.hours_of(fact)
        half = office.before(phase.due, phase.minutes // 2)
        first = hours.opening(hours.day(half)) or hours.next_open(half)
        last = hours.next_open(office.before(phase.due, 60))
        if taste == "morning":
            last = hours.opening(hours.day(last)) or last
        rungs = []
        if phase.begun < first < phase.due and first >= phase.start and self.waits(fact, person, first):
            rungs.append(("first", first))
        near = any(abs(last - at) <= MERGE for _, at in rungs)
        if phase.begun < last < phase.due and last >= phase.start and not near and self.waits(fact, person, last):
            rungs.append(("last", last))
        yield from rungs

    def _lates(self, phase: Phase, fact: Fact, person: str, whom: str, manager: str) -> Iterator[tuple[str, datetime]]:
        hours = self.hours(whom)
        at = hours.next_open(max(phase.due, phase.start))
        while at < phase.end:
            answers = person == manager or person in HEADS
            began = self.waits(fact, person, at).values()
            mine = any(one < phase.due or hours.day(one) < hours.day(at) for one in began)
            if answers or mine:
                yield "late", at
            at = hours.opening_after(hours.day(at))


def _often(start: datetime, end: datetime) -> Iterator[datetime]:
    moment = start
    while moment < end:
        yield moment
        moment += timedelta(hours=3)


def _minutes(place: Place) -> int:
    opening, closing = place.hours
    return (closing.hour - opening.hour) * 60 + closing.minute - opening.minute


def _due(hours: Hours, begun: datetime, stops: list[Span], worked: int) -> datetime:
    """The moment at which so many minutes have been worked since then, those within a stop left out."""
    left, moment = timedelta(minutes=worked), begun
    for stop in stops:
        worked_before = timedelta(minutes=hours.between(moment, stop.start)) if stop.start > moment else timedelta()
        if worked_before >= left:
            break
        left -= worked_before
        moment = max(moment, stop.end)
    return hours.after(moment, round(left / MINUTE))
