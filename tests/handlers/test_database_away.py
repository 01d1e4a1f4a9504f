"""Our own database gone, silent, locked or full: people hear it kindly, nothing is lost or doubled, it mends itself."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from sqlalchemy import event, text

from bot.errors import StoreAway
from handlers.apology import AWAY, LATE
from handlers.deps import Haste
from sandbox.slack.hands import Reaction
from store.engine import POOL
from tests.handlers.forwarder import Forwarder
from tests.stories import walk
from tests.stories.stage import Stage, staged

Spell = Callable[[], AbstractContextManager[None]]
PROMISE = "Free training for the help desk"
TYPED = "Weekly call until go-live"
MENTIONED = "Dashboards in French"
FILLER = "Anything at all "
SLACKS_PATIENCE = 3000  # milliseconds
SHORT = Haste(lock=0.3)  # a click waits for a lock a little less than in life
SHORTER = replace(SHORT, answer=1.6)


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Stage]:
    """A company on SQLite."""
    with staged(tmp_path, haste=SHORT) as made:
        with closing(sqlite3.connect(tmp_path / "baton.db")) as file:
            file.execute("PRAGMA journal_mode=DELETE")
            file.execute("PRAGMA page_size=512")  # little room is left in a page: what is new needs another one
            file.execute("VACUUM")
        made.start()
        with made.deps.store.db.read() as session:
            assert session.execute(text("PRAGMA page_size")).scalar_one() == 512
        yield made


@pytest.fixture
def forwarder(fresh_postgres: str) -> Iterator[Forwarder]:
    """The door in front of a PostgreSQL server."""
    folder = parse_qs(urlsplit(fresh_postgres).query)["host"][0]
    made = Forwarder(Path(folder) / ".s.PGSQL.5432")
    yield made
    made.close()


@contextmanager
def behind(
    forwarder: Forwarder, url: str, folder: Path, *, haste: Haste = SHORT, socket_mode: bool = False
) -> Iterator[Stage]:
    """A company on PostgreSQL, with that door between."""
    address = f"postgresql://postgres@127.0.0.1:{forwarder.port}/{urlsplit(url).path.strip('/')}?sslmode=disable"
    with staged(folder, url=address, socket_mode=socket_mode, haste=haste) as made:
        made.start()
        yield made


@pytest.fixture
def on_postgres(tmp_path: Path, fresh_postgres: str, forwarder: Forwarder) -> Iterator[Stage]:
    """A company on PostgreSQL, with that door between."""
    with behind(forwarder, fresh_postgres, tmp_path) as made:
        yield made


@pytest.fixture
def on_sockets(
    tmp_path: Path,
    fresh_postgres: str,
    forwarder: Forwarder,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Stage]:
    """The same over Socket Mode, with as many hands as there are connections."""
    monkeypatch.setattr("handlers.wiring.THREADS", POOL)
    haste = getattr(request, "param", SHORT)
    with behind(forwarder, fresh_postgres, tmp_path, haste=haste, socket_mode=True) as made:
        made.until(lambda: len(made.world.slack.socket) == 1, "the line is there")
        yield made


def get(stage: Stage, path: str) -> httpx.Response:
    """One of our own pages."""
    return httpx.get(f"{stage.env['BATON_PUBLIC_URL']}{path}", timeout=5)


def heard(reaction: Reaction) -> str:
    """A command's answer: its text, or over Socket Mode an object with it."""
    return str(reaction.body["text"] if isinstance(reaction.body, dict) else reaction.body)


def said(stage: Stage, who: str) -> list[str]:
    """What only this person sees in the channel."""
    return [one["text"] for one in stage.world.slack.ephemerals(walk.user_id(who), walk.HERE)]


def on_a_bad_minute(stage: Stage, spell: Spell, sentences: tuple[str, ...] = (AWAY,), told: str = "") -> str:
    """The whole of it, through the front door; returns what /readyz said meanwhile."""
    stage.world.slack.deliver.retry_delays = (0.5, 1.0, 2.0, 4.0)
    stage.world.hubspot.webhooks.retry_delays = (0.5,)
    walk.won(stage)
    walk.click(stage, "ana", "list:sales_rep", "promise.add")
    form = walk.modal(stage, "ana")["id"]
    lists, root = stage.post("list:pm")["ts"], stage.post("root")["ts"]
    with spell():
        ready = get(stage, "/readyz")
        assert ready.status_code == 503
        command = stage.hands.command("ana", walk.HERE, f"commit ABC {TYPED}")
        assert command.error is None
        assert heard(command) in sentences
        form_sent = stage.hands.submit("ana", form, {"words": {"words": PROMISE}})
        assert form_sent.error is None
        note = walk.modal(stage, "ana")
        assert walk.shown(note) in [f"{sentence} What you typed is still in the form." for sentence in sentences]
        if told:
            assert told in str(stage.hands.command("olga", walk.HERE, "health").body)
        click = stage.hands.click("ben", walk.HERE, lists, "document.all_read")
        assert (said(stage, "ben")[-1:] == [AWAY]) == (click.error is None)  # else Slack shows that it was not taken
        assert click.error is None or LATE in sentences
        assert max(command.ms, form_sent.ms, click.ms) < SLACKS_PATIENCE
        stage.world.hubspot.win("9002")
        stage.until(lambda: stage.world.hubspot.webhooks.deliveries[-1]["status"] == 503, "the CRM's call is refused")
        me = stage.deps.identity.bot_user
        stage.hands.say("ana", walk.HERE, f"<@{me}> promise {MENTIONED}", root)
        words = ready.text
    stage.until(lambda: get(stage, "/readyz").status_code == 200, "it is ready again")
    assert "baton_database_up 1" in get(stage, "/metrics").text
    stage.hands.close("ana", note["id"])
    walk.submit(stage, "ana", {"words": {"words": PROMISE}})
    stage.until(lambda: len(_wins(stage)) == 2, "the CRM's call came again")
    stage.settle()
    stage.until(lambda: MENTIONED in _promises(stage), "Slack sent the event again")
    promises = _promises(stage)
    assert (promises.count(PROMISE), promises.count(MENTIONED)) == (1, 1)
    assert promises.count(TYPED) == 0 or (promises.count(TYPED) == 1 and LATE in sentences)
    assert stage.parked() == []
    return words


def _promises(stage: Stage) -> list[str]:
    return [entry.text for entry in stage.handover().entries]


def _wins(stage: Stage) -> list[int]:
    with stage.deps.store.read() as reader:
        return [number for number in (1, 2, 3) if reader.handover(number)]


@contextmanager
def locked(stage: Stage) -> Iterator[None]:
    """Somebody else writes, for long."""
    with closing(sqlite3.connect(stage.folder / "baton.db", timeout=10, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(stage: Stage) -> Iterator[None]:
    """The file cannot grow by a page (https://sqlite.org/pragma.html#pragma_max_page_count)."""
    engine = stage.deps.store.db.engine

    def capped(dbapi: Any, *_: Any) -> None:
        dbapi.execute("PRAGMA max_page_count=1").close()  # SQLite makes it as many pages as there are

    def freed(dbapi: Any, *_: Any) -> None:
        dbapi.execute("PRAGMA max_page_count=4294967294").close()

    event.listen(engine, "checkout", capped)
    for number in range(30):  # what room is left in the pages is used up, and what was kept is told as kept
        said = str(stage.hands.command("ana", walk.HERE, f"commit ABC {FILLER}{number}").body)
        assert (AWAY in said) != (f"{FILLER}{number}" in _promises(stage))
        if AWAY in said:
            break
    with suppress(StoreAway):
        for number in range(1_000):
            with stage.deps.store.write() as unit:
                unit.seen(f"{number}")
    yield
    event.remove(engine, "checkout", capped)
    event.listen(engine, "checkout", freed)


def test_while_sqlite_is_locked_for_long_nothing_is_lost_and_people_hear_it(on_sqlite: Stage) -> None:
    assert "locked" in on_a_bad_minute(on_sqlite, lambda: locked(on_sqlite))


def test_with_the_disk_full_nothing_is_lost_and_people_hear_it(on_sqlite: Stage) -> None:
    assert "the disk is full" in on_a_bad_minute(on_sqlite, lambda: full(on_sqlite), told="the disk is full")


def test_with_postgresql_gone_nothing_is_lost_and_people_hear_it(
    on_postgres: Stage, forwarder: Forwarder, caplog: pytest.LogCaptureFixture
) -> None:
    @contextmanager
    def gone() -> Iterator[None]:
        with forwarder.shut():
            assert on_postgres.running
            on_postgres.running.worker.wake()
            on_postgres.until(lambda: "could not claim work" in caplog.messages, "the hands notice")
            assert get(on_postgres, "/metrics").text.endswith("baton_database_up 0\n")
            yield

    with caplog.at_level(logging.INFO):
        assert "does not answer" in on_a_bad_minute(on_postgres, gone)
    told = [message for message in caplog.messages if message in ("could not claim work", "work is claimed again")]
    assert told == ["could not claim work", "work is claimed again"]  # four hands, one outage


REFUSE = """
CREATE FUNCTION full_disk() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END
$$ LANGUAGE plpgsql;
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TRIGGER full_disk BEFORE INSERT ON %I FOR EACH ROW EXECUTE FUNCTION full_disk()', name);
  END LOOP;
END $$
"""


def refuse(server: psycopg.Connection[Any]) -> None:
    """From now on no row finds room. Baton works meanwhile: whoever locks the tables in another order goes first."""
    for _ in range(20):
        with suppress(psycopg.errors.DeadlockDetected):
            server.execute(REFUSE)
            return
    raise AssertionError("twenty deadlocks")


@pytest.mark.slow
def test_with_postgresqls_disk_full_nothing_is_lost_and_people_hear_it(on_postgres: Stage, fresh_postgres: str) -> None:
    """As the server says it: no row finds room (53100), what is there can be read."""

    @contextmanager
    def full() -> Iterator[None]:
        with psycopg.connect(fresh_postgres, autocommit=True) as server:
            refuse(server)
            yield
            server.execute("DROP FUNCTION full_disk CASCADE")

    assert "the disk is full" in on_a_bad_minute(on_postgres, full, told="the disk is full")


@pytest.mark.slow
def test_with_postgresql_silent_people_are_answered_in_time_all_the_same(
    on_postgres: Stage, forwarder: Forwarder
) -> None:
    """Connections are up and nothing comes back: whoever waits hears that it is slow; what was asked is done once."""
    assert "in time" in on_a_bad_minute(on_postgres, forwarder.hung, (AWAY, LATE))


@pytest.mark.slow
def test_over_sockets_people_are_answered_in_time_all_the_same(on_sockets: Stage, forwarder: Forwarder) -> None:
    assert "in time" in on_a_bad_minute(on_sockets, forwarder.hung, (AWAY, LATE))


CROWD = 15  # more than the SDK's client has hands by itself


@pytest.mark.slow
@pytest.mark.parametrize("on_sockets", [SHORTER], indirect=True)
def test_a_database_that_hangs_makes_no_line_deaf(on_sockets: Stage, forwarder: Forwarder) -> None:
    """A crowd is answered while it hangs, the second crowd as the first; events are offered again; all goes on."""
    stage, hands = on_sockets, on_sockets.hands
    stage.world.slack.deliver.retry_delays = (0.3, 1.0, 2.0, 4.0)
    walk.won(stage)
    root, me = stage.post("root")["ts"], stage.deps.identity.bot_user
    typed = [f"Promise number {number} of many" for number in range(2 * CROWD)]

    def at_once(asked: Iterable[str]) -> list[Reaction]:
        with ThreadPoolExecutor(CROWD) as crowd:
            return list(crowd.map(lambda words: hands.command("ana", walk.HERE, words), asked))

    at_once(["help"] * CROWD)  # so that there are connections which can hang
    with forwarder.hung():
        answers = at_once(f"commit ABC {words}" for words in typed)
        hands.say("ana", walk.HERE, f"<@{me}> promise {MENTIONED}", root)
        assert {heard(answer) for answer in answers} == {AWAY, LATE}
        assert max(answer.ms for answer in answers) < SLACKS_PATIENCE
        assert not stage.world.slack.deliver.flush(0), "the event is not acknowledged"
    stage.until(lambda: "/handover" in str(hands.command("ana", walk.HERE, "help").body), "it answers as always")
    stage.until(lambda: MENTIONED in _promises(stage), "Slack offered the event again")
    stage.settle()
    assert len(stage.world.slack.calls.of("apps.connections.open")) == 1, "the line stood all the time"
    kept, refused = _promises(stage), [w for w, a in zip(typed, answers, strict=True) if heard(a) == AWAY]
    assert max(kept.count(words) for words in (*typed, MENTIONED)) == 1
    assert not set(refused) & set(kept), "who heard that nothing is saved finds nothing saved"
    assert stage.parked() == []
