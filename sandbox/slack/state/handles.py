"""Short-lived handles: trigger ids and response URLs (https://docs.slack.dev/interactivity/handling-user-interaction).

A trigger id lives three seconds of real time and works once. A response URL lives half an hour on the sandbox's clock
and works five times. Neither survives a restart.
"""

import secrets
import time
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.slack.limits import OTHER
from sandbox.slack.refusal import Refused


@dataclass
class Trigger:
    """A trigger id: whose click it is, and when it was sent (real time)."""

    user: str
    sent: float
    used: bool = False


@dataclass
class Source:
    """What a response URL answers to. `ts` names a message, `ephemeral` an ephemeral one; both may be empty."""

    token: str
    user: str
    channel: str
    until: float
    ts: str = ""
    thread_ts: str = ""
    ephemeral: str = ""
    command: bool = False
    uses: int = 0


class Handles:
    """The handles that are out; `trigger_seconds` may be made longer for a debugger or a busy machine."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._sources: dict[str, Source] = {}
        self.trigger_seconds = float(OTHER["trigger_id_seconds"])

    def trigger(self, user: str) -> str:
        """A new trigger id; its three seconds begin now, as it is about to be sent."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, time.time())
        return trigger_id

    def check_trigger(self, trigger_id: str) -> Trigger:
        """The trigger, refused when it is unknown, used or too old. It is spent by setting `used`."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if time.time() - trigger.sent > self.trigger_seconds:
            raise Refused("expired_trigger_id")
        return trigger

    def source(
        self, user: str, channel: str, *, ts: str = "", thread_ts: str = "", ephemeral: str = "", command: bool = False
    ) -> str:
        """The token of a new response URL."""
        token = secrets.token_urlsafe(18)
        until = self._clock.time() + OTHER["response_url_seconds"]
        self._sources[token] = Source(token, user, channel, until, ts, thread_ts, ephemeral, command)
        return token

    def peek_source(self, token: str) -> Source:
        """The source behind a response URL, not counted: an answer in the body is no use of it."""
        return self._sources[token]

    def use_source(self, token: str) -> Source:
        """The source behind a response URL, counted as used; refused with 404 when it is spent or too old."""
        source = self._sources.get(token)
        if source is None:
            raise Refused("invalid_url", status=404)
        if self._clock.time() > source.until:
            raise Refused("expired_url", status=404)
        if source.uses >= OTHER["response_url_uses"]:
            raise Refused("used_url", status=404)
        source.uses += 1
        return source
