"""`doctor`: what is right, what is wrong and the next step, line by line. It changes nothing at any vendor."""

import argparse
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from bot.errors import BatonError
from bot.ports import Check, Crm, ProjectTool
from bot.settings import read
from handlers.clock import Clock
from handlers.deps import Deps
from handlers.wiring import build


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Exit code 1 when anything is wrong."""
    del asked
    deps = build(read(env, table), env, clock=Clock())
    checks = [Check("Settings, playbooks and database", ok=True), *slack(deps), *connections(deps)]
    for check in checks:
        sys.stdout.write(f"{'ok   ' if check.ok else 'WRONG'} {check.name}{': ' if check.words else ''}{check.words}\n")
    return 0 if all(check.ok for check in checks) else 1


def slack(deps: Deps) -> Iterable[Check]:
    """The token, and the handovers channel: private, unshared, with Baton in it."""
    try:
        deps.slack.call("auth.test")
        yield Check("Slack token", ok=True)
        if deps.settings.missing:
            words = f"type /handover setup in Slack. Not said yet: {', '.join(deps.settings.missing)}"
            yield Check("Setup", ok=False, words=words)
        if not deps.settings.handovers_channel:
            return
        room = deps.slack.call("conversations.info", channel=deps.settings.handovers_channel).get("channel") or {}
    except BatonError as error:
        yield Check("Slack", ok=False, words=f"{error}. Check SLACK_BOT_TOKEN and that Baton is in the channel.")
        return
    private = bool(room.get("is_private")) and not room.get("is_ext_shared")
    words = "" if private else "make it private and unshared; until then amounts and promises are hidden there"
    yield Check("Handovers channel", ok=private, words=words)


def connections(deps: Deps) -> Iterable[Check]:
    """Each connection's own harmless calls."""
    connected: list[Crm | ProjectTool] = [*deps.crms.values(), *([deps.tool] if deps.tool else [])]
    for connection in connected:
        try:
            for check in connection.check():
                yield Check(f"{connection.title}: {check.name}", ok=check.ok, words=check.words)
        except BatonError as error:
            yield Check(connection.title, ok=False, words=str(error))
