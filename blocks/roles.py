"""Who holds which role: naming people, "Not mine" with its reason, and handing a role over.

Decides what is shown and how it is read; who may do it, and what follows, `bot.actions.people` decides.
"""

from collections.abc import Mapping
from typing import Any

from blocks import ids, kit, mrkdwn
from blocks.frame import FieldErrors, Frame
from blocks.modal import inputs, submission
from blocks.render import upper_first
from bot.handover import Handover
from bot.people import HANDOVER_ROLES, TITLES, Role

REASON = "reason"
HOLDER = "holder"


def people_view(handover: Handover, frame: Frame, *, nonce: str) -> dict[str, Any]:
    """The modal "Change people": one select a role, with its holder chosen."""
    blocks = [kit.section(f"*{inputs.fitted(handover.title, inputs.SHORT)}*")]
    for role in HANDOVER_ROLES:
        holder = frame.people.get(handover.roles.get(role, 0))
        label = upper_first(TITLES[role])
        blocks.append(inputs.person(f"{ids.ROLE}{role}", label, initial=holder.slack_id if holder else ""))
    blocks.append(kit.context("A new holder gets the brief and the open points. Signatures stay."))
    carried = submission.metadata(handover.id, nonce)
    return kit.modal("Change people", blocks, callback_id=ids.VIEW_PEOPLE, submit="Save", metadata=carried)


def people_read(view: Mapping[str, Any]) -> dict[Role, str] | FieldErrors:
    """Role → Slack id, only where somebody else than before is chosen; an empty field changes nothing."""
    picked = {role: submission.user(view, f"{ids.ROLE}{role}") for role in HANDOVER_ROLES}
    return {role: user for role, user in picked.items() if user and user != _before(view, role)}


def not_mine_view(handover: Handover, role: Role, frame: Frame, *, nonce: str) -> dict[str, Any]:
    """The modal "Not mine": the reason goes to whoever names somebody else."""
    manager = frame.people.get(handover.roles.get(Role.DELIVERY_MANAGER, 0))
    mine = role is Role.DELIVERY_MANAGER or manager is None
    reader = "the Head of Delivery" if mine or manager is None else mrkdwn.name(manager.first_name)
    blocks = [
        kit.section(f"You hand back: {TITLES[role]} of *{inputs.fitted(handover.title, inputs.SHORT)}*."),
        inputs.words(REASON, "Why is it not yours?", required=True, limit=inputs.SHORT, lines=True),
        kit.context(f"{upper_first(reader)} reads it and names somebody else."),
    ]
    carried = submission.metadata(handover.id, nonce, role=role.value)
    return kit.modal("Not mine", blocks, callback_id=ids.VIEW_NOT_MINE, submit="Hand back", metadata=carried)


def not_mine_read(view: Mapping[str, Any]) -> tuple[Role, str] | FieldErrors:
    """The role and the reason, or the sentence below the field."""
    reason, role = submission.text(view, REASON), _role(view)
    if not reason or role is None:
        return FieldErrors({REASON: "Say in a few words why it is not yours: the delivery manager will read it."})
    return role, reason


def hand_over_view(handover: Handover, role: Role, frame: Frame, *, nonce: str) -> dict[str, Any]:
    """The modal "Hand over a role": to whom."""
    holder = mrkdwn.name(frame.name(handover.roles.get(role, 0)))
    blocks = [
        kit.section(f"*{inputs.fitted(handover.title, inputs.SHORT)}* · {TITLES[role]}: {holder}"),
        inputs.person(HOLDER, "Who takes over?", required=True),
        kit.context("They get the brief, the open points and the history. Signatures stay."),
    ]
    carried = submission.metadata(handover.id, nonce, role=role.value)
    return kit.modal("Hand over a role", blocks, callback_id=ids.VIEW_HAND_OVER, submit="Hand over", metadata=carried)


def hand_over_read(view: Mapping[str, Any]) -> tuple[Role, str] | FieldErrors:
    """The role and the Slack id of who takes over, or the sentence below the field."""
    user, role = submission.user(view, HOLDER), _role(view)
    if not user or role is None:
        return FieldErrors({HOLDER: "Choose who takes over."})
    return role, user


def _before(view: Mapping[str, Any], role: Role) -> str:
    element = submission.block_of(view, f"{ids.ROLE}{role}").get("element")
    initial = element.get("initial_user") if isinstance(element, dict) else None
    return initial if isinstance(initial, str) else ""


def _role(view: Mapping[str, Any]) -> Role | None:
    try:
        return Role(submission.origin(view).rest.get("role", ""))
    except ValueError:
        return None
