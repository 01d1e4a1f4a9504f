"""`/handover template`: the checklist in force and its versions, its text in a form or a file, and what would change.

Decides what is shown and how it is read. What can be used, `bot.template` decides; who may,
`bot.actions.company.templates`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from blocks import ids, kit, limits, mrkdwn, thread
from blocks.frame import Block, FieldErrors, Frame, Message
from blocks.modal import submission
from blocks.render import sentence, upper_first
from bot.company.checklist import HEAD, PARTS, Change, Version, parts, place_of, whole
from bot.people import TITLES, Role
from bot.template import SIGNED, Template

PART = "part:"  # + the part, + ":" + its place when it takes several fields
FIELD = limits.LIMITS["input_length"]
TIGHT = 500  # characters left in a field below which an empty one follows it
ERROR = 1_500  # characters of the sentences under one field
SECTION = 2_800
SHOWN = 20_000  # characters of a preview: some hundreds of items
FILE = "file"
ENDINGS = ("toml", "txt")
VERSIONS = 8  # listed; the file's is always the last
MARKS = {"new": "➕", "gone": "➖", "changed": "✏️", "same": "·"}
OPENS = {"presale": "open deal", "won": "won", "scoped": "scope confirmed", "provisioned": "workspace ready"}
KINDS = {"record": "ticks itself", "hand": "ticked by hand", "signoff": "signature"}
KEYS = {"key": "key", "role": "list", "text": "text", "description": "description", "required": "required",
        "opens": "opens", "check": "check"}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A checklist as somebody wrote it, on which version, and what of it each field of the form holds."""

    name: str
    base: int
    text: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Chosen:
    """A file that was chosen: where Slack keeps it ('' when it does not say), and how many bytes it says it has."""

    link: str
    size: int


def overview(template: Template, versions: Sequence[Version], frame: Frame, *, upload: bool) -> Message:
    """What is in force, the ways to change it, and the versions to which one can go back.

    `upload` is whether Slack lets us read files.
    """
    name, n = mrkdwn.name(template.name, 40), versions[0].n if versions else 0
    head = sentence("checklist.head", name=name, n=n, items=len(template.items))
    review = sentence("checklist.review", owner=mrkdwn.name(template.owner, 60), day=mrkdwn.day(template.review_due))
    deeds = [
        kit.button("Change", ids.TEMPLATE_EDIT, mrkdwn.plain(template.name, 60), style="primary"),
        kit.button("Download", ids.TEMPLATE_GET, str(n)),
        *([kit.button("Upload", ids.TEMPLATE_UPLOAD)] if upload else []),
    ]
    blocks = [kit.section(head), kit.context(review), kit.actions(*deeds)]
    blocks += [
        _row(sentence("checklist.version", n=version.n, what=_what(version, frame)), version.n)
        for version in versions[1 : VERSIONS + 1]
    ]
    if n:
        blocks.append(_row(sentence("checklist.file", name=name), 0))
    if versions:
        blocks.insert(1, kit.context(sentence("checklist.since", what=_what(versions[0], frame))))
    return limits.check_message(Message(sentence("checklist.text", name=name, n=n), blocks))


def sent(name: str, n: int, *, upload: bool) -> str:
    """What stands above the file that Download sends: which version it is, and how it comes back."""
    return sentence("checklist.sent", name=mrkdwn.name(name, 40), n=n, upload=upload)


def edit_view(name: str, text: str, base: int, *, nonce: str) -> dict[str, Any]:
    """The text in parts, each as long as a field allows; what does not fit one field takes the next."""
    blocks = [kit.section(sentence("checklist.edit"))]
    for part, written in parts(text).items():
        for place, piece in enumerate(_pieces(written)):
            label = _label(part) + (", continued" if place else "")
            blocks.append(_field(f"{PART}{part}:{place}", label, piece))
    carried = submission.metadata(0, nonce, name=name, base=str(base))
    return kit.modal("Change the checklist", blocks, callback_id=ids.VIEW_TEMPLATE, submit="Check", metadata=carried)


def edit_read(view: Mapping[str, Any]) -> Written:
    """What stands in the fields."""
    known = submission.origin(view).rest
    found: dict[str, list[str]] = {part: [] for part in PARTS}
    for block_id in submission.blocks_with(view, PART):
        part = block_id.partition(":")[0]
        if part in found:
            found[part].append(submission.text(view, f"{PART}{block_id}"))
    joined = {part: "\n".join(pieces) for part, pieces in found.items()}
    base = known.get("base", "0")
    fields = {f"{PART}{part}:0": text for part, text in joined.items()}
    return Written(known.get("name", ""), int(base) if base.isdigit() else 0, whole(joined), fields)


def upload_view(*, nonce: str) -> dict[str, Any]:
    """The chooser of a file."""
    chooser = kit.file_input(FILE, filetypes=ENDINGS)
    blocks = [kit.section(sentence("checklist.upload")), kit.input_("The changed file", chooser, block_id=FILE)]
    carried = submission.metadata(0, nonce)
    return kit.modal(
        "Upload the checklist", blocks, callback_id=ids.VIEW_TEMPLATE_FILE, submit="Check", metadata=carried
    )


def upload_read(view: Mapping[str, Any]) -> Chosen | None:
    """Which file was chosen, if any."""
    for file in submission.files(view, FILE):
        link, size = file.get("url_private_download"), file.get("size")
        return Chosen(link if isinstance(link, str) else "", size if isinstance(size, int) else 0)
    return None


def refused_file(name: str, **data: object) -> FieldErrors:
    """Why a file is not taken, under its chooser; `name` is that of the sentence."""
    return FieldErrors({FILE: sentence(f"checklist.{name}", **data)})


def errors_of(problems: Iterable[str], fields: Iterable[str]) -> FieldErrors:
    """Every problem under the first field of the part to which it belongs, or under the only field there is."""
    found: dict[str, list[str]] = {}
    there = list(fields)
    for problem in problems:
        block = f"{PART}{place_of(problem)}:0"
        found.setdefault(block if block in there else there[0], []).append(f"• {problem}")
    return FieldErrors({block: _fitting(said) for block, said in found.items()})


def unreadable(field: str, problem: str) -> FieldErrors:
    """The field that holds no TOML; lines are counted within it."""
    return FieldErrors({field: mrkdwn.cut(upper_first(problem), ERROR)})


def preview_view(changes: Mapping[Role, Sequence[Change]], *, draft: int, nonce: str) -> dict[str, Any]:
    """What a new handover's lists would look like, old → new where something changed, and the button that does it."""
    every = [change for found in changes.values() for change in found]
    counts = {kind: sum(change.kind == kind for change in every) for kind in MARKS}
    blocks = [kit.section(sentence("checklist.preview", **counts))]
    for role, found in changes.items():
        title = f"*{mrkdwn.name(TITLES[role].capitalize())}*"
        blocks += [kit.section(words) for words in _sections(title, (_line(change) for change in found))]
    shown = limits.within(blocks[: limits.LIMITS["view_blocks"] - 2], SHOWN)
    if len(shown) < len(blocks):
        shown.append(kit.context(sentence("checklist.beyond")))
    shown.append(kit.context(sentence("checklist.pinned")))
    carried = submission.metadata(0, nonce, draft=str(draft))
    return kit.modal("What would change", shown, callback_id=ids.VIEW_TEMPLATE_APPLY, submit="Apply",
                     close="Back", metadata=carried)  # fmt: skip


def preview_read(view: Mapping[str, Any]) -> int:
    """The id of the draft that the preview shows; 0 for none."""
    draft = submission.origin(view).rest.get("draft", "")
    return int(draft) if draft.isdigit() else 0


def _fitting(said: Sequence[str]) -> str:
    """As many of the sentences as fit under a field, whole, and how many more there are."""
    room = ERROR - 60
    fit = sum(end <= room for end in accumulate(len(one) + 1 for one in said)) or 1
    more = [sentence("checklist.more", n=len(said) - fit)] if fit < len(said) else []
    return "\n".join([*(mrkdwn.cut(one, room) for one in said[:fit]), *more])


def _row(words: str, n: int) -> Block:
    label = f"Go back to version {n}"
    return kit.section(words, accessory=kit.button("Go back", ids.TEMPLATE_BACK, str(n), label=label))


def _what(version: Version, frame: Frame) -> str:
    at = thread.token(version.applied_at, frame)
    by = mrkdwn.name(frame.name(version.applied_by), 60)
    if version.back_to is None:
        return sentence("checklist.applied", by=by, at=at)
    return sentence("checklist.returned", by=by, at=at, n=version.back_to)


def _label(part: str) -> str:
    return "Version, owner, last review" if part == HEAD else f"List of the role {part}"


def _field(block_id: str, label: str, text: str) -> Block:
    element = kit.text_input(block_id, multiline=True, max_length=FIELD, initial=text or None)
    return kit.input_(label, element, block_id=block_id, optional=True)


def _pieces(written: str) -> list[str]:
    """The lines of a part, as many in each piece as a field takes; an empty one last when there is little room."""
    pieces, room = [""], FIELD
    for line in written.splitlines():
        if len(line) + 1 > room and pieces[-1]:
            pieces.append("")
            room = FIELD
        pieces[-1] += f"{line[: FIELD - 1]}\n"
        room -= len(line) + 1
    return [*(piece.rstrip("\n") for piece in pieces), *([""] if room < TIGHT else [])]


def _line(change: Change) -> str:
    item = change.item
    when = OPENS.get(item.opens) or f"signed by the {TITLES[Role(item.opens.removeprefix(SIGNED))]}"
    words = sentence(
        "checklist.item",
        mark=MARKS[change.kind],
        text=mrkdwn.name(item.text),
        kind=KINDS[item.kind],
        when=when,
        gone=change.kind == "gone",
        optional=not item.required,
    )
    rows = [
        sentence("checklist.difference", key=KEYS[key], old=mrkdwn.name(old or "none"), new=mrkdwn.name(new or "none"))
        for key, old, new in change.differences()
    ]
    return "\n".join([words, *rows])


def _sections(title: str, lines: Iterable[str]) -> list[str]:
    found = [title]
    for line in lines:
        if len(found[-1]) + len(line) + 1 > SECTION:
            found.append(line)
        else:
            found[-1] += f"\n{line}"
    return found
