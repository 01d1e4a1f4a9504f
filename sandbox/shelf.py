"""Where the sandbox keeps its state: JSON documents by kind and id, in one SQLite file or in memory."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

Doc = dict[str, Any]


class Shelf:
    """A thread-safe box of documents. Each `put` is durable at once; ids keep their order of first arrival."""

    def __init__(self, path: str = ":memory:") -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS doc (n INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"
            " id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id))"
        )

    @property
    def lock(self) -> threading.RLock:
        """Held by callers who read, decide and write."""
        return self._lock

    def put(self, kind: str, key: str, doc: Doc) -> Doc:
        """Stores the document under its kind and key, over an earlier one."""
        with self._lock:
            self._db.execute(
                "INSERT INTO doc (kind, id, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                (kind, key, json.dumps(doc)),
            )
        return doc

    def get(self, kind: str, key: str) -> Doc | None:
        """The document, or None."""
        with self._lock:
            row = self._db.execute("SELECT body FROM doc WHERE kind = ? AND id = ?", (kind, key)).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str, *, holding: str = "") -> list[Doc]:
        """Every document of a kind, oldest first; `holding` leaves out unread those whose text does not hold it."""
        with self._lock:
            wanted = "SELECT body FROM doc WHERE kind = ? AND instr(body, ?) ORDER BY n"
            rows = self._db.execute(wanted, (kind, holding)).fetchall()
        return [json.loads(row[0]) for row in rows]

    def delete(self, kind: str, key: str) -> None:
        """Forgets a document; an unknown one is no error."""
        with self._lock:
            self._db.execute("DELETE FROM doc WHERE kind = ? AND id = ?", (kind, key))

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._db.execute("DELETE FROM doc")

    def copy(self, other: "Shelf") -> None:
        """Makes the other shelf hold just what this one holds now."""
        with self._lock, other.lock:
            self._db.backup(other._db)  # noqa: SLF001 - of the same class

    def number(self, name: str) -> int:
        """The next number of a counter, from 1; never twice, also after a restart."""
        with self._lock:
            doc = self.get("counter", name) or {"n": 0}
            doc["n"] += 1
            self.put("counter", name, doc)
            return int(doc["n"])

    def __iter__(self) -> Iterator[Doc]:
        """All documents of all kinds, oldest first."""
        with self._lock:
            rows = self._db.execute("SELECT body FROM doc ORDER BY n").fetchall()
        return (json.loads(row[0]) for row in rows)

    def close(self) -> None:
        """Closes the file."""
        self._db.close()
