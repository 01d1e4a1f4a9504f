r"""A playbook's Markdown: what each line means, and the same lines written from a playbook.

Decides which lines can't be understood: each is a problem with its number and the next step, and is left out. It never
raises on odd text, and reads no file.

A task is a table row `| 1. Name | 6h | Text. End state: What is there then.<br /><br />• Step<br />• Owner: QA |`.
The bullet `Owner:` names the role that does the task; without it the project manager does. `|` in a cell is `\|`.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.playbook import DEFAULT_ROLE, TASK_ROLES, Milestone, Playbook, PlaybookTask, TaskList, hours_in

TITLE_TAIL = " - Project Details / Task List"
BREAK = "<br />"
SHOWN = 40  # characters of a foreign text in a sentence
CELLS = 3  # task, estimate, description


@dataclass(frozen=True)
class Reading:
    """What a text means, and the lines that could not be understood, one sentence each with its next step."""

    playbook: Playbook
    problems: tuple[str, ...]


def parse(text: str) -> Reading:
    """The playbook in a Markdown text, and its problems. A playbook without any problem can be planned."""
    reader = _Reader()
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), start=1):
        reader.read(number, line.strip())
    return reader.result()


def render(playbook: Playbook) -> str:
    """The playbook as Markdown; `parse` gives back the same playbook."""
    facts = [("Tag", f"`{playbook.tag}`"), ("Total Hours", _hours(playbook.hours)), ("Structure", playbook.structure)]
    parts = [f"# {playbook.title}{TITLE_TAIL}\n\n" + _lines([*facts, *playbook.header])]
    for number, milestone in enumerate(playbook.milestones, start=1):
        parts.append(_rendered_milestone(number, milestone))
    parts.append("## Summary\n" + _lines(list(playbook.summary), bullet="- "))
    return "\n---\n\n".join(parts)


def _rendered_milestone(number: int, milestone: Milestone) -> str:
    facts = [("Tag", f"`{milestone.tag}`" if milestone.tag else ""), ("Description", milestone.description)]
    text = f"## Milestone {number}: {milestone.name}\n" + _lines([*facts, ("Hours", _hours(milestone.hours))])
    for each in milestone.lists:
        rows = "".join(map(_row, each.tasks))
        text += f"\n### Task List: {each.name}\n" + _lines([("Contains", each.contains)])
        text += f"\n| Task | Est | Description |\n|------|-----|-------------|\n{rows}"
    return text


def _row(task: PlaybookTask) -> str:
    text = " ".join(filter(None, (task.text, f"End state: {task.end_state}" if task.end_state else "")))
    owner = (f"Owner: {TASK_ROLES[task.role]}",) if task.role != DEFAULT_ROLE else ()
    bullets = BREAK.join(f"• {bullet}" for bullet in (*task.bullets, *owner))
    cell = (BREAK * 2).join(filter(None, (text, bullets)))
    cells = (f"{task.number}. {task.name}", _hours(task.hours), cell)
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |\n"


def _lines(facts: list[tuple[str, str]], bullet: str = "") -> str:
    return "".join(f"{bullet}**{name}:** {value}\n" for name, value in facts if value.strip("`"))


def _hours(hours: Decimal | None) -> str:
    return "" if hours is None else f"{hours}h"


@dataclass
class _Reader:
    """Takes a text line by line, and knows only where in the playbook it is."""

    playbook: Playbook = field(default_factory=Playbook)
    milestones: list[Milestone] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    numbers: Counter[int] = field(default_factory=Counter)
    place: str = "header"
    number: int = 0

    def read(self, number: int, line: str) -> None:
        """Takes one line; what it can't understand becomes a problem and is left out."""
        self.number = number
        for pattern, take in _LINES:
            if found := pattern.fullmatch(line):
                take(self, found)
                return
        self.problem(f'"{_short(line)}" is not understood. Put it into a description, or remove it')

    def problem(self, sentence: str) -> None:
        """Notes a problem of the present line."""
        self.problems.append(f"Line {self.number}: {sentence}.")

    def result(self) -> Reading:
        """The playbook as far as it was understood."""
        playbook = replace(self.playbook, milestones=tuple(self.milestones))
        if not playbook.title:
            self.problems.append(f"The title is missing. Begin the file with: # NAME{TITLE_TAIL}.")
        if not playbook.tag:
            self.problems.append("The tag is missing. Write below the title: **Tag:** `name`.")
        if not playbook.milestones:
            self.problems.append("There is no milestone. Begin each one with: ## Milestone 1: NAME.")
        for milestone in playbook.milestones:
            if not milestone.tasks:
                self.problems.append(f"The milestone {_short(milestone.name)} has no task. Add one, or remove it.")
        return Reading(playbook, tuple(self.problems))

    def nothing(self, _: re.Match[str]) -> None:
        """An empty line, a rule, or the head of a table."""

    def title(self, found: re.Match[str]) -> None:
        """The first heading."""
        if self.playbook.title:
            self.problem("this is a second title. Keep one playbook a file")
        else:
            self.playbook = replace(self.playbook, title=found[1].removesuffix(TITLE_TAIL).strip())

    def milestone(self, found: re.Match[str]) -> None:
        """A milestone begins."""
        self.milestones.append(Milestone(found[1]))
        self.place = "milestone"

    def task_list(self, found: re.Match[str]) -> None:
        """A task list begins."""
        if not self.milestones or self.place == "summary":
            self.problem("this task list stands in no milestone. Put it below a line: ## Milestone 1: NAME")
            return
        self._change(lists=(*self.milestones[-1].lists, TaskList(found[1])))
        self.place = "list"

    def summary(self, _: re.Match[str]) -> None:
        """The summary begins."""
        self.place = "summary"

    def fact(self, found: re.Match[str]) -> None:
        """A line `**Name:** value`, which belongs to where it stands."""
        name, value = found[1].strip(), found[2].strip()
        if self.place == "summary":
            self.playbook = replace(self.playbook, summary=(*self.playbook.summary, (name, value)))
        elif self.place == "header":
            self._header(name, value)
        elif self.place == "list" and name == "Contains":
            last = self.milestones[-1].lists[-1]
            self._change(lists=(*self.milestones[-1].lists[:-1], replace(last, contains=value)))
        else:
            self._milestone_fact(name, value)

    def row(self, found: re.Match[str]) -> None:
        """A row of a table: one task."""
        cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", found[1])]
        if self.place != "list":
            self.problem("this task stands in no task list. Put it below a line: ### Task List: NAME")
        elif len(cells) != CELLS:
            self.problem(rf"a task has {CELLS} cells, this row {len(cells)}. Write a | inside a cell as \|")
        elif not (head := re.fullmatch(r"([0-9]{1,5})\. *(\S.*)", cells[0])):
            self.problem(f'"{_short(cells[0])}" has no number in front. Write for example: 7. Name of the task')
        elif (hours := hours_in(cells[1])) is None:
            self.problem(f'"{_short(cells[1])}" is no estimate. Write hours, for example: 6h')
        else:
            self._task(PlaybookTask(int(head[1]), head[2], hours), cells[2])

    def _task(self, task: PlaybookTask, cell: str) -> None:
        parts = [part for raw in re.split(r"<br ?/?>", cell) if (part := raw.strip())]
        bullets = [part.lstrip("•").strip() for part in parts if part.startswith("•")]
        text, _, end_state = " ".join(part for part in parts if not part.startswith("•")).partition("End state:")
        owners = [bullet for bullet in bullets if bullet.lower().startswith("owner:")]
        self.numbers[task.number] += 1
        if self.numbers[task.number] > 1:
            self.problem(f"task {task.number} stands twice. Give each task its own number")
        task = replace(task, text=text.strip(), end_state=end_state.strip(), role=self._role(owners))
        task = replace(task, bullets=tuple(bullet for bullet in bullets if bullet and bullet not in owners))
        last = self.milestones[-1].lists[-1]
        self._change(lists=(*self.milestones[-1].lists[:-1], replace(last, tasks=(*last.tasks, task))))

    def _role(self, bullets: list[str]) -> str:
        names = [bullet.partition(":")[2].strip() for bullet in bullets]
        if not names:
            return DEFAULT_ROLE
        if len(names) > 1 or names[0].lower() not in TASK_ROLES:
            self.problem(
                f'the owner "{_short(", ".join(names))}" is not known. Use one of: {", ".join(TASK_ROLES.values())}'
            )
            return DEFAULT_ROLE
        return names[0].lower()

    def _header(self, name: str, value: str) -> None:
        if name == "Tag":
            self.playbook = replace(self.playbook, tag=value.strip("` "))
        elif name == "Total Hours":
            self.playbook = replace(self.playbook, hours=self._declared(value))
        elif name == "Structure":
            self.playbook = replace(self.playbook, structure=value)
        else:
            self.playbook = replace(self.playbook, header=(*self.playbook.header, (name, value)))

    def _milestone_fact(self, name: str, value: str) -> None:
        if name == "Tag":
            self._change(tag=value.strip("` "))
        elif name == "Description":
            self._change(description=value)
        elif name == "Hours":
            self._change(hours=self._declared(value))
        else:
            self.problem(f'"{_short(name)}" is not known here. Put it into a description, or remove it')

    def _declared(self, value: str) -> Decimal | None:
        hours = hours_in(value)
        if hours is None:
            self.problem(f'"{_short(value)}" is no number of hours. Write for example: 38h')
        return hours

    def _change(self, **values: object) -> None:
        self.milestones[-1] = replace(self.milestones[-1], **values)  # type: ignore[arg-type]  # fields of Milestone


_LINES: tuple[tuple[re.Pattern[str], Callable[[_Reader, re.Match[str]], None]], ...] = (
    (re.compile(r"(?:-{3,})?"), _Reader.nothing),
    (re.compile(r"\|[-: |]+\||\| *Task *\| *Est *\| *Description *\|"), _Reader.nothing),
    (re.compile(r"# +(\S.*)"), _Reader.title),
    (re.compile(r"## +Milestone +[0-9]+: *(\S.*)"), _Reader.milestone),
    (re.compile(r"### +Task List: *(\S.*)"), _Reader.task_list),
    (re.compile(r"## +Summary"), _Reader.summary),
    (re.compile(r"(?:- +)?\*\*([^*:]*[^*:\s])\s*:\*\*\s*(\S.*)"), _Reader.fact),
    (re.compile(r"\|(.*)(?<!\\)\|"), _Reader.row),
)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
