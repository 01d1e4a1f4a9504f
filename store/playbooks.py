"""The files that Sales Ops edit: reads them, stamps each with a version, and says which file has which problem.

Decides nothing about their content: `bot.template` and `bot.playbook_text` do. A version is the declared one and the
beginning of the content's SHA-256, so that an edit without a new number is still another version.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.playbook import Playbook
from bot.playbook_text import parse
from bot.template import Template, load

STAMP_DIGITS = 12
LINE = 300  # characters: the time that a dotted key takes grows with the square of its length


@dataclass(frozen=True)
class ProjectFile:
    """A project playbook as it stands in a file."""

    playbook: Playbook
    version: str


@dataclass(frozen=True)
class Shelf:
    """All checklists and project playbooks by file name (without its ending).

    `problems` name files that are left out, `warnings` numbers that do not add up in files that are used.
    """

    checklists: dict[str, Template]
    projects: dict[str, ProjectFile]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


def read_shelf(folder: Path) -> Shelf:
    """Everything under `checklists/*.toml` and `projects/*.md`; one bad file does not keep the others away."""
    checklists: dict[str, Template] = {}
    projects: dict[str, ProjectFile] = {}
    problems: list[str] = []
    for path in _files(folder / "checklists", "*.toml", problems):
        template, found = read_checklist(path)
        problems.extend(found)
        if template:
            checklists[path.stem] = template
    for path in _files(folder / "projects", "*.md", problems):
        project, found = read_project(path)
        problems.extend(found)
        if project:
            projects[path.stem] = project
    return Shelf(checklists, projects, (*problems, *_same_tags(projects)), tuple(_warnings(projects)))


def read_checklist(path: Path) -> tuple[Template | None, tuple[str, ...]]:
    """The checklist in a TOML file with its version stamped, or None and the problems with the file's name."""
    text, problems = _text(path)
    if problems:
        return None, problems
    template, found = checklist_of(text, name=path.stem)
    return template, _named(path, found)


def checklist_of(text: str, *, name: str) -> tuple[Template | None, tuple[str, ...]]:
    """The checklist in a text with its version stamped, or None and its problems."""
    raw = read_toml(text)
    if isinstance(raw, str):
        return None, (raw,)
    template, found = load(raw, name=name)
    return replace(template, version=_stamp(template.version, text)) if template else None, found


def read_toml(text: str) -> dict[str, Any] | str:
    """The tables in a text, or the sentence why it has none. Ask `long_line` first about what anybody may send."""
    try:
        return tomllib.loads(text)
    except ValueError as wrong:
        return f"this is not TOML: {wrong}. Mend that line."
    except RecursionError:
        return "this is not TOML of a checklist: it has brackets within brackets. Take them out."


def long_line(text: str) -> str:
    """The sentence about the first line that is too long to be read while somebody waits, '' when none is."""
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LINE:
            return f"line {number} has {len(line)} characters, at most {LINE}. Break it."
    return ""


def read_project(path: Path) -> tuple[ProjectFile | None, tuple[str, ...]]:
    """The playbook in a Markdown file with its version, or None and the problems with the file's name and lines."""
    text, problems = _text(path)
    if problems:
        return None, problems
    reading = parse(text)
    if reading.problems:
        return None, _named(path, reading.problems)
    return ProjectFile(reading.playbook, _stamp(reading.playbook.version, text)), ()


def _files(folder: Path, pattern: str, problems: list[str]) -> list[Path]:
    files = sorted(folder.glob(pattern))
    if not files:
        problems.append(f"{folder.name}: there is no file {pattern} in {folder}. Copy the default one there.")
    return files


def _text(path: Path) -> tuple[str, tuple[str, ...]]:
    try:
        return path.read_text(encoding="utf-8-sig"), ()
    except UnicodeDecodeError:
        return "", (f"{_name(path)}: this is not UTF-8 text. Save it again as UTF-8.",)
    except OSError as wrong:
        return "", (f"{_name(path)}: it can't be read ({wrong.strerror}). Check its name and its rights.",)


def _stamp(declared: str, text: str) -> str:
    digest = sha256(text.encode()).hexdigest()[:STAMP_DIGITS]
    return f"{declared}+{digest}" if declared else digest


def _named(path: Path, sentences: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{_name(path)}: {sentence}" for sentence in sentences)


def _name(path: Path) -> str:
    return "/".join(filter(None, (path.parent.name, path.name)))  # a file of this folder has no folder to name


def _same_tags(projects: dict[str, ProjectFile]) -> Iterator[str]:
    first: dict[str, str] = {}
    for name, project in projects.items():
        tag = project.playbook.tag
        if tag in first:
            yield f"projects/{name}.md: the tag {tag} is also in {first[tag]}.md. Give each playbook its own tag."
        first.setdefault(tag, name)


def _warnings(projects: dict[str, ProjectFile]) -> Iterator[str]:
    for name, project in projects.items():
        yield from (f"projects/{name}.md: {sentence}" for sentence in project.playbook.warnings)
