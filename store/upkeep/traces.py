"""Where somebody stands in the database: every text, JSON value and body of every table is looked through.

Generic on purpose: a table or column that comes later is looked through as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Connection, String, Table, UniqueConstraint, select
from sqlalchemy.types import TypeDecorator

from bot.erasure import Contacts, Subject
from store.tables import InstallationRow, PersonRow, SettingRow, table
from store.upkeep.portable import TABLES

PAGE = 500
LOOKED_FOR = "erasing:"  # the setting which holds what is looked for in Slack, until the last edit is done
ERASED = "erased"  # the setting which changes when somebody was erased, and again after the last edit in Slack
APART = frozenset({table(PersonRow).name, table(InstallationRow).name})
SETTING = table(SettingRow).name
WRITTEN = frozenset({("job", "payload"), ("setting", "value")})  # JSON kept as text
KEYS = frozenset({("job", "lane")})  # beside the unique ones
# Columns that hold a person's id, in whichever table.
PEOPLE = ("person_id", "author_id", "ticked_by", "holder", "scoped_by", "answered_by", "asked_by", "replied_by")


@dataclass(frozen=True)
class Trace:
    """One row that names them: its table, its key, what it would hold instead."""

    table: str
    key: Mapping[str, Any]
    values: Mapping[str, Any]
    handover: int = 0


def traces(session: Connection, subject: Subject) -> Iterator[Trace]:
    """Every row that names them."""
    for name, source in TABLES.items():
        if name in APART:
            continue
        rows = session.execute(select(source).execution_options(yield_per=PAGE)).mappings()
        for row in map(dict, rows):
            if name == SETTING and row["key"].startswith(LOOKED_FOR):
                continue
            if values := cleaned(source, row, subject):
                key = {column.name: row[column.name] for column in source.primary_key.columns}
                yield Trace(name, key, values, _owner(name, row))


def cleaned(source: Table, row: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """The columns of a row that must change, with what they hold instead."""
    mine = str(row.get("email") or "").lower() in subject.emails if "email" in source.columns else False
    found = {column.name: _clean(source, column.name, row[column.name], subject) for column in source.columns}
    if mine and "name" in found:
        found["name"] = subject.said
    return {name: value for name, value in found.items() if value != row[name]}


def contacts(session: Connection, email: str) -> set[str]:
    """The names that stand beside that address in what CRMs told, and in the client's access."""
    found = Contacts(email)
    for source in TABLES.values():
        for column in source.columns:
            if isinstance(_kind(column.type), JSON):
                rows = session.execute(select(column).execution_options(yield_per=PAGE)).scalars()
                for value in rows:
                    found.gather(value)
    access = TABLES["client_access"]
    for row in session.execute(select(access.c.email, access.c.name)).mappings():
        found.gather(dict(row))
    return found.names


def handovers_of(session: Connection, person_id: int) -> set[int]:
    """The records that name them by id."""
    found: set[int] = set()
    for name, source in TABLES.items():
        owner = source.c.get("handover_id") if name != "handover" else source.c.id
        for column in (source.c[one] for one in PEOPLE if one in source.columns):
            if owner is not None:
                found |= set(session.execute(select(owner).where(column == person_id)).scalars())
            elif name == "point":
                entry = TABLES["entry"]
                mine = select(entry.c.handover_id).join(source, source.c.entry_id == entry.c.id)
                found |= set(session.execute(mine.where(column == person_id)).scalars())
    return found


def first_names(session: Connection, subject: Subject) -> dict[int, int]:
    """How many entries of which record hold the first name alone, after everything else is gone."""
    entry, point = TABLES["entry"], TABLES["point"]
    rows = select(entry.c.handover_id, entry.c.text, entry.c.evidence_words, point.c.question, point.c.reply)
    found: dict[int, int] = {}
    for row in session.execute(rows.outerjoin(point, point.c.entry_id == entry.c.id)):
        texts = (subject.text(text) for text in row[1:] if text)
        if any(subject.first_names.search(text) for text in texts):
            found[row.handover_id] = found.get(row.handover_id, 0) + 1
    return found


def _clean(source: Table, column: str, value: Any, subject: Subject) -> Any:
    if isinstance(value, bytes):
        return _body(value, subject)
    if isinstance(value, (dict, list)):
        return subject.value(value)
    if not isinstance(value, str) or not isinstance(_kind(source.columns[column].type), (String, JSON)):
        return value
    if column in _unique(source) or (source.name, column) in KEYS:
        return subject.key(value)
    return subject.written(value) if (source.name, column) in WRITTEN else subject.text(value)


def _body(body: bytes, subject: Subject) -> bytes:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body
    return subject.written(text).encode()


def _unique(source: Table) -> set[str]:
    columns = [*source.primary_key.columns]
    columns += [c for rule in source.constraints if isinstance(rule, UniqueConstraint) for c in rule.columns]
    return {column.name for column in columns}


def _kind(kind: Any) -> Any:
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _owner(name: str, row: Mapping[str, Any]) -> int:
    return int(row["id"] if name == "handover" else row.get("handover_id") or 0)
