"""The client's access, the kickoff and the plan's dates: nothing reaches a client by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.actions import rights
from bot.actions.lists import gone, settle
from bot.effects import InviteClient, ReadTasks, SetTask
from bot.errors import Refused
from bot.handover import Answer, ClientAccess, Handover, TaskCopy
from bot.naming import day_words
from bot.people import Person, Sight, can_hold, sight
from bot.rights import Deed
from bot.terms import Said, Terms
from bot.unit import Unit

RIGHTS = ("comment", "view")
TAKEN_OUT = "taken out"  # in the timeline: it was given, and is not there any more
STANDING = ("asked", "given", "manual")  # states of an access that need no other invitation


@dataclass(frozen=True)
class Invitation:
    """Who of the client gets access, by e-mail and name."""

    email: str
    name: str


def review(  # noqa: PLR0913 - who is invited by whom, with which right, when
    unit: Unit,
    handover_id: int,
    who: Person,
    invitations: Sequence[Invitation],
    *,
    right: str,
    nobody: str,
    nonce: str,
    terms: Terms,
    now: datetime,
) -> Said | Refused:
    """The CSM's "Review and invite": each one chosen gets exactly that right; or nobody yet, with a reason."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = _review_problem(unit, handover, who, invitations, right=right, nobody=nobody)
    if problem:
        return Refused(problem)
    known = {access.email.lower() for access in handover.access if access.state in STANDING}
    new = list({i.email.lower(): i for i in invitations if i.email.lower() not in known}.values())
    chosen = {invitation.email.lower() for invitation in new}
    handover.access = [access for access in handover.access if access.email.lower() not in chosen]
    for invitation in new:
        handover.access.append(ClientAccess(invitation.email, invitation.name, right, by=who.id, at=now))
    handover.answers = [a for a in handover.answers if a.key != "access_reviewed"]
    why = nobody.strip()
    handover.answers.append(Answer("access_reviewed", who.id, now, why))
    handover.note(now, "access_reviewed", person=who.id, invited=len(new), right=right, why=why)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    for invitation in new:
        unit.emit(InviteClient(handover.id, invitation.email, attempt=nonce))
    if not new:
        return Said("Noted: nobody at the client gets access yet." if nobody else "They are invited already.")
    return Said(f"{len(new)} {'person is' if len(new) == 1 else 'people are'} being invited.")


def invited(unit: Unit, handover_id: int, email: str, *, state: str, words: str, terms: Terms, now: datetime) -> None:
    """What became of an invitation: given, or failed with plain words: then a step by hand, never more rights."""
    handover = unit.handover(handover_id)
    if handover is None:
        return
    for access in handover.access:
        if access.email.lower() == email.lower() and access.state not in ("given", "manual"):
            access.state, access.words, access.at = state, words, now
            handover.note(now, "access", state=state, who=access.name, right=access.right)
    settle(unit, handover, terms=terms, now=now)


def retry(
    unit: Unit, handover_id: int, who: Person, *, email: str, nonce: str, terms: Terms, now: datetime
) -> Said | Refused:
    """[Retry] on an invitation that did not work: the same person, with the same right, once more."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = rights.to_mend_access(unit, handover, who) or rights.no_invitation(unit, handover)
    if problem:
        return Refused(problem)
    failed = [one for one in handover.access if one.email.lower() == email.lower() and one.state == "failed"]
    if not failed:
        return Said("This invitation does not need a retry any more.")
    for access in failed:
        access.state, access.words, access.at = "asked", "", now
        handover.note(now, "access", person=who.id, state="asked", who=access.name, right=access.right)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    unit.emit(InviteClient(handover.id, failed[0].email, attempt=nonce))
    return Said(f"Inviting {failed[0].name or failed[0].email} once more.")


def by_hand(unit: Unit, handover_id: int, who: Person, *, email: str, terms: Terms, now: datetime) -> Said | Refused:
    """The CSM gave the access by hand, as the step said."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = rights.to_mend_access(unit, handover, who, "mark this as done by hand")
    if problem:
        return Refused(problem)
    for access in handover.access:
        if access.email.lower() == email.lower():
            access.state, access.by, access.at = "manual", who.id, now
            handover.note(now, "access", person=who.id, state="manual", who=access.name, right=access.right)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    return Said("Noted as done by hand.")


def set_kickoff(unit: Unit, handover_id: int, who: Person, *, day: date, terms: Terms, now: datetime) -> Said | Refused:
    """Sets the day of the kickoff: CSM, project manager or delivery manager."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = rights.to_set_kickoff(unit, handover, who)
    if problem:
        return Refused(problem)
    if day < terms.today(handover, now):
        return Refused("The kickoff cannot be in the past: pick a later day.")
    handover.kickoff = day
    handover.note(now, "kickoff", person=who.id, day=day.isoformat())
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    return Said(f"The kickoff is on {day_words(day)}.")


def set_tasks(
    unit: Unit, handover_id: int, who: Person, rows: Iterable[tuple[str, date, Person]], *, nonce: str
) -> Said | Refused:
    """Gives tasks of this record an owner and a date, in the tool; the record follows when the tool has them.

    Who owns a task is let into the workspace by it: guests are not, as nothing reaches a client by itself.
    """
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = rights.to_set_tasks(unit, handover, who)
    wanted, known = list(rows), {task.id for task in handover.tasks}
    problem = problem or next((found for row in wanted if (found := _not_owner(row[2]))), "")
    there = [row for row in wanted if row[0] in known]
    if not problem and wanted and not there:
        problem = "These tasks are not in the workspace any more. Have it read anew, then set the dates."
    if problem:
        return Refused(problem)
    for task_id, day, owner in there:
        unit.emit(SetTask(handover.id, task_id, day.isoformat(), owner.email, nonce, by=who.id))
    unit.emit(ReadTasks(handover.id, nonce))
    gone_by_now = "" if len(there) == len(wanted) else " What is not in the workspace any more was left out."
    return Said(f"Saved. The list follows in a moment.{gone_by_now}")


def read_tasks(unit: Unit, handover_id: int, who: Person, *, nonce: str) -> Said | Refused:
    """Reads the workspace anew, for whoever sees the whole record."""
    handover = unit.handover(handover_id)
    if handover is None or sight(who, handover.roles) is Sight.NOTHING:
        return gone()
    problem = rights.to_see(unit, handover, who, Deed.WORKSPACE_READ, "have its workspace read")
    if problem:
        return Refused(problem)
    if not handover.workspace_id:
        return Refused("There is no workspace to read yet: it comes once the scope is confirmed.")
    unit.emit(ReadTasks(handover.id, nonce, by=who.id))
    return Said("One moment: I am reading the workspace.")


def tasks_read(
    unit: Unit,
    handover_id: int,
    tasks: Sequence[TaskCopy],
    given: Sequence[tuple[str, str]],
    *,
    began: datetime,
    terms: Terms,
    now: datetime,
) -> None:
    """Keeps what the tool shows: its tasks, and which right each of the client's people has there.

    Until the gate opens, an access that is not there any more is none; one given after the read `began` is too new to
    be in it. Where the tool hides an address nobody is known to be gone, and nobody of a company of whom somebody is
    there whom we did not invite: one person may have several addresses.
    """
    handover = unit.handover(handover_id)
    if handover is None:
        return
    handover.tasks = list(tasks)
    rights = {email.lower(): right for email, right in given}
    for access in handover.access:
        if access.state == "asked" and rights.get(access.email.lower()) == access.right:
            access.state, access.at = "given", now
    if handover.live_at is None and all("@" in email for email in rights):
        _taken_out(handover, rights, began=began, terms=terms, now=now)
    settle(unit, handover, terms=terms, now=now)


def _taken_out(handover: Handover, rights: Mapping[str, str], *, began: datetime, terms: Terms, now: datetime) -> None:
    unasked = rights.keys() - {access.email.lower() for access in handover.access}
    others = {_company(email) for email in unasked}
    for access in handover.access:
        old = access.at is None or access.at < began
        out = access.email.lower() not in rights and _company(access.email.lower()) not in others
        if access.state == "given" and old and out:
            access.state, access.at = "failed", now
            access.words = f"somebody took them out of the project in {terms.tool_title}."
            handover.note(now, "access", state=TAKEN_OUT, who=access.name, right=access.right)


def _company(email: str) -> str:
    return email.rpartition("@")[2]


def times_taken_out(handover: Handover, access: ClientAccess) -> int:
    """How often this access was found to be taken away in the tool: what let them in before is over then."""
    found = [event.data for event in handover.events if event.kind == "access"]
    return sum(data.get("state") == TAKEN_OUT and data.get("who") == access.name for data in found)


def _not_owner(person: Person) -> str:
    if person.guest:
        return f"{person.first_name} is a guest in Slack. Guests own no tasks: choose a colleague."
    if not can_hold(person):
        return f"{person.first_name} has no active Slack account here: choose somebody else."
    return ""


def _no_contact(handover: Handover, invitations: Sequence[Invitation]) -> str:
    contacts = {contact.email.strip().lower() for contact in handover.deal.contacts}
    strangers = [one.email for one in invitations if one.email.strip().lower() not in contacts]
    if not strangers:
        return ""
    return f"{strangers[0]} is not among the deal's contacts. Add them in the CRM, then they can be chosen."


def _review_problem(
    unit: Unit, handover: Handover, who: Person, invitations: Sequence[Invitation], *, right: str, nobody: str
) -> str:
    problem = rights.to_invite_client(unit, handover, who)
    if not problem and invitations:
        problem = rights.no_invitation(unit, handover)
    if problem:
        return problem
    if not invitations and not nobody.strip():
        return "Choose who gets access, or say why nobody does yet."
    if invitations and right not in RIGHTS:
        return "Choose what they may do: comment, or view."
    return _no_contact(handover, invitations)
