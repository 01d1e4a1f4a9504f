"""`@Baton promise weekly call until go-live` in the thread, and words said to Baton in its direct messages."""

import re
from typing import Any

from slack_bolt import Ack, App

from blocks.mrkdwn import slack_unescape
from bot.actions import capture
from bot.context import Kind, Source, lines_of
from bot.effects import Identify
from bot.errors import Refused
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.guard import OUTSIDERS, Click, outsider, say, whisper
from handlers.rows import at_place
from store.unit import StoreUnit

MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")
KINDS = {
    "promise": Kind.COMMITMENT,
    "commit": Kind.COMMITMENT,
    "risk": Kind.RISK,
    "dependency": Kind.DEPENDENCY,
    "assumption": Kind.ASSUMPTION,
    "pressure": Kind.PRESSURE,
    "why": Kind.WHY_US,
    "unclear": Kind.SCOPE_AMBIGUITY,
}
HOW = "In a handover's thread, write: @Baton promise weekly call until go-live. For everything else, type /handover."


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.event("app_mention")
    def mentioned(ack: Ack, event: dict[str, Any], body: dict[str, Any]) -> None:
        heard(deps, event, str(body.get("event_id")))
        ack()

    @bolt.event("message")
    def told(ack: Ack, event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("channel_type") == "im" and not event.get("bot_id") and not event.get("subtype"):
            heard(deps, event, str(body.get("event_id")))
        ack()


def heard(deps: Deps, event: dict[str, Any], event_id: str) -> None:
    """One message to Baton, once per event id, also when Slack sends it again."""
    user, channel = str(event.get("user") or ""), str(event.get("channel") or "")
    thread = str(event.get("thread_ts") or event.get("ts") or "")
    click = Click(slack_id=user, key=f"event:{event_id}", channel=channel, thread_ts=thread)
    now = deps.clock.now()
    with deps.store.read() as reader:
        handover = at_place(reader, channel, thread)
    with deps.store.write() as unit:
        if not user or not unit.seen(click.key):
            return
        who = unit.by_slack(user)
        if who is None:
            unit.emit(Identify(user, "", nonce=deps.new_id()))
            whisper(unit, click, "line", {"text": "One moment: I do not know you yet. Please say that once more."})
            return
        found = handover.id if handover else 0
        outcome = Refused(OUTSIDERS) if outsider(who) else _understood(deps, unit, who, event, found, event_id, now)
        say(unit, click, outcome)


def _understood(
    deps: Deps, unit: StoreUnit, who: Person, event: dict[str, Any], handover_id: int, event_id: str, now: Any
) -> Said | Refused:
    text = slack_unescape(MENTION.sub(" ", str(event.get("text") or ""))).strip()
    word, _, rest = text.partition(" ")
    kind = KINDS.get(word.lower().rstrip(":"))
    if kind is None or not handover_id:
        return Refused(HOW)
    link = deps.permalink(str(event.get("channel")), str(event.get("ts")))
    taken = capture.Capture(
        kind=kind,
        lines=lines_of(rest) if kind is Kind.COMMITMENT else [rest.strip()],
        batch=event_id,
        source=Source.MENTION,
        evidence=link,
    )
    return capture.add(unit, handover_id, who, taken, terms=deps.terms, now=now)
