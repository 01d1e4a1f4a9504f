"""conversations.history and .replies (https://docs.slack.dev/reference/methods/conversations.history).

Metadata comes along only with `include_all_metadata`; replies are in a channel's history only when broadcast.
"""

import re

from sandbox.company import BOT_USER
from sandbox.shelf import Doc
from sandbox.slack.limits import OTHER
from sandbox.slack.methods.call import Call
from sandbox.slack.refusal import Refused


def _shown(call: Call, message: Doc) -> Doc:
    kept = message if call.flag("include_all_metadata") else {k: v for k, v in message.items() if k != "metadata"}
    if "reply_count" in kept:
        return {**kept, "subscribed": message.get("user") == BOT_USER, "is_locked": False}
    return kept


def _bound(call: Call, name: str, default: float) -> float:
    value = call.text(name)
    if value and not re.fullmatch(r"\d+(\.\d+)?", value):
        raise Refused(f"invalid_ts_{name}")
    return float(value) if value else default


def _within(call: Call, messages: list[Doc]) -> list[Doc]:
    oldest, latest = _bound(call, "oldest", 0.0), _bound(call, "latest", float("inf"))
    if call.flag("inclusive"):
        return [one for one in messages if oldest <= float(one["ts"]) <= latest]
    return [one for one in messages if oldest < float(one["ts"]) < latest]


def _answer(call: Call, messages: list[Doc], most: int) -> Doc:
    page, metadata = call.page(messages, default=100, most=most)
    shown = [_shown(call, message) for message in page]
    return {"messages": shown, "has_more": bool(metadata["next_cursor"]), "response_metadata": metadata}


def history(call: Call) -> Doc:
    """The messages of a conversation, newest first."""
    room = call.room(member=True)
    top = [
        one
        for one in call.slack.messages(room["id"])
        if one.get("thread_ts", one["ts"]) == one["ts"] or one.get("subtype") == "thread_broadcast"
    ]
    answer = _answer(call, _within(call, top[::-1]), OTHER["history_limit"])
    return {**answer, "pin_count": len(call.slack.pins(room["id"]))}


def replies(call: Call) -> Doc:
    """A parent and its replies, oldest first; the parent comes with every page's bounds."""
    room = call.room(member=True)
    found = call.slack.book.get(room["id"], call.need("ts"))
    thread = call.slack.thread(room["id"], str(found.get("thread_ts", found["ts"]))) if found else []
    if not thread:
        raise Refused("thread_not_found")
    return _answer(call, [thread[0], *_within(call, thread[1:])], OTHER["replies_limit"])


METHODS = {"conversations.history": history, "conversations.replies": replies}
