"""The demo as it is started: what it says of its ports, and what a page that was left open does meanwhile."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from sandbox.__main__ import port_problem
from sandbox.child import ROOT
from sandbox.company import HANDOVERS_CHANNEL
from tests.stories.stage import free_port


def test_a_port_in_use_is_told_with_a_command_that_works_as_written() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = port_problem(port, free_port())
    assert told.startswith(f"Port {port} is in use")
    assert told.endswith('make demo ARGS="--port 8800 --bot-port 8801"')


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_page_that_was_left_open_wins_no_deal_before_the_bot_is_up(tmp_path: Path) -> None:
    """Somebody presses "Win this deal" again and again while a fresh demo starts: the win opens a handover."""
    port, bot_port = free_port(), free_port()
    command = [sys.executable, "-m", "sandbox", "--no-browser", "--dir", str(tmp_path)]
    command += ["--port", str(port), "--bot-port", str(bot_port)]
    demo = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        url = f"http://127.0.0.1:{port}"
        assert _until(lambda: httpx.post(f"{url}/crm/9001/win", trust_env=False).headers["location"].endswith("9001"))
        page = {"c": HANDOVERS_CHANNEL}
        assert _until(lambda: "<h3>ABC Fintech" in httpx.get(url, params=page, trust_env=False).text)
    finally:
        demo.terminate()
        assert demo.wait(20) == 0


def _until(seen: Callable[[], bool], seconds: float = 90.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if seen():
                return True
        except httpx.HTTPError:
            pass  # Nobody listens there yet.
        time.sleep(0.05)
    return False
