"""Socket Mode that never goes deaf: one line to Slack, opened at the start and replaced when nothing comes any more.

Follows https://docs.slack.dev/apis/events-api/using-socket-mode. Slack's own client answers refresh and disconnect
envelopes and lines that break. What it cannot see is a line that is up and brings nothing: after a while of silence a
second line is opened, and only then the first one closed. In a quiet office that is one call in `silence` seconds.
"""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError

log = logging.getLogger("baton.sockets")
LOOKS = 9  # looks within one silence: a deaf line is noticed at most a ninth of it later
CLOSING = 5.0  # seconds: the client's own close waits for a thread that may never end
FAREWELL = 2.0  # seconds for Slack's answer to our close frame
CLOSE = b"\x88\x80"  # RFC 6455 §5.5: a final, masked close frame without a reason; the mask's four bytes follow


class Sockets:
    """The line to Slack. `open_line` makes an unconnected handler; `tick` is machine time in seconds."""

    def __init__(
        self, open_line: Callable[[], SocketModeHandler], *, silence: float, tick: Callable[[], float]
    ) -> None:
        self._open_line = open_line
        self._silence = silence
        self._tick = tick
        self._line: SocketModeHandler | None = None
        self._heard = 0.0
        self._away = False
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._run, daemon=True, name="sockets")

    @property
    def silent_for(self) -> float:
        """Seconds since the last word of Slack's, hello and envelopes alike; 0 while there is no line."""
        return self._tick() - self._heard if self._line is not None else 0.0

    @property
    def open(self) -> bool:
        """Whether a line is up."""
        return self._line is not None and bool(self._line.client.is_connected())

    def start(self) -> None:
        """Opens the first line and watches from now on; with Slack away it is tried again and again."""
        self.look()
        self._watch.start()

    def stop(self) -> None:
        """Closes the line and ends the watch."""
        self._stopping.set()
        if self._watch.ident is not None:
            self._watch.join(CLOSING)
        line, self._line = self._line, None
        if line is not None:
            ended(line)

    def look(self) -> bool:
        """Opens the first line, or a second one in place of one that is silent for too long. Whether it opened one."""
        if self._line is not None and self.silent_for < self._silence:
            return False
        opened = self._opened()
        if opened is None:
            return False
        old, self._line = self._line, opened
        if old is not None:
            log.info("a silent line to Slack was replaced")
            ended(old)
        return True

    def _run(self) -> None:
        while not self._stopping.wait(self._silence / LOOKS):
            try:
                self.look()
            except Exception:
                log.exception("the line to Slack could not be looked at")

    def _opened(self) -> SocketModeHandler | None:
        made = self._open_line()
        made.client.on_message_listeners.append(self._hear)
        try:
            made.connect()  # type: ignore[no-untyped-call]
        except Exception as error:  # noqa: BLE001 - a line that breaks in the middle of an answer has many names
            if not self._away:
                log.warning("no line to Slack yet, it is tried again", extra={"why": _why(error)})
            self._away = True
            ended(made)
            return None
        self._away = False
        self._heard = self._tick()
        return made

    def _hear(self, _: str) -> None:
        self._heard = self._tick()


def ended(line: SocketModeHandler) -> None:
    """Closes a line: what was received is worked off, Slack is told to send nothing more on it, then it goes."""
    client: Any = line.client
    client.auto_reconnect_enabled = client.default_auto_reconnect_enabled = False
    closing = threading.Thread(target=_closed, args=(line,), daemon=True)
    closing.start()
    closing.join(CLOSING)


def _closed(line: SocketModeHandler) -> None:
    client: Any = line.client
    pause = threading.Event()
    session = client.current_session
    with suppress(OSError, AttributeError):  # the line may be gone already
        session.sock.send(CLOSE + os.urandom(4))
        for _ in range(int(FAREWELL / 0.02)):
            if not session.is_active() and client.message_queue.empty():
                break
            pause.wait(0.02)
    # SDK 3.47, builtin/connection.py: two threads that notice a closed line at once close one socket twice.
    with suppress(AttributeError):
        line.close()  # type: ignore[no-untyped-call]


def _why(error: Exception) -> str:
    # Never the error's own words: they quote Slack's whole answer.
    code = str(error.response.get("error") or "") if isinstance(error, SlackApiError) else ""
    if code:
        return f"{code}: check SLACK_APP_TOKEN (xapp-…, connections:write) and that Socket Mode is on"
    return f"Slack did not answer ({type(error).__name__})"
