"""Many threads on one database: nothing is lost, nothing is there twice. What SQLite forgives PostgreSQL does not."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, cast

from bot.deal import Standing
from bot.effects import Effect, ReadDeal, Redraw, TellAdmin
from bot.unit import DealState
from store.engine import Db
from store.sql import alone
from store.store import Store
from tests.conftest import Clocks
from tests.store import records

THREADS = 16
ROUNDS = 6


def at_once(work: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """Does the work in so many threads, all starting together; what each returned."""
    start = threading.Barrier(threads)

    def begin(n: int) -> Any:
        start.wait(timeout=30)
        return work(n)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(begin, range(threads)))


def test_sixteen_threads_change_one_record_and_lose_nothing(store: Store) -> None:
    with store.write() as unit:
        stored = unit.add(records.handover())

    def work(n: int) -> None:
        for turn in range(ROUNDS):
            with store.write() as unit:
                handover = unit.handover(stored.id)
                assert handover is not None
                handover.worked_seconds += 1
                handover.entries.append(records.entry(f"{n}:{turn}"))
                handover.note(records.NOW, "said", turn=turn, thread=n)
                unit.save(handover)

    at_once(work)
    with store.read() as reader:
        found = reader.handover(stored.id)
    assert found is not None
    total = THREADS * ROUNDS
    assert (found.worked_seconds, found.rev) == (total, total)
    assert len({e.text for e in found.entries}) == total
    assert len({(e.data["thread"], e.data["turn"]) for e in found.events}) == total


def test_two_processes_on_one_database_lose_nothing(store: Store, db_url: str, clocks: Clocks) -> None:
    """A second engine knows nothing of the first one's writer lock, like the command line beside the server."""
    other = Store(Db(db_url), clock=clocks.clock, tick=clocks.tick, role_map={}, office_of=lambda _: "main")
    with store.write() as unit:
        stored = unit.add(records.handover())

    def work(n: int) -> None:
        for _ in range(10):
            with (store, other)[n % 2].write() as unit:
                handover = unit.handover(stored.id)
                assert handover is not None
                handover.worked_seconds += 1
                unit.save(handover)

    at_once(work, threads=4)
    other.db.dispose()
    with store.read() as reader:
        assert getattr(reader.handover(stored.id), "worked_seconds", 0) == 40


def test_two_that_open_one_deal_get_one_record(store: Store) -> None:
    def work(n: int) -> tuple[int, bool]:
        with store.write() as unit:
            handover = unit.add(records.handover(client=f"thread {n}"))
            return handover.id, handover.client == f"thread {n}"

    opened = at_once(work)
    assert len({handover_id for handover_id, _ in opened}) == 1
    assert sum(mine for _, mine in opened) == 1
    assert dict(store.outbox.waiting()) == {"Redraw": 1}


def test_the_second_to_open_a_deal_waits_for_the_first_to_commit(store: Store) -> None:
    added = threading.Event()
    found: list[str] = []

    def second() -> None:
        added.wait(timeout=30)
        with store.write() as unit:
            found.append(unit.add(records.handover(client="second")).client)

    thread = threading.Thread(target=second)
    thread.start()
    with store.write() as unit:
        unit.add(records.handover(client="first"))
        added.set()
        thread.join(timeout=0.3)
        assert thread.is_alive(), "it must wait"
    thread.join(timeout=30)
    assert found == ["first"]


def test_the_first_read_of_a_deal_locks_it_too(store: Store) -> None:
    def work(_: int) -> bool:
        with store.write() as unit:
            known = unit.deal_state("hubspot", "d1")
            if known is None:
                unit.keep_deal_state(DealState("hubspot", "d1", Standing.WON))
            return known is None

    assert sum(at_once(work)) == 1


def test_what_is_known_of_a_deal_is_locked_while_somebody_decides_by_it(store: Store) -> None:
    with store.write() as unit:
        unit.keep_deal_state(DealState("hubspot", "d1", Standing.OPEN))

    def work(_: int) -> bool:
        with store.write() as unit:
            known = unit.deal_state("hubspot", "d1")
            unit.keep_deal_state(DealState("hubspot", "d1", Standing.WON))
            return known is not None and known.standing == Standing.OPEN

    assert sum(at_once(work)) == 1


def test_one_click_takes_effect_once(store: Store) -> None:
    def work(_: int) -> bool:
        with store.write() as unit:
            return unit.seen("click:1")

    assert sum(at_once(work)) == 1


def test_one_person_who_turns_up_everywhere_is_one_row(store: Store) -> None:
    def work(_: int) -> int:
        with store.write() as unit:
            return unit.remember(records.person("Ana")).id

    assert len(set(at_once(work))) == 1


def test_each_job_is_claimed_once_and_lanes_keep_their_order(store: Store) -> None:
    with store.write() as unit:
        for n in range(40):
            unit.emit(Redraw(n % 8, n))
    done: list[Redraw] = []

    def work(n: int) -> None:
        while store.outbox.waiting():
            job = store.outbox.claim(f"w{n}")
            if job is not None:
                done.append(cast("Redraw", job.effect))
                store.outbox.finish(job)

    at_once(work, threads=8)
    assert len(done) == len(set(done)) == 40
    for lane in range(8):
        order = [effect.rev for effect in done if effect.handover_id == lane]
        assert order == sorted(order)


def reading(n: int) -> ReadDeal:
    return ReadDeal("hubspot", "d1", "event", nonce=str(n))


def emitted(store: Store, effect: Effect) -> None:
    with store.write() as unit:
        unit.emit(effect)


def test_a_job_that_is_committed_late_waits_for_the_held_one_of_its_lane(
    on_postgres: Store, aside: ThreadPoolExecutor
) -> None:
    """Two reads of one deal never run side by side, whichever has the lower id: the older would be written last."""
    with on_postgres.write() as unit:
        unit.emit(reading(1))
        aside.submit(emitted, on_postgres, reading(2)).result(timeout=30)
        held = aside.submit(on_postgres.outbox.claim, "a").result(timeout=30)
    assert held is not None
    assert held.effect == reading(2), "the lower id was not there yet"
    assert on_postgres.outbox.claim("b") is None
    on_postgres.outbox.finish(held)
    late = on_postgres.outbox.claim("b")
    assert late is not None
    assert late.effect == reading(1)


def test_when_the_holder_died_the_lane_goes_on_with_its_lowest(
    on_postgres: Store, aside: ThreadPoolExecutor, clocks: Clocks
) -> None:
    with on_postgres.write() as unit:
        unit.emit(reading(1))
        aside.submit(emitted, on_postgres, reading(2)).result(timeout=30)
        assert aside.submit(on_postgres.outbox.claim, "dies").result(timeout=30) is not None
    clocks.move(on_postgres.lease)
    found = on_postgres.outbox.claim("b")
    assert found is not None
    assert found.effect == reading(1)
    assert on_postgres.outbox.claim("c") is None


def test_of_two_claims_in_one_lane_at_once_one_gets_a_job(on_postgres: Store, aside: ThreadPoolExecutor) -> None:
    """Neither sees the other's before it commits; so each looks again once it is alone in the lane."""
    go = threading.Event()

    def hold_lane() -> None:
        with on_postgres.db.write() as session:
            alone(session, f"lane:{reading(1).lane}")
            there.set()
            go.wait(timeout=30)

    there = threading.Event()
    holding = aside.submit(hold_lane)
    there.wait(timeout=30)
    with on_postgres.write() as unit:
        unit.emit(reading(1))
        aside.submit(emitted, on_postgres, reading(2)).result(timeout=30)
        first = aside.submit(on_postgres.outbox.claim, "a")
        assert not wait([first], timeout=0.3).done, "it has chosen the higher id, and waits to be alone"
    second = aside.submit(on_postgres.outbox.claim, "b")
    assert not wait([second], timeout=0.3).done, "it has chosen the lower one"
    go.set()
    holding.result(timeout=30)
    assert len([job for job in (first.result(timeout=30), second.result(timeout=30)) if job]) == 1


def test_one_delivery_at_sixteen_doors_is_new_once(store: Store) -> None:
    def work(_: int) -> bool:
        with store.write() as unit:
            return unit.inbox.put("hubspot", b"same", {})[1]

    assert sum(at_once(work)) == 1


def test_no_two_workers_get_one_slot(store: Store) -> None:
    waits = at_once(lambda _: store.pace.reserve("slack:post:C1", 1.0))
    assert sorted(waits) == [float(n) for n in range(THREADS)]


def test_one_effect_emitted_by_all_is_one_job(store: Store) -> None:
    def work(_: int) -> bool:
        with store.write() as unit:
            return unit.emit(TellAdmin("parked", "1"))

    assert sum(at_once(work)) == 1
