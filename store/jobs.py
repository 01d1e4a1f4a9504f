"""Jobs as records: what a worker gets, what the ledger knows, what the command line lists. No SQL."""

from dataclasses import dataclass
from typing import Any

from bot.effects import Effect, load
from bot.errors import Conflict


class LostLease(Conflict):
    """Another worker has this job now, or it is finished: stop, and write nothing more for it."""


@dataclass(frozen=True)
class ClaimedJob:
    """A job held by one worker until `leased_until` (machine seconds). `attempts` counts this claim too.

    `faults` are the earlier tries that failed by a fault, the vendor's or our own. `trace` names what it follows from.
    """

    id: int
    key: str
    kind: str
    lane: str
    payload: str
    attempts: int
    owner: str
    leased_until: float
    best_effort: bool = False
    faults: int = 0
    trace: str = ""

    @property
    def effect(self) -> Effect:
        """What is to be done. KeyError for a kind that this version does not know."""
        return load(self.kind, self.payload)


@dataclass(frozen=True)
class StoredStep:
    """A line of the ledger: `done` with its `result`; `repeated` means that it was begun before, so look first.

    `started` is when it was first begun (machine seconds): what is searched for cannot be older.
    """

    done: bool
    repeated: bool
    started: float
    result: Any = None


@dataclass(frozen=True)
class JobLine:
    """A job as an administrator sees it: no payload, no content. Times are machine seconds; `trace` is in the logs."""

    id: int
    kind: str
    state: str
    attempts: int
    run_at: float
    emitted_at: float
    owner: str
    error: str
    trace: str = ""
