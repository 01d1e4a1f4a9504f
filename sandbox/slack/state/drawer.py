"""A drawer of documents: in memory for speed, on the shelf so that nothing is lost at a restart.

Documents in it are never changed in place: a change puts a new one, so that a reader keeps what it read.
"""

from collections.abc import Callable

from sandbox.shelf import Doc, Shelf


class Drawer:
    """Documents of one kind by key, oldest first; every `put` and `delete` reaches the shelf at once."""

    def __init__(self, shelf: Shelf, kind: str, key: Callable[[Doc], str]) -> None:
        self._shelf = shelf
        self._kind = kind
        self._key = key
        self._docs: dict[str, Doc] = {key(doc): doc for doc in shelf.all(kind)}

    def put(self, doc: Doc) -> Doc:
        """Keeps the document under its own key, over an earlier one."""
        key = self._key(doc)
        self._docs[key] = doc
        return self._shelf.put(self._kind, key, doc)

    def get(self, key: str) -> Doc | None:
        """The document, or None."""
        return self._docs.get(key)

    def delete(self, key: str) -> None:
        """Forgets a document; an unknown one is no error."""
        if self._docs.pop(key, None) is not None:
            self._shelf.delete(self._kind, key)

    def values(self) -> list[Doc]:
        """Every document, oldest first."""
        return list(self._docs.values())
