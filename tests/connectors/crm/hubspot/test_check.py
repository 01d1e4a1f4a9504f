"""HubSpot's self-check: each wrong setting is one line with the next step."""

from typing import Any

import pytest

from sandbox.world import World
from tests.connectors.crm.hubspot.files import load
from tests.connectors.stands import connect, served
from tests.connectors.wire import Reply, Wire


def wrong(world: World, table: dict[str, Any]) -> dict[str, str]:
    """The lines that are not right."""
    return {line.name: line.words for line in connect("hubspot", served(world), table=table).check() if not line.ok}


@pytest.mark.parametrize(
    ("table", "name", "words"),
    [
        ({"portal_id": 1}, "credential", "another HubSpot account"),
        ({"pipelines": ["nowhere"]}, "stages", "no pipeline nowhere"),
        ({"closing_stages": ["nowhere"]}, "stages", "no stage nowhere"),
        ({"migrated": {"stage": "closedlost"}}, "closed and migrated", "not a won one"),
        ({"fields": {"risks": "risk_list"}}, "properties", "no property risk_list"),
        ({"tags": {"region": "company.territory"}}, "properties", "no property territory"),
        ({"migrated": {"property": "our_mark", "value": "done"}}, "properties", "no property our_mark"),
    ],
)
def test_a_wrong_setting_is_one_line(world: World, table: dict[str, Any], name: str, words: str) -> None:
    found = wrong(world, table)
    assert set(found) == {name}
    assert words in found[name]


def test_defaults_that_an_account_does_not_have_are_no_fault(world: World) -> None:
    assert wrong(world, {"closing_stages": ["contractsent"], "pipelines": ["default"]}) == {}


def test_without_a_client_secret_the_check_says_that_only_the_poll_works(world: World) -> None:
    env = served(world) | {"HUBSPOT_CLIENT_SECRET": ""}
    (line,) = [line for line in connect("hubspot", env).check() if line.name == "webhooks"]
    assert (line.ok, "polls only" in line.words) == (True, True)


def test_a_vendor_that_fails_midway_is_said_line_by_line(world: World) -> None:
    crm = connect("hubspot", served(world))
    world.faults.add("hubspot", "GET /crm/pipelines", "503", times=9)
    assert {line.name for line in crm.check() if not line.ok} == {"deals", "stages"}


def test_a_scope_that_only_a_whole_deal_needs_is_missed_before_the_first_win() -> None:
    account, rows = Reply(200, {"portalId": 1}), Reply(200, {"results": [{"id": "9001", "properties": {}}]})
    refused = Reply(403, load("error__missing_scopes"))
    with Wire(account, rows, refused, Reply(200, {"results": []})) as wire:
        lines = connect("hubspot", {"HUBSPOT_TOKEN": "t", "HUBSPOT_API_URL": wire.url}).check()
    assert [(line.name, line.words) for line in lines if not line.ok] == [
        ("deals", "the token needs crm.objects.deals.write: add it in HubSpot.")
    ]
