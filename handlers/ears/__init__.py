"""The ears: every click, command, modal and event of Slack. Acknowledge, read, one action, answer.

`register` is the whole list; a catch-all stands last, for buttons of old messages whose ids nobody knows any more.
"""

import re

from slack_bolt import Ack, App

from handlers.deps import Deps
from handlers.ears import (
    access,
    cannot,
    capture,
    clock,
    commands,
    company,
    digest,
    home,
    lists,
    mentions,
    notices,
    options,
    pause,
    points,
    prefs,
    record,
    roles,
    scope,
    show,
    signoff,
)
from handlers.ears.guard import Click, whisper

PARTS = (
    commands, capture, points, lists, scope, signoff, access, roles, clock, pause, cannot, prefs, show, home, digest,
    mentions, notices, options, record, company,
)  # fmt: skip


def register(bolt: App, deps: Deps) -> None:
    """Registers every listener, the catch-all last."""
    for part in PARTS:
        part.register(bolt, deps)

    @bolt.action(re.compile(".*"))
    def unknown(ack: Ack, body: dict) -> None:  # type: ignore[type-arg]
        click = Click.of(body)
        if click.action_id not in ("", "link.open"):
            with deps.store.write() as unit:
                whisper(unit, click, "refused", {"sentence": "This button is out of date. Type /handover to go on."})
        ack()

    @bolt.view(re.compile(".*"))
    def unknown_view(ack: Ack) -> None:
        ack()

    @bolt.event(re.compile(".*"))
    def unknown_event(ack: Ack) -> None:
        ack()
