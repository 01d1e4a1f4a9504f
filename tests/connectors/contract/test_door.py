"""Every CRM's webhook door: only what the vendor sent just now gets in, and what it means is hints."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadSignature, Unrecognised
from connectors.registry import CRMS
from tests.connectors.stands import SIGNERS, URL, connect, environment

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CASES = sorted(CRMS)


def fixtures(kind: str, pattern: str) -> list[Path]:
    """The vendor's payload files of that name; none is a failure of its folder."""
    found = sorted((Path(__file__).parent.parent / "crm" / kind / "fixtures").glob(pattern))
    assert found, f"{kind} has no fixture {pattern}"
    return found


@pytest.fixture(params=CASES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def door(kind: str) -> Any:
    """A connection whose vendor cannot be reached: the door calls nobody."""
    return connect(kind, environment("http://127.0.0.1:9"))


@pytest.fixture
def body(kind: str) -> bytes:
    return fixtures(kind, "event__*.json")[0].read_bytes()


def test_what_the_vendor_sent_just_now_gets_in(kind: str, door: Any, body: bytes) -> None:
    door.verify(body=body, headers=SIGNERS[kind](body, NOW), url=URL, now=NOW)
    assert door.parse(body).hints


def test_header_names_are_read_in_any_case(kind: str, door: Any, body: bytes) -> None:
    headers = {name.lower(): value for name, value in SIGNERS[kind](body, NOW).items()}
    door.verify(body=body, headers=headers, url=URL, now=NOW)


def test_nothing_gets_in_unsigned(door: Any, body: bytes) -> None:
    with pytest.raises(BadSignature):
        door.verify(body=body, headers={}, url=URL, now=NOW)


def test_another_secret_does_not_open(kind: str, door: Any, body: bytes) -> None:
    with pytest.raises(BadSignature):
        door.verify(body=body, headers=SIGNERS[kind](body, NOW, secret="other"), url=URL, now=NOW)


def test_a_changed_byte_does_not_get_in(kind: str, door: Any, body: bytes) -> None:
    headers = SIGNERS[kind](body, NOW)
    with pytest.raises(BadSignature):
        door.verify(body=body + b" ", headers=headers, url=URL, now=NOW)


def test_a_delivery_to_another_address_does_not_get_in(kind: str, door: Any, body: bytes) -> None:
    headers = SIGNERS[kind](body, NOW, url="https://other.example/webhooks/hubspot")
    with pytest.raises(BadSignature):
        door.verify(body=body, headers=headers, url=URL, now=NOW)


@pytest.mark.parametrize(("age", "opens"), [(0, True), (300, True), (301, False), (-60, True), (-61, False)])
def test_a_recording_cannot_be_played_again_later(
    kind: str,
    door: Any,
    body: bytes,
    age: int,
    opens: bool,  # noqa: FBT001 -- pytest passes it by name
) -> None:
    headers = SIGNERS[kind](body, NOW - timedelta(seconds=age))
    if opens:
        door.verify(body=body, headers=headers, url=URL, now=NOW)
        return
    with pytest.raises(BadSignature):
        door.verify(body=body, headers=headers, url=URL, now=NOW)


def test_events_which_we_know_and_do_not_need_are_ignored_without_an_error(kind: str, door: Any) -> None:
    for file in fixtures(kind, "ignored__*.json"):
        parsed = door.parse(file.read_bytes())
        assert parsed.hints == ()
        assert parsed.ignored == len(json.loads(file.read_bytes()))


def test_what_is_not_from_this_vendor_is_said_so(kind: str, door: Any) -> None:
    bodies = [file.read_bytes() for file in fixtures(kind, "refused__*.json")]
    for odd in [*bodies, b"", b"{", b"\xff\xfe[]", b"[1]", b"[" * 60_000]:
        with pytest.raises(Unrecognised):
            door.parse(odd)
