"""Questions: search, lists, what is late, what somebody once said."""

from datetime import timedelta
from time import perf_counter

import pytest
from sqlalchemy import insert

from bot.context import Kind
from bot.handover import Handover, Interval, Item, Post, State
from bot.people import Role
from store.mapping import names, record
from store.mapping.names import Found
from store.store import Store
from store.tables import HandoverRow, table
from tests.store import records


def clients(found: list[Handover]) -> list[str]:
    return [handover.client for handover in found]


def ids(found: list[Found]) -> list[int]:
    return [one.id for one in found]


@pytest.fixture
def searched(store: Store) -> Store:
    """A store with names that are easy to confuse."""
    names = [
        ("d1", "ABC Fintech", "Cloud Migration", State.WON),
        ("d2", "Müller & Söhne", "ERP 100% Rollout", State.WON),
        ("d3", "100 Percent Ltd", "under_score", State.WON),
        ("d4", "ABC Logistics", "Cloud Archive", State.CLOSED),
        ("d5", "ABC Retail", "underXscore", State.PRESALE),
    ]
    with store.write() as unit:
        for deal_id, client, project, state in names:
            unit.add(records.handover(deal_id, client=client, project=project, state=state))
    return store


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("abc", ["ABC Retail", "ABC Fintech", "ABC Logistics"]),
        ("cloud ABC", ["ABC Fintech", "ABC Logistics"]),
        ("muller", ["Müller & Söhne"]),
        ("MÜLLER söhne", ["Müller & Söhne"]),
        ("100%", ["Müller & Söhne"]),
        ("under_score", ["100 Percent Ltd"]),
        ("d4", ["ABC Logistics"]),
        ("%", ["Müller & Söhne"]),
        ("\\", []),
        ("'; --", []),
        ("  ", []),
        ("ho-2", ["Müller & Söhne"]),
        ("HO-99", []),
    ],
)
def test_search_finds_every_word_whatever_its_case(searched: Store, words: str, found: list[str]) -> None:
    with searched.read() as reader:
        assert clients(reader.search(words)) == found


def test_search_is_limited(searched: Store) -> None:
    with searched.read() as reader:
        assert clients(reader.search("abc", limit=1)) == ["ABC Retail"]


@pytest.mark.parametrize("reference", ["HO-1", "ho-1", "1", " HO 1 ", "HO1"])
def test_a_record_is_found_by_its_shown_id(searched: Store, reference: str) -> None:
    with searched.read() as reader:
        found = reader.by_ref(reference)
    assert found is not None
    assert found.client == "ABC Fintech"


@pytest.mark.parametrize("reference", ["", "HO-", "ABC", "HO-1x", "-1", "9999999999999999", "HO-77"])
def test_anything_else_is_no_reference(searched: Store, reference: str) -> None:
    with searched.read() as reader:
        assert reader.by_ref(reference) is None


def test_a_record_is_found_from_where_people_click(store: Store) -> None:
    with store.write() as unit:
        posts = [Post("root", "C1", "1.0"), Post("list:pm", "C1", "1.1")]
        stored = unit.add(records.handover(posts=posts, channel_id="C9"))
    with store.read() as reader:
        for found in (reader.by_thread("C1", "1.0"), reader.by_thread("C1", "1.1"), reader.by_channel("C9")):
            assert found is not None
            assert found.id == stored.id
        assert reader.by_thread("C2", "1.0") is None
        assert reader.by_channel("") is None
        assert [h.id for h in reader.by_deal("hubspot", "d1")] == [stored.id]


def test_mine_and_sold_are_those_of_the_person(store: Store) -> None:
    with store.write() as unit:
        ids = records.people(unit, "Ana", "Ben")
        sells, leads = {Role.SALES_REP: ids["Ana"]}, {Role.PM: ids["Ana"], Role.CSM: ids["Ana"]}
        later = records.NOW + timedelta(days=3)
        unit.add(records.handover("d1", roles=sells, client="sold"))
        unit.add(records.handover("d2", roles=sells, client="sold, closed", state=State.CLOSED))
        unit.add(records.handover("d3", roles=sells, client="presale", state=State.PRESALE))
        unit.add(records.handover("d4", roles=leads, client="due", due_at=later))
        unit.add(records.handover("d5", roles=leads, client="due first", due_at=records.NOW))
        unit.add(records.handover("d6", roles={Role.PM: ids["Ben"]}, client="Ben's"))
        taken = [Item(f"i{n}", Role.PM, "Team", holder=ids["Ana"]) for n in range(2)]
        bens = {"roles": {Role.PM: ids["Ben"]}, "items": taken}
        unit.add(records.handover("d7", **bens, client="taken over", due_at=later + timedelta(days=1)))
        unit.add(records.handover("d8", **bens, client="taken over, live", state=State.IN_PROGRESS))
    with store.read() as reader:
        assert clients(reader.mine(ids["Ana"])) == ["due first", "due", "taken over", "sold", "presale"]
        assert clients(reader.mine(ids["Ben"])) == ["taken over", "Ben's", "taken over, live"]
        assert clients(reader.sold(ids["Ana"])) == ["sold", "sold, closed"]
        assert clients(reader.sold(ids["Ben"])) == []


def test_late_is_what_is_past_a_due_time_that_counts(store: Store) -> None:
    past, before = records.NOW - timedelta(hours=1), records.NOW - timedelta(hours=2)
    held = [Interval("hold", before, "reopened")]
    held_later = [Interval("hold", past + timedelta(minutes=1), "reopened")]
    ended = [Interval("pause", before, "client away", until=past)]
    with store.write() as unit:
        unit.add(records.handover("d1", client="scope late", scope_due_at=past))
        unit.add(records.handover("d2", client="gate late", state=State.PROVISIONED, due_at=before))
        unit.add(records.handover("d3", client="scoped", state=State.SCOPED, scope_due_at=past, scoped_at=past))
        unit.add(records.handover("d4", client="live", state=State.IN_PROGRESS, due_at=past))
        unit.add(records.handover("d5", client="due now", scope_due_at=records.NOW))
        unit.add(records.handover("d6", client="held before", scope_due_at=past, intervals=held))
        unit.add(records.handover("d7", client="held after", scope_due_at=past, intervals=held_later))
        unit.add(records.handover("d8", client="pause ended", scope_due_at=past, intervals=ended))
        unit.add(records.handover("d9", client="cancelled", state=State.CANCELLED, due_at=past))
    with store.read() as reader:
        late = clients(reader.late(records.NOW))
        every = clients(reader.open_all())
    assert late == ["gate late", "scope late", "pause ended"], "what stands still is not late, whenever it stopped"
    assert set(every[-3:]) == {"held before", "held after", "live"}, "what stands still comes behind what runs"


def test_open_records_come_in_pages_and_are_counted(searched: Store) -> None:
    with searched.read() as reader:
        first, second = reader.open_all(limit=3), reader.open_all(limit=3, offset=3)
        assert clients(first) == ["ABC Retail", "100 Percent Ltd", "Müller & Söhne"]
        assert clients(second) == ["ABC Fintech"]
        assert reader.counts() == {State.WON: 3, State.CLOSED: 1, State.PRESALE: 1}


@pytest.mark.req("R66")
def test_what_was_said_is_found_months_later_with_who_said_it(store: Store) -> None:
    with store.write() as unit:
        ids = records.people(unit, "Ana", "Ben")
        said = records.entry("Müller wants SSO by June", author=ids["Ana"], evidence_words="from the call")
        undone = records.entry("SSO for free", undone_at=records.NOW)
        wish = records.entry("wish", kind=Kind.STAKEHOLDER, details={"name": "Frau Weiß"})
        first = unit.add(records.handover("d1", entries=[said, undone, wish], roles={Role.PM: ids["Ana"]}))
        newer = records.entry("sso too", at=records.NOW + timedelta(days=90))
        other = unit.add(records.handover("d2", client="Other", entries=[newer]))
        closed = records.entry("SSO_closed", at=records.NOW - timedelta(days=400))
        unit.add(records.handover("d3", state=State.CLOSED, entries=[closed]))
    with store.read() as reader:
        assert [f.entry.text for f in reader.find_entries("sso")] == ["sso too", said.text, "SSO_closed"]
        assert [f.entry.text for f in reader.find_entries("sso", first.id)] == [said.text]
        assert [f.entry.text for f in reader.find_entries("SSO", holder=ids["Ana"])] == [said.text]
        assert [f.entry.text for f in reader.find_entries("sso", limit=1)] == ["sso too"]
        assert [f.entry.text for f in reader.find_entries("weiss")] == ["wish"]
        assert [f.entry.text for f in reader.find_entries("call june")] == [said.text]
        assert [f.entry.text for f in reader.find_entries("o_c")] == ["SSO_closed"]
        assert reader.find_entries(" ") == []
        found = reader.find_entries("muller")[0]
        assert reader.find_entries("too")[0].client == "Other"
    assert (found.handover_id, found.client, found.entry.author) == (first.id, "ABC Fintech", ids["Ana"])
    assert found.holders == {Role.PM: ids["Ana"]}
    assert found.entry.at == records.NOW
    assert other.id != first.id


def test_a_record_is_found_by_its_name_of_today_and_not_by_that_of_yesterday(store: Store) -> None:
    with store.write() as unit:
        added = unit.add(records.handover("d1", client="ABC Fintech", project="Cloud"))
    with store.write() as unit:
        handover = unit.handover(added.id)
        assert handover is not None
        handover.client = "ABC Bank"
        unit.save(handover)
    with store.read() as reader:
        assert [clients(reader.search(words)) for words in ("abc", "bank", "ank", "fintech", "in", "clou")] == [
            ["ABC Bank"], ["ABC Bank"], ["ABC Bank"], [], [], ["ABC Bank"],
        ]  # fmt: skip


def test_a_frequent_word_finds_the_newest_and_open_ones_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many the index is no help: the newest are looked through, whatever the words."""
    monkeypatch.setattr(names, "FEW", 2)
    states = [State.WON, State.CLOSED, State.WON, State.CLOSED, State.PRESALE]
    with store.write() as unit:
        for n, state in enumerate(states, start=1):
            unit.add(records.handover(f"d{n}", client=f"Client {n}", project="Frequent", state=state))
    with store.read() as reader:
        assert ids(reader.named("frequent client")) == [5, 3, 1, 4, 2]
        assert ids(reader.named("frequent", limit=2)) == [5, 3]
        assert ids(reader.named("client frequent", limit=4)) == [5, 3, 1, 4]
        assert ids(reader.named("frequent d4")) == [4]
        assert ids(reader.named("ho-2 ")) == [2]


def test_a_long_word_is_compared_to_its_end_and_more_than_the_index_holds(store: Store) -> None:
    word = "Donaudampfschifffahrtsgesellschaft"
    with store.write() as unit:
        unit.add(records.handover("d1", client=word))
        unit.add(records.handover("d2", client=f"{word[:25]}sverein"))
    with store.read() as reader:
        assert [ids(reader.named(part)) for part in (word, word[:24], word[5:], f"{word}x")] == [[1], [2, 1], [1], []]


def test_more_words_are_looked_for_only_among_what_fewer_words_found(searched: Store) -> None:
    with searched.read() as reader:
        abc = reader.named("abc")
        assert ids(abc) == [5, 1, 4]
        assert ids(reader.named("abc cloud", among=abc)) == [1, 4]
        assert ids(reader.named("cloud", among=abc[:1])) == []
        assert ids(reader.named("ho 2", among=abc)) == [2]


@pytest.mark.slow
def test_search_stays_quick_among_a_hundred_thousand_records(store: Store) -> None:
    rows = []
    for n in range(100_000):
        columns = record.columns(records.handover(f"d{n}", client=f"Client {n}", project=f"Project {n * 7}"))
        rows.append({**columns, "rev": 0})
    with store.db.write() as session:
        session.execute(insert(table(HandoverRow)), rows)
    with store.write() as unit:
        unit.add(records.handover("needle", client="The Needle"))
    took = []
    for _ in range(3):  # a busy machine may take its time once
        began = perf_counter()
        with store.read() as reader:
            assert clients(reader.search("needle the")) == ["The Needle"]
        took.append(perf_counter() - began)
    assert min(took) < 1.0
