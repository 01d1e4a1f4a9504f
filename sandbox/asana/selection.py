"""Which fields an answer has: compact in lists, full for one object, and exactly those of `opt_fields` when given.

Page: developers.asana.com/docs/inputoutput-options.
"""

from collections.abc import Callable
from typing import Any

Doc = dict[str, Any]
Load = Callable[[str, str], Doc | None]
"""Gives the full record of a reference, by resource type and gid; None when there is none."""

COMPACT = ("gid", "resource_type", "name", "resource_subtype", "title", "parent", "member", "access_level")
_COMPACT_ONLY_FOR_MEMBERSHIPS = {"parent", "member", "access_level"}
OPT_IN = {
    "project": {"html_notes"},
    "task": {
        "html_notes",
        "dependencies",
        "dependents",
        "created_by",
        "is_rendered_as_separator",
        "num_subtasks",
        "external",
    },
    "status_update": {"html_text"},
    "project_brief": {"text"},
}


def compact(record: Doc) -> Doc:
    """What a list shows of a record when nobody asked for more."""
    names: tuple[str, ...] = COMPACT
    if record["resource_type"] != "membership":
        names = tuple(name for name in COMPACT if name not in _COMPACT_ONLY_FOR_MEMBERSHIPS)
    return {name: record[name] for name in names if name in record}


def full(record: Doc) -> Doc:
    """What a single record shows when nobody asked: everything but what has to be asked for."""
    hidden = OPT_IN.get(record["resource_type"], set())
    return {name: value for name, value in record.items() if name not in hidden}


def select(record: Doc, paths: list[str], load: Load) -> Doc:
    """Exactly the asked-for fields and the gid; a path such as `assignee.email` reads on in the referred record."""
    tree: Doc = {}
    for path in paths:
        node = tree
        for step in path.strip().split("."):
            node = node.setdefault(step, {})
    return _pick(record, tree, load)


def _pick(record: Doc, tree: Doc, load: Load) -> Doc:
    if any(name not in record for name in tree) and {"gid", "resource_type"} <= record.keys():
        record = (load(record["resource_type"], record["gid"]) or {}) | record
    found = {"gid": record["gid"]} if "gid" in record else {}
    for name, below in tree.items():
        if name in record:
            found[name] = _value(record[name], below, load)
    return found


def _value(value: Any, below: Doc, load: Load) -> Any:
    if isinstance(value, list):
        return [_value(item, below, load) for item in value]
    if not isinstance(value, dict):
        return value
    if below:
        return _pick(value, below, load)
    # A bare reference shows only what identifies it; its name has to be asked for as `owner.name`.
    reference = {name: value[name] for name in ("gid", "resource_type") if name in value}
    return reference if reference.get("resource_type") in REFERENCES else value


REFERENCES = {"user", "project", "section", "task", "workspace", "tag", "team", "project_brief"}
