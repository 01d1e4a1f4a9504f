"""What became of what a reminder showed and shows no more: done, or standing still, closed, somebody else's, not yet.

Only what is done may be called done: a pause, a hold or another holder leaves it as it was.
"""

from collections.abc import Iterable

from bot import checklist, gate
from bot.clock.nag import is_turn
from bot.handover import ENDED, Handover
from bot.people import Role

DONE, CLOSED, HOLD, PAUSE, ELSEWHERE, NOT_NOW = "done", "closed", "hold", "pause", "elsewhere", "not_now"


def of(handover: Handover, key: str) -> str:
    """What became of one turn (its key), or of the word that the record is late or will be."""
    if not is_turn(key):
        return CLOSED if handover.state in ENDED else _stopped(handover) or DONE
    if _done(handover, key):
        return DONE
    if handover.state in ENDED:
        return CLOSED
    found = any(turn.key == key for turn in gate.shown(handover))
    return _stopped(handover) or (ELSEWHERE if found else NOT_NOW)


def together(found: Iterable[str]) -> str:
    """One word for a whole message: done when all of it is, else what became of the rest; NOT_NOW where that varies."""
    rest = {word for word in found if word != DONE}
    return rest.pop() if len(rest) == 1 else NOT_NOW if rest else DONE


def _done(handover: Handover, key: str) -> bool:
    _, _, rest = key.partition(":")
    action, _, subject = rest.partition(":")
    item = handover.item(subject)
    if item is not None:
        return checklist.done(handover, item)
    if action == "answer_question":
        entry = handover.entry(int(subject)) if subject.isdigit() else None
        return not (entry and entry.open and entry.point and entry.point.waits_for_rep)
    if action == "set_task_dates":
        owned, wanted = checklist.tasks_owned(handover)
        return owned == wanted
    return action != "fill_roles" or bool(handover.roles.get(Role.DELIVERY_MANAGER))


def _stopped(handover: Handover) -> str:
    return next((kind for kind in (HOLD, PAUSE) if handover.running(kind)), "")
