"""What a client gets in Asana: exactly the right that was asked for, or nothing and a sentence."""

from datetime import date
from typing import Any

import pytest

from bot.errors import Declined
from bot.ports import Access, Member, ProjectSpec
from sandbox.world import World
from tests.connectors.stands import connect, served
from tests.connectors.wire import Reply, Wire

pytestmark = pytest.mark.req("R26")
MARIA = Member("m.klein@abcfintech.example", "Maria Klein", right="comment")
JONAS = Member("j.weber@abcfintech.example", "Jonas Weber", right="view")


@pytest.fixture
def project(tool: Any) -> str:
    spec = ProjectSpec("X", "baton:k7f3:HO-42", date(2026, 12, 7), date(2027, 1, 7), "ben@acme.example", "", ())
    return str(tool.make_project(spec).id)


def levels(world: World, project: str) -> dict[str, str]:
    return {row["email"]: row["access_level"] for row in world.asana.project(project)["members"]}


@pytest.mark.req("R36")
def test_a_client_is_invited_to_comment_and_twice_is_once(tool: Any, project: str, world: World) -> None:
    first = tool.invite_client(project, MARIA)
    second = tool.invite_client(project, MARIA)
    assert first.id == second.id
    assert levels(world, project)[MARIA.email] == "commenter"
    assert tool.access(project) == (Access(MARIA.email, "comment"),)


def test_view_only_is_declined_rather_than_made_comment(tool: Any, project: str, world: World) -> None:
    with pytest.raises(Declined, match=r"did not accept view-only.*Nobody was given more"):
        tool.invite_client(project, JONAS)
    assert JONAS.email not in levels(world, project)


def test_a_client_who_could_edit_is_brought_down_to_what_was_asked(tool: Any, project: str, world: World) -> None:
    world.asana.people.invite(MARIA.email)
    tool.add_member(project, Member(MARIA.email, MARIA.name, right="editor"))
    assert tool.access(project) == (Access(MARIA.email, "edit"),)
    tool.invite_client(project, MARIA)
    assert levels(world, project)[MARIA.email] == "commenter"


@pytest.mark.parametrize("right", ["edit", "editor", "admin", ""])
def test_no_other_right_can_be_asked_for(tool: Any, project: str, world: World, right: str) -> None:
    with pytest.raises(Declined, match="comment or view"):
        tool.invite_client(project, Member(MARIA.email, MARIA.name, right=right))
    assert MARIA.email not in levels(world, project)


def test_a_plan_without_comment_only_is_a_step_by_hand(tool: Any, project: str, world: World) -> None:
    world.asana.plan = "free"
    with pytest.raises(Declined) as raised:
        tool.invite_client(project, MARIA)
    assert raised.value.status == 402
    assert "does not allow comment-only guests" in raised.value.words
    assert MARIA.email not in str(raised.value)
    assert MARIA.email not in levels(world, project)


def test_a_right_that_was_changed_on_the_way_is_taken_back() -> None:
    """A vendor that answers "editor" to a request for "commenter" must not keep the client in."""
    found, nobody = Reply(200, {"data": {"gid": "7"}}), Reply(200, {"data": []})
    editor = Reply(201, {"data": {"gid": "70", "access_level": "editor"}})
    with Wire(found, nobody, editor, Reply(200, {"data": {}})) as wire:
        tool = connect("asana", {"ASANA_TOKEN": "t", "ASANA_API_URL": wire.url}, table={"workspace": 1})
        with pytest.raises(Declined, match="taken out again"):
            tool.invite_client("1", MARIA)
    assert (wire.requests[-1]["method"], wire.requests[-1]["path"]) == ("DELETE", "/memberships/70")


def test_an_answer_without_the_right_is_looked_up() -> None:
    found, nobody = Reply(200, {"data": {"gid": "7"}}), Reply(200, {"data": []})
    silent, commenter = Reply(201, {"data": {"gid": "70"}}), Reply(200, {"data": {"access_level": "commenter"}})
    with Wire(found, nobody, silent, commenter) as wire:
        tool = connect("asana", {"ASANA_TOKEN": "t", "ASANA_API_URL": wire.url}, table={"workspace": 1})
        assert tool.invite_client("1", MARIA).id == "70"


def test_our_own_people_are_not_clients(tool: Any, project: str, world: World) -> None:
    tool.add_member(project, Member("dev@acme.example", "Dev Patel"))
    assert tool.access(project) == ()
    assert [entry.email for entry in tool.access(project, also={"dev@acme.example"})] == ["dev@acme.example"]
    strict = connect("asana", served(world), table={"our_domains": ["@Other.example"]})
    assert {entry.email for entry in strict.access(project)} == {"baton@acme.example", "dev@acme.example"}
