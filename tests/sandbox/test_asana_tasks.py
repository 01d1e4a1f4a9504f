"""The project tool's stand-in over real HTTP: tasks, dependencies, custom fields, tags, attachments, the board."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.asana.people import WORKSPACE
from sandbox.world import World
from tests.sandbox.vendors import Caller, asana_caller, served_world


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with served_world(seeded=False) as world:
        yield world


@pytest.fixture
def call(world: World) -> Caller:
    return asana_caller(world)


def make(call: Caller, path: str, **fields: Any) -> dict[str, Any]:
    answer = call("POST", path, {"data": fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["data"]
    return made


def message(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["message"])


@pytest.fixture
def project(call: Caller) -> str:
    return str(make(call, "/projects", workspace=WORKSPACE, name="Northwind – Data Platform – Jan2027")["gid"])


@pytest.fixture
def section(call: Caller, project: str) -> str:
    return str(make(call, f"/projects/{project}/sections", name="Discovery")["gid"])


def names(call: Caller, path: str) -> list[str]:
    return [row["name"] for row in call("GET", path).json()["data"]]


def test_a_task_goes_into_its_section_with_assignee_and_dates(call: Caller, project: str, section: str) -> None:
    made = make(
        call, "/tasks", name="Kick-off", assignee="ben@acme.example", start_on="2027-01-11", due_on="2027-01-12",
        html_notes="<body>Agree scope.\n<ul><li>Invite</li></ul>baton:HO-1:task-01</body>",
        memberships=[{"project": project, "section": section}], followers=["dev@acme.example"],
    )  # fmt: skip
    assert made["assignee"]["name"] == "Ben Ortiz"
    assert made["memberships"][0]["section"]["gid"] == section
    assert made["notes"].splitlines()[-1] == "baton:HO-1:task-01"
    assert "dependencies" not in made
    fields = "name,completed,assignee.email,memberships.section.name,followers"
    row = call("GET", f"/projects/{project}/tasks?opt_fields={fields}").json()["data"][0]
    assert row["assignee"] == {"gid": made["assignee"]["gid"], "email": "ben@acme.example"}
    assert row["memberships"] == [{"section": {"gid": section, "name": "Discovery"}}]
    assert set(row["followers"][0]) == {"gid", "resource_type"}
    assert row["completed"] is False


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"assignee": "stranger@elsewhere.example"}, "assignee"),
        ({"resource_subtype": "milestone", "start_on": "2027-01-11", "due_on": "2027-01-12"}, "start_on"),
        ({"start_on": "2027-01-11"}, "start_on"),
        ({"resource_subtype": "epic"}, "resource_subtype"),
        ({"custom_fields": {"1": "x"}}, "custom_fields"),
        ({"followers": ["stranger@elsewhere.example"]}, "followers"),
        ({"name": ""}, "name"),
    ],
)
def test_a_task_that_asana_does_not_take_is_400_and_not_made(
    call: Caller, project: str, fields: dict[str, Any], word: str
) -> None:
    answer = call("POST", "/tasks", {"data": {"name": "X", "projects": [project]} | fields})
    assert answer.status_code == 400
    assert message(answer).startswith(f"{word}:")
    assert names(call, f"/projects/{project}/tasks") == []


def test_a_project_is_given_once_and_a_section_is_of_that_project(call: Caller, project: str, section: str) -> None:
    place = {"project": project, "section": section}
    twice = call("POST", "/tasks", {"data": {"name": "X", "projects": [project], "memberships": [place]}})
    assert twice.status_code == 400
    other = make(call, "/projects", workspace=WORKSPACE, name="Other")["gid"]
    wrong = call("POST", "/tasks", {"data": {"name": "X", "memberships": [{"project": other, "section": section}]}})
    assert wrong.status_code == 400


def test_a_milestone_has_a_due_date_only(call: Caller, project: str) -> None:
    made = make(call, "/tasks", name="Signed", resource_subtype="milestone", due_on="2027-01-31", projects=[project])
    assert (made["resource_subtype"], made["due_on"]) == ("milestone", "2027-01-31")


def test_tasks_keep_their_order_and_addtask_puts_on_top(call: Caller, project: str, section: str) -> None:
    gids = [make(call, "/tasks", name=name, projects=[project])["gid"] for name in "abc"]
    assert names(call, f"/projects/{project}/tasks") == ["a", "b", "c"]
    assert call("POST", f"/sections/{section}/addTask", {"data": {"task": gids[0]}}).json() == {"data": {}}
    call("POST", f"/sections/{section}/addTask", {"data": {"task": gids[1]}})
    call("POST", f"/sections/{section}/addTask", {"data": {"task": gids[2], "insert_after": gids[1]}})
    assert names(call, f"/sections/{section}/tasks") == ["b", "c", "a"]
    assert names(call, f"/projects/{project}/tasks") == ["b", "c", "a"]


def test_dependencies_are_added_once_and_never_in_a_circle(call: Caller, project: str) -> None:
    one, two, three = (make(call, "/tasks", name=name, projects=[project])["gid"] for name in ("1", "2", "3"))
    for _ in range(2):
        assert call("POST", f"/tasks/{two}/addDependencies", {"data": {"dependencies": [one]}}).status_code == 200
    assert names(call, f"/tasks/{two}/dependencies") == ["1"]
    call("POST", f"/tasks/{three}/addDependencies", {"data": {"dependencies": [two]}})
    assert call("POST", f"/tasks/{one}/addDependencies", {"data": {"dependencies": [three]}}).status_code == 400
    assert call("POST", f"/tasks/{one}/addDependencies", {"data": {"dependencies": [one]}}).status_code == 400
    assert call("POST", f"/tasks/{one}/addDependencies", {"data": {"dependencies": ["1"]}}).status_code == 404


def test_a_task_has_at_most_thirty_dependencies_and_dependents(call: Caller, project: str) -> None:
    gids = [make(call, "/tasks", name=str(n), projects=[project])["gid"] for n in range(32)]
    path = f"/tasks/{gids[0]}/addDependencies"
    assert call("POST", path, {"data": {"dependencies": gids[1:32]}}).status_code == 400
    assert call("POST", path, {"data": {"dependencies": gids[1:31]}}).status_code == 200


def test_completing_a_task_sets_and_clears_its_time(world: World, call: Caller, project: str) -> None:
    gid = make(call, "/tasks", name="a", projects=[project])["gid"]
    done = call("PUT", f"/tasks/{gid}", {"data": {"completed": True}}).json()["data"]
    assert done["completed_at"]
    assert names(call, f"/projects/{project}/tasks?completed_since=now") == []
    counts = "num_tasks,num_completed_tasks,num_milestones"
    path = f"/projects/{project}/task_counts"
    assert call("GET", f"{path}?opt_fields={counts}").json()["data"] == {
        "num_tasks": 1, "num_completed_tasks": 1, "num_milestones": 0,
    }  # fmt: skip
    assert call("GET", path).json()["data"] == {}
    world.asana.complete(gid, done=False)
    assert call("GET", f"/tasks/{gid}").json()["data"]["completed_at"] is None


def test_a_task_is_found_by_the_id_its_maker_gave_it(call: Caller, project: str) -> None:
    gid = make(call, "/tasks", name="a", projects=[project], external={"gid": "HO-1-task-01"})["gid"]
    assert call("GET", "/tasks/external:HO-1-task-01").json()["data"]["gid"] == gid
    assert call("GET", "/tasks/external:HO-2").status_code == 404


def test_custom_fields_are_unique_by_name_and_count_only_on_their_projects(call: Caller, project: str) -> None:
    name = f"Estimate {project}"
    given = {"workspace": WORKSPACE, "name": name, "resource_subtype": "number", "precision": 1}
    field = make(call, "/custom_fields", **given)["gid"]
    assert call("POST", "/custom_fields", {"data": given}).status_code == 400
    task = {"data": {"name": "a", "projects": [project], "custom_fields": {field: 12}}}
    assert "is not on given object" in message(call("POST", "/tasks", task))
    path = f"/projects/{project}/addCustomFieldSetting"
    assert call("POST", path, {"data": {"custom_field": field}}).json()["data"]["custom_field"]["name"] == name
    assert call("POST", path, {"data": {"custom_field": field}}).status_code == 400
    value = call("POST", "/tasks", task).json()["data"]["custom_fields"][0]
    assert (value["number_value"], value["display_value"]) == (12, "12")
    task["data"]["custom_fields"] = {field: "twelve"}
    assert call("POST", "/tasks", task).status_code == 400
    assert name in names(call, f"/workspaces/{WORKSPACE}/custom_fields")


def test_an_enum_field_takes_its_options_by_gid(call: Caller, project: str) -> None:
    options = [{"name": "DACH"}, {"name": "Nordics"}]
    given = {"workspace": WORKSPACE, "name": f"Region {project}", "resource_subtype": "enum", "enum_options": options}
    field = make(call, "/custom_fields", **given)
    call("POST", f"/projects/{project}/addCustomFieldSetting", {"data": {"custom_field": field["gid"]}})
    gid = make(call, "/tasks", name="a", projects=[project])["gid"]
    chosen = field["enum_options"][1]["gid"]
    done = call("PUT", f"/tasks/{gid}", {"data": {"custom_fields": {field["gid"]: chosen}}}).json()["data"]
    assert done["custom_fields"][0]["enum_value"]["name"] == "Nordics"
    assert call("PUT", f"/tasks/{gid}", {"data": {"custom_fields": {field["gid"]: "DACH"}}}).status_code == 400


def test_tags_are_made_and_added_once(call: Caller, project: str) -> None:
    tag = make(call, f"/workspaces/{WORKSPACE}/tags", name="Cloud")["gid"]
    gid = make(call, "/tasks", name="a", projects=[project])["gid"]
    for _ in range(2):
        assert call("POST", f"/tasks/{gid}/addTag", {"data": {"tag": tag}}).status_code == 200
    assert [row["name"] for row in call("GET", f"/tasks/{gid}").json()["data"]["tags"]] == ["Cloud"]
    assert "Cloud" in names(call, f"/workspaces/{WORKSPACE}/tags")


def test_a_link_and_a_file_are_attached_and_twice_is_two(world: World, call: Caller, project: str) -> None:
    link = {"parent": project, "resource_subtype": "external", "url": "https://crm.example/9001", "name": "The deal"}
    made = call("POST", "/attachments", data=link).json()["data"]
    assert (made["resource_subtype"], made["view_url"]) == ("external", "https://crm.example/9001")
    for _ in range(2):
        answer = call("POST", "/attachments", data={"parent": project}, files={"file": ("M%C3%BCller.pdf", b"%PDF")})
        assert answer.status_code == 200
    rows = call("GET", f"/attachments?parent={project}&opt_fields=name,size").json()["data"]
    assert [(row["name"], row["size"]) for row in rows] == [("The deal", None), ("Müller.pdf", 4), ("Müller.pdf", 4)]
    assert [row["name"] for row in world.asana.project(project)["attachments"]] == [
        "The deal",
        "Müller.pdf",
        "Müller.pdf",
    ]
    assert call("POST", "/attachments", data=link | {"url": "javascript:alert(1)"}).status_code == 400
    assert call("POST", "/attachments", data={"parent": "1", "name": "x"}).status_code == 404
    assert call("POST", "/attachments", {"data": link}).status_code == 400


def test_the_board_shows_sections_tasks_and_what_people_change_by_hand(
    world: World, call: Caller, project: str, section: str
) -> None:
    place = [{"project": project, "section": section}]
    first = make(call, "/tasks", name="Plan", memberships=place)["gid"]
    second = make(call, "/tasks", name="Do", memberships=place)["gid"]
    call("POST", f"/tasks/{second}/addDependencies", {"data": {"dependencies": [first]}})
    version = world.version
    world.asana.complete(first)
    world.asana.edit_task(second, assignee="mei@acme.example", due_on="2027-02-01")
    assert world.version > version
    board = world.asana.project(project)
    assert [row["name"] for row in board["sections"]] == ["Untitled section", "Discovery"]
    plan, do = board["sections"][1]["tasks"]
    assert (plan["completed"], do["assignee_name"], do["due_on"]) == (True, "Mei Lin", "2027-02-01")
    assert do["dependencies"] == ["Plan"]
    assert call("GET", f"/tasks/{second}?opt_fields=assignee.name").json()["data"]["assignee"]["name"] == "Mei Lin"
    world.asana.delete("task", first)
    assert [row["name"] for row in world.asana.project(project)["sections"][1]["tasks"]] == ["Do"]
    assert call("GET", f"/tasks/{second}/dependencies").json()["data"] == []


def test_followers_are_added_and_tasks_and_attachments_deleted(call: Caller, project: str) -> None:
    gid = make(call, "/tasks", name="a", projects=[project])["gid"]
    path = f"/tasks/{gid}/addFollowers"
    followed = call("POST", path, {"data": {"followers": ["dev@acme.example", "dev@acme.example"]}}).json()["data"]
    assert [row["name"] for row in followed["followers"]] == ["Dev Patel"]
    link = {"parent": gid, "resource_subtype": "external", "url": "https://crm.example/9001", "name": "The deal"}
    attachment = call("POST", "/attachments", data=link).json()["data"]["gid"]
    assert call("GET", f"/attachments/{attachment}").json()["data"]["parent"]["gid"] == gid
    assert call("DELETE", f"/attachments/{attachment}").json() == {"data": {}}
    assert call("GET", f"/attachments?parent={gid}").json()["data"] == []
    assert call("DELETE", f"/tasks/{gid}").status_code == 200
    assert names(call, f"/projects/{project}/tasks") == []


def test_a_tag_can_be_made_without_the_workspace_in_the_path(call: Caller) -> None:
    assert make(call, "/tags", name="DACH", workspace=WORKSPACE)["name"] == "DACH"
    assert call("POST", "/tags", {"data": {"name": "DACH"}}).status_code == 400
