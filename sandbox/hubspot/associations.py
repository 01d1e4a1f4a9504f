"""Which record belongs to which, and as what: association types and labels, kept from both sides.

Page: developers.hubspot.com/docs/api-reference/crm-associations-v4/guide.
"""

from typing import Any

from sandbox.hubspot.errors import bad_request
from sandbox.hubspot.schema import DEFAULTS, LABELS, PRIMARIES, Spec, opposite, spec_of, specs_between
from sandbox.shelf import Doc, Shelf

KIND = "hubspot.association"


class Associations:
    """The links between records. Each is stored twice, once as seen from each end."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def of(self, start: str, key: str, end: str) -> list[Doc]:
        """Links of one record to an object type, oldest first: `{"to": id, "types": [...]}`."""
        prefix = f"{start}:{key}:{end}:"
        return [doc for doc in self._shelf.all(KIND) if doc["key"].startswith(prefix)]

    def link(self, start: str, key: str, end: str, to: str, specs: list[Spec] | None = None) -> list[Spec]:
        """Adds association types between two records; without any, HubSpot's default one. Answers all of them."""
        default = DEFAULTS.get((start, end))
        if default is None:
            raise bad_request(f"{start} and {end} cannot be associated")
        wanted = [default, *(spec for spec in specs or [] if spec != default)]
        with self._shelf.lock:
            self._add(start, key, end, to, wanted)
            self._add(end, to, start, key, [opposite(start, end, spec) for spec in wanted])
        return self.types(start, key, end, to)

    def types(self, start: str, key: str, end: str, to: str) -> list[Spec]:
        """The association types between two records."""
        doc = self._shelf.get(KIND, f"{start}:{key}:{end}:{to}")
        return [spec_of(start, end, number) for number in doc["types"]] if doc else []

    def unlink(self, start: str, key: str, end: str, to: str) -> None:
        """Takes away everything between two records."""
        self._shelf.delete(KIND, f"{start}:{key}:{end}:{to}")
        self._shelf.delete(KIND, f"{end}:{to}:{start}:{key}")

    def move(self, start: str, old: str, new: str) -> None:
        """Gives all links of one record to another, as a merge does."""
        for doc in [doc for doc in self._shelf.all(KIND) if doc["key"].startswith(f"{start}:{old}:")]:
            end, to = doc["end"], doc["to"]
            specs = self.types(start, old, end, to)
            self.unlink(start, old, end, to)
            self.link(start, new, end, to, specs)

    def _add(self, start: str, key: str, end: str, to: str, specs: list[Spec]) -> None:
        name = f"{start}:{key}:{end}:{to}"
        doc = self._shelf.get(KIND, name) or {"key": name, "end": end, "to": to, "types": []}
        doc["types"] += [spec.type_id for spec in specs if spec.type_id not in doc["types"]]
        self._shelf.put(KIND, name, doc)


def parse_specs(start: str, end: str, rows: Any) -> list[Spec]:
    """Association types of a request, `[{associationCategory, associationTypeId}]`; 400 for an unknown one."""
    if not isinstance(rows, list) or not rows:
        raise bad_request("types: at least one association type is required")
    specs = []
    for row in rows:
        spec = spec_of(start, end, int(row.get("associationTypeId", 0)))
        if row.get("associationCategory") != spec.category:
            raise bad_request(f"Association type {spec.type_id} is {spec.category}")
        specs.append(spec)
    return specs


def primary(start: str, end: str) -> Spec:
    """HubSpot's own primary type between two object types; KeyError where there is none (deal and contact)."""
    return PRIMARIES[start, end]


def labelled(label: str) -> Spec:
    """The account's own label between a deal and a contact."""
    return Spec("USER_DEFINED", LABELS[label][0], label)


def definitions(start: str, end: str) -> list[dict[str, Any]]:
    """What the labels endpoint answers for two object types."""
    return [spec.json() for spec in specs_between(start, end)]
