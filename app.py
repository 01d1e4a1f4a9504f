"""The command: reads arguments before anything heavy, the environment once, and hands over to the rooms.

`python app.py serve [--rehearsal]` · `doctor [--json]` · `migrate` · `jobs [--json] [--retry JOB | --park JOB]` ·
`replay FILE --crm NAME` · `playbook check FILE` · `export FILE` · `import FILE` · `backup FILE` ·
`restore FILE [--replace]` · `erase --person WHO [--yes]` · `rotate-key`
"""

from __future__ import annotations  # an older Python shall get as far as the sentence about itself

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

OLDEST = (3, 11)
NOT_INSTALLED = (
    "{} is not installed for this Python. Run `.venv/bin/python app.py {}` in Baton's folder; "
    "without .venv, install first: python3 -m venv .venv && "
    ".venv/bin/pip install --require-hashes -r requirements.lock\n"
)


def parser() -> argparse.ArgumentParser:
    """All verbs and their arguments."""
    top = argparse.ArgumentParser(prog="app.py", description="Baton carries a sold deal from Sales to Delivery.")
    verbs = top.add_subparsers(dest="verb", required=True)
    serve = verbs.add_parser("serve", help="run the bot")
    serve.add_argument("--rehearsal", action="store_true", help="with a clock that can be moved; never against Slack")
    doctor = verbs.add_parser("doctor", help="check settings, database, Slack and connections; changes nothing")
    doctor.add_argument("--json", action="store_true", help="as JSON")
    verbs.add_parser("migrate", help="bring the database up to date")
    jobs = verbs.add_parser("jobs", help="list work that is scheduled, waits or is parked")
    deed = jobs.add_mutually_exclusive_group()
    deed.add_argument(
        "--retry", type=one_or_all, metavar="JOB", help="try this parked job again, or `all` that gave up"
    )
    deed.add_argument("--park", type=one, metavar="JOB", help="put this waiting job aside until it is retried")
    jobs.add_argument("--json", action="store_true", help="as JSON")
    replay = verbs.add_parser("replay", help="feed a recorded webhook through the real door")
    replay.add_argument("file", type=Path)
    replay.add_argument("--crm", required=True, help="the connection, e.g. hubspot")
    playbook = verbs.add_parser("playbook", help="work on checklists and playbooks")
    playbook.add_argument("deed", choices=["check"])
    playbook.add_argument("file", type=Path)
    database_verbs(verbs)
    return top


def one(given: str) -> int:
    """A job's number."""
    if given.isascii() and given.isdigit() and 0 < int(given) < 2**63:
        return int(given)
    raise argparse.ArgumentTypeError(f"no number of a job: {given!r}")


def one_or_all(given: str) -> int | str:
    """A job's number, or `all`."""
    return given if given == "all" else one(given)


def database_verbs(verbs: Any) -> None:
    """The verbs that work on the database as a whole."""
    for verb, words in (
        ("export", "write the whole company into a file, to move it to another database"),
        ("import", "put the company of such a file into an empty database"),
        ("backup", "copy the database into a file, also while the bot runs"),
        ("restore", "put such a copy back"),
    ):
        made = verbs.add_parser(verb, help=words)
        made.add_argument("file", type=Path)
        if verb == "restore":
            made.add_argument("--replace", action="store_true", help="although there is something; it is kept beside")

    erase = verbs.add_parser("erase", help="remove what names a person")
    erase.add_argument("--person", required=True, metavar="WHO", help="e-mail address or Slack id")
    erase.add_argument("--yes", action="store_true", help="do it; without, it is only told what would be done")
    verbs.add_parser("rotate-key", help="seal all secrets again with the first key of BATON_SECRET_KEY")


def config_table(env: Mapping[str, str]) -> dict[str, Any]:
    """baton.toml as a table; without one it is empty, and the settings then say what is needed.

    A file that cannot be read, or that BATON_CONFIG names and nobody finds, ends the command with exit code 2.
    """
    import tomllib  # noqa: PLC0415 - an older Python does not have it

    named = env.get("BATON_CONFIG") or ""
    path = Path(named or "baton.toml")
    if not named and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        sys.stderr.write(f"{path} cannot be read: {error.strerror}. Correct BATON_CONFIG and start again.\n")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{path} cannot be read: {error}. Mend that line and start again.\n")
    sys.exit(2)


def main(arguments: list[str] | None = None) -> int:
    """Runs one verb; the exit code is 0 when all is well."""
    if sys.version_info < OLDEST:
        sys.stderr.write(f"Baton needs Python 3.11 or newer, and this is {sys.version.partition(' ')[0]}.\n")
        return 2
    asked = parser().parse_args(arguments)
    env = dict(os.environ)  # noqa: TID251 - the one place that reads the environment
    for name in [name for name in env if name.startswith("SLACK_")]:
        del os.environ[name]  # noqa: TID251 - Slack's libraries look there by themselves, and would take our settings
    try:
        from handlers import cli  # noqa: PLC0415 - heavy imports only after the arguments are understood

        return cli.run(asked, env, config_table(env))
    except ModuleNotFoundError as missing:
        if (Path(__file__).parent / (missing.name or "").partition(".")[0]).exists():
            raise  # one of our own
        sys.stderr.write(NOT_INSTALLED.format(missing.name, asked.verb))
        return 2


if __name__ == "__main__":
    sys.exit(main())
