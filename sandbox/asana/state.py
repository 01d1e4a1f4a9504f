"""The project tool as its people know it, and the parts that its API is made of.

Holds projects, sections, tasks and the rest on the shelf as plain documents whose references are gids; `resources`
turns them into Asana's own shapes. Names are not unique: two projects of one name are two projects.
"""

from typing import Any

from sandbox.asana import resources, view
from sandbox.asana.errors import not_found, payment_required
from sandbox.asana.people import People
from sandbox.ground import Ground
from sandbox.shelf import Doc
from sandbox.stamps import iso
from sandbox.window import Window

TOKEN = "asana-sandbox"
FIRST_GID = 1_200_000_000_001_000
PER_MINUTE = {"paid": 1_500, "free": 150}


class Asana:
    """The workspace of the demo company. `plan` is `paid` or `free`; a free one answers 402 to what has to be paid."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.token = TOKEN
        self.people = People(self)
        self._plan = "paid"
        self._windows = {plan: Window(ground.clock, most=most, seconds=60) for plan, most in PER_MINUTE.items()}

    @property
    def plan(self) -> str:
        """What the company pays for: paid or free."""
        return self._plan

    @plan.setter
    def plan(self, plan: str) -> None:
        if plan not in PER_MINUTE:
            raise ValueError(f"unknown plan {plan!r}; known: {', '.join(PER_MINUTE)}")
        self._plan = plan

    @property
    def window(self) -> Window:
        """The requests per minute that the plan allows."""
        return self._windows[self._plan]

    def projects(self) -> list[Doc]:
        """Every project with its members, sections, tasks and attachments, as the board shows it."""
        return [view.project(self, doc) for doc in self.all("project")]

    def project(self, gid: str) -> Doc:
        """One project as the board shows it; the API's 404 refusal when there is none."""
        return view.project(self, self.one("project", gid))

    def complete(self, task_gid: str, *, done: bool = True) -> Doc:
        """Ticks a task off, or takes the tick back."""
        at = self.now() if done else None
        return self.edit_task(task_gid, completed=done, completed_at=at)

    def edit_task(self, task_gid: str, **fields: Any) -> Doc:
        """Changes a task by hand; `assignee` may be an address."""
        if fields.get("assignee"):
            fields["assignee"] = self.people.named("assignee", fields["assignee"])
        with self.ground.shelf.lock:
            return self.keep("task", self.one("task", task_gid) | fields)

    def delete(self, kind: str, gid: str) -> None:
        """Deletes a project or task; what refers to it skips it."""
        self.one(kind, gid)
        self.ground.shelf.delete(f"asana.{kind}", gid)
        self.ground.changed()

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

    def load(self, kind: str, gid: str) -> Doc | None:
        """The full record behind a reference, in Asana's shape, or None."""
        return resources.load(self, kind, gid)

    def paid_only(self, what: str) -> None:
        """402 when the plan is free."""
        if self._plan == "free":
            raise payment_required(what)
