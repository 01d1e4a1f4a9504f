"""The modals "Review and invite", "Set the kickoff date" and "Set dates".

Nothing reaches a client without the second look. Decides what is shown and how it is read; who may do it, and what
follows, `bot.actions.access` decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from blocks import ids, kit, mrkdwn
from blocks.frame import Block, FieldErrors, Frame
from blocks.modal import inputs, submission
from bot.deal import Contact
from bot.handover import Handover, TaskCopy
from bot.people import Role

WHO = "who"
RIGHT = "right"
NOBODY = "nobody"
DOT = " · "  # between name and e-mail in the second look
INVITE = "invite:"  # + e-mail: one section a person in the second look
KICKOFF = "kickoff"
DUE = "task.due:"  # + the task's id
OWNER = "task.owner:"  # + the task's id
PAGE = 10  # tasks in one view
MAX_CONTACTS = 100  # options of a multi-select
MAX_EMAIL = 150  # characters of an option's value
RIGHTS = {"comment": "May comment", "view": "May view"}


@dataclass(frozen=True)
class Access:
    """Who gets access, by e-mail and name, with which right; or why nobody does. `confirmed`: after the second look."""

    handover_id: int
    invites: list[tuple[str, str]]
    right: str
    nobody_reason: str = ""
    confirmed: bool = False


@dataclass(frozen=True)
class Kickoff:
    """The day of the kickoff."""

    handover_id: int
    day: date


def access_view(
    handover: Handover, frame: Frame, *, nonce: str, rights: tuple[str, ...], tool: str, paid_seat: bool = False
) -> dict[str, Any]:
    """The modal "Review and invite". `rights` are those which the tool can give; nobody is preset."""
    invited = {access.email.lower() for access in handover.access if access.state != "failed"}
    contacts = [c for c in _reachable(handover) if c.email.lower() not in invited][:MAX_CONTACTS]
    blocks = [kit.section(f"Who at *{mrkdwn.name(handover.client)}* gets access to {_workspace(handover, tool)}?")]
    if contacts:
        blocks += [_people(contacts), _right(rights)]
    blocks += _left_out(handover)
    blocks.append(kit.context(_will_see(handover, paid_seat=paid_seat)))
    label = "Nobody yet? Say why" if contacts else "Why does nobody get access yet?"
    blocks.append(inputs.words(NOBODY, label, hint="The delivery team reads it.", required=not contacts))
    blocks.append(kit.context(f"{_signed(handover, frame)}Nothing is sent before you have seen it once more."))
    carried = submission.metadata(handover.id, nonce)
    return kit.modal("Review and invite", blocks, callback_id=ids.VIEW_ACCESS, submit="Review", metadata=carried)


def access_confirm(handover: Handover, access: Access, *, nonce: str, paid_seat: bool = False) -> dict[str, Any]:
    """The second look, in place of the first view: exactly these people, exactly this right."""
    people = inputs.count(len(access.invites), "person", "people")
    blocks = [kit.section(f"*Invite {people} at {mrkdwn.name(handover.client)}?* {RIGHTS[access.right]}.")]
    for email, name in access.invites:
        blocks.append(kit.section(f"{mrkdwn.name(name)}{DOT}{mrkdwn.name(email)}", block_id=f"{INVITE}{email}"))
    blocks.append(kit.context(_will_see(handover, paid_seat=paid_seat)))
    return kit.modal(
        f"Invite {people}?",
        blocks,
        callback_id=ids.VIEW_ACCESS,
        submit=f"Invite {people}",
        close="Not now",
        metadata=submission.metadata(handover.id, nonce, right=access.right),
    )


def access_read(view: Mapping[str, Any]) -> Access | FieldErrors:
    """Who is to be invited: from the first view, or confirmed from the second look."""
    known = submission.origin(view)
    confirmed = _confirmed(view)
    if confirmed:
        return Access(known.handover_id, confirmed, known.rest.get("right", ""), confirmed=True)
    invites = [(email, name or email) for email, name in submission.choices(view, WHO)]
    reason, right = submission.text(view, NOBODY), submission.choice(view, RIGHT)
    if invites and reason:
        return FieldErrors({NOBODY: "You have chosen people above: clear this, or clear them."})
    if not invites and not reason:
        return FieldErrors({NOBODY: "Choose who gets access, or say why nobody does yet."})
    if invites and right not in RIGHTS:
        return FieldErrors({RIGHT: "Choose what they may do: comment, or view."})
    return Access(known.handover_id, invites, right if invites else "", reason)


def kickoff_view(handover: Handover, frame: Frame, *, nonce: str) -> dict[str, Any]:
    """The modal "Set the kickoff date"."""
    yesterday = mrkdwn.local_day(frame.now, frame.tz) - timedelta(days=1)
    blocks = [
        kit.section(f"*{inputs.fitted(handover.title, inputs.SHORT)}*"),
        inputs.day(KICKOFF, "When is the kickoff?", initial=handover.kickoff, required=True),
    ]
    carried = submission.metadata(handover.id, nonce, d=yesterday.isoformat())
    return kit.modal("Set the kickoff date", blocks, callback_id=ids.VIEW_KICKOFF, submit="Save", metadata=carried)


def kickoff_read(view: Mapping[str, Any]) -> Kickoff | FieldErrors:
    """The day of the kickoff: today or later."""
    picked = submission.day(view, KICKOFF)
    problem = "Pick the day of the kickoff." if picked is None else submission.early(view, picked)
    if problem or picked is None:
        return FieldErrors({KICKOFF: problem})
    return Kickoff(submission.origin(view).handover_id, picked)


def tasks_view(handover: Handover, frame: Frame, *, nonce: str) -> dict[str, Any]:
    """The modal "Set dates": each task of the workspace that lacks an owner or a date."""
    lacking = [task for task in handover.tasks if not task.milestone and not (task.owner and task.due)]
    carried = submission.metadata(handover.id, nonce)
    if not lacking:
        words = [kit.section("Every task has an owner and a date.")]
        return kit.modal("Set dates", words, callback_id=ids.VIEW_TASKS, close="Close", metadata=carried)
    shown = lacking[:PAGE]
    number = inputs.count(len(lacking), "task")
    blocks = [kit.section(f"*{number} {'has' if len(lacking) == 1 else 'have'} no owner or date.* Half-done is fine.")]
    blocks += [block for task in shown for block in _task_rows(task, frame)]
    if len(lacking) > PAGE:
        blocks.append(kit.context(f"{PAGE} of {len(lacking)} are shown. Save these, then the next ones follow."))
    return kit.modal("Set dates", blocks, callback_id=ids.VIEW_TASKS, submit="Save", metadata=carried)


def tasks_read(view: Mapping[str, Any]) -> list[tuple[str, date, str]] | FieldErrors:
    """Task id, due date and the owner's Slack id of each task that now has both."""
    errors, rows = FieldErrors(), []
    tasks = submission.blocks_with(view, DUE)
    for task in tasks:
        due, owner = submission.day(view, f"{DUE}{task}"), submission.user(view, f"{OWNER}{task}")
        if due and owner:
            rows.append((task, due, owner))
        elif owner:
            errors[f"{DUE}{task}"] = "Pick a date as well."
        elif due:
            errors[f"{OWNER}{task}"] = "Choose an owner as well."
    if not rows and not errors:
        errors[f"{DUE}{tasks[0] if tasks else ''}"] = "Give at least one task a date and an owner."
    return errors or rows


def _reachable(handover: Handover) -> list[Contact]:
    found: dict[str, Contact] = {}
    for contact in handover.deal.contacts:
        if "@" in contact.email and len(contact.email) <= MAX_EMAIL:
            found.setdefault(contact.email.lower(), contact)
    return list(found.values())


def _people(contacts: list[Contact]) -> Block:
    options = []
    for contact in contacts:
        name = mrkdwn.plain(contact.name, 75) or mrkdwn.plain(contact.email, 75)
        title = mrkdwn.plain(contact.title, 75)
        options.append(kit.option(name, contact.email, title or None))
    element = kit.multi_select(WHO, options, placeholder="Choose people")
    return kit.input_("Who gets access?", element, block_id=WHO, optional=True)


def _right(rights: tuple[str, ...]) -> Block:
    known = tuple((right, RIGHTS[right]) for right in rights if right in RIGHTS) or tuple(RIGHTS.items())
    only = known[0][0] if len(known) == 1 else ""
    return inputs.radio(RIGHT, "What may they do?", known, initial=only, hint="Needed for whom you invite.")


def _left_out(handover: Handover) -> list[Block]:
    invited = [access.name or access.email for access in handover.access]
    mute = [c.name for c in handover.deal.contacts if c.name and ("@" not in c.email or len(c.email) > MAX_EMAIL)]
    lines = []
    if invited:
        lines.append(f"Invited already: {_names(invited)}.")
    if mute:
        lines.append(f"No e-mail address in the CRM: {_names(mute)}. Add it there to invite them.")
    return [kit.context(line) for line in lines]


def _names(names: list[str], most: int = 10) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(mrkdwn.name(name, 40) for name in names[:most]) + more


def _workspace(handover: Handover, tool: str) -> str:
    words = f"the {mrkdwn.name(tool)} project" if tool else "the workspace"
    return mrkdwn.link(handover.workspace_url, words)


def _will_see(handover: Handover, *, paid_seat: bool) -> str:
    milestones = sum(task.milestone for task in handover.tasks)
    counts = (
        inputs.count(milestones, "milestone"),
        inputs.count(len(handover.tasks) - milestones, "task"),
        inputs.count(len(handover.deal.outward), "document"),
    )
    return (
        f"They will see: {', '.join(counts)}. They won't see: promises, discounts, stances, prices, this channel. "
        f"Costs a paid seat: {'yes' if paid_seat else 'no'}"
    )


def _signed(handover: Handover, frame: Frame) -> str:
    signature = handover.signed(Role.DELIVERY_MANAGER)
    return f"The data is signed off by {mrkdwn.name(frame.name(signature.person))}. " if signature else ""


def _confirmed(view: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for email in submission.blocks_with(view, INVITE):
        words = submission.block_of(view, f"{INVITE}{email}").get("text")
        line = str(words.get("text", "")) if isinstance(words, dict) else ""
        found.append((email, mrkdwn.slack_unescape(line.rsplit(DOT, 1)[0]) or email))
    return found


def _task_rows(task: TaskCopy, frame: Frame) -> list[Block]:
    holder = next((p for p in frame.people.values() if p.email and p.email.lower() == task.owner.lower()), None)
    name = mrkdwn.plain(task.name, 120) or "Task without a name"
    return [
        inputs.day(f"{DUE}{task.id}", f"{name}: due", initial=task.due),
        inputs.person(f"{OWNER}{task.id}", "Owner", initial=holder.slack_id if holder else ""),
    ]
