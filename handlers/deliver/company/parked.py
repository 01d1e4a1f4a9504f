"""What is parked, told as one message that counts it, until nothing is parked any more.

The first job that gives up posts it; those of the next hour are counted in it by edits, so that a burst of 500 rings
once. Later ones post it anew, below, as nobody looks at an old message again. What a person parked by hand is no news.
Where it stands is a stored value, one row a message: channel, time stamp, digest of what it shows, and its telling.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence

from blocks.admin import admin
from blocks.frame import Message
from bot.company.effects import RedrawParked
from bot.effects import Effect, TellAdmin
from handlers.deliver import posting
from handlers.deliver.ledger import Ledger, Result
from handlers.slack_api import SlackRefused
from store.jobs import ClaimedJob
from store.unit import StoreUnit

log = logging.getLogger("baton.deliver")
POSTS, TOLD = "parked:posts", "parked:told"
ANEW = 3600.0  # seconds until what is parked then is told by a new message
# A message about these would fail as they did, for ever.
UNTOLD = frozenset({TellAdmin.__name__, RedrawParked.__name__})
Row = list[str]


def park(unit: StoreUnit, job: ClaimedJob, words: str) -> None:
    """Parks a job and sees to it, in the same transaction, that the admin hears of it."""
    unit.park(job, words)
    if job.kind not in UNTOLD:
        _tell(unit, str(job.id))


def message(ledger: Ledger) -> Message | None:
    """The message to be posted now; None when nothing is parked any more: then the next one is told at once.

    None, too, while a later telling waits behind this one, as after hours in which Slack was away: it counts it all.
    """
    if _is_outdone(ledger):
        return None
    found = _counted(ledger)
    if found is None:
        with ledger.deps.store.write() as unit:
            unit.locked_setting(TOLD)
            unit.keep_setting(TOLD, "")
    return found


def keeper(posted: Message) -> Callable[[StoreUnit, Result], None]:
    """Keeps where it stands, in the same transaction as its step; an older message is redrawn to point to this one."""

    def keep(unit: StoreUnit, result: Result) -> None:
        row = [result["channel"], result["ts"], posting.digest(posted), unit.setting(TOLD)]
        unit.keep_setting(POSTS, json.dumps([*_rows(unit.setting(POSTS)), row]))
        unit.emit(RedrawParked(f"{result['channel']}:{result['ts']}"))  # what was parked while it was posted

    return keep


def redraw(effect: Effect, ledger: Ledger) -> None:
    """Edits it wherever it stands, until nothing is parked; a later redraw makes this one needless."""
    assert isinstance(effect, RedrawParked)  # noqa: S101 - the performer of exactly this kind
    store = ledger.deps.store
    if store.outbox.later_in_lane(ledger.job, effect.kind):
        return
    with store.read() as reader:
        rows = _rows(reader.setting(POSTS))
    counted, frame = _counted(ledger), ledger.deps.frame(None, {})
    left: list[Row] = []
    for row in rows:
        old = counted is not None and row[3] != rows[-1][3]
        shown = admin("parked_anew", frame, {}) if old else counted or admin("parked_over", frame, {})
        if _shown(ledger, row, shown) and counted and not old:
            left.append(row)
    with store.write() as unit:
        # Only this lane posts and edits it, so no message was added meanwhile; but a job may have been parked.
        told = unit.locked_setting(TOLD)
        unit.keep_setting(POSTS, json.dumps(left))
        if counted is None or (rows and not left):  # nothing is parked, or somebody deleted the message
            unit.keep_setting(TOLD, "")
        if counted and (not told or (rows and not left)):
            _tell(unit, f"{ledger.job.id}:again")


def _is_outdone(ledger: Ledger) -> bool:
    effect = ledger.job.effect
    assert isinstance(effect, TellAdmin)  # noqa: S101 - the performer of exactly this kind
    with ledger.deps.store.read() as reader:
        told = reader.setting(TOLD)
    return bool(told) and effect.serial.rpartition(":")[2] != told


def _counted(ledger: Ledger) -> Message | None:
    outbox = ledger.deps.store.outbox
    kinds, newest = outbox.gave_up(), outbox.newest_gave_up()
    if newest is None:
        return None
    data = {"count": kinds.total(), "kinds": _listed(kinds)}
    data |= {"kind": newest.kind, "why": newest.error, "job": newest.id}
    return admin("parked", ledger.deps.frame(None, {}), data)


def _tell(unit: StoreUnit, nonce: str) -> None:
    t, told = unit.moment.t, unit.locked_setting(TOLD)
    fresh = bool(told) and t - float(told) < ANEW
    unit.emit(RedrawParked(f"{nonce}:{t}") if fresh else TellAdmin("parked", f"{nonce}:{t}"))
    if not fresh:
        unit.keep_setting(TOLD, str(t))


def _shown(ledger: Ledger, row: Row, wanted: Message) -> bool:
    drawn, before = posting.digest(wanted), row[2]
    row[2] = drawn
    if before == drawn:
        return True
    try:
        return posting.update(ledger, channel=row[0], ts=row[1], message=wanted)
    except SlackRefused as refused:
        log.warning("what is parked cannot be counted up", extra={"why": refused.code})
        return True  # it is there: what is parked later than an hour from now is told by a message of its own


def _listed(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda one: (-one[1], one[0])))


def _rows(text: str) -> Sequence[Row]:
    return json.loads(text) if text else []
