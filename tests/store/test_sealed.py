"""Secrets at rest: what seals and opens them, what the database then holds, and all of it under another key."""

import logging
import os
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import insert, select, update

from bot.effects import Identify, ReadDeal, Redraw, SearchCrm, Whisper
from store import outbox
from store.engine import Db
from store.sealed import rotation
from store.sealed.keyring import VERSION, Keyring, is_sealed
from store.sealed.rotation import Found, look, seal_again
from store.store import Store
from store.tables import JobRow, SettingRow, table

JOB, SETTING = table(JobRow), table(SettingRow)
ADDRESS = "https://hooks.slack.com/commands/T1/2/private"
SLACKS = ("signing secret", "xoxb-token")
KEPT = (
    "sealed:1:gAAAAABrAlcfFuh-PR0MJcx9DuASSfjmtQ0JabnIH2r83CSlhOaHkp9gR4-ys7uR4OpDFfCbdkRNagKdm"
    "g_XZRoa6CF5LgXv2XBcjNIvWL65qPdpxHA6JGE_HpJey79Y-7I460F2fNAT"
)


def new_key() -> str:
    """A key as the command makes one."""
    return urlsafe_b64encode(os.urandom(32)).decode()


def found(store: Store, keyring: Keyring) -> Found:
    """What of it is sealed how."""
    with store.db.read() as session:
        return look(session, keyring)


def payloads(store: Store) -> dict[str, str]:
    """What is stored of each job, by kind."""
    with store.db.read() as session:
        return {row.kind: row.payload for row in session.execute(select(JOB))}


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two rows."""
    monkeypatch.setattr(rotation, "PAGE", 2)


def test_what_the_first_key_sealed_any_keyring_opens_that_has_it() -> None:
    old, new = new_key(), new_key()
    sealed = Keyring([old]).seal(ADDRESS)
    assert is_sealed(sealed)
    assert "private" not in sealed
    assert sealed != Keyring([old]).seal(ADDRESS), "nobody sees that two are the same"
    assert Keyring([new, old]).open(sealed) == ADDRESS
    assert (Keyring([new, old]).is_newest(sealed), Keyring([old, new]).is_newest(sealed)) == (False, True)
    assert Keyring([new]).open(sealed) is None
    assert Keyring([new]).sealed_again(sealed) is None


def test_without_a_key_one_is_made_of_slacks_secret_and_still_opens_once_a_key_is_given() -> None:
    made = Keyring(made_of=SLACKS)
    sealed = made.seal(ADDRESS)
    assert Keyring(made_of=SLACKS).open(sealed) == ADDRESS, "every replica makes the same key"
    assert Keyring([new_key()], made_of=SLACKS).open(sealed) == ADDRESS
    assert Keyring(made_of=("another secret", SLACKS[1])).open(sealed) is None
    assert Keyring(made_of=("", SLACKS[0])).open(sealed) == ADDRESS, "what is not set makes no key"
    with_socket_mode = Keyring(made_of=("", SLACKS[1])).seal(ADDRESS)
    assert made.open(with_socket_mode) == ADDRESS, "whoever changes the transport loses nothing"


def test_what_was_sealed_once_is_opened_by_every_later_version() -> None:
    """Another way to make the key, or another seal, would open nothing of what is stored."""
    assert Keyring(made_of=SLACKS).open(KEPT) == ADDRESS


def test_a_text_is_sealed_once_and_an_older_versions_stands_for_itself() -> None:
    keyring = Keyring([new_key()])
    sealed = keyring.seal(ADDRESS)
    assert keyring.seal(sealed) == sealed
    assert keyring.open(ADDRESS) == ADDRESS


@pytest.mark.parametrize(
    "damaged", ["", "x", "gAAAAA", "\x00", "ü", "=" * 90, "gAAAAABrAlKQ56UAcIMYpiQ352ADKlfmNofOzswuNMD51lxE_x8Wp2s6"]
)
@pytest.mark.parametrize("beginning", [VERSION, "sealed:", "sealed:2:"])
def test_what_is_damaged_or_of_a_later_version_opens_nothing_and_breaks_nothing(beginning: str, damaged: str) -> None:
    keyring = Keyring([new_key()], made_of=SLACKS)
    assert keyring.open(beginning + damaged) is None
    assert not keyring.is_newest(beginning + damaged)


def test_a_changed_sign_is_noticed() -> None:
    keyring = Keyring([new_key()])
    sealed = keyring.seal(ADDRESS)
    other = "A" if sealed[60] != "A" else "B"
    assert keyring.open(sealed[:60] + other + sealed[61:]) is None


def test_without_any_key_nothing_secret_is_stored(store: Store) -> None:
    store.keyring = Keyring()
    with pytest.raises(RuntimeError, match="no key"), store.write() as unit:
        unit.emit(Whisper("U1", "n1", response_url=ADDRESS))
    with pytest.raises(ValueError, match="Whisper is not sealed"), store.db.write() as session:
        outbox.emit(session, Whisper("U1", "n1", response_url=ADDRESS), run_at=1.0, t=1.0)
    with store.write() as unit:
        assert unit.emit(Whisper("U1", "n1", channel="C1")), "what holds no secret needs no key"
    assert payloads(store).keys() == {"Whisper"}


@pytest.mark.req("R116")
def test_no_column_holds_the_address_and_the_worker_still_gets_it(store: Store) -> None:
    effects = [
        Whisper("U1", "n1", response_url=ADDRESS),
        Identify("U1", "", nonce="n1", response_url=ADDRESS),
        SearchCrm("ABC", 1, ADDRESS, nonce="n1"),
        ReadDeal("hubspot", "501", "track", "n1", asked_by=1, response_url=ADDRESS),
    ]
    with store.write() as unit:
        assert [unit.emit(effect) for effect in effects * 2] == [True] * 4 + [False] * 4, "sealed or not, it is once"
    with store.db.read() as session:
        assert "private" not in str(session.execute(select(JOB)).all())
    for _ in effects:
        job = store.outbox.claim("w")
        assert job
        assert store.keyring.open(str(getattr(job.effect, "response_url", ""))) == ADDRESS


def filled(store: Store, count: int = 5) -> None:
    """So many answers that wait, one that was given, a deal to be read, a small value, and what is no secret."""
    with store.write() as unit:
        for n in range(count):
            unit.emit(Whisper("U1", f"n{n}", response_url=ADDRESS, data={"text": "sealed:1:x"}))
        unit.emit(ReadDeal("hubspot", "501", "track", "n1", asked_by=1, response_url=ADDRESS))
        unit.emit(SearchCrm("sealed:1:gAAAA what Ana types", 1, ADDRESS, nonce="n1"))
        unit.emit(Whisper("U1", "here", channel="C1", data={"text": '"sealed:1:x'}))
        unit.emit(Redraw(1, 1))
        unit.keep_setting("signed-in:tool", store.keyring.seal("refresh token"))
        unit.keep_setting("cursor", "7")


@pytest.mark.req("R116")
@pytest.mark.usefixtures("small_pages")
def test_all_is_sealed_again_with_the_newest_key_and_then_the_older_one_may_go(store: Store) -> None:
    old, new = new_key(), new_key()
    store.keyring = Keyring([old])
    filled(store)
    both = Keyring([new, old])
    assert found(store, both) == Found(newest=0, older=8)
    assert seal_again(store.db, both) == (8, Found(newest=8))
    assert seal_again(store.db, both) == (0, Found(newest=8)), "once more changes nothing"
    store.keyring = Keyring([new])
    assert found(store, store.keyring) == Found(newest=8)
    with store.write() as unit:
        assert store.keyring.open(unit.setting("signed-in:tool")) == "refresh token"
        assert unit.setting("cursor") == "7"
    while (job := store.outbox.claim("w")) is not None:
        address = str(getattr(job.effect, "response_url", ""))
        assert store.keyring.open(address) == (ADDRESS if address else "")
    assert found(store, Keyring([old])) == Found(lost=3), "the answers were given: their addresses are no loss"


def test_what_no_key_opens_stays_as_it_is_and_is_counted(store: Store) -> None:
    old, new = new_key(), new_key()
    store.keyring = Keyring([old])
    filled(store)
    before = payloads(store)
    assert seal_again(store.db, Keyring([new])) == (0, Found(lost=8))
    assert payloads(store) == before


def test_what_a_running_serve_changes_or_adds_meanwhile_is_neither_lost_nor_left(store: Store) -> None:
    """As it happens between a page's reading and its writing, and after the last page."""
    old, new = new_key(), new_key()
    store.keyring = Keyring([old])
    filled(store, count=1)
    changed = '{"nonce": "n0", "slack_id": "U1"}'

    class Meanwhile(Keyring):
        once = True

        def sealed_again(self, stored: str) -> str | None:
            if self.once:
                self.once = False
                with store.db.write() as session:
                    session.execute(update(JOB).where(JOB.c.id == 1).values(payload=changed))
            if self.open(stored) == "refresh token" and not self.is_newest(stored):
                with store.write() as unit:  # all jobs have been looked at by then
                    unit.emit(Whisper("U2", "later", response_url=ADDRESS))
            return super().sealed_again(stored)

    done, now = seal_again(store.db, Meanwhile([new, old]))
    assert (done, now) == (4, Found(newest=4))
    with store.db.read() as session:
        assert session.execute(select(JOB.c.payload).where(JOB.c.id == 1)).scalar() == changed


def test_while_the_database_is_locked_nothing_breaks_and_the_next_time_does_it(
    empty_sqlite: Callable[[int], Db],
) -> None:
    db, key = empty_sqlite(0), new_key()
    with db.write() as session:
        session.execute(insert(SETTING).values(key="signed-in:tool", value=Keyring([key]).seal("refresh token")))
    both = Keyring([new_key(), key])
    with closing(sqlite3.connect(str(db.file), isolation_level=None)) as other, db.hurried(0.05):
        other.execute("BEGIN IMMEDIATE")
        assert seal_again(db, both) == (0, Found(older=1))
    assert seal_again(db, both) == (1, Found(newest=1))


def test_no_key_and_no_secret_stands_in_a_repr_or_a_log(db: Db, caplog: pytest.LogCaptureFixture) -> None:
    key = new_key()
    keyring = Keyring([key], made_of=SLACKS)
    with caplog.at_level(logging.DEBUG):
        seal_again(db, keyring)
        keyring.open(keyring.seal(ADDRESS))
    told = f"{keyring!r} {caplog.text}"
    assert [word for word in (key, *SLACKS, "private") if word in told] == []
