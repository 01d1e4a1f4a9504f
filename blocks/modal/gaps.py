"""What is missing, in words: who has to do what, and why it cannot be done yet. The facts come from `bot.gate`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from blocks import mrkdwn
from blocks.frame import Frame
from blocks.modal import inputs
from blocks.words import turns
from bot import checklist, gate
from bot.gate import Turn
from bot.handover import Handover, State
from bot.people import TITLES, Role

SIGNS = {
    Role.DELIVERY_MANAGER: "Sign off the data",
    Role.PM: "Sign off tasks, owners and dates",
    Role.SALES_REP: "Sign off the client context",
}
OPENS = {
    State.WON: "the win",
    State.SCOPED: "the scope confirmation",
    State.PROVISIONED: "the workspace is ready",
}


@dataclass(frozen=True)
class Sheet:
    """What every row is drawn from."""

    handover: Handover
    frame: Frame
    reminded: Mapping[int, datetime] = field(default_factory=dict)

    def holder(self, turn: Turn) -> int:
        """Whose it is; an empty role's things are the delivery manager's."""
        return turn.person or self.handover.roles.get(Role.DELIVERY_MANAGER, 0)

    def who(self, turn: Turn) -> str:
        """The name in front of somebody else's line, or the role while nobody holds it."""
        known = self.frame.people.get(turn.person)
        return mrkdwn.name(known.name) if known else f"Nobody yet ({TITLES[turn.role]})"

    def first(self, role: Role) -> str:
        """The first name of a role's holder, or the role."""
        known = self.frame.people.get(self.handover.roles.get(role, 0))
        return mrkdwn.name(known.first_name) if known else f"the {TITLES[role]}"


def deed(sheet: Sheet, turn: Turn) -> str:
    """Verb and object, e.g. "Answer 6 points": the item's own text where no figure says it better."""
    handover = sheet.handover
    if turn.action == "sign" and turn.role in SIGNS:
        return SIGNS[turn.role]
    if turn.action == "answer_question":
        return f"Answer {inputs.count(turn.count, 'question')} from {sheet.first(Role.PM)}"
    if turn.action == "answer_points" and turn.possible:
        return f"Answer {inputs.count(turn.count, 'point')}"
    if turn.action == "read_documents" and turn.possible and turn.count:
        return f"Read {inputs.count(turn.count, 'presale document')}"
    wanting = [one.name for one in handover.access if one.state not in {"given", "manual"}]
    if turn.action == "fix_access" and wanting:
        return f"{_quoted(wanting)} {'has' if len(wanting) == 1 else 'have'} no access yet"
    item = handover.item(turn.subject)
    return mrkdwn.name(item.text) if item else turn.action.replace("_", " ").capitalize()


def reason(sheet: Sheet, turn: Turn) -> str:
    """Why it cannot be done yet, or what comes first; '' when it can be done now."""
    handover = sheet.handover
    if tasks_first(sheet, turn):
        lacking = [task.name for task in handover.tasks if not task.milestone and not (task.owner and task.due)]
        has = "has" if len(lacking) == 1 else "have"
        return f"First: {inputs.count(len(lacking), 'task')} {has} no owner or date ({_quoted(lacking)})."
    if stuck(sheet, turn):
        return stuck(sheet, turn)
    if turn.possible:
        return ""
    item = handover.item(turn.subject)
    if turn.action == "answer_points" and any(e.open for e in handover.entries):
        return f"Waits for {sheet.first(Role.SALES_REP)}: {inputs.count(gate.asked(handover), 'question')}."
    if item and not checklist.opened(handover, item):
        return _opens(sheet, item.opens)
    blockers = gate.sign_blockers(handover, turn.role) if turn.action == "sign" else []
    return f"First: {lowered(deed(sheet, blockers[0]))}." if blockers else "Later."


def _opens(sheet: Sheet, opens: str) -> str:
    if opens.startswith("signed:"):
        return f"Later: opens when {sheet.first(Role(opens.removeprefix('signed:')))} has signed."
    words = OPENS.get(State(opens), "")
    return f"Later: opens {'when' if opens == State.PROVISIONED else 'with'} {words}." if words else "Later."


def stuck(sheet: Sheet, turn: Turn) -> str:
    """Why the workspace is not set up by a click; '' when one click begins it, and for every other turn."""
    handover = sheet.handover
    if turn.action != "provision" or not turn.possible:
        return ""
    if not handover.steps:
        return "" if handover.roles.get(Role.PM) else "First: name a project manager."
    failed = turns.failed_steps(handover)
    return f"{inputs.count(failed, 'step')} can't go on without a hand." if failed else "Being set up now."


def tasks_first(sheet: Sheet, turn: Turn) -> bool:
    """Whether it is the project manager's sign-off while tasks lack an owner or a date: that is what is signed for."""
    owned, wanted = checklist.tasks_owned(sheet.handover)
    return turn.action == "sign" and turn.role is Role.PM and owned < wanted


def _quoted(names: list[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(mrkdwn.quote(name, 40) for name in names[:most]) + more


def lowered(words: str) -> str:
    """The words as they stand behind a name and a colon."""
    return words[:1].lower() + words[1:]
