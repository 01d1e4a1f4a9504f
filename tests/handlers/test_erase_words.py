"""What `erase --person` prints: what goes, and every other place where the person remains, each with its next step."""

import sqlite3
from contextlib import closing

import pytest

from bot.context import Entry, Kind
from bot.handover import State
from bot.people import Person, Role
from handlers.clock import Clock
from handlers.wiring import build
from tests.builders import make_handover
from tests.handlers.commanding import app, environment
from tests.stories.stage import Stage

WORKSPACE = "https://app.asana.com/0/1200"
BEN, KLEIN = "ben@acme.example", "klein@abc.example"


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """One handover on which Ben is the project manager, and somebody wrote his first name."""
    stage.env |= environment(stage, DATABASE_URL=f"sqlite:///{stage.folder / 'baton.db'}")
    deps = build(stage.settings(), stage.env, clock=Clock())
    with deps.store.write() as unit:
        ben = unit.remember(Person(0, "Ben Ortiz", BEN, "U0BEN00001"))
        ana = unit.remember(Person(0, "Ana Ruiz", "ana@acme.example", "U0ANA00001"))
        entries = [Entry(0, Kind.COMMITMENT, "Ben calls the client every week", ana.id, deps.clock.now())]
        given = {"id": 0, "roles": {Role.PM: ben.id}, "entries": entries, "steps": [], "signatures": [], "answers": []}
        unit.add(make_handover(State.SCOPED, **given, scoped_by=ana.id, workspace_url=WORKSPACE, items=[], presale=[]))
    deps.store.db.dispose()
    return stage


def erased(stage: Stage, who: str, *more: str) -> tuple[int, list[str]]:
    """The exit code, and what it prints."""
    ended = app(stage.env, "erase", "--person", who, *more)
    assert ended.err == ""
    return ended.code, ended.out.splitlines()


def test_what_would_go_and_what_goes_and_each_place_where_a_colleague_remains(stage: Stage) -> None:
    copy, before = stage.folder / "baton.db.bak-0003", stage.folder / "baton.db.before-restore"
    for file in (copy, before):
        file.touch()
    gone = [
        '  - name and addresses: people read "a former colleague" instead',
        "  - person: 1 row",
        "  - HO-1: they are the project manager still; name another with /handover assign HO-1 pm @NAME",
    ]
    remains = [
        "Remains elsewhere:",
        "  - baton.toml: [people.roles.pm]. Remove them there, else Baton meets them again.",
        "  - HubSpot: remove them there first; the next read of a deal brings back what it holds.",
        "  - Asana: members, guests, task owners and comments in https://app.asana.com/0/1200.",
        "  - The first name alone may stand in entries of HO-1: look there, Baton cannot know whom it means.",
        (
            "  - Slack: what others wrote, the account itself, direct messages that Baton no longer remembers, "
            "histories as files."
        ),
        "  - Backups and exports that you made: let them run out, or erase again after a restore.",
        f"  - A copy beside the database: {copy}.",
        f"  - A copy beside the database: {before}.",
    ]
    would = "Would be removed (nothing was changed; add --yes to do it):"
    assert erased(stage, BEN) == (0, [would, *gone, *remains])
    assert erased(stage, BEN, "--yes") == (0, ["Removed:", *gone, *remains])


def test_somebody_at_the_client_remains_in_the_crm_by_the_deal_and_in_the_old_pages_of_a_file_in_use(
    stage: Stage,
) -> None:
    code, told = erased(stage, KLEIN)
    assert (code, told[1:3]) == (
        0,
        ['  - name and addresses: people read "a person at the client" instead', "  - handover_deal: 1 row"],
    )
    (crm,) = [line for line in told if line.startswith("  - HubSpot: ")]
    assert crm.endswith("the next read of a deal brings back what it holds. It told us of them with 9001.")
    with closing(sqlite3.connect(stage.folder / "baton.db")) as reading:
        reading.execute("BEGIN")
        reading.execute("SELECT * FROM person").fetchall()
        code, told = erased(stage, KLEIN, "--yes")
    old = "The file of the database still holds old pages. Stop `serve`, then run this once more."
    assert (code, told.count(old)) == (0, 1)
