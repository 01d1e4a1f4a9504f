"""What Baton writes to HubSpot: only what differs, only where it may, the mark once and for all."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.errors import Declined
from sandbox.world import World
from tests.connectors.crm.hubspot.files import load
from tests.connectors.stands import connect, served
from tests.connectors.wire import Reply, Wire

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LINKS = {"workspace_url": "https://app.asana.com/1/2/project/3", "channel_url": "https://acme.slack.com/archives/C1"}


def values(world: World, deal_id: str = "9001") -> dict[str, str]:
    return {
        name: value
        for name, value in world.hubspot.deal(deal_id)["properties"].items()
        if name.startswith("baton_") and value
    }


@pytest.mark.req("R32")
def test_the_mark_is_a_property_by_default_and_the_stage_stays(crm: Any, world: World) -> None:
    world.hubspot.win("9001")
    crm.mark_migrated("9001", at=AT, **LINKS)
    assert values(world) == {
        "baton_handover_status": "closed_migrated",
        "baton_workspace_url": LINKS["workspace_url"],
        "baton_channel_url": LINKS["channel_url"],
        "baton_migrated_at": "2026-11-20T09:30:00.000Z",
    }
    assert world.hubspot.deal("9001")["properties"]["dealstage"] == "closedwon"


def test_marking_again_changes_nothing_and_keeps_the_first_moment(crm: Any, world: World) -> None:
    crm.mark_migrated("9001", at=AT, **LINKS)
    changed = world.hubspot.deal("9001")["properties"]["hs_lastmodifieddate"]
    world.clock.advance(60)
    crm.mark_migrated("9001", at=datetime(2026, 12, 1, tzinfo=UTC), **LINKS)
    assert world.hubspot.deal("9001")["properties"]["hs_lastmodifieddate"] == changed
    assert values(world)["baton_migrated_at"] == "2026-11-20T09:30:00.000Z"


def test_states_and_links_are_written_and_an_empty_link_clears_nothing(crm: Any, world: World) -> None:
    crm.write_links("9001", status="scoped", workspace_url="", channel_url=LINKS["channel_url"])
    assert values(world) == {"baton_handover_status": "scoped", "baton_channel_url": LINKS["channel_url"]}
    crm.write_links("9001", status="provisioned", workspace_url=LINKS["workspace_url"], channel_url="")
    assert values(world) == {
        "baton_handover_status": "provisioned",
        "baton_channel_url": LINKS["channel_url"],
        "baton_workspace_url": LINKS["workspace_url"],
    }


@pytest.mark.req("R32")
def test_a_later_state_never_takes_the_mark_back(crm: Any, world: World) -> None:
    crm.mark_migrated("9001", at=AT, **LINKS)
    crm.write_links("9001", status="in_progress", **LINKS)
    assert values(world)["baton_handover_status"] == "closed_migrated"


def test_a_state_which_the_property_does_not_know_is_added_and_the_others_stay(crm: Any, world: World) -> None:
    crm.write_links("9001", status="scoped", **LINKS)
    crm.write_links("9001", status="shadow_mode", **LINKS)
    assert values(world)["baton_handover_status"] == "shadow_mode"
    crm.write_links("9001", status="scoped", **LINKS)
    assert values(world)["baton_handover_status"] == "scoped"


def test_no_two_options_of_the_state_have_one_label(crm: Any, world: World) -> None:
    """HubSpot refuses a property whose options share one: the first that is written, and one that an admin named so."""
    crm.write_links("9001", status="workspace_ready", **LINKS)
    assert values(world)["baton_handover_status"] == "workspace_ready"
    crm.write_links("9001", status="on_Hold", **LINKS)
    assert values(world)["baton_handover_status"] == "on_Hold"


def test_a_property_that_was_removed_meanwhile_is_made_again(crm: Any, world: World) -> None:
    crm.write_links("9001", status="scoped", **LINKS)
    world.hubspot.properties.remove("deals", "baton_handover_status")
    crm.write_links("9002", status="scoped", **LINKS)
    assert values(world, "9002")["baton_handover_status"] == "scoped"


def test_a_refusal_names_the_property_and_not_what_was_to_be_written(world: World) -> None:
    table = {"migrated": {"property": "dealtype", "value": "handed over"}}
    with pytest.raises(Declined) as raised:
        connect("hubspot", served(world), table=table).mark_migrated("9001", at=AT, **LINKS)
    assert raised.value.words == "Property values were not valid (property dealtype)"


def test_a_second_connection_finds_the_properties_already_there(crm: Any, world: World) -> None:
    crm.write_links("9001", status="scoped", **LINKS)
    connect("hubspot", served(world)).write_links("9002", status="scoped", **LINKS)
    assert values(world, "9002")["baton_handover_status"] == "scoped"


def _by_stage(world: World, stage: str) -> Any:
    return connect("hubspot", served(world), table={"migrated": {"stage": stage}})


@pytest.mark.req("R32")
def test_the_mark_may_be_a_won_stage(world: World) -> None:
    world.hubspot.win("9001")
    crm = _by_stage(world, "1190044")
    won_since = crm.read_deal("9001").won_epoch
    crm.mark_migrated("9001", at=AT, **LINKS)
    crm.mark_migrated("9001", at=AT, **LINKS)
    assert world.hubspot.deal("9001")["properties"]["dealstage"] == "1190044"
    assert crm.read_deal("9001").won_epoch == won_since
    assert "baton_handover_status" not in values(world)


@pytest.mark.parametrize(
    ("stage", "words"),
    [("contractsent", "not a won one"), ("closedlost", "not a won one"), ("424242", "in no pipeline")],
)
def test_a_stage_that_is_not_won_is_never_written(world: World, stage: str, words: str) -> None:
    world.hubspot.win("9001")
    crm = _by_stage(world, stage)
    with pytest.raises(Declined, match=words):
        crm.mark_migrated("9001", at=AT, **LINKS)
    assert world.hubspot.deal("9001")["properties"]["dealstage"] == "closedwon"
    assert [line.words for line in crm.check() if not line.ok and words in line.words]


def test_a_deal_that_was_reopened_meanwhile_is_not_pushed_back_to_won(world: World) -> None:
    with pytest.raises(Declined, match="not won any more"):
        _by_stage(world, "1190044").mark_migrated("9001", at=AT, **LINKS)
    assert world.hubspot.deal("9001")["properties"]["dealstage"] == "contractsent"


def test_a_deleted_deal_is_a_step_for_a_person(crm: Any, world: World) -> None:
    world.hubspot.delete("9001")
    with pytest.raises(Declined, match="not there any more"):
        crm.write_links("9001", status="scoped", **LINKS)


def test_a_merged_deal_is_written_under_its_surviving_id(crm: Any, world: World) -> None:
    survivor = world.hubspot.merge("9001", "9002", new_id=True)["id"]
    crm.write_links("9002", status="scoped", **LINKS)
    assert values(world, survivor)["baton_handover_status"] == "scoped"


def test_without_the_right_to_make_properties_a_person_is_told_which_one() -> None:
    deal = {"id": "9001", "properties": {}}
    refusal = load("error__missing_scopes")
    replies = (Reply(200, {"portalId": 1}), Reply(200, deal), Reply(404, {}), Reply(403, refusal))
    with Wire(*replies) as wire, pytest.raises(Declined) as raised:
        connect("hubspot", {"HUBSPOT_TOKEN": "t", "HUBSPOT_API_URL": wire.url}).write_links(
            "9001", status="scoped", **LINKS
        )
    assert "create it by hand" in raised.value.words
    assert "crm.schemas.deals.write" in raised.value.words


def test_a_note_is_escaped_and_no_entry_of_the_deal_afterwards(crm: Any, world: World) -> None:
    before = crm.read_deal("9001").notes
    crm.make_note("9001", text="Handover <b>HO-42</b>\n\nWorkspace: x & y", marker="baton:k7f3:HO-42:note")
    (note,) = [row for row in world.hubspot.deal("9001")["notes"] if "HO-42" in str(row)]
    assert "&lt;b&gt;HO-42" in str(note)
    assert crm.read_deal("9001").notes == before


def test_a_note_too_long_is_declined_before_it_is_sent(crm: Any) -> None:
    with pytest.raises(Declined, match="longer than HubSpot takes"):
        crm.make_note("9001", text="x" * 65_536, marker="baton:k7f3:HO-42:note")
    assert crm.find_note("9001", "baton:k7f3:HO-42:note") is None
