"""Everything wired together: what ears and hands are given. The real clock and the real ids live here and only here."""

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from blocks.frame import Frame
from bot.deal import MANUAL
from bot.errors import Declined
from bot.handover import Handover
from bot.people import Person, Role, can_hold
from bot.ports import Crm, ProjectTool
from bot.settings import Settings
from bot.template import Template
from bot.terms import Terms
from bot.worktime import day_length
from handlers.askers import Askers
from handlers.clock import Clock
from handlers.slack_api import SlackApi
from store.playbooks import ProjectFile
from store.store import Store

REMOVED = "[connections.{}] is not in baton.toml any more: put it back, then try again"


def new_id() -> str:
    """A fresh id for clicks, batches and jobs: 16 characters, never guessed."""
    return secrets.token_hex(8)


@dataclass(frozen=True)
class Haste:
    """How many seconds somebody who waits for an answer is let wait. Slack waits three, then shows a warning sign."""

    answer: float = 2.6  # until an answer is given whatever the work does
    lock: float = 1.5  # for the database's lock, all in all
    call: int = 2  # for Slack's answer to a call of ours
    sorry: float = 0.8  # until the sentence that it did not work is taken: what is left of the three


USUAL = Haste()


@dataclass(frozen=True)
class Identity:
    """Who we are in Slack, by auth.test at the start (empty until Slack has answered once).

    `scopes` are those that were granted; none when Slack did not say.
    """

    team_id: str = ""
    team_url: str = ""
    bot_user: str = ""
    bot_id: str = ""
    scopes: frozenset[str] = frozenset()


class Line(Protocol):
    """The line of Socket Mode, as health sees it."""

    @property
    def open(self) -> bool:
        """Whether a line is up."""

    @property
    def silent_for(self) -> float:
        """Seconds since the last word of Slack's."""


@dataclass
class Deps:
    """What a handler may use. `edge` is for ears, within their `haste`; `slack` for hands (10 s)."""

    settings: Settings
    terms: Terms
    store: Store
    clock: Clock
    edge: SlackApi
    slack: SlackApi
    crms: Mapping[str, Crm] = field(default_factory=dict)
    tool: ProjectTool | None = None
    playbooks: Mapping[str, ProjectFile] = field(default_factory=dict)
    identity: Identity = field(default_factory=Identity)
    haste: Haste = USUAL
    assert_outside: Callable[[], None] = lambda: None
    missed: dict[str, float] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)  # Slack id → channel of the direct messages with that person
    line: Line | None = None
    stored_at: datetime | None = None  # when the database could be written last, as far as anybody looked
    away_since: datetime | None = None  # since when it cannot be; None while it can
    sweep_seconds: float = 0.0
    askers: Askers = field(default_factory=Askers)
    # Set once this process is told to stop: whoever looks at many things ends after the one at hand.
    stopping: threading.Event = field(default_factory=threading.Event)
    new_id: Callable[[], str] = new_id
    # What `handlers.company` took up of what was set in Slack, and when (machine seconds) it looked last.
    file_checklist: Template | None = None
    taken_up: tuple[str, int, str] = ("", 0, "")
    looked_at: float = 0.0
    # The erasure that was noticed last, and how often what is kept in memory is still to be let go for it.
    erased: str = ""
    to_forget: int = 0

    def frame(self, handover: Handover | None, people: Mapping[int, Person], *, open_here: bool = True) -> Frame:
        """What a drawing needs beside the record."""
        office = self.terms.office(handover) if handover else self.terms.offices[self.settings.offices[0].name]
        links = {p.name: self.permalink(p.channel, p.ts) for p in handover.posts} if handover else {}
        day = day_length(office)
        return Frame(
            now=self.clock.now(),
            tz=office.tz,
            people=people,
            links=links,
            open_here=open_here,
            day=day,
            wanted=day * float(self.settings.clock_days),
        )

    def links(self, handovers: Iterable[Handover]) -> dict[str, str]:
        """Where our messages about several records stand: `root:42`, `list:pm:42`."""
        return {f"{p.name}:{h.id}": self.permalink(p.channel, p.ts) for h in handovers for p in h.posts}

    def team_people(self, handover: Handover) -> list[Person]:
        """The internal team by function (delivery, QA, design, dev), as far as they are colleagues in Slack."""
        emails = sorted({email for emails in self.settings.functions.values() for email in emails})
        with self.store.read() as reader:
            found = [reader.by_email(email) for email in emails]
        held = set(handover.roles.values())
        return [person for person in found if person and can_hold(person) and person.id not in held]

    def owner_of(self, handover: Handover, people: Mapping[int, Person], function: str) -> str:
        """The e-mail of whoever does a task of this function: a role holder, its first colleague, else the PM."""
        if function in list(Role) and handover.roles.get(Role(function)) in people:
            return people[handover.roles[Role(function)]].email
        with self.store.read() as reader:
            met = {email: reader.by_email(email) for email in self.settings.functions.get(function, ())}
        # Whom Slack has not shown us yet the settings know; a guest would be let into the workspace by it.
        named = [email for email, person in met.items() if person is None or (person.active and not person.guest)]
        pm = people.get(handover.roles.get(Role.PM, 0))
        return named[0] if named else (pm.email if pm else "")

    def crm_of(self, connection: str, call: str) -> Crm | None:
        """The CRM of a record; None for one without a deal. Declined when its connection left the settings."""
        if connection == MANUAL:
            return None
        if connection not in self.crms:
            raise Declined("CRM", call, words=REMOVED.format(connection))
        return self.crms[connection]

    def permalink(self, channel: str, ts: str) -> str:
        """The address of a message, built by hand as Slack does (chat.getPermalink gives the same)."""
        return f"{self.identity.team_url}archives/{channel}/p{ts.replace('.', '')}" if self.identity.team_url else ""
