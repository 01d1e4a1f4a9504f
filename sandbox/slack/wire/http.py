"""Signed requests to the bot's one URL (https://docs.slack.dev/authentication/verifying-requests-from-slack).

The signature is made with real time over the raw body; the answer has three seconds.
"""

import hashlib
import hmac
import http.client
import json
import time
from urllib.parse import urlencode, urlsplit

from sandbox.shelf import Doc
from sandbox.slack.wire.answers import Answer

PATH = "/slack/events"


def encode(kind: str, payload: Doc) -> tuple[bytes, str]:
    """Body and content type: JSON for events, a flat form for commands, `payload=` for the rest."""
    if kind == "event":
        return json.dumps(payload).encode(), "application/json"
    form = payload if kind == "command" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def sign(secret: str, body: bytes, stamp: str) -> str:
    """Slack's `v0` signature."""
    base = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def send(
    bot_url: str, secret: str, kind: str, payload: Doc, extra: dict[str, str] | None = None, *, seconds: float
) -> Answer:
    """Posts to the bot and waits so many seconds. Never raises: no answer is an answer with a problem."""
    body, content_type = encode(kind, payload)
    stamp = str(int(time.time()))
    headers = {"Content-Type": content_type, "X-Slack-Request-Timestamp": stamp, **(extra or {})}
    headers |= {"X-Slack-Signature": sign(secret, body, stamp), "User-Agent": "Slackbot 1.0"}
    parts = urlsplit(bot_url)
    line = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=seconds)
    begun = time.monotonic()
    try:
        line.request("POST", parts.path.rstrip("/") + PATH, body, headers)
        response = line.getresponse()
        text = response.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        late = isinstance(error, TimeoutError)
        problem, reason = ("timeout", "http_timeout") if late else ("failed", "connection_failed")
        return Answer(0, "", _since(begun), problem, reason)
    finally:
        line.close()
    good = response.status == http.client.OK
    stop = response.headers.get("X-Slack-No-Retry") == "1"
    return Answer(response.status, text, _since(begun), "" if good else "failed", "" if good else "http_error", stop)


def _since(begun: float) -> float:
    return (time.monotonic() - begun) * 1000
