"""The plan of a project: which task is due when, over the office's working days.

Decides dates from a playbook's hours; who does a task is a role here, a person later. Every task has a start and a due
date, inside the project's dates. When the date that really matters comes before the end, the plan ends on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import islice

from bot.playbook import Playbook, PlaybookTask
from bot.worktime import Office, working_dates_between


@dataclass(frozen=True)
class PlannedTask:
    """A task with its dates (the office's calendar dates). `role` is a key of playbook.TASK_ROLES."""

    key: str
    number: int
    name: str
    text: str
    end_state: str
    bullets: tuple[str, ...]
    role: str
    estimate_hours: float
    start: date
    due: date


@dataclass(frozen=True)
class PlannedMilestone:
    """A milestone, due with its last task."""

    key: str
    name: str
    due: date
    tasks: tuple[PlannedTask, ...]


@dataclass(frozen=True)
class Plan:
    """Milestones in order; `warnings` say, in one sentence each, where the given dates leave no room."""

    milestones: tuple[PlannedMilestone, ...]
    warnings: tuple[str, ...] = ()


def make_plan(playbook: Playbook, *, start: date, end: date, office: Office, real_deadline: date | None = None) -> Plan:
    """The playbook's tasks one after the other from start to end, each with its share of the days by its hours.

    Keys (`ms-01`, `task-01`) count through the playbook, so one version of it always gives the same keys. Without any
    room between the dates every task is due on the last one of them, and a warning says so.
    """
    last = min(end, real_deadline) if real_deadline else end
    days = working_dates_between(office, start=start, end=last)
    tasks = _scheduled(playbook.tasks, days or (max(start, last),))
    milestones: list[PlannedMilestone] = []
    for place, milestone in enumerate(playbook.milestones, start=1):
        own = tuple(islice(tasks, len(milestone.tasks)))
        if own:
            milestones.append(PlannedMilestone(f"ms-{place:02d}", playbook.label(milestone), own[-1].due, own))
    return Plan(tuple(milestones), tuple(_warnings(start, last, room=bool(days))))


def _scheduled(tasks: tuple[PlaybookTask, ...], days: tuple[date, ...]) -> Iterator[PlannedTask]:
    """The tasks over the days by their hours; a playbook that estimates nothing gives each task the same share."""
    estimated = any(task.hours for task in tasks)
    weights = [Fraction(task.hours) if estimated else Fraction(1) for task in tasks]
    done, total = Fraction(0), sum(weights)
    for place, (task, weight) in enumerate(zip(tasks, weights, strict=True), start=1):
        begun, done = done, done + weight
        due = max(-int(-done * len(days) // total) - 1, 0)
        yield PlannedTask(
            key=f"task-{place:02d}",
            number=task.number,
            name=task.name,
            text=task.text,
            end_state=task.end_state,
            bullets=task.bullets,
            role=task.role,
            estimate_hours=float(task.hours),
            start=days[min(int(begun * len(days) // total), due)],
            due=days[due],
        )


def _warnings(start: date, last: date, *, room: bool) -> Iterator[str]:
    if last < start:
        yield f"The project would end on {last}, before it starts on {start}. Set the dates, then plan again."
    elif not room:
        yield f"There is no working day from {start} to {last}. Set the dates, then plan again."
