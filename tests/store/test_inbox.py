"""Deliveries: kept as they came, identical ones once, refusals counted."""

from datetime import timedelta

from store.store import Store
from tests.conftest import Clocks


def test_a_delivery_is_kept_byte_by_byte(store: Store, clocks: Clocks) -> None:
    body = b'[{"objectId": 1}]\x00\xff'
    with store.write() as unit:
        delivery_id, new = unit.inbox.put("hubspot", body, {"x-request-timestamp": "1"})
        unit.inbox.mark(delivery_id, "read", hints=2, ignored=1)
    assert new
    with store.read() as reader:
        found = reader.delivery(delivery_id)
        assert reader.delivery(delivery_id + 1) is None
    assert found is not None
    assert (found.body, found.headers, found.received_at) == (body, {"x-request-timestamp": "1"}, clocks.now)
    assert (found.outcome, found.hints, found.ignored) == ("read", 2, 1)


def test_an_identical_delivery_within_the_window_has_no_effect_and_is_counted(store: Store, clocks: Clocks) -> None:
    with store.write() as unit:
        first, _ = unit.inbox.put("hubspot", b"a", {})
        assert unit.inbox.put("hubspot", b"a", {}) == (first, False)
        assert unit.inbox.put("hubspot", b"b", {})[1]
        assert unit.inbox.put("zoho", b"a", {})[1]
    clocks.now += timedelta(minutes=5, seconds=-1)
    with store.write() as unit:
        assert unit.inbox.put("hubspot", b"a", {}) == (first, False)
    clocks.now += timedelta(seconds=1)
    with store.write() as unit:
        assert unit.inbox.put("hubspot", b"a", {})[1]
    with store.read() as reader:
        assert reader.inbox.duplicates("hubspot") == 2
        assert reader.inbox.duplicates("zoho") == 0


def test_refusals_are_counted_by_reason(store: Store) -> None:
    for reason in ("signature", "signature", "size"):
        with store.write() as unit:
            unit.inbox.refuse("hubspot", reason)
    with store.read() as reader:
        assert reader.inbox.refused() == {("hubspot", "signature"): 2, ("hubspot", "size"): 1}
