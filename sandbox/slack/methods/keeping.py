"""pins.*, bookmarks.* and reactions.* (https://docs.slack.dev/reference/methods/bookmarks.add)."""

import re

from sandbox.company import BOT_USER
from sandbox.shelf import Doc
from sandbox.slack.limits import OTHER
from sandbox.slack.methods.call import Call
from sandbox.slack.refusal import Refused, bad_arguments


def _message(call: Call) -> tuple[str, Doc]:
    room = call.room(member=True)
    message = call.slack.book.get(room["id"], call.need("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    return room["id"], message


def pin(call: Call) -> Doc:
    """Pins a message."""
    channel, message = _message(call)
    call.slack.pinboard.pin(channel, message["ts"])
    call.slack.ground.changed()
    return {}


def unpin(call: Call) -> Doc:
    """Takes a pin off."""
    channel, message = _message(call)
    call.slack.pinboard.unpin(channel, message["ts"])
    call.slack.ground.changed()
    return {}


def pins(call: Call) -> Doc:
    """The pins of a channel with their messages, newest first."""
    room = call.room()
    items = []
    for doc in call.slack.pins(room["id"])[::-1]:
        message = {key: value for key, value in doc["message"].items() if key != "metadata"}
        message |= {"permalink": call.slack.permalink(room["id"], message), "pinned_to": [room["id"]]}
        base = {"type": "message", "channel": room["id"], "created": doc["created"], "created_by": doc["created_by"]}
        items.append({**base, "message": message})
    return {"items": items}


def _link(link: str) -> str:
    if not re.match(r"https?://[^\s/]+", link) or len(link) > OTHER["bookmark_link"]:
        raise Refused("invalid_link")
    return link


def _title(title: str) -> str:
    if len(title) > OTHER["bookmark_title"]:
        raise bad_arguments(f"title must be less than {OTHER['bookmark_title'] + 1} characters")
    return title


def bookmark(call: Call) -> Doc:
    """Adds a link at the top of a channel; the same link twice is there twice."""
    room = call.room("channel_id", member=True)
    if call.need("type") != "link":
        raise Refused("invalid_bookmark_type")
    title, link = _title(call.need("title")), _link(call.text("link"))
    kept = call.slack.pinboard.bookmark(room["id"], title=title, link=link, emoji=call.text("emoji"))
    call.slack.ground.changed()
    return {"bookmark": kept}


def edit_bookmark(call: Call) -> Doc:
    """Changes a bookmark's title, link or emoji."""
    room = call.room("channel_id", member=True)
    changes = {name: call.text(name) for name in ("title", "link", "emoji") if name in call.args}
    if "link" in changes:
        _link(changes["link"])
    kept = call.slack.pinboard.edit_bookmark(room["id"], call.need("bookmark_id"), **changes)
    call.slack.ground.changed()
    return {"bookmark": kept}


def bookmarks(call: Call) -> Doc:
    """The bookmarks of a channel."""
    return {"bookmarks": call.slack.bookmarks(call.room("channel_id")["id"])}


def remove_bookmark(call: Call) -> Doc:
    """Removes a bookmark."""
    room = call.room("channel_id", member=True)
    call.slack.pinboard.remove_bookmark(room["id"], call.need("bookmark_id"))
    call.slack.ground.changed()
    return {}


def react(call: Call) -> Doc:
    """Adds a reaction of the bot."""
    channel, message = _message(call)
    name = call.need("name")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-\d)?", name):
        raise Refused("invalid_name")
    reactions = message.get("reactions", [])
    if any(one["name"] == name and BOT_USER in one["users"] for one in reactions):
        raise Refused("already_reacted")
    users: list[str] = next((one["users"] for one in reactions if one["name"] == name), [])
    new = {"name": name, "users": [*users, BOT_USER], "count": len(users) + 1}
    others = [one for one in reactions if one["name"] != name]
    call.slack.book.change(channel, message["ts"], reactions=[*others, new])
    call.slack.ground.changed()
    return {}


def unreact(call: Call) -> Doc:
    """Takes a reaction of the bot back."""
    channel, message = _message(call)
    name = call.need("name")
    reactions = message.get("reactions", [])
    if not any(one["name"] == name and BOT_USER in one["users"] for one in reactions):
        raise Refused("no_reaction")
    kept = []
    for one in reactions:
        users = [user for user in one["users"] if one["name"] != name or user != BOT_USER]
        if users:
            kept.append({"name": one["name"], "users": users, "count": len(users)})
    call.slack.book.change(channel, message["ts"], reactions=kept or None)
    call.slack.ground.changed()
    return {}


METHODS = {
    "pins.add": pin,
    "pins.remove": unpin,
    "pins.list": pins,
    "bookmarks.add": bookmark,
    "bookmarks.edit": edit_bookmark,
    "bookmarks.list": bookmarks,
    "bookmarks.remove": remove_bookmark,
    "reactions.add": react,
    "reactions.remove": unreact,
}
