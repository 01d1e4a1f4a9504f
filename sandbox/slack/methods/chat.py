"""chat.*: posting, editing and deleting messages (https://docs.slack.dev/reference/methods/chat.postMessage)."""

from typing import Any

from sandbox.company import BOT_USER
from sandbox.shelf import Doc
from sandbox.slack.checks.payloads import refuse_blocks, refuse_metadata, refuse_view
from sandbox.slack.limits import SURFACES
from sandbox.slack.methods.call import Call, kind_of
from sandbox.slack.refusal import Refused, bad_arguments
from sandbox.slack.state.views import named_blocks
from sandbox.slack.workspace import AUTHOR

MOST_TEXT = SURFACES["message"]["text_max"]


def content(call: Call, *, cut: bool = False) -> Doc:
    """Text, blocks and metadata of a message, refused when Slack would; `cut` shortens what is too long."""
    text, blocks = call.text("text"), call.json("blocks")
    markdown, attachments = call.text("markdown_text"), call.json("attachments")
    if markdown and (text or blocks):
        raise Refused("markdown_text_conflict")
    if len(markdown) > SURFACES["message"]["markdown_text"]:
        raise Refused("msg_too_long")
    if attachments and len(attachments) > SURFACES["message"]["attachments"]:
        raise Refused("too_many_attachments")
    if not (text or blocks or markdown or attachments):
        raise Refused("no_text")
    if len(text) > MOST_TEXT and not cut:
        raise Refused("msg_too_long")
    message: Doc = {"text": (text or markdown)[:MOST_TEXT]}
    if blocks is not None:
        refuse_blocks(blocks)
        message["blocks"] = blocks
    if attachments:
        message["attachments"] = attachments
    return message


def metadata_of(call: Call) -> Doc | None:
    """The metadata of a message, or None when the call has none."""
    metadata = call.json("metadata")
    if metadata is not None:
        refuse_metadata(metadata)
    return metadata if metadata is None else dict(metadata)


def target(call: Call) -> Doc:
    """Where a message goes: a conversation, or the direct message behind a user id."""
    name = call.need("channel")
    user = call.slack.user(name)
    if user is not None:
        if user["deleted"] or user["is_bot"]:
            raise Refused("cannot_dm_bot" if user["is_bot"] else "channel_not_found")
        return call.slack.rooms.direct(name)
    room = call.slack.channel(name)
    if room is None:
        raise Refused("channel_not_found")
    if BOT_USER not in call.slack.members(name):
        if kind_of(room) != "public":
            raise Refused("channel_not_found")
        if call.slack.manifest.scopes is None or not call.slack.manifest.granted("chat:write.public"):
            raise Refused("not_in_channel")
    if room.get("is_archived"):
        raise Refused("is_archived")
    return room


def post_message(call: Call) -> Doc:
    """Posts into a conversation or a thread; above one a second and channel the answer is 429."""
    room = target(call)
    message = {**AUTHOR, **content(call, cut=True)}
    metadata, thread_ts = metadata_of(call), call.text("thread_ts")
    if metadata:
        message["metadata"] = metadata
    if thread_ts:
        refuse_thread(call, room["id"], thread_ts)
        message["thread_ts"] = thread_ts
        if call.flag("reply_broadcast"):
            message["subtype"] = "thread_broadcast"
    call.slack.rates.post(room["id"])
    kept, _ = call.slack.post(room["id"], message)
    answer: Doc = {"channel": room["id"], "ts": kept["ts"], "message": kept}
    return {**answer, "warning": "message_truncated"} if len(call.text("text")) > MOST_TEXT else answer


def refuse_thread(call: Call, channel: str, thread_ts: str) -> None:
    """Refuses a reply to what is no parent: an unknown message, or a reply."""
    parent = call.slack.book.get(channel, thread_ts)
    if parent is None or parent.get("thread_ts", thread_ts) != thread_ts:
        raise Refused("cannot_reply_to_message")


def own_message(call: Call, refusal: str) -> tuple[str, Doc]:
    """The channel and the bot's own message named by the call; another author's is refused."""
    room, ts = call.slack.channel(call.need("channel")), call.need("ts")
    if room is None or (kind_of(room) != "public" and BOT_USER not in call.slack.members(room["id"])):
        raise Refused("channel_not_found")
    message = call.slack.book.get(room["id"], ts)
    if message is None or message.get("subtype") == "tombstone":
        raise Refused("message_not_found")
    if message.get("user") != BOT_USER or message.get("subtype", "thread_broadcast") != "thread_broadcast":
        raise Refused(refusal)
    return room["id"], message


def update(call: Call) -> Doc:
    """Replaces a message of the bot; blocks and metadata that are left out stay."""
    channel, message = own_message(call, "cant_update_message")
    changes: dict[str, Any] = content(call)
    metadata = metadata_of(call)
    if metadata is not None:
        changes["metadata"] = metadata or None
    if "blocks" in changes:
        changes["blocks"] = named_blocks(changes["blocks"])
    changes["edited"] = {"user": BOT_USER, "ts": f"{call.slack.clock.time():.6f}"}
    kept = call.slack.book.change(channel, message["ts"], **changes)
    call.slack.ground.changed()
    return {"channel": channel, "ts": kept["ts"], "text": kept["text"], "message": kept}


def delete(call: Call) -> Doc:
    """Deletes a message of the bot."""
    channel, message = own_message(call, "cant_delete_message")
    call.slack.book.delete(channel, message["ts"])
    call.slack.ground.changed()
    return {"channel": channel, "ts": message["ts"]}


def post_ephemeral(call: Call) -> Doc:
    """Shows a message to one member; its `message_ts` is of no use for edits."""
    room = target(call)
    user = call.need("user")
    if user not in call.slack.members(room["id"]):
        raise Refused("user_not_in_channel")
    body = content(call)
    kept = call.slack.whispers.add(
        user,
        room["id"],
        text=body["text"],
        blocks=body.get("blocks"),
        thread_ts=call.text("thread_ts"),
        source="ephemeral",
    )
    call.slack.ground.changed()
    return {"message_ts": kept["ts"]}


def permalink(call: Call) -> Doc:
    """The link of a message that the bot can see."""
    room = call.room()
    message = call.slack.book.get(room["id"], call.need("message_ts"))
    if message is None:
        raise Refused("message_not_found")
    return {"channel": room["id"], "permalink": call.slack.permalink(room["id"], message)}


def validate(call: Call) -> Doc:
    """blocks.validate: exactly one of blocks, message and view is checked, without a token."""
    given = [name for name in ("blocks", "message", "view") if call.json(name) is not None]
    if len(given) != 1:
        raise bad_arguments("exactly one of blocks, message and view is required")
    value = call.json(given[0])
    if given[0] == "view":
        refuse_view(value, value.get("type", "modal") if isinstance(value, dict) else "modal")
        return {}
    refuse_blocks(value.get("blocks") if given[0] == "message" else value)
    return {}


METHODS = {
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "chat.postEphemeral": post_ephemeral,
    "chat.getPermalink": permalink,
    "blocks.validate": validate,
}
