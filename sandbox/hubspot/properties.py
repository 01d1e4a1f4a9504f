"""Properties: which ones an object type has, and which values they take.

Pages: developers.hubspot.com/docs/api-reference/crm-properties-v3/guide, and the error codes of a refused write.
"""

import re
from typing import Any

from sandbox.clock import Clock
from sandbox.hubspot.errors import Refusal, bad_request, not_found
from sandbox.hubspot.schema import SCHEMA
from sandbox.hubspot.values import invalid_values, refusal_code, stored_value
from sandbox.shelf import Doc, Shelf
from sandbox.stamps import iso

KIND = "hubspot.property"
GROUP = "hubspot.group"
TYPES = {"bool", "date", "datetime", "enumeration", "number", "phone_number", "string"}
FIELD_TYPES = {
    "booleancheckbox",
    "calculation_equation",
    "checkbox",
    "date",
    "file",
    "html",
    "number",
    "phonenumber",
    "radio",
    "select",
    "text",
    "textarea",
}


def _options(rows: dict[str, str]) -> list[Doc]:
    return [
        {"value": value, "label": label, "displayOrder": order, "hidden": False}
        for order, (value, label) in enumerate(rows.items())
    ]


def _built_in(name: str, row: str) -> Doc:
    label, kind, field, *marks = (part.strip() for part in row.split("|"))
    locked = "ro" in marks
    return {
        "name": name,
        "label": label,
        "type": kind,
        "fieldType": field,
        "description": "",
        "groupName": "dealinformation",
        "options": _options(SCHEMA["options"].get(name, {})),
        "displayOrder": -1,
        "calculated": locked,
        "hidden": False,
        "hubspotDefined": True,
        "archived": False,
        "modificationMetadata": {"archivable": False, "readOnlyDefinition": True, "readOnlyValue": locked},
    }


_BUILT_IN: dict[str, dict[str, Doc]] = {
    kind: {name: _built_in(name, row) for name, row in (SCHEMA["properties"]["every"] | rows).items()}
    for kind, rows in SCHEMA["properties"].items()
    if kind != "every"
}


class Properties:
    """The property definitions of the account: HubSpot's own, and those that the account added."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock

    def all(self, object_name: str) -> list[Doc]:
        """Every property of an object type."""
        added = [row["property"] for row in self._shelf.all(KIND) if row["object"] == object_name]
        return [*_BUILT_IN[object_name].values(), *added]

    def find(self, object_name: str, name: str) -> Doc | None:
        """The property, or None."""
        if name in _BUILT_IN[object_name]:
            return _BUILT_IN[object_name][name]
        row = self._shelf.get(KIND, f"{object_name}:{name}")
        return row["property"] if row else None

    def one(self, object_name: str, name: str) -> Doc:
        """The property; 404 when there is none."""
        found = self.find(object_name, name)
        if found is None:
            raise not_found(f"No property exists with name {name!r}")
        return found

    def create(self, object_name: str, given: dict[str, Any]) -> Doc:
        """A new property; 409 when the name is taken, 400 when the definition is not allowed."""
        missing = {"name", "label", "type", "fieldType", "groupName"} - given.keys()
        if missing:
            raise bad_request(f"Missing required fields: {', '.join(sorted(missing))}")
        name = str(given["name"])
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise bad_request("Property names are lowercase letters, numbers and underscores")
        if given["type"] not in TYPES or given["fieldType"] not in FIELD_TYPES:
            raise bad_request(f"{given['type']} with {given['fieldType']} is not a kind of property")
        if given["groupName"] not in {group["name"] for group in self.groups(object_name)}:
            raise Refusal(400, f"Property group {given['groupName']!r} does not exist")
        _refuse_equal(given.get("options") or [])
        with self._shelf.lock:
            if self.find(object_name, name):
                raise Refusal(409, f"A property named '{name}' already exists.", category="OBJECT_ALREADY_EXISTS")
            return self._keep(object_name, self._new(given))

    def update(self, object_name: str, name: str, given: dict[str, Any]) -> Doc:
        """Changes label, options and the like; HubSpot's own properties are read-only."""
        found = self.one(object_name, name)
        if found["hubspotDefined"]:
            raise bad_request(f"The definition of {name} cannot be changed")
        _refuse_equal(given.get("options") or [])
        allowed = {"label", "description", "options", "groupName", "fieldType", "hidden", "displayOrder"}
        changed = found | {key: value for key, value in given.items() if key in allowed}
        return self._keep(object_name, changed | {"updatedAt": iso(self._clock.time())})

    def remove(self, object_name: str, name: str) -> None:
        """Takes out a property that the account added, as an admin does on HubSpot's page."""
        self._shelf.delete(KIND, f"{object_name}:{name}")

    def groups(self, object_name: str) -> list[Doc]:
        """Property groups: HubSpot's own and the added ones."""
        own = {"name": "dealinformation", "label": "Deal information", "displayOrder": 0, "archived": False}
        return [own, *(row["group"] for row in self._shelf.all(GROUP) if row["object"] == object_name)]

    def add_group(self, object_name: str, given: dict[str, Any]) -> Doc:
        """A new group; 409 when it exists."""
        name = str(given.get("name", ""))
        if not name or not given.get("label"):
            raise bad_request("A property group has a name and a label")
        with self._shelf.lock:
            if name in {group["name"] for group in self.groups(object_name)}:
                message = f"A property group named '{name}' already exists."
                raise Refusal(409, message, category="OBJECT_ALREADY_EXISTS")
            group = {"name": name, "label": given["label"], "displayOrder": -1, "archived": False}
            self._shelf.put(GROUP, f"{object_name}:{name}", {"object": object_name, "group": group})
        return group

    def clean(self, object_name: str, values: dict[str, Any]) -> dict[str, str | None]:
        """The values as HubSpot stores them; 400 that lists every value that it does not take."""
        cleaned: dict[str, str | None] = {}
        problems: list[tuple[str, str, str]] = []
        for name, value in values.items():
            definition = self.find(object_name, name)
            if definition is None:
                problems.append((name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'))
            elif definition["modificationMetadata"]["readOnlyValue"]:
                problems.append(
                    (name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.')
                )
            else:
                try:
                    cleaned[name] = stored_value(definition, value)
                except ValueError as error:
                    problems.append((name, refusal_code(definition), str(error)))
        if problems:
            raise invalid_values(problems)
        return cleaned

    def _new(self, given: dict[str, Any]) -> Doc:
        now = iso(self._clock.time())
        return {
            "description": "",
            "options": [],
            "displayOrder": -1,
            "calculated": False,
            "hidden": False,
            "hubspotDefined": False,
            "archived": False,
            "createdAt": now,
            "updatedAt": now,
            "modificationMetadata": {"archivable": True, "readOnlyDefinition": False, "readOnlyValue": False},
        } | given

    def _keep(self, object_name: str, definition: Doc) -> Doc:
        self._shelf.put(KIND, f"{object_name}:{definition['name']}", {"object": object_name, "property": definition})
        return definition


def _refuse_equal(options: list[Doc]) -> None:
    # knowledge.hubspot.com, property field types: both the label and the internal value of an option are unique.
    for name in ("value", "label"):
        given = [str(option.get(name)) for option in options]
        if len(given) != len(set(given)):
            raise bad_request(f"Property options must have unique {name}s")
