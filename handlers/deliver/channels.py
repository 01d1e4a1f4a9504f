"""What we know of a channel: who is in it, and whether amounts and quotes may be shown there."""

from typing import Any

from handlers.deliver.ledger import Ledger
from handlers.profile import person_of

FRESH = 300.0  # seconds: guests and shared channels change seldom, and a wrong "open" would leak


def members(ledger: Ledger, channel: str) -> set[str]:
    """Slack ids of everyone in the channel."""
    found: set[str] = set()
    cursor = ""
    while True:
        answer = ledger.deps.slack.call("conversations.members", channel=channel, limit=1000, cursor=cursor or None)
        found.update(answer.get("members", []))
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return found


def open_to_amounts(ledger: Ledger, channel: str) -> bool:
    """True only for a private channel without other organisations; asked again every five minutes."""
    deps = ledger.deps
    known = deps.channel_facts.get(channel)
    if known is None or deps.clock.tick() - known[1] > FRESH:
        answer = deps.slack.call("conversations.info", channel=channel)
        known = (_private(answer.get("channel") or {}) and not _guests(ledger, channel), deps.clock.tick())
        deps.channel_facts[channel] = known
    return known[0]


def _private(channel: dict[str, Any]) -> bool:
    shared = any(channel.get(flag) for flag in ("is_shared", "is_ext_shared", "is_org_shared", "is_pending_ext_shared"))
    return bool(channel.get("is_private")) and not shared


def _guests(ledger: Ledger, channel: str) -> bool:
    present = members(ledger, channel)
    with ledger.deps.store.read() as reader:
        met = {slack_id: person for slack_id in present if (person := reader.by_slack(slack_id))}
    known = any(person.guest for person in met.values())
    for slack_id in sorted(present - met.keys() - {ledger.deps.identity.bot_user}):
        answer = ledger.deps.slack.call("users.info", user=slack_id)
        person = person_of(answer.get("user") or {})
        with ledger.deps.store.write() as unit:
            known = unit.remember(person).guest or known
    return known
