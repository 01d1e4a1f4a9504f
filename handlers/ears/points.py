"""Points: the project manager answers all in one modal, the sales rep answers what was asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from blocks import ids
from blocks import points as face
from bot.actions import points as actions
from bot.actions import rights
from bot.errors import Refused
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.guard import Click, change_view
from handlers.ears.modals import form, opens, submits
from handlers.rows import people_of
from store.unit import StoreUnit


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""
    opens(bolt, deps, ids.ANSWER_POINTS, form(deps, face.points_view), may=rights.to_answer_points)
    opens(bolt, deps, ids.ANSWER_QUESTION, form(deps, face.question_view), may=rights.to_answer_questions)
    submits(bolt, deps, ids.VIEW_POINTS, face.points_read, _answered, early=_unfinished)
    submits(bolt, deps, ids.VIEW_QUESTION, face.question_read, _replied)

    @bolt.action(ids.POINT_CHOICE)
    def chosen(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of({**body, "actions": [{}]})
        view = _redrawn(deps, click)
        if view is not None:
            change_view(deps, click, view)
        ack()


def _answered(
    deps: Deps, unit: StoreUnit, who: Person, read: Sequence[actions.PointAnswer], click: Click, now: datetime
) -> Said | Refused:
    return actions.answer(unit, click.handover_id, who, read, nonce=click.nonce, terms=deps.terms, now=now)


def _replied(
    deps: Deps, unit: StoreUnit, who: Person, read: Mapping[int, str], click: Click, now: datetime
) -> Said | Refused:
    return actions.reply(unit, click.handover_id, who, read, nonce=click.nonce, terms=deps.terms, now=now)


def _unfinished(deps: Deps, click: Click) -> dict[str, Any] | None:
    # Somebody chose and saved faster than the redrawn view came: show the field that is asked for.
    return _redrawn(deps, click) if face.points_incomplete(click.view) else None


def _redrawn(deps: Deps, click: Click) -> dict[str, Any] | None:
    # Whoever lost the role while the form was open sees no point in it that came since.
    with deps.store.read() as reader:
        person, handover = reader.by_slack(click.slack_id), reader.handover(click.handover_id)
        if person is None or handover is None or rights.to_answer_points(reader, handover, person):
            return None
        people = people_of(reader, handover)
    return face.points_redrawn(click.view, handover, deps.frame(handover, people))
