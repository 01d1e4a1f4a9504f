"""`python -m sandbox`: a Slack workspace, a small CRM and a project board in the browser, with the real bot in it."""

import argparse
import shutil
import signal
import socket
import sys
import threading
import time
import webbrowser
from pathlib import Path
from types import FrameType

from sandbox import deals
from sandbox.child import HUBSPOT_SECRET, ROOT, SIGNING_SECRET, Child
from sandbox.clock import Clock
from sandbox.seeding import seed
from sandbox.server import Server
from sandbox.shelf import Shelf
from sandbox.travel import StuckError, kept_offset
from sandbox.world import World


def arguments() -> argparse.Namespace:
    """What can be asked for."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8700, help="where the browser looks (8700)")
    parser.add_argument(
        "--bot-port", type=int, default=8701, help="where the bot listens (8701); its clock listens on the next one"
    )
    parser.add_argument("--fresh", action="store_true", help="forget everything and start over")
    parser.add_argument("--socket", action="store_true", help="Socket Mode instead of HTTP")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--dir", type=Path, default=ROOT / ".demo", help="where the state is kept (.demo)")
    return parser.parse_args()


def main() -> int:
    """Runs until Ctrl-C; starts again where it was."""
    asked = arguments()
    problem = port_problem(asked.port, asked.bot_port, asked.bot_port + 1)
    if problem:
        print(problem)
        return 2
    folder: Path = asked.dir.resolve()
    if asked.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    first = not (folder / "sandbox.db").exists()
    world = opened(asked, folder)
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, lambda *_: _interrupted(stopping))
    with Server(world, port=asked.port) as server:
        child = Child(folder, sandbox_url=server.url, port=asked.bot_port, socket_mode=asked.socket)
        try:
            child.start()
            align(world)
            world.starting = False
            world.hubspot.webhooks.start()
            hello(server.url)
            if first:
                threading.Thread(target=seed, args=(world,), daemon=True).start()
            if not asked.no_browser:
                webbrowser.open(server.url)
            while child.alive and not stopping.is_set():
                time.sleep(0.2)
            if not child.alive:
                print(f"The bot ended by itself. Its last words:\n{child.last_words()}")
                return 1
        except RuntimeError as error:
            print(error)
            return 1
        finally:
            child.stop()
    print("Stopped. Start again to go on where you were; make demo ARGS=--fresh starts over.")
    return 0


def opened(asked: argparse.Namespace, folder: Path) -> World:
    """The company of that folder, a new one where there is none. Nobody can act in it yet.

    A page that an earlier run left open may act at once: a win from before the bot's first start would be history.
    """
    shelf = Shelf(str(folder / "sandbox.db"))
    world = World(
        shelf=shelf,
        clock=Clock(kept_offset(shelf)),
        bot_url=f"http://127.0.0.1:{asked.bot_port}",
        signing_secret=SIGNING_SECRET,
        hubspot_secret=HUBSPOT_SECRET,
        socket=asked.socket,
    )
    world.control_url = f"http://127.0.0.1:{asked.bot_port + 1}"
    world.starting = True
    deals.seed(world)
    return world


def port_problem(*ports: int) -> str:
    """What is wrong with these ports, in a sentence; '' when each is free and another one."""
    others = 'choose others: make demo ARGS="--port 8800 --bot-port 8801"'
    if len(set(ports)) < len(ports):
        return f"The bot needs its port and the next one for itself: {others}"
    busy = [port for port in ports if not free(port)]
    return f"Port {busy[0]} is in use, perhaps by the demo itself. Stop what runs there, or {others}" if busy else ""


def align(world: World) -> None:
    """The bot's clock and the sandbox's tell the same time, also when one of them was stopped on its way."""
    try:
        world.travel.align()
    except StuckError as stuck:
        raise RuntimeError(str(stuck)) from stuck


def hello(url: str) -> None:
    """Where to look, and the first step."""
    print(
        f"""
  Slack   {url}/         act as anybody of the company, top right
  CRM     {url}/crm      win a deal
  Board   {url}/board    the project tool

  Time runs as on your wall, and can be moved in the bar above Slack: what is due on the way happens.

  First step: win “ABC Fintech – Cloud Migration” in the CRM, then look at #handovers.
  Ctrl-C stops; start again to go on where you were.
""",
        flush=True,
    )


def free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _interrupted(stopping: threading.Event, _: FrameType | None = None) -> None:
    print("\nStopping…", flush=True)
    stopping.set()


if __name__ == "__main__":
    sys.exit(main())
