"""The checklist template: which items a new handover's lists get, and whether a template file can be used.

Decides what a valid template is and reports every problem at once, each with its next step. It refuses unknown roles,
states, checks and keys, so that a misspelt line can never become an item that nothing ticks. It reads no file.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.context import Kind
from bot.deal import DocumentKind, PresaleKind
from bot.gate import GATE_ROLES
from bot.handover import State
from bot.people import HANDOVER_ROLES, Role

TEXT_LIMIT = 75
"""Text and description of an option (docs.slack.dev/reference/block-kit/composition-objects/option-object)."""
HAND_LIMIT = 10
"""Options of one checkboxes element (docs.slack.dev/reference/block-kit/block-elements/checkboxes-element)."""
KEY_SHAPE = re.compile(r"[a-z][a-z0-9-]{1,39}")
REVIEW_EVERY = timedelta(days=91)
OPENING_STATES = (State.PRESALE, State.WON, State.SCOPED, State.PROVISIONED)
SIGNED = "signed:"

FIELD_PATHS = (
    "start",
    "end",
    "kickoff",
    "repository",
    "scope_document",
    "deal.amount",
    "deal.client_domain",
    "deal.close_date",
    "deal.contacts",
    "deal.dependencies",
    "deal.documents",
    "deal.end",
    "deal.industry",
    "deal.line_items",
    "deal.meddpicc",
    "deal.owner",
    "deal.project",
    "deal.region",
    "deal.repository",
    "deal.risks",
    "deal.service_line",
    "deal.start",
)
"""The paths of the record that `field:PATH` may ask for."""

CHECKS: Mapping[str, tuple[str, ...]] = {
    "field": FIELD_PATHS,
    "document": tuple(DocumentKind),
    "role_filled": HANDOVER_ROLES,
    "entry": tuple(Kind),
    "presale_done": tuple(PresaleKind),
    "signoff": GATE_ROLES,
    "points_answered": (),
    "presale_read": (),
    "scope_confirmed": (),
    "tasks_owned": (),
    "client_access": (),
    "access_reviewed": (),
    "provisioned": (),
    "channel": (),
    "kickoff_date": (),
}
"""The closed list of checks, each with the arguments that it takes; `role_filled` takes several, with commas."""

HEADER = frozenset({"version", "owner", "maintained_by", "last_reviewed", "lists"})
ITEM_KEYS = frozenset({"key", "text", "description", "required", "opens", "check"})


@dataclass(frozen=True)
class ItemTemplate:
    """One item. `opens` is a state, or `signed:ROLE`; without a check people tick it by hand."""

    key: str
    role: Role
    text: str
    description: str = ""
    required: bool = True
    opens: str = "presale"
    check: str | None = None

    @property
    def kind(self) -> str:
        """Who ticks it: `record` (the check answers), `hand` or `signoff`."""
        if self.check is None:
            return "hand"
        return "signoff" if self.check.startswith("signoff:") else "record"


@dataclass(frozen=True)
class Template:
    """A checklist in one version, in the order in which the lists show it. `version` is what a handover pins."""

    name: str
    version: str
    owner: str
    maintained_by: str
    last_reviewed: date
    items: tuple[ItemTemplate, ...]

    @property
    def review_due(self) -> date:
        """When the owner should look at it again: a quarter after the last review."""
        return self.last_reviewed + REVIEW_EVERY


def load(raw: Mapping[str, object], *, name: str) -> tuple[Template | None, tuple[str, ...]]:
    """The template in a parsed TOML file, or None and all problems, one sentence each with its next step."""
    problems = list(_header_problems(raw))
    items = [item for place, role, entry in _entries(raw, problems) if (item := _item(place, role, entry, problems))]
    problems.extend((*_duplicates(items), *_circles(items)))
    for role in HANDOVER_ROLES:
        problems.extend(_list_problems(role, [item for item in items if item.role is role]))
    reviewed = raw.get("last_reviewed")
    if problems or not isinstance(reviewed, date):
        return None, tuple(problems)
    owner, maintained_by = str(raw["owner"]), str(raw.get("maintained_by", ""))
    return Template(name, str(raw["version"]), owner, maintained_by, reviewed, tuple(items)), ()


def _header_problems(raw: Mapping[str, object]) -> Iterator[str]:
    for key in sorted(set(raw) - HEADER):
        yield f'"{key}" is not a key of a checklist. Use one of: {", ".join(sorted(HEADER))}.'
    if type(raw.get("version")) not in {int, str} or raw.get("version") == "":
        yield "The version is missing. Write for example: version = 1."
    if not isinstance(raw.get("owner"), str) or not raw["owner"]:
        yield 'The owner is missing. Write for example: owner = "Head of Delivery".'
    if type(raw.get("last_reviewed")) is not date:
        yield "The date of the last review is missing. Write it without quotes, like: last_reviewed = 2026-03-31."


def _entries(raw: Mapping[str, object], problems: list[str]) -> Iterator[tuple[str, Role, Mapping[str, object]]]:
    """Each item's place in the file, its role and its table; what has another shape becomes a problem."""
    lists = raw.get("lists")
    if not isinstance(lists, Mapping) or not lists:
        problems.append("There are no lists. Begin each item with [[lists.ROLE]], for example [[lists.pm]].")
        return
    for name, entries in lists.items():
        if name not in HANDOVER_ROLES:
            problems.append(f'"{name}" is no role with a list. Use one of: {", ".join(HANDOVER_ROLES)}.')
        elif not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
            problems.append(f"The list {name} holds no items. Begin each with [[lists.{name}]], in double brackets.")
        else:
            yield from ((f"{name}, item {n}", Role(name), entry) for n, entry in enumerate(entries, start=1))


def _item(place: str, role: Role, entry: Mapping[str, object], problems: list[str]) -> ItemTemplate | None:
    found = [*_shape_problems(entry)]
    if not found:
        item = ItemTemplate(role=role, **entry)  # type: ignore[arg-type]  # the shape was just checked, key by key
        found = [*_item_problems(item)]
    problems.extend(f"{place}: {sentence}" for sentence in found)
    return None if found else item


def _shape_problems(entry: Mapping[str, object]) -> Iterator[str]:
    for key in sorted(set(entry) - ITEM_KEYS):
        yield f'"{key}" is not a key of an item. Use one of: {", ".join(sorted(ITEM_KEYS))}.'
    for key in ("key", "text"):
        if key not in entry:
            yield f'it has no {key}. Add the line: {key} = "…".'
    for key in sorted(ITEM_KEYS.intersection(entry) - {"required"}):
        if not isinstance(entry[key], str):
            yield f'{key} must be text. Write: {key} = "…".'
    if not isinstance(entry.get("required", True), bool):
        yield "required must be true or false, without quotes."


def _item_problems(item: ItemTemplate) -> Iterator[str]:
    if not KEY_SHAPE.fullmatch(item.key):
        yield f'the key "{item.key}" must be 2 to 40 small letters, digits and hyphens, a letter first.'
    if not item.text.strip():
        yield "the text is empty. Say in a few words what to do."
    for name, text in (("text", item.text), ("description", item.description)):
        if len(text) > TEXT_LIMIT:
            yield f"the {name} has {len(text)} characters, Slack shows {TEXT_LIMIT}. Shorten it."
        if not text.isprintable():
            yield f"the {name} has a line break or a character that can't be shown. Write it on one line."
    yield from _opens_problems(item)
    if item.check is not None:
        yield from _check_problems(item, item.check)


def _opens_problems(item: ItemTemplate) -> Iterator[str]:
    signers = tuple(f"{SIGNED}{role}" for role in GATE_ROLES)
    if item.opens not in (*OPENING_STATES, *signers):
        yield f'opens = "{item.opens}" is unknown. Use one of: {", ".join((*OPENING_STATES, *signers))}.'


def _check_problems(item: ItemTemplate, check: str) -> Iterator[str]:
    name, colon, argument = check.partition(":")
    if name not in CHECKS:
        yield f'the check "{check}" is unknown. Use one of: {", ".join(CHECKS)}.'
        return
    arguments = argument.split(",") if name == "role_filled" else [argument]
    if not CHECKS[name]:
        if colon:
            yield f'the check {name} stands alone. Write: check = "{name}".'
    elif not all(given in CHECKS[name] for given in arguments):
        yield f'the check {name} does not know "{argument}". Use one of: {", ".join(CHECKS[name])}.'
    elif name == "signoff" and argument != item.role:
        yield f'"{check}" stands in the list {item.role}. Nobody signs for another role: move it to {argument}.'


def _duplicates(items: Iterable[ItemTemplate]) -> Iterator[str]:
    for key, times in Counter(item.key for item in items).items():
        if times > 1:
            yield f'The key "{key}" stands {times} times. Give each item its own key, over all lists.'


def _circles(items: Iterable[ItemTemplate]) -> Iterator[str]:
    """Sign-offs that wait for each other, or for themselves: nobody could ever sign."""
    waits = {f"{SIGNED}{item.role}": item.opens for item in items if item.kind == "signoff"}
    for start in waits:
        at = start
        for _ in waits:
            at = waits.get(at, "")
            if at == start:
                role = start.removeprefix(SIGNED)
                yield f"The sign-off of {role} waits for itself. Let it open with a state, for example provisioned."
                break


def _list_problems(role: Role, items: list[ItemTemplate]) -> Iterator[str]:
    kinds = Counter(item.kind for item in items)
    if kinds["hand"] > HAND_LIMIT:
        yield f"The list {role} has {kinds['hand']} items to tick by hand, at most {HAND_LIMIT}. Give some a check."
    if role in GATE_ROLES and kinds["signoff"] != 1:
        yield f'The list {role} needs exactly one sign-off, with check = "signoff:{role}"; it has {kinds["signoff"]}.'
