"""The command line as an administrator meets it: its verbs, its words, its exit codes; each a process of its own."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from bot.errors import ConfigError
from bot.handover import State
from bot.settings import read
from handlers.wiring import checked
from tests.handlers.commanding import APP, app, bare, environment
from tests.stories import walk
from tests.stories.replicas import ROOT
from tests.stories.stage import Stage, staged

HEAVY = ("slack_bolt", "slack_sdk", "sqlalchemy", "sqlmodel", "httpx", "uvicorn", "starlette", "jinja2", "handlers")
NEVER = "Traceback"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The company, with Baton installed and not started."""
    with staged(tmp_path) as made:
        (tmp_path / "baton.db").unlink()
        yield made


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The same for verbs that leave it as it was."""
    with staged(tmp_path_factory.mktemp("cli")) as made:
        (made.folder / "baton.db").unlink()
        yield made


def test_help_loads_nothing_heavy() -> None:
    """So it answers at once; how soon is measured by `python -m benchmarks.start`."""
    command = [sys.executable, "-X", "importtime", APP, "--help"]
    loaded = subprocess.run(command, env=bare(), cwd=ROOT, capture_output=True, text=True, check=True).stderr  # noqa: S603
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in loaded.splitlines()}
    assert "argparse" in modules
    assert modules.isdisjoint(HEAVY)


def test_a_python_without_baton_is_told_which_one_to_use() -> None:
    """The system's own, as somebody types it who forgot the environment."""
    command = [sys.executable, "-S", APP, "doctor"]
    ended = subprocess.run(command, env=bare(), cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert ended.returncode == 2
    assert "is not installed for this Python. Run `.venv/bin/python app.py doctor`" in ended.stderr
    assert NEVER not in ended.stderr


def test_a_python_that_is_too_old_is_told_so() -> None:
    begun = "import runpy, sys; sys.version_info, sys.argv = (3, 10, 0), ['app.py', 'doctor']; "
    command = [sys.executable, "-c", begun + f"runpy.run_path({APP!r}, run_name='__main__')"]
    ended = subprocess.run(command, env=bare(), cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("Baton needs Python 3.11 or newer, and this is ")


def test_help_names_every_verb_and_each_verb_explains_itself() -> None:
    verbs = ["serve", "doctor", "migrate", "jobs", "replay", "playbook"]
    verbs += ["export", "import", "backup", "restore", "erase", "rotate-key"]
    helped = app(bare(), "--help").out
    assert [verb for verb in verbs if f"\n    {verb} " not in helped] == []
    for verb in verbs:
        assert app(bare(), verb, "--help").out.startswith(f"usage: app.py {verb}")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "required: verb"),
        (("dance",), "invalid choice: 'dance'"),
        (("replay", "hook.json"), "required: --crm"),
        (("replay", "--crm", "hubspot"), "required: file"),
        (("playbook", "write", "x.md"), "invalid choice: 'write'"),
        (("doctor", "--fast"), "unrecognized arguments: --fast"),
        (("jobs", "--retry", str(2**63)), f"argument --retry: no number of a job: '{2**63}'"),
        (("jobs", "--park", "all"), "argument --park: no number of a job: 'all'"),
    ],
)
def test_wrong_arguments_are_named_and_end_with_2(arguments: tuple[str, ...], words: str) -> None:
    ended = app(bare(), *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert ended.err.startswith("usage: app.py")


def test_a_key_is_changed_in_a_database_that_is_there(quiet: Stage) -> None:
    ended = app(environment(quiet), "rotate-key")
    assert (ended.code, ended.out) == (2, "")
    assert "`app.py rotate-key` cannot be done:\n  - There is no database of Baton at DATABASE_URL." in ended.err
    ended = app(environment(quiet, BATON_SECRET_KEY="hunter2"), "rotate-key")
    assert (ended.code, ended.out) == (2, "")
    assert "BATON_SECRET_KEY: what it holds is no key. Make one with: python -c " in ended.err
    assert "hunter2" not in ended.err


@pytest.mark.parametrize("verb", ["serve", "migrate"])
def test_all_problems_of_the_settings_are_told_at_once(tmp_path: Path, verb: str) -> None:
    """Nobody mends one line to learn of the next; the address of the database is not repeated."""
    (tmp_path / "baton.toml").write_text("[slack]\nhandover_channel = 'C1'\n[clock]\nworking_days = 'two'\n")
    env = bare() | {"DATABASE_URL": "mysql://baton:hunter2@db/baton", "BATON_PORT": "http"}
    ended = app(env, verb, cwd=tmp_path)
    assert ended.code == 2
    problems = [line for line in ended.err.splitlines() if line.startswith("  - ")]
    for named in (
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "handover_channel is not a setting",
        "working_days",
        "BATON_PORT",
        "DATABASE_URL",
    ):
        assert [line for line in problems if named in line], named
    again = "start again" if verb == "serve" else "do it again"
    assert ended.err.splitlines()[-1] == f"Mend that, then {again}. docs/settings.md explains each setting."
    assert "hunter2" not in ended.err
    assert NEVER not in ended.err


@pytest.mark.parametrize(
    "url", ["sqlite://", "nonsense", "postgresql://", "postgresql://baton:hunter2@db:port/baton", "sqlite:///:memory:"]
)
def test_a_database_that_cannot_be_meant_is_a_problem_of_the_settings(quiet: Stage, url: str) -> None:
    ended = app(environment(quiet, DATABASE_URL=url), "migrate")
    assert ended.code == 2
    assert ended.err.startswith("`app.py migrate` cannot be done:\n"), "nobody asked it to start"
    assert ended.err.splitlines()[-1].startswith("Mend that, then do it again.")
    assert "  - DATABASE_URL" in ended.err
    assert NEVER not in ended.err
    assert "hunter2" not in ended.err


@pytest.mark.parametrize(
    ("written", "words"),
    [(None, "No such file"), (b"[slack\n", "Expected ']'"), (b"\xff\xfe", "can't decode")],
)
def test_a_settings_file_that_cannot_be_read_is_named(tmp_path: Path, written: bytes | None, words: str) -> None:
    file = tmp_path / "mine.toml"
    if written is not None:
        file.write_bytes(written)
    ended = app(bare() | {"BATON_CONFIG": str(file)}, "doctor")
    assert ended.code == 2
    assert ended.err.startswith(f"{file} cannot be read: ")
    assert words in ended.err
    assert NEVER not in ended.err


def test_a_settings_file_as_an_editor_of_windows_writes_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "baton.toml").write_bytes(b"\xef\xbb\xbf[slack]\nhandover_channel = 'C1'\n")
    assert "handover_channel is not a setting" in app(bare(), "doctor", cwd=tmp_path).out


@pytest.mark.req("R115")
def test_the_doctor_calls_each_system_once_harmlessly(quiet: Stage) -> None:
    """Nothing changes at Slack, HubSpot or Asana: what it calls only reads."""
    before = quiet.world.version
    ended = app(environment(quiet), "doctor")
    assert ended.code == 0, ended
    lines = ended.out.splitlines()
    assert all(line.startswith("ok    ") for line in lines)
    named = {line[6:].partition(":")[0] for line in lines}
    assert {"Slack token", "Handovers channel", "HubSpot", "Asana"} <= named
    assert quiet.world.version == before
    reads = {"auth.test", "conversations.info", "users.lookupByEmail"}
    assert {call["method"] for call in quiet.world.slack.calls} <= reads
    assert not (quiet.folder / "baton.db").exists(), "the doctor made a database"


@pytest.mark.req("R102", "R115")
@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ("SLACK_BOT_TOKEN=xoxb-wrong-secret", "WRONG Slack: Slack auth.test: invalid_auth. Check SLACK_BOT_TOKEN"),
        ("HUBSPOT_TOKEN=wrong-secret", "WRONG HubSpot: credential"),
        ("ASANA_TOKEN=wrong-secret", "WRONG Asana: credential"),
    ],
)
def test_the_doctor_says_which_credential_is_wrong_and_goes_on(quiet: Stage, wrong: str, line: str) -> None:
    name, _, value = wrong.partition("=")
    ended = app(environment(quiet, **{name: value}), "doctor")
    assert ended.code == 1
    bad = [found for found in ended.out.splitlines() if found.startswith("WRONG")]
    assert len(bad) == 1
    assert bad[0].startswith(line)
    assert "wrong-secret" not in ended.out + ended.err
    assert len([found for found in ended.out.splitlines() if found.startswith("ok    ")]) >= 4


def test_the_doctor_tells_of_a_system_that_is_away_and_of_an_open_channel(stage: Stage) -> None:
    stage.world.faults.down("hubspot")
    stage.world.slack.rooms.change(walk.HERE, is_private=False)
    ended = app(environment(stage), "doctor")
    assert ended.code == 1
    assert "WRONG HubSpot: credential: " in ended.out
    assert "WRONG Handovers channel: make it private and unshared" in ended.out
    assert "ok    Asana: workspace" in ended.out
    assert NEVER not in ended.err


def test_the_doctor_ends_with_1_when_a_stage_mapping_is_bad(stage: Stage) -> None:
    """The start goes on without the write-back; the doctor is where it shows."""
    config = stage.folder / "baton.toml"
    env = environment(stage)
    config.write_text(
        config.read_text().replace("[connections.hubspot]", '[connections.hubspot]\nclosing_stages=["x"]')
    )
    ended = app(env, "doctor")
    assert ended.code == 1
    assert "WRONG HubSpot: stages: There is no stage x: correct closing_stages." in ended.out


@pytest.mark.parametrize(
    "verb", [("jobs",), ("erase", "--person", "ana@acme.example"), ("replay", "x", "--crm", "hubspot")]
)
def test_who_only_looks_brings_no_database_up_to_date(stage: Stage, verb: tuple[str, ...]) -> None:
    """The new version is there, and `serve` of the one before still runs: its database stays as it knows it."""
    env = environment(stage)
    app(env, "migrate")
    with sqlite3.connect(stage.folder / "baton.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    ended = app(env, *verb)
    assert ended.code == 2
    assert "The database has the schema 0001, this version of Baton uses " in ended.err
    assert "Stop that and start this version" in ended.err
    with sqlite3.connect(stage.folder / "baton.db") as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


def test_migrate_makes_the_database_and_says_so_once(stage: Stage) -> None:
    first = app(environment(stage), "migrate")
    assert (first.code, first.err) == (0, "")
    assert "It was brought up to date." in first.out
    file = stage.folder / "baton.db"
    assert file.stat().st_mode & 0o077 == 0
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT count(*) FROM job").fetchone() == (0,)
    second = app(environment(stage), "migrate")
    assert second.code == 0
    assert "It was already." in second.out


def test_migrate_refuses_a_database_of_a_newer_version_and_leaves_it(stage: Stage) -> None:
    app(environment(stage), "migrate")
    with sqlite3.connect(stage.folder / "baton.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    ended = app(environment(stage), "migrate")
    assert ended.code == 2
    assert "from a newer one" in ended.err
    assert NEVER not in ended.err


@pytest.mark.slow
def test_a_replayed_webhook_goes_through_the_real_door_and_opens_the_handover(stage: Stage) -> None:
    """Recorded while Baton was away, fed in again, read by a running `serve` on the same database."""
    stage.start()
    hub = stage.world.hubspot
    hub.webhooks.drop_all = True
    hub.win(walk.ABC)
    hook = stage.folder / "hook.json"
    event = {"eventId": 1, "subscriptionId": 2, "portalId": 3, "appId": 4, "occurredAt": 1795000000123}
    event |= {"attemptNumber": 0, "objectId": int(walk.ABC)}
    told = {"subscriptionType": "deal.propertyChange", "propertyName": "dealstage", "propertyValue": "closedwon"}
    hook.write_text(json.dumps([event | told]))
    ended = app(environment(stage), "replay", str(hook), "--crm", "hubspot")
    assert (ended.code, ended.out) == (0, "The door answered 200.\n")
    stage.until(lambda: not stage.deps.store.outbox.waiting(), "the running bot reads what was replayed")
    stage.settle()
    assert stage.handover().state is State.WON
    assert app(environment(stage), "replay", str(hook), "--crm", "hubspot").code == 0
    stage.settle()
    with stage.deps.store.read() as reader:
        assert reader.handover(2) is None


def test_a_replay_that_cannot_be_says_why(quiet: Stage) -> None:
    env = environment(quiet)
    hook = quiet.folder / "broken.json"
    hook.write_text("{broken")
    refused = app(env, "replay", str(hook), "--crm", "hubspot")
    assert (refused.code, refused.out) == (1, "The door answered 400.\n")
    assert refused.err.endswith(f"{hook} is not what HubSpot sends: give the body of a delivery, as it came.\n")
    polled = app(env | {"HUBSPOT_CLIENT_SECRET": ""}, "replay", str(hook), "--crm", "hubspot")
    assert (polled.code, "HUBSPOT_CLIENT_SECRET is not set. Set it, then replay" in polled.err) == (2, True)
    nobody = app(env, "replay", str(hook), "--crm", "zoho")
    assert (nobody.code, nobody.err) == (2, "There is no connection 'zoho'. Connections: hubspot.\n")
    for missing in (quiet.folder / "gone.json", quiet.folder):
        ended = app(env, "replay", str(missing), "--crm", "hubspot")
        assert ended.code == 2
        assert ended.err.startswith(f"{missing} cannot be read: ")


def test_the_jobs_say_what_waits_and_why_without_a_word_of_the_record(stage: Stage) -> None:
    stage.start()
    stage.world.faults.down("hubspot")
    assert "0 jobs." in app(environment(stage), "jobs").out
    stage.world.hubspot.win(walk.ABC)
    stage.world.hubspot.webhooks.flush(10)
    ready = partial(stage.deps.store.outbox.jobs, ("ready",))
    stage.until(lambda: any(job.error for job in ready()), "the read waits")
    ended = app(environment(stage), "jobs")
    assert ended.code == 0
    # an event that comes while the deal is being read is a second read: what it says may be newer than what was read
    reads = [line for line in ended.out.splitlines() if "ReadDeal" in line]
    assert f"{len(reads)} jobs." in ended.out
    assert any("HubSpot" in line and "tries" in line for line in reads), reads  # a second one is not tried before it
    assert "ABC Fintech" not in ended.out
    stage.world.faults.clear()


@pytest.mark.slow
def test_a_waiting_job_is_parked_by_hand_and_retried(stage: Stage) -> None:
    """It stays with its reason until somebody wants it; what is not there or not parked is said, with exit code 1."""
    stage.start()
    stage.world.faults.down("hubspot")
    stage.world.hubspot.win(walk.ABC)
    stage.until(lambda: any(j.error for j in stage.deps.store.outbox.jobs(("ready",))), "the read waits")
    env = environment(stage)
    job = next(j for j in stage.deps.store.outbox.jobs(("ready",)) if j.kind == "ReadDeal" and j.error)
    stage.until(lambda: app(env, "jobs", "--park", str(job.id)).code == 0, "the job is parked between two tries")
    (line,) = [line for line in app(env, "jobs").out.splitlines() if "ReadDeal" in line and "parked" in line]
    assert line.endswith("parked by hand")
    again = app(env, "jobs", "--park", str(job.id))
    assert (again.code, again.out.startswith(f"Job {job.id} does not wait")) == (1, True)
    stage.world.faults.clear()
    retried = app(env, "jobs", "--retry", str(job.id))
    assert (retried.code, retried.out) == (0, f"Job {job.id} is tried again now.\n")
    stage.until(lambda: not stage.deps.store.outbox.waiting(), "it is done")
    assert stage.handover().state is State.WON
    refused = app(env, "jobs", "--retry", str(job.id))
    assert (refused.code, refused.out) == (1, f"Job {job.id} is not parked: nothing to retry.\n")
    assert app(env, "jobs", "--retry", "all").out == "0 jobs are tried again now.\n"


GOOD = "playbooks/checklists/default.toml"
PROJECT = "playbooks/projects/default.md"


@pytest.mark.req("R189")
def test_a_playbook_is_checked_before_it_is_used(tmp_path: Path) -> None:
    """The rules by which items are checked are a closed list: what nobody can check is named with its file."""
    for file in (GOOD, PROJECT, "playbooks/projects/crm-erp.md"):
        ended = app(bare(), "playbook", "check", file)
        assert (ended.code, ended.out.splitlines()[-1]) == (0, "This file can be used."), ended
    spoiled = tmp_path / "spoiled.toml"
    text = (ROOT / GOOD).read_text(encoding="utf-8")
    assert 'check = "' in text
    first = text.partition('check = "')[2].partition('"')[0]
    spoiled.write_text(text.replace(f'check = "{first}"', 'check = "moon_phase"', 1), encoding="utf-8")
    ended = app(bare(), "playbook", "check", str(spoiled))
    assert ended.code == 1
    assert "moon_phase" in ended.out
    assert ended.out.splitlines()[-1] == "This file cannot be used yet."
    missing = app(bare(), "playbook", "check", str(tmp_path / "gone.md"))
    assert (missing.code, missing.err) == (2, f"There is no file {tmp_path / 'gone.md'}.\n")
    spoiled.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in app(bare(), "playbook", "check", str(spoiled)).out


def test_serve_answers_until_it_is_told_to_stop(stage: Stage) -> None:
    """SIGTERM ends it in good order, as a supervisor asks it to: it says so, and nobody answers any more."""
    env = environment(stage)
    with subprocess.Popen([sys.executable, APP, "serve"], env=env, cwd=ROOT, stderr=subprocess.PIPE) as process:  # noqa: S603
        try:
            stage.until(lambda: answers(stage), "serve answers")
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
    lines = [json.loads(line) for line in said.decode().splitlines()]
    assert [line for line in lines if line["what"] == "listening"]
    assert [line for line in lines if line["level"] in ("error", "warning")] == []
    assert lines[-1]["what"].startswith("Finished server process")
    assert process.returncode == -signal.SIGTERM
    assert not answers(stage)


def test_serve_starts_with_two_tokens_and_nothing_else_and_says_what_is_next(stage: Stage, tmp_path: Path) -> None:
    """No settings file, no channel, nobody named: it is up, `/handover` names the one step, `doctor` the same."""
    named = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL", "DATABASE_URL", "BATON_PORT")
    env = bare() | {name: stage.env[name] for name in named}
    folder = tmp_path / "empty"
    folder.mkdir()
    with subprocess.Popen([sys.executable, APP, "serve"], env=env, cwd=folder, stderr=subprocess.PIPE) as process:  # noqa: S603
        try:
            stage.until(lambda: answers(stage), "serve answers")
            said = stage.hands.command("olga", "C0GENERAL1", "")
            assert said.body["text"].startswith("Baton is not set up yet. Type /handover setup")
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=20)
        finally:
            process.kill()
    assert "not set up yet: type /handover setup in Slack" in log.decode()
    checked = app(env, "doctor", cwd=folder)
    assert checked.code == 1
    assert "/handover setup" in checked.out
    assert "the handovers channel, a delivery manager, a Head of Delivery, the office" in checked.out


def test_serve_ends_when_its_port_is_taken(stage: Stage) -> None:
    port = stage.server.url.rpartition(":")[2]
    ended = app(environment(stage, BATON_PORT=port), "serve")
    assert ended.code == 2
    taken = f"BATON_PORT = {port} cannot be opened on 127.0.0.1 (Address already in use): stop what listens there"
    assert taken in ended.err
    assert "listening" not in ended.err
    assert not (stage.folder / "baton.db").exists(), "nothing was begun"
    ended = app(environment(stage, BATON_HOST="nowhere.invalid"), "serve")
    assert "BATON_HOST = 'nowhere.invalid' is no address of this machine" in ended.err


def test_a_rehearsal_never_runs_against_slack_itself(quiet: Stage) -> None:
    ended = app(environment(quiet, SLACK_API_URL="https://slack.com/api/"), "serve", "--rehearsal")
    assert ended.code == 2
    assert "--rehearsal never runs against Slack itself" in ended.err


@pytest.mark.parametrize(
    ("vendor", "name", "addresses"),
    [
        (
            "HubSpot",
            "HUBSPOT_API_URL",
            ("", "https://api.hubapi.com", "https://API.HubAPI.com./", "https://x.hubspot.com"),
        ),
        ("Asana", "ASANA_API_URL", ("", "https://app.asana.com/api/1.0", "https://me@app。asana.com")),
    ],
)
def test_a_rehearsal_never_runs_against_a_vendor_itself(
    quiet: Stage, tmp_path: Path, vendor: str, name: str, addresses: tuple[str, ...]
) -> None:
    """Not even where nobody named an address: with a real token in the environment it would write into a real one."""
    told = f"--rehearsal never runs against {vendor} itself: set {name} to a sandbox."
    for address in addresses:
        env = {**quiet.env, name: address}
        with pytest.raises(ConfigError) as refused:
            checked(read(env, quiet.table, rehearsal=True), env, quiet.clock)
        assert refused.value.problems == (told,)
        assert checked(read(env, quiet.table), env, quiet.clock).configs.keys() == {"hubspot", "asana"}
    file = tmp_path / "begun.db"
    ended = app(environment(quiet, DATABASE_URL=f"sqlite:///{file}", **{name: ""}), "serve", "--rehearsal")
    assert (ended.code, told in ended.err) == (2, True)
    assert not file.exists(), "nothing was begun"


def test_a_rehearsal_asks_each_connection_by_its_own_name(quiet: Stage) -> None:
    env, table = {**quiet.env, "EAST_TOKEN": "t"}, {**quiet.table, "connections": {"east": {"kind": "hubspot"}}}
    with pytest.raises(ConfigError) as refused:
        checked(read(env, table, rehearsal=True), env, quiet.clock)
    assert refused.value.problems == ("--rehearsal never runs against HubSpot itself: set EAST_API_URL to a sandbox.",)


def answers(stage: Stage) -> bool:
    """Whether somebody answers on Baton's port."""
    try:
        return httpx.get(f"{stage.env['BATON_PUBLIC_URL']}/readyz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
