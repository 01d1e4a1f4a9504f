"""Whole deals through the real client, against HubSpot's stand-in over HTTP."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.deal import ContactRole, DocumentKind, Money, Standing
from bot.errors import Declined, NeedsReauth, RateLimited, Surprise
from connectors.registry import CRMS
from sandbox.hubspot.records import PERSON
from sandbox.world import World
from tests.connectors.crm.hubspot.files import load
from tests.connectors.stands import connect, served
from tests.connectors.wire import Reply, Wire


@pytest.mark.req("R11", "R12", "R13", "R14", "R15", "R20")
def test_a_deal_comes_whole(crm: Any) -> None:
    deal = crm.read_deal("9001")
    assert (deal.connection, deal.client, deal.project) == ("hubspot", "ABC Fintech", "Cloud Migration")
    assert deal.amount == Money(Decimal(84000), "EUR")
    assert deal.owner.email == "ana@acme.example"
    assert {role for contact in deal.contacts for role in contact.roles} == {
        ContactRole.ECONOMIC_BUYER,
        ContactRole.CHAMPION,
        ContactRole.PRIMARY,
        ContactRole.SECONDARY,
    }
    assert {document.kind for document in deal.documents} >= {
        DocumentKind.PROPOSAL,
        DocumentKind.CONTRACT,
        DocumentKind.SCOPE,
    }
    assert len(deal.line_items) == 3
    assert len(deal.meddpicc) == 8
    assert (deal.industry, deal.region, deal.service_line) == ("Financial services", "DACH", "Cloud")
    assert deal.url.endswith("/crm/9001")


@pytest.mark.req("R4")
def test_a_win_a_reopening_and_a_second_win(crm: Any, world: World) -> None:
    world.hubspot.win("9001")
    first = crm.read_deal("9001")
    assert (first.standing, first.won_epoch is not None) == (Standing.WON, True)
    world.hubspot.move("9001", "1190044")
    assert crm.read_deal("9001").won_epoch == first.won_epoch
    world.hubspot.reopen("9001")
    reopened = crm.read_deal("9001")
    assert (reopened.standing, reopened.won_epoch) == (Standing.OPEN, None)
    world.clock.advance(60)
    world.hubspot.win("9001")
    assert crm.read_deal("9001").won_epoch > first.won_epoch


def test_a_lost_deal(crm: Any, world: World) -> None:
    world.hubspot.lose("9001")
    assert crm.read_deal("9001").standing is Standing.LOST


@pytest.mark.parametrize("new_id", [False, True])
def test_a_merged_deal_is_read_under_its_surviving_id(
    crm: Any,
    world: World,
    new_id: bool,  # noqa: FBT001 -- pytest passes it by name
) -> None:
    survivor = world.hubspot.merge("9001", "9002", new_id=new_id)["id"]
    deal = crm.read_deal("9002")
    assert deal.id == survivor
    assert "9002" in deal.merged_from


def test_a_deleted_deal_is_deleted_and_a_restored_one_is_back(crm: Any, world: World) -> None:
    world.hubspot.delete("9003")
    deleted = crm.read_deal("9003")
    assert (deleted.standing, deleted.name) == (Standing.DELETED, "Ovo – Portal")
    world.hubspot.restore("9003")
    assert crm.read_deal("9003").standing is Standing.OPEN


def test_a_deal_that_hubspot_forgot_is_deleted_only_if_we_knew_it(crm: Any) -> None:
    assert crm.read_deal("123456", known_standing=Standing.WON).standing is Standing.DELETED
    with pytest.raises(Declined, match="no such deal"):
        crm.read_deal("123456")


@pytest.mark.parametrize("known", [Standing.WON, None])
def test_where_nothing_at_all_is_found_no_deal_was_deleted(known: Standing | None) -> None:
    """A proxy in between, or a version that HubSpot has no more, answers 404 to everything."""
    with Wire(Reply(200, {"portalId": 1}), Reply(404, "<html>not found</html>")) as wire:
        crm = _behind(wire)
        with pytest.raises(Surprise, match="check HUBSPOT_API_URL"):
            crm.read_deal("9001", known_standing=known)


@pytest.mark.parametrize("half", [{}, {"id": "9001"}, {"properties": {"dealstage": "closedwon"}}])
def test_half_a_deal_is_none(half: dict[str, Any]) -> None:
    """Without its id it would be merged into nothing, without its properties reopened."""
    with Wire(Reply(200, {"portalId": 1}), Reply(200, half), Reply(200, {"results": []})) as wire:
        crm = _behind(wire)
        with pytest.raises(Surprise, match="no id or no properties"):
            crm.read_deal("9001", known_standing=Standing.WON)


def test_pipelines_without_their_list_make_no_win() -> None:
    """The stages alone say in which pipeline a win counts."""
    deal = {"id": "9001", "properties": {"dealstage": "77", "pipeline": "partners", "hs_is_closed_won": "true"}}
    with Wire(Reply(200, {"portalId": 1}), Reply(200, deal), Reply(200, {})) as wire:
        crm = connect("hubspot", {"HUBSPOT_TOKEN": "t", "HUBSPOT_API_URL": wire.url}, table={"pipelines": ["default"]})
        with pytest.raises(Surprise, match="no list of results"):
            crm.read_deal("9001")


def test_the_token_of_another_account_reads_and_writes_nothing(world: World) -> None:
    """Else each deal of ours would be a deleted one, each win of theirs a handover, and theirs would be marked."""
    crm = connect("hubspot", served(world), table={"portal_id": 1})
    before = json.dumps(world.hubspot.deal("9001"), default=str)
    links = {"workspace_url": "https://app.example/1", "channel_url": "https://acme.example/C1"}
    calls: list[Callable[[], object]] = [
        lambda: crm.read_deal("123456", known_standing=Standing.WON),
        lambda: crm.poll("", since=datetime(2026, 1, 1, tzinfo=UTC)),
        lambda: crm.search("ABC", limit=1),
        lambda: crm.write_links("9001", status="scoped", **links),
        lambda: crm.mark_migrated("9001", at=datetime(2026, 1, 1, tzinfo=UTC), **links),
        lambda: crm.make_note("9001", text="Handover", marker="baton:k7f3:HO-42:note"),
        lambda: crm.find_note("9001", "baton:k7f3:HO-42:note"),
    ]
    for call in calls:
        with pytest.raises(NeedsReauth, match="another HubSpot account"):
            call()
    assert json.dumps(world.hubspot.deal("9001"), default=str) == before


def test_an_account_without_a_number_is_half_an_answer() -> None:
    with Wire(Reply(200, {"timeZone": "UTC"})) as wire, pytest.raises(Surprise, match="no portalId"):
        _behind(wire).search("ABC", limit=1)


@pytest.mark.parametrize(("name", "wrong"), [("api_version", "2026-3"), ("api_version", "v3"), ("portal_id", "eu1")])
def test_a_version_or_account_that_cannot_be_one_is_a_problem(name: str, wrong: str) -> None:
    config, problems = CRMS["hubspot"].config({name: wrong}, {"HUBSPOT_TOKEN": "t"}, "hubspot")
    assert config is None
    assert problems[0].startswith(f"[connections.hubspot] {name} must be ")


def test_an_owner_who_left_is_still_named(crm: Any) -> None:
    deal = crm.read_deal("9011")
    assert deal.owner is not None
    assert "active owner" in deal.gaps


def test_a_deal_without_anything_reads_and_names_its_gaps(crm: Any) -> None:
    deal = crm.read_deal("9006")
    assert (deal.amount, deal.line_items) == (None, ())
    assert {"amount", "line items", "champion", "signed proposal"} <= set(deal.gaps)


def test_more_notes_than_fit_on_a_page_are_all_read(crm: Any, world: World) -> None:
    for number in range(130):
        note = world.hubspot.records.create("notes", {"hs_note_body": f"<p>n{number}</p>"}, origin=PERSON)
        world.hubspot.associations.link("notes", note["id"], "deals", "9006")
    assert len(crm.read_deal("9006").notes) == 130


def test_search_gives_enough_to_choose_by(crm: Any) -> None:
    (hit,) = crm.search("cloud migration", limit=5)
    assert (hit.id, hit.client, hit.owner, hit.standing) == ("9001", "ABC Fintech", "Ana Ruiz", Standing.OPEN)
    assert crm.search("   ", limit=5) == ()
    assert crm.search("zzz-nothing", limit=5) == ()
    assert len(crm.search("a", limit=2)) <= 2


def _behind(wire: Wire) -> Any:
    return connect("hubspot", {"HUBSPOT_TOKEN": "t", "HUBSPOT_API_URL": wire.url})


@pytest.mark.req("R112")
def test_a_missing_scope_asks_the_admin_for_exactly_that_scope() -> None:
    with Wire(Reply(403, load("error__missing_scopes"))) as wire, pytest.raises(NeedsReauth) as raised:
        _behind(wire).read_deal("9001")
    assert "crm.objects.deals.write" in raised.value.words
    assert raised.value.request_id == "7b1f0c2e-3d44"


@pytest.mark.parametrize("key", ["requiredGranularScopes", "requiredScopes"])
def test_of_several_scopes_that_hubspot_names_one_is_enough(key: str) -> None:
    said = {"message": "One or more of the following scopes are required.", "context": {key: ["tickets", "crm.x.read"]}}
    refused = Reply(403, {"category": "MISSING_SCOPES", "errors": [said]})
    with Wire(refused) as wire, pytest.raises(NeedsReauth) as raised:
        _behind(wire).read_deal("9001")
    assert raised.value.words == "the token needs tickets or crm.x.read: add it in HubSpot"


def test_the_named_limit_says_how_long_to_wait() -> None:
    with Wire(Reply(429, load("error__ten_secondly"))) as wire, pytest.raises(RateLimited) as raised:
        _behind(wire).read_deal("9001")
    assert raised.value.after == 10


def test_a_validation_error_names_the_field_and_not_the_value() -> None:
    with Wire(Reply(400, load("error__validation"))) as wire, pytest.raises(Declined) as raised:
        _behind(wire).read_deal("9001")
    assert raised.value.words == "Property values were not valid (property baton_handover_status)"
    assert "secret plan" not in str(raised.value)


def test_documents_are_links_and_no_byte_of_a_file_is_fetched(crm: Any, world: World) -> None:
    deal = crm.read_deal("9001")
    assert all(document.url.startswith(deal.url) for document in deal.documents)
    assert connect("hubspot", served(world)).read_deal("9001").documents == deal.documents
