"""The modals "Add a promise" and "Add context": what a CRM has no place for, in seconds, on a phone.

Decides what is asked and how it is read; whether it may be added, and what follows, `bot.actions.capture` decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blocks import ids, kit
from blocks.frame import Block, FieldErrors, Frame
from blocks.modal import inputs, submission
from blocks.modal.evidence import KEEP, Evidence, evidence_blocks, evidence_ids, evidence_of
from blocks.modal.kinds import KINDS, MORE, PROMISE_HINT, SCOPE, TO, Field, Sort, order_for
from blocks.modal.options import deal_options
from bot.context import MAX_TEXT, Kind, line_problem, lines_of
from bot.handover import Handover
from bot.people import Person

DEAL = "deal"
WORDS = "words"
KIND = "kind"


@dataclass(frozen=True)
class Promises:
    """What "Add a promise" brought back. `words` are the message's words, '' when they may not be kept."""

    handover_id: int
    lines: list[str]
    details: dict[str, str] = field(default_factory=dict)
    evidence: Evidence | None = None
    keep_words: bool = False
    words: str = ""


@dataclass(frozen=True)
class NewEntry:
    """What "Add context" brought back: one entry, or for a promise one per line."""

    handover_id: int
    kind: Kind
    text: str
    details: dict[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """The entries' texts."""
        return lines_of(self.text) if self.kind is Kind.COMMITMENT else [self.text]


def promise_view(
    handover: Handover | None,
    frame: Frame,
    *,
    nonce: str,
    prefill: str = "",
    evidence: Evidence | None = None,
    details: bool = False,
    deals: Sequence[tuple[int, str]] = (),
) -> dict[str, Any]:
    """The modal "Add a promise". Without a handover it asks for the deal; exactly one of `deals` is preselected.

    `prefill` are a message's words, unescaped; `details` shows what [More details] opens, in the same view.
    """
    found = [_deal_input(deals)] if handover is None else []
    blocks = [*found, _what_was_promised(prefill), inputs.drawn(TO, "to"), inputs.drawn(SCOPE, "in_scope")]
    if details:
        blocks += [inputs.drawn(one, one.key) for one in MORE]
    else:
        value = str(handover.id) if handover else ""
        blocks.append(kit.actions(kit.button("More details", ids.MORE_DETAILS, value), block_id="more"))
    blocks += evidence_blocks(evidence)
    known = evidence_ids(evidence, frame) | {"d": inputs.floor(handover, frame).isoformat()}
    carried = submission.metadata(handover.id if handover else 0, nonce, **known)
    return kit.modal("Add a promise", blocks, callback_id=ids.VIEW_PROMISE, submit="Save", metadata=carried)


def promise_detailed(view: Mapping[str, Any], handover: Handover | None, frame: Frame) -> dict[str, Any]:
    """The same modal after [More details]: what was typed survives, ids and nonce stay."""
    drawn = promise_view(
        handover,
        frame,
        nonce=submission.origin(view).nonce,
        prefill=_prefilled(view),
        evidence=evidence_of(view),
        details=True,
        deals=_preset_deal(view),
    )
    return submission.carried(drawn, from_view=view)


def promise_read(view: Mapping[str, Any]) -> Promises | FieldErrors:
    """What was said, or the sentences under the fields."""
    errors = FieldErrors()
    handover_id = _handover_of(view, errors)
    lines = lines_of(submission.text(view, WORDS))
    problem = line_problem(lines)
    if problem:
        errors[WORDS] = problem
    details = _details(view, (TO, SCOPE, *MORE), "", errors)
    evidence = evidence_of(view)
    if evidence:
        details["said_on"] = submission.origin(view).rest.get("s", "")
    if errors:
        return errors
    keep = evidence is not None and (not evidence.private or bool(submission.choices(view, KEEP)))
    given = {key: value for key, value in details.items() if value}
    return Promises(handover_id, lines, given, evidence, keep, _prefilled(view) if keep else "")


def context_view(handover: Handover, frame: Frame, *, nonce: str, kind: Kind | None, person: Person) -> dict[str, Any]:
    """The modal "Add context": a chooser of kinds, then the fields of the chosen kind."""
    chosen = [kit.option(KINDS[one].name, one.value) for one in order_for(handover.roles_of(person.id))]
    initial = next((option for option in chosen if kind and option["value"] == kind.value), None)
    chooser = kit.select(ids.ADD_KIND, chosen, placeholder="Choose what it is", initial=initial)
    blocks = [kit.input_("What do you know?", chooser, block_id=KIND, dispatch=True)]
    if kind is not None:
        blocks += _kind_blocks(handover, kind)
    carried = submission.metadata(handover.id, nonce, d=inputs.floor(handover, frame).isoformat())
    return kit.modal("Add context", blocks, callback_id=ids.VIEW_CONTEXT, submit="Save", metadata=carried)


def context_kind(view: Mapping[str, Any]) -> Kind | None:
    """The kind that is chosen in a view, or None."""
    try:
        return Kind(submission.choice(view, KIND))
    except ValueError:
        return None


def context_incomplete(view: Mapping[str, Any]) -> bool:
    """Whether the chosen kind asks for a field which the view does not show yet: redraw it instead of refusing.

    That happens when somebody chooses and saves faster than Slack brings the redrawn view. What the shown fields are
    enough for is saved at once.
    """
    kind = context_kind(view)
    if kind is None:
        return False
    wanted = {f"{kind}.{one.key}" for one in KINDS[kind].fields if one.required}
    return not wanted | ({WORDS} if KINDS[kind].ask else set()) <= set(submission.blocks_with(view, ""))


def context_read(view: Mapping[str, Any]) -> NewEntry | FieldErrors:
    """What somebody knows, or the sentences under the fields."""
    kind = context_kind(view)
    if kind is None:
        return FieldErrors({KIND: "Choose what it is."})
    errors = FieldErrors()
    form = KINDS[kind]
    details = _details(view, form.fields, f"{kind}.", errors)
    text = submission.text(view, WORDS)
    worded = _worded(kind, text, details)
    problem = _text_problem(kind, text, worded) if form.ask else ""
    if problem:
        errors[WORDS] = problem
    if errors:
        return errors
    if kind is Kind.REAL_DEADLINE:
        details["why"] = text
    if kind is Kind.DISCOUNT:
        details["reason"] = text
    given = {key: value for key, value in details.items() if value}
    return NewEntry(submission.origin(view).handover_id, kind, worded, given)


def _what_was_promised(prefill: str) -> Block:
    return inputs.words(
        WORDS, "What was promised?", hint=PROMISE_HINT, initial=prefill, required=True, limit=MAX_TEXT, lines=True
    )


def _deal_input(deals: Sequence[tuple[int, str]]) -> Block:
    initial = deal_options(deals)[0] if len(deals) == 1 else None
    element = kit.external_select(ids.DEAL_SEARCH, placeholder="Client or project", initial=initial, min_query=0)
    return kit.input_("Deal", element, block_id=DEAL)


def _prefilled(view: Mapping[str, Any]) -> str:
    # The message's words stand in the view itself, as the field's initial value; they never go into the metadata.
    element = submission.block_of(view, WORDS).get("element")
    initial = element.get("initial_value") if isinstance(element, dict) else None
    return initial if isinstance(initial, str) else ""


def _preset_deal(view: Mapping[str, Any]) -> list[tuple[int, str]]:
    number, title = submission.preset(view, DEAL)
    return [(int(number), title)] if number.isdecimal() and title else []


def _handover_of(view: Mapping[str, Any], errors: FieldErrors) -> int:
    known = submission.origin(view).handover_id
    if known:
        return known
    chosen = submission.choice(view, DEAL)
    if not chosen.isdecimal():
        errors[DEAL] = "Choose the deal."
        return 0
    return int(chosen)


def _kind_blocks(handover: Handover, kind: Kind) -> list[Block]:
    form = KINDS[kind]
    blocks = []
    if form.ask:
        blocks = [inputs.words(WORDS, form.ask, hint=form.hint, required=True, limit=MAX_TEXT, lines=True)]
    for one in form.fields:
        initial = (handover.end or handover.deal.end) if one.key == "contract_date" else None
        blocks.append(inputs.drawn(one, f"{kind}.{one.key}", initial=initial))
    return blocks


def _details(view: Mapping[str, Any], fields: Sequence[Field], prefix: str, errors: FieldErrors) -> dict[str, str]:
    details = {}
    for one in fields:
        block_id = f"{prefix}{one.key}"
        details[one.key] = _value(view, one, block_id)
        problem = submission.early(view, submission.day(view, block_id)) if one.after_win else ""
        if one.required and not details[one.key]:
            problem = _wanted(one)
        if problem:
            errors[block_id] = problem
    return details


def _value(view: Mapping[str, Any], one: Field, block_id: str) -> str:
    if one.sort is Sort.DAY:
        picked = submission.day(view, block_id)
        return picked.isoformat() if picked else ""
    if one.sort is Sort.WORDS:
        return submission.text(view, block_id)
    return submission.choice(view, block_id)


def _wanted(one: Field) -> str:
    return {
        Sort.DAY: "Pick a date.",
        Sort.WORDS: "Write at least a few words.",
        Sort.CHOICE: "Choose one.",
        Sort.CONTACT: "Choose somebody, or type a name.",
    }[one.sort]


def _text_problem(kind: Kind, text: str, worded: str) -> str:
    if kind is Kind.COMMITMENT:
        return line_problem(lines_of(text)) or ""
    if not text:
        return "Write at least a few words."
    if len(worded) > MAX_TEXT:
        return f"That is longer than {MAX_TEXT:,} characters: cut it, and keep the evidence as a link."
    return ""


def _worded(kind: Kind, text: str, details: Mapping[str, str]) -> str:
    if kind is Kind.STAKEHOLDER:
        return details["name"]
    if kind is Kind.DISCOUNT:
        return f"{details['value']}: {text}"
    return text
