"""The bot as a child of the sandbox: its settings, its environment, its start and its end."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from sandbox.company import HANDOVERS_CHANNEL, OFFICE_TZ

ROOT = Path(__file__).resolve().parent.parent
READY = 30.0  # seconds until the bot must answer
SIGNING_SECRET = "sandbox-signing-secret"
HUBSPOT_SECRET = "sandbox-hubspot-secret"
CONFIG = f"""# The demo's settings, written anew at each start. docs/settings.md explains each one.
[slack]
handovers_channel = "{HANDOVERS_CHANNEL}"

[people.roles]
sales_rep = ["ana@acme.example", "rafi@acme.example"]
pm = ["ben@acme.example", "mei@acme.example"]
csm = ["chloe@acme.example"]
delivery_manager = ["dev@acme.example"]
sales_ops = ["olga@acme.example"]
head_of_delivery = ["hana@acme.example"]

[offices.berlin]
timezone = "{OFFICE_TZ}"
country = "DE"
hours = ["09:00", "17:00"]

[[routing]]
service_line = "Cloud"
pm = "ben@acme.example"

[[routing]]
pm = ["ben@acme.example", "mei@acme.example"]

[connections.hubspot]

[connections.hubspot.fields]
risks = "project_risks"
dependencies = "project_dependencies"

[connections.asana]
workspace = "1200000000000001"

[delivery]
poll_seconds = 30
lease_seconds = 15
"""


class Child:
    """`app.py serve --rehearsal` with the sandbox's addresses."""

    def __init__(self, folder: Path, *, sandbox_url: str, port: int, socket_mode: bool) -> None:
        self.folder = folder
        self.port = port
        self.log = folder / "baton.log"
        self._env = environment(folder, sandbox_url=sandbox_url, port=port, socket_mode=socket_mode)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it; RuntimeError with its last words when it does not answer in time."""
        (self.folder / "baton.toml").write_text(CONFIG, encoding="utf-8")
        command = [sys.executable, str(ROOT / "app.py"), "serve", "--rehearsal"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._env, cwd=ROOT, stdout=log, stderr=log)  # noqa: S603
        until = time.monotonic() + READY
        while not self.ready():
            if not self.alive or time.monotonic() > until:
                raise RuntimeError(f"The bot did not start. Its last words:\n{self.last_words()}")
            time.sleep(0.05)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def ready(self) -> bool:
        """Whether it answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def last_words(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])

    def stop(self) -> None:
        """Asks it to end, and insists after ten seconds."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def environment(folder: Path, *, sandbox_url: str, port: int, socket_mode: bool) -> Mapping[str, str]:
    """The contract's environment, over our own path and home."""
    given = {
        **os.environ,  # noqa: TID251 - a child needs the path
        "SLACK_BOT_TOKEN": "xoxb-sandbox",
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": f"{sandbox_url}/slack/api/",
        "HUBSPOT_TOKEN": "hubspot-sandbox",
        "HUBSPOT_CLIENT_SECRET": HUBSPOT_SECRET,
        "HUBSPOT_API_URL": f"{sandbox_url}/hubspot",
        "ASANA_TOKEN": "asana-sandbox",
        "ASANA_API_URL": f"{sandbox_url}/asana/api/1.0",
        "BATON_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "BATON_HOST": "127.0.0.1",
        "BATON_PORT": str(port),
        "BATON_REHEARSAL_PORT": str(port + 1),
        "BATON_CONFIG": str(folder / "baton.toml"),
        "DATABASE_URL": f"sqlite:///{folder / 'baton.db'}",
    }
    given.pop("SLACK_APP_TOKEN", None)
    return given | ({"SLACK_APP_TOKEN": "xapp-sandbox"} if socket_mode else {})
