"""The client's access and the kickoff: reviewed and sent by the CSM, never by itself."""

from datetime import datetime
from typing import Any

from slack_bolt import App

from blocks import access as face
from blocks import ids
from blocks.frame import Frame
from blocks.modal import submission
from bot.actions import access as actions
from bot.actions import rights
from bot.errors import Refused
from bot.handover import Handover
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.guard import Click, does
from handlers.ears.modals import form, opens, submits
from store.unit import StoreUnit


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    def review(handover: Handover, frame: Frame, _: Person, __: Click) -> dict[str, Any]:
        offered = deps.tool.client_rights if deps.tool else ()
        title = deps.tool.title if deps.tool else ""
        return face.access_view(handover, frame, nonce=deps.new_id(), rights=offered, tool=title)

    opens(bolt, deps, ids.REVIEW_ACCESS, review, may=rights.to_invite_client)
    opens(bolt, deps, ids.SET_KICKOFF, form(deps, face.kickoff_view), may=rights.to_set_kickoff)
    submits(bolt, deps, ids.VIEW_ACCESS, face.access_read, _reviewed, second=_second_look)
    submits(bolt, deps, ids.VIEW_KICKOFF, face.kickoff_read, _kickoff)

    does(bolt, deps, ids.ACCESS_BY_HAND, _by_hand)
    does(bolt, deps, ids.RETRY_ACCESS, _retried)


def _reviewed(deps: Deps, unit: StoreUnit, who: Person, read: Any, click: Click, now: datetime) -> Said | Refused:
    return actions.review(
        unit,
        click.handover_id,
        who,
        [actions.Invitation(email, name) for email, name in read.invites],
        right=read.right,
        nobody=read.nobody_reason,
        nonce=click.nonce,
        terms=deps.terms,
        now=now,
    )


def _by_hand(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return actions.by_hand(unit, click.handover_id, who, email=click.subject, terms=deps.terms, now=now)


def _retried(deps: Deps, unit: StoreUnit, who: Person, click: Click, now: datetime) -> Said | Refused:
    return actions.retry(unit, click.handover_id, who, email=click.subject, nonce=click.key, terms=deps.terms, now=now)


def _second_look(deps: Deps, click: Click, read: face.Access) -> dict[str, Any] | None:
    # It writes to the client: who is invited with which right is shown once more before it is done.
    if read.confirmed or not read.invites:
        return None
    # Whoever may not invite by now gets no look at the record either, but the sentence that says whom to ask.
    with deps.store.read() as reader:
        person, handover = reader.by_slack(click.slack_id), reader.handover(click.handover_id)
        if person is None or handover is None or rights.to_invite_client(reader, handover, person):
            return None
    view = face.access_confirm(handover, read, nonce=click.nonce)
    return submission.placed(view, channel=click.channel, thread_ts=click.thread_ts, response_url=click.response_url)


def _kickoff(deps: Deps, unit: StoreUnit, who: Person, read: Any, click: Click, now: datetime) -> Said | Refused:
    return actions.set_kickoff(unit, click.handover_id, who, day=read.day, terms=deps.terms, now=now)
