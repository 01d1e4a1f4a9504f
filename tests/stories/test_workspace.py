"""The workspace as delivery finds it: whose each task is, what hangs in it, who is in it, and how it is planned."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from blocks import ids, mrkdwn
from bot import gate
from bot.deal import DocumentKind
from sandbox import company
from tests.stories import walk
from tests.stories.stage import Stage, staged, table

TEAM = {"delivery": "mei", "qa": "rafi", "design": "nico", "dev": "olga"}
REPOSITORY = "https://git.acme.example/abc/migration"


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[Stage]:
    """A company with a team by function, and a deal that names its repository, up to the workspace."""
    people = table()["people"]
    functions = {name: [f"{key}@acme.example"] for name, key in TEAM.items()}
    with staged(tmp_path, people={**people, "functions": functions}) as stage:
        crm = stage.world.hubspot
        field = {"name": "repository_url", "label": "Repository", "type": "string", "fieldType": "text"}
        crm.properties.create("deals", field | {"groupName": "dealinformation"})
        crm.edit(walk.ABC, repository_url=REPOSITORY)
        stage.start()
        for key in TEAM.values():
            stage.hands.command(key, "C0GENERAL1", "help")
        stage.settle()
        walk.won(stage)
        walk.scope(stage)
        yield stage


def tasks(stage: Stage) -> list[dict[str, Any]]:
    """The tasks of the project, without its milestones."""
    sections = stage.world.asana.projects()[0]["sections"]
    return [task for one in sections for task in one["tasks"] if task["resource_subtype"] != "milestone"]


@pytest.mark.req("R22", "R23")
def test_every_task_has_an_owner_and_a_deadline(staffed: Stage) -> None:
    """By the function that does it: the team's person, else the project manager; none is nobody's."""
    found = tasks(staffed)
    assert len(found) > 10
    assert [task["name"] for task in found if not task["assignee_name"] or not task["due_on"]] == []
    team = {company.by_key(key).name for key in (*TEAM.values(), "ben", "ana", "chloe", "dev")}
    owners = {task["assignee_name"] for task in found}
    assert owners <= team
    assert owners & {company.by_key(TEAM["dev"]).name, company.by_key(TEAM["qa"]).name}


@pytest.mark.req("R24")
def test_documents_and_repository_hang_in_the_project(staffed: Stage) -> None:
    """Each document of the deal, the confirmed scope and the repository, by their own addresses.

    The client may come into the workspace: the presale papers, whose names tell of prices, stay in Slack.
    """
    handover = staffed.handover()
    there = {row["view_url"] for row in staffed.world.asana.projects()[0]["attachments"]}
    documents = {document.url for document in handover.deal.documents if document.kind is not DocumentKind.PRESALE}
    inside = {document.url for document in handover.deal.documents} - documents
    assert len(documents) >= 2
    assert documents | {handover.scope_document, REPOSITORY} <= there
    assert inside
    assert not inside & there


@pytest.mark.req("R25")
def test_the_internal_team_is_in_the_project_and_in_the_channel(staffed: Stage) -> None:
    """Delivery, QA, design and development, beside the role holders."""
    members = {row["email"] for row in staffed.world.asana.projects()[0]["members"]}
    everybody = [*TEAM.values(), "ana", "ben", "chloe", "dev"]
    assert {f"{key}@acme.example" for key in everybody} <= members
    inside = set(staffed.world.slack.members(staffed.handover().channel_id))
    assert {walk.user_id(key) for key in everybody} <= inside


def says_date(stage: Stage, day: date) -> None:
    """Ana says which date really matters."""
    post = "list:sales_rep" if "date.add" in str(stage.post("list:sales_rep")["blocks"]) else "root"
    walk.click(stage, "ana", post, "date.add" if post != "root" else ids.ADD_CONTEXT)
    if post == "root":
        stage.hands.choose_view("ana", walk.modal(stage, "ana")["id"], ids.ADD_KIND, "real_deadline")
    values = {
        "words": {"words": "Their board meets"},
        "real_deadline.real_date": {"real_deadline.real_date": day.isoformat()},
    }
    walk.submit(stage, "ana", values)
    stage.settle()


@pytest.mark.req("R58")
def test_the_plan_ends_by_the_date_that_matters_to_the_client(http_stage: Stage) -> None:
    """Their board meets three weeks before the contract's date: the work is planned to be live by then."""
    handover = walk.won(http_stage)
    assert handover.end is not None
    matters = handover.end - timedelta(weeks=3)
    says_date(http_stage, matters)
    walk.scope(http_stage)
    project = http_stage.world.asana.projects()[0]
    live = next(one for one in project["sections"] if one["name"] == "Go-Live")
    assert live["tasks"]
    assert max(date.fromisoformat(task["due_on"]) for task in live["tasks"]) <= matters
    assert date.fromisoformat(project["due_on"]) == handover.end
    assert "the date that matters" not in walk.shown(http_stage.post("list:pm"))

    says_date(http_stage, matters - timedelta(weeks=4))
    told = walk.shown(http_stage.post("list:pm"))
    assert f"end after the date that matters ({mrkdwn.day(matters - timedelta(weeks=4))})" in told


@pytest.mark.req("R8", "R175")
def test_only_what_was_agreed_reaches_the_workspace_and_every_promise_ends_somewhere(scoped_stage: Stage) -> None:
    """A promise in scope becomes a task; one that is open or declined does not, and an open one shuts the gate."""

    def agreed() -> list[str]:
        return [task["name"] for task in tasks(scoped_stage) if task["name"].startswith("Agreed scope item")]

    decided = [e.point.disposition for e in scoped_stage.handover().entries if e.kind == "commitment" and e.point]
    assert decided == ["in_scope", "in_scope"]
    assert len(agreed()) == 2
    scoped_stage.hands.command("ana", walk.HERE, "commit ABC free parking for all")
    scoped_stage.settle()
    (parking,) = [entry.id for entry in scoped_stage.handover().entries if entry.open]
    assert len(agreed()) == 2
    assert any(turn.action == "answer_points" for turn in gate.missing(scoped_stage.handover()))
    walk.click(scoped_stage, "ben", "list:pm", "points.answer")
    view = walk.modal(scoped_stage, "ben")
    scoped_stage.hands.choose_view("ben", view["id"], "points.choice", "declined", block_id=f"point:{parking}")
    walk.submit(scoped_stage, "ben", {f"point:{parking}:told_by": {f"point:{parking}:told_by": "Ana, by phone"}})
    scoped_stage.settle()
    assert len(agreed()) == 2
    assert "parking" not in str(scoped_stage.world.asana.projects())
    assert not any(turn.action == "answer_points" for turn in gate.missing(scoped_stage.handover()))
