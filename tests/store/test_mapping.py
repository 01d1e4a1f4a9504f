"""Rows ↔ records: nothing is lost, only differences are written, the timeline only grows."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from bot.deal import Deal, LineItem, Money
from bot.handover import Handover, Item, State
from bot.people import Role
from store.mapping.codec import Codec
from store.mapping.deal import deal_json, deal_of
from store.store import Store
from store.tables import ItemRow
from tests.store import records

STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False)


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """The statements that write, as they are sent."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            sent.append(statement)

    event.listen(store.db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(store.db.engine, "before_cursor_execute", note)


def change(store: Store, handover_id: int, how: Callable[[Handover], object]) -> None:
    with store.write() as unit:
        loaded = unit.handover(handover_id)
        assert loaded is not None
        how(loaded)
        unit.save(loaded)


def differing(one: Handover, other: Handover) -> list[str]:
    return [f.name for f in dataclasses.fields(Handover) if getattr(one, f.name) != getattr(other, f.name)]


@pytest.mark.req("R43", "R256")
def test_every_field_of_a_full_record_comes_back(store: Store) -> None:
    with store.write() as unit:
        wanted = unit.add(records.full(unit))
    with store.read() as reader:
        found = reader.handover(wanted.id)
    assert found is not None
    assert differing(wanted, found) == []
    assert len(found.entries) == 2
    assert found.deal.line_items[0].unit_price == wanted.deal.line_items[0].unit_price
    assert found.template_version
    assert [e.author for e in found.entries] == [e.author for e in wanted.entries]


def test_records_side_by_side_keep_their_own_parts(store: Store) -> None:
    with store.write() as unit:
        wanted = [unit.add(records.full(unit))]
    with store.write() as unit:
        other = records.full(unit)
        other.deal_id, other.state = "another", State.WON
        for entry in other.entries:
            entry.text = f"{entry.text}, also there"
        wanted += [unit.add(other), unit.add(records.handover("bare"))]
    with store.read() as reader:
        alone = [reader.handover(one.id) for one in wanted]
        together = {one.id: one for one in reader.search("text", limit=9)}
    with store.write() as unit:
        held = [unit.handover(one.id) for one in wanted]
    for found in (alone, held, [together[one.id] for one in wanted[:2]]):
        assert [differing(one, each) for one, each in zip(wanted, found, strict=False) if each] == [[]] * len(found)


def test_every_field_can_be_changed_and_emptied(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.full(unit))
        bare = records.handover()
    with store.write() as unit:
        loaded = unit.handover(stored.id)
        assert loaded is not None
        kept = {"id", "rev", "events", "entries", "deal_id", "connection", "workstream"}
        for name in {f.name for f in dataclasses.fields(Handover)} - kept:
            setattr(loaded, name, getattr(bare, name))
        unit.save(loaded)
    with store.read() as reader:
        found = reader.handover(stored.id)
    assert found is not None
    assert differing(loaded, found) == []
    assert found.items == []
    assert found.override is None


def test_a_save_without_a_change_writes_nothing_and_keeps_rev(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.full(unit))
    with statements(store) as sent, store.write() as unit:
        loaded = unit.handover(stored.id)
        assert loaded is not None
        unit.save(loaded)
    assert sent == []
    assert loaded.rev == 0


def test_one_tick_writes_one_row_of_two_columns(store: Store) -> None:
    items = [Item(key=f"i{n}", role=Role.PM, text="x", kind="hand", position=n) for n in range(15)]
    with store.write() as unit:
        stored = unit.add(records.handover(state=State.PRESALE, items=items))
    with statements(store) as sent, store.write() as unit:
        loaded = unit.handover(stored.id)
        assert loaded is not None
        loaded.items[7].ticked_by, loaded.items[7].ticked_at = 3, records.NOW
        unit.save(loaded)
    assert len(sent) == 2
    assert sent[0].startswith("UPDATE item SET ticked_by=")
    assert "text" not in sent[0]
    assert sent[1].startswith("UPDATE handover SET rev=")


@pytest.mark.req("R220")
def test_the_timeline_only_grows(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.handover())
        stored.note(records.NOW, "opened", why="won")
        unit.save(stored)
    with store.write() as unit:
        loaded = unit.handover(stored.id)
        assert loaded is not None
        loaded.note(records.NOW, "ticked", person=2, item="i1")
        unit.save(loaded)
    with store.read() as reader:
        assert [(e.kind, e.data) for e in reader.events(stored.id)] == [
            ("opened", {"why": "won"}),
            ("ticked", {"item": "i1"}),
        ]
    for spoil in (lambda h: h.events.pop(0), lambda h: setattr(h.events[0], "kind", "nothing happened")):
        with pytest.raises(ValueError, match="only grows"):
            change(store, stored.id, spoil)
    with store.read() as reader:
        assert [e.kind for e in reader.events(stored.id)] == ["opened", "ticked"]


def test_json_that_is_changed_in_place_is_noticed(store: Store) -> None:
    with store.write() as unit:
        made = records.handover(entries=[records.entry("SSO by June", details={"to": "Iris"})])
        made.note(records.NOW, "opened", path=["won"])
        stored = unit.add(made)
    change(store, stored.id, lambda h: h.entries[0].details.update(to="Mona"))
    with store.read() as reader:
        found = reader.handover(stored.id)
    assert found is not None
    assert found.entries[0].details == {"to": "Mona"}
    with pytest.raises(ValueError, match="only grows"):
        change(store, stored.id, lambda h: h.events[0].data["path"].append("lost"))


def test_an_entry_is_undone_never_removed(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.handover(entries=[records.entry("SSO by June")]))
    with pytest.raises(ValueError, match="undo"):
        change(store, stored.id, lambda h: h.entries.clear())
    with store.read() as reader:
        found = reader.handover(stored.id)
    assert found is not None
    assert [e.text for e in found.entries] == ["SSO by June"]


def test_new_entries_get_their_ids_with_the_save(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.handover())
        stored.entries += [records.entry("one"), records.entry("two")]
        unit.save(stored)
        ids = [e.id for e in stored.entries]
    assert all(ids)
    assert ids == sorted(set(ids))


def test_text_which_no_database_stores_is_cleaned_not_refused(store: Store) -> None:
    hostile = "a\x00b \ud83d \u202e 🎯 \x1f \\ \"q\" 'x'; DROP TABLE handover; --"
    with store.write() as unit:
        record = records.handover(client=hostile, entries=[records.entry(hostile, details={"to": hostile})])
        record.deal = dataclasses.replace(record.deal, client=hostile, extra={"k": hostile})
        record.note(records.NOW, "opened", why=hostile)
        stored = unit.add(record)
    with store.read() as reader:
        found = reader.handover(stored.id)
    assert found is not None
    clean = "ab ? \u202e 🎯 \x1f \\ \"q\" 'x'; DROP TABLE handover; --"
    assert found.client == found.entries[0].text == found.entries[0].details["to"] == clean
    assert found.deal.client == found.deal.extra["k"] == found.events[0].data["why"] == clean


@given(
    st.builds(
        Deal,
        connection=STORABLE,
        id=STORABLE,
        name=STORABLE,
        client=STORABLE,
        amount=st.none() | st.builds(Money, amount=AMOUNTS, currency=STORABLE),
        line_items=st.lists(st.builds(LineItem, id=STORABLE, name=STORABLE, total=st.none() | AMOUNTS)).map(tuple),
        close_date=st.none() | st.dates(),
        meddpicc=st.lists(st.tuples(STORABLE, STORABLE)).map(tuple),
        gaps=st.lists(STORABLE).map(tuple),
        extra=st.dictionaries(STORABLE, STORABLE),
    )
)
def test_any_deal_survives_json(deal: Deal) -> None:
    assert deal_of(json.loads(json.dumps(deal_json(deal)))) == deal


@pytest.mark.parametrize("amount", ["84000.10", "0.1", "1E+3", "99999999999999999999.999999999", "-0.00"])
def test_amounts_keep_every_digit(store: Store, amount: str) -> None:
    with store.write() as unit:
        record = records.handover()
        record.deal = dataclasses.replace(record.deal, amount=Money(Decimal(amount), "EUR"))
        stored = unit.add(record)
    with store.read() as reader:
        found = reader.handover(stored.id)
    assert found is not None
    assert found.deal.amount is not None
    assert str(found.deal.amount.amount) == amount


def test_an_older_snapshot_gets_defaults_and_an_unknown_field_is_left_out() -> None:
    data = deal_json(records.deal())
    del data["industry"]
    data["made_up"] = 1
    assert deal_of(data) == records.deal()


def test_a_field_without_a_column_is_an_error_at_import() -> None:
    @dataclasses.dataclass
    class Wider(Item):
        colour: str = ""

    with pytest.raises(TypeError, match="colour"):
        Codec(Wider, ItemRow, {"check": "check_name"}, beside=("handover_id", "n"))


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    naive = records.NOW.replace(tzinfo=None)
    with pytest.raises(Exception, match="timezone"), store.write() as unit:
        unit.add(records.handover(won_at=naive))
