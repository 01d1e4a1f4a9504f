"""Words and buttons for whose turn it is: "Ana answers 1 question from Ben", "answer 6 points", [Answer 6 points].

The rules (`bot.gate`) say whose turn it is; this leaves out what Baton itself is doing at the moment.
"""

from collections.abc import Iterable

from blocks import ids, kit, mrkdwn
from blocks.frame import Block, Frame
from blocks.modal import inputs
from blocks.mrkdwn import Safe
from blocks.render import listed, lower_first, sentence
from bot import checklist, gate
from bot.gate import Turn, actor, failed_steps, shown
from bot.handover import Handover
from bot.people import HANDOVER_ROLES, TITLES, Role

__all__ = [
    "BUTTONS", "actor", "buttons", "do", "does", "empty_roles", "failed_steps", "next_words", "of_person", "place",
    "shown", "waiting", "who",
]  # fmt: skip

WORDED = frozenset(
    {
        "fill_roles", "confirm_scope", "answer_question", "answer_points", "add_promise", "add_date", "add_stakeholder",
        "read_documents", "provision", "mend_steps", "set_task_dates", "review_access", "fix_access", "set_kickoff",
        "sign",
    }
)  # fmt: skip
# Turn → (button, action id). Rows of two: the second is the one click that says "nothing".
BUTTONS: dict[str, tuple[tuple[str, str], ...]] = {
    "confirm_scope": (("Confirm scope", ids.CONFIRM_SCOPE),),
    "answer_question": (("Answer", ids.ANSWER_QUESTION),),
    "answer_points": (("Answer points", ids.ANSWER_POINTS),),
    "add_promise": (("Add promises", ids.ADD_PROMISE), ("Nothing was promised", ids.NONE_PROMISED)),
    "add_date": (("Say the date", ids.ADD_DATE), ("The contract date", ids.CONTRACT_DATE)),
    "add_stakeholder": (("Add people", ids.ADD_STAKEHOLDER), ("Nobody that I know of", ids.NOBODY_KNOWN)),
    "read_documents": (("All read", ids.ALL_READ),),
    "provision": (("Set up workspace", ids.PROVISION),),
    "set_task_dates": (("Set dates", ids.SET_TASKS),),
    "review_access": (("Review and invite", ids.REVIEW_ACCESS),),
    "set_kickoff": (("Set kickoff date", ids.SET_KICKOFF),),
    "sign": (("Sign off", ids.SIGN),),
    "show_presale": (("Presale work", ids.PRESALE),),
    "add_context": (("Add context", ids.ADD_CONTEXT),),
    "tick": (("Done", ids.ITEM_DONE),),
}


def of_person(handover: Handover, person_id: int) -> list[Turn]:
    """What this person can do now."""
    return shown(handover, gate.turns_of(handover, person_id))


def who(handover: Handover, turn: Turn, frame: Frame) -> Safe:
    """The first name of who takes it, or the role's title."""
    person = frame.people.get(actor(handover, turn))
    return mrkdwn.name(person.first_name, 40) if person else Safe(f"the {TITLES[turn.role]}")


def does(handover: Handover, turn: Turn, frame: Frame) -> Safe:
    """What follows the name: `answers 1 question from Ben`."""
    return _worded("does", handover, turn, frame)


def do(handover: Handover, turn: Turn, frame: Frame) -> Safe:
    """What is said to the person: `answer 1 question from Ben`."""
    return _worded("do", handover, turn, frame)


def next_words(handover: Handover, turn: Turn, frame: Frame) -> Safe:
    """Name and deed: `Ana answers 1 question from Ben`."""
    return Safe(f"{who(handover, turn, frame)} {does(handover, turn, frame)}")


def waiting(handover: Handover, frame: Frame, rows: Iterable[Turn]) -> Safe:
    """`Ana (1), Ben (2)`: for whom the handover waits with these turns, in the order of the rules."""
    counts: dict[str, int] = {}
    for turn in rows:
        name = who(handover, turn, frame)
        counts[name] = counts.get(name, 0) + 1
    return Safe(", ".join(f"{name} ({n})" for name, n in counts.items()))


def buttons(handover: Handover, turn: Turn, *, primary: bool = True) -> list[Block]:
    """The buttons that do it; none where a list or a select is the way (documents, roles, the client's access)."""
    rows = BUTTONS.get(turn.action, ())
    value = {"sign": f"{handover.id}:{turn.role.value}", "tick": f"{handover.id}:{turn.subject}"}.get(
        turn.action, str(handover.id)
    )
    drawn = []
    for place, (text, action) in enumerate(rows):
        style = "primary" if primary and place == 0 else None
        words = f"Answer {turn.count} points" if action == ids.ANSWER_POINTS and turn.count > 1 else text
        label = mrkdwn.plain(f"{words}: {_label(handover, turn)}", 75)
        drawn.append(kit.button(words, action, value, style=style, label=label))
    return drawn


def place(handover: Handover, turn: Turn, frame: Frame) -> Block | None:
    """The way to where it is done, for what has no button of its own; None where nobody knows the address.

    A frame for several records names its links with the record's id: `list:pm:42`.
    """
    names = ("progress", "root") if turn.action == "mend_steps" else (f"list:{turn.role.value}", "root")
    keys = [key for name in names for key in (f"{name}:{handover.id}", name)]
    words = "Open steps" if turn.action == "mend_steps" else "Open list"
    return inputs.link_button(words, next((frame.links[key] for key in keys if frame.links.get(key)), ""))


def _label(handover: Handover, turn: Turn) -> str:
    item = handover.item(turn.subject) if turn.action == "tick" else None
    return f"{item.text} ({handover.client})" if item else handover.client


def empty_roles(handover: Handover) -> list[Role]:
    """The roles that nobody holds."""
    return [role for role in HANDOVER_ROLES if not handover.roles.get(role)]


def _worded(form: str, handover: Handover, turn: Turn, frame: Frame) -> Safe:
    item = handover.item(turn.subject)
    name = turn.action if turn.action in WORDED else "item"
    return sentence(
        f"turns.{form}_{name}",
        n=_number(handover, turn),
        item=mrkdwn.name(item.text) if item else "",
        what=_what(item.text) if item else "",
        roles=_roles(handover),
        pm=mrkdwn.name(frame.first(handover.roles.get(Role.PM, 0)), 40),
    )


def _number(handover: Handover, turn: Turn) -> int:
    if turn.action == "set_task_dates":
        owned, wanted = checklist.tasks_owned(handover)
        return max(wanted - owned, 1)
    return turn.count


def _what(text: str) -> Safe:
    # "Sign off: tasks, owners and dates" → ": tasks, owners and dates"; another wording of the item stands whole.
    head, colon, rest = text.partition(":")
    if head.strip().lower() == "sign off":
        return Safe(f": {mrkdwn.name(rest)}" if colon else "")
    return Safe(f": {lower_first(mrkdwn.name(text))}")


def _roles(handover: Handover) -> Safe:
    missing = empty_roles(handover) or [Role.PM, Role.CSM]
    return listed([f"the {TITLES[role]}" if role is not Role.CSM else TITLES[role] for role in missing])
