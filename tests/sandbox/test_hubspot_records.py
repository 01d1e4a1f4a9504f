"""The CRM stand-in's records over real HTTP: reads, writes, stages, batches, associations, merges, limits."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from sandbox.stamps import millis
from sandbox.world import World
from tests.sandbox.vendors import Caller, hubspot_caller, served_world

DEALS = "/crm/objects/2026-03/deals"


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with served_world() as world:
        yield world


@pytest.fixture
def world() -> Iterator[World]:
    with served_world() as world:
        yield world


@pytest.fixture
def read(shared: World) -> Caller:
    shared.hubspot.burst.most = 100_000
    return hubspot_caller(shared)


@pytest.fixture
def call(world: World) -> Caller:
    return hubspot_caller(world)


def test_a_call_without_the_right_token_is_401_in_hubspots_words(shared: World) -> None:
    answer = hubspot_caller(shared, token="wrong")("GET", f"{DEALS}/9001")
    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"
    assert answer.json()["correlationId"]


@pytest.mark.parametrize("base", [DEALS, "/crm/objects/2026-03/0-3", "/crm/v3/objects/deals"])
def test_a_deal_answers_asked_for_properties_as_text_or_null(read: Caller, base: str) -> None:
    doc = read("GET", f"{base}/9006?properties=dealname,amount,no_such_thing").json()
    assert doc["properties"] == {
        "dealname": "Fern – Support",
        "amount": None,
        "no_such_thing": None,
        "hs_object_id": "9006",
    }
    assert doc["id"] == "9006"
    assert doc["archived"] is False


def test_a_deal_without_named_properties_answers_hubspots_default_ones(read: Caller) -> None:
    properties = read("GET", f"{DEALS}/9001").json()["properties"]
    assert set(properties) == {
        "amount", "closedate", "createdate", "dealname", "dealstage", "hs_lastmodifieddate", "hs_object_id", "pipeline",
    }  # fmt: skip


def test_history_is_newest_first_and_names_its_source(read: Caller) -> None:
    history = read("GET", f"{DEALS}/9012?propertiesWithHistory=dealstage").json()["propertiesWithHistory"]["dealstage"]
    assert [entry["value"] for entry in history[:3]] == ["1190044", "closedwon", "contractsent"]
    stamps = [millis(entry["timestamp"]) or 0 for entry in history]
    assert stamps == sorted(stamps, reverse=True)
    assert history[0]["sourceType"] == "CRM_UI"


def test_associations_of_a_deal_come_with_a_space_in_line_items_and_the_primary_company_twice(read: Caller) -> None:
    found = read("GET", f"{DEALS}/9001?associations=contacts,companies,line_items,notes,quotes").json()["associations"]
    assert {name: len(rows["results"]) for name, rows in found.items()} == {
        "contacts": 3, "companies": 2, "line items": 3, "notes": 2,
    }  # fmt: skip
    assert found["contacts"]["results"][0]["type"] == "deal_to_contact"
    assert len({row["id"] for row in found["companies"]["results"]}) == 1


def test_labels_say_who_is_buyer_champion_and_primary(read: Caller) -> None:
    rows = read("GET", f"{DEALS}/9001/associations/contacts").json()["results"]
    labels = [[kind["label"] for kind in row["associationTypes"] if kind["label"]] for row in rows]
    assert labels == [["Economic buyer"], ["Champion", "Primary"], ["Secondary"]]
    assert rows[0]["associationTypes"][0] == {"category": "HUBSPOT_DEFINED", "typeId": 3, "label": None}
    company = read("GET", f"{DEALS}/9001/associations/companies").json()["results"][0]
    assert [kind["typeId"] for kind in company["associationTypes"]] == [341, 5]


def test_associations_are_paged(read: Caller) -> None:
    first = read("GET", f"{DEALS}/9001/associations/contacts?limit=2").json()
    rest = read("GET", f"{DEALS}/9001/associations/contacts?limit=2&after={first['paging']['next']['after']}").json()
    assert len(first["results"]) == 2
    assert len(rest["results"]) == 1
    assert "paging" not in rest


def test_associations_batch_names_deals_that_have_none(read: Caller) -> None:
    body = {"inputs": [{"id": "9001"}, {"id": "9004"}]}
    answer = read("POST", "/crm/associations/2026-03/deals/contacts/batch/read", body)
    assert answer.status_code == 207
    assert [row["from"]["id"] for row in answer.json()["results"]] == ["9001"]
    assert answer.json()["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"


def test_batch_read_is_200_when_all_are_there_and_207_when_some_are_not(read: Caller) -> None:
    keys = [
        row["id"]
        for row in read("GET", f"{DEALS}/9001?associations=contacts").json()["associations"]["contacts"]["results"]
    ]
    body: dict[str, Any] = {"properties": ["email"], "inputs": [{"id": key} for key in keys]}
    whole = read("POST", "/crm/objects/2026-03/contacts/batch/read", body)
    assert whole.status_code == 200
    assert whole.json()["results"][0]["properties"]["email"] == "m.klein@abcfintech.example"
    body["inputs"].append({"id": "1"})
    some = read("POST", "/crm/objects/2026-03/contacts/batch/read", body)
    assert some.status_code == 207
    assert some.json()["errors"][0]["context"]["ids"] == ["1"]
    body["inputs"] = [{"id": str(n)} for n in range(101)]
    assert read("POST", "/crm/objects/2026-03/contacts/batch/read", body).status_code == 400


def test_winning_through_the_api_sets_close_date_history_and_calculated_properties(world: World, call: Caller) -> None:
    answer = call("PATCH", f"{DEALS}/9001", {"properties": {"dealstage": "closedwon"}})
    assert answer.status_code == 200
    names = "closedate,hs_is_closed_won,hs_deal_stage_probability"
    doc = call("GET", f"{DEALS}/9001?properties={names}&propertiesWithHistory=dealstage").json()
    assert doc["properties"]["hs_is_closed_won"] == "true"
    assert doc["properties"]["hs_deal_stage_probability"] == "1"
    assert doc["propertiesWithHistory"]["dealstage"][0]["sourceType"] == "INTEGRATION"
    closed = doc["properties"]["closedate"]
    world.clock.advance(3600)
    call("PATCH", f"{DEALS}/9001", {"properties": {"dealstage": "1190044"}})
    assert call("GET", f"{DEALS}/9001?properties=closedate").json()["properties"]["closedate"] == closed


def test_writing_the_present_value_again_changes_nothing(call: Caller) -> None:
    before = call("GET", f"{DEALS}/9002").json()["updatedAt"]
    call("PATCH", f"{DEALS}/9002", {"properties": {"dealstage": "contractsent"}})
    assert call("GET", f"{DEALS}/9002").json()["updatedAt"] == before


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"no_such_property": "x"}, "PROPERTY_DOESNT_EXIST"),
        ({"dealstage": "no_such_stage"}, "INVALID_OPTION"),
        ({"pipeline": "other"}, "INVALID_OPTION"),
        ({"service_line": "Gardening"}, "INVALID_OPTION"),
        ({"amount": "a lot"}, "INVALID_NUMBER"),
        ({"start_date": "2026-12-01T10:00:00Z"}, "INVALID_DATE"),
        ({"hs_is_closed_won": "true"}, "READ_ONLY_VALUE"),
        ({"hubspot_owner_id": "1"}, "INVALID_OWNER_ID"),
    ],
)
def test_a_refused_value_is_400_and_nothing_is_written(read: Caller, properties: dict[str, str], code: str) -> None:
    before = read("GET", f"{DEALS}/9003?properties=dealname").json()
    answer = read("PATCH", f"{DEALS}/9003", {"properties": {"dealname": "Changed"} | properties})
    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert [error["code"] for error in answer.json()["errors"]] == [code]
    assert read("GET", f"{DEALS}/9003?properties=dealname").json() == before


def test_an_empty_text_clears_a_property(call: Caller) -> None:
    call("PATCH", f"{DEALS}/9001", {"properties": {"amount": ""}})
    assert call("GET", f"{DEALS}/9001").json()["properties"]["amount"] is None


@pytest.mark.parametrize("new_id", [False, True])
def test_a_merged_deal_answers_under_its_old_id_with_the_surviving_id(world: World, call: Caller, new_id: bool) -> None:  # noqa: FBT001
    survivor = world.hubspot.merge("9002", "9003", new_id=new_id)["id"]
    assert (survivor == "9002") is not new_id
    doc = call("GET", f"{DEALS}/9003?properties=hs_merged_object_ids,dealname&associations=contacts").json()
    assert doc["id"] == survivor
    assert doc["properties"]["dealname"] == "Northwind – Data Platform"
    assert "9003" in doc["properties"]["hs_merged_object_ids"].split(";")
    assert len(doc["associations"]["contacts"]["results"]) == 2
    again = world.hubspot.merge("9004", survivor, new_id=new_id)["id"]
    assert call("GET", f"{DEALS}/9003").json()["id"] == again


def test_a_deleted_deal_is_404_and_found_among_the_archived(world: World, call: Caller) -> None:
    world.hubspot.delete("9005")
    assert call("GET", f"{DEALS}/9005").status_code == 404
    assert call("GET", f"{DEALS}/9005?archived=true").json()["archived"] is True
    assert [row["id"] for row in call("GET", f"{DEALS}?archived=true").json()["results"]] == ["9005"]
    world.hubspot.restore("9005")
    assert call("GET", f"{DEALS}/9005").status_code == 200


def test_a_list_is_paged_by_id(read: Caller) -> None:
    first = read("GET", f"{DEALS}?limit=10").json()
    rest = read("GET", f"{DEALS}?limit=10&after={first['paging']['next']['after']}").json()
    ids = [row["id"] for row in first["results"] + rest["results"]]
    assert ids == [str(number) for number in range(9001, 9015)]


def test_a_note_is_created_on_a_deal_and_found_through_it(call: Caller) -> None:
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 214}
    body: dict[str, Any] = {
        "properties": {"hs_timestamp": "2026-11-18T12:00:00Z", "hs_note_body": "<p>Handover</p>"},
        "associations": [{"to": {"id": "9001"}, "types": [spec]}],
    }
    made = call("POST", "/crm/objects/2026-03/notes", body)
    assert made.status_code == 201
    keys = [row["toObjectId"] for row in call("GET", f"{DEALS}/9001/associations/notes").json()["results"]]
    assert made.json()["id"] in keys
    missing = call("POST", "/crm/objects/2026-03/notes", {"properties": {"hs_note_body": "x"}})
    assert missing.json()["errors"][0]["code"] == "REQUIRED_FIELD"
    body["associations"][0]["to"]["id"] = "1"
    assert call("POST", "/crm/objects/2026-03/notes", body).status_code == 400
    assert len(call("GET", f"{DEALS}/9001/associations/notes").json()["results"]) == len(keys)


def test_a_record_can_be_linked_with_a_label_and_unlinked(call: Caller) -> None:
    contact = call("GET", f"{DEALS}/9003?associations=contacts").json()["associations"]["contacts"]["results"][0]["id"]
    path = f"{DEALS}/9004/associations/contacts/{contact}"
    made = call("PUT", path, [{"associationCategory": "USER_DEFINED", "associationTypeId": 38}])
    assert made.status_code == 201
    assert made.json()["labels"] == ["Champion"]
    assert call("PUT", path, [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 38}]).status_code == 400
    assert call("DELETE", path).status_code == 204
    assert call("GET", f"{DEALS}/9004/associations/contacts").json()["results"] == []


def test_a_deactivated_owner_is_found_only_among_the_archived(read: Caller) -> None:
    owner = read("GET", f"{DEALS}/9011?properties=hubspot_owner_id").json()["properties"]["hubspot_owner_id"]
    assert read("GET", f"/crm/owners/2026-03/{owner}").status_code == 404
    found = read("GET", f"/crm/owners/2026-03/{owner}?archived=true").json()
    assert (found["email"], found["archived"]) == ("tom@acme.example", True)
    active = read("GET", "/crm/v3/owners?email=ANA@acme.example").json()["results"]
    assert [(row["firstName"], row["lastName"], row["type"]) for row in active] == [("Ana", "Ruiz", "PERSON")]


def test_a_private_file_is_read_through_a_signed_address_until_it_expires(world: World, call: Caller) -> None:
    notes = call("GET", f"{DEALS}/9001?associations=notes").json()["associations"]["notes"]["results"]
    body = {"properties": ["hs_attachment_ids"], "inputs": [{"id": row["id"]} for row in notes]}
    read_notes = call("POST", "/crm/objects/2026-03/notes/batch/read", body).json()["results"]
    keys = read_notes[1]["properties"]["hs_attachment_ids"].split(";")
    files = [call("GET", f"/files/2026-03/files/{key}").json() for key in keys]
    names = [f"{file['name']}.{file['extension']}" for file in files]
    assert names[:2] == ["ABC signed proposal.pdf", "ABC MSA contract.pdf"]
    assert files[0]["access"] == "PRIVATE"
    assert httpx.get(files[0]["url"], trust_env=False).status_code == 403
    url = call("GET", f"/files/2026-03/files/{keys[0]}/signed-url?expirationSeconds=600").json()["url"]
    opened = httpx.get(url, trust_env=False)
    assert opened.content.startswith(b"%PDF")
    assert len(opened.content) == files[0]["size"]
    world.clock.advance(601)
    assert httpx.get(url, trust_env=False).status_code == 403


def test_the_burst_limit_is_190_calls_in_ten_seconds_of_the_sandboxs_clock(world: World, call: Caller) -> None:
    world.hubspot.burst.most = 3
    statuses = [call("GET", f"{DEALS}/9001").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = call("GET", f"{DEALS}/9001").json()
    assert refused["policyName"] == "TEN_SECONDLY_ROLLING"
    world.clock.advance(11)
    answer = call("GET", f"{DEALS}/9001")
    assert answer.status_code == 200
    assert answer.headers["X-HubSpot-RateLimit-Remaining"] == "2"


def test_the_date_header_is_the_sandboxs_clock(world: World, call: Caller) -> None:
    world.clock.advance(86_400 * 30)
    stamps = call("GET", f"{DEALS}/9001").headers.get_list("date")
    assert len(stamps) == 1
    assert abs(parsedate_to_datetime(stamps[0]).timestamp() - world.clock.time()) < 5


@pytest.mark.parametrize(("kind", "status"), [("500", 500), ("503", 503), ("429", 429)])
def test_a_fault_answers_in_hubspots_words_and_does_nothing(world: World, call: Caller, kind: str, status: int) -> None:
    world.faults.add("hubspot", f"PATCH {DEALS}/9001", kind)
    answer = call("PATCH", f"{DEALS}/9001", {"properties": {"dealname": "Changed"}})
    assert answer.status_code == status
    assert answer.json()["correlationId"]
    assert world.hubspot.deal("9001")["name"] == "ABC Fintech – Cloud Migration"
    assert call("PATCH", f"{DEALS}/9001", {"properties": {"dealname": "Changed"}}).status_code == 200


def test_a_line_cut_after_the_effect_leaves_the_effect(world: World, call: Caller) -> None:
    world.faults.add("hubspot", f"PATCH {DEALS}/9001", "drop_after")
    with pytest.raises(httpx.TransportError):
        call("PATCH", f"{DEALS}/9001", {"properties": {"dealname": "Changed"}})
    assert world.hubspot.deal("9001")["name"] == "Changed"


def test_broken_json_and_unknown_paths_are_refused_in_hubspots_words(read: Caller) -> None:
    assert read("PATCH", f"{DEALS}/9001", content=b"{").status_code == 400
    assert read("GET", "/crm/objects/2026-03/spaceships/1").status_code == 400
    assert read("GET", "/no/such/path").json()["status"] == "error"
    assert read("GET", f"{DEALS}?limit=abc").status_code == 400


def test_a_deal_made_through_the_api_is_linked_and_thrown_away_there(world: World, call: Caller) -> None:
    made = call("POST", DEALS, {"properties": {"dealname": "Birch – Intranet"}}).json()
    assert made["properties"]["dealname"] == "Birch – Intranet"
    company = call("GET", f"{DEALS}/9001?associations=companies").json()["associations"]["companies"]["results"][0][
        "id"
    ]
    assert call("PUT", f"{DEALS}/{made['id']}/associations/default/companies/{company}").status_code == 201
    deal = world.hubspot.deal(made["id"])
    assert (deal["company"], deal["stage"]) == ("ABC Fintech", "appointmentscheduled")
    assert call("DELETE", f"{DEALS}/{made['id']}").status_code == 204
    assert call("GET", f"{DEALS}/{made['id']}").status_code == 404
    assert call("DELETE", f"{DEALS}/{made['id']}").status_code == 204
