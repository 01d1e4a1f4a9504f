"""`python app.py …` as an administrator types it: a process of its own, with the sandbox's addresses."""

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.stories.replicas import CONFIG, ROOT
from tests.stories.stage import Stage

APP = str(ROOT / "app.py")


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code and what it printed."""

    code: int
    out: str
    err: str


def environment(stage: Stage, **more: str) -> dict[str, str]:
    """The stage's environment for a process of its own, with a settings file beside the database."""
    config = stage.folder / "baton.toml"
    if not config.exists():
        config.write_text(CONFIG.format(channel=stage.table["slack"]["handovers_channel"]), encoding="utf-8")
    return bare() | stage.env | {"BATON_CONFIG": str(config)} | more


def bare() -> dict[str, str]:
    """An environment in which nobody set anything of ours."""
    kept = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ}  # noqa: TID251 - a child needs the path


def app(env: dict[str, str], *arguments: str, cwd: Path = ROOT) -> Ended:
    """Runs it to its end."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        given = {"argv": [APP, *arguments], "env": env, "cwd": str(cwd), "out": str(out), "err": str(err)}
        forked = _forked()
        assert forked.stdin
        assert forked.stdout
        forked.stdin.write(json.dumps(given) + "\n")
        forked.stdin.flush()
        code = int(forked.stdout.readline())
        return Ended(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


@functools.cache
def _forked() -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.handlers.forked"]
    started = subprocess.Popen(  # noqa: S603 - our own command
        command, env=bare(), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(started.communicate)
    return started
