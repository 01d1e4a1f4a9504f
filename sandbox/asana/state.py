"""The project tool as its people know it, and the parts that its API is made of.

`resources` turns what it holds into Asana's own shapes, `view` into what a person sees on the board.
"""

from typing import Any

from sandbox.asana import resources, view
from sandbox.asana.errors import payment_required
from sandbox.asana.records import Records
from sandbox.ground import Ground
from sandbox.shelf import Doc
from sandbox.window import Window

TOKEN = "asana-sandbox"
PER_MINUTE = {"paid": 1_500, "free": 150}


class Asana(Records):
    """The workspace of the demo company. `plan` is `paid` or `free`; a free one answers 402 to what has to be paid."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self.token = TOKEN
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

    def load(self, kind: str, gid: str) -> Doc | None:
        """The full record behind a reference, in Asana's shape, or None."""
        return resources.load(self, kind, gid)

    def paid_only(self, what: str) -> None:
        """402 when the plan is free."""
        if self._plan == "free":
            raise payment_required(what)
