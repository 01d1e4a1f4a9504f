"""The timeline, and a checklist, as a file by direct message: only to those who may read it.

https://docs.slack.dev/reference/methods/files.getUploadURLExternal · files.completeUploadExternal
"""

from blocks.company.checklist import sent
from blocks.history import text_file
from bot.actions.company.templates import may_keep
from bot.company.effects import SendChecklist
from bot.effects import Effect, SendHistory
from bot.people import may_read_history
from handlers.company import checklist_text
from handlers.deliver import posting
from handlers.deliver.ledger import Ledger, Result
from handlers.deliver.thread import load
from handlers.rows import named_in
from handlers.scopes import lacks


def send_history(effect: Effect, ledger: Ledger) -> None:
    """Uploads the whole timeline and shares it in the person's direct messages, once."""
    assert isinstance(effect, SendHistory)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    handover, people = load(deps, effect.handover_id)
    with deps.store.read() as reader:
        person = reader.person(effect.person_id)
        events = reader.events(effect.handover_id)
        people = {**people, **reader.people(named_in(events))}
    if handover is None or person is None or not may_read_history(person, handover.roles):
        return
    body = text_file(handover, events, deps.frame(handover, people)).encode()
    channel = posting.open_dm(ledger, person.slack_id)
    name = f"{handover.shown_id}-history.txt"
    uploaded = ledger.step("upload", lambda: _upload(ledger, name, body), again=True)
    ledger.step(
        "share",
        lambda: _share(ledger, uploaded["id"], name, channel),
        find=lambda started: _shared(ledger, uploaded["id"], channel, started),
    )


def send_checklist(effect: Effect, ledger: Ledger) -> None:
    """Shares a checklist as a TOML file in the person's direct messages, once; the file's own while `n` is 0."""
    assert isinstance(effect, SendChecklist)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    with deps.store.read() as reader:
        person = reader.person(effect.person_id)
        version = reader.checklist_at(effect.name, effect.n)
    if person is None or not may_keep(person):
        return
    text = version.text if version and version.text else checklist_text(effect.name)
    channel = posting.open_dm(ledger, person.slack_id)
    name = f"{effect.name}-version-{effect.n}.toml" if effect.n else f"{effect.name}.toml"
    words = sent(effect.name, effect.n, upload=not lacks(deps.identity.scopes, "files:read"))
    uploaded = ledger.step("upload", lambda: _upload(ledger, name, text.encode()), again=True)
    ledger.step(
        "share",
        lambda: _share(ledger, uploaded["id"], name, channel, words),
        find=lambda started: _shared(ledger, uploaded["id"], channel, started),
    )


def _upload(ledger: Ledger, name: str, body: bytes) -> Result:
    answer = ledger.deps.slack.call("files.getUploadURLExternal", filename=name, length=len(body))
    ledger.deps.slack.send(str(answer["upload_url"]), body, what="file upload", kind="application/octet-stream")
    return {"id": str(answer["file_id"])}


def _shared(ledger: Ledger, file_id: str, channel: str, started: float) -> Result | None:
    # An interrupted share is found by its file in the direct messages since then; one page holds this day.
    oldest = f"{posting.since(ledger, started):.6f}"
    answer = ledger.deps.slack.call("conversations.history", channel=channel, oldest=oldest, limit=200)
    files = [file for message in answer.get("messages", []) for file in message.get("files") or []]
    return {} if any(file.get("id") == file_id for file in files) else None


def _share(ledger: Ledger, file_id: str, name: str, channel: str, words: str = "") -> Result:
    files = [{"id": file_id, "title": name}]
    more = {"initial_comment": words} if words else {}
    ledger.deps.slack.call("files.completeUploadExternal", files=files, channel_id=channel, **more)
    return {}
