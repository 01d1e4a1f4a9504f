"""The words in the thread that a handover is late, true on its day only and never out of hours; and that it is over."""

from collections.abc import Iterable

from bot.clock import counting as clock
from bot.clock.asked import stopped
from bot.clock.nag import local_day
from bot.effects import Reply
from bot.handover import ENDED, Handover
from bot.worktime import is_open
from handlers.deliver import posting
from handlers.deliver.ledger import Ledger
from store.unit import StoreUnit

LATE, OVER, AGAIN = "late", "late_over", "again:late"
# Replies which say that something waits, or that the clock runs: of a record that ended, neither is so.
ASKING = frozenset(
    {
        "win",
        "questions",
        "answers",
        "ready",
        "step_failed",
        "hold",
        "resumed",
        "changed",
        "reopened",
        "new_holder",
        "again",
    }
)


def stale(ledger: Ledger, handover: Handover, effect: Reply) -> bool:
    """Whether a word is not to be said any more: that it is late, that it is late no longer; once it ended, any other.

    It is late no more, or the day is another one, or it is after hours: what could not be said in today's hours is said
    at the next opening. The end is said only of what the thread was told.
    """
    if effect.name == OVER:
        return not _was_told(ledger, handover, effect)
    if effect.name != LATE:
        return _moot(ledger, handover, effect)
    if ledger.job.attempts > 1 and _posted(ledger, handover, effect):
        return False  # the ledger finds it, and keeps where it stands
    deps = ledger.deps
    now, office = deps.clock.now(), deps.terms.office(handover)
    if not _lasts(ledger, handover) or effect.data.get("day") != local_day(office, now).isoformat():
        return True
    if is_open(office, now):
        return False
    with deps.store.write() as unit:
        record = unit.handover(handover.id)
        if record is not None and record.breach is not None and record.breach.told_on == local_day(office, now):
            record.breach.told_on = None
            unit.save(record)
    return True


def _moot(ledger: Ledger, handover: Handover, effect: Reply) -> bool:
    # What waited for Slack until the record had ended rings nobody for it; nor does one go on that stopped again.
    again = effect.name == "resumed" and stopped(handover)
    if not again and (handover.state not in ENDED or effect.name not in ASKING):
        return False
    return not (ledger.job.attempts > 1 and _posted(ledger, handover, effect))


def _lasts(ledger: Ledger, handover: Handover) -> bool:
    # A breach that was not looked at since its clock stopped is over all the same.
    deps, breach = ledger.deps, handover.breach
    counting = clock.running(handover, deps.terms.settings)
    if breach is None or counting is None:
        return False
    return counting.name == breach.clock and counting.late(deps.clock.now())


def _was_told(ledger: Ledger, handover: Handover, effect: Reply) -> bool:
    office, names = ledger.deps.terms.office(handover), [post.name for post in handover.posts]
    mine = [breach for breach in handover.breaches if effect.serial.startswith(breach.serial)]
    return any(breach.was_told(names, local_day(office, breach.since)) for breach in mine)


def key(handover: Handover, effect: Reply) -> str:
    """The key by which a reply is found again."""
    return f"{handover.shown_id}:{effect.name}:{effect.serial}"


def _posted(ledger: Ledger, handover: Handover, effect: Reply) -> bool:
    root = handover.post("root")
    since = posting.since(ledger, ledger.deps.clock.tick(), posting.LONGEST_OUTAGE)
    if root is None:
        return False
    place = {"channel": root.channel, "thread_ts": root.ts}
    return posting.find_post(ledger, key=key(handover, effect), oldest=since, **place) is not None


def tell_instead(ledger: Ledger, handover: Handover, slack_ids: Iterable[str]) -> None:
    """Whoever was called in the thread but cannot read it gets a reminder instead, once for this word."""
    absent = sorted(slack_ids)
    ledger.step("instead", dict, again=True, keep=lambda unit, _: _plan(unit, handover.id, absent, ledger))


def _plan(unit: StoreUnit, handover_id: int, slack_ids: Iterable[str], ledger: Ledger) -> None:
    called = {person.id for slack_id in slack_ids if (person := unit.by_slack(slack_id))}
    if not called:
        return
    unit.lock_people(called)
    rows = unit.nags(handover_id)
    for person_id in sorted(called & rows.keys()):
        row = rows[person_id]
        row.spent = [cause for cause in row.spent if cause != AGAIN]  # told on an earlier day: due once more
        row.plan[AGAIN] = ledger.deps.clock.now()
        unit.keep_nag(row)
