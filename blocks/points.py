"""The points: the project manager's one modal, and the sales rep's answers to what was asked back.

None is preset, half-done is fine, saved points leave. A point that waits for the sales rep stands last: it can be
answered without waiting any longer. Who may answer, `bot.actions.points` decides.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from blocks import ids, kit, mrkdwn
from blocks.frame import Block, FieldErrors, Frame
from blocks.modal import inputs, submission
from blocks.modal.kinds import IN_SCOPE
from bot.actions.points import PointAnswer
from bot.context import MAX_TEXT, Disposition, Entry, Kind, iso_day
from bot.handover import Handover
from bot.people import Role

PAGE = 20  # points in one view
ROOM = 6_000  # characters that the words of all points of one page may take
MAX_REPLY = 600  # characters of the sales rep's answer in the view
MAX_LINK = 300  # a longer address would crowd out the words
MAX_HOURS = Decimal(10_000)
NAMES = {
    Kind.COMMITMENT: "",
    Kind.REAL_DEADLINE: "date",
    Kind.DISCOUNT: "discount",
    Kind.SCOPE_AMBIGUITY: "unclear scope",
}
# What an answer asks besides: (suffix of the block id, label, hint, the sentence when it is empty).
EXTRAS: Mapping[Disposition, tuple[tuple[str, str, str, str], ...]] = {
    Disposition.GOODWILL: (
        ("hours", "How many hours?", "For example 4 or 2.5.", "Write the hours as a number, for example 4."),
        ("approver", "Who approved it?", "", "Write who approved it."),
    ),
    Disposition.DECLINED: (("told_by", "Who told the client?", "", "Write who told the client."),),
    Disposition.ASK: (("question", "Your question, in one sentence", "", "Write your question in one sentence."),),
}


def points_view(
    handover: Handover,
    frame: Frame,
    *,
    nonce: str,
    page: int = 0,
    chosen: Mapping[int, Disposition] | None = None,
) -> dict[str, Any]:
    """The modal "Answer 6 points". `chosen` are the radios as they stand, so that what they ask for can be shown."""
    entries = _to_answer(handover)
    shown = entries[page * PAGE : (page + 1) * PAGE]
    turn = sum(1 for entry in entries if not _waits(entry))
    title = f"Answer {inputs.count(turn or len(entries), 'point')}"
    carried = submission.metadata(handover.id, nonce, p=str(page or ""))
    if not shown:
        words = [kit.section("All points are answered. Thank you.")]
        return kit.modal("Answer points", words, callback_id=ids.VIEW_POINTS, close="Close", metadata=carried)
    blocks = [block for entry in shown for block in _point(handover, entry, frame, len(shown), chosen or {})]
    if len(entries) > len(shown):
        blocks.append(kit.context(f"{len(shown)} of {len(entries)} are shown. Save these, then the next ones follow."))
    return kit.modal(title, blocks, callback_id=ids.VIEW_POINTS, submit="Save", metadata=carried)


def points_chosen(view: Mapping[str, Any]) -> dict[int, Disposition]:
    """The radios as they stand in a view: entry id → answer."""
    found = {}
    for block_id in submission.values(view):
        number = str(block_id).removeprefix(ids.POINT)
        value = submission.choice(view, str(block_id))
        if str(block_id).startswith(ids.POINT) and number.isdecimal() and value in list(Disposition):
            found[int(number)] = Disposition(value)
    return found


def points_redrawn(view: Mapping[str, Any], handover: Handover, frame: Frame) -> dict[str, Any]:
    """The same modal with the fields that the radios of `view` ask for."""
    page = submission.origin(view).rest.get("p", "")
    drawn = points_view(
        handover,
        frame,
        nonce=submission.origin(view).nonce,
        page=int(page) if page.isdecimal() else 0,
        chosen=points_chosen(view),
    )
    return submission.carried(drawn, from_view=view)


def points_incomplete(view: Mapping[str, Any]) -> bool:
    """Whether an answer asks for a field which the view does not show yet: redraw it instead of refusing.

    That happens when somebody chooses and saves faster than Slack brings the redrawn view.
    """
    there = set(submission.blocks_with(view, ids.POINT))
    wanted = {f"{n}:{suffix}" for n, answer in points_chosen(view).items() for suffix, *_ in EXTRAS.get(answer, ())}
    return not wanted <= there


def points_read(view: Mapping[str, Any]) -> list[PointAnswer] | FieldErrors:
    """The answers given so far, possibly none; or the sentences under the fields."""
    errors = FieldErrors()
    answers = []
    for number, disposition in points_chosen(view).items():
        given = {}
        for suffix, _, _, sentence in EXTRAS.get(disposition, ()):
            block_id = f"{ids.POINT}{number}:{suffix}"
            given[suffix] = (
                _hours(submission.text(view, block_id)) if suffix == "hours" else submission.text(view, block_id)
            )
            if not given[suffix]:
                errors[block_id] = sentence
        answers.append(PointAnswer(number, disposition, **given))
    return errors or answers


def question_view(handover: Handover, frame: Frame, *, nonce: str) -> dict[str, Any]:
    """The sales rep's modal: every question that waits, each with its point. Half-done is fine."""
    waiting = [entry for entry in handover.entries if entry.open and _waits(entry)]
    carried = submission.metadata(handover.id, nonce)
    if not waiting:
        words = [kit.section("These questions are answered already. Thank you.")]
        return kit.modal("Answer questions", words, callback_id=ids.VIEW_QUESTION, close="Close", metadata=carried)
    shown = waiting[:PAGE]
    blocks = [block for entry in shown for block in _question(entry, frame, alone=len(waiting) == 1)]
    title = f"Answer {inputs.count(len(waiting), 'question')}"
    return kit.modal(title, blocks, callback_id=ids.VIEW_QUESTION, submit="Send", metadata=carried)


def question_read(view: Mapping[str, Any]) -> dict[int, str] | FieldErrors:
    """Entry id → answer; or one sentence when nothing was written. Tell the two apart by FieldErrors."""
    asked = [number for number in submission.blocks_with(view, ids.POINT) if number.isdecimal()]
    given = {int(number): submission.text(view, f"{ids.POINT}{number}") for number in asked}
    written = {number: words for number, words in given.items() if words}
    if written:
        return written
    first = asked[0] if asked else ""
    return FieldErrors({f"{ids.POINT}{first}": "Write at least one answer."})


def _to_answer(handover: Handover) -> list[Entry]:
    return sorted((entry for entry in handover.entries if entry.open), key=_waits)


def _waits(entry: Entry) -> bool:
    return entry.point is not None and entry.point.waits_for_rep


def _point(
    handover: Handover, entry: Entry, frame: Frame, number: int, chosen: Mapping[int, Disposition]
) -> list[Block]:
    rep = frame.people.get(handover.roles.get(Role.SALES_REP, 0))
    options = {
        Disposition.IN_SCOPE: kit.option("In scope", "in_scope"),
        Disposition.CHANGE_REQUEST: kit.option("Change request", "change_request"),
        Disposition.GOODWILL: kit.option("Goodwill", "goodwill"),
        Disposition.DECLINED: kit.option("Declined", "declined"),
        Disposition.ASK: kit.option(f"Ask {mrkdwn.plain(rep.first_name, 60) if rep else 'the sales rep'}", "ask"),
    }
    answer = chosen.get(entry.id)
    block_id = f"{ids.POINT}{entry.id}"
    radio = kit.radio(ids.POINT_CHOICE, list(options.values()), initial=options[answer] if answer else None)
    block = kit.section(_words(entry, frame, ROOM // number), accessory=radio, block_id=block_id)
    extras = EXTRAS.get(answer, ()) if answer else ()
    return [block, *(_extra(f"{block_id}:{suffix}", label, hint) for suffix, label, hint, _ in extras)]


def _extra(block_id: str, label: str, hint: str) -> Block:
    # Slack calls what is not required "(optional)"; this stands there only because its answer asks for it. An answer
    # that is chosen and then changed keeps its field until the redraw: a quick [Save] is pressed once more.
    return inputs.words(block_id, label, hint=hint, required=True)


def _words(entry: Entry, frame: Frame, room: int) -> str:
    line = inputs.line(f'*"{inputs.fitted(entry.text, min(room, MAX_TEXT))}"*', *_facts(entry, frame))
    point = entry.point
    if point is None or not point.question:
        return line
    asked = f"{mrkdwn.name(frame.first(point.asked_by))} asked: {inputs.fitted(point.question, inputs.SHORT)}"
    if not point.reply:
        return f"{line}\n_{asked}_ No answer yet."
    who = mrkdwn.name(frame.first(point.replied_by))
    return f"{line}\n{asked}\n*{who} answers:* {inputs.fitted(point.reply, MAX_REPLY)}"


def _facts(entry: Entry, frame: Frame) -> Sequence[str]:
    details = entry.details
    said = iso_day(details.get("said_on", "")) or mrkdwn.local_day(entry.at, frame.tz)
    author = inputs.fitted(frame.name(entry.author), 80) if entry.author else "from the CRM"
    to = f" to {inputs.fitted(details['to'], 80)}" if details.get("to") else ""
    scope = dict(IN_SCOPE).get(details.get("in_scope") or details.get("in_sow", ""), "")
    real = iso_day(details.get("real_date", ""))
    return (
        NAMES.get(entry.kind, ""),
        mrkdwn.day(real) if real else "",
        f"{author}{to}, {mrkdwn.short_day(said)}",
        f"in scope? {scope.lower()}" if scope else "",
        mrkdwn.link(entry.evidence, "where it was said") if 0 < len(mrkdwn.address(entry.evidence)) <= MAX_LINK else "",
    )


def _question(entry: Entry, frame: Frame, *, alone: bool) -> list[Block]:
    point = entry.point
    words = point.question if point else ""
    asker = frame.first(point.asked_by) if point and point.asked_by in frame.people else "The project manager"
    label = mrkdwn.plain(f"{asker} asks: {words}", 400)
    context = kit.context(inputs.line(f'"{inputs.fitted(entry.text, inputs.SHORT)}"', *_facts(entry, frame)))
    block_id = f"{ids.POINT}{entry.id}"
    return [context, inputs.words(block_id, label, required=alone, limit=1_000, lines=True)]


def _hours(words: str) -> str:
    try:
        number = Decimal(words.replace(",", ".").removesuffix("h").strip())
    except InvalidOperation:
        return ""
    return f"{number.normalize():f}" if number.is_finite() and 0 < number <= MAX_HOURS else ""
