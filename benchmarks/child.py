"""A server in a process of its own, for benchmarks: started, waited for, asked, ended with SIGTERM."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BATON = (sys.executable, "app.py", "serve")
PATIENCE = 60.0


@dataclass(frozen=True)
class Child:
    """The process, and the seconds from its start until it was ready."""

    process: "subprocess.Popen[bytes]"
    seconds: float

    @property
    def resident(self) -> float:
        """Its resident memory in MB (Linux: proc_pid_status(5))."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


@contextmanager
def child(command: Sequence[str], env: Mapping[str, str], port: int) -> Iterator[Child]:
    """Yields once /readyz answers. RuntimeError when it ends before, or is not ready within a minute."""
    began = time.perf_counter()
    given = {**os.environ, **env}  # noqa: TID251 - a child needs the path
    process = subprocess.Popen(list(command), env=given, cwd=ROOT, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
    try:
        while not ready(port):
            if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise RuntimeError(f"{command[1:]} did not become ready.")
            time.sleep(0.01)
        yield Child(process, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def ready(port: int) -> bool:
    """Whether it says that it is ready."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()
