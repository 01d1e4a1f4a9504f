"""The digest in the handovers channel: drawn at the last moment, posted once, while its date lasts."""

from bot.actions import digest as actions
from bot.effects import Effect, PostDigest
from handlers.deliver import posting
from handlers.deliver.channels import open_to_amounts
from handlers.deliver.company import reasons
from handlers.deliver.ledger import Ledger, Result
from handlers.digest import gather, today
from store.unit import StoreUnit


def post_digest(effect: Effect, ledger: Ledger) -> None:
    """One message a day. What waited in an outage until its date was over is left to the next one."""
    assert isinstance(effect, PostDigest)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    channel = deps.settings.handovers_channel
    open_here = open_to_amounts(ledger, channel)  # first: it may wait for Slack until the date is over
    now = deps.clock.now()
    if today(deps, now).isoformat() != effect.day:
        return
    found = gather(deps, now, posting=True, open_here=open_here)
    if found.digest.empty:
        with deps.store.write() as unit:
            actions.told(unit, now)
        return
    message = found.message()

    def keep(unit: StoreUnit, sent: Result) -> None:
        actions.told(unit, now)
        reasons.keep(unit, effect.day, message, sent)

    posting.post(ledger, "digest", channel=channel, message=message, key=f"digest:{effect.day}", keep=keep)
