"""The account's object types and association types, read from `schema.toml`; it decides by name, never by guess."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.hubspot.errors import bad_request

SCHEMA: dict[str, Any] = tomllib.loads((Path(__file__).parent / "schema.toml").read_text("utf-8"))


@dataclass(frozen=True)
class ObjectType:
    """One kind of record: its plural name, its id such as `0-3`, and what a read without `properties` returns."""

    name: str
    type_id: str
    singular: str
    modified: str
    defaults: tuple[str, ...]


@dataclass(frozen=True)
class Spec:
    """One association type from one side: category, type id and label (None for HubSpot's own unlabelled types)."""

    category: str
    type_id: int
    label: str | None

    def json(self) -> dict[str, Any]:
        """As the associations API answers it."""
        return {"category": self.category, "typeId": self.type_id, "label": self.label}


OBJECTS = {
    name: ObjectType(name, row["type_id"], row["singular"], row["modified"], tuple(row["defaults"]))
    for name, row in SCHEMA["objects"].items()
}
_BY_ALIAS = {alias: kind for kind in OBJECTS.values() for alias in (kind.name, kind.singular, kind.type_id)}


def object_type(name: str) -> ObjectType:
    """The type with this plural name, singular name or type id; 400 for an unknown one."""
    kind = _BY_ALIAS.get(name)
    if kind is None:
        raise bad_request(f"Unable to infer object type from: {name}")
    return kind


def _table(rows: list[list[Any]], label: str | None) -> dict[tuple[str, str], Spec]:
    return {(start, end): Spec("HUBSPOT_DEFINED", number, label) for start, end, number in rows}


DEFAULTS = _table(SCHEMA["associations"]["default"], None)
PRIMARIES = _table(SCHEMA["associations"]["primary"], "Primary")
LABELS = {name: (there, back) for name, there, back in SCHEMA["associations"]["labels"]}


def specs_between(start: str, end: str) -> list[Spec]:
    """Every association type from one object type to another, HubSpot's own first."""
    found = [table[start, end] for table in (DEFAULTS, PRIMARIES) if (start, end) in table]
    side = {("deals", "contacts"): 0, ("contacts", "deals"): 1}.get((start, end))
    if side is not None:
        found += [Spec("USER_DEFINED", pair[side], name) for name, pair in LABELS.items()]
    return found


def spec_of(start: str, end: str, type_id: int) -> Spec:
    """The association type with this id between the two; 400 when there is none."""
    for spec in specs_between(start, end):
        if spec.type_id == type_id:
            return spec
    raise bad_request(f"No association type {type_id} exists between {start} and {end}")


def opposite(start: str, end: str, spec: Spec) -> Spec:
    """The same association type seen from the other side."""
    here, there = specs_between(start, end), specs_between(end, start)
    return there[here.index(spec)]
