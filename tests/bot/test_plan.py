"""A plan's dates: inside the project, in order, none missing, the earlier end wins."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plan import make_plan
from bot.playbook import TASK_ROLES, Milestone, Playbook, PlaybookTask, TaskList
from bot.playbook_text import parse
from bot.worktime import Office, is_working_date

PROJECTS = Path(__file__).parents[2] / "playbooks" / "projects"
DEFAULT = parse((PROJECTS / "default.md").read_text(encoding="utf-8")).playbook
CRM_ERP = parse((PROJECTS / "crm-erp.md").read_text(encoding="utf-8")).playbook
WEEK: Mapping[int, tuple[time, time]] = dict.fromkeys(range(5), (time(9), time(17)))
OFFICE = Office("Berlin", "Europe/Berlin", WEEK, frozenset({date(2025, 10, 3), date(2025, 12, 25), date(2025, 12, 26)}))
START, END = date(2025, 9, 15), date(2026, 3, 31)
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


def book(*hours: str) -> Playbook:
    tasks = tuple(PlaybookTask(n, f"T{n}", Decimal(each)) for n, each in enumerate(hours, start=1))
    return Playbook("P", "p", milestones=(Milestone("M", lists=(TaskList("L", tasks=tasks),)),))


@pytest.mark.req("R21")
def test_the_default_has_the_five_milestones_in_their_order() -> None:
    plan = make_plan(DEFAULT, start=START, end=END, office=OFFICE)
    assert [milestone.name for milestone in plan.milestones] == ["Discovery", "Build", "UAT", "Go-Live", "Optimization"]
    dues = [milestone.due for milestone in plan.milestones]
    assert dues == sorted(set(dues))


@pytest.mark.req("R22", "R23")
def test_every_task_of_the_default_has_dates_and_a_known_role_and_every_role_has_a_task() -> None:
    tasks = [t for m in make_plan(DEFAULT, start=START, end=END, office=OFFICE).milestones for t in m.tasks]
    assert len(tasks) == 17
    assert all(START <= task.start <= task.due <= END for task in tasks)
    assert {task.role for task in tasks} == set(TASK_ROLES)


@pytest.mark.req("R22")
@settings(max_examples=150)
@given(
    hours=st.lists(st.decimals(0, 60, places=1).map(str), min_size=1, max_size=30),
    start=DAYS,
    length=st.integers(0, 400),
    real=st.one_of(st.none(), DAYS),
)
def test_tasks_stay_in_order_inside_the_dates_and_on_working_days(
    hours: list[str], start: date, length: int, real: date | None
) -> None:
    end = date.fromordinal(start.toordinal() + length)
    plan = make_plan(book(*hours), start=start, end=end, office=OFFICE, real_deadline=real)
    tasks = [task for milestone in plan.milestones for task in milestone.tasks]
    last = min(end, real or end)
    assert len(tasks) == len(hours)
    assert all(earlier.due <= later.due for earlier, later in pairwise(tasks))
    assert all(start <= task.start <= task.due <= max(start, last) for task in tasks)
    assert plan.milestones[-1].due == tasks[-1].due
    if not plan.warnings:
        assert all(is_working_date(OFFICE, day) for task in tasks for day in (task.start, task.due))
        days = [date.fromordinal(n) for n in range(start.toordinal(), last.toordinal() + 1)]
        assert tasks[-1].due == max(day for day in days if is_working_date(OFFICE, day))


def test_days_are_shared_out_by_hours() -> None:
    tasks = make_plan(book("4", "8", "4", "16"), start=date(2026, 6, 1), end=date(2026, 6, 12), office=OFFICE)
    assert [(task.start.day, task.due.day) for task in tasks.milestones[0].tasks] == [(1, 2), (2, 4), (4, 5), (8, 12)]


def test_tasks_without_any_estimate_share_the_days_evenly() -> None:
    plan = make_plan(book("0", "0", "0", "0", "0"), start=date(2026, 6, 1), end=date(2026, 6, 5), office=OFFICE)
    assert [task.due.day for task in plan.milestones[0].tasks] == [1, 2, 3, 4, 5]


def test_the_date_that_really_matters_wins_when_it_is_earlier() -> None:
    real = date(2026, 3, 13)
    plan = make_plan(CRM_ERP, start=START, end=END, office=OFFICE, real_deadline=real)
    assert plan.milestones[-1].due == real
    later = make_plan(CRM_ERP, start=START, end=END, office=OFFICE, real_deadline=date(2026, 4, 30))
    assert later == make_plan(CRM_ERP, start=START, end=END, office=OFFICE)
    assert later.milestones[-1].due == END


@pytest.mark.req("R76")
def test_a_planned_task_carries_everything_that_the_playbook_says() -> None:
    source = CRM_ERP.tasks[7]
    task = make_plan(CRM_ERP, start=START, end=END, office=OFFICE).milestones[1].tasks[1]
    assert (task.key, task.number, task.name, task.role) == ("task-08", 8, source.name, "dev")
    assert (task.text, task.end_state, task.bullets) == (source.text, source.end_state, source.bullets)
    assert task.estimate_hours == float(source.hours) == 8.0


def test_keys_are_unique_and_count_through_the_playbook() -> None:
    plan = make_plan(CRM_ERP, start=START, end=END, office=OFFICE)
    assert [milestone.key for milestone in plan.milestones] == ["ms-01", "ms-02", "ms-03"]
    keys = [task.key for milestone in plan.milestones for task in milestone.tasks]
    assert keys == [f"task-{n:02d}" for n in range(1, 20)]


def test_other_dates_leave_the_keys_as_they_are() -> None:
    def keys(end: date) -> list[str]:
        plan = make_plan(CRM_ERP, start=START, end=end, office=OFFICE)
        return [key for milestone in plan.milestones for key in (milestone.key, *(t.key for t in milestone.tasks))]

    assert keys(END) == keys(date(2025, 9, 20))


def test_an_end_before_the_start_is_said_and_everything_is_due_at_the_start() -> None:
    plan = make_plan(CRM_ERP, start=START, end=date(2025, 9, 1), office=OFFICE)
    assert plan.warnings == (
        "The project would end on 2025-09-01, before it starts on 2025-09-15. Set the dates, then plan again.",
    )
    assert {task.due for milestone in plan.milestones for task in milestone.tasks} == {START}


def test_a_project_of_one_day_needs_no_word_unless_that_day_is_off() -> None:
    day, off = date(2026, 6, 5), date(2026, 6, 6)
    assert make_plan(book("1"), start=day, end=day, office=OFFICE).warnings == ()
    (said,) = make_plan(book("1"), start=off, end=off, office=OFFICE).warnings
    assert said.startswith("There is no working day from 2026-06-06 to 2026-06-06.")


def test_a_project_of_one_weekend_is_said_and_due_on_its_last_day() -> None:
    plan = make_plan(book("1"), start=date(2026, 6, 6), end=date(2026, 6, 7), office=OFFICE)
    assert plan.warnings == ("There is no working day from 2026-06-06 to 2026-06-07. Set the dates, then plan again.",)
    assert plan.milestones[0].due == date(2026, 6, 7)


def test_a_milestone_without_tasks_is_left_out_and_shifts_no_key() -> None:
    (first,) = book("1").milestones
    plan = make_plan(
        Playbook("P", "p", milestones=(replace(first, lists=()), first)), start=START, end=END, office=OFFICE
    )
    assert [(milestone.key, len(milestone.tasks)) for milestone in plan.milestones] == [("ms-02", 1)]
