"""The small company at work: its people in a real store, the use-cases by name, and what was put into the outbox."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot import gate
from bot.actions import (
    access,
    admin,
    amend,
    capture,
    intake,
    lists,
    opening,
    people,
    points,
    prefs,
    provision,
    scope,
    signoff,
    stage,
)
from bot.actions.record import merge
from bot.context import Disposition, Kind
from bot.deal import Deal
from bot.effects import Direct, Effect, Reply, load
from bot.errors import Refused
from bot.handover import Event, Handover, TaskCopy
from bot.people import Person, Role
from bot.terms import Said, Terms
from store.store import Store
from store.tables import JobRow
from store.tables import table as rows
from tests.bot import builders
from tests.conftest import Clocks

JOB = rows(JobRow)
MODULES = (
    access, admin, amend, capture, intake, lists, merge, opening, people, points, prefs, provision, scope, signoff,
    stage,
)  # fmt: skip
NAMES = {
    "ana": "Ana Ruiz",
    "rafi": "Rafi Levi",
    "ben": "Ben Ortiz",
    "chloe": "Chloe Wu",
    "dev": "Dev Patel",
    "hana": "Hana Sato",
    "olga": "Olga Berg",
}
SCOPE = scope.Scope("https://crm.example/d1", date(2026, 4, 7), date(2026, 8, 28))
STANCES = ("for", "against")


@dataclass
class Company:
    """Each use-case is one transaction of the real store; `now` is the company's clock."""

    store: Store
    clocks: Clocks
    terms: Terms
    seen: int = 0
    rings: Counter[str] = field(default_factory=Counter)
    replies: int = 0

    def __post_init__(self) -> None:
        with self.store.write() as unit:
            for name, whole in NAMES.items():
                unit.remember(builders.person(0, whole, email=f"{name}@acme.example"))

    @property
    def now(self) -> datetime:
        return self.clocks.now

    def wait(self, **time: float) -> None:
        """Lets time pass."""
        self.clocks.move(timedelta(**time).total_seconds())

    def who(self, name: str) -> Person:
        """The person of that first name, as a click finds them."""
        with self.store.read() as reader:
            person = reader.by_slack(f"U{name.upper()}")
        assert person is not None
        return person

    def do(self, deed: Callable[..., Any], *args: Any, **given: Any) -> Any:
        """One use-case in one transaction; time and terms are given where it takes them."""
        taken = deed.__code__.co_varnames[: deed.__code__.co_argcount + deed.__code__.co_kwonlyargcount]
        known = {"terms": self.terms, "now": self.now}
        with self.store.write() as unit:
            return deed(unit, *args, **{k: v for k, v in known.items() if k in taken} | given)

    def said(self, deed: Callable[..., Any], *args: Any, **given: Any) -> Said:
        """A use-case that must not be refused."""
        outcome = self.do(deed, *args, **given)
        assert isinstance(outcome, Said), outcome
        return outcome

    def refused(self, deed: Callable[..., Any], *args: Any, **given: Any) -> str:
        """A use-case that must be refused, and leaves no trace; its sentence."""
        before = (self.snapshot(), len(self.effects()))
        outcome = self.do(deed, *args, **given)
        assert isinstance(outcome, Refused), outcome
        assert (self.snapshot(), len(self.effects())) == before
        return outcome.sentence

    def snapshot(self) -> list[str]:
        """Everything that is stored of all records."""
        with self.store.read() as reader:
            return [f"{h!r} {reader.events(h.id)!r}" for h in self.all()]

    def all(self) -> list[Handover]:
        """All records which have not ended, oldest first."""
        with self.store.read() as reader:
            return sorted(reader.open_all(), key=lambda h: h.id)

    def ho(self, handover_id: int = 1) -> Handover:
        """The record as it is stored."""
        with self.store.read() as reader:
            found = reader.handover(handover_id)
        assert found is not None
        return found

    def events(self, kind: str = "", handover_id: int = 1) -> list[Event]:
        """The timeline, of one kind or whole."""
        with self.store.read() as reader:
            return [event for event in reader.events(handover_id) if kind in ("", event.kind)]

    def effects(self, kind: type[Effect] = Effect, name: str = "") -> list[Any]:
        """Everything ever put into the outbox, in order."""
        with self.store.db.read() as session:
            found = session.execute(select(JOB.c.kind, JOB.c.payload).order_by(JOB.c.id)).all()
        every = [load(row.kind, row.payload) for row in found]
        return [e for e in every if isinstance(e, kind) and name in ("", getattr(e, "name", ""))]

    def deliver(self) -> None:
        """Counts, as the hands would at this moment, who is rung by what was emitted since the last delivery."""
        ids = {self.who(name).id: name for name in NAMES}
        for effect in self.effects()[self.seen :]:
            self.seen += 1
            if isinstance(effect, Direct):
                self.rings[ids[effect.person_id]] += 1
            elif isinstance(effect, Reply):
                self.replies += 1
                self.rings.update(ids[person] for person in self.called(effect) if person)

    def called(self, reply: Reply) -> set[int]:
        """Whom a reply mentions: those who must act now."""
        handover = self.ho(reply.handover_id)
        pm, rep = handover.roles.get(Role.PM, 0), handover.roles.get(Role.SALES_REP, 0)
        if reply.name == "win":
            dm = handover.roles.get(Role.DELIVERY_MANAGER, 0)
            return {turn.person or dm for turn in gate.turns(handover)}
        if reply.name == "ready":
            return {pm} | {handover.roles.get(Role(role), 0) for role in reply.data["signers"]}
        return {"questions": {rep}, "answers": {pm}}.get(reply.name, set())

    # The use-cases in short form, for tests that are about something else.

    def read(self, deal: Deal | None = None, *, asked: str = "", cause: str = "event", by: str = "") -> str:
        """A read of a deal; what it did."""
        deal = deal or builders.deal()
        read = intake.Read(deal, asked or deal.id, cause=cause, asked_by=self.who(by).id if by else 0)
        return str(self.do(intake.applied, read))

    def add(self, who: str, *lines: str, kind: Kind = Kind.COMMITMENT, batch: str = "", **more: Any) -> Said:
        """Adds entries."""
        save = capture.Capture(kind, lines, batch or f"{kind}:{lines}:{more}", **more)
        return self.said(capture.add, 1, self.who(who), save)

    def answer(self, *entries: int, how: Disposition = Disposition.IN_SCOPE, nonce: str = "a", **more: str) -> Said:
        """Ben answers points, all in the same way."""
        answers = [points.PointAnswer(entry, how, **more) for entry in entries]
        return self.said(points.answer, 1, self.who("ben"), answers, nonce=nonce)

    def tell(self) -> None:
        """Ana answers her three questions: a promise, a date, and the two stances."""
        self.add("ana", "Weekly call until go-live")
        self.said(capture.none_of, 1, self.who("ana"), kind=Kind.REAL_DEADLINE)
        for stance in STANCES:
            self.add("ana", f"Somebody {stance} us", kind=Kind.STAKEHOLDER, details={"stance": stance})

    def scope(self) -> Said:
        """Dev confirms the scope."""
        return self.said(scope.confirm, 1, self.who("dev"), SCOPE)

    def made(self, *keys: str) -> None:
        """The hands make these steps, or all that are left."""
        for key in keys or [step.key for step in self.ho().steps]:
            self.do(provision.step_made, 1, key, remote_id=f"id-{key}", url=f"https://made.example/{key}")

    def tasks(self, *, owner: str = "ben@acme.example") -> None:
        """The tool shows one task."""
        self.do(
            access.tasks_read,
            1,
            [TaskCopy("t1", "Test data", "", due=date(2026, 5, 1), owner=owner)],
            [],
            began=self.now,
        )

    def provisioned(self) -> None:
        """The way up to signing: everything but the client's access is done, and nobody has signed."""
        self.read()
        self.tell()
        self.answer(*[e.id for e in self.ho().entries if e.open])
        self.said(capture.read, 1, self.who("ben"), document="")
        self.scope()
        self.made()
        self.tasks()
        self.said(lists.tick, 1, self.who("ben"), key="confirm-team", ticked=True)

    def sign(self, who: str, role: Role) -> Said:
        """Signs."""
        return self.said(signoff.sign, 1, self.who(who), role)

    def nobody_yet(self) -> Said:
        """Chloe says that nobody at the client gets access yet."""
        return self.said(access.review, 1, self.who("chloe"), [], right="", nobody="After the kickoff", nonce="n")

    def live(self) -> None:
        """Through the gate."""
        self.provisioned()
        self.sign("dev", Role.DELIVERY_MANAGER)
        self.nobody_yet()
        self.sign("ben", Role.PM)
        self.sign("ana", Role.SALES_REP)
