"""Input blocks as our modals draw them: the action id is the block id, so that what was typed survives a redraw.

Slack keeps typed text across views.update only while block id and action id stay the same
(docs.slack.dev/surfaces/modals); an `initial_value` counts only the first time.
"""

from datetime import date

from blocks import ids, kit, mrkdwn
from blocks.frame import Block, Frame
from blocks.limits import LIMITS
from blocks.modal.kinds import Field, Options, Sort
from bot.handover import Handover

SHORT = 300  # characters of a field that wants a few words


def words(
    block_id: str,
    label: str,
    *,
    hint: str = "",
    initial: str = "",
    required: bool = False,
    limit: int = SHORT,
    lines: bool = False,
) -> Block:
    """A text field. `initial` is cut to what the field takes."""
    element = kit.text_input(
        block_id, multiline=lines, max_length=limit, initial=mrkdwn.cut(mrkdwn.clean(initial), limit) or None
    )
    return kit.input_(label, element, block_id=block_id, hint=hint or None, optional=not required)


def day(block_id: str, label: str, *, initial: date | None = None, required: bool = False, hint: str = "") -> Block:
    """A calendar date."""
    element = kit.date_input(block_id, initial=initial)
    return kit.input_(label, element, block_id=block_id, hint=hint or None, optional=not required)


def radio(
    block_id: str, label: str, options: Options, *, initial: str = "", required: bool = False, hint: str = ""
) -> Block:
    """One choice of a few."""
    drawn = {value: kit.option(shown, value) for value, shown in options}
    element = kit.radio(block_id, list(drawn.values()), initial=drawn.get(initial))
    return kit.input_(label, element, block_id=block_id, hint=hint or None, optional=not required)


def person(block_id: str, label: str, *, initial: str = "", required: bool = False, hint: str = "") -> Block:
    """A colleague, chosen from Slack's own list."""
    element = kit.users_select(block_id, placeholder="Choose a colleague", initial=initial or None)
    return kit.input_(label, element, block_id=block_id, hint=hint or None, optional=not required)


def channel(block_id: str, label: str, *, initial: str = "", hint: str = "") -> Block:
    """A channel of our own organisation, or none."""
    element = kit.conversations_select(block_id, placeholder="Choose a channel", initial=initial or None)
    return kit.input_(label, element, block_id=block_id, hint=hint or None, optional=True)


def contact(block_id: str, label: str, *, required: bool = False, hint: str = "") -> Block:
    """One of the client's people from the CRM, or what is typed (ids.CONTACT_SEARCH answers the search)."""
    element = kit.external_select(ids.CONTACT_SEARCH, placeholder="A contact, or type a name", min_query=0)
    return kit.input_(label, element, block_id=block_id, hint=hint or None, optional=not required)


def drawn(field: Field, block_id: str, *, initial: date | None = None) -> Block:
    """A detail of a kind as an input block."""
    if field.sort is Sort.DAY:
        return day(block_id, field.label, initial=initial, required=field.required, hint=field.hint)
    if field.sort is Sort.CHOICE:
        return radio(block_id, field.label, field.options, initial=field.initial, required=field.required)
    if field.sort is Sort.CONTACT:
        return contact(block_id, field.label, required=field.required)
    return words(block_id, field.label, hint=field.hint, required=field.required)


def floor(handover: Handover | None, frame: Frame) -> date:
    """The day after which a promise or a milestone makes sense: the win, else the opening of the record, else today."""
    moment = frame.now if handover is None else handover.won_at or handover.opened_at
    return mrkdwn.local_day(moment, frame.tz)


def link_button(text: str, url: str, *, label: str = "") -> Block | None:
    """A button that opens an address, or None when people cannot open it. `label` is foreign text."""
    where = mrkdwn.address(url)
    if not where or len(where) > LIMITS["button_url"]:
        return None
    return kit.button(text, ids.OPEN_LINK, url=where, label=mrkdwn.plain(label, 75) or None)


def fitted(text: str, room: int) -> str:
    """Foreign text for mrkdwn whose escaped form, too, takes at most `room` characters (escaping makes text longer)."""
    keep, shown = room, mrkdwn.name(text, room)
    while len(shown) > room:
        keep = keep * room // len(shown) - 1
        shown = mrkdwn.name(text, keep)
    return shown


def line(*parts: str) -> str:
    """Parts of a quiet line, with middle dots; empty parts are left out."""
    return " · ".join(part for part in parts if part)


def count(number: int, one: str, many: str = "") -> str:
    """`1 point`, `6 points`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
