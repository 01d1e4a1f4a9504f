"""The files that Sales Ops edit: read, stamped, and every problem named with its file."""

import shutil
from pathlib import Path

import pytest

from store.playbooks import LINE, Shelf, long_line, read_checklist, read_project, read_shelf, read_toml

SHIPPED = Path(__file__).parents[2] / "playbooks"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files that a test may edit."""
    return shutil.copytree(SHIPPED, tmp_path / "playbooks")


def test_the_shipped_files_have_no_problem_and_no_warning() -> None:
    shelf = read_shelf(SHIPPED)
    assert (shelf.problems, shelf.warnings) == ((), ())
    assert "default" in shelf.checklists
    assert {"default", "crm-erp"} <= set(shelf.projects)


@pytest.mark.req("R43")
def test_a_version_is_the_declared_one_and_a_stamp_of_the_content(folder: Path) -> None:
    before = read_shelf(folder)
    for path in (folder / "checklists" / "default.toml", folder / "projects" / "default.md"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("Head of Delivery", "Head of Operations"), encoding="utf-8")
    after = read_shelf(folder)

    def versions(shelf: Shelf) -> list[str]:
        return [shelf.checklists["default"].version, shelf.projects["default"].version]

    assert all(version.startswith("1+") and len(version) == 14 for version in versions(before) + versions(after))
    assert not set(versions(before)) & set(versions(after))
    assert read_shelf(folder) == after


def test_a_playbook_without_a_version_has_the_stamp_alone(folder: Path) -> None:
    path = folder / "projects" / "default.md"
    path.write_text(path.read_text(encoding="utf-8").replace("**Version:** 1\n", ""), encoding="utf-8")
    project, _ = read_project(path)
    assert project is not None
    assert len(project.version) == 12


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(folder: Path) -> None:
    before = read_shelf(folder)
    for path in (folder / "checklists" / "default.toml", folder / "projects" / "default.md"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_shelf(folder) == before


def test_one_bad_file_is_named_and_the_others_are_there(folder: Path) -> None:
    (folder / "checklists" / "mine.toml").write_text("version = \n", encoding="utf-8")
    (folder / "projects" / "mine.md").write_text("hello\n", encoding="utf-8")
    shelf = read_shelf(folder)
    assert "default" in shelf.checklists
    assert set(shelf.projects) == {"default", "crm-erp"}
    assert shelf.problems[0].startswith("checklists/mine.toml: this is not TOML: ")
    assert "line 1" in shelf.problems[0]
    assert shelf.problems[1].startswith('projects/mine.md: Line 1: "hello" is not understood.')


def test_a_checklist_that_can_not_be_used_is_named(folder: Path) -> None:
    path = folder / "checklists" / "default.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"points_answered"', '"magic"'), encoding="utf-8")
    template, problems = read_checklist(path)
    assert template is None
    assert len(problems) == 1
    assert problems[0].startswith('checklists/default.toml: pm, item 2: the check "magic" is unknown.')
    assert read_shelf(folder).problems == problems


@pytest.mark.parametrize("name", ["checklists/default.toml", "projects/default.md"])
def test_a_file_that_is_no_text_or_can_not_be_opened_is_named(folder: Path, name: str) -> None:
    read = read_checklist if name.endswith("toml") else read_project
    path = folder / name
    path.write_bytes(b"\xff\xfe\x00")
    assert read(path) == (None, (f"{name}: this is not UTF-8 text. Save it again as UTF-8.",))
    path.unlink()
    assert read(path) == (
        None,
        (f"{name}: it can't be read (No such file or directory). Check its name and its rights.",),
    )


def test_a_file_of_this_folder_is_named_without_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("notes.md").write_text("What we did last year.\n", encoding="utf-8")
    _, problems = read_project(Path("notes.md"))
    assert problems
    assert all(problem.startswith("notes.md: ") for problem in problems)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    shelf = read_shelf(tmp_path / "nowhere")
    assert (shelf.checklists, shelf.projects) == ({}, {})
    assert [problem.split(" in ")[0] for problem in shelf.problems] == [
        "checklists: there is no file *.toml",
        "projects: there is no file *.md",
    ]


def test_two_playbooks_with_one_tag_are_a_problem(folder: Path) -> None:
    shutil.copy(folder / "projects" / "crm-erp.md", folder / "projects" / "second.md")
    problem = "projects/second.md: the tag crm-erp is also in crm-erp.md. Give each playbook its own tag."
    assert read_shelf(folder).problems == (problem,)


@pytest.mark.req("R75")
def test_sums_that_do_not_add_up_are_warnings_with_the_file(folder: Path) -> None:
    path = folder / "projects" / "crm-erp.md"
    path.write_text(path.read_text(encoding="utf-8").replace("**Hours:** 44h", "**Hours:** 45h"), encoding="utf-8")
    shelf = read_shelf(folder)
    assert shelf.problems == ()
    assert shelf.warnings == (
        "projects/crm-erp.md: CRM-ERP Integration - 2. Build & Testing: hours: it says 45, its tasks give 44.",
    )
    assert "crm-erp" in shelf.projects


def test_what_anybody_may_send_is_read_before_they_stop_waiting() -> None:
    """Dotted keys take time by the square of their length, brackets take the stack: neither stops anything."""
    assert long_line("a = 1\r\n" + "#" * LINE + "\n") == ""
    assert (
        long_line("a = 1\n" + "a." * LINE + "a = 1")
        == f"line 2 has {2 * LINE + 5} characters, at most {LINE}. Break it."
    )
    assert read_toml("version = 1") == {"version": 1}
    for deep in ("a = " + "[" * 5_000, "a = " + "{a = " * 5_000):
        assert "brackets within brackets" in str(read_toml(deep))
    assert "this is not TOML" in str(read_toml("a = " + "9" * 5_000))
