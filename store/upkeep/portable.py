"""A company as a file: JSON lines, a head, one line per row in an order that foreign keys allow, and a seal.

The head names the schema's revision and counts every table; the seal is the SHA-256 of all lines before it. A file that
was cut, changed or written by another version is told apart from a good one, and none of it is kept.
"""

import base64
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import Column, Date, DateTime, LargeBinary, Table
from sqlalchemy.types import TypeDecorator

from bot.errors import FileRefused
from store.tables import Row

FORMAT = 1
PRIVATE = 0o600
TABLES: Mapping[str, Table] = {table.name: table for table in Row.metadata.sorted_tables}
CUT = "The file is not whole: its end is missing or does not fit. Nothing was changed. Take another copy of it."
NO_COMPANY = "This is no file of `app.py export` or `app.py backup`. Nothing was changed."


@dataclass(frozen=True)
class Head:
    """The first line: which schema, and how many rows of each table follow."""

    revision: str
    counts: Mapping[str, int]


@dataclass
class Seal:
    """What was read or written so far: the running hash, and the rows of each table."""

    hash: Any = field(default_factory=hashlib.sha256)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, line: bytes) -> bytes:
        """Takes a line into the hash and hands it on."""
        self.hash.update(line)
        return line


def write(file: Path, head: Head, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Writes the file whole or not at all, for our own eyes only. FileRefused when there is one of that name."""
    refuse_existing(file)
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    seal = Seal()
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_EXCL, PRIVATE), "wb") as out:
            first = {"baton": "company", "format": FORMAT, "revision": head.revision, "counts": dict(head.counts)}
            out.write(seal.add(_line(first)))
            for name, row in rows:
                out.write(seal.add(_line([name, {key: _out(value) for key, value in row.items()}])))
                seal.counts[name] += 1
            out.write(_line({"seal": seal.hash.hexdigest()}))
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def refuse_existing(file: Path) -> None:
    """FileRefused when the name is taken: a copy never goes over another one."""
    if file.exists():
        raise FileRefused(f"There is a file {file} already: name another one.")


def read_head(source: BinaryIO, seal: Seal) -> Head:
    """The head of a file. FileRefused when it is none of ours, or of another format."""
    found = _parsed(seal.add(source.readline()), NO_COMPANY)
    if not isinstance(found, dict) or found.get("baton") != "company":
        raise FileRefused(NO_COMPANY)
    if found.get("format") != FORMAT:
        raise FileRefused("This file is of a newer version of Baton: use that version. Nothing was changed.")
    return Head(str(found.get("revision", "")), dict(found.get("counts") or {}))


def read_rows(source: BinaryIO, head: Head, seal: Seal) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows, and at their end the check of the seal and of every count. FileRefused in the middle or at the end."""
    while line := source.readline():
        found = _parsed(line, CUT)
        if isinstance(found, dict):
            _check(found, head, seal, source)
            return
        yield _row(found)
        seal.add(line)
        seal.counts[found[0]] += 1
    raise FileRefused(CUT)


def _check(last: dict[str, Any], head: Head, seal: Seal, source: BinaryIO) -> None:
    counts = {name: count for name, count in head.counts.items() if count}
    if last.get("seal") != seal.hash.hexdigest() or counts != dict(seal.counts) or source.readline():
        raise FileRefused(CUT)


def _row(found: Any) -> tuple[str, dict[str, Any]]:
    try:
        name, values = found
        columns = TABLES[name].columns
        if set(values) != {column.name for column in columns}:
            raise FileRefused(CUT)
        return name, {key: _in(columns[key], value) for key, value in values.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise FileRefused(CUT) from error


def _parsed(line: bytes, words: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FileRefused(words) from error


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _out(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _in(column: Column[Any], value: Any) -> Any:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if value is None or not isinstance(kind, (DateTime, Date, LargeBinary)):
        return value
    if isinstance(kind, LargeBinary):
        return base64.b64decode(cast("str", value), validate=True)
    return datetime.fromisoformat(value) if isinstance(kind, DateTime) else date.fromisoformat(value)
