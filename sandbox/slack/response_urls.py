"""What the app says through a response URL (https://docs.slack.dev/interactivity/handling-user-interaction).

Decides what an answer replaces, deletes or adds. Without `replace_original` an answer is added, ephemeral by default.
"""

from typing import Any

from sandbox.shelf import Doc
from sandbox.slack.checks.payloads import refuse_blocks
from sandbox.slack.refusal import Refused
from sandbox.slack.state.handles import Source
from sandbox.slack.state.views import named_blocks
from sandbox.slack.workspace import AUTHOR, Workspace


def respond(slack: Workspace, token: str, body: Any) -> None:
    """Acts on a body sent to a response URL; refuses spent URLs and bad bodies."""
    if not isinstance(body, dict):
        raise Refused("invalid_payload", status=400)
    if body.get("blocks") is not None:
        _refuse(body["blocks"])
    source = slack.handles.use_source(token)
    if body.get("delete_original"):
        _delete(slack, source)
    elif not (body.get("text") or body.get("blocks")):
        raise Refused("no_text", status=400)
    elif not (body.get("replace_original") and _replace(slack, source, body)):
        show(slack, source, body)
    slack.ground.changed()


def _refuse(blocks: Any) -> None:
    try:
        refuse_blocks(blocks)
    except Refused as refused:
        raise Refused(refused.error, status=400) from None


def show(slack: Workspace, source: Source, body: Doc) -> None:
    """Adds an answer where the person is: for them alone, or for the channel with `in_channel`."""
    text, blocks = str(body.get("text") or ""), body.get("blocks")
    thread_ts = str(body.get("thread_ts") or "") or source.thread_ts
    if body.get("response_type") == "in_channel":
        slack.rates.post(source.channel)
        message: Doc = {**AUTHOR, "text": text} | ({"blocks": blocks} if blocks else {})
        slack.post(source.channel, message | ({"thread_ts": thread_ts} if thread_ts else {}))
        return
    kind = "command" if source.command else "response_url"
    kept = slack.whispers.add(source.user, source.channel, text=text, blocks=blocks, thread_ts=thread_ts, source=kind)
    if source.command and not source.ephemeral:
        source.ephemeral = kept["id"]


def _delete(slack: Workspace, source: Source) -> None:
    if source.ephemeral:
        slack.whispers.forget(source.ephemeral)
    elif source.ts and slack.book.get(source.channel, source.ts):
        slack.book.delete(source.channel, source.ts)


def _replace(slack: Workspace, source: Source, body: Doc) -> bool:
    text, blocks = str(body.get("text") or ""), body.get("blocks")
    if source.ephemeral and slack.whispers.get(source.ephemeral):
        slack.whispers.change(source.ephemeral, text=text, blocks=blocks)
        return True
    if source.ts and slack.book.get(source.channel, source.ts):
        changes: Doc = {"text": text} | ({"blocks": named_blocks(blocks)} if blocks is not None else {})
        slack.book.change(source.channel, source.ts, **changes)
        return True
    return False
