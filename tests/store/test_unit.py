"""The unit: what a save sets off, what is stored once, and what is refused."""

from datetime import timedelta

import pytest

from bot.deal import Standing
from bot.effects import Home, Redraw, Reply, TellAdmin
from bot.handover import Item, Post, State
from bot.people import Role
from bot.unit import DealState, Unit
from store.store import Store
from tests.conftest import Clocks
from tests.store import records


def kinds(store: Store) -> list[str]:
    return [job.kind for job in reversed(store.outbox.jobs())]


def test_the_unit_is_what_the_use_cases_ask_for(store: Store) -> None:
    with store.write() as unit:
        asked: Unit = unit
        assert asked.by_deal("hubspot", "d1") == []


def test_a_record_is_unique_by_deal_and_workstream(store: Store) -> None:
    with store.write() as unit:
        first = unit.add(records.handover("d1"))
    with store.write() as unit:
        assert unit.add(records.handover("d1", client="Other")).client == "ABC Fintech"
        second = unit.add(records.handover("d1", workstream="data"))
        assert [h.id for h in unit.by_deal("hubspot", "d1")] == [first.id, second.id]


def test_within_a_unit_a_record_is_one_object(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.handover())
        assert unit.handover(stored.id) is stored
        assert unit.by_deal("hubspot", "d1")[0] is stored
        assert unit.handover(stored.id + 1) is None


def test_a_record_of_another_unit_cannot_be_saved(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.handover())
    with pytest.raises(ValueError, match="not loaded"), store.write() as unit:
        unit.save(stored)
    with store.write() as unit:
        unit.handover(stored.id)
        with pytest.raises(ValueError, match="not loaded"):
            unit.save(stored)


def test_each_change_raises_rev_and_redraws_the_thread(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.handover())
    with store.write() as unit:
        loaded = unit.handover(stored.id)
        assert loaded is not None
        loaded.project = "Cloud"
        unit.save(loaded)
        loaded.note(records.NOW, "renamed")
        unit.save(loaded)
        assert loaded.rev == 2
    effects = []
    while job := store.outbox.claim("w"):
        effects.append(job.effect)
        store.outbox.finish(job)
    assert effects == [Redraw(stored.id, 0), Redraw(stored.id, 1)]


def test_a_record_without_a_thread_is_not_drawn(store: Store) -> None:
    with store.write() as unit:
        unit.add(records.handover(state=State.PRESALE))
        unit.add(records.handover("d2", state=State.CANCELLED))
    assert kinds(store) == []
    with store.write() as unit:
        unit.add(records.handover("d3", state=State.CANCELLED, posts=[Post("root", "C1", "1.0")]))
    assert kinds(store) == ["Redraw"]


def test_where_our_messages_stand_is_no_change_that_people_see(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.handover())
    with store.write() as unit:
        loaded = unit.handover(stored.id)
        assert loaded is not None
        loaded.posts.append(Post("root", "C1", "1.0", digest="abc"))
        unit.save(loaded)
    with store.read() as reader:
        found = reader.handover(stored.id)
    assert found is not None
    assert (found.rev, found.post("root")) == (0, Post("root", "C1", "1.0", digest="abc"))
    assert kinds(store) == ["Redraw"]


def test_only_homes_that_were_ever_opened_are_published(store: Store) -> None:
    with store.write() as unit:
        ids = records.people(unit, "Ana", "Ben")
        unit.opened_home(ids["Ana"])
        unit.add(records.handover(state=State.PRESALE, roles={Role.PM: ids["Ana"], Role.CSM: ids["Ben"]}))
    job = store.outbox.claim("w")
    assert job is not None
    assert job.effect == Home(ids["Ana"], "1:0")
    assert store.outbox.claim("w") is None


def test_a_home_changes_for_who_took_an_item_over_and_for_who_gave_it_back(store: Store) -> None:
    with store.write() as unit:
        ids = records.people(unit, "Hana")
        stored = unit.add(records.handover(state=State.PRESALE, items=[Item("team", Role.PM, "Team")]))
        unit.opened_home(ids["Hana"])
    for holder in (ids["Hana"], 0):
        with store.write() as unit:
            loaded = unit.handover(stored.id)
            assert loaded is not None
            loaded.items[0].holder = holder
            unit.save(loaded)
    assert kinds(store) == ["Home", "Home"]


def test_who_came_with_a_record_is_as_stored_and_as_changed_since(store: Store) -> None:
    with store.write() as unit:
        ids = records.people(unit, "Ana", "Ben", "Hana")
        unit.keep_preferences(ids["Ana"], away_until=records.NOW.date(), deputy=ids["Ben"])
        unit.keep_status(ids["Ana"], records.NOW)
        taken = [Item("team", Role.PM, "Team", holder=ids["Hana"])]
        added = unit.add(records.handover(state=State.PRESALE, roles={Role.PM: ids["Ana"]}, items=taken))
    with store.write() as unit:
        before = [unit.person(one) for one in ids.values()]
        handover = unit.handover(added.id)
        assert handover is not None
        assert [unit.person(one) for one in ids.values()] == before
        unit.keep_preferences(ids["Ana"])
        assert [person.away_until for person in map(unit.person, ids.values()) if person] == [None, None, None]
        unit.opened_home(ids["Hana"])
        handover.client = "Another"
        unit.save(handover)
    assert kinds(store) == ["Home"]


def test_who_took_an_item_over_has_the_record_in_hand(store: Store) -> None:
    with store.write() as unit:
        ids = records.people(unit, "Ana", "Ben", "Hana")
        taken = [Item("team", Role.PM, "Team", holder=ids["Hana"])]
        first = unit.add(records.handover("d1", roles={Role.PM: ids["Ben"]}, items=taken))
        unit.add(records.handover("d2", roles={Role.PM: ids["Ben"]}, items=taken, state=State.CLOSED))
        assert unit.open_of([ids["Hana"]]) == unit.open_of([ids["Ben"]]) == [first.id]
        assert unit.open_of([ids["Ana"]]) == []


def test_a_home_changes_also_for_who_held_a_role_before(store: Store) -> None:
    with store.write() as unit:
        ids = records.people(unit, "Ana", "Ben")
        stored = unit.add(records.handover(state=State.PRESALE, roles={Role.PM: ids["Ana"]}))
        unit.opened_home(ids["Ana"])
    with store.write() as unit:
        loaded = unit.handover(stored.id)
        assert loaded is not None
        loaded.roles[Role.PM] = ids["Ben"]
        unit.save(loaded)
    assert kinds(store) == ["Home"]


def test_a_redraw_stands_before_the_reply_that_needs_the_thread(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.handover())
        unit.emit(Reply(stored.id, "win", "1"))
        stored.note(records.NOW, "more")
        unit.save(stored)
    assert kinds(store) == ["Redraw", "Reply"]


def test_a_save_asks_for_a_look_and_a_look_says_when_the_next_one_is(store: Store) -> None:
    later = records.NOW + timedelta(days=3)
    with store.write() as unit:
        stored = unit.add(records.handover())
        unit.look_again(stored.id, later)
    with store.read() as reader:
        assert reader.due_looks(later - timedelta(seconds=1)) == []
        assert reader.due_looks(later) == [stored.id]
    with store.write() as unit:
        loaded = unit.handover(stored.id)
        assert loaded is not None
        loaded.repository = "https://code.example/abc"
        unit.save(loaded)
        now = unit.moment.now
    with store.read() as reader:
        assert reader.due_looks(now) == [stored.id]
    with store.write() as unit:
        unit.look_again(stored.id, None)
    with store.read() as reader:
        assert reader.due_looks(later) == []


def test_an_exception_undoes_everything(store: Store) -> None:
    def fails() -> None:
        with store.write() as unit:
            unit.add(records.handover())
            unit.seen("click:1")
            unit.emit(TellAdmin("parked", "1"))
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    with store.write() as unit:
        assert unit.by_deal("hubspot", "d1") == []
        assert unit.seen("click:1")
    assert kinds(store) == []


def test_a_key_is_seen_once_however_long_and_hostile(store: Store) -> None:
    for key in ("click:1", "say:" + "x" * 5_000, "say:" + "x" * 5_001, "say:\x00\ud83d"):
        with store.write() as unit:
            assert unit.seen(key)
        with store.write() as unit:
            assert not unit.seen(key)


def test_deal_state_is_none_until_it_is_kept(store: Store) -> None:
    with store.write() as unit:
        assert unit.deal_state("hubspot", "d1") is None
    with store.write() as unit:
        assert unit.deal_state("hubspot", "d1") is None
        unit.keep_deal_state(DealState("hubspot", "d1", Standing.WON, records.NOW, held=True))
        unit.keep_deal_state(DealState("hubspot", "d2", Standing.OPEN))
    with store.write() as unit:
        assert unit.deal_state("hubspot", "d1") == DealState("hubspot", "d1", "won", records.NOW, held=True)
        assert [state.deal_id for state in unit.held_wins()] == ["d1"]
    with store.read() as reader:
        assert reader.known_deals("hubspot") == ["d1"]
        assert reader.known_deals("zoho") == []


def test_recent_wins_and_loads_are_counted(store: Store) -> None:
    with store.write() as unit:
        ids = records.people(unit, "Ana", "Ben")
        for n, state in enumerate([State.WON, State.PROVISIONED, State.CLOSED]):
            roles = {Role.PM: ids["Ana"], Role.CSM: ids["Ben"]}
            won = records.NOW - timedelta(hours=n)
            unit.add(records.handover(f"d{n}", state=state, roles=roles, won_at=won))
        assert unit.recent_wins(records.NOW - timedelta(hours=1)) == 2
        assert unit.load_of("pm") == {ids["Ana"]: 2}
        assert unit.load_of("sales_rep") == {}


def test_a_read_of_the_deal_is_kept_once_and_in_order(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.handover())
        for minutes, name in enumerate(["a", "a", "b"]):
            unit.snapshot(stored, records.deal(name=name), records.NOW + timedelta(minutes=minutes))
    with store.read() as reader:
        kept = [(at, deal.name) for at, deal in reader.snapshots(stored.id)]
    assert kept == [(records.NOW, "a"), (records.NOW + timedelta(minutes=2), "b")]


def test_settings_and_connections_are_kept(store: Store, clocks: Clocks) -> None:
    with store.write() as unit:
        assert unit.setting("started:hubspot") == ""
        unit.keep_setting("started:hubspot", "1")
        unit.keep_setting("started:hubspot", "2")
        unit.keep_setting("started_x", "3")
        state = unit.connection("hubspot")
        assert (state.cursor, state.broken_since) == ("", None)
    with store.write() as unit:
        unit.keep_connection(type(state)("hubspot", cursor="17", ok_at=clocks.now, words="fine"))
    with store.read() as reader:
        assert reader.settings("started:") == {"started:hubspot": "2"}
        assert reader.connection("hubspot").cursor == "17"
        assert list(reader.connections()) == ["hubspot"]


def test_a_rehearsal_marks_what_it_makes(store: Store, clocks: Clocks) -> None:
    rehearsal = Store(
        store.db, clock=clocks.clock, tick=clocks.tick, role_map={}, office_of=lambda _: "main", rehearsal=True
    )
    with rehearsal.write() as unit:
        assert unit.add(records.handover()).rehearsal
    assert store.real_handovers() == 0
    with store.write() as unit:
        unit.add(records.handover("d2"))
    assert store.real_handovers() == 1


def test_the_nonce_is_four_letters_and_stays(store: Store, clocks: Clocks) -> None:
    again = Store(store.db, clock=clocks.clock, tick=clocks.tick, role_map={}, office_of=lambda _: "main")
    assert again.nonce == store.nonce
    assert len(store.nonce) == 4
    assert store.nonce.isalnum()
    assert store.nonce == store.nonce.lower()


def test_workers_are_woken_after_the_commit_and_only_for_something(store: Store) -> None:
    woken: list[int] = []
    store.on_commit(lambda: woken.append(len(store.outbox.jobs())))
    with store.write() as unit:
        unit.keep_setting("a", "b")
    assert woken == []
    with store.write() as unit:
        unit.emit(TellAdmin("parked", "1"))
        assert woken == []
    assert woken == [1]
    with store.write() as unit:
        assert not unit.emit(TellAdmin("parked", "1"))
    assert woken == [1]
