"""A playbook's Markdown there and back, and what is said about lines that can't be understood."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.playbook import Playbook
from bot.playbook_text import parse, render

PROJECTS = Path(__file__).parents[2] / "playbooks" / "projects"
CRM_ERP = (PROJECTS / "crm-erp.md").read_text(encoding="utf-8")
DEFAULT = (PROJECTS / "default.md").read_text(encoding="utf-8")
SMALL = """# Small - Project Details / Task List

**Tag:** `small`

## Milestone 1: Only
### Task List: Only

| Task | Est | Description |
|------|-----|-------------|
| 1. First | 2h | Do it. End state: Done.<br /><br />• One<br />• Two<br />• Owner: QA |
"""
ROW = SMALL.splitlines()[-1]


@pytest.mark.req("R75")
@pytest.mark.parametrize("text", [CRM_ERP, DEFAULT], ids=["crm-erp", "default"])
def test_a_shipped_playbook_is_written_back_byte_for_byte(text: str) -> None:
    reading = parse(text)
    assert (reading.problems, reading.playbook.warnings) == ((), ())
    assert render(reading.playbook) == text


@pytest.mark.req("R74", "R75")
def test_the_crm_erp_playbook_has_3_milestones_19_tasks_and_112_hours() -> None:
    book = parse(CRM_ERP).playbook
    assert (book.tag, book.hours, book.structure) == ("crm-erp", Decimal(112), "Multi-Milestone (>50h)")
    assert [milestone.planned_hours for milestone in book.milestones] == [38, 44, 30]
    assert [len(milestone.tasks) for milestone in book.milestones] == [6, 7, 6]
    assert [task.number for task in book.tasks] == list(range(1, 20))


@pytest.mark.req("R77")
def test_each_task_list_keeps_which_parts_it_contains() -> None:
    lists = [each for milestone in parse(CRM_ERP).playbook.milestones for each in milestone.lists]
    assert [each.contains for each in lists] == ["Parts 1-2", "Parts 3-4", "Parts 5-6"]


@pytest.mark.req("R78")
def test_provenance_is_read_from_the_summary() -> None:
    book = parse(CRM_ERP).playbook
    assert (book.generated_from, book.generated_on) == ("playbook_crm-erp-integration.md", date(2025, 12, 31))


@pytest.mark.req("R76")
def test_a_task_keeps_number_estimate_description_end_state_and_bullets() -> None:
    (task,) = parse(SMALL).playbook.tasks
    assert (task.number, task.name, task.hours) == (1, "First", Decimal(2))
    assert (task.text, task.end_state, task.bullets) == ("Do it.", "Done.", ("One", "Two"))


@pytest.mark.req("R76")
def test_a_pipe_inside_a_cell_is_kept() -> None:
    task = parse(CRM_ERP).playbook.tasks[2]
    assert "Map products | items" in task.bullets


@pytest.mark.parametrize(
    ("bullet", "role"),
    [("• Owner: QA", "qa"), ("• owner: csm", "csm"), ("• Owner: PM", "pm"), ("• Two more", "pm")],
)
def test_the_owner_bullet_names_the_role_and_is_no_step(bullet: str, role: str) -> None:
    (task,) = parse(SMALL.replace("• Owner: QA", bullet)).playbook.tasks
    assert task.role == role
    assert not any("wner" in step for step in task.bullets)


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text])
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(change: Callable[[str], str]) -> None:
    assert parse(change(SMALL)) == parse(SMALL)


def test_without_milestone_numbers_or_summary_it_is_still_a_playbook() -> None:
    assert parse(SMALL).problems == ()
    assert parse(SMALL).playbook.warnings == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (ROW, ROW.replace("2h", "soon"), 'Line 10: "soon" is no estimate. Write hours, for example: 6h.'),
        (ROW, ROW.replace("1. First", "First"), 'Line 10: "First" has no number in front. Write for example: 7. Name'),
        (
            ROW,
            ROW.replace("Do it", "Do | it"),
            r"Line 10: a task has 3 cells, this row 4. Write a | inside a cell as \|",
        ),
        (ROW, ROW.replace("QA", "Boss"), 'Line 10: the owner "Boss" is not known. Use one of: PM, Delivery, QA,'),
        (ROW, ROW.replace("QA", "QA<br />• Owner: Dev"), 'Line 10: the owner "QA, Dev" is not known.'),
        (ROW, f"{ROW}\n{ROW}", "Line 11: task 1 stands twice. Give each task its own number."),
        (ROW, "", "The milestone Only has no task. Add one, or remove it."),
        ("### Task List: Only", "", "Line 10: this task stands in no task list."),
        ("## Milestone 1: Only", "", "Line 6: this task list stands in no milestone."),
        ("**Tag:** `small`", "", "The tag is missing. Write below the title: **Tag:** `name`."),
        ("**Tag:** `small`", "**Tag:** `small`\nhello", 'Line 4: "hello" is not understood. Put it into a description'),
        ("**Tag:** `small`", "# Again", "Line 3: this is a second title. Keep one playbook a file."),
        ("**Tag:** `small`", "**Total Hours:** many", 'Line 3: "many" is no number of hours. Write for example: 38h.'),
        (ROW, ROW.replace("QA", "Q" * 40), f'Line 10: the owner "{"Q" * 40}" is not known.'),
        (ROW, ROW.replace("QA", "Q" * 41), f'Line 10: the owner "{"Q" * 39}…" is not known.'),
        ("# Small - Project Details / Task List", "", "The title is missing. Begin the file with: # NAME"),
        ("## Milestone 1: Only", "## Milestone 1: Only\n**Mood:** good", 'Line 6: "Mood" is not known here.'),
    ],
)
def test_a_line_that_is_not_understood_is_named_with_the_next_step(old: str, new: str, problem: str) -> None:
    assert parse(SMALL).problems == ()
    problems = parse(SMALL.replace(old, new, 1)).problems
    assert any(each.startswith(problem) for each in problems), problems


def test_an_owner_who_is_not_known_or_not_named_is_the_project_manager() -> None:
    for row in (ROW.replace("QA", "Boss"), ROW.replace("Owner: QA", "Look at it")):
        (task,) = parse(SMALL.replace(ROW, row)).playbook.tasks
        assert task.role == "pm"


def test_a_bad_row_leaves_the_others() -> None:
    second = ROW.replace("1. First", "2. Second")
    reading = parse(SMALL.replace(ROW, f"{ROW.replace('2h', '?')}\n{second}"))
    assert len(reading.problems) == 1
    assert [task.name for task in reading.playbook.tasks] == ["Second"]


def test_an_empty_file_says_all_that_is_missing() -> None:
    assert [problem.split(". ")[0] for problem in parse("").problems] == [
        "The title is missing",
        "The tag is missing",
        "There is no milestone",
    ]


ODD = st.one_of(
    st.sampled_from(
        [*CRM_ERP.splitlines()[:40], *SMALL.splitlines(), "## Summary", "- **Total Hours:** 9h", "| | |", "||"]
    ),
    st.text(alphabet="#|-*:`•\\ .<br/>hOwner12\u2028\x0b\x85", max_size=40),
    st.text(max_size=30),
)


@settings(max_examples=300)
@given(lines=st.lists(ODD, max_size=25))
@example(lines=["# T", r"| 1. a\| | 2h | x\\| |", "## Milestone 1: M", "### Task List: L", r"| 1. a\| | 2h | b\\| |"])
@example(lines=["**Tag:** ` `a` `", "**Tag :** x"])
def test_odd_text_never_raises_and_what_was_understood_survives_writing(lines: list[str]) -> None:
    first = parse("\n".join(lines)).playbook
    assert all(warning.endswith(".") for warning in first.warnings)
    again = parse(render(first)).playbook
    assert again == (first if first.title else replace(first, title=again.title))


def test_an_empty_playbook_can_be_written() -> None:
    assert parse(render(Playbook("T", "t"))).playbook == Playbook("T", "t")


def test_blanks_that_nobody_sees_are_no_part_of_a_name() -> None:
    text = "#  Cloud Migration  - Project Details / Task List\n** Service Line : **\n** Owner :**  Delivery \n"
    found = parse(text).playbook
    assert (found.title, found.header) == ("Cloud Migration", (("Owner", "Delivery"),))
