"""Reminders at work: the real sweep, the real worker's loop and Slack's stand-in, on a week that a test walks through.

Both clocks and the sandbox's move together, so that leases, retries and timestamps agree.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock.nag import Reminder
from bot.handover import Handover, State
from bot.people import Person, Role
from handlers.clock import Clock
from handlers.deliver.loop import Worker
from handlers.deliver.performers import PERFORMERS
from handlers.deps import Identity
from handlers.sweep import sweep
from handlers.wiring import build
from sandbox import company
from store.jobs import JobLine
from tests.builders import make_handover
from tests.stories import walk
from tests.stories.stage import Stage

BERLIN = ZoneInfo("Europe/Berlin")
NAMES = ("ana", "ben", "chloe", "dev", "hana", "rafi")
HOLDERS = {Role.SALES_REP: "ana", Role.PM: "ben", Role.CSM: "chloe", Role.DELIVERY_MANAGER: "dev"}
OFFICES = {"berlin": {"timezone": "Europe/Berlin", "hours": ["09:00", "17:00"]}}  # no country: no holidays
MINUTE = timedelta(minutes=1)


class Moved(Clock):
    """Clocks of which a test lets time pass: business and machine time alike."""

    passed = 0.0

    def now(self) -> datetime:
        """Business time."""
        return super().now() + timedelta(seconds=self.passed)

    def tick(self) -> float:
        """Machine seconds."""
        return super().tick() + self.passed


class Desk:
    """One worker over the real wiring, and the record of ABC, whose scope was confirmed on Monday at 9:30.

    It is due on Wednesday at 9:30: reminders come on Tuesday at 9:00 and, an hour before the end, at 16:30.
    """

    def __init__(self, stage: Stage, clock: Clock | None = None) -> None:
        self.stage = stage
        self.clock = clock or Moved()
        self.deps = build(stage.settings(), stage.env, clock=self.clock, db=stage.db)
        self.deps.identity = Identity(company.TEAM, "https://acme.example/", company.BOT_USER)
        self.worker = Worker(self.deps, PERFORMERS)
        self.people = {name: self._met(name) for name in NAMES}
        today = self.clock.now().astimezone(BERLIN).date()
        monday = today + timedelta(days=7 - today.weekday())
        self.monday = datetime.combine(monday, time(9, 30), tzinfo=BERLIN).astimezone(UTC)

    def close(self) -> None:
        """Ends it."""
        self.deps.store.db.dispose()

    def _met(self, name: str) -> Person:
        who = company.by_key(name)
        with self.deps.store.write() as unit:
            return unit.remember(Person(0, who.name, who.email, who.id, "Europe/Berlin"))

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """That day of the week (Monday is 0) at that time in Berlin, as UTC."""
        date = self.monday.astimezone(BERLIN).date() + timedelta(days=day)
        return datetime.combine(date, time(hour, minute), tzinfo=BERLIN).astimezone(UTC)

    def to(self, moment: datetime) -> None:
        """Lets time pass until then, and does nothing."""
        seconds = (moment - self.clock.now()).total_seconds()
        assert isinstance(self.clock, Moved)
        self.clock.passed += max(0.0, seconds)
        self.stage.world.clock.advance(max(0.0, seconds))

    def open(self, deal: str = "d1", client: str = "ABC Fintech", **more: Any) -> Handover:
        """A record whose scope is confirmed now, with nothing done in it."""
        now = self.clock.now().replace(second=0, microsecond=0)
        roles = {role: self.people[name].id for role, name in HOLDERS.items()}
        given = {"id": 0, "deal_id": deal, "client": client, "roles": roles, "office": "berlin"}
        blank: dict[str, Any] = {"entries": [], "answers": [], "steps": [], "presale": [], "workspace_name": ""}
        made = make_handover(State.SCOPED, **given, **blank, **more)
        made.won_at = made.scope_due_at = now - timedelta(days=1)
        made.scoped_at, made.due_at = now, self.deps.terms.due(made, now)
        with self.deps.store.write() as unit:
            return unit.add(made)

    def begin(self) -> Handover:
        """Monday, 9:30: the scope is confirmed, the thread is there."""
        self.to(self.monday)
        made = self.open()
        self.run()
        assert self.letters() == {}
        return made

    def sweep(self) -> int:
        """What the scheduler's tick does."""
        return sweep(self.deps, self.clock.now())

    def work(self) -> None:
        """Performs all that is due now."""
        while self.worker.run_one("desk"):
            continue

    def run(self, moment: datetime | None = None) -> None:
        """Time passes until then; the tick comes, and the hands do what is due; some minutes later once more."""
        if moment is not None:
            self.to(moment)
        for _ in range(3):
            self.sweep()
            self.work()
            if isinstance(self.clock, Moved):
                self.to(self.clock.now() + MINUTE)

    def letters(self, who: str = "") -> dict[str, list[dict[str, Any]]]:
        """The direct messages by name, oldest first; of one person, or of all who have any."""
        found = {}
        for name in [who] if who else NAMES:
            messages = walk.letters(self.stage, name)
            if messages or who:
                found[name] = messages
        return found

    def only(self, who: str) -> str:
        """The words of the one direct message that this person has."""
        messages = self.letters(who)[who]
        assert len(messages) == 1, [walk.shown(m) for m in messages]
        return walk.shown(messages[0])

    def keys(self, who: str) -> list[str]:
        """By which keys the posts to this person are found again."""
        return [m["metadata"]["event_payload"]["key"] for m in self.letters(who)[who]]

    def late_words(self) -> list[str]:
        """The words in the thread that it is late."""
        words = [walk.shown(m) for m in self.stage.channel() if m.get("thread_ts", m["ts"]) != m["ts"]]
        return [text for text in words if "🔴 *Late:*" in text or "is late" in text]

    def reminders(self, who: str, day: int) -> list[Reminder]:
        """What is stored of this person's reminders on that day of the week."""
        date = self.monday.astimezone(BERLIN).date() + timedelta(days=day)
        with self.deps.store.read() as reader:
            return reader.reminders(self.people[who].id, date)

    def jobs(self, kind: str, *states: str) -> list[JobLine]:
        """Jobs of that kind, oldest first."""
        found = self.deps.store.outbox.jobs(states or ("ready", "done", "dead"), limit=1000)
        return [job for job in reversed(found) if job.kind == kind]

    def handover(self, number: int = 1) -> Handover:
        """The record as it is stored."""
        with self.deps.store.read() as reader:
            found = reader.handover(number)
        assert found is not None
        return found
