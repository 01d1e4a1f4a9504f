"""What the workspace holds: projects, sections, tasks and the rest as plain documents whose references are gids.

Names are not unique: two projects of one name are two projects.
"""

from sandbox.asana.errors import not_found
from sandbox.asana.people import People
from sandbox.ground import Ground
from sandbox.shelf import Doc
from sandbox.stamps import iso

FIRST_GID = 1_200_000_000_001_000


class Records:
    """The documents on the shelf, by kind and gid, and the people whom they name."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.people = People(ground.shelf, self.new_gid)

    def all(self, kind: str, *, holding: str = "") -> list[Doc]:
        """Every document of a kind, oldest first; `holding` leaves out those whose text does not hold it."""
        return self.ground.shelf.all(f"asana.{kind}", holding=holding)

    def find(self, kind: str, gid: str) -> Doc | None:
        """The document, or None."""
        return self.ground.shelf.get(f"asana.{kind}", gid)

    def one(self, kind: str, gid: str) -> Doc:
        """The document; 404 when it is not there."""
        doc = self.find(kind, gid)
        if doc is None:
            raise not_found(kind, gid)
        return doc

    def add(self, kind: str, doc: Doc) -> Doc:
        """A new document with a gid and the time it was made."""
        now = self.now()
        return self.keep(kind, {"gid": self.new_gid(), "resource_type": kind, "created_at": now} | doc)

    def keep(self, kind: str, doc: Doc) -> Doc:
        """Stores a document and tells who watches."""
        kept = self.ground.shelf.put(f"asana.{kind}", doc["gid"], doc | {"modified_at": self.now()})
        self.ground.changed()
        return kept

    def new_gid(self) -> str:
        """The next globally unique id."""
        return str(FIRST_GID + self.ground.shelf.number("asana.gid"))

    def now(self) -> str:
        """The present moment as Asana writes it."""
        return iso(self.ground.clock.time())
