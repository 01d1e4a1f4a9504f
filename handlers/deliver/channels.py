"""What we know of a channel: who is in it, and whether amounts and quotes may be shown there."""

from typing import Any

from bot.effects import CheckReaders, Effect, Redraw
from handlers import channel_facts
from handlers.channel_facts import Fact
from handlers.deliver.company import reasons
from handlers.deliver.identify import GONE
from handlers.deliver.ledger import Ledger
from handlers.profile import person_of
from handlers.slack_api import SlackRefused


def members(ledger: Ledger, channel: str) -> set[str]:
    """Slack ids of everyone in the channel."""
    found: set[str] = set()
    for answer in ledger.deps.slack.pages("conversations.members", channel=channel, limit=1000):
        found.update(answer.get("members", []))
    return found


def open_to_amounts(ledger: Ledger, channel: str) -> bool:
    """True only for a private channel without guests and other organisations; asked again every half minute.

    Somebody who came while we were asking makes it False: their event draws everything once more. Where nobody told us,
    an event being lost or none sent for a channel made public, whoever sees it first has everything there drawn anew.
    """
    deps = ledger.deps
    with deps.store.read() as reader:
        before = channel_facts.stored(reader, channel)
    known, asked_at = Fact.of(before), deps.clock.tick()
    if known.fresh(asked_at):
        return known.word == channel_facts.OPEN
    answer = deps.slack.call("conversations.info", channel=channel)
    seen = _private(answer.get("channel") or {}) and not _guests(ledger, channel)
    with deps.store.write() as unit:
        kept = channel_facts.keep(unit, channel, seen=seen, before=before, t=asked_at)
        if kept and not seen and known.word == channel_facts.OPEN:
            unit.emit(CheckReaders(channel, f"look:{before}"))
        return kept and seen


def check_readers(effect: Effect, ledger: Ledger) -> None:
    """Where outsiders read along by now, everything of ours there is drawn anew, without amounts and quotes."""
    assert isinstance(effect, CheckReaders)  # noqa: S101 - the performer of exactly this kind
    try:
        if open_to_amounts(ledger, effect.channel):
            return
    except SlackRefused as refused:
        if refused.code != "channel_not_found":
            raise
        return  # Baton was removed from it, and can edit nothing there
    with ledger.deps.store.read() as reader:
        drawn = reader.drawn_in(effect.channel)
    with ledger.deps.store.write() as unit:
        for handover_id, rev in drawn:
            unit.emit(Redraw(handover_id, rev, nonce=effect.nonce))
    reasons.hide(ledger, effect.channel)


def _private(channel: dict[str, Any]) -> bool:
    shared = any(channel.get(flag) for flag in ("is_shared", "is_ext_shared", "is_org_shared", "is_pending_ext_shared"))
    return bool(channel.get("is_private")) and not shared


def _guests(ledger: Ledger, channel: str) -> bool:
    present = members(ledger, channel)
    with ledger.deps.store.read() as reader:
        met = {slack_id: person for slack_id in present if (person := reader.by_slack(slack_id))}
    known = any(person.guest for person in met.values())
    for slack_id in sorted(present - met.keys() - {ledger.deps.identity.bot_user}):
        try:
            answer = ledger.deps.slack.call("users.info", user=slack_id)
        except SlackRefused as refused:
            if refused.code not in GONE:
                raise
            return True  # whom Slack does not show us is none of ours
        person = person_of(answer.get("user") or {}, ledger.deps.identity.team_id)
        with ledger.deps.store.write() as unit:
            known = unit.remember(person).guest or known
    return known
