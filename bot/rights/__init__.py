"""Who may see and do what: the words of the table. The table itself is `bot/rights/table.py`.

Somebody is several of these at once: Ana sells here, and the company made her a sales rep. What any of them may, she
may. A guest, a stranger from a shared channel and a deactivated account are none of them, and may nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Who(StrEnum):
    """What a person is to a record, or to the thing which they touch."""

    # Who holds the role on this record. The values are those of `bot.people.Role`.
    SALES_REP = "sales_rep"
    PM = "pm"
    CSM = "csm"
    DELIVERY_MANAGER = "delivery_manager"
    # What the company made them, whoever holds the roles of this record.
    ANY_MANAGER = "any_manager"
    SALES_OPS = "sales_ops"
    HEAD = "head_of_delivery"
    PEER = "peer"  # a sales rep, project manager or client success, of whatever handovers
    OWNER = "owner"  # who set Baton up
    # What they are to the thing that is touched.
    TAKER = "taker"  # who took the item over, or was handed it
    DEPUTY = "deputy"  # who stands in for a holder who is away
    SELF = "self"  # whose own it is: who saved it, whom the reminder was sent
    COLLEAGUE = "colleague"  # everybody of the company


class Deed(StrEnum):
    """What can be seen or done."""

    SEE_OUTLINE = "see.outline"
    SEE_WHOLE = "see.whole"
    SEE_HISTORY = "see.history"
    SEE_LATE = "see.late"
    SEE_SETTINGS = "see.settings"
    SEE_HEALTH = "see.health"
    START = "handover.start"
    PRESALE_SIGN = "presale.sign"
    CONTEXT_ADD = "context.add"
    CONTEXT_UNDO = "context.undo"
    CONTEXT_NONE = "context.none"
    DOCUMENTS_READ = "documents.read"
    POINTS_ANSWER = "points.answer"
    QUESTIONS_ANSWER = "questions.answer"
    SCOPE_CONFIRM = "scope.confirm"
    WORKSPACE_MEND = "workspace.mend"
    WORKSPACE_READ = "workspace.read"
    TASKS_SET = "tasks.set"
    KICKOFF_SET = "kickoff.set"
    CLIENT_INVITE = "client.invite"
    CLIENT_MEND = "client.mend"
    TICK_SALES_REP = "tick.sales_rep"
    TICK_PM = "tick.pm"
    TICK_CSM = "tick.csm"
    TICK_DELIVERY_MANAGER = "tick.delivery_manager"
    REMIND = "others.remind"
    REMINDER_LATER = "reminder.later"
    LATE_TAKE = "late.take"
    SIGN_DELIVERY_MANAGER = "sign.delivery_manager"
    SIGN_PM = "sign.pm"
    SIGN_SALES_REP = "sign.sales_rep"
    OVERRIDE = "gate.override"
    STAGE = "stage.change"
    CLOSE = "stage.close"
    NAME = "role.name"
    HAND_SALES_REP = "role.hand.sales_rep"
    HAND_PM = "role.hand.pm"
    HAND_CSM = "role.hand.csm"
    HAND_DELIVERY_MANAGER = "role.hand.delivery_manager"
    TAKE_OVER = "role.take_over"
    PAUSE = "pause.begin"
    PAUSE_UNDO = "pause.undo"
    HOLD_END = "hold.end"
    HELD_WINS = "held.decide"
    SPLIT = "deal.split"
    CARRY = "merge.carry"
    CANCEL = "handover.cancel"
    PREFERENCES = "prefs.set"
    TEMPLATE = "template.keep"
    SETUP = "setup.change"


@dataclass(frozen=True)
class Right:
    """One row: what it is in people's words, and who may, whom one asks first in front.

    `taken` are the checks of the items by which somebody takes it over; `empty` says who may while nobody holds a role.
    """

    words: str
    may: tuple[Who, ...]
    taken: tuple[str, ...] = ()
    empty: Mapping[Who, Who] = field(default_factory=dict)
