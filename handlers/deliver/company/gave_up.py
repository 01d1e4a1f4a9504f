"""What a job that gave up leaves in the record: its step asks for a hand, whoever's fault it was.

What a vendor refused, the hands themselves write down. Here comes what nobody foresaw, our own mistakes, and an outage
that did not end: the admin hears of the job, and who owns the step sees it, with Retry.
"""

import logging

from bot import provision as rules
from bot.actions import access, provision
from bot.effects import CheckReaders, Home, InviteClient, Provision, Redraw, TellAdmin
from bot.errors import VendorError
from handlers.deliver.company import parked
from handlers.deps import Deps
from handlers.health import unheard
from store.jobs import ClaimedJob, LostLease
from store.unit import StoreUnit

# Each draws all that is so by now: one that is parked stands for all later ones, and a later one makes it needless.
DRAWN = frozenset({Redraw.__name__, Home.__name__, CheckReaders.__name__})
log = logging.getLogger("baton.deliver")
OURS = "Baton stumbled over it itself, and its admin knows."
AWAY = "{vendor} did not answer for days."


def park(deps: Deps, job: ClaimedJob, error: Exception, words: str) -> None:
    """Parks a job with all that follows. A record that cannot even say so keeps nothing from being parked."""
    try:
        with deps.store.write() as unit:
            if job.kind in DRAWN and unit.ledger.stands_parked(job):
                unit.finish(job)
                return
            parked.park(unit, job, words)
            if job.kind == TellAdmin.__name__:
                unheard.told_nobody(unit, deps.clock.machine_now())
            _ask_for_a_hand(unit, deps, job, plain(error))
    except LostLease:
        raise
    except Exception:
        log.exception("the record cannot say that a job gave up", extra={"job": job.id, "kind": job.kind})
        with deps.store.write() as unit:
            parked.park(unit, job, words)


def plain(error: Exception) -> str:
    """Why it gave up, as the people of the record read it."""
    return AWAY.format(vendor=error.vendor) if isinstance(error, VendorError) else OURS


def _ask_for_a_hand(unit: StoreUnit, deps: Deps, job: ClaimedJob, words: str) -> None:
    now = deps.clock.now()
    if job.kind == Provision.__name__:
        effect = job.effect
        assert isinstance(effect, Provision)  # noqa: S101 - by its kind
        handover = unit.handover(effect.handover_id)
        for step in rules.tried_in_vain(handover, effect.side) if handover else ():
            provision.step_failed(unit, effect.handover_id, step.key, words=words, attempt=effect.attempt, now=now)
    elif job.kind == InviteClient.__name__:
        invited = job.effect
        assert isinstance(invited, InviteClient)  # noqa: S101 - by its kind
        access.invited(unit, invited.handover_id, invited.email, state="failed", words=words, terms=deps.terms, now=now)
