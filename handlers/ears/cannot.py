"""The modal “I can't do this”: opened from a reminder, redrawn by the answer, handed to the use-case that it names."""

from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from blocks import ids
from blocks.clock import cannot as face
from blocks.clock import pause as pause_face
from blocks.frame import FieldErrors, Frame
from blocks.words import turns
from bot.actions import cannot as actions
from bot.actions import pause, people
from bot.effects import Identify
from bot.errors import Refused
from bot.people import HANDOVER_ROLES, Person, Role
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears import roles
from handlers.ears.guard import Click, act, change_view, open_view, turned_away
from handlers.ears.modals import submits
from handlers.rows import people_of
from store.unit import StoreUnit


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.action(ids.CANT_DO)
    def cannot(ack: Ack, body: dict[str, Any]) -> None:
        opened(deps, Click.of(body))
        ack()

    @bolt.action(ids.CANT_WHY)
    def chosen(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of({**body, "actions": [{}]})
        person, rows, frame = things(deps, click.slack_id, face.cannot_of(click.view))
        if person is not None:
            change_view(deps, click, face.cannot_redrawn(click.view, rows, frame))
        ack()

    def read(view: dict[str, Any]) -> face.Cannot | FieldErrors:
        return dated(deps, face.cannot_read(view))

    submits(bolt, deps, ids.VIEW_CANNOT, read, _said, early=_unfinished)


def opened(deps: Deps, click: Click) -> None:
    """Opens the modal for what waits for this person, in the records that the button names or in all."""
    of = [int(part) for part in click.parts if part.isdigit()]
    person, rows, frame = things(deps, click.slack_id, of)
    if person is None:
        act(deps, click, lambda *_: Said())
    elif not turned_away(deps, click, person):
        open_view(deps, click, face.cannot_view(rows, frame, nonce=deps.new_id(), of=of))


def things(deps: Deps, slack_id: str, of: list[int]) -> tuple[Person | None, list[face.Row], Frame]:
    """What waits for this person, what is due first first; of these records only, when any are named."""
    with deps.store.read() as reader:
        person = reader.by_slack(slack_id)
        if person is None:
            return None, [], deps.frame(None, {})
        named = [handover for number in of if (handover := reader.handover(number))]
        held = named if of else reader.mine(person.id)
        people_here = people_of(reader, *held)
    rows = [(handover, turn) for handover in held for turn in turns.of_person(handover, person.id)]
    return person, rows, deps.frame(None, people_here)


def dated(deps: Deps, read: face.Cannot | FieldErrors) -> face.Cannot | FieldErrors:
    """The same; a date on which nobody works, or that is too far, is said below its field."""
    if isinstance(read, FieldErrors) or read.expected is None or read.why != face.WAITING:
        return read
    with deps.store.read() as reader:
        handover, terms, now = reader.handover(read.handover_id), deps.terms, deps.clock.now()
        problem = handover and pause.date_problem(reader, handover, read.expected, terms=terms, now=now)
    return FieldErrors({pause_face.EXPECTED: problem}) if problem else read


def _unfinished(deps: Deps, click: Click) -> dict[str, Any] | None:
    # Somebody chose and saved faster than the redrawn view came: show the fields that are asked for.
    if not face.cannot_incomplete(click.view):
        return None
    _, rows, frame = things(deps, click.slack_id, face.cannot_of(click.view))
    return face.cannot_redrawn(click.view, rows, frame)


def _said(deps: Deps, unit: StoreUnit, who: Person, read: face.Cannot, _: Click, now: datetime) -> Said | Refused:
    if read.why == face.NOT_MINE:
        return _not_mine(deps, unit, who, read, now)
    handover = unit.handover(read.handover_id)
    item = handover.item(read.subject) if handover else None
    key = item.key if item else ""
    if read.why == face.DONE:
        thing = actions.Thing(read.action, key)
        return actions.said_done(unit, read.handover_id, who, thing=thing, where=read.words, terms=deps.terms, now=now)
    if read.expected is None:
        return Refused(pause_face.NO_DATE)
    return pause.pause(
        unit,
        read.handover_id,
        who,
        reason=read.words,
        expected=read.expected,
        subject=key,
        terms=deps.terms,
        now=now,
    )


def _not_mine(deps: Deps, unit: StoreUnit, who: Person, read: face.Cannot, now: datetime) -> Said | Refused:
    person = unit.by_slack(read.holder) if read.holder else None
    if read.whole_role:
        role = Role(read.role) if read.role in HANDOVER_ROLES else Role.PM
        reason = f"{read.words} Whose it is: {person.name}." if person else read.words
        return people.not_mine(unit, read.handover_id, who, role=role, reason=reason, terms=deps.terms, now=now)
    if person is None:
        unit.emit(Identify(read.holder, "", nonce=deps.new_id()))
        return Refused(roles.UNKNOWN)
    return actions.hand_on(
        unit,
        read.handover_id,
        who,
        key=read.subject,
        person=person,
        reason=read.words,
        terms=deps.terms,
        now=now,
    )
