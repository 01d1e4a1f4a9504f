"""conversations.*: making, finding and changing channels (https://docs.slack.dev/reference/methods/conversations.create)."""

from sandbox.company import BOT_USER
from sandbox.shelf import Doc
from sandbox.slack.limits import OTHER
from sandbox.slack.methods.call import Call, kind_of
from sandbox.slack.refusal import Refused, bad_arguments

KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def create(call: Call) -> Doc:
    """A new channel with the bot in it."""
    private = call.flag("is_private")
    call.allow("private" if private else "public")
    room = call.slack.rooms.create(call.text("name"), BOT_USER, private=private)
    call.slack.ground.changed()
    return {"channel": room}


def info(call: Call) -> Doc:
    """One conversation that the bot can see."""
    return {"channel": call.room()}


def _visible(call: Call, *, own: bool) -> list[Doc]:
    asked = [KINDS.get(one.strip(), "") for one in call.text("types", "public_channel").split(",")]
    if "" in asked:
        raise Refused("invalid_types")
    for kind in asked:
        call.allow(kind)
    rooms = [room for room in call.slack.channels() if kind_of(room) in asked]
    if call.flag("exclude_archived"):
        rooms = [room for room in rooms if not room.get("is_archived")]
    return [
        room for room in rooms if BOT_USER in call.slack.members(room["id"]) or (not own and kind_of(room) == "public")
    ]


def listing(call: Call) -> Doc:
    """Public channels, and those of the other kinds that the bot is in."""
    page, metadata = call.page(_visible(call, own=False), default=100, most=OTHER["list_limit"])
    return {"channels": page, "response_metadata": metadata}


def of_user(call: Call) -> Doc:
    """users.conversations: those of the bot, or of a user as far as the bot sees them."""
    user = call.text("user") or BOT_USER
    rooms = [room for room in _visible(call, own=user == BOT_USER) if user in call.slack.members(room["id"])]
    page, metadata = call.page(rooms, default=100, most=OTHER["list_limit"])
    return {"channels": page, "response_metadata": metadata}


def join(call: Call) -> Doc:
    """Puts the bot into a public channel; private ones need an invitation."""
    room = call.room(live=True)
    if kind_of(room) != "public":
        raise Refused("method_not_supported_for_channel_type")
    if BOT_USER in call.slack.members(room["id"]):
        metadata = {"warnings": ["already_in_channel"]}
        return {"channel": room, "warning": "already_in_channel", "response_metadata": metadata}
    call.slack.enter(room["id"], BOT_USER)
    return {"channel": call.slack.channel(room["id"])}


def _invite_error(call: Call, room: Doc, user_id: str) -> str:
    user = call.slack.user(user_id)
    if user is None or user["deleted"]:
        return "user_not_found"
    if user_id == BOT_USER:
        return "cant_invite_self"
    members = call.slack.members(room["id"])
    if user_id in members:
        return "already_in_channel"
    others = [one["id"] for one in call.slack.channels() if not one.get("is_im")]
    if user["is_ultra_restricted"] and any(user_id in call.slack.members(one) for one in others):
        return "ura_max_channels"
    return ""


def invite(call: Call) -> Doc:
    """Invites users; one who can't come fails all, unless `force` takes the others in."""
    room = call.room(member=True, live=True)
    users = [one.strip() for one in call.need("users").split(",") if one.strip()]
    if len(users) > OTHER["invite_users"]:
        raise bad_arguments(f"users must be at most {OTHER['invite_users']}")
    failed = {user: error for user in users if (error := _invite_error(call, room, user))}
    errors = [{"user": user, "ok": False, "error": error} for user, error in failed.items()]
    good = [user for user in users if user not in failed]
    if failed and not (call.flag("force") and good):
        raise Refused(next(iter(failed.values())), errors=errors)
    for user in good:
        call.slack.enter(room["id"], user, BOT_USER)
    answer: Doc = {"channel": call.slack.channel(room["id"])}
    return {**answer, "errors": errors} if errors else answer


def kick(call: Call) -> Doc:
    """Takes a user out."""
    room, user = call.room(member=True), call.need("user")
    if user == BOT_USER:
        raise Refused("cant_kick_self")
    if room.get("is_general"):
        raise Refused("cant_kick_from_general")
    if user not in call.slack.members(room["id"]):
        raise Refused("not_in_channel" if call.slack.user(user) else "user_not_found")
    call.slack.leave(room["id"], user)
    return {}


def _describe(call: Call, what: str) -> Doc:
    room = call.room(member=True, live=True)
    value = call.text(what)
    if len(value) > OTHER[what]:
        raise Refused("too_long")
    said = {"value": value, "creator": BOT_USER, "last_set": int(call.slack.clock.time())}
    changed = call.slack.rooms.change(room["id"], **{what: said})
    sentence = f"set the channel {'topic' if what == 'topic' else 'description'}: {value}"
    call.slack.system(room["id"], BOT_USER, f"channel_{what}", sentence, **{what: value})
    return {"channel": changed}


def set_topic(call: Call) -> Doc:
    """Sets the topic; each call posts a line."""
    return _describe(call, "topic")


def set_purpose(call: Call) -> Doc:
    """Sets the purpose; each call posts a line."""
    return _describe(call, "purpose")


def rename(call: Call) -> Doc:
    """Renames a channel that the bot made."""
    room = call.room(member=True, live=True)
    if room["creator"] != BOT_USER:
        raise Refused("not_authorized")
    name = call.text("name")
    call.slack.rooms.check_name(name)
    names = [room["name"], *room["previous_names"]]
    changed = call.slack.rooms.change(room["id"], name=name, name_normalized=name, previous_names=names)
    said = f"has renamed the channel from {room['name']} to {name}"
    call.slack.system(room["id"], BOT_USER, "channel_name", said, old_name=room["name"], name=name)
    call.slack.events.renamed(changed)
    return {"channel": changed}


def archive(call: Call) -> Doc:
    """Archives a channel; its name stays taken."""
    room = call.room(member=True)
    if room.get("is_archived"):
        raise Refused("already_archived")
    if room.get("is_general"):
        raise Refused("cant_archive_general")
    call.slack.system(room["id"], BOT_USER, "channel_archive", "archived the channel")
    changed = call.slack.rooms.change(room["id"], is_archived=True)
    call.slack.events.archived(changed, BOT_USER, on=True)
    return {}


def unarchive(call: Call) -> Doc:
    """Brings an archived channel back."""
    room = call.room()
    if not room.get("is_archived"):
        raise Refused("not_archived")
    changed = call.slack.rooms.change(room["id"], is_archived=False)
    call.slack.system(room["id"], BOT_USER, "channel_unarchive", "un-archived the channel")
    call.slack.events.archived(changed, BOT_USER, on=False)
    return {}


def members(call: Call) -> Doc:
    """Who is in a conversation."""
    page, metadata = call.page(call.slack.members(call.room()["id"]), default=100, most=OTHER["list_limit"])
    return {"members": page, "response_metadata": metadata}


def opened(call: Call) -> Doc:
    """Opens the direct message with one user, or a group's with up to eight."""
    if call.text("channel"):
        return {"channel": call.room(), "no_op": True, "already_open": True}
    users = [one.strip() for one in call.text("users").split(",") if one.strip()]
    if not users:
        raise Refused("users_list_not_supplied")
    if len(users) > OTHER["open_users"]:
        raise Refused("too_many_users")
    call.allow("im" if len(users) == 1 else "mpim")
    for one in users:
        user = call.slack.user(one)
        if user is None:
            raise Refused("user_not_found")
        if user["deleted"] or user["is_bot"]:
            raise Refused("user_disabled" if user["deleted"] else "cannot_dm_bot")
    known = call.slack.channel("D" + users[0][1:]) if len(users) == 1 else None
    room = call.slack.rooms.direct(users[0]) if len(users) == 1 else call.slack.rooms.group(users)
    call.slack.ground.changed()
    short = room if call.flag("return_im") else {"id": room["id"]}
    return {"channel": short, "no_op": True, "already_open": True} if known else {"channel": short}


METHODS = {
    "conversations.create": create,
    "conversations.info": info,
    "conversations.list": listing,
    "users.conversations": of_user,
    "conversations.join": join,
    "conversations.invite": invite,
    "conversations.kick": kick,
    "conversations.setTopic": set_topic,
    "conversations.setPurpose": set_purpose,
    "conversations.rename": rename,
    "conversations.archive": archive,
    "conversations.unarchive": unarchive,
    "conversations.members": members,
    "conversations.open": opened,
}
