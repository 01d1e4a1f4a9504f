"""Bolt, wired so that no request pays for auth.test and nothing happens after the answer.

https://docs.slack.dev/tools/bolt-python: `process_before_response=True` lets a listener commit first and answer after;
`authorize=` from stored ids keeps the first click fast while Slack hangs.
"""

import logging
import secrets
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.settings import Settings
from handlers.apology import on_error
from handlers.deps import Deps
from handlers.ears import register
from handlers.trace import begun

log = logging.getLogger("baton.slack")
KINDS = frozenset(
    {"event_callback", "block_actions", "block_suggestion", "view_submission", "view_closed", "shortcut",
     "message_action", "command", "url_verification"}
)  # fmt: skip
REFUSED = 401
NOT_SIGNED = (
    "its signature does not fit or is too old; if it is Slack's, compare SLACK_SIGNING_SECRET with Basic Information "
    "of your app, and this machine's clock with the right time"
)
HAND_TIMEOUT = 10  # seconds


class Door(App):
    """Bolt's application: whatever comes in begins a cause of its own, and somebody waits for the answer."""

    def __init__(self, deps: Deps, **given: Any) -> None:
        super().__init__(**given)
        self._deps = deps

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Bolt's answer. The line about it names only kinds that we know: a refused request may hold anything.

        Bolt runs a listener in the thread of its request: it waits for SQLite's lock no longer than its haste
        allows, so that its answer is there in time. Hands have all the patience they need.
        """
        with begun(), self._deps.askers.answered(), self._deps.store.hurried(self._deps.haste.lock):
            answer = super().dispatch(req)
            kind = "command" if "command" in req.body else str(req.body.get("type"))
            told = {"kind": kind if kind in KINDS else "other", "status": answer.status}
            log.info("Slack was answered", extra=told)
            if answer.status == REFUSED:
                log.warning("a request at Slack's door was refused", extra={"why": NOT_SIGNED})
            return answer


def client(settings: Settings, *, timeout: int) -> WebClient:
    """A client without the SDK's own retries: they would post a delivered message twice."""
    return WebClient(
        token=str.__str__(settings.slack_token), base_url=settings.slack_api_url, timeout=timeout, retry_handlers=[]
    )


def bolt(deps: Deps) -> App:
    """The Bolt application with every listener registered."""

    def authorize() -> AuthorizeResult:
        identity = deps.identity
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team_id,
            bot_token=str.__str__(deps.settings.slack_token),
            bot_id=identity.bot_id,
            bot_user_id=identity.bot_user,
        )

    unnamed = client(deps.settings, timeout=deps.haste.call)
    unnamed.token = None  # `authorize` gives each request its token
    application = Door(
        deps,
        # Its loggers take this one's level; without it they take the root's, and tell whole messages when that is low.
        logger=logging.getLogger("slack_bolt"),
        client=unnamed,
        # Without a secret of Slack's (Socket Mode alone) nobody can sign for the HTTP door: the key is thrown away.
        signing_secret=str.__str__(deps.settings.signing_secret) or secrets.token_hex(32),
        process_before_response=True,
        authorize=authorize,
        raise_error_for_unhandled_request=False,
        ssl_check_enabled=True,
    )

    register(application, deps)
    application.error(lambda error, body: on_error(deps, error, body))
    return application
