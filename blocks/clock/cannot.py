"""The modal “I can't do this”: which thing, and why: waiting on the client, not mine, or done already.

Each answer asks for its own fields, drawn once it is chosen. Who may, and what follows, the use-cases decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from blocks import ids, kit, mrkdwn
from blocks.clock import pause as pause_face
from blocks.forms import note_view
from blocks.frame import Block, FieldErrors, Frame
from blocks.modal import inputs, submission
from blocks.words import turns
from bot.gate import Turn
from bot.handover import Handover

TITLE = "I can't do this"
ITEM = "item"
WAITING, NOT_MINE, DONE = "waiting", "not_mine", "done"
WHY = (
    (WAITING, "Waiting on the client"),
    (NOT_MINE, "Not mine"),
    (DONE, "Already done"),
)
HOLDER = "holder"
MUCH = "much"
ONE, ROLE = "one", "role"
NO_REASON = "Say in a few words why it is not yours: the delivery manager will read it."
WHERE = "where"
MOST = 50  # things in the select
OF = "hs"  # key of the record ids that the view carries
REASON = "not_mine_reason"

Row = tuple[Handover, Turn]


@dataclass(frozen=True)
class Cannot:
    """What somebody cannot do, and why. `turn` is role, action and subject; `why` is waiting, not_mine or done.

    `words` are what is waited for, why it is not theirs, or where it is done. `whole_role` hands the role back.
    """

    handover_id: int
    role: str
    action: str
    subject: str
    why: str
    words: str
    expected: date | None = None
    holder: str = ""
    whole_role: bool = False


def cannot_view(
    rows: Sequence[Row], frame: Frame, *, nonce: str, of: Sequence[int] = (), item: str = "", why: str = ""
) -> dict[str, Any]:
    """The modal. `of` are the records it was opened for (none: all of the person's); `item`, `why` as chosen so far."""
    if not rows:
        return note_view(TITLE, "Nothing waits for you any more. Thank you.")
    options = {value(row): kit.option(_words(row, frame), value(row)) for row in rows[:MOST]}
    first = next(iter(options.values())) if len(options) == 1 else None
    reasons = {name: kit.option(words, name) for name, words in WHY}
    blocks = [
        kit.input_(
            "Which one?",
            kit.select(ITEM, list(options.values()), placeholder="Choose one", initial=options.get(item) or first),
            block_id=ITEM,
        ),
        kit.input_(
            "Why?",
            kit.radio(ids.CANT_WHY, list(reasons.values()), initial=reasons.get(why)),
            block_id=ids.CANT_WHY,
            dispatch=True,
        ),
        *_fields(why),
    ]
    carried = submission.metadata(0, nonce, **{OF: ":".join(str(number) for number in of)})
    return kit.modal(TITLE, blocks, callback_id=ids.VIEW_CANNOT, submit="Send", metadata=carried)


def cannot_of(view: Mapping[str, Any]) -> list[int]:
    """The records for which the modal was opened; none means all of the person's."""
    return [int(part) for part in submission.origin(view).rest.get(OF, "").split(":") if part.isdigit()]


def cannot_redrawn(view: Mapping[str, Any], rows: Sequence[Row], frame: Frame) -> dict[str, Any]:
    """The same modal with the fields that the chosen answer asks for."""
    drawn = cannot_view(
        rows,
        frame,
        nonce=submission.origin(view).nonce,
        of=cannot_of(view),
        item=submission.choice(view, ITEM),
        why=submission.choice(view, ids.CANT_WHY),
    )
    return submission.carried(drawn, from_view=view) if rows else drawn


def cannot_incomplete(view: Mapping[str, Any]) -> bool:
    """Whether the chosen answer asks for fields that the view does not show yet."""
    there = set(submission.blocks_with(view, ""))
    return not {block["block_id"] for block in _fields(submission.choice(view, ids.CANT_WHY))} <= there


def cannot_read(view: Mapping[str, Any]) -> Cannot | FieldErrors:
    """What cannot be done and why, or the sentences under the fields."""
    number, _, key = submission.choice(view, ITEM).partition(":")
    role, _, rest = key.partition(":")
    action, _, subject = rest.partition(":")
    why, errors = submission.choice(view, ids.CANT_WHY), FieldErrors()
    if not number.isdigit() or not action:
        errors[ITEM] = "Choose which one."
    if why not in dict(WHY):
        errors[ids.CANT_WHY] = "Choose why."
    if errors:
        return errors
    expected = submission.day(view, pause_face.EXPECTED)
    words = submission.text(view, {WAITING: pause_face.REASON, NOT_MINE: REASON}.get(why, WHERE))
    holder, whole = submission.user(view, HOLDER), submission.choice(view, MUCH) == ROLE
    errors.update(_missing(why, words, expected, someone=bool(holder) or whole))
    return errors or Cannot(int(number), role, action, subject, why, words, expected, holder, whole)


def value(row: Row) -> str:
    """What names this thing in the select: the record's id and the turn's key."""
    handover, turn = row
    return f"{handover.id}:{turn.key}"


def _missing(why: str, words: str, expected: date | None, *, someone: bool) -> dict[str, str]:
    wanted = {
        WAITING: (pause_face.REASON, pause_face.NO_REASON),
        NOT_MINE: (REASON, NO_REASON),
        DONE: (WHERE, "Say where it is done: a link, or a few words."),
    }[why]
    errors = {} if words else {wanted[0]: wanted[1]}
    if why == WAITING and expected is None:
        errors[pause_face.EXPECTED] = pause_face.NO_DATE
    if why == NOT_MINE and not someone:
        errors[HOLDER] = "Choose whose it is."
    return errors


def _words(row: Row, frame: Frame) -> str:
    handover, turn = row
    said = mrkdwn.slack_unescape(turns.do(handover, turn, frame))
    return mrkdwn.plain(f"{handover.client}: {said}", 75)


def _fields(why: str) -> list[Block]:
    # Slack calls what is not required "(optional)"; these stand there only because the chosen answer asks for them.
    if why == WAITING:
        told = "The delivery manager is told. You are asked that day."
        return [
            inputs.words(pause_face.REASON, "What do you wait for?", hint="For example: test data.", required=True),
            inputs.day(pause_face.EXPECTED, "Until when?", hint=told, required=True),
        ]
    if why == NOT_MINE:
        options = ((ONE, "Only this"), (ROLE, "My whole role here"))
        return [
            inputs.radio(MUCH, "What is not yours?", options, initial=ONE, required=True),
            inputs.person(HOLDER, "Whose is it?", hint="Needed, unless your whole role here is not yours."),
            inputs.words(REASON, "Why is it not yours?", hint="The delivery manager reads it.", required=True),
        ]
    if why == DONE:
        return [inputs.words(WHERE, "Where?", hint="A link, or a few words.", required=True)]
    return []
