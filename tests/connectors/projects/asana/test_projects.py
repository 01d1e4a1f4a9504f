"""A workspace in Asana, made by the real client and looked at in Asana's stand-in."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from bot.errors import Declined, Surprise
from bot.ports import Member, ProjectSpec, TaskSpec
from sandbox.world import World
from tests.connectors.stands import connect, served
from tests.connectors.wire import Reply, Wire

MARKER = "baton:k7f3:HO-42"
SPEC = ProjectSpec(
    name="ABC Fintech – Cloud Migration – Sep2025",
    marker=MARKER,
    start=date(2026, 12, 7),
    end=date(2027, 4, 7),
    owner_email="ben@acme.example",
    brief="Scope: move <reports> & archives\n\nPM: Ben Ortiz",
    tags=("Financial services", "DACH", "Cloud"),
)
TASK = TaskSpec(
    name="Kick-off workshop",
    marker=f"{MARKER}:task-01",
    section="Discovery",
    due=date(2026, 12, 10),
    start=date(2026, 12, 8),
    owner_email="mei@acme.example",
    text="Agree scope, name decision makers.",
    bullets=("Invite the sponsor", "Book <room> & lunch"),
    estimate_hours=6.5,
)
MILESTONE = TaskSpec(
    "Discovery", f"{MARKER}:ms-01", "Discovery", date(2026, 12, 18), start=date(2026, 12, 7), milestone=True
)


@pytest.fixture
def project(tool: Any) -> str:
    return str(tool.make_project(SPEC).id)


@pytest.fixture
def section(tool: Any, project: str) -> str:
    return str(tool.make_section(project, "Discovery").id)


def only_task(world: World) -> dict[str, Any]:
    (found,) = [task for row in world.asana.projects()[0]["sections"] for task in row["tasks"]]
    return dict(found)


@pytest.mark.req("R17", "R18", "R19")
def test_a_project_has_the_name_dates_owner_and_is_private(tool: Any, world: World) -> None:
    made = tool.make_project(SPEC)
    (project,) = world.asana.projects()
    assert made.url == project["permalink_url"]
    assert project["name"] == "ABC Fintech – Cloud Migration – Sep2025"
    assert (project["start_on"], project["due_on"]) == ("2026-12-07", "2027-04-07")
    assert (project["owner_name"], project["privacy_setting"]) == ("Ben Ortiz", "private")


def test_the_brief_is_text_and_the_marker_its_last_line(tool: Any, project: str, world: World) -> None:
    notes = world.asana.project(project)["notes"].splitlines()
    assert notes == [
        "Tags: Financial services, DACH, Cloud",
        "Scope: move <reports> & archives",
        "",
        "PM: Ben Ortiz",
        MARKER,
    ]
    assert tool.find_project(MARKER).id == project


def test_a_project_of_one_day_has_no_start(tool: Any, world: World) -> None:
    tool.make_project(ProjectSpec("X", MARKER, date(2026, 12, 7), date(2026, 12, 7), "ben@acme.example", "", ()))
    assert world.asana.projects()[0]["start_on"] is None


def test_an_owner_whom_asana_does_not_know_keeps_nothing_from_being_made(tool: Any, world: World) -> None:
    tool.make_project(ProjectSpec("X", MARKER, date(2026, 12, 7), date(2027, 1, 7), "who@nowhere.example", "", ()))
    assert len(world.asana.projects()) == 1


@pytest.mark.req("R21")
def test_sections_stand_in_the_order_in_which_they_were_made(tool: Any, project: str, world: World) -> None:
    for name in ("Discovery", "Build", "UAT", "Go-Live", "Optimization"):
        tool.make_section(project, name)
    names = [row["name"] for row in world.asana.project(project)["sections"]]
    assert names[-5:] == ["Discovery", "Build", "UAT", "Go-Live", "Optimization"]


@pytest.mark.req("R22")
def test_a_task_has_section_owner_dates_estimate_and_list(tool: Any, project: str, section: str, world: World) -> None:
    tool.make_task(project, section, TASK)
    task = only_task(world)
    assert (task["start_on"], task["due_on"], task["assignee_name"]) == ("2026-12-08", "2026-12-10", "Mei Lin")
    assert task["notes"].splitlines() == [
        "Agree scope, name decision makers.",
        "Estimate: 6.5 h",
        "Invite the sponsor",
        "Book <room> & lunch",
        TASK.marker,
    ]
    (seen,) = tool.tasks(project)
    assert (seen.name, seen.section, seen.due, seen.owner_email) == (
        "Kick-off workshop",
        "Discovery",
        date(2026, 12, 10),
        "mei@acme.example",
    )


def test_a_milestone_has_only_a_due_date(tool: Any, project: str, section: str, world: World) -> None:
    tool.make_task(project, section, MILESTONE)
    task = only_task(world)
    assert (task["resource_subtype"], task["start_on"], task["due_on"]) == ("milestone", None, "2026-12-18")
    assert [seen.milestone for seen in tool.tasks(project)] == [True]


@pytest.mark.req("R22")
def test_an_owner_without_an_account_is_named_in_the_task(tool: Any, project: str, section: str, world: World) -> None:
    spec = TaskSpec("T", f"{MARKER}:task-02", "Discovery", date(2026, 12, 10), owner_email="new@acme.example")
    tool.make_task(project, section, spec)
    assert "Owner: new@acme.example" in only_task(world)["notes"].splitlines()


def test_a_task_outside_its_section_is_put_there(tool: Any) -> None:
    """When Asana takes the task but not its place, the certain call follows."""
    user = Reply(200, {"data": {"gid": "7"}})
    made = Reply(201, {"data": {"gid": "70", "memberships": [{"project": None, "section": None}]}})
    with Wire(user, made, Reply(200, {"data": {}})) as wire:
        alone = connect("asana", {"ASANA_TOKEN": "t", "ASANA_API_URL": wire.url}, table={"workspace": 1})
        assert alone.make_task("1", "12", TASK).id == "70"
    assert [(sent["method"], sent["path"]) for sent in wire.requests[2:]] == [("POST", "/sections/12/addTask")]
    assert tool.key == "asana"


def test_every_page_of_a_long_project_is_read(tool: Any, project: str, section: str) -> None:
    for number in range(103):
        spec = TaskSpec(f"T{number}", f"{MARKER}:task-{number}", "Discovery", date(2026, 12, 10))
        tool.make_task(project, section, spec)
    assert len(tool.tasks(project)) == 103
    assert tool.find_task(project, f"{MARKER}:task-102") is not None


@pytest.mark.req("R24")
def test_links_are_visible_and_one_address_is_not_another(tool: Any, project: str, world: World) -> None:
    base = "https://app.hubspot.com/contacts/1/record/0-3/9001"
    for number in (1, 2):
        tool.make_link(project, name=f"Document {number} – ü", url=f"{base}#file-{number}")
    shown = {row["name"]: row["view_url"] for row in world.asana.project(project)["attachments"]}
    assert shown == {f"Document {number} – ü": f"{base}#file-{number}" for number in (1, 2)}
    assert tool.find_link(project, base) is None


@pytest.mark.req("R20")
def test_tags_stand_in_the_description_and_on_milestones_once(
    tool: Any, project: str, section: str, world: World
) -> None:
    tool.make_task(project, section, MILESTONE)
    for _ in range(2):
        tool.tag(project, ("Fintech", "DACH", "", "Fintech"))
    notes = world.asana.project(project)["notes"].splitlines()
    assert notes.count("Tags: Fintech, DACH") == 1
    assert notes[-1] == MARKER
    assert sorted(only_task(world)["tags"]) == ["DACH", "Fintech"]
    assert len(world.asana.all("tag")) == 2


def test_tagging_with_the_tags_of_the_project_leaves_its_description_alone(
    tool: Any, project: str, world: World
) -> None:
    before = world.asana.project(project)["html_notes"]
    tool.tag(project, SPEC.tags)
    assert world.asana.project(project)["html_notes"] == before


@pytest.mark.req("R23", "R25")
def test_our_people_are_members_and_adding_them_again_is_harmless(tool: Any, project: str, world: World) -> None:
    first = tool.add_member(project, Member("dev@acme.example", "Dev Patel"))
    second = tool.add_member(project, Member("dev@acme.example", "Dev Patel", right="commenter"))
    assert first.id == second.id
    levels = {row["email"]: row["access_level"] for row in world.asana.project(project)["members"]}
    assert levels["dev@acme.example"] == "editor"


def test_somebody_without_an_account_is_a_step_for_a_person(tool: Any, project: str) -> None:
    with pytest.raises(Declined, match="invite them there, then retry"):
        tool.add_member(project, Member("new@acme.example", "New"))


def test_dates_and_owner_can_be_set_and_a_start_gives_way(tool: Any, project: str, section: str, world: World) -> None:
    task = tool.make_task(project, section, TASK).id
    tool.set_dates(task, due=date(2026, 12, 8), owner_email="ben@acme.example")
    (seen,) = tool.tasks(project)
    assert (seen.due, seen.owner_email) == (date(2026, 12, 8), "ben@acme.example")
    assert only_task(world)["start_on"] is None
    with pytest.raises(Declined, match="not in our Asana workspace"):
        tool.set_dates(task, due=date(2026, 12, 9), owner_email="new@acme.example")


def test_what_somebody_removed_in_asana_is_said_in_plain_words(
    tool: Any, world: World, project: str, section: str
) -> None:
    task = tool.make_task(project, section, TASK)
    world.asana.delete("task", task.id)
    with pytest.raises(Declined, match="The task is not in Asana any more: have the workspace read anew"):
        tool.set_dates(task.id, due=date(2026, 12, 18), owner_email="")
    world.asana.delete("project", project)
    calls: list[Callable[[], object]] = [
        lambda: tool.tasks(project),
        lambda: tool.access(project),
        lambda: tool.find_task(project, MARKER),
        lambda: tool.make_section(project, "UAT"),
        lambda: tool.make_link(project, name="Deal", url="https://crm.example/1"),
        lambda: tool.tag(project, ("DACH",)),
        lambda: tool.add_member(project, Member("mei@acme.example", "Mei")),
    ]
    for call in calls:
        with pytest.raises(Declined, match="The project is not in Asana any more") as raised:
            call()
        assert raised.value.status == 404


def test_what_was_made_and_is_not_named_is_looked_for_and_never_kept() -> None:
    """A project of which nobody knows the id could not be found in any later step."""
    with Wire(Reply(201, {"data": {}})) as wire:
        tool = connect("asana", {"ASANA_TOKEN": "t", "ASANA_API_URL": wire.url}, table={"workspace": "1"})
        with pytest.raises(Surprise, match="no gid"):
            tool.make_link("2", name="Deal", url="https://a.example")


def test_an_organisation_that_wants_a_team_gets_the_configured_one_or_a_sentence() -> None:
    refusal = Reply(400, {"errors": [{"message": "team: Missing input"}]})
    user, made = Reply(404, {"errors": []}), Reply(201, {"data": {"gid": "9"}})
    for table, expected in (({"workspace": 1, "team": 2}, "9"), ({"workspace": 1}, "set team")):
        with Wire(user, refusal, made) as wire:
            tool = connect("asana", {"ASANA_TOKEN": "t", "ASANA_API_URL": wire.url}, table=table)
            if "team" in table:
                assert tool.make_project(SPEC).id == expected
                continue
            with pytest.raises(Declined, match=expected):
                tool.make_project(SPEC)


def test_several_workspaces_need_a_choice(world: World) -> None:
    two = {"data": {"gid": "1", "workspaces": [{"gid": "1"}, {"gid": "2"}]}}
    with Wire(Reply(200, two)) as wire:
        tool = connect("asana", {"ASANA_TOKEN": "t", "ASANA_API_URL": wire.url})
        with pytest.raises(Declined, match="set workspace"):
            tool.find_project(MARKER)
        assert [(line.name, line.ok) for line in tool.check()] == [("credential", True), ("workspace", False)]
    assert connect("asana", served(world)).find_project(MARKER) is None
