"""What people and Slack hear when a click could not be done: kind, true and within three seconds.

Nothing that was not kept is answered as done. An event is answered 5xx, so that Slack sends it again
(https://docs.slack.dev/apis/events-api#retries); a person gets a sentence. With our own database away the sentence
cannot go through the outbox, so it is given at once, on the click's own handles.
"""

import json
import logging
from typing import Any

from slack_bolt import BoltResponse

from blocks.forms import note_view
from bot.errors import Conflict, StoreAway, VendorError
from handlers.deps import Deps
from handlers.ears.guard import Click, whisper

log = logging.getLogger("baton.ears")
FAILED = "That did not work, and nothing was changed. Please try once more."
# Not "nothing was changed": a line that breaks while it commits does not say what became of it.
AWAY = "Baton cannot save anything right now. Please try again in a few minutes."
LATE = "Baton is slower than it should be. Please look in a minute whether it is done; if not, do it once more."
STILL = "What you typed is still in the form."


def on_error(deps: Deps, error: Exception, body: dict[str, Any]) -> BoltResponse:
    """A listener failed: what its caller is answered.

    A form stays open below the sentence, with what was typed in it; a command says it itself; after any other click it
    is whispered, and where even that fails, Slack's own warning sign (5xx) is truer than silence.
    """
    if not _shaped(body):
        return BoltResponse(status=400, body="")
    away = isinstance(error, (StoreAway, Conflict))
    why = str(error) if away else type(error).__name__
    log.error("listener failed: %s", why, exc_info=None if away else error)
    sentence = AWAY if away else FAILED
    status = 503 if away else 500
    found = spoken(body, sentence, status)
    if found is not None:
        return found
    try:
        click = Click.of(body)
    except (AttributeError, LookupError, TypeError, ValueError):  # nothing that Slack sends, so there is nobody to tell
        return BoltResponse(status=400, body="")
    told = _at_once(deps, click, sentence) if away else _whispered(deps, click, sentence)
    return BoltResponse(status=200 if told else status, body="")


def late(body: dict[str, Any]) -> BoltResponse:
    """What is answered while the work goes on: whoever asked may not wait longer. No word of what became of it."""
    return spoken(body, LATE, 503) or BoltResponse(status=503, body="")


def away(body: dict[str, Any]) -> BoltResponse:
    """What is answered when the work cannot even begin: everybody who could do it is held up."""
    return spoken(body, AWAY, 503) or BoltResponse(status=503, body="")


def spoken(body: dict[str, Any], sentence: str, status: int) -> BoltResponse | None:
    """The answer of those requests that carry it themselves; None for a click, which has other handles."""
    if body.get("type") in ("event_callback", "block_suggestion"):
        return BoltResponse(status=status, body="")
    if body.get("command"):
        return BoltResponse(status=200, body=sentence)
    if body.get("type") == "view_submission":
        note = note_view("Not saved" if sentence != LATE else "One moment", f"{sentence} {STILL}")
        return BoltResponse(status=200, body={"response_action": "push", "view": note})
    return None


def _shaped(body: dict[str, Any]) -> bool:
    # Signed, but not what Slack sends: to send it again would help nobody.
    kind, inner = body.get("type"), body.get("event")
    if kind == "event_callback":
        return isinstance(inner, dict) and isinstance(inner.get("type"), str)
    whole = all(isinstance(body.get(name) or {}, dict) for name in ("user", "view", "container", "channel"))
    return kind != "block_suggestion" or (whole and isinstance(body.get("action_id"), str))


def _whispered(deps: Deps, click: Click, sentence: str) -> bool:
    try:
        with deps.store.write() as unit:
            whisper(unit, click, "refused", {"sentence": sentence})
    except Exception:  # whatever broke the listener may break this too
        log.exception("the person could not be told")
        return False
    return True


def _at_once(deps: Deps, click: Click, sentence: str) -> bool:
    try:
        if click.response_url:
            words = {"response_type": "ephemeral", "replace_original": False, "text": sentence}
            said, soon = json.dumps(words).encode(), deps.haste.sorry
            deps.edge.send(click.response_url, said, what="response_url", timeout=soon)
            return True
        method = "views.push" if click.view.get("type") == "modal" else "views.open"
        deps.edge.call(method, trigger_id=click.trigger_id, view=note_view("Not saved", sentence))
    except VendorError as error:
        log.warning("the person could not be told", extra={"why": type(error).__name__})
        return False
    return True
