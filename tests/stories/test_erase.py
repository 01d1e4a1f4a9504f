"""A person is erased: no table names them any more, our messages are edited, and where else they remain is printed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.people import AT_CLIENT, FORMER
from store.migrate import migrate
from store.store import Store
from store.tables import Row
from store.upkeep.traces import ERASED
from tests.handlers.commanding import Ended, app, environment
from tests.stories import walk
from tests.stories.stage import Stage, staged

pytestmark = pytest.mark.slow  # each walks the whole road first, several times over

BEN, MARIA = "ben@acme.example", "m.klein@abcfintech.example"


@pytest.fixture(params=["sqlite", "postgres"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A company with Baton at work in it, on both databases."""
    url = "" if request.param == "sqlite" else request.getfixturevalue("empty_postgres")
    if url:
        migrate(url)
    with staged(tmp_path, url=url) as made:
        made.start()
        yield made


def erase(stage: Stage, who: str, *more: str) -> Ended:
    """The command, while the bot runs."""
    ended = app(environment(stage), "erase", "--person", who, *more)
    assert "Traceback" not in ended.err, ended.err
    stage.settle(60)
    return ended


def naming(store: Store, *words: str) -> list[str]:
    """Every cell of every table that holds one of these words, in whatever column, case or encoding."""
    found = []
    with store.db.read() as session:
        for each in Row.metadata.sorted_tables:
            for row in session.execute(select(each)).mappings():
                for column, value in row.items():
                    text = as_text(value)
                    found += [f"{each.name}.{column}: {word}" for word in words if word.lower() in text]
    return found


def as_text(value: Any) -> str:
    """A cell as text, in lower case."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").lower()
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return written.encode().decode("unicode_escape", "replace").lower() + written.lower()


def messages(stage: Stage) -> list[str]:
    """Baton's own messages, in every channel and direct message."""
    world = stage.world.slack
    rooms = {call["args"]["channel"] for call in world.call_log("chat.postMessage") if call["ok"]}
    return [json.dumps(m, ensure_ascii=False) for room in rooms for m in world.messages(room) if m.get("bot_id")]


def ours(stage: Stage, *words: str) -> list[str]:
    """Those that hold one of these words."""
    return [message for message in messages(stage) if any(word in message for word in words)]


@pytest.mark.req("R110")
def test_a_colleague_is_erased_from_every_table_and_from_our_messages(stage: Stage) -> None:
    """Ben signed, answered, ticked and was rung: afterwards it was a former colleague, and the record still works."""
    walk.whole(stage)
    ben = walk.user_id("ben")
    store = stage.deps.store
    assert naming(store, BEN, "Ben Ortiz", ben)
    assert ours(stage, "Ben Ortiz")
    before = naming(store, BEN)
    told = erase(stage, BEN)
    assert told.code == 0, told
    assert told.out.startswith("Would be removed (nothing was changed; add --yes to do it):\n")
    assert naming(store, BEN) == before
    assert ours(stage, FORMER) == []
    done = erase(stage, BEN, "--yes")
    assert done.code == 0, done
    assert done.out.startswith("Removed:\n")
    assert naming(store, BEN, "Ben Ortiz", ben) == []
    assert ours(stage, "Ben Ortiz", ben) == []
    assert ours(stage, FORMER)
    assert [message for message in messages(stage) if re.search(r"\bBen\b", message)] == []
    with store.read() as reader:
        assert reader.setting(ERASED).endswith(":everywhere"), "whoever runs lets go once more after the last edit"
    assert [line for line in done.out.splitlines() if "HO-1: they are the project manager still" in line]
    for told_of in ("baton.toml: [people.roles.pm]", "HubSpot: ", "Asana: ", "Slack: ", "Backups"):
        assert told_of in done.out, told_of
    record = stage.handover()
    assert len([s for s in record.signatures if s.stands]) == 3
    assert record.events[-1].kind == "erased"
    assert stage.parked() == []
    again = erase(stage, BEN, "--yes")
    assert again.code == 1
    assert again.out.startswith(f"Nothing that is stored names {BEN}.\n")
    assert stage.handover().rev == record.rev


def test_somebody_at_the_client_is_erased_with_what_the_crm_told(stage: Stage) -> None:
    """From the deal, its snapshots, the stance, the invitation and its jobs, and the messages; her colleague stays."""
    walk.whole(stage)
    store = stage.deps.store
    assert {cell.partition(".")[0] for cell in naming(store, MARIA)} >= {"handover_deal", "client_access", "job"}
    assert ours(stage, "Maria Klein")
    done = erase(stage, MARIA, "--yes")
    assert done.code == 0, done
    assert naming(store, MARIA, "Maria Klein") == []
    assert ours(stage, "Maria Klein") == []
    assert ours(stage, AT_CLIENT)
    record = stage.handover()
    contact = next(one for one in record.deal.contacts if one.name == AT_CLIENT)
    assert (contact.email, contact.phone, contact.title) == ("", "", "")
    assert any(one.name == "Jonas Weber" for one in record.deal.contacts)
    assert [entry.details["name"] for entry in record.entries if entry.kind == "stakeholder"] == [
        AT_CLIENT,
        "Jonas Weber",
    ]
    assert "deal 9001" in done.out or "with 9001" in done.out
    assert erase(stage, MARIA, "--yes").code == 1
    assert stage.parked() == []


def test_a_slack_id_means_the_same_person_and_nonsense_means_nobody(stage: Stage) -> None:
    walk.won(stage)
    nobody = erase(stage, "Ben")
    assert nobody.code == 2
    assert nobody.err == "'Ben' is no e-mail address and no Slack id (U…). Write one of them.\n"
    stranger = erase(stage, "stranger@nowhere.example", "--yes")
    assert stranger.code == 1
    assert stranger.out.startswith("Nothing that is stored names stranger@nowhere.example.")
    done = erase(stage, walk.user_id("ben"), "--yes")
    assert done.code == 0
    assert naming(stage.deps.store, BEN, "Ben Ortiz") == []


def test_the_file_of_the_database_holds_no_old_page(tmp_path: Path) -> None:
    """SQLite keeps what was overwritten until the file is written anew."""
    with staged(tmp_path) as stage:
        stage.start()
        walk.won(stage)
        stage.stop()
        migrate(stage.env["DATABASE_URL"])
        assert naming_files(stage) > 1
        done = app(environment(stage), "erase", "--person", MARIA, "--yes")
        assert done.code == 0, done
        assert naming_files(stage) <= 1, "but for what is looked for in Slack"
        stage.start()
        stage.settle()
        assert naming(stage.deps.store, MARIA) == []
        stage.stop()
        again = app(environment(stage), "erase", "--person", MARIA, "--yes")
        assert again.code == 1
        assert naming_files(stage) == 0


def naming_files(stage: Stage) -> int:
    """How often her address stands in the bytes of the database's files."""
    files = [file for file in stage.folder.iterdir() if file.name.startswith("baton.db")]
    assert files
    return sum(file.read_bytes().lower().count(MARIA.encode()) for file in files)
