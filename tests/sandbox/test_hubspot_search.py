"""The CRM stand-in's search: filters, the one sort, pages and the documented limits."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.stamps import millis
from sandbox.world import World
from tests.sandbox.vendors import Caller, hubspot_caller, served_world

PATH = "/crm/objects/2026-03/deals/search"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with served_world() as world:
        world.hubspot.burst.most = 100_000
        world.hubspot.searches.most = 100_000
        yield world


@pytest.fixture
def call(world: World) -> Caller:
    return hubspot_caller(world)


def ids(call: Caller, *filters: dict[str, Any], **more: Any) -> list[str]:
    body = {"filterGroups": [{"filters": list(filters)}] if filters else [], "limit": 100} | more
    answer = call("POST", PATH, body)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["results"]]


def where(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator} | ({} if value is None else {"value": value}) | more


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (where("dealstage", "IN", values=["closedwon", "1190044"]), ["9012", "9013"]),
        (where("dealstage", "EQ", "closedlost"), ["9014"]),
        (where("amount", "GT", "132500.50"), ["9007", "9010"]),
        (where("amount", "GTE", "132500.50"), ["9002", "9007", "9010"]),
        (where("amount", "LT", "15000"), ["9008"]),
        (where("amount", "BETWEEN", "18400", highValue="27500"), ["9004", "9011", "9013"]),
        (where("amount", "NOT_HAS_PROPERTY"), ["9006"]),
        (where("dealname", "CONTAINS_TOKEN", "cloud*"), ["9001"]),
        (where("dealname", "CONTAINS_TOKEN", "plat"), []),
        (where("hs_is_closed_won", "EQ", "true"), ["9012", "9013"]),
        (where("service_line", "IN", values=["data"]), ["9002", "9011", "9013"]),
    ],
)
def test_a_filter_finds_exactly_what_it_says(call: Caller, row: dict[str, Any], expected: list[str]) -> None:
    assert ids(call, row) == expected


def test_filters_of_a_group_are_all_needed_and_groups_are_alternatives(call: Caller) -> None:
    won, small = where("hs_is_closed_won", "EQ", "true"), where("amount", "LT", "20000")
    assert ids(call, won, small) == ["9013"]
    groups = [{"filters": [won]}, {"filters": [small]}]
    assert ids(call, filterGroups=groups) == ["9008", "9012", "9013", "9014"]


def test_moments_compare_as_milliseconds_and_as_iso(world: World, call: Caller) -> None:
    moment = world.hubspot.deal("9013")["properties"]["hs_lastmodifieddate"]
    won = where("hs_is_closed_won", "EQ", "true")
    assert ids(call, won, where("hs_lastmodifieddate", "GTE", str(millis(moment)))) == ["9013"]
    assert ids(call, won, where("hs_lastmodifieddate", "GT", moment)) == []


def test_a_query_finds_words_by_their_beginning_in_any_order(call: Caller) -> None:
    assert ids(call, query="migr abc") == ["9001"]
    assert ids(call, query="倉庫") == ["9007"]
    assert ids(call, query="nothing like that") == []


def test_one_sort_is_taken_as_text_or_object_and_two_are_refused(call: Caller) -> None:
    row = where("dealstage", "IN", values=["closedwon", "1190044", "closedlost"])
    assert ids(call, row, sorts=["amount"]) == ["9014", "9013", "9012"]
    assert ids(call, row, sorts=[{"propertyName": "amount", "direction": "DESCENDING"}]) == ["9012", "9013", "9014"]
    assert call("POST", PATH, {"filterGroups": [], "sorts": ["amount", "dealname"]}).status_code == 400


def test_pages_follow_each_other_by_row(call: Caller) -> None:
    first = call("POST", PATH, {"filterGroups": [], "limit": 10, "properties": ["dealname"]}).json()
    assert (first["total"], len(first["results"]), first["paging"]["next"]["after"]) == (14, 10, "10")
    last = call("POST", PATH, {"filterGroups": [], "limit": 10, "after": "10"}).json()
    assert len(last["results"]) == 4
    assert "paging" not in last


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 200, "after": "9801"},
        {"filterGroups": [{"filters": [where("amount", "GT", "1")]}] * 6},
        {"filterGroups": [{"filters": [where("amount", "GT", "1")] * 7}]},
        {"filterGroups": [{"filters": [where("amount", "GT", "1")] * 5}] * 4},
        {"filterGroups": [{"filters": [where("no_such_property", "EQ", "1")]}]},
        {"filterGroups": [{"filters": [where("amount", "LIKE", "1")]}]},
        {"query": "x" * 3000},
    ],
)
def test_what_breaks_a_documented_limit_is_400(call: Caller, body: dict[str, Any]) -> None:
    assert call("POST", PATH, body).status_code == 400


def test_the_last_readable_page_ends_at_ten_thousand(call: Caller) -> None:
    assert call("POST", PATH, {"limit": 200, "after": "9800"}).status_code == 200


def test_the_sixth_search_in_a_second_is_refused(world: World, call: Caller) -> None:
    world.hubspot.searches.most = 5
    world.clock.advance(2)
    try:
        answers = [call("POST", PATH, {"filterGroups": []}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert answers[-1].json()["policyName"] == "SECONDLY"
        world.clock.advance(1.1)
        assert call("POST", PATH, {"filterGroups": []}).status_code == 200
    finally:
        world.hubspot.searches.most = 100_000


def test_a_change_is_found_only_after_the_search_lag(world: World, call: Caller) -> None:
    world.hubspot.search_lag = 30
    try:
        world.hubspot.edit("9004", dealname="Lumen – Renamed")
        assert ids(call, query="lumen") == []
        assert hubspot_caller(world)("GET", "/crm/objects/2026-03/deals/9004").status_code == 200
        world.clock.advance(31)
        assert ids(call, query="lumen renamed") == ["9004"]
    finally:
        world.hubspot.search_lag = 0
