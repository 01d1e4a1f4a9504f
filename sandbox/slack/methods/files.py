"""files.*: the three steps of an upload (https://docs.slack.dev/reference/methods/files.getUploadURLExternal)."""

from sandbox.company import BOT_USER
from sandbox.shelf import Doc
from sandbox.slack.checks.payloads import refuse_blocks
from sandbox.slack.methods.call import Call
from sandbox.slack.methods.chat import refuse_thread
from sandbox.slack.refusal import Refused, bad_arguments
from sandbox.slack.workspace import AUTHOR


def upload_url(call: Call) -> Doc:
    """An address for the bytes of a file with a name and a length."""
    name, length = call.need("filename"), call.text("length")
    if not length.isdigit() or not int(length):
        raise bad_arguments("length must be a positive number")
    base = call.slack.ground.base_url
    file = call.slack.drive.announce(name, int(length), BOT_USER, base)
    return {"upload_url": f"{base}/slack/upload/{file['id']}", "file_id": file["id"]}


def complete(call: Call) -> Doc:
    """Makes the uploaded files files of the workspace, and posts them when a channel is named."""
    asked = call.json("files")
    if not isinstance(asked, list) or not asked:
        raise bad_arguments("missing required field: files")
    channel = call.text("channel_id") or call.text("channels")
    room = call.slack.channel(channel) if channel else None
    if channel and (room is None or BOT_USER not in call.slack.members(channel)):
        raise Refused("channel_not_found" if room is None or room.get("is_private") else "not_in_channel")
    if room and room.get("is_archived"):
        raise Refused("is_archived")
    if room and call.text("thread_ts"):
        refuse_thread(call, room["id"], call.text("thread_ts"))
    files = [call.slack.drive.complete(str(one.get("id")), str(one.get("title") or "")) for one in asked]
    if room:
        _share(call, room["id"], files)
    return {"files": files}


def _share(call: Call, channel: str, files: list[Doc]) -> None:
    message = {**AUTHOR, "text": call.text("initial_comment"), "files": files}
    blocks = call.json("blocks")
    if blocks:
        refuse_blocks(blocks)
        message["blocks"] = blocks
    if call.text("thread_ts"):
        message["thread_ts"] = call.text("thread_ts")
    call.slack.post(channel, message)


def info(call: Call) -> Doc:
    """One file."""
    return {"file": call.slack.drive.get(call.need("file"))}


METHODS = {"files.getUploadURLExternal": upload_url, "files.completeUploadExternal": complete, "files.info": info}
