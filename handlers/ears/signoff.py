"""Signatures and the gate: sign, see what is missing, remind somebody once a day, override with a reason."""

from datetime import date, datetime
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from blocks import ids
from blocks import missing as face
from blocks.frame import Frame
from bot import gate
from bot.actions import remind, rights
from bot.actions import signoff as actions
from bot.clock.nag import hours_of, local_day
from bot.errors import Refused
from bot.handover import Handover
from bot.people import HANDOVER_ROLES, Person, Role
from bot.terms import Said
from bot.worktime import next_opening
from handlers.deps import Deps
from handlers.ears.guard import Click, act, does, open_view, seen_by, turned_away
from handlers.ears.modals import form, opens, submits
from store.unit import StoreUnit


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.action(ids.SIGN)
    def sign(ack: Ack, body: dict[str, Any]) -> None:
        signing(deps, Click.of(body))
        ack()

    does(bolt, deps, ids.REMIND, reminded)
    opens(bolt, deps, ids.MISSING, partial(missing, deps))
    opens(
        bolt,
        deps,
        ids.OVERRIDE,
        form(deps, face.override_view),
        may=lambda known, _, who: rights.to_override(known, who),
    )
    submits(bolt, deps, ids.VIEW_OVERRIDE, face.override_read, _overridden)


def signing(deps: Deps, click: Click) -> None:
    """Signs; when something of theirs is missing, they see what instead, and nothing is signed."""
    role, now = Role(click.subject) if click.subject in HANDOVER_ROLES else Role.PM, deps.clock.now()
    person, handover, people = seen_by(deps, click)
    mine = person is not None and handover is not None and handover.roles.get(role) == person.id
    if person and turned_away(deps, click, person):
        return
    if mine and person and handover and not handover.signed(role) and gate.sign_blockers(handover, role):
        open_view(deps, click, missing(deps, handover, deps.frame(handover, people), person))
        return
    act(deps, click, lambda unit, who: actions.sign(unit, click.handover_id, who, role, terms=deps.terms, now=now))


def missing(deps: Deps, handover: Handover, frame: Frame, person: Person, *_: object) -> dict[str, Any]:
    """Draws "What's missing" for this person, with who is reminded on this day of theirs, and when."""
    now = deps.clock.now()
    with deps.store.read() as reader:
        events = [event for event in reader.events(handover.id) if event.kind == "reminded"]
        people = reader.people({int(event.data["whom"]) for event in events})
    told = {}
    for event in events:
        who = people.get(int(event.data["whom"]))
        if who is not None and _days(deps, who, event.at) & _days(deps, who, now):
            told[who.id] = next_opening(hours_of(who, deps.terms.offices), event.at)
    return face.missing_view(handover, person, frame, nonce=deps.new_id(), reminded=told)


def reminded(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    """A reminder of what waits there for that person, asked for by somebody else."""
    if not click.subject.isdigit():
        return Refused("This button is out of date. Type /handover to go on.")
    return remind.nudge(unit, click.handover_id, who, whom=int(click.subject), terms=deps.terms, now=now)


def _days(deps: Deps, person: Person, moment: datetime) -> set[date]:
    # The days of whoever is reminded: for a colleague far away they begin and end at another time than here. Outside
    # their hours it is two: what is asked for then comes on their next one.
    hours = hours_of(person, deps.terms.offices)
    return {local_day(hours, moment), local_day(hours, next_opening(hours, moment))}


def _overridden(deps: Deps, unit: StoreUnit, who: Person, read: Any, click: Click, now: datetime) -> Said | Refused:
    return actions.override(unit, click.handover_id, who, reason=read.reason, terms=deps.terms, now=now)
