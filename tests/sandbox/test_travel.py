"""Time travel in the sandbox: both clocks move together, the sandbox first, and every page shows the time."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from sandbox import deals
from sandbox.clock import Clock
from sandbox.company import HANDOVERS_CHANNEL, office_time
from sandbox.shelf import Shelf
from sandbox.slack.hands import Hands
from sandbox.travel import kept_offset
from sandbox.world import World
from tests.sandbox.conftest import new_world
from tests.sandbox.slack_bot import Bot
from tests.serving import Serving

HOUR = 3600.0


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


@dataclass
class Control:
    """A bot's control as its door answers: it knows what is due, and remembers where the sandbox was at each step."""

    world: World
    due: list[float] = field(default_factory=list)
    steps: list[tuple[float, float]] = field(default_factory=list)
    offset: float = 0.0
    drained: bool = True
    status: int = 200
    error: str = ""
    hold: threading.Event = field(default_factory=threading.Event)
    inside: threading.Event = field(default_factory=threading.Event)

    def now(self) -> float:
        return time.time() + self.offset

    def state(self) -> dict[str, Any]:
        """What GET answers."""
        now = self.now()
        ahead = min((moment for moment in self.due if moment > now), default=None)
        jumps = {"hour": iso(now + HOUR), "working_day": iso(now + 20 * HOUR), "due": iso(ahead) if ahead else None}
        return {"now": iso(now), "offset": self.offset, "next": iso(ahead) if ahead else None, "jumps": jumps}

    def move(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """What POST answers."""
        self.inside.set()
        self.hold.wait(20)
        if self.status != 200:
            return self.status, {"error": self.error}
        if "to" in asked:
            moment = datetime.fromisoformat(asked["to"]).timestamp()
            self.steps.append((moment, self.world.clock.time()))
            self.offset = max(self.offset, moment - time.time())
        waiting = {} if self.drained else {"Reply": 2}
        return 200, self.state() | {"steps": 1, "drained": self.drained, "waiting": waiting}


@pytest.fixture
def control(world: World) -> Iterator[Control]:
    made = Control(world)
    made.hold.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, made.state())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self._answer(*made.move(body))

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            self.send_response(status if self.path == "/rehearsal/clock" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with Serving(Handler) as server:
        world.control_url = server.url
        yield made


def press(world: World, given: Any, **headers: str) -> httpx.Response:
    return httpx.post(f"{world.base_url}/clock", json=given, headers=headers, timeout=30, trust_env=False)


def near(found: float, wanted: float) -> bool:
    return -0.5 < found - wanted < 3


def test_the_sandbox_is_at_each_due_moment_before_the_bot(world: World, control: Control) -> None:
    """Else a message about ten o'clock would carry the time of nine."""
    now = world.clock.time()
    control.due = [now + 1200, now + 600, now + 9000]
    answer = press(world, {"jump": "hour"}).json()
    assert [round(moment - now) for moment, _ in control.steps] == [600, 1200, 3600]
    assert all(near(sandbox, moment) for moment, sandbox in control.steps)
    assert near(world.clock.time(), now + HOUR)
    assert answer["steps"] == 3
    assert answer["drained"]
    assert answer["line"] == f"Moved to {office_time(world.clock.time())} in 3 steps."


def test_messages_carry_the_moved_time(world: World, control: Control, client: WebClient, hands: Hands) -> None:
    before = world.clock.time()
    press(world, {"jump": "working_day"})
    hands.say("ana", HANDOVERS_CHANNEL, "Good morning")
    client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="Good morning, Ana")
    assert control.steps
    said, answered = (float(message["ts"]) for message in world.slack.messages(HANDOVERS_CHANNEL)[-2:])
    assert near(said, before + 20 * HOUR)
    assert near(answered, before + 20 * HOUR)


def test_a_moment_can_be_named_and_never_lies_in_the_past(world: World, control: Control) -> None:
    goal = world.clock.time() + 2 * HOUR
    assert press(world, {"to": goal}).status_code == 200
    assert near(world.clock.time(), goal)
    back = press(world, {"to": goal - HOUR})
    assert back.status_code == 400
    assert "never goes back" in back.json()["error"]
    assert near(world.clock.time(), goal)
    assert len(control.steps) == 1


@pytest.mark.parametrize("given", [None, [], {}, {"jump": "week"}, {"jump": 1}, {"to": "x"}, {"to": True}, {"a": 1}])
def test_what_cannot_be_read_is_told_how(world: World, control: Control, given: Any) -> None:
    answer = press(world, given)
    assert answer.status_code == 400
    assert '"jump": one of hour, working_day, due' in answer.json()["error"]
    assert control.steps == []


def test_another_pages_script_moves_nothing(world: World, control: Control) -> None:
    assert press(world, {"jump": "hour"}, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert control.steps == []


def test_without_a_due_time_there_is_nowhere_to_go(world: World, control: Control) -> None:
    answer = press(world, {"jump": "due"})
    assert answer.status_code == 400
    assert "confirm a scope first" in answer.json()["error"]
    assert control.steps == []


def test_one_jump_at_a_time_and_every_window_sees_it(world: World, control: Control) -> None:
    control.hold.clear()
    first = threading.Thread(target=press, args=(world, {"jump": "hour"}))
    first.start()
    assert control.inside.wait(10)
    second = press(world, {"jump": "hour"})
    shown = httpx.get(f"{world.base_url}/pane", params={"as": "ana"}, trust_env=False).json()["clock"]
    page = httpx.get(world.base_url, params={"as": "ana"}, trust_env=False).text
    control.hold.set()
    first.join()
    assert second.status_code == 409
    assert shown["moving"]
    assert shown["line"]
    assert page.count('aria-disabled="true"') == 3
    assert not world.travel.moving


def test_a_bot_that_moves_already_is_waited_for(world: World, control: Control) -> None:
    control.status = 409
    answer = press(world, {"jump": "hour"})
    assert answer.status_code == 409
    assert "moving already" in answer.json()["error"]


def test_what_the_bot_says_against_it_is_shown(world: World, control: Control) -> None:
    control.status, control.error = 500, "The jump stopped half-way."
    answer = press(world, {"jump": "hour"})
    assert answer.status_code == 400
    assert answer.json()["error"] == "The jump stopped half-way."
    assert not world.travel.moving
    control.status = 200
    assert press(world, {"jump": "hour"}).status_code == 200


def test_a_bot_that_is_gone_is_told(world: World) -> None:
    world.control_url = "http://127.0.0.1:1"
    before = world.clock.offset
    answer = press(world, {"jump": "hour"})
    assert answer.status_code == 400
    assert "does not answer" in answer.json()["error"]
    assert world.clock.offset == before


def test_work_that_still_waits_is_told(world: World, control: Control) -> None:
    control.drained = False
    answer = press(world, {"jump": "hour"}).json()
    assert not answer["drained"]
    assert "still waits" in answer["line"]


def test_a_clock_that_is_behind_catches_up(world: World, control: Control) -> None:
    """Whoever was moved alone, or was stopped half-way."""
    control.offset = 5 * HOUR
    world.travel.align()
    assert near(world.clock.offset, 5 * HOUR)
    assert control.steps == []
    world.clock.advance(HOUR)
    world.travel.align()
    assert near(control.offset, 6 * HOUR)
    assert len(control.steps) == 1
    assert world.travel.line == ""


def test_a_restart_keeps_the_offset(control: Control, world: World) -> None:
    press(world, {"jump": "hour"})
    assert control.steps
    assert kept_offset(world.shelf) == world.clock.offset
    again = new_world(shelf=world.shelf)
    again.clock = Clock(kept_offset(world.shelf))
    assert near(again.clock.time(), world.clock.time())
    assert kept_offset(Shelf()) == 0.0


def test_every_page_shows_business_time_in_the_offices_zone(world: World, control: Control) -> None:
    deals.seed(world)
    world.clock.set_to(datetime(2027, 8, 4, 7, 0, tzinfo=UTC).timestamp())
    for path in ("/", "/crm", "/crm/9001", "/board"):
        page = httpx.get(world.base_url + path, trust_env=False).text
        assert "Wed 4 Aug 2027, 09:00 Berlin" in page, path
        assert page.count("data-jump=") == (3 if path == "/" else 0), path
    assert control.steps == []
    assert httpx.get(f"{world.base_url}/clock", trust_env=False).json()["offset"] == world.clock.offset


def test_without_a_clock_to_move_there_are_no_buttons(world: World, bot: Bot) -> None:
    assert bot.url
    page = httpx.get(world.base_url, trust_env=False).text
    assert "Business time" in page
    assert "data-jump" not in page


def test_the_guide_suggests_it_and_sees_it_done(world: World, control: Control) -> None:
    deals.seed(world)
    before = httpx.get(f"{world.base_url}/pane", trust_env=False).json()["guide"]
    press(world, {"jump": "hour"})
    after = httpx.get(f"{world.base_url}/pane", trust_env=False).json()["guide"]
    assert "Let time pass" in before
    assert "✓ <a" not in before
    assert after.count("✓ <a") == 1
    assert len(control.steps) == 1
