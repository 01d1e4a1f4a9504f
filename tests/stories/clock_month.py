"""A simulated month of the clock: two replicas, people, outages. What came of it is evidence; the oracle judges it."""

import signal
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from bot.handover import Handover
from tests.stories.clockwork import company
from tests.stories.clockwork.driver import Month, Outage, Scenario
from tests.stories.clockwork.evidence import Evidence, Fact, Span, post_of
from tests.stories.clockwork.replicas import Two, two


@dataclass(frozen=True)
class Run:
    """One month on one database, run."""

    evidence: Evidence
    steps: int
    seconds: float
    parked: int
    waiting: int


def day(month: int, date: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of the month, UTC."""
    return datetime(2026, month, date, hour, minute, tzinfo=UTC)


WHOLE = Scenario(
    handovers=200,
    outages=(
        Outage("slack", day(3, 10, 7), day(3, 10, 11)),
        Outage("bot", day(3, 12, 18), day(3, 13, 5, 30)),
        Outage("webhooks", day(3, 16, 8), day(3, 16, 16)),
        Outage("slack", day(3, 18, 20), day(3, 20, 1)),
        Outage("bot", day(3, 24, 12), day(3, 31, 12)),
    ),
    absences=(
        ("pm1_berlin", day(3, 9, 9), day(3, 13), "word", "pm2_berlin"),
        ("dm1_newyork", day(3, 10, 15), day(3, 16), "word", "head_newyork"),
        ("csm1_sydney", day(3, 9, 1), day(3, 20), "word", ""),
        ("rep1_telaviv", day(3, 11, 8), day(3, 15, 20), "status", ""),
        ("pm1_tokyo", day(3, 13, 3), day(3, 19, 3), "status", ""),
        ("dm1_berlin", day(4, 1, 8), day(4, 7), "word", "dm1_telaviv"),
        ("pm2_berlin", day(3, 10, 22), day(3, 11), "word", "pm3_berlin"),
    ),
    tastes=(("pm3_berlin", "morning"), ("pm3_newyork", "off"), ("rep2_sydney", "morning")),
)
SAMPLE = replace(
    WHOLE,
    handovers=5,
    start=day(3, 6),
    end=day(3, 11, 18),
    outages=(Outage("slack", day(3, 9, 7), day(3, 9, 11)), Outage("bot", day(3, 10, 18), day(3, 11, 9, 30))),
    absences=WHOLE.absences[:3],
)
TINY = Scenario(handovers=3, start=day(3, 9), end=day(3, 11), rough=False)


def run(folder: Path, scenario: Scenario, *, url: str = "", racing: bool = False) -> Run:
    """Runs the month, and gathers the evidence. Ctrl-C ends it after the step, and what there is is judged."""
    with two(folder, url, seed=scenario.seed, racing=racing) as company_of_two:
        began = perf_counter()
        month = Month(company_of_two, scenario)
        before = interrupted(lambda *_: setattr(month, "stopped", True))
        month.run()
        interrupted(before)
        took = perf_counter() - began
        evidence = gathered(company_of_two, month)
        outbox = company_of_two.deps.store.outbox
        return Run(evidence, month.steps, took, sum(outbox.parked().values()), sum(outbox.waiting().values()))


def interrupted(deed: Any) -> Any:
    """What Ctrl-C does from now on; what it did before. Other threads than the first have no say in it."""
    main = threading.current_thread() is threading.main_thread()
    return signal.signal(signal.SIGINT, deed) if main else None


def gathered(found: Two, month: Month) -> Evidence:
    """The log of new messages, what happened to each handover, and the script."""
    rooms = {room["id"]: found.world.slack.members(room["id"]) for room in found.world.slack.channels()}
    spans = [Span(outage.who, outage.start, outage.end) for outage in month.scenario.outages]
    return Evidence(
        posts=[post_of(call, rooms[call["args"]["channel"]]) for call in found.log],
        facts=_facts(found),
        deeds=month.dice.journal,
        outages=spans,
        end=found.clock.now() + timedelta(minutes=1),
    )


def _facts(found: Two) -> dict[int, Fact]:
    facts: dict[int, Fact] = {}
    with found.deps.store.read() as reader:
        for handover in reader.open_all(limit=1000):
            people = reader.people(handover.people)
            holders = {role.value: company.BY_ID[people[who].slack_id].key for role, who in handover.roles.items()}
            ready = [e.at for e in reader.events(handover.id) if e.kind == "step" and e.data.get("state") == "done"]
            facts[_number(handover)] = _fact(handover, holders, max(ready, default=None))
    return facts


def _number(handover: Handover) -> int:
    return int(handover.client[1:4])


def _fact(handover: Handover, holders: dict[str, str], ready: datetime | None) -> Fact:
    assert handover.won_at is not None
    return Fact(
        id=handover.id,
        number=_number(handover),
        office=handover.office,
        holders=holders,
        won_at=handover.won_at,
        scoped_at=handover.scoped_at,
        ready_at=ready if handover.state.value not in ("won", "scoped") else None,
        live_at=handover.live_at,
        stops=[Span(one.kind, one.since, one.until or month_end()) for one in handover.intervals],
    )


def month_end() -> datetime:
    """A moment after everything."""
    return company.END + timedelta(days=60)
