"""The brief: what delivery needs to know, on one screen, without a meeting. And what may leave the company.

`internal` and `modal` hold the record's words. `client_safe` and `crm_note` never do: scope, dates, people, links.
"""

import json
from datetime import date

from blocks import ids, kit, limits, mrkdwn, thread
from blocks.faces import root
from blocks.frame import Block, Frame, Message
from blocks.render import sentence
from blocks.words import know
from bot.handover import Handover, State
from bot.people import TITLES, Role

ROOM = 7_000  # characters: the pinned brief is one message
MODAL_ROOM = 60_000
NAMED = (Role.PM, Role.DELIVERY_MANAGER, Role.CSM)  # whom the client meets


def internal(handover: Handover, frame: Frame) -> Message:
    """The brief for the project channel, pinned there; only its outline where outsiders read along."""
    title = thread.short_title(handover)
    return limits.check_message(Message(sentence("brief.text", title=title), _blocks(handover, frame, ROOM)))


def modal(handover: Handover, frame: Frame) -> Block:
    """The same in a modal, with more room."""
    metadata = json.dumps({"h": handover.id})
    blocks = _blocks(handover, frame, MODAL_ROOM)
    return kit.modal("Brief", blocks, callback_id=ids.VIEW_READ, close="Close", metadata=metadata)


def client_safe(handover: Handover, frame: Frame | None = None) -> str:
    """Plain text for the workspace, which the client may read: scope, dates, people; never an entry or an amount."""
    rows = [
        f"{mrkdwn.plain(handover.project, 200)} for {mrkdwn.plain(handover.client, 200)}",
        _dated("Start", handover.start),
        _dated("End", handover.end),
        _dated("Kickoff", handover.kickoff),
        f"Scope: {mrkdwn.address(handover.scope_document)}" if mrkdwn.address(handover.scope_document) else "",
        *(_person(handover, role, frame) for role in NAMED),
    ]
    return "\n".join(row for row in rows if row)


def crm_note(handover: Handover) -> str:
    """Plain text for the deal in the CRM: state and links, no words of the record."""
    # It is the last step of the workspace, and says what the status beside it says: a note is never edited.
    state = State.PROVISIONED if handover.state is State.SCOPED else handover.state
    rows = [
        f"Handover {handover.shown_id}{_workstream(handover)}: {thread.WORDS[state.value]}.",
        f"Workspace: {mrkdwn.address(handover.workspace_url)}" if handover.workspace_url else "",
        f"Slack channel: #{mrkdwn.plain(handover.channel_name)}" if handover.channel_name else "",
        _dated("Start", handover.start),
        _dated("End", handover.end),
    ]
    return "\n".join(row for row in rows if row)


def _workstream(handover: Handover) -> str:
    # A deal in several workstreams has a note of each; its properties tell of the deal as a whole.
    return f" ({mrkdwn.plain(handover.workstream, 100)})" if handover.workstream else ""


def _blocks(handover: Handover, frame: Frame, room: int) -> list[Block]:
    head = [
        thread.heading(handover),
        kit.section(fields=root.fields(handover, frame)),
    ]
    scope = mrkdwn.address(handover.scope_document) if len(handover.scope_document) <= root.SHORT_URL else ""
    if scope:
        head.append(kit.section(sentence("brief.scope", link=mrkdwn.link(scope, "scope document"))))
    if not frame.open_here:
        return [*head, kit.section(sentence("brief.hidden"))]
    found = know.groups(handover, frame)
    body = know.fitted(found, room) if found else [kit.context(sentence("know.nothing"))]
    return [*head, *body, kit.context(sentence("brief.note"))]


def _dated(label: str, day: date | None) -> str:
    return f"{label}: {mrkdwn.day(day)}" if day else ""


def _person(handover: Handover, role: Role, frame: Frame | None) -> str:
    person = frame.people.get(handover.roles.get(role, 0)) if frame else None
    return f"{TITLES[role].capitalize()}: {mrkdwn.plain(person.name)}" if person else ""
