"""Bolt, wired so that no request pays for auth.test and nothing happens after the answer.

https://docs.slack.dev/tools/bolt-python: `process_before_response=True` lets a listener commit first and answer after;
`authorize=` from stored ids keeps the first click fast while Slack hangs.
"""

import logging
import secrets

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.settings import Settings
from handlers.deps import Deps
from handlers.ears import register

EDGE_TIMEOUT = 2  # seconds: Slack waits 3 for our answer
HAND_TIMEOUT = 10


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

    application = App(
        # Its loggers take this one's level; without it they take the root's, and tell whole messages when that is low.
        logger=logging.getLogger("slack_bolt"),
        client=deps.edge.client,
        # Without a secret of Slack's (Socket Mode alone) nobody can sign for the HTTP door: the key is thrown away.
        signing_secret=str.__str__(deps.settings.signing_secret) or secrets.token_hex(32),
        process_before_response=True,
        authorize=authorize,
        raise_error_for_unhandled_request=False,
        ssl_check_enabled=True,
    )
    register(application, deps)
    return application
