"""Our plan as Asana's requests, and Asana's tasks and rights as ours. Pure.

The description's last line is the marker by which an interrupted run finds what it made. Facts which a plan may refuse
(start dates, milestones) can be left out without losing them: they are then words in the description.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bot.errors import Surprise
from bot.ports import Access, Made, ProjectSpec, TaskSpec, ToolTask
from connectors.projects.asana.rich_text import html_notes

_TASK_FIELDS = (
    "name",
    "permalink_url",
    "due_on",
    "completed",
    "resource_subtype",
    "assignee.email",
    "memberships.project.gid",
    "memberships.section.name",
)
TASK_FIELDS = ",".join(_TASK_FIELDS)
ACCESS_LEVELS: Mapping[str, str] = {"comment": "commenter", "view": "viewer"}
_RIGHTS: Mapping[str, str] = {"admin": "edit", "editor": "edit", "commenter": "comment", "viewer": "view"}
_MILESTONE = "milestone"


def project_request(spec: ProjectSpec, *, workspace: str, owner: str, paid: bool) -> dict[str, Any]:
    """A private project. `owner` is a user's gid or ''; without `paid` the start is a line of the description."""
    start = {"start_on": spec.start.isoformat()} if paid and spec.start < spec.end else {}
    line = "" if start else f"Start: {spec.start.isoformat()}"
    lines = (*_filled(tags_line(spec.tags)), *spec.brief.splitlines(), *_filled(line))
    return {
        "name": _one_line(spec.name),
        "workspace": workspace,
        "due_on": spec.end.isoformat(),
        "default_view": "list",
        "privacy_setting": "private",
        "html_notes": html_notes(lines, marker=spec.marker),
        **start,
        **({"owner": owner} if owner else {}),
    }


def task_request(spec: TaskSpec, *, assignee: str, paid: bool) -> dict[str, Any]:
    """A task, still without its place. A milestone has only a due date; a start lies before it (tasks reference)."""
    start = {"start_on": spec.start.isoformat()} if paid and _has_start(spec) and spec.start else {}
    subtype = _MILESTONE if spec.milestone and paid else "default_task"
    return {
        "name": _one_line(spec.name),
        "resource_subtype": subtype,
        "due_on": spec.due.isoformat(),
        "html_notes": html_notes(_task_lines(spec, assignee, paid=paid), bullets=spec.bullets, marker=spec.marker),
        **start,
        **({"assignee": assignee} if assignee else {}),
    }


def tags_line(tags: Iterable[str]) -> str:
    """The tags as a line of the description; '' without any."""
    kept = [one for tag in tags if (one := _one_line(tag))]
    return f"Tags: {', '.join(kept)}" if kept else ""


def to_made(thing: Mapping[str, Any]) -> Made:
    """What was made or found: its gid and its page. Surprise without a gid: what was made is looked for then."""
    if not thing.get("gid"):
        raise Surprise("Asana", "read what was made", "the answer has no gid")
    return Made(str(thing["gid"]), str(thing.get("permalink_url") or ""))


def to_task(task: Mapping[str, Any], *, project_id: str) -> ToolTask:
    """A task as Asana has it now."""
    due, assignee = task.get("due_on"), task.get("assignee")
    return ToolTask(
        id=str(task.get("gid", "")),
        name=str(task.get("name") or ""),
        url=str(task.get("permalink_url") or ""),
        section=_section(task, project_id),
        due=date.fromisoformat(due) if isinstance(due, str) and due else None,
        owner_email=str(assignee.get("email") or "") if isinstance(assignee, dict) else "",
        completed=bool(task.get("completed")),
        milestone=task.get("resource_subtype") == _MILESTONE,
    )


def to_access(email: str, access_level: object) -> Access:
    """A person's right in our words; a level that we do not know counts as editing, the cautious reading."""
    return Access(email, _RIGHTS.get(str(access_level), "edit"))


def in_section(task: Mapping[str, Any], section_id: str) -> bool:
    """Whether the task stands in that section."""
    return any(membership.get("section", {}).get("gid") == section_id for membership in _memberships(task))


def oldest(things: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The thing with the lowest gid: Asana counts them up."""
    return min(things, key=lambda thing: (len(str(thing.get("gid"))), str(thing.get("gid"))), default=None)


def _has_start(spec: TaskSpec) -> bool:
    return spec.start is not None and not spec.milestone and spec.start < spec.due


def _task_lines(spec: TaskSpec, assignee: str, *, paid: bool) -> tuple[str, ...]:
    facts = (
        f"Estimate: {spec.estimate_hours:g} h" if spec.estimate_hours is not None else "",
        f"Start: {spec.start.isoformat()}" if spec.start and _has_start(spec) and not paid else "",
        f"Owner: {spec.owner_email}" if spec.owner_email and not assignee else "",
    )
    return (*spec.text.splitlines(), *_filled(*facts))


def _filled(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)


def _section(task: Mapping[str, Any], project_id: str) -> str:
    for membership in _memberships(task):
        if membership.get("project", {}).get("gid", project_id) == project_id:
            return str(membership.get("section", {}).get("name") or "")
    return ""


def _memberships(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The task's places; Asana sends null where a part is hidden from us."""
    found = task.get("memberships")
    listed = [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
    return [{name: value for name, value in entry.items() if isinstance(value, dict)} for entry in listed]


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
