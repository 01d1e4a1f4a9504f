"""The CRM stand-in's account: pipelines, property definitions, labels, time zone; and the demo deals."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from sandbox import child, deals
from sandbox.clock import Clock
from sandbox.shelf import Shelf
from sandbox.world import World
from tests.sandbox.vendors import Caller, hubspot_caller, served_world

PROPERTIES = "/crm/properties/2026-03/deals"


@pytest.fixture
def world() -> Iterator[World]:
    with served_world() as world:
        yield world


@pytest.fixture
def call(world: World) -> Caller:
    return hubspot_caller(world)


@pytest.mark.parametrize("base", ["/crm/pipelines/2026-03/deals", "/crm/v3/pipelines/deals"])
def test_stages_say_won_lost_and_open_in_text(call: Caller, base: str) -> None:
    pipeline = call("GET", base).json()["results"][0]
    stages = {stage["id"]: stage["metadata"] for stage in pipeline["stages"]}
    assert pipeline["id"] == "default"
    assert stages["contractsent"] == {"isClosed": "false", "probability": "0.9"}
    assert stages["closedwon"] == stages["1190044"] == {"isClosed": "true", "probability": "1.0"}
    assert stages["closedlost"] == {"isClosed": "true", "probability": "0.0"}


def test_ticket_stages_say_open_and_closed(call: Caller) -> None:
    stages = call("GET", "/crm/pipelines/2026-03/tickets/0/stages").json()["results"]
    assert [stage["metadata"]["ticketState"] for stage in stages] == ["OPEN", "OPEN", "OPEN", "CLOSED"]


def test_a_new_stage_gets_a_numeric_id_and_takes_deals(call: Caller) -> None:
    body = {"label": "In Progress", "displayOrder": 8, "metadata": {"probability": "1.0", "isClosed": "true"}}
    stage = call("POST", "/crm/pipelines/2026-03/deals/default/stages", body).json()
    assert stage["id"].isdigit()
    answer = call("PATCH", "/crm/objects/2026-03/deals/9001", {"properties": {"dealstage": stage["id"]}})
    assert answer.status_code == 200
    assert call("POST", "/crm/pipelines/2026-03/deals/default/stages", {"label": "X"}).status_code == 400


def test_a_property_is_404_then_created_then_409_and_takes_its_options_only(call: Caller) -> None:
    definition = {
        "groupName": "baton", "name": "baton_handover_status", "label": "Handover", "type": "enumeration",
        "fieldType": "select",
        "options": [{"label": "Running", "value": "running", "displayOrder": 0, "hidden": False}],
    }  # fmt: skip
    assert call("GET", f"{PROPERTIES}/baton_handover_status").status_code == 404
    assert call("POST", PROPERTIES, definition).status_code == 400
    assert call("POST", f"{PROPERTIES}/groups", {"name": "baton", "label": "Baton"}).status_code == 201
    assert call("POST", f"{PROPERTIES}/groups", {"name": "baton", "label": "Baton"}).status_code == 409
    assert call("POST", PROPERTIES, definition).status_code == 201
    again = call("POST", PROPERTIES, definition)
    assert (again.status_code, again.json()["category"]) == (409, "OBJECT_ALREADY_EXISTS")
    deal = "/crm/objects/2026-03/deals/9001"
    assert call("PATCH", deal, {"properties": {"baton_handover_status": "live"}}).status_code == 400
    options = [{"label": word, "value": word, "displayOrder": 0, "hidden": False} for word in ("running", "live")]
    changed = call("PATCH", f"{PROPERTIES}/baton_handover_status", {"options": options}).json()
    assert [option["value"] for option in changed["options"]] == ["running", "live"]
    assert call("PATCH", deal, {"properties": {"baton_handover_status": "live"}}).status_code == 200
    assert "baton_handover_status" in [row["name"] for row in call("GET", PROPERTIES).json()["results"]]


@pytest.mark.parametrize("same", ["label", "value"])
def test_two_options_with_one_label_or_value_are_400(call: Caller, same: str) -> None:
    """HubSpot wants both to be unique (knowledge.hubspot.com, property field types)."""
    options = [{"label": word, "value": word} | {same: "x"} for word in ("one", "two")]
    definition = {"groupName": "dealinformation", "name": "x", "label": "X", "type": "enumeration"}
    definition |= {"fieldType": "select"}
    refused = call("POST", PROPERTIES, definition | {"options": options})
    assert (refused.status_code, same in refused.json()["message"]) == (400, True)
    assert call("POST", PROPERTIES, definition | {"options": options[:1]}).status_code == 201
    assert call("PATCH", f"{PROPERTIES}/x", {"options": options}).status_code == 400


@pytest.mark.parametrize(
    "wrong", [{"name": "Upper"}, {"type": "money"}, {"fieldType": "slider"}, {"groupName": "nowhere"}, {"label": None}]
)
def test_a_property_that_hubspot_does_not_allow_is_400(call: Caller, wrong: dict[str, str | None]) -> None:
    given = {"groupName": "dealinformation", "name": "x", "label": "X", "type": "string", "fieldType": "text"} | wrong
    body = {name: value for name, value in given.items() if value is not None}
    assert call("POST", PROPERTIES, body).status_code == 400


def test_the_account_says_its_time_zone_and_currencies(call: Caller) -> None:
    details = call("GET", "/account-info/2026-03/details").json()
    assert (details["timeZone"], details["companyCurrency"]) == ("Europe/Berlin", "EUR")
    assert call("GET", "/settings/currencies/2026-03/company-currency").json()["id"] == "EUR"


def test_labels_of_deal_and_contact_include_the_accounts_own(call: Caller) -> None:
    rows = call("GET", "/crm/associations/2026-03/deals/contacts/labels").json()["results"]
    assert [row["label"] for row in rows] == [None, "Economic buyer", "Champion", "Primary", "Secondary"]
    assert rows[0]["category"] == "HUBSPOT_DEFINED"


def test_the_demo_has_its_deals_once_and_sends_no_webhook_for_them(world: World) -> None:
    world.bot_url = "http://127.0.0.1:9"
    before = len(list(world.shelf))
    deals.seed(world)
    assert len(list(world.shelf)) == before
    assert world.hubspot.webhooks.pending() == 0
    assert len(world.hubspot.deals()) == 14


def test_the_crm_page_gets_names_instead_of_ids(world: World) -> None:
    deal = world.hubspot.deal("9001")
    assert (deal["name"], deal["company"], deal["owner_name"]) == (
        "ABC Fintech – Cloud Migration",
        "ABC Fintech",
        "Ana Ruiz",
    )
    assert (deal["amount"], deal["currency"], deal["is_closed"], deal["is_won"]) == ("84000", "EUR", False, False)
    assert [contact["name"] for contact in deal["contacts"]] == ["Maria Klein", "Jonas Weber", "Petra Voss"]
    assert [file["name"] for file in deal["files"]][2:] == ["Scope confirmation ABC.pdf", "Presale discovery notes.pdf"]
    assert sum(1 for item in deal["line_items"] if item.get("hs_discount_percentage")) == 1
    assert deal["url"] == f"{world.base_url}/crm/9001"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 21), 1, date(2026, 12, 7)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
        (date(2026, 1, 31), 1, date(2026, 2, 2)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
    ],
)
def test_projects_start_on_the_first_monday_of_a_month(day: date, months: int, expected: date) -> None:
    assert deals.first_monday(day, months=months) == expected
    assert expected.weekday() == 0


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 12, 7), 4, date(2027, 4, 7)),
        (date(2026, 10, 31), 4, date(2027, 2, 28)),
        (date(2027, 1, 30), 13, date(2028, 2, 29)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_months_last(day: date, months: int, expected: date) -> None:
    assert deals.add_months(day, months) == expected


def test_abc_starts_next_month_and_lasts_four_months(world: World) -> None:
    properties = world.hubspot.deal("9001")["properties"]
    start = date.fromisoformat(properties["start_date"])
    today = datetime.fromtimestamp(world.clock.time(), UTC).date()
    assert start == deals.first_monday(today, months=1)
    assert date.fromisoformat(properties["end_date"]) == deals.add_months(start, 4)


def test_the_state_is_on_the_shelf(tmp_path: object) -> None:
    path = f"{tmp_path}/world.db"
    shelf = Shelf(path)
    world = World(shelf=shelf, clock=Clock(), signing_secret="a", hubspot_secret="b")
    deals.seed(world)
    world.hubspot.win("9001")
    shelf.close()
    again = World(shelf=Shelf(path), clock=Clock(), signing_secret="a", hubspot_secret="b")
    assert again.hubspot.deal("9001")["is_won"] is True


def test_one_pipeline_and_one_group_are_read_by_their_name(call: Caller) -> None:
    assert call("GET", "/crm/pipelines/2026-03/deals/default").json()["label"] == "Sales Pipeline"
    assert call("GET", "/crm/pipelines/2026-03/deals/other").status_code == 404
    assert call("GET", f"{PROPERTIES}/groups/dealinformation").json()["label"] == "Deal information"
    assert call("GET", f"{PROPERTIES}/groups/other").status_code == 404
    assert len(call("GET", f"{PROPERTIES}/groups").json()["results"]) == 1


def test_the_demo_reads_what_its_deals_hold() -> None:
    """Names of its own stand in the demo's settings: else a risk that the CRM knows would be dropped at the win."""
    deals = tomllib.loads((child.ROOT / "sandbox" / "deals.toml").read_text(encoding="utf-8"))
    named = tomllib.loads(child.CONFIG)["connections"]["hubspot"].get("fields", {})
    own = {one["name"] for one in deals["properties"] if one["name"] in {"project_risks", "project_dependencies"}}
    assert own
    assert own == {f"project_{key}" for key, name in named.items() if name == f"project_{key}"}
