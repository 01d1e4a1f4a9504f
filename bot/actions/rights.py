"""Who may do what to a record: '' when they may, else the kind no with the way out.

A form asks before it opens, and the use-case asks once more when it is saved: the same rule, in one place. The rule is
the table's (`bot/rights/table.py`); here are its sentences, and what else must be so at that moment.
"""

from collections.abc import Sequence

from bot import checklist
from bot.handover import ENDED, Handover, State
from bot.people import HANDOVER_ROLES, TITLES, Person, Role, may, may_assign, may_read_history, may_start
from bot.rights import Deed
from bot.rights.table import TABLE
from bot.rights.whom import Known, whom

HANDS = {role: Deed(f"role.hand.{role}") for role in HANDOVER_ROLES}
IN_CHARGE = (Role.DELIVERY_MANAGER, Role.SALES_OPS, Role.HEAD_OF_DELIVERY)


def only(known: Known, handover: Handover, role: Role, deed: str, *, taker: int = 0) -> str:
    """Words "Only Ana or Dev can …", with the way out; for what a role's holder or the delivery manager may do.

    `taker` is who took it over from the role's holder.
    """
    holder = known.person(taker or handover.roles.get(role, 0))
    manager = known.person(handover.roles.get(Role.DELIVERY_MANAGER, 0))
    if holder and manager and holder.id != manager.id:
        return (
            f"Only {holder.first_name} or {manager.first_name} can {deed}. Ask {holder.first_name}. "
            f"Is it yours? Ask {manager.first_name} to hand it over."
        )
    either = holder or manager
    if either:
        return f"Only {either.first_name} can {deed}. Ask {either.first_name}."
    return f"Nobody is the {TITLES[role]} yet, so nobody can {deed}. Ask a delivery manager to name one."


def to_answer_points(known: Known, handover: Handover, who: Person) -> str:
    """Project manager and delivery manager."""
    return _of(known, handover, who, Deed.POINTS_ANSWER, "answer these points")


def to_answer_questions(known: Known, handover: Handover, who: Person) -> str:
    """Sales rep and delivery manager."""
    return _of(known, handover, who, Deed.QUESTIONS_ANSWER, "answer these questions")


def to_confirm_scope(known: Known, handover: Handover, who: Person) -> str:
    """The delivery manager alone."""
    return _of(known, handover, who, Deed.SCOPE_CONFIRM, "confirm the scope")


def to_invite_client(known: Known, handover: Handover, who: Person) -> str:
    """Client success, once the delivery manager has signed, while the handover is open."""
    if not checklist.may_do(handover, who, Deed.CLIENT_INVITE):
        csm = known.person(checklist.taker(handover, "access_reviewed") or handover.roles.get(Role.CSM, 0))
        if csm is None:
            return "There is no client success yet, so nobody can invite the client. Name one on the list first."
        return f"Only {csm.first_name} can invite the client. Ask {csm.first_name}."
    if handover.state in ENDED:
        return f"{handover.title} is closed: nobody at the client is invited any more."
    if handover.signed(Role.DELIVERY_MANAGER) is None:
        return _signs_first(known, handover)
    return ""


def to_mend_access(known: Known, handover: Handover, who: Person, deed: str = "invite them once more") -> str:
    """Client success and delivery manager."""
    return _of(known, handover, who, Deed.CLIENT_MEND, deed)


def no_invitation(known: Known, handover: Handover) -> str:
    """Why nobody at the client may be invited at this moment, whoever chose it; asked again before the outside call."""
    if handover.state in ENDED:
        return f"{handover.title} is closed: nobody at the client is invited any more."
    if handover.running("hold"):
        return f"This handover is on hold, so nobody at the client is invited now. {_clear_that(known, handover)}"
    if handover.signed(Role.DELIVERY_MANAGER) is None and handover.live_at is None:
        return _signs_first(known, handover)
    return ""


def to_set_kickoff(known: Known, handover: Handover, who: Person) -> str:
    """Client success, project manager, delivery manager."""
    return _of(known, handover, who, Deed.KICKOFF_SET, "set the kickoff date")


def to_set_tasks(known: Known, handover: Handover, who: Person) -> str:
    """Project manager and delivery manager."""
    return _of(known, handover, who, Deed.TASKS_SET, "set owners and dates")


def to_mend_step(known: Known, handover: Handover, who: Person, deed: str = "mark this step as done by hand") -> str:
    """Delivery manager and project manager."""
    return _of(known, handover, who, Deed.WORKSPACE_MEND, deed)


def to_start(known: Known, who: Person, words: str) -> str:
    """Whom the company gave a role; `words` say what they start."""
    if may_start(who):
        return ""
    return f"Only sales, delivery and operations can {words}. Ask {whom(known, {}, Role.SALES_OPS)} for a role."


def to_override(known: Known, who: Person) -> str:
    """The Head of Delivery."""
    if may(who, Deed.OVERRIDE):
        return ""
    return f"Only {whom(known, {}, Role.HEAD_OF_DELIVERY)} can override the gate."


def to_pause(known: Known, handover: Handover, who: Person, deed: str = "pause it") -> str:
    """Whoever sees the whole record."""
    return to_see(known, handover, who, Deed.PAUSE, deed)


def to_name(known: Known, handover: Handover, who: Person, roles: Sequence[Role]) -> str:
    """Delivery manager, head and sales operations; a holder hands their own role over."""
    mine = any(may(who, HANDS[role], handover.roles) for role in roles if role in HANDS)
    if mine or may_assign(who, handover.roles):
        return ""
    return f"Only {whom(known, handover.roles, *IN_CHARGE)} can name people."


def to_give_back(known: Known, handover: Handover, who: Person, role: Role) -> str:
    """The role's holder. Whoever names people hands it over instead."""
    if role in HANDS and may(who, HANDS[role], handover.roles):
        return closed(handover)
    holder = known.person(handover.roles.get(role, 0))
    if holder is None:
        asked = manager(known, handover)
        return f"Nobody is the {TITLES[role]}, so there is nothing to hand back. Ask {asked} to name somebody."
    way = "“Hand over this role” gives it to somebody else" if may_assign(who, handover.roles) else ""
    way = way or f"Ask {holder.first_name}, or {manager(known, handover)}"
    return f"Only {holder.first_name} can hand this role back. {way}."


def to_cancel(known: Known, handover: Handover, who: Person) -> str:
    """The delivery manager, sales operations, the Head of Delivery."""
    if who.id and may(who, Deed.CANCEL, handover.roles):
        return ""
    return f"Only {whom(known, handover.roles, *IN_CHARGE)} can cancel a handover."


def to_see(known: Known, handover: Handover, who: Person, deed: Deed, words: str) -> str:
    """Whoever sees the whole record; `words` end the sentence "Only people of this handover can …"."""
    if who.id and may(who, deed, handover.roles):
        return ""
    return f"Only people of this handover can {words}. {name_you(known, handover)}"


def to_read_history(known: Known, handover: Handover, who: Person) -> str:
    """Whoever may read the whole timeline."""
    if may_read_history(who, handover.roles):
        return ""
    return f"Only people of this handover can read its history. {name_you(known, handover)}"


def closed(handover: Handover) -> str:
    """That nothing is done there any more; '' while the record is open."""
    return f"{handover.title} is closed: nothing waits there any more." if handover.state in ENDED else ""


def manager(known: Known, handover: Handover) -> str:
    """`the delivery manager (Dev)`."""
    return whom(known, handover.roles, Role.DELIVERY_MANAGER)


def name_you(known: Known, handover: Handover) -> str:
    """The way in for somebody who has no role here."""
    return f"Ask {manager(known, handover)} to name you."


def on_hold(known: Known, handover: Handover) -> str:
    """That it is on hold, and who can say that it goes on."""
    can = whom(known, handover.roles, Role.SALES_REP, Role.DELIVERY_MANAGER)
    return f"This handover is on hold. Say first that it goes on: {can} can."


def in_time(known: Known, handover: Handover) -> str:
    """Why the scope cannot be confirmed now, whoever asks; '' when it can."""
    if handover.running("hold"):
        return f"This handover is on hold. {_clear_that(known, handover)}"
    if handover.state is not State.WON:
        return "The deal is not won yet, so there is no scope to confirm."
    return ""


def _of(known: Known, handover: Handover, who: Person, deed: Deed, words: str) -> str:
    if checklist.may_do(handover, who, deed):
        return closed(handover)
    right = TABLE[deed]
    return only(known, handover, Role(right.may[0].value), words, taker=checklist.taker(handover, *right.taken))


def _clear_that(known: Known, handover: Handover) -> str:
    return f"Clear that with {whom(known, handover.roles, Role.SALES_REP)} first."


def _signs_first(known: Known, handover: Handover) -> str:
    asked = manager(known, handover)
    return f"{asked[:1].upper()}{asked[1:]} signs first: then you see what the client will see."
