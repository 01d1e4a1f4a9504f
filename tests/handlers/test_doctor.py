"""What the doctor finds: each thing that can be wrong, with its next step, against the sandbox's real answers."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.company.setup import TABLE
from bot.effects import Whisper
from bot.ports import Check
from bot.worktime import Office
from handlers.cli.doctor import examine
from handlers.cli.doctor.here import offices
from handlers.cli.doctor.people import PATIENCE, TRIES
from handlers.cli.doctor.slack import address_problem
from handlers.clock import Clock
from handlers.scopes import OPTIONAL, WANTED
from sandbox import company
from sandbox.deals import ABC
from store import outbox
from store.migrate import head, migrate
from store.sealed.keyring import Keyring
from store.sealed.rotation import Found, seal_again
from store.upkeep.condition import condition
from tests.handlers.bench import Bench, read
from tests.handlers.commanding import app, bare, environment
from tests.stories.stage import SECRET, Stage, staged

NEW, OLD = "n" * 43 + "=", "o" * 43 + "="
SLACK = "https://slack.com/api/"


class Off(Clock):
    """A machine whose clock is wrong by so much."""

    def __init__(self, wrong: timedelta) -> None:
        super().__init__()
        self.wrong = wrong

    def machine_now(self) -> datetime:
        """What this machine believes."""
        return super().machine_now() + self.wrong


class Patient(Clock):
    """A clock that notes how long it should wait."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:  # type: ignore[override]
        """Waits for nothing."""
        self.slept.append(seconds)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The company, with Baton installed and not started."""
    with staged(tmp_path) as made:
        (tmp_path / "baton.db").unlink()
        yield made


def asked(stage: Stage, clock: Clock | None = None, **more: Any) -> tuple[int, dict[str, Check]]:
    """The exit code, and every line by its name."""
    code, lines = examine(stage.env, stage.table | more, clock or Clock())
    return code, {line.name: line for line in lines}


def grant(stage: Stage, scopes: Sequence[str]) -> None:
    """What whoever installed the app agreed to."""
    stage.world.slack.manifest = replace(stage.world.slack.manifest, scopes=tuple(scopes))


def test_all_is_right_in_a_right_company(stage: Stage) -> None:
    code, lines = asked(stage)
    assert (code, [line for line in lines.values() if not line.ok]) == (0, [])
    assert lines["People"].words == "7 of 7 found in Slack, active, no guests"
    assert lines["Migrations"].words == f"new, the first start brings it to {head()}"
    year = Clock().now().year
    assert f"public holidays in {year}, " in lines["Office berlin"].words
    assert lines["Office berlin"].words.endswith(f"public holidays in {year + 1}")
    assert {"Settings", "Database", "Disk", "Checklists", "Playbooks", "Slack scopes", "Clock"} <= lines.keys()
    assert "Public address" in lines
    assert lines["Secrets"].words == "sealed with a key that is made of SLACK_SIGNING_SECRET and changes with it"


def test_which_key_seals_is_told_whether_it_opens_all_and_which_may_go(stage: Stage) -> None:
    migrate(stage.env["DATABASE_URL"])
    with stage.db.write() as session:
        for n, key in enumerate((NEW, OLD)):
            sealed = Whisper("U1", f"n{n}", response_url=Keyring([key]).seal("https://hooks.example/"))
            outbox.emit(session, sealed, run_at=1.0, t=1.0)
    first = "sealed with the first key of BATON_SECRET_KEY"
    for keys, ok, words in (
        (f"{NEW},{OLD}", True, f"{first}; 1 row is sealed with an older key: run `python app.py rotate-key`"),
        (NEW, False, "1 row is sealed with a key that is gone: put it back behind the others in BATON_SECRET_KEY. "),
        ("", False, "2 rows are sealed with a key that is gone: put it back behind "),
    ):
        stage.env["BATON_SECRET_KEY"] = keys
        code, lines = asked(stage)
        assert (code, lines["Secrets"].ok) == (0 if ok else 1, ok)
        assert lines["Secrets"].words.startswith(words)
        assert [key for key in (NEW, OLD) if key in str(lines)] == []
    stage.env["BATON_SECRET_KEY"] = f"{NEW},{OLD}"
    assert seal_again(stage.db, Keyring([NEW, OLD])) == (1, Found(newest=2))
    words = asked(stage)[1]["Secrets"].words
    assert words == f"{first}; nothing needs the older keys any more: leave only the first one"
    stage.env["BATON_SECRET_KEY"] = "no key"
    code, lines = asked(stage)
    assert code == 2
    assert lines["Settings"].words.startswith("BATON_SECRET_KEY: what it holds is no key. Make one with: python -c")


def test_a_scope_that_is_needed_is_named_with_what_it_is_for_and_an_optional_one_is_a_word(stage: Stage) -> None:
    grant(stage, [scope for scope in WANTED if scope not in OPTIONAL])
    code, lines = asked(stage)
    assert code == 0
    assert "without app_mentions:read `@Baton promise …` in a thread is not heard" in lines["Slack scopes"].words
    assert "without files:read a changed checklist cannot be uploaded" in lines["Slack scopes"].words
    grant(stage, [scope for scope in WANTED if scope != "pins:write"])
    code, lines = asked(stage)
    assert (code, lines["Slack scopes"].ok) == (1, False)
    assert lines["Slack scopes"].words.startswith("pins:write is missing, so the brief cannot be pinned: install")


@pytest.mark.parametrize(("wrong", "right"), [(50, True), (-50, True), (75, False), (-75, False)])
def test_a_machine_whose_clock_is_wrong_is_told_before_signatures_fail(stage: Stage, wrong: int, right: bool) -> None:  # noqa: FBT001
    code, lines = asked(stage, Off(timedelta(seconds=wrong)))
    assert (code, lines["Clock"].ok) == (0 if right else 1, right)
    if not right:
        assert ("ahead of Slack" if wrong > 0 else "behind Slack") in lines["Clock"].words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_private": False}, "make it private and unshared"),
        ({"is_ext_shared": True}, "make it private and unshared"),
        ({"is_shared": True}, "make it private and unshared"),
        ({"is_pending_ext_shared": True}, "make it private and unshared"),
        ({"is_archived": True}, "it is archived: unarchive it"),
    ],
)
def test_a_channel_that_is_not_as_it_should_be(stage: Stage, change: dict[str, bool], words: str) -> None:
    stage.world.slack.rooms.change(company.HANDOVERS_CHANNEL, **change)
    code, lines = asked(stage)
    assert (code, lines["Handovers channel"].ok) == (1, False)
    assert lines["Handovers channel"].words.startswith(words)


def test_a_channel_without_baton(stage: Stage) -> None:
    stage.world.slack.rooms.change(company.HANDOVERS_CHANNEL, is_private=False)
    stage.world.slack.leave(company.HANDOVERS_CHANNEL, company.BOT_USER)
    code, lines = asked(stage)
    assert (code, lines["Handovers channel"].ok) == (1, False)
    assert lines["Handovers channel"].words == "Baton is not in it: write /invite @Baton there"


def test_a_channel_that_is_not_there(stage: Stage) -> None:
    slack = {"handovers_channel": company.HANDOVERS_CHANNEL, "admin_channel": "C0NOWHERE"}
    code, lines = asked(stage, slack=slack)
    assert (code, lines["Handovers channel"].ok, lines["Admin channel"].ok) == (1, True, False)
    assert lines["Admin channel"].words.startswith("channel_not_found: correct [slack] admin_channel, or invite Baton")


def test_people_of_the_settings_are_looked_up(stage: Stage) -> None:
    """A guest and somebody whom Slack does not know are named with their place; the others are one line."""
    people = stage.table["people"]
    guest = next(user for user in company.PEOPLE if user.guest).email
    roles = people["roles"] | {"pm": ["nobody@acme.example", guest]}
    code, lines = asked(stage, people=people | {"roles": roles})
    assert code == 1
    wrong = {name: line.words for name, line in lines.items() if not line.ok}
    assert wrong["Person nobody@acme.example, [people.roles] pm"].startswith("no active account in Slack")
    assert wrong[f"Person {guest}, [people.roles] pm"] == "a guest cannot hold a role: name a colleague"
    assert len(wrong) == 2


def test_an_app_is_nobody_who_can_hold_a_role(stage: Stage) -> None:
    stage.world.slack.add_user("U0ROBOT001", "robot", "Robot", "robot@acme.example", is_bot=True)
    people = stage.table["people"]
    code, lines = asked(stage, people=people | {"roles": people["roles"] | {"pm": ["robot@acme.example"]}})
    assert code == 1
    assert lines["Person robot@acme.example, [people.roles] pm"].words.startswith("no active account in Slack")


@pytest.mark.parametrize(("times", "right"), [(TRIES - 1, True), (TRIES, False)])
def test_slack_that_asks_to_slow_down_is_waited_for_a_little(stage: Stage, times: int, right: bool) -> None:  # noqa: FBT001
    stage.world.faults.add("slack", "users.lookupByEmail", "429", times=times, retry_after=400)
    clock = Patient()
    code, lines = asked(stage, clock)
    assert (code, clock.slept) == (0 if right else 1, [PATIENCE] * times)
    wrong = [line.words for line in lines.values() if not line.ok]
    assert wrong == ([] if right else ["Slack asks to slow down: run doctor again in a minute"])


def test_slack_away_hides_nothing_else(stage: Stage) -> None:
    stage.world.faults.down("slack")
    code, lines = asked(stage)
    assert (code, lines["Slack"].ok) == (1, False)
    assert lines["HubSpot: credential"].ok
    assert "People" not in lines
    assert [name for name, line in lines.items() if not line.ok] == ["Slack"]


def test_with_socket_mode_the_app_token_is_tried(tmp_path: Path) -> None:
    with staged(tmp_path, socket_mode=True) as stage:
        code, lines = asked(stage)
        assert (code, lines["Socket Mode"].ok, "Public address" in lines) == (0, True, False)
        stage.env["SLACK_APP_TOKEN"] = "xapp-wrong"
        code, lines = asked(stage)
        assert (code, lines["Socket Mode"].ok) == (1, False)
        assert "Check SLACK_APP_TOKEN" in lines["Socket Mode"].words
        assert "xapp-wrong" not in str(lines)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://baton.example.com", ""),
        ("http://baton.example.com", "must begin with https://"),
        ("https://localhost:3000", "Slack cannot reach"),
        ("https://10.1.2.3", "Slack cannot reach"),
        ("https://baton", "Slack cannot reach"),
        ("https://baton.example.com/?a=1", "must be an address alone"),
    ],
)
def test_an_address_that_slack_cannot_call(address: str, words: str) -> None:
    assert words in address_problem(address, SLACK)
    assert bool(address_problem(address, SLACK)) == bool(words)
    assert address_problem(address, "http://127.0.0.1:9/slack/api/") == ""


def test_the_database_is_looked_at_and_left_as_it_is(stage: Stage) -> None:
    file = stage.folder / "baton.db"
    env = environment(stage)
    assert app(env, "migrate").code == 0
    assert asked(stage)[1]["Migrations"].words == f"at {head()}"
    with sqlite3.connect(file) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    assert asked(stage)[1]["Migrations"].words == f"at 0001, the next start brings it to {head()}"
    assert condition(stage.env["DATABASE_URL"]).before == "0001"
    with sqlite3.connect(file) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    code, lines = asked(stage)
    assert (code, lines["Migrations"].ok) == (1, False)
    assert "from a newer version" in lines["Migrations"].words


def test_a_folder_without_a_right_to_write_and_a_file_that_is_none(stage: Stage) -> None:
    stage.env["DATABASE_URL"] = f"sqlite:///{stage.folder / 'gone' / 'baton.db'}"
    code, lines = asked(stage)
    assert (code, lines["Database"].ok) == (1, False)
    assert lines["Database"].words.startswith(f"There is no folder {stage.folder / 'gone'}: make it")
    broken = stage.folder / "broken.db"
    broken.write_bytes(b"this is no database, whatever its name says" * 40)
    stage.env["DATABASE_URL"] = f"sqlite:///{broken}"
    code, lines = asked(stage)
    assert (code, lines["Database"].ok) == (1, False)
    assert lines["HubSpot: credential"].ok, "the rest is told all the same"


def test_a_full_disk_and_an_old_server_are_told(
    stage: Stage, fresh_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As this machine has neither, what counts as full and as old is moved."""
    with monkeypatch.context() as moved:
        moved.setattr("handlers.cli.doctor.here.SPACE", 10**18)
        code, lines = asked(stage)
        assert (code, lines["Disk"].ok) == (1, False)
        assert " MB are free, free 1000000000000 MB or more" in lines["Disk"].words
    stage.env["DATABASE_URL"] = fresh_postgres
    code, lines = asked(stage)
    assert (code, "Database version" in lines, lines["Database"].words[:11]) == (0, False, "PostgreSQL ")
    monkeypatch.setattr("handlers.cli.doctor.here.OLDEST_POSTGRES", 99)
    code, lines = asked(stage)
    assert (code, lines["Database version"].words[:27]) == (1, "use PostgreSQL 99 or newer,")


def test_wrong_settings_and_a_wrong_database_are_told_together_with_2(tmp_path: Path) -> None:
    (tmp_path / "baton.toml").write_text("[clock]\nworking_days = 'two'\n")
    env = bare() | {"DATABASE_URL": "postgresql://baton:hunter2@127.0.0.1:1/none"}
    ended = app(env, "doctor", cwd=tmp_path)
    assert ended.code == 2
    lines = ended.out.splitlines()
    for named in ("SLACK_BOT_TOKEN", "working_days", "The database cannot be opened"):
        assert [line for line in lines if line.startswith("WRONG") and named in line], (named, ended)
    assert "hunter2" not in ended.out + ended.err
    assert "Traceback" not in ended.err
    other = app(env | {"DATABASE_URL": "mysql://baton@127.0.0.1/baton"}, "doctor", cwd=tmp_path)
    assert (other.code, other.err) == (2, ""), "its driver is not installed, and never asked for"
    assert "WRONG Database: DATABASE_URL cannot be read" in other.out


def test_as_json_for_machines(stage: Stage) -> None:
    stage.world.faults.down("hubspot")
    ended = app(environment(stage), "doctor", "--json")
    told = json.loads(ended.out)
    assert (ended.code, told["ok"]) == (1, False)
    assert [check["name"] for check in told["checks"] if not check["ok"]] == ["HubSpot: credential"]
    assert [secret for secret in ("xoxb-sandbox", SECRET, "hubspot-sandbox") if secret in ended.out] == []


def test_what_was_set_up_in_slack_is_mended_there(stage: Stage) -> None:
    """A channel and a person of the form are not looked for in a file in which they do not stand."""
    assert app(environment(stage), "migrate").code == 0
    roles = {"pm": ["nobody@acme.example"], "delivery_manager": ["dev@acme.example"]}
    stored = {"slack": {"handovers_channel": "C0NOWHERE"}, "people": {"roles": roles}}
    with sqlite3.connect(stage.folder / "baton.db") as database:
        database.execute("INSERT INTO setting (key, value) VALUES (?, ?)", (TABLE, json.dumps(stored)))
    stage.table = {"connections": stage.table["connections"]}
    lines = asked(stage)[1]
    words = "channel_not_found: choose another by /handover setup, or invite Baton there"
    assert lines["Handovers channel"].words.startswith(words)
    assert not lines["Person nobody@acme.example, project manager by /handover setup"].ok


def test_a_token_that_nothing_uses_names_the_line_that_is_missing(stage: Stage) -> None:
    """Somebody gave the tokens and forgot the two lines in baton.toml: without them nothing is connected."""
    del stage.table["connections"]["asana"]
    code, lines = asked(stage)
    assert (code, lines["Asana"].ok) == (1, False)
    assert lines["Asana"].words == "ASANA_TOKEN is set, and nothing uses it: add [connections.asana] to baton.toml"
    assert "HubSpot" not in lines
    del stage.env["ASANA_TOKEN"]
    assert "Asana" not in asked(stage)[1]


def test_a_connection_that_open_handovers_came_from_and_that_was_taken_out_is_named(stage: Stage) -> None:
    bench = Bench(stage)
    stage.world.hubspot.win(ABC)
    bench.emit(read())
    bench.work()
    bench.close()
    gone = "[connections.hubspot] was taken out"
    assert gone not in asked(stage)[1]
    stage.table["connections"]["crm"] = {**stage.table["connections"].pop("hubspot"), "kind": "hubspot"}
    stage.env |= {name.replace("HUBSPOT", "CRM"): value for name, value in stage.env.items() if "HUBSPOT" in name}
    code, lines = asked(stage)
    assert (code, lines[gone].ok) == (1, False)
    assert lines[gone].words.startswith("1 open handover came from it, and nothing of their deals is read or written")


def test_a_refused_token_and_a_wrong_workspace_say_where_to_look(stage: Stage) -> None:
    stage.env["HUBSPOT_TOKEN"] = "wrong"
    stage.table["connections"]["asana"] = {"workspace": "1"}
    lines = asked(stage)[1]
    assert lines["HubSpot: credential"].words.endswith("Check HUBSPOT_TOKEN and that HubSpot can be reached from here.")
    assert lines["Asana: workspace"].words.endswith("Check [connections.asana] workspace.")


def test_before_the_setup_nothing_is_said_of_an_office_and_people_that_nobody_named(stage: Stage) -> None:
    stage.table = {"connections": stage.table["connections"]}
    code, lines = asked(stage)
    assert (code, lines["Setup"].ok) == (1, False)
    assert [name for name in lines if name.startswith(("Office", "People"))] == []
    assert lines["Admin channel"].words == "none: what breaks is told to the Head of Delivery directly"
    stage.env["DATABASE_URL"] = "postgresql://baton@127.0.0.1:1/none"
    assert "Setup" not in asked(stage)[1], "what was set up in Slack cannot be read now"


def test_a_project_tool_and_a_playbook_that_are_not_there_are_named_by_their_place(stage: Stage) -> None:
    playbooks = {"by_service_line": {"Cloud": "gone"}}
    code, lines = examine(stage.env, stage.table | {"provision": {"tool": "jira"}, "playbooks": playbooks}, Clock())
    assert (code, [line.words.partition(" (")[0] for line in lines if line.name == "Settings"]) == (
        2,
        [
            "[playbooks] by_service_line, Cloud = 'gone': there is no such file in playbooks/projects.",
            "[provision] tool = 'jira': there is no project tool of that name: use one of asana.",
        ],
    )


def test_an_office_without_a_country_has_no_holidays_and_says_so() -> None:
    (line,) = offices(
        {"main": Office("main", "UTC", {0: (time(9), time(17))}, frozenset())}, datetime(2026, 1, 1, tzinfo=UTC).year
    )
    assert line.ok
    assert "[offices.main] country" in line.words
