"""Capture by click and modal: promises, dates, people, and every other kind; "nothing"; undo; evidence by shortcut."""

from datetime import datetime
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from blocks import capture as face
from blocks import ids
from blocks.frame import Frame
from blocks.modal import submission
from blocks.modal.evidence import Evidence
from blocks.mrkdwn import slack_unescape
from bot.actions import capture as actions
from bot.company.setup import NOT_YET
from bot.context import Kind, Source
from bot.errors import Refused
from bot.handover import Handover
from bot.people import Person, may_capture, may_start
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.guard import Click, act, change_view, does, open_view, seen_by
from handlers.ears.modals import Make, form, opens, submits
from handlers.rows import at_place, choices, people_of
from store.unit import StoreUnit

KINDS = {ids.ADD_DATE: Kind.REAL_DEADLINE, ids.ADD_STAKEHOLDER: Kind.STAKEHOLDER, ids.ADD_CONTEXT: None}
NOTHING = {
    ids.NONE_PROMISED: Kind.COMMITMENT,
    ids.CONTRACT_DATE: Kind.REAL_DEADLINE,
    ids.NOBODY_KNOWN: Kind.STAKEHOLDER,
}


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""
    _forms(bolt, deps)
    for action_id, nothing in NOTHING.items():
        does(bolt, deps, action_id, partial(_nothing, nothing))

    @bolt.action(ids.MORE_DETAILS)
    def more(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of(body)
        person, handover, people = seen_by(deps, click)
        if person is not None and (handover is None or actions.may_add(handover, person)):
            change_view(deps, click, face.promise_detailed(click.view, handover, deps.frame(handover, people)))
        ack()

    @bolt.shortcut(ids.SHORTCUT_EVIDENCE)
    def from_message(ack: Ack, body: dict[str, Any]) -> None:
        evidence(deps, body)
        ack()

    submits(bolt, deps, ids.VIEW_PROMISE, face.promise_read, _promised)
    submits(bolt, deps, ids.VIEW_CONTEXT, face.context_read, _added, early=_unfinished)

    @bolt.action(ids.ADD_KIND)
    def kind_chosen(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of({**body, "actions": [{}]})
        drawn = _redrawn(deps, click)
        if drawn is not None:
            change_view(deps, click, drawn)
        ack()

    does(bolt, deps, ids.UNDO, _undone)


def _unfinished(deps: Deps, click: Click) -> dict[str, Any] | None:
    # Somebody chose and saved faster than the redrawn view came: show the fields that are asked for.
    return _redrawn(deps, click) if face.context_incomplete(click.view) else None


def _redrawn(deps: Deps, click: Click) -> dict[str, Any] | None:
    person, handover, people = seen_by(deps, click)
    if handover is None or person is None or not actions.may_add(handover, person):
        return None
    kind, frame = face.context_kind(click.view), deps.frame(handover, people)
    drawn = face.context_view(handover, frame, nonce=click.nonce, kind=kind, person=person)
    return submission.carried(drawn, from_view=click.view)


def _forms(bolt: App, deps: Deps) -> None:
    opens(bolt, deps, ids.ADD_PROMISE, form(deps, face.promise_view), may=actions.cannot_add, whole=False)
    for action_id, kind in KINDS.items():
        opens(bolt, deps, action_id, _opener(deps, kind), may=actions.cannot_add, whole=False)


def _opener(deps: Deps, kind: Kind | None) -> Make:
    def make(handover: Handover, frame: Frame, person: Person, _: Click) -> dict[str, Any]:
        return face.context_view(handover, frame, nonce=deps.new_id(), kind=kind, person=person)

    return make


def _nothing(kind: Kind, deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return actions.none_of(unit, click.handover_id, who, kind=kind, terms=deps.terms, now=now)


def _undone(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return actions.undo(unit, click.handover_id, who, batch=click.subject, terms=deps.terms, now=now)


def _promised(
    deps: Deps, unit: StoreUnit, who: Person, read: face.Promises, click: Click, now: datetime
) -> Said | Refused:
    capture = actions.Capture(
        kind=Kind.COMMITMENT,
        lines=read.lines,
        batch=click.nonce,
        source=Source.MESSAGE if read.evidence else Source.MODAL,
        details=read.details,
        evidence=deps.permalink(read.evidence.channel, read.evidence.ts) if read.evidence else "",
        evidence_words=read.words,
    )
    return actions.add(unit, read.handover_id, who, capture, terms=deps.terms, now=now)


def _added(
    deps: Deps, unit: StoreUnit, who: Person, read: face.NewEntry, click: Click, now: datetime
) -> Said | Refused:
    capture = actions.Capture(kind=read.kind, lines=read.lines, batch=click.nonce, details=read.details)
    return actions.add(unit, read.handover_id, who, capture, terms=deps.terms, now=now)


def public(body: dict[str, Any]) -> bool:
    """Whether the message stands in a public channel, by Slack's words for the others.

    Direct messages between several people have a channel's id, and a name that says who they are.
    """
    channel = body.get("channel") or {}
    name = str(channel.get("name") or "")
    private = name in ("", "privategroup", "directmessage") or name.startswith("mpdm-")
    return not private and str(channel.get("id", "")).startswith("C")


def evidence(deps: Deps, body: dict[str, Any]) -> None:
    """The message shortcut: the message is the evidence. Its words are kept only where the handover's people read."""
    click = Click.of(body)
    message = body.get("message") or {}
    channel = str((body.get("channel") or {}).get("id") or "")
    with deps.store.read() as reader:
        person = reader.by_slack(click.slack_id)
        handover = at_place(reader, channel, str(message.get("thread_ts") or message.get("ts") or ""))
        people = people_of(reader, handover) if handover else {}
        deals = choices(reader, person)
    may = person is not None and (may_capture(person, handover.roles) if handover else bool(deals) or may_start(person))
    if not may:
        holders = handover.roles if handover else {}
        act(deps, click, lambda u, _: Refused(NOT_YET if deps.settings.missing else actions.no_role(u, holders)))
        return
    proof = Evidence(
        channel=channel,
        ts=str(message.get("ts") or ""),
        author=str(message.get("user") or ""),
        private=handover is None and not public(body),
    )
    words = slack_unescape(str(message.get("text") or ""))
    view = face.promise_view(
        handover, deps.frame(handover, people), nonce=deps.new_id(), prefill=words, evidence=proof, deals=deals
    )
    open_view(deps, click, view)
