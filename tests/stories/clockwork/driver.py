"""The month itself: five minutes after five minutes, or straight to the next step on which anything can happen.

Straight: steps are left out in which neither the record (looks, reminders), nor a job of the outbox, nor the digest,
nor anybody in the script has anything to do. `test_clock_month` proves on a smaller month that the log is the same.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from handlers.digest import next_digest
from store.tables import JobRow, table
from tests.stories.clockwork import company
from tests.stories.clockwork.people import Dice
from tests.stories.clockwork.replicas import Two

STEP = timedelta(minutes=5)
JOB = table(JobRow)
AHEAD = select(func.min(JOB.c.run_at)).where(JOB.c.state == "ready")


@dataclass(frozen=True)
class Outage:
    """Somebody is away from one moment to the other: "slack", "bot", or "webhooks" (events of the CRM are lost)."""

    who: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Scenario:
    """How big a month, and what goes wrong in it. `absences`: who, from when, until when, how, deputy."""

    handovers: int
    start: datetime = company.START
    end: datetime = company.END
    seed: int = 1
    outages: tuple[Outage, ...] = ()
    absences: tuple[tuple[str, datetime, datetime, str, str], ...] = ()
    tastes: tuple[tuple[str, str], ...] = ()
    rough: bool = True
    every_step: bool = False


@dataclass
class Month:
    """One month on one database."""

    two: Two
    scenario: Scenario
    dice: Dice = field(init=False)
    steps: int = 0
    stopped: bool = False

    def __post_init__(self) -> None:
        self.dice = Dice(self.two, self.scenario.seed)
        self._weather = random.Random(self.scenario.seed + 1)  # noqa: S311 - weather, no secrets

    def run(self) -> None:
        """From the first to the last step."""
        self._write_script()
        moment = self.scenario.start
        while moment <= self.scenario.end and not self.stopped:
            self.two.clock.to(moment)
            self.step()
            moment = max(moment + STEP, _grid(self.two.clock.now()))
            moment = moment if self.scenario.every_step else max(moment, self._next())

    def step(self) -> None:
        """One step: what people do now, what the scheduler would call, and what follows.

        A job that is tried again within the step is tried when it is due, as long as Slack is there to be asked.
        """
        self.steps += 1
        begun = self.two.clock.now()
        self.dice.act(begun)
        self.two.settle()
        while self.two.up and self.dice.slack_up:
            due = self._retried()
            if due is None or due >= begun + STEP - timedelta(seconds=1):
                break
            self.two.clock.to(due + timedelta(milliseconds=1))
            self.two.settle()
        self.dice.meet()

    def _next(self) -> datetime:
        deps, now = self.two.deps, self.two.clock.now()
        found = [self.scenario.end + STEP, *([self.dice.next_at] if self.dice.next_at else [])]
        if self.two.up:
            with deps.store.read() as reader:
                found += [at for at in (reader.next_look(now), next_digest(deps, now)) if at]
                if reader.looks_due(now):
                    found.append(now)
            due = self._retried()
            found += [due] if due else []
        soonest = max(min(found), now)
        return _grid(soonest)

    def _retried(self) -> datetime | None:
        # A job behind an earlier one of its lane is due when that one is over.
        ahead = AHEAD.where(JOB.c.run_at > self.two.clock.tick())
        with self.two.deps.store.db.read() as session:
            found = session.execute(ahead).scalar()
        return datetime.fromtimestamp(found, UTC) if found else None

    def _write_script(self) -> None:
        scenario, dice = self.scenario, self.dice
        random_wins = random.Random(scenario.seed + 2)  # noqa: S311 - deals, no secrets
        span = scenario.end - scenario.start - timedelta(days=min(3, (scenario.end - scenario.start).days / 3))
        for n in range(1, scenario.handovers + 1):
            moment = scenario.start + span * random_wins.random()
            region = company.PLACES[n % len(company.PLACES)].name
            dice.at(moment, _call(dice.win, n, region))
        for outage in scenario.outages:
            dice.at(outage.start, _call(self._fail, outage.who, down=True))
            dice.at(outage.end, _call(self._fail, outage.who, down=False))
        for key, start, end, how, deputy in scenario.absences:
            who = company.BY_KEY[key]
            if how == "status":
                dice.at(start, _call(dice.status, who, end))
            else:
                dice.at(start, _call(dice.prefer, who, away=end, deputy=deputy))
        for key, reminders in scenario.tastes:
            dice.at(scenario.start, _call(dice.prefer, company.BY_KEY[key], reminders=reminders))
        hour = scenario.start
        while hour < scenario.end:
            dice.at(hour, self.two.poll)
            if scenario.rough and self._weather.random() < 0.3:
                dice.at(hour, self._storm)
            hour += timedelta(hours=1)

    def _fail(self, who: str, *, down: bool) -> None:
        if who == "slack":
            self.two.world.faults.down("slack", down)
            self.dice.slack_up = not down
        elif who == "bot":
            self.two.world.hubspot.webhooks.drop_all = down
            (self.two.stop if down else self.two.start)()
        else:
            self.two.world.hubspot.webhooks.drop_all = down

    def _storm(self) -> None:
        kind = self._weather.choice(("drop_after", "503", "429", "drop_before"))
        method = self._weather.choice(("chat.postMessage", "chat.update", "conversations.open"))
        if not self.dice.slack_up:
            return
        self.two.world.faults.clear()  # what nobody ran into is over
        self.two.world.faults.add("slack", method, kind, times=2, retry_after=30)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _grid(moment: datetime) -> datetime:
    """The first step that is not before that moment."""
    return EPOCH + STEP * -(-(moment - EPOCH) // STEP)


def _call(deed: Callable[..., None], *given: object, **named: object) -> Callable[[], None]:
    return lambda: deed(*given, **named)
