"""Waiting on the client, by modal, button and line: pause, still waiting, resume, and the delivery manager's undo."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from slack_bolt import App

from blocks import ids
from blocks.clock import pause as face
from blocks.frame import FieldErrors, Frame, Message
from bot.actions import pause as actions
from bot.actions import rights
from bot.clock import pause as rules
from bot.errors import Refused
from bot.handover import Handover
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.asked import Asked, line
from handlers.ears.guard import Click, does, open_view
from handlers.ears.modals import Make, May, opens, submits
from handlers.ears.spoken import day_of
from handlers.ears.verbs import clicked, done, one
from store.unit import StoreUnit

UNTIL = re.compile(r"\s+until\s+", re.IGNORECASE)


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""
    for action_id, make in views(deps).items():
        opens(bolt, deps, action_id, make)
    submits(bolt, deps, ids.VIEW_PAUSE, dated(deps, face.pause_read), _paused, may=_may("pause it"))
    submits(bolt, deps, ids.VIEW_EXTEND, dated(deps, face.extend_read), _extended, may=_may("change this"))

    does(bolt, deps, ids.RESUME, _resumed)
    does(bolt, deps, ids.UNDO_PAUSE, _undone)


def _may(deed: str) -> May:
    return lambda reader, handover, who: rights.to_pause(reader, handover, who, deed)


def views(deps: Deps) -> dict[str, Make]:
    """Action id → the modal which it opens, or why this person cannot pause it or say that it still waits."""

    def latest(handover: Handover) -> date | None:
        return rules.latest_expected(handover, terms=deps.terms, now=deps.clock.now())

    def pause(handover: Handover, _: Frame, who: Person, click: Click) -> dict[str, Any] | Refused:
        with deps.store.read() as reader:
            no = actions.cannot(reader, handover, who, subject=click.subject)
        if no:
            return Refused(no)
        return face.pause_view(handover, nonce=deps.new_id(), latest=latest(handover), subject=click.subject)

    def extend(handover: Handover, _: Frame, who: Person, __: Click) -> dict[str, Any] | Refused:
        with deps.store.read() as reader:
            no = actions.cannot(reader, handover, who, waiting=True)
        if no:
            return Refused(no)
        return face.extend_view(handover, nonce=deps.new_id(), latest=latest(handover))

    return {ids.PAUSE: pause, ids.STILL_WAITING: extend}


def dated(deps: Deps, read: Callable[[Mapping[str, Any]], Any]) -> Callable[[Mapping[str, Any]], Any]:
    """The same reading; a date on which nobody works, or that is too far, is said below its field."""

    def reading(view: Mapping[str, Any]) -> Any:
        found = read(view)
        if not isinstance(found, face.Waiting):
            return found
        with deps.store.read() as reader:
            handover, terms, now = reader.handover(found.handover_id), deps.terms, deps.clock.now()
            problem = handover and actions.date_problem(reader, handover, found.expected, terms=terms, now=now)
        return FieldErrors({face.EXPECTED: problem}) if problem else found

    return reading


def pause(deps: Deps, asked: Asked) -> Message | None:
    """`pause ABC until Thu test data`; without a date, or without words, the modal asks for them."""
    name, _, rest = UNTIL.sub("\n", asked.rest, count=1).partition("\n")
    found = one(deps, asked, name)
    if isinstance(found, Message):
        return found
    now = deps.clock.now()
    first, _, words = rest.strip().partition(" ")
    expected = day_of(first, deps.terms.today(found, now))
    if expected is None or not words.strip():
        return _half_a_line(deps, asked, found, "" if expected else rest.strip(), expected)
    return done(
        deps,
        asked,
        lambda unit, who: actions.pause(
            unit, found.id, who, reason=words, expected=expected, terms=deps.terms, now=now
        ),
    )


def resume(deps: Deps, asked: Asked) -> Message:
    """`resume ABC`: the client's answer is here."""
    found = one(deps, asked, asked.rest)
    if isinstance(found, Message):
        return found
    now = deps.clock.now()
    return done(deps, asked, lambda unit, who: actions.resume(unit, found.id, who, terms=deps.terms, now=now))


def _half_a_line(deps: Deps, asked: Asked, handover: Handover, words: str, expected: date | None) -> Message | None:
    # Opens the form with what was said, and says what is wrong with its date: nobody has to find that out.
    terms, now, note = deps.terms, deps.clock.now(), str(face.no_date(words))
    with deps.store.read() as reader:
        no = actions.cannot(reader, handover, asked.person)
        if expected:
            note = actions.date_problem(reader, handover, expected, terms=terms, now=now)
    if no:
        return line(deps, no)
    view = face.pause_view(
        handover,
        nonce=deps.new_id(),
        latest=rules.latest_expected(handover, terms=terms, now=now),
        reason=words,
        expected=expected,
        note=note,
    )
    open_view(deps, clicked(asked), view)
    return None


def _paused(
    deps: Deps, unit: StoreUnit, who: Person, read: face.Waiting, click: Click, now: datetime
) -> Said | Refused:
    return actions.pause(
        unit,
        click.handover_id,
        who,
        reason=read.reason,
        expected=read.expected,
        subject=read.subject,
        terms=deps.terms,
        now=now,
    )


def _extended(
    deps: Deps, unit: StoreUnit, who: Person, read: face.Waiting, click: Click, now: datetime
) -> Said | Refused:
    return actions.extend(
        unit, click.handover_id, who, expected=read.expected, reason=read.reason, terms=deps.terms, now=now
    )


def _resumed(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return actions.resume(unit, click.handover_id, who, terms=deps.terms, now=now)


def _undone(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return actions.undo(unit, click.handover_id, who, name=click.subject, terms=deps.terms, now=now)
