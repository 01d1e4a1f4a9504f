"""The payloads that go to the bot, field by field as https://docs.slack.dev/reference/interaction-payloads has them."""

from typing import Any

from sandbox.company import APP_ID, BOT_USER, TEAM
from sandbox.shelf import Doc

DOMAIN = "acme"
TOKEN = "verif"


def user_of(user: Doc) -> Doc:
    """The short user object of interactions."""
    return {"id": user["id"], "username": user["name"], "name": user["name"], "team_id": TEAM}


def interaction(kind: str, user: Doc, **fields: Any) -> Doc:
    """An interaction of a kind (`block_actions`, `view_submission`, `shortcut`, …) by a user."""
    base: Doc = {"type": kind, "user": user_of(user), "api_app_id": APP_ID, "token": TOKEN}
    base |= {"team": {"id": TEAM, "domain": DOMAIN}, "enterprise": None, "is_enterprise_install": False}
    return {**base, **fields}


def command(user: Doc, channel: Doc, **fields: str) -> Doc:
    """The flat form of a slash command; `fields` are command, text, response_url and trigger_id."""
    form = {"token": TOKEN, "team_id": TEAM, "team_domain": DOMAIN, "channel_id": channel["id"]}
    form |= {"channel_name": channel_name(channel), "user_id": user["id"], "user_name": user["name"]}
    return {**form, "api_app_id": APP_ID, "is_enterprise_install": "false", **fields}


def channel_name(channel: Doc) -> str:
    """A conversation's name as payloads carry it: private ones and direct messages have none."""
    if channel.get("is_im"):
        return "directmessage"
    return "privategroup" if channel.get("is_private") else str(channel["name"])


def container(channel: str, message: Doc, *, ephemeral: bool = False) -> Doc:
    """Where in a channel something was clicked."""
    place = {"type": "message", "message_ts": message["ts"], "channel_id": channel, "is_ephemeral": ephemeral}
    return {**place, "thread_ts": message["thread_ts"]} if message.get("thread_ts") else place


def envelope(event: Doc, *, event_id: str, at: int, ext_shared: bool) -> Doc:
    """The outer part of an event; `at` is the sandbox clock's second."""
    grant = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}
    outer: Doc = {"token": TOKEN, "team_id": TEAM, "context_team_id": TEAM, "context_enterprise_id": None}
    outer |= {"api_app_id": APP_ID, "event": event, "type": "event_callback", "event_id": event_id, "event_time": at}
    outer |= {"authorizations": [{**grant, "is_enterprise_install": False}], "is_ext_shared_channel": ext_shared}
    return {**outer, "event_context": f"4-{event_id}"}
