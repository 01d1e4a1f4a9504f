"""Baton in children that are killed and started again: one or two on one database."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import httpx

from sandbox import company
from tests.stories.stage import Stage, free_port

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
[slack]
handovers_channel = "{channel}"
[people.roles]
delivery_manager = ["dev@acme.example"]
pm = ["ben@acme.example"]
csm = ["chloe@acme.example"]
sales_ops = ["olga@acme.example"]
head_of_delivery = ["hana@acme.example"]
sales_rep = ["ana@acme.example", "rafi@acme.example"]
[offices.berlin]
timezone = "Europe/Berlin"
country = "DE"
[connections.hubspot]
[connections.asana]
workspace = "1200000000000001"
[intake]
hold_above = 1000
[delivery]
poll_seconds = 5
rate_share = 1000
lease_seconds = 2
"""


class Replicas:
    """Children running `app.py serve`; Slack's and the CRM's calls go to one that lives."""

    def __init__(self, stage: Stage, url: str, count: int) -> None:
        self.stage = stage
        self.config = stage.folder / "baton.toml"
        self.config.write_text(CONFIG.format(channel=company.HANDOVERS_CHANNEL))
        self.url = url
        self.ports = [free_port() for _ in range(count)]
        self.clocks = [free_port() for _ in range(count)]
        self.children: list[subprocess.Popen[bytes] | None] = [None] * count
        self.before: tuple[str, ...] = ()  # what each child's command is given to
        self.logs = [(stage.folder / f"replica{n}.log").open("ab") for n in range(count)]

    def launch(self, n: int) -> None:
        """Starts one child, and does not wait for it."""
        env = {
            **os.environ,  # noqa: TID251 - a child needs the path
            **self.stage.env,
            "DATABASE_URL": self.url,
            "BATON_CONFIG": str(self.config),
            "BATON_PORT": str(self.ports[n]),
            "BATON_REHEARSAL_PORT": str(self.clocks[n]),
            "BATON_PUBLIC_URL": self.stage.world.public_url,
        }
        command = [*self.before, sys.executable, str(ROOT / "app.py"), "serve", "--rehearsal"]
        self.children[n] = subprocess.Popen(command, env=env, cwd=ROOT, stderr=self.logs[n])  # noqa: S603 - our own

    def wait(self, n: int) -> None:
        """Waits until that child is ready, and lets calls go to it."""
        until = time.monotonic() + 240
        while not self.ready(n):
            assert time.monotonic() < until, f"replica {n} did not start, see {self.logs[n].name}"
            time.sleep(0.05)
        self.point()

    def start(self) -> None:
        """Starts them all at once."""
        for n in range(len(self.children)):
            self.launch(n)
        for n in range(len(self.children)):
            self.wait(n)

    def ready(self, n: int) -> bool:
        """Whether that child answers."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.ports[n]}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self, n: int) -> None:
        """SIGKILL: no goodbye."""
        child = self.children[n]
        if child is not None:
            child.kill()
            child.wait()
            self.children[n] = None
        self.point()

    def end(self, n: int) -> int | None:
        """In good order: no more calls go to that child, then SIGTERM. Its exit code; None when it had to be killed."""
        child = self.children[n]
        if child is None:
            return None
        self.point(but=n)
        child.terminate()
        try:
            code = child.wait(20)
        except subprocess.TimeoutExpired:
            code = None
        self.kill(n)
        return code

    def point(self, but: int = -1) -> None:
        """Slack and the CRM call a child that lives, if there is one."""
        alive = [n for n, child in enumerate(self.children) if child is not None and n != but]
        if alive:
            self.stage.world.bot_url = f"http://127.0.0.1:{self.ports[random.choice(alive)]}"  # noqa: S311

    def stop(self) -> None:
        """Ends them all."""
        for n in range(len(self.children)):
            self.kill(n)
        for log in self.logs:
            log.close()
