"""Time travel over real HTTP: who may move the clock, how a jump goes, and what it does at each step."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import update

from bot.effects import Redraw, TellAdmin
from bot.errors import ConfigError
from bot.settings import read
from handlers.clock import Clock
from handlers.rehearsal.ahead import next_due
from handlers.rehearsal.control import MOST_STEPS, Control, Sweep
from handlers.rehearsal.door import Listener, loopback
from handlers.wiring import wire
from store.tables import HandoverRow, JobRow, table
from tests.stories import walk
from tests.stories.stage import Stage, free_port, staged

HOUR = timedelta(hours=1)
PATH = "/rehearsal/clock"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Baton at work, without the daily digest: here nothing is due but what a test makes due."""
    with staged(tmp_path_factory.mktemp("rehearsal"), digest={"enabled": False}) as made:
        made.start()
        yield made


def base(stage: Stage) -> str:
    return f"http://127.0.0.1:{stage.env['BATON_REHEARSAL_PORT']}"


def ask(url: str, given: Any = None, **headers: str) -> httpx.Response:
    """What the control answers: to a GET without a body, else to a POST."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if given is None:
        return httpx.get(url + PATH, headers=named, timeout=60)
    return httpx.post(url + PATH, json=given, headers=named, timeout=60)


@contextmanager
def control(stage: Stage, *sweeps: Sweep, due: tuple[datetime, ...] = (), patience: float = 30.0) -> Iterator[str]:
    """A control of the running Baton with these sweeps and due moments; its address."""

    def nearest(now: datetime) -> datetime | None:
        return min((moment for moment in due if moment > now), default=None)

    worker = stage.running.worker if stage.running else None
    assert worker
    made = Control(stage.deps, next_due=nearest, sweeps=sweeps, busy=lambda: worker.busy, patience=patience)
    port = free_port()
    with Listener(made, port):
        yield f"http://127.0.0.1:{port}"


def look_at(stage: Stage, moment: datetime | None) -> None:
    """The records want their next look then."""
    with stage.deps.store.db.write() as session:
        session.execute(update(table(HandoverRow)).values(next_look_at=moment))


def forget_jobs(stage: Stage) -> None:
    """What waits is done, as far as the next test is concerned."""
    with stage.deps.store.db.write() as session:
        session.execute(update(table(JobRow)).values(state="done"))


def close(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(seconds=5)


def test_the_control_says_the_time_and_what_lies_ahead(stage: Stage) -> None:
    found = ask(base(stage)).json()
    now = stage.deps.clock.now()
    assert found.keys() == {"now", "offset", "next", "jumps", "zone"}
    assert close(datetime.fromisoformat(found["now"]), now)
    assert found["offset"] == stage.deps.clock.offset.total_seconds()
    assert found["zone"] == "Europe/Berlin"
    assert close(datetime.fromisoformat(found["jumps"]["hour"]), now + HOUR)
    assert found["jumps"].keys() == {"hour", "working_day", "due"}


@pytest.mark.parametrize(
    "header",
    [
        {"x_forwarded_for": "10.0.0.1"},
        {"x_forwarded_host": "localhost"},
        {"x_forwarded_proto": "https"},
        {"x_real_ip": "127.0.0.1"},
        {"forwarded": "for=127.0.0.1"},
        {"via": "1.1 proxy"},
        {"host": "baton.example.com"},
        {"host": "127.0.0.1.evil.example:8702"},
        {"host": "localhost.evil.example"},
        {"host": "10.0.0.1:8702"},
        {"origin": "http://127.0.0.1:8700"},
        {"sec_fetch_site": "cross-site"},
    ],
    ids=str,
)
def test_whoever_is_not_a_program_of_this_machine_is_refused(stage: Stage, header: dict[str, str]) -> None:
    before = stage.deps.clock.offset
    for answer in (ask(base(stage), **header), ask(base(stage), {"advance": 60}, **header)):
        assert answer.status_code == 403
        assert "on this machine" in answer.json()["error"]
    assert stage.deps.clock.offset == before


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8702", "127.0.0.1:1", "[::1]:8702", "[::1]"])
def test_this_machine_has_several_names(host: str) -> None:
    assert loopback(host)
    assert not loopback(f"x{host}")


@pytest.mark.parametrize("body", [b"", b"x", b"\xff", b"[" * 100_000, b"null", b'{"seconds": 5}', b'{"advance": NaN}'])
def test_what_cannot_be_read_is_refused_with_the_way_to_say_it(stage: Stage, body: bytes) -> None:
    before = stage.deps.clock.offset
    answer = httpx.post(base(stage) + PATH, content=body)
    assert answer.status_code == 400
    assert '{"jump": "hour"' in answer.json()["error"]
    assert stage.deps.clock.offset == before


def test_time_never_goes_back_and_a_jump_needs_somewhere_to_go(stage: Stage) -> None:
    before = stage.deps.clock.offset
    for given, words in (
        ({"advance": -3600}, "never goes back"),
        ({"to": (stage.deps.clock.now() - HOUR).isoformat()}, "never goes back"),
        ({"advance": 400 * 86_400}, "one year ahead"),
        ({"jump": "due"}, "confirm a scope first"),
    ):
        answer = ask(base(stage), given)
        assert answer.status_code == 400
        assert words in answer.json()["error"]
    assert stage.deps.clock.offset == before


def test_a_jump_stops_at_each_due_moment_in_order(stage: Stage) -> None:
    """At each: the sweeps with its moment, in order; then the outbox is empty before time goes on."""
    now = stage.deps.clock.now()
    due = (now + 2 * HOUR, now + HOUR, now + 30 * HOUR)
    seen: list[tuple[str, datetime, int]] = []

    def work(name: str, deps: Any, moment: datetime) -> None:
        seen.append((name, moment, sum(deps.store.outbox.waiting().values())))
        with deps.store.write() as unit:
            unit.emit(TellAdmin(name, moment.isoformat(), {"kind": "x", "why": "x", "job": 1}))

    stage.settle()
    with control(stage, partial(work, "review_due"), due=due) as url:
        answer = ask(url, {"advance": 3 * 3600}).json()
    planned = [now, now + HOUR, now + 2 * HOUR, now + 3 * HOUR]
    assert len(seen) == len(planned)
    assert all(close(moment, at) for (_, moment, _), at in zip(seen, planned, strict=True))
    assert all(moment >= at for (_, moment, _), at in zip(seen, planned, strict=True))
    assert [waiting for _, _, waiting in seen] == [0, 0, 0, 0], "each step's work is done before the next begins"
    assert (answer["steps"], answer["drained"], answer["arrived"], answer["waiting"]) == (3, True, True, {})
    assert close(datetime.fromisoformat(answer["now"]), now + 3 * HOUR)
    assert datetime.fromisoformat(answer["next"]) == now + 30 * HOUR


def test_a_jump_ends_where_it_was_asked_to_however_long_its_work_takes(stage: Stage) -> None:
    """The sandbox goes along by the same amount: work on the way must not leave the bot behind it."""
    before, now = stage.deps.clock.offset, stage.deps.clock.now()
    with control(stage, lambda *_: time.sleep(0.4), due=(now + HOUR,)) as url:
        ask(url, {"to": (now + 2 * HOUR).isoformat()})
    assert timedelta() <= before + 2 * HOUR - stage.deps.clock.offset < timedelta(seconds=0.75)


def test_sweeps_run_in_their_order(stage: Stage) -> None:
    seen: list[str] = []
    with control(stage, lambda *_: seen.append("sweep"), lambda *_: seen.append("digest")) as url:
        ask(url, {"advance": 60})
    assert seen == ["sweep", "digest"] * 2


def test_a_record_that_wants_another_look_gets_it_at_the_same_moment(stage: Stage) -> None:
    """What a sweep saves may be a reason to look again; a jump must not take that look hours later."""
    walk.won(stage)
    stage.settle()
    looks: list[datetime] = []

    def sweep(_: Any, now: datetime) -> None:
        looks.append(now)
        look_at(stage, now if len(looks) % 3 else None)

    with control(stage, sweep) as url:
        answer = ask(url, {"advance": 3600}).json()
    assert answer["steps"] == 1
    assert len(looks) == 6
    assert close(looks[0], looks[2])
    assert close(looks[3], looks[5])
    assert close(looks[3], looks[2] + HOUR)


def test_one_jump_at_a_time(stage: Stage) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def hang(*_: Any) -> None:
        inside.set()
        assert go_on.wait(20)

    with control(stage, hang) as url:
        first = threading.Thread(target=ask, args=(url, {"advance": 60}))
        first.start()
        assert inside.wait(20)
        second = ask(url, {"advance": 60})
        assert ask(url).status_code == 200, "the time can be read meanwhile"
        go_on.set()
        first.join()
        assert second.status_code == 409
        assert "moving already" in second.json()["error"]
        assert ask(url, {"advance": 60}).status_code == 200


@pytest.mark.slow
def test_a_step_that_is_not_done_in_time_is_told_and_the_jump_goes_on(stage: Stage) -> None:
    stage.settle()
    stage.world.faults.add("slack", "chat.postMessage", "slow", times=1, seconds=3)
    now = stage.deps.clock.now()

    def work(deps: Any, _: datetime) -> None:
        with deps.store.write() as unit:
            unit.emit(TellAdmin("review_due", "slow", {"kind": "x", "why": "x", "job": 1}))

    try:
        with control(stage, work, due=(now + HOUR,), patience=0.5) as url:
            answer = ask(url, {"advance": 2 * 3600}).json()
        assert (answer["drained"], answer["arrived"], answer["steps"]) == (False, True, 2)
        assert answer["waiting"] == {"TellAdmin": 1}
    finally:
        stage.world.faults.clear()
        stage.settle()


def test_what_was_put_off_for_long_is_not_waited_for(stage: Stage) -> None:
    stage.settle()
    with stage.deps.store.write() as unit:
        unit.emit(Redraw(1, 99), at=stage.deps.clock.now() + HOUR)
    began = time.monotonic()
    answer = ask(base(stage), {"advance": 60}).json()
    assert time.monotonic() - began < 10
    assert (answer["drained"], answer["waiting"]) == (False, {"Redraw": 1})
    forget_jobs(stage)


def test_a_sweep_that_fails_ends_the_jump_with_a_sentence(stage: Stage) -> None:
    now = stage.deps.clock.now()

    def fail(_: Any, moment: datetime) -> None:
        if moment > now + HOUR:
            raise RuntimeError("secret words of a record")

    with control(stage, fail, due=(now + 2 * HOUR,)) as url:
        answer = ask(url, {"advance": 3 * 3600})
        assert answer.status_code == 500
        assert "stopped half-way" in answer.json()["error"]
        assert "secret" not in answer.text
        assert close(stage.deps.clock.now(), now + 2 * HOUR)
        assert ask(url, {"advance": 0}).status_code == 500, "and the next one may try again"


def test_a_jump_ends_after_500_steps(stage: Stage) -> None:
    now = stage.deps.clock.now()
    due = tuple(now + timedelta(minutes=n) for n in range(1, MOST_STEPS + 50))
    with control(stage, due=due) as url:
        answer = ask(url, {"to": due[-1].isoformat()}).json()
    assert (answer["steps"], answer["arrived"]) == (MOST_STEPS, False)
    assert close(datetime.fromisoformat(answer["now"]), due[MOST_STEPS - 1])


def test_the_end_of_the_process_ends_a_jump(stage: Stage) -> None:
    """A jump that waits for slow work must not keep the process alive, nor go on without it."""
    stage.settle()
    with stage.deps.store.write() as unit:
        unit.emit(Redraw(1, 98), at=stage.deps.clock.now() + timedelta(seconds=25))
    made = Control(stage.deps, next_due=lambda _: None, sweeps=(), busy=lambda: False)
    found: list[Any] = []
    jumping = threading.Thread(target=lambda: found.append(made.jump({"advance": 60})), daemon=True)
    jumping.start()
    time.sleep(0.3)
    made.stop()
    jumping.join(5)
    assert found
    assert (found[0]["arrived"], found[0]["drained"], found[0]["steps"]) == (False, False, 0)
    forget_jobs(stage)


def test_the_record_and_the_digest_say_what_is_due_next(tmp_path: Path) -> None:
    with staged(tmp_path, digest={"time": "08:15"}) as made:
        made.start()
        walk.won(made)
        found = ask(base(made)).json()
        assert datetime.fromisoformat(found["jumps"]["due"]) == made.handover().scope_due_at
        now = made.deps.clock.now()
        digest = next_due(made.deps, now)
        assert digest
        assert f"{digest.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" == "08:15"
        look = now + timedelta(minutes=1)
        look_at(made, look)
        assert next_due(made.deps, now) == min(look, digest)
        assert next_due(made.deps, look) == digest


def test_a_restart_goes_on_where_business_time_was(tmp_path: Path) -> None:
    with staged(tmp_path) as made:
        made.start()
        assert ask(base(made), {"advance": 90_000}).status_code == 200
        reached = made.deps.clock.now()
        made.stop()
        made.clock = Clock()
        made.start()
        assert made.deps.clock.now() >= reached
        assert close(made.deps.clock.now(), reached + timedelta(seconds=2))
        made.stop()
        plain = wire(read(made.env, made.table), made.env)
        assert not plain.deps.clock.offset, "without --rehearsal business time is the wall's"
        plain.deps.store.db.dispose()


def test_without_rehearsal_nothing_listens(tmp_path: Path) -> None:
    with staged(tmp_path) as made:
        running = wire(read(made.env, made.table), made.env)
        running.start()
        try:
            with pytest.raises(httpx.ConnectError):
                ask(base(made))
        finally:
            running.stop()


def test_the_main_port_has_no_clock(stage: Stage) -> None:
    for method in ("GET", "POST"):
        assert httpx.request(method, f"{stage.env['BATON_PUBLIC_URL']}{PATH}").status_code == 404


def test_a_taken_port_is_told_before_anything_starts(stage: Stage, tmp_path: Path) -> None:
    with staged(tmp_path) as made:
        made.env["BATON_REHEARSAL_PORT"] = stage.env["BATON_REHEARSAL_PORT"]
        running = wire(made.settings(), made.env)
        with pytest.raises(ConfigError, match=r"BATON_REHEARSAL_PORT = \d+ cannot be opened .*choose another port"):
            running.start()
        running.deps.store.db.dispose()


def test_a_busy_worker_is_waited_for(stage: Stage) -> None:
    """An empty outbox is not enough: the last job's hands may still be at work."""
    asked: list[float] = []

    def busy() -> bool:
        asked.append(time.monotonic())
        return len(asked) < 4

    made = Control(stage.deps, next_due=lambda _: None, sweeps=(), busy=busy)
    found = made.jump({"advance": 0})
    assert isinstance(found, dict)
    assert found["drained"]
    assert len(asked) == 4
