"""The word in the thread that a handover is late: true on its day only, and never out of hours."""

from collections.abc import Iterable

from bot.clock.nag import local_day
from bot.effects import Reply
from bot.handover import Handover
from bot.worktime import is_open
from handlers.deliver import posting
from handlers.deliver.ledger import Ledger

LOOK_BACK = 14 * 86_400.0  # seconds: longer than any outage that is waited out


def stale(ledger: Ledger, handover: Handover, effect: Reply) -> bool:
    """Whether this word comes too late to be said: on another day, after hours, or when it is late no more.

    What could not be said in today's hours is said at the next opening.
    """
    if ledger.job.attempts > 1 and _posted(ledger, handover, effect):
        return False  # the ledger finds it, and keeps where it stands
    deps, breach = ledger.deps, handover.breach
    now, office = deps.clock.now(), deps.terms.office(handover)
    if breach is None or effect.data.get("day") != local_day(office, now).isoformat():
        return True
    if is_open(office, now):
        return False
    with deps.store.write() as unit:
        record = unit.handover(handover.id)
        if record is not None and record.breach is not None:
            record.breach.told_on = None
            unit.save(record)
    return True


def key(handover: Handover, effect: Reply) -> str:
    """The key by which a reply is found again."""
    return f"{handover.shown_id}:{effect.name}:{effect.serial}"


def _posted(ledger: Ledger, handover: Handover, effect: Reply) -> bool:
    root, since = handover.post("root"), ledger.deps.clock.tick() - LOOK_BACK
    if root is None:
        return False
    place = {"channel": root.channel, "thread_ts": root.ts}
    return posting.find_post(ledger, key=key(handover, effect), oldest=since, **place) is not None


def tell_instead(ledger: Ledger, handover: Handover, slack_ids: Iterable[str]) -> None:
    """Whoever was called in the thread but cannot read it gets a reminder instead."""
    deps = ledger.deps
    with deps.store.write() as unit:
        called = {person.id for slack_id in slack_ids if (person := unit.by_slack(slack_id))}
        if not called:
            return
        unit.lock_people(called)
        rows = unit.nags(handover.id)
        for person_id in sorted(called & rows.keys()):
            row = rows[person_id]
            row.plan["again:late"] = deps.clock.now()
            unit.keep_nag(row)
