"""The scope confirmation: one click of the delivery manager, by name; the clock of two working days runs from here."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.actions import rights
from bot.actions.lists import gone, settle
from bot.actions.opening import name_start
from bot.actions.provision import begin_when_ready
from bot.deal import DocumentKind
from bot.errors import Refused
from bot.handover import Handover, State
from bot.naming import workspace_name
from bot.people import Person
from bot.rights.whom import Known
from bot.terms import Said, Terms
from bot.unit import Unit


@dataclass(frozen=True)
class Scope:
    """What is confirmed: the document (a link), and the project's first and last day."""

    document: str
    start: date
    end: date


def confirm(
    unit: Unit,
    handover_id: int,
    who: Person,
    scope: Scope,
    *,
    terms: Terms,
    now: datetime,
) -> Said | Refused:
    """Confirms the scope. Only the delivery manager may, or who took it over; a second click changes nothing."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    refusal = rights.to_confirm_scope(unit, handover, who)
    if refusal:
        return Refused(refusal)
    if handover.scoped_at is not None:
        confirmer = unit.person(handover.scoped_by)
        return Said(f"The scope is confirmed already, by {confirmer.first_name if confirmer else 'Baton'}.")
    problem = _problem(unit, handover, scope)
    if problem:
        return Refused(problem)
    confirmed(unit, handover, scope, person=who.id, terms=terms, now=now)
    if terms.settings.provision_auto and begin_when_ready(unit, handover, terms=terms, now=now):
        return Said("The scope is confirmed. The workspace is being set up.")
    return Said("The scope is confirmed. The clock runs.")


def cannot(known: Known, handover: Handover, who: Person) -> str:
    """Why this person cannot confirm the scope now, whatever they write; '' when they can."""
    if handover.scoped_at is not None:
        confirmer = known.person(handover.scoped_by)
        return f"The scope is confirmed already, by {confirmer.first_name if confirmer else 'Baton'}."
    return rights.to_confirm_scope(known, handover, who) or rights.in_time(known, handover)


def confirmed(unit: Unit, handover: Handover, scope: Scope, *, person: int, terms: Terms, now: datetime) -> None:
    """Writes the confirmation; person 0 is the setting `scope.auto`."""
    handover.scope_document, handover.start, handover.end = scope.document, scope.start, scope.end
    handover.workspace_name = workspace_name(
        client=handover.client, project=handover.project, start=name_start(handover)
    )
    handover.scoped_at, handover.scoped_by = now, person
    handover.due_at = terms.due(handover, now)
    handover.note(now, "scope_confirmed", person=person, document=scope.document)
    handover.move(State.SCOPED, now, person=person)
    settle(unit, handover, terms=terms, now=now, actor=person)


def confirm_alone(unit: Unit, handover: Handover, *, terms: Terms, now: datetime) -> None:
    """With the setting `scope.auto`, a linked scope document and known dates confirm the scope without a click."""
    documents = [d for d in handover.deal.documents if d.kind is DocumentKind.SCOPE and d.url]
    if not terms.settings.scope_auto or not documents or handover.start is None or handover.end is None:
        return
    scope = Scope(documents[0].url, handover.start, handover.end)
    if handover.scoped_at is not None or _problem(unit, handover, scope):
        return
    confirmed(unit, handover, scope, person=0, terms=terms, now=now)
    if terms.settings.provision_auto:
        begin_when_ready(unit, handover, terms=terms, now=now)


def _problem(known: Known, handover: Handover, scope: Scope) -> str:
    problem = rights.in_time(known, handover)
    if problem:
        return problem
    if not scope.document.strip():
        return "Link the scope document first: it is what delivery builds from."
    if scope.end <= scope.start:
        return "The end date must be after the start date."
    return ""
