"""The project tool's stand-in over real HTTP: projects, sections, briefs, status, people, plans, limits."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.asana.people import TEAM, WORKSPACE
from sandbox.world import World
from tests.sandbox.vendors import Caller, asana_caller, served_world


@pytest.fixture(scope="module")
def served() -> Iterator[World]:
    with served_world(seeded=False) as world:
        yield world


@pytest.fixture
def world(served: World) -> World:
    """The same server with nothing in it."""
    served.shelf.clear()
    served.asana.plan = "paid"
    served.asana.window.most = 1_500
    served.clock.advance(61)
    served.faults.clear()
    return served


@pytest.fixture
def call(world: World) -> Caller:
    return asana_caller(world)


def make(call: Caller, path: str = "/projects", **fields: Any) -> dict[str, Any]:
    given = {"workspace": WORKSPACE, "name": "ABC Fintech – Cloud Migration – Dec2026"} if path == "/projects" else {}
    answer = call("POST", path, {"data": given | fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["data"]
    return made


def message(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["message"])


def test_a_call_without_the_right_token_is_401(world: World) -> None:
    answer = asana_caller(world, token="wrong")("GET", "/users/me")
    assert (answer.status_code, message(answer)) == (401, "Not Authorized")


def test_me_and_others_are_found_by_gid_and_by_address(call: Caller) -> None:
    assert call("GET", "/users/me").json()["data"]["email"] == "baton@acme.example"
    ben = call("GET", "/users/ben@acme.example?opt_fields=name").json()["data"]
    assert ben["name"] == "Ben Ortiz"
    assert call("GET", f"/users/{ben['gid']}").json()["data"]["workspaces"][0]["gid"] == WORKSPACE
    missing = call("GET", "/users/m.klein@abcfintech.example")
    assert (missing.status_code, "Unknown object" in message(missing)) == (404, True)


def test_the_workspace_lists_its_people_by_name_and_not_its_slack_guests(call: Caller) -> None:
    rows = call("GET", f"/workspaces/{WORKSPACE}/users").json()["data"]
    names = [row["name"] for row in rows]
    assert names == sorted(names)
    assert "Maria Klein" not in names
    assert set(rows[0]) == {"gid", "resource_type", "name"}
    assert call("GET", f"/workspaces/{WORKSPACE}").json()["data"]["is_organization"] is True
    assert call("GET", "/workspaces/1/users").status_code == 404


def test_a_project_is_made_with_one_section_and_an_address_in_the_browser(world: World, call: Caller) -> None:
    html = '<body><strong>DM</strong> Dev &amp; <a href="https://x.example">deal</a>\nbaton:HO-1</body>'
    dates = {"start_on": "2026-12-07", "due_on": "2027-04-07"}
    made = make(call, html_notes=html, privacy_setting="private", owner="dev@acme.example", **dates)
    assert made["permalink_url"] == f"{world.base_url}/board/{made['gid']}"
    assert made["notes"] == "DM Dev & deal\nbaton:HO-1"
    assert made["owner"]["name"] == "Dev Patel"
    assert "html_notes" not in made
    again = call("GET", f"/projects/{made['gid']}?opt_fields=html_notes,start_on,owner,workspace.name").json()["data"]
    assert again == {
        "gid": made["gid"], "html_notes": html, "start_on": "2026-12-07",
        "owner": {"gid": made["owner"]["gid"], "resource_type": "user"},
        "workspace": {"gid": WORKSPACE, "name": "Acme"},
    }  # fmt: skip
    sections = call("GET", f"/projects/{made['gid']}/sections").json()["data"]
    assert [row["name"] for row in sections] == ["Untitled section"]


def test_two_projects_of_one_name_are_two_projects(call: Caller) -> None:
    assert make(call)["gid"] != make(call)["gid"]
    rows = call("GET", f"/workspaces/{WORKSPACE}/projects?opt_fields=name").json()["data"]
    assert len({row["gid"] for row in rows}) == len(rows) == 2
    assert len({row["name"] for row in rows}) == 1


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"start_on": "2026-12-07"}, "start_on"),
        ({"start_on": "2026-12-07", "due_on": "2026-12-07"}, "start_on"),
        ({"start_on": "2026-12-08", "due_on": "2026-12-07"}, "start_on"),
        ({"due_on": "7 December"}, "due_on"),
        ({"privacy_setting": "secret"}, "privacy_setting"),
        ({"owner": "nobody@acme.example"}, "owner"),
        ({"name": " "}, "name"),
        ({"notes": "a", "html_notes": "<body>a</body>"}, "notes"),
        ({"workspace": ""}, "workspace"),
    ],
)
def test_a_project_that_asana_does_not_take_is_400_and_not_made(
    call: Caller, fields: dict[str, str], word: str
) -> None:
    answer = call("POST", "/projects", {"data": {"name": "X", "workspace": WORKSPACE} | fields})
    assert answer.status_code == 400
    assert message(answer).startswith(f"{word}:")
    assert call("GET", "/projects").json()["data"] == []


@pytest.mark.parametrize(
    "html",
    [
        "plain",
        "<body>a & b</body>",
        "<body><p>a</p></body>",
        "<body>a<br/>b</body>",
        "<body><strong>a</body>",
        "<div>a</div>",
        "<body><a onclick='x'>a</a></body>",
        "<body><h1>a</h1></body>",
        "<body><li>a</li></body>",
        "<!DOCTYPE body [<!ENTITY x 'y'>]><body>&x;</body>",
        "<body>a</body><body>b</body>",
    ],
)
def test_rich_text_that_is_not_asanas_xml_is_400(call: Caller, html: str) -> None:
    answer = call("POST", "/projects", {"data": {"name": "X", "workspace": WORKSPACE, "html_notes": html}})
    assert answer.status_code == 400
    assert "xml_parsing_error" in message(answer)


def test_headings_are_for_tasks_and_briefs_and_not_inside_lists(call: Caller) -> None:
    gid = make(call)["gid"]
    brief = "<body><h1>Why</h1>x<ul><li>a</li><li>b</li></ul></body>"
    made = make(call, f"/projects/{gid}/project_briefs", title="Brief", html_text=brief)
    assert made["html_text"] == brief
    task = {"name": "T", "projects": [gid], "html_notes": "<body><ul><li><h2>a</h2></li></ul></body>"}
    assert "inside a list item" in message(call("POST", "/tasks", {"data": task}))


def test_a_request_without_the_envelope_is_400(call: Caller) -> None:
    assert call("POST", "/projects", {"name": "X", "workspace": WORKSPACE}).status_code == 400
    assert call("POST", "/projects", content=b"{").status_code == 400


def test_an_update_changes_only_what_it_names(call: Caller) -> None:
    made = make(call, notes="old", due_on="2027-01-01")
    answer = call("PUT", f"/projects/{made['gid']}", {"data": {"name": "New"}}).json()["data"]
    assert (answer["name"], answer["notes"], answer["due_on"]) == ("New", "old", "2027-01-01")
    refused = call("PUT", f"/projects/{made['gid']}", {"data": {"start_on": "2026-12-01"}})
    assert "due_on or due_at must be present" in message(refused)


def test_sections_keep_their_order_and_can_be_renamed(call: Caller) -> None:
    gid = make(call)["gid"]
    path = f"/projects/{gid}/sections"
    first = make(call, path, name="Discovery")["gid"]
    make(call, path, name="Cut-over", insert_after=first)
    make(call, path, name="Kick-off", insert_before=first)
    assert call("PUT", f"/sections/{first}", {"data": {"name": "Analysis"}}).json()["data"]["name"] == "Analysis"
    names = [row["name"] for row in call("GET", path).json()["data"]]
    assert names == ["Untitled section", "Kick-off", "Analysis", "Cut-over"]
    assert call("POST", path, {"data": {"name": "X", "insert_after": "1"}}).status_code == 400


def test_lists_are_paged_by_an_opaque_offset(call: Caller) -> None:
    gids = [make(call)["gid"] for _ in range(5)]
    found: list[str] = []
    path = f"/workspaces/{WORKSPACE}/projects?limit=2"
    while path:
        page = call("GET", path).json()
        found += [row["gid"] for row in page["data"]]
        path = page["next_page"] and page["next_page"]["path"]
    assert found == gids
    assert call("GET", f"/workspaces/{WORKSPACE}/projects?limit=101").status_code == 400
    assert call("GET", f"/workspaces/{WORKSPACE}/projects?limit=2&offset=abc").status_code == 400


def test_an_invited_client_becomes_a_guest_and_may_comment(world: World, call: Caller) -> None:
    gid = make(call, privacy_setting="private")["gid"]
    path, who = f"/workspaces/{WORKSPACE}/addUser", {"data": {"user": "m.klein@abcfintech.example"}}
    guest = call("POST", path, who).json()["data"]["gid"]
    assert call("POST", path, who).json()["data"]["gid"] == guest
    member = make(call, "/memberships", parent=gid, member=guest, access_level="commenter")
    assert (member["access_level"], member["member"]["gid"]) == ("commenter", guest)
    again = make(call, "/memberships", parent=gid, member=guest, access_level="commenter")
    assert again["gid"] == member["gid"]
    rows = call("GET", f"/memberships?parent={gid}&member={guest}&opt_fields=access_level,member.email").json()["data"]
    assert [(row["access_level"], row["member"]["email"]) for row in rows] == [
        ("commenter", "m.klein@abcfintech.example")
    ]
    board = world.asana.project(gid)["members"]
    assert [(row["name"], row["guest"], row["access_level"]) for row in board] == [
        ("Baton", False, "admin"), ("m.klein", True, "commenter"),
    ]  # fmt: skip


def test_memberships_take_teams_and_refuse_levels_and_people_that_are_not_there(call: Caller) -> None:
    gid = make(call)["gid"]
    assert make(call, "/memberships", parent=gid, member=TEAM)["access_level"] == "editor"
    viewer = {"data": {"parent": gid, "member": "ben@acme.example", "access_level": "viewer"}}
    assert call("POST", "/memberships", viewer).status_code == 400
    nobody = {"data": {"parent": gid, "member": "nobody@acme.example"}}
    assert call("POST", "/memberships", nobody).status_code == 404
    assert call("POST", f"/workspaces/{WORKSPACE}/addUser", {"data": {"user": "no address"}}).status_code == 400


def test_a_project_has_one_brief_and_a_second_is_refused(call: Caller) -> None:
    gid = make(call)["gid"]
    brief = make(call, f"/projects/{gid}/project_briefs", title="B", html_text="<body>x</body>")["gid"]
    assert call("GET", f"/projects/{gid}?opt_fields=project_brief").json()["data"]["project_brief"]["gid"] == brief
    assert call("POST", f"/projects/{gid}/project_briefs", {"data": {"title": "C"}}).status_code == 400


def test_status_updates_are_listed_newest_first(call: Caller) -> None:
    gid = make(call)["gid"]
    for status in ("on_track", "at_risk"):
        make(call, "/status_updates", parent=gid, status_type=status, title=status, text="x")
    rows = call("GET", f"/status_updates?parent={gid}").json()["data"]
    assert [row["title"] for row in rows] == ["at_risk", "on_track"]
    assert (
        call("POST", "/status_updates", {"data": {"parent": gid, "status_type": "fine", "text": "x"}}).status_code
        == 400
    )


def test_the_free_plan_answers_402_to_what_has_to_be_paid(world: World, call: Caller) -> None:
    gid = make(call)["gid"]
    one, two = (make(call, "/tasks", name=name, projects=[gid])["gid"] for name in "ab")
    world.asana.plan = "free"
    calls: list[tuple[str, dict[str, Any]]] = [
        ("/custom_fields", {"workspace": WORKSPACE, "name": "Key", "resource_subtype": "text"}),
        (f"/projects/{gid}/project_briefs", {"title": "B"}),
        (f"/tasks/{one}/addDependencies", {"dependencies": [two]}),
        ("/tasks", {"name": "M", "projects": [gid], "resource_subtype": "milestone"}),
        ("/tasks", {"name": "M", "projects": [gid], "start_on": "2026-12-07", "due_on": "2026-12-09"}),
        ("/memberships", {"parent": gid, "member": "ben@acme.example", "access_level": "commenter"}),
    ]
    assert [call("POST", path, {"data": given}).status_code for path, given in calls] == [402] * len(calls)
    assert call("GET", f"/workspaces/{WORKSPACE}/custom_fields").status_code == 402
    assert call("POST", "/tasks", {"data": {"name": "Plain", "projects": [gid]}}).status_code == 201
    with pytest.raises(ValueError, match="gold"):
        world.asana.plan = "gold"


def test_the_limit_per_minute_names_the_seconds_to_wait(world: World, call: Caller) -> None:
    world.asana.window.most = 2
    assert [call("GET", "/users/me").status_code for _ in range(3)] == [200, 200, 429]
    refused = call("GET", "/users/me")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    world.clock.advance(60)
    assert call("GET", "/users/me").status_code == 200


def test_a_fault_answers_in_asanas_words_and_does_nothing(world: World, call: Caller) -> None:
    world.faults.add("asana", "POST /projects", "429", retry_after=7)
    world.faults.add("asana", "POST /projects", "500")
    body = {"data": {"workspace": WORKSPACE, "name": "X"}}
    slowed, broken = call("POST", "/projects", body), call("POST", "/projects", body)
    assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "7")
    assert (broken.status_code, "phrase" in broken.json()["errors"][0]) == (500, True)
    assert world.asana.projects() == []


def test_a_line_cut_after_the_effect_leaves_a_project_behind(world: World, call: Caller) -> None:
    world.faults.add("asana", "POST /projects", "drop_after")
    with pytest.raises(httpx.TransportError):
        call("POST", "/projects", {"data": {"workspace": WORKSPACE, "name": "X"}})
    assert [row["name"] for row in world.asana.projects()] == ["X"]


def test_unknown_things_and_paths_are_404_in_asanas_words(call: Caller) -> None:
    assert "Unknown object" in message(call("GET", "/projects/1"))
    assert call("GET", "/no/such/path").json()["errors"][0]["message"] == "No matching route for request"
    gid = make(call)["gid"]
    assert call("DELETE", f"/projects/{gid}").json() == {"data": {}}
    assert call("GET", f"/projects/{gid}").status_code == 404


def test_a_membership_is_read_changed_and_taken_away_by_its_gid(world: World, call: Caller) -> None:
    gid = make(call)["gid"]
    member = make(call, "/memberships", parent=gid, member="ben@acme.example")["gid"]
    assert call("GET", f"/memberships/{member}").json()["data"]["access_level"] == "editor"
    changed = call("PUT", f"/memberships/{member}", {"data": {"access_level": "admin"}}).json()["data"]
    assert changed["access_level"] == "admin"
    assert call("DELETE", f"/memberships/{member}").status_code == 200
    assert [row["name"] for row in world.asana.project(gid)["members"]] == ["Baton"]


def test_sections_briefs_and_workspaces_are_read_by_their_gid(call: Caller) -> None:
    gid = make(call)["gid"]
    section = call("GET", f"/projects/{gid}/sections").json()["data"][0]["gid"]
    assert call("GET", f"/sections/{section}").json()["data"]["project"]["gid"] == gid
    brief = make(call, f"/projects/{gid}/project_briefs", title="B", html_text="<body>x</body>")["gid"]
    assert call("GET", f"/project_briefs/{brief}").json()["data"]["title"] == "B"
    assert [row["gid"] for row in call("GET", "/workspaces").json()["data"]] == [WORKSPACE]
    assert len(call("GET", "/users").json()["data"]) == len(
        call("GET", f"/workspaces/{WORKSPACE}/users").json()["data"]
    )
