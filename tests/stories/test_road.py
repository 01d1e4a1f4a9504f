"""The whole road, told through the front door, over HTTP and over Socket Mode."""

import pytest

from bot.handover import State, StepState
from bot.people import Role
from tests.stories import walk
from tests.stories.stage import Stage


@pytest.mark.req("R1", "R3", "R31", "R32", "R39", "R51", "R63", "R225")
def test_a_won_deal_walks_through_to_a_validated_project(stage: Stage) -> None:
    """Win → thread → context → points → scope → workspace → three signatures → the gate → "Closed → Migrated"."""
    handover = walk.whole(stage)

    assert handover.state is State.IN_PROGRESS
    assert {s.role for s in handover.signatures if s.stands} == {Role.DELIVERY_MANAGER, Role.PM, Role.SALES_REP}
    assert all(step.state is StepState.DONE for step in handover.steps)
    deal = stage.world.hubspot.deal(walk.ABC)
    assert deal is not None
    kept = stage.world.hubspot.properties.one("deals", "baton_handover_status")
    labels = {option["value"]: option["label"] for option in kept["options"]}
    assert labels[deal["properties"]["baton_handover_status"]] == "Closed → Migrated"
    assert deal["properties"]["baton_workspace_url"] == handover.workspace_url
    assert not stage.parked()


@pytest.mark.req("R17", "R18", "R21", "R27")
def test_the_workspace_has_the_sops_name_dates_milestones_tasks_and_links(http_stage: Stage) -> None:
    """The project in the tool is what the SOP asks for, and nothing of the record's own words is in it."""
    walk.won(http_stage)
    walk.context(http_stage)
    walk.points(http_stage)
    walk.scope(http_stage)
    project = http_stage.world.asana.projects()[0]
    handover = http_stage.handover()

    assert project["name"] == handover.workspace_name
    assert handover.workspace_name.startswith("ABC Fintech – Cloud Migration – ")
    assert (project["start_on"], project["due_on"]) == (str(handover.start), str(handover.end))
    names = [section["name"] for section in project["sections"] if section["tasks"]]
    assert names == ["Discovery", "Build", "UAT", "Go-Live", "Optimization"]
    tasks = [task for section in project["sections"] for task in section["tasks"]]
    assert tasks
    assert all(task["due_on"] for task in tasks)
    assert "Weekly call" not in str(project)
    assert "Maria Klein" not in str(project)
    channel = http_stage.world.slack.channel(handover.channel_id)
    assert channel is not None
    assert channel["name"].startswith("proj-abc-fintech-cloud-migration-")
    assert channel["is_private"]
    assert {walk.user_id(key) for key in ("ana", "ben", "chloe", "dev")} <= set(
        http_stage.world.slack.members(handover.channel_id)
    )
    assert len(http_stage.world.slack.pins(handover.channel_id)) == 1
    links = {bookmark["title"] for bookmark in http_stage.world.slack.bookmarks(handover.channel_id)}
    assert {"Deal in the CRM", "Workspace", "Handover thread"} <= links


@pytest.mark.req("R48", "R49", "R205")
@pytest.mark.parametrize("stage", ["http", "socket"], indirect=True)
def test_a_win_opens_one_thread_with_a_list_for_each_role(stage: Stage) -> None:
    """One root, four lists, "What we know", one reply that rings; no congratulation."""
    handover = walk.won(stage)
    messages = [m for m in stage.channel() if m.get("bot_id")]
    roots = [m for m in messages if m.get("thread_ts") in (None, m["ts"])]
    replies = [m for m in messages if m not in roots]

    assert len(roots) == 1
    names = {post.name for post in handover.posts}
    assert {"root", "list:sales_rep", "list:pm", "list:csm", "list:delivery_manager", "know"} <= names
    assert len(replies) == 6
    ringing = [m for m in messages if "<@U" in str(m.get("blocks"))]
    assert len(ringing) == 1


@pytest.mark.req("R4")
def test_with_every_webhook_lost_the_poll_opens_the_handover(http_stage: Stage) -> None:
    """The reconcile poll runs from the first day."""
    from handlers.schedule import reconcile  # noqa: PLC0415 - the function that the scheduler calls

    http_stage.world.hubspot.webhooks.drop_all = True
    http_stage.world.hubspot.win(walk.ABC)
    http_stage.settle()
    with http_stage.deps.store.read() as reader:
        assert reader.handover(1) is None
    reconcile(http_stage.deps, "hubspot")
    http_stage.settle()
    assert http_stage.handover().state is State.WON
    reconcile(http_stage.deps, "hubspot")
    http_stage.settle()
    with http_stage.deps.store.read() as reader:
        assert reader.handover(2) is None


@pytest.mark.req("R62", "R223")
def test_an_open_deal_can_be_tracked_and_keeps_everything_when_it_is_won(http_stage: Stage) -> None:
    """Capture begins before the close, on the same record."""
    walk.tracked(http_stage, "ABC Fintech")
    assert http_stage.handover().state is State.PRESALE
    said = http_stage.hands.command("ana", walk.HERE, "commit ABC weekly call until go-live")
    assert "Saved 1 promise" in str(said.body)
    handover = walk.won(http_stage)
    assert handover.id == 1
    assert [e.text for e in handover.entries if e.author] == ["weekly call until go-live"]
