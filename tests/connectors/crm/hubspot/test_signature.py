"""HubSpot's signatures against vectors that were computed apart from our code."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.errors import BadSignature
from connectors.crm.hubspot.signature import signed_address, verify
from tests.connectors.crm.hubspot.files import load

VECTORS = load("signature_vectors")
CHECKED_AT = datetime.fromtimestamp(VECTORS["checked_at_ms"] / 1000, UTC)
V3 = next(case for case in VECTORS["cases"] if case["name"] == "v3 plain uri")


def check(
    case: dict[str, Any], headers: dict[str, str] | None = None, *, now: datetime = CHECKED_AT, minimum: str = "v1"
) -> None:
    body = case.get("body", VECTORS["body"]).encode()
    sent = {**case["headers"], **(headers or {})}
    verify(body, sent, url=case["url"], now=now, secret=VECTORS["secret"], minimum=minimum)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_each_vector(case: dict[str, Any]) -> None:
    if case["valid"]:
        check(case)
        return
    with pytest.raises(BadSignature):
        check(case)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_an_older_version_is_refused_unless_the_connection_takes_it(version: str) -> None:
    case = next(case for case in VECTORS["cases"] if case["headers"].get("X-HubSpot-Signature-Version") == version)
    check(case, minimum=version)
    with pytest.raises(BadSignature, match="no signature of a version"):
        check(case, minimum="v3")


def test_with_a_v3_header_a_right_older_one_does_not_count() -> None:
    old = next(case for case in VECTORS["cases"] if case["headers"].get("X-HubSpot-Signature-Version") == "v1")
    with pytest.raises(BadSignature):
        check(old, {"X-HubSpot-Signature-v3": "AAAA", "X-HubSpot-Request-Timestamp": "1795000001456"})


@pytest.mark.parametrize("header", ["", "žluť", "WD8YALXVtLyuIUcauYJK0/bzmSCgn10gDf58BiSJP7i="])
def test_an_odd_signature_is_only_wrong(header: str) -> None:
    with pytest.raises(BadSignature):
        check(V3, {"X-HubSpot-Signature-v3": header})


@pytest.mark.parametrize("stamp", ["", "now", "1795000001456.0", "-1795000001456", "١٧٩٥٠٠٠٠٠١٤٥٦", "9" * 16])
def test_an_odd_time_is_refused(stamp: str) -> None:
    with pytest.raises(BadSignature):
        check(V3, {"X-HubSpot-Request-Timestamp": stamp})


def test_the_window_is_five_minutes_back_and_one_ahead() -> None:
    sent = datetime.fromtimestamp(1795000001.456, UTC)
    check(V3, now=sent + timedelta(seconds=300))
    check(V3, now=sent - timedelta(seconds=60))
    for wrong in (sent + timedelta(seconds=300.001), sent - timedelta(seconds=60.001)):
        with pytest.raises(BadSignature):
            check(V3, now=wrong)


def test_without_a_client_secret_nothing_gets_in() -> None:
    with pytest.raises(BadSignature, match="no client secret"):
        verify(b"[]", V3["headers"], url=V3["url"], now=CHECKED_AT, secret="")


def test_exactly_twelve_escapes_are_decoded_in_either_case() -> None:
    assert signed_address("/a%3a%3A%2f%3F%40%21%24%27%28%29%2A%2C%3B") == "/a::/?@!$'()*,;"
    assert signed_address("/a%20%26%25%2B%3D%23%253A") == "/a%20%26%25%2B%3D%23%253A"
