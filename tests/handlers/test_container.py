"""The container file, followed as far as a machine without a container engine can: its files alone start and answer."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.house.test_docs import ROOT
from tests.house.test_docs import read as page
from tests.stories.stage import PATIENCE, staged

FILE = "docs/deploy/Containerfile"


def copied(folder: Path) -> None:
    """What COPY brings into the work folder."""
    for sources, target in re.findall(r"^COPY (.+) (\S+)$", page(FILE), re.MULTILINE):
        for source in map(ROOT.joinpath, sources.split()):
            if source.is_dir():
                shutil.copytree(source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder / target)


def command(name: str, port: str) -> list[str]:
    """The command of CMD or HEALTHCHECK, with our Python and our port."""
    (words,) = re.findall(rf"^{name} (?:.* CMD )?(\[.+\])$", page(FILE), re.MULTILINE)
    program, *rest = json.loads(words.replace("3000", port))
    assert program == "python"
    return [sys.executable, *rest]


@pytest.mark.slow
def test_its_files_alone_start_and_find_themselves_healthy(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    copied(inside)
    with staged(tmp_path) as stage:
        port = stage.env["BATON_PORT"]
        given = dict(re.findall(r"([A-Z_]+)=(\S+)", re.findall(r"^ENV (.+)$", page(FILE), re.MULTILINE)[0]))
        database = given["DATABASE_URL"].replace("/data/", f"{tmp_path}/")
        assert database != given["DATABASE_URL"]
        tokens = {key: value for key, value in stage.env.items() if key.startswith(("SLACK_", "HUBSPOT_", "ASANA_"))}
        env = {"PATH": os.environ["PATH"], **tokens, **given, "DATABASE_URL": database, "BATON_PORT": port}  # noqa: TID251
        serving = subprocess.Popen(command("CMD", port), cwd=inside, env=env, stderr=subprocess.PIPE)  # noqa: S603 - our own
        health, until = command("HEALTHCHECK", port), time.monotonic() + PATIENCE
        try:
            while subprocess.run(health, cwd=inside, env=env, check=False, capture_output=True).returncode:  # noqa: S603
                assert serving.poll() is None, serving.stderr and serving.stderr.read().decode()
                assert time.monotonic() < until, "it is never ready"
        finally:
            serving.send_signal(signal.SIGTERM)
            serving.communicate(timeout=PATIENCE)
        assert serving.returncode == -signal.SIGTERM, "it ends its work, then as the signal says"
        assert subprocess.run(health, cwd=inside, env=env, check=False, capture_output=True).returncode == 1  # noqa: S603
