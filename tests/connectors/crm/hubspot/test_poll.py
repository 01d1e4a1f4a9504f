"""The poll finds every deal that changed, whatever webhooks lost, however many share a moment."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.deal import Standing
from bot.errors import RateLimited, Surprise
from bot.ports import DealBrief
from connectors.crm.hubspot.api import Api
from connectors.crm.hubspot.config import Config
from connectors.crm.hubspot.cursor import Cursor
from connectors.crm.hubspot.dialect import read_complaint
from connectors.crm.hubspot.poll import Poll
from connectors.http import VendorHttp
from sandbox.hubspot.records import PERSON
from sandbox.world import World
from tests.connectors.wire import Reply, Wire

SEARCH = "POST /crm/objects/2026-03/deals/search"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def poller(base_url: str, pause: Any = lambda _: None) -> Poll:
    http = VendorHttp(
        vendor="HubSpot",
        base_url=base_url,
        token="hubspot-sandbox",
        dialect=read_complaint,
        assert_outside=lambda: None,
    )
    config = Config(key="hubspot", token="hubspot-sandbox")
    return Poll(Api(http, version=config.api_version), config, pause=pause)


@pytest.fixture
def poll(world: World) -> Poll:
    """A poll whose pauses pass on the sandbox's clock, on which its rate rules run."""
    return poller(f"{world.base_url}/hubspot", pause=world.clock.advance)


def now(world: World) -> datetime:
    return datetime.fromtimestamp(world.clock.time(), UTC)


@pytest.mark.req("R4")
def test_with_every_webhook_lost_a_win_is_found(poll: Poll, world: World) -> None:
    page = poll.run("", since=now(world))
    assert page.deals == ()
    world.hubspot.win("9001")
    (brief,) = poll.run(page.cursor, since=LONG_AGO).deals
    assert (brief.id, brief.name, brief.standing) == ("9001", "ABC Fintech – Cloud Migration", Standing.WON)


def test_reopenings_losses_edits_and_deletions_are_found_too(poll: Poll, world: World) -> None:
    cursor = poll.run("", since=now(world)).cursor
    world.hubspot.reopen("9012")
    world.hubspot.lose("9013")
    world.hubspot.edit("9004", amount="1")
    world.hubspot.delete("9005")
    found = {brief.id: brief.standing for brief in poll.run(cursor, since=LONG_AGO).deals}
    assert found == {
        "9012": Standing.OPEN,
        "9013": Standing.LOST,
        "9004": Standing.OPEN,
        "9005": Standing.DELETED,
    }


def test_a_row_that_the_index_shows_late_is_still_found(poll: Poll, world: World) -> None:
    world.hubspot.edit("9004", amount="1")
    cursor = poll.run("", since=now(world) - timedelta(seconds=5)).cursor
    world.clock.advance(300)
    late = poll.run(cursor, since=LONG_AGO)
    assert [brief.id for brief in late.deals] == ["9004"]


def test_the_cursor_follows_hubspots_clock_and_not_ours(poll: Poll, world: World) -> None:
    """A change that is seen while the run goes on does not push the cursor beyond a minute before the run."""
    started = now(world)
    world.hubspot.edit("9004", amount="1")
    cursor = Cursor.read(poll.run("", since=LONG_AGO).cursor, since=LONG_AGO)
    assert cursor.at <= started - timedelta(seconds=58)


def test_an_empty_run_does_not_move_the_cursor(poll: Poll, world: World) -> None:
    first = poll.run("", since=now(world) + timedelta(hours=1)).cursor
    second = poll.run(first, since=LONG_AGO).cursor
    assert Cursor.read(first, since=LONG_AGO).at > now(world) + timedelta(minutes=59)
    assert second == first


@pytest.mark.parametrize("odd", ["", "{", "[]", '{"ts": "x", "whole": true}', '{"ts": 1e99, "whole": 1}', '{"ts": 5}'])
def test_an_odd_cursor_begins_again(odd: str) -> None:
    cursor = Cursor.read(odd, since=LONG_AGO)
    assert (cursor.operator, LONG_AGO - cursor.start) == ("GT", timedelta(milliseconds=1))


def _many(world: World, count: int, *, per_moment: int) -> set[str]:
    """So many deals, of which `per_moment` share each timestamp."""
    base = world.clock.time() - 3600
    made = set()
    for number in range(count):
        values = {"dealname": f"Deal {number}"}
        at = base + number // per_moment
        made.add(world.hubspot.records.create("deals", values, origin=PERSON, at=at)["id"])
    return made


def _until_whole(poll: Poll, world: World, *, runs: int) -> Iterator[DealBrief]:
    cursor = ""
    for _ in range(runs):
        page = poll.run(cursor, since=now(world) - timedelta(hours=2))
        yield from page.deals
        cursor = page.cursor
        if Cursor.read(cursor, since=LONG_AGO).whole:
            return
        world.clock.advance(5)
    raise AssertionError("the poll never came to its end")


@pytest.mark.parametrize("per_moment", [1, 450])
def test_no_deal_is_lost_at_a_page_border_or_among_equal_stamps(poll: Poll, world: World, per_moment: int) -> None:
    made = _many(world, 450, per_moment=per_moment)
    found = [brief.id for brief in _until_whole(poll, world, runs=1)]
    assert set(found) >= made
    assert len(found) == len(set(found))


def test_a_run_that_is_slowed_down_goes_on_where_it_stopped(world: World) -> None:
    """Without pauses the stand-in's five searches a second are used up, and each run brings a part."""
    impatient = poller(f"{world.base_url}/hubspot")
    made = _many(world, 900, per_moment=300)
    assert {brief.id for brief in _until_whole(impatient, world, runs=8)} >= made


def test_slowed_down_at_once_it_says_so(poll: Poll, world: World) -> None:
    world.faults.add("hubspot", SEARCH, "429")
    with pytest.raises(RateLimited):
        poll.run("", since=LONG_AGO)


def _row(number: int, at: str) -> dict[str, Any]:
    return {"id": str(number), "properties": {"dealname": "x", "hs_lastmodifieddate": at, "hs_object_id": str(number)}}


SHUFFLED = {"results": [_row(1, "2026-11-02T00:00:00Z"), _row(2, "2026-11-01T00:00:00Z")]}
SORTED = {"results": [_row(2, "2026-11-01T00:00:00Z"), _row(1, "2026-11-02T00:00:00Z")]}
NOTHING: dict[str, Any] = {"results": []}


@pytest.mark.parametrize("first", [Reply(200, SHUFFLED), Reply(400, {"message": "sorts: not understood"})])
def test_the_other_form_of_sorting_is_tried_when_the_first_is_not_understood(first: Reply) -> None:
    with Wire(Reply(200, NOTHING), Reply(200, NOTHING), first, Reply(200, SORTED)) as wire:
        page = poller(wire.url).run("", since=LONG_AGO)
    assert [brief.id for brief in page.deals] == ["2", "1"]
    assert '"direction":"ASCENDING"' in wire.requests[3]["body"].replace(" ", "")


def test_rows_in_no_order_at_all_are_not_believed() -> None:
    with Wire(Reply(200, NOTHING), Reply(200, NOTHING), Reply(200, SHUFFLED)) as wire, pytest.raises(Surprise):
        poller(wire.url).run("", since=LONG_AGO)
