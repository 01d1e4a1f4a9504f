"""Slack: the token and its scopes, both clocks, the channels, and the way by which Slack reaches us.

`x-oauth-scopes` of auth.test lists what was granted (https://docs.slack.dev/reference/methods/auth.test). Signatures
are refused after 300 seconds, so a clock that is wrong by more than 60 is told before that. An address that
apps.connections.open hands out and nobody uses lapses by itself.
"""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from bot.errors import BatonError
from bot.people import Role
from bot.ports import Check
from bot.settings import Settings
from bot.settings.stored import SLACK as SET_IN_SLACK
from handlers.clock import Clock
from handlers.http import LOOPBACK
from handlers.scopes import WANTED, granted, missing
from handlers.slack_api import SlackApi, SlackRefused
from handlers.slack_app import HAND_TIMEOUT, client

SKEW = 60.0  # seconds
REINSTALL = "install the app again with the scopes of manifest.yml"
PRIVATE = "make it private and unshared; until then amounts and promises are hidden there"


class Office:
    """Slack as the doctor asks it: `reachable` is whether the token was taken, `team` the workspace that it is of."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.api = SlackApi(client(settings, timeout=HAND_TIMEOUT), lambda: None)
        self.reachable, self.team = False, ""

    @cached_property
    def line(self) -> SlackApi:
        """The API with the app-level token."""
        made = client(self.settings, timeout=HAND_TIMEOUT)
        made.token = str.__str__(self.settings.app_token)
        return SlackApi(made, lambda: None)


def lines(office: Office) -> Iterator[Check]:
    """All lines about Slack; with a refused token only that one and the transport, as the others would say the same."""
    try:
        answer, headers = office.api.answer("auth.test")
    except BatonError as error:
        yield Check("Slack", ok=False, words=f"{error}. Check SLACK_BOT_TOKEN and that Slack can be reached from here.")
    else:
        office.reachable, office.team = True, str(answer.get("team_id", ""))
        yield Check("Slack token", ok=True, words=f"{answer.get('team', '')}, as {answer.get('user', '')}".strip(", "))
        yield from _scopes(headers.get("x-oauth-scopes", ""))
        yield from _clock(headers.get("date", ""), office.clock.machine_now())
        if office.settings.handovers_channel:
            yield _channel(office, "Handovers channel", office.settings.handovers_channel, "handovers_channel")
        if office.settings.admin_channel:
            yield _channel(office, "Admin channel", office.settings.admin_channel, "admin_channel")
        else:
            whom = "sales operations" if office.settings.roles.get(Role.SALES_OPS) else "the Head of Delivery"
            yield Check("Admin channel", ok=True, words=f"none: what breaks is told to {whom} directly")
    yield _transport(office)


def _scopes(header: str) -> Iterator[Check]:
    given = granted(header)
    if not given:
        yield Check("Slack scopes", ok=True, words="Slack did not say which were granted")
        return
    needed, optional = missing(given)
    for scope in needed:
        yield Check("Slack scopes", ok=False, words=f"{scope} is missing, so {WANTED[scope]}: {REINSTALL}")
    words = "; ".join(f"without {scope} {WANTED[scope]}" for scope in optional)
    if not needed:
        yield Check("Slack scopes", ok=True, words=words)
    elif words:
        yield Check("Slack scopes that are optional", ok=True, words=words)


def _clock(header: str, now: datetime) -> Iterator[Check]:
    try:
        skew = (now - parsedate_to_datetime(header)).total_seconds()
    except (TypeError, ValueError):
        yield Check("Clock", ok=True, words="Slack did not say what time it is")
        return
    if abs(skew) <= SKEW:
        yield Check("Clock", ok=True)
        return
    way = "ahead of" if skew > 0 else "behind"
    words = f"this machine is {abs(skew):.0f} s {way} Slack, signatures fail at 300 s: set it by NTP"
    yield Check("Clock", ok=False, words=words)


def _channel(office: Office, name: str, channel: str, setting: str) -> Check:
    mend = f"correct [slack] {setting}"
    if office.settings.source(f"slack.{setting}") == SET_IN_SLACK:
        mend = "choose another by /handover setup"
    try:
        room: dict[str, Any] = office.api.call("conversations.info", channel=channel).get("channel") or {}
    except SlackRefused as refused:
        why = f"{refused.code}: {mend}, or invite Baton there with /invite @Baton"
        return Check(name, ok=False, words=why)
    except BatonError as error:
        return Check(name, ok=False, words=f"{error}. Run doctor again when Slack answers.")
    if room.get("is_archived"):
        return Check(name, ok=False, words=f"it is archived: unarchive it, or {mend}")
    if not room.get("is_member"):
        return Check(name, ok=False, words="Baton is not in it: write /invite @Baton there")
    shared = any(room.get(way) for way in ("is_ext_shared", "is_shared", "is_pending_ext_shared"))
    private = bool(room.get("is_private")) and not shared
    return Check(name, ok=private, words="" if private else PRIVATE)


def _transport(office: Office) -> Check:
    if office.settings.app_token:
        try:
            office.line.call("apps.connections.open")
        except BatonError as error:
            words = f"{error}. Check SLACK_APP_TOKEN (xapp-…, connections:write) and that Socket Mode is on."
            return Check("Socket Mode", ok=False, words=words)
        return Check("Socket Mode", ok=True)
    problem = address_problem(office.settings.public_url, office.settings.slack_api_url)
    return Check("Public address", ok=not problem, words=problem)


def address_problem(public: str, api: str) -> str:
    """Why Slack could not call this address, '' when it can. A stand-in of Slack on this machine may call any."""
    if urlsplit(api).hostname in LOOPBACK:
        return ""
    parts = urlsplit(public)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return "BATON_PUBLIC_URL must begin with https://, or use Socket Mode: set SLACK_APP_TOKEN"
    if host in LOOPBACK or "." not in host or host.endswith((".local", ".internal", ".localhost")) or _inside(host):
        return "Slack cannot reach BATON_PUBLIC_URL: name a public host, or use Socket Mode: set SLACK_APP_TOKEN"
    if parts.query or parts.fragment or parts.username:
        return "BATON_PUBLIC_URL must be an address alone, like https://baton.your-company.com"
    return ""


def _inside(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False
