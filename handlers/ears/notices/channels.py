"""Somebody came into a channel of ours, or it became shared: what stands there is drawn for those who read it now.

https://docs.slack.dev/reference/events/member_joined_channel · channel_shared
"""

from typing import Any

from slack_bolt import Ack, App

from bot.effects import CheckReaders
from handlers import channel_facts
from handlers.deps import Deps


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.event("member_joined_channel")
    def joined(ack: Ack, event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("user") != deps.identity.bot_user:
            readers_changed(deps, str(event.get("channel") or ""), str(body.get("event_id")))
        ack()

    @bolt.event("channel_shared")
    def shared(ack: Ack, event: dict[str, Any], body: dict[str, Any]) -> None:
        readers_changed(deps, str(event.get("channel") or ""), str(body.get("event_id")))
        ack()


def readers_changed(deps: Deps, channel: str, event_id: str) -> None:
    """What we saw of the channel counts no more, and a job looks anew. Other channels cost one read."""
    with deps.store.read() as reader:
        known = channel == deps.settings.handovers_channel or channel_facts.stored(reader, channel)
        ours = known or reader.by_channel(channel) is not None
    if not ours:
        return
    nonce = f"event:{event_id}"
    with deps.store.write() as unit:
        if unit.seen(nonce):
            channel_facts.forget(unit, channel, nonce)
            unit.emit(CheckReaders(channel, nonce))
