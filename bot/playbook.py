"""Project playbooks as data: milestones, task lists, tasks, and what in them does not add up.

Decides which sums are wrong (a warning: the playbook is used as it is) and when hours want several milestones. How a
playbook is written is the matter of `playbook_text`; when its tasks are due, of `plan`. It invents no number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

TASK_ROLES = {"pm": "PM", "delivery": "Delivery", "qa": "QA", "design": "Design", "dev": "Dev", "csm": "CSM"}
"""Who can do a task: the key of the role, and how a playbook writes it."""
DEFAULT_ROLE = "pm"
SPLIT_ABOVE = Decimal(50)
"""More hours than this want several milestones."""
HOURS = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,2})?) ?h?")


@dataclass(frozen=True)
class PlaybookTask:
    """One task. `text` is the description before its end state; `role` a key of TASK_ROLES."""

    number: int
    name: str
    hours: Decimal
    text: str = ""
    end_state: str = ""
    bullets: tuple[str, ...] = ()
    role: str = DEFAULT_ROLE


@dataclass(frozen=True)
class TaskList:
    """A list of tasks; `contains` says which parts it consolidates, in the playbook's words."""

    name: str
    contains: str = ""
    tasks: tuple[PlaybookTask, ...] = ()


@dataclass(frozen=True)
class Milestone:
    """A milestone; `hours` is what the playbook declares, None when it declares nothing."""

    name: str
    tag: str = ""
    description: str = ""
    hours: Decimal | None = None
    lists: tuple[TaskList, ...] = ()

    @property
    def tasks(self) -> tuple[PlaybookTask, ...]:
        """The tasks of all its lists, in order."""
        return tuple(task for each in self.lists for task in each.tasks)

    @property
    def planned_hours(self) -> Decimal:
        """The sum of its tasks' estimates."""
        return sum((task.hours for task in self.tasks), Decimal(0))


@dataclass(frozen=True)
class Playbook:
    """A project playbook. `hours` is declared; `header` and `summary` keep the other lines, as name and value."""

    title: str = ""
    tag: str = ""
    hours: Decimal | None = None
    structure: str = ""
    header: tuple[tuple[str, str], ...] = ()
    milestones: tuple[Milestone, ...] = ()
    summary: tuple[tuple[str, str], ...] = ()

    @property
    def tasks(self) -> tuple[PlaybookTask, ...]:
        """All tasks, in order."""
        return tuple(task for milestone in self.milestones for task in milestone.tasks)

    @property
    def version(self) -> str:
        """The declared version, '' when there is none."""
        return dict(self.header).get("Version", "")

    @property
    def generated_from(self) -> str:
        """The playbook that this one was made from, '' when it was written by hand."""
        return dict(self.summary).get("Generated from", "")

    @property
    def generated_on(self) -> date | None:
        """The day on which it was made from another one."""
        return _day(dict(self.summary).get("Generated on", ""))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What does not add up, one sentence each, with both numbers."""
        return tuple(_warnings(self))

    def label(self, milestone: Milestone) -> str:
        """The milestone's own name, without the playbook's title and without its number in front."""
        return re.sub(r"^[0-9]+\. ", "", milestone.name.removeprefix(f"{self.title} - ")) or milestone.name


def wants_milestones(hours: Decimal) -> bool:
    """Whether a project of so many hours is to be split into several milestones."""
    return hours > SPLIT_ABOVE


def hours_in(text: str) -> Decimal | None:
    """The hours in a text like `6h` or `2.5`, None when it says something else."""
    found = HOURS.fullmatch(text.strip())
    return Decimal(found[1]) if found else None


def _warnings(playbook: Playbook) -> Iterator[str]:
    planned = sum((task.hours for task in playbook.tasks), Decimal(0))
    for milestone in playbook.milestones:
        yield from _differs(f"{milestone.name}: hours", milestone.hours, milestone.planned_hours, "its tasks give")
    yield from _differs("Total hours", playbook.hours, planned, "the tasks give")
    yield from _split_warnings(playbook, planned)
    declared = dict(playbook.summary)
    lists = sum(len(milestone.lists) for milestone in playbook.milestones)
    counts = (("Total Milestones", len(playbook.milestones)), ("Total Task Lists", lists))
    for name, found in (*counts, ("Total Tasks", len(playbook.tasks)), ("Total Hours", planned)):
        if name in declared:
            says = hours_in(declared[name].split(" ")[0])
            yield from _differs(f"Summary, {name}", says, Decimal(found), "the file has")
    shown = [
        Decimal(hours) for hours in re.findall(r"([0-9]{1,5}(?:\.[0-9]+)?)h", declared.get("Total Milestones", ""))
    ]
    if shown and shown != [milestone.planned_hours for milestone in playbook.milestones]:
        hours = " + ".join(f"{milestone.planned_hours}h" for milestone in playbook.milestones)
        yield f"Summary, Total Milestones: it says {' + '.join(f'{each}h' for each in shown)}, the tasks have {hours}."


def _split_warnings(playbook: Playbook, planned: Decimal) -> Iterator[str]:
    count = len(playbook.milestones)
    if wants_milestones(planned) and count == 1:
        yield f"{planned}h stand in 1 milestone. More than {SPLIT_ABOVE}h want several: split it."
    if playbook.structure.lower().startswith("multi") and count == 1:
        yield f'The structure says "{playbook.structure}", the file has 1 milestone.'


def _differs(name: str, declared: Decimal | None, found: Decimal, where: str) -> Iterator[str]:
    if declared is not None and declared != found:
        yield f"{name}: it says {declared}, {where} {found}."


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
