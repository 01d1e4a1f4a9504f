"""Every vendor's bad days, acted out by its stand-in: each is the error that says what to do."""

from typing import Any

import pytest

from bot.errors import NeedsReauth, RateLimited, Surprise, Unavailable
from connectors.registry import CRMS, TOOLS
from sandbox.world import World
from tests.connectors.stands import PATIENCE, SOME_READ, connect, served

pytestmark = pytest.mark.req("R105")


@pytest.fixture(params=sorted({**CRMS, **TOOLS}))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def connection(kind: str, world: World) -> Any:
    return connect(kind, served(world), timeout=1.0)


@pytest.mark.parametrize("fault", ["500", "503"])
def test_a_vendor_in_trouble_is_tried_again_later(kind: str, connection: Any, world: World, fault: str) -> None:
    world.faults.add(kind, "*", fault, times=9)
    with pytest.raises(Unavailable) as raised:
        SOME_READ[kind](connection)
    assert not raised.value.late
    world.faults.clear()
    SOME_READ[kind](connection)


def test_a_vendor_that_asks_for_patience_says_for_how_long(kind: str, connection: Any, world: World) -> None:
    world.faults.add(kind, "*", "429", retry_after=7)
    with pytest.raises(RateLimited) as raised:
        SOME_READ[kind](connection)
    assert raised.value.after == PATIENCE[kind]


def test_a_vendor_that_does_not_answer_is_not_waited_for(kind: str, connection: Any, world: World) -> None:
    world.faults.add(kind, "*", "timeout", seconds=1.5)
    with pytest.raises(Unavailable, match="no answer in time") as raised:
        SOME_READ[kind](connection)
    assert raised.value.late, "it was sent: a write may still take place"


def test_a_broken_answer_is_no_answer(kind: str, connection: Any, world: World) -> None:
    world.faults.add(kind, "*", "garbage")
    with pytest.raises(Surprise):
        SOME_READ[kind](connection)


@pytest.mark.parametrize("fault", ["drop_before", "half"])
def test_a_read_survives_one_cut_line(kind: str, connection: Any, world: World, fault: str) -> None:
    cut = world.faults.add(kind, "*", fault)
    SOME_READ[kind](connection)
    assert cut.times == 0


def test_a_refused_token_asks_for_the_admin(kind: str, world: World) -> None:
    env = served(world) | {f"{kind.upper()}_TOKEN": "revoked"}
    with pytest.raises(NeedsReauth) as raised:
        SOME_READ[kind](connect(kind, env))
    assert "revoked" not in str(raised.value)


def test_no_vendor_is_called_inside_a_database_transaction(kind: str, world: World) -> None:
    def inside() -> None:
        raise AssertionError("a transaction is open")

    connection = connect(kind, served(world), assert_outside=inside)
    with pytest.raises(AssertionError, match="transaction"):
        SOME_READ[kind](connection)


def test_the_self_check_is_all_right(connection: Any) -> None:
    lines = connection.check()
    assert lines
    assert [line for line in lines if not line.ok] == []


def test_the_self_check_says_what_to_do_about_a_refused_token(kind: str, world: World) -> None:
    lines = connect(kind, served(world) | {f"{kind.upper()}_TOKEN": "revoked"}).check()
    assert [(line.name, line.ok) for line in lines] == [("credential", False)]
    assert lines[0].words
