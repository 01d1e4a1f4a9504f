"""What `/handover setup` stored, over what baton.toml says: the file wins, value by value.

The stored table has the file's own shape (`slack`, `people.roles`, `offices.main`), so that an export of it can be
pasted into baton.toml. Several people of one role take turns, unless the file has routing rules of its own.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.people import HANDOVER_ROLES, Role
from bot.settings import FILE, NO_OFFICE, OfficeSettings, Routing, Settings

SLACK = "set in Slack"
CHANNELS = ("handovers_channel", "admin_channel")
ROLES = (Role.DELIVERY_MANAGER, Role.HEAD_OF_DELIVERY, Role.PM, Role.CSM, Role.SALES_REP, Role.SALES_OPS)
"""The roles that setup asks for. Whose deal it is, the CRM says: sales reps do not take turns."""


def in_file(settings: Settings, name: str) -> bool:
    """Whether baton.toml says this, so that Slack cannot."""
    return settings.source(name) == FILE


def with_stored(settings: Settings, table: Mapping[str, Any]) -> Settings:
    """The settings in force. It may be done again with a newer table on what it returned."""
    roles = {**settings.roles, **_roles(settings, table)}
    offices = settings.offices if in_file(settings, "offices") else (_office(table),)
    named = [office.name for office in offices]
    found = replace(
        settings,
        handovers_channel=_channel(settings, table, "handovers_channel"),
        admin_channel=_channel(settings, table, "admin_channel"),
        roles={role: emails for role, emails in roles.items() if emails},
        offices=offices,
        digest_office=settings.digest_office if settings.digest_office in named else named[0],
        given=_given(settings, table),
    )
    return found if in_file(settings, "routing") else replace(found, routing=_turns(found))


def _channel(settings: Settings, table: Mapping[str, Any], name: str) -> str:
    if in_file(settings, f"slack.{name}"):
        return str(getattr(settings, name))
    return str(table.get("slack", {}).get(name, ""))


def _roles(settings: Settings, table: Mapping[str, Any]) -> dict[Role, tuple[str, ...]]:
    stored = table.get("people", {}).get("roles", {})
    return {role: tuple(stored.get(role, ())) for role in ROLES if not in_file(settings, f"people.roles.{role}")}


def _office(table: Mapping[str, Any]) -> OfficeSettings:
    stored = table.get("offices", {}).get(NO_OFFICE.name)
    return OfficeSettings(NO_OFFICE.name, dict(stored)) if stored else NO_OFFICE


def _given(settings: Settings, table: Mapping[str, Any]) -> dict[str, str]:
    """Where each value was given; what was set in Slack once and is not any more is forgotten."""
    kept = {name: source for name, source in settings.given.items() if source != SLACK}
    named = [f"slack.{name}" for name in CHANNELS if table.get("slack", {}).get(name)]
    named += [f"people.roles.{role}" for role, emails in table.get("people", {}).get("roles", {}).items() if emails]
    named += ["offices"] if table.get("offices") else []
    return dict.fromkeys(named, SLACK) | kept


def _turns(settings: Settings) -> tuple[Routing, ...]:
    turns = (role for role in HANDOVER_ROLES if role is not Role.SALES_REP)
    pools: dict[Role, tuple[str, ...]] = {role: settings.roles.get(role, ()) for role in turns}
    stored = {
        role: emails
        for role, emails in pools.items()
        if len(emails) > 1 and settings.source(f"people.roles.{role}") == SLACK
    }
    return (Routing({}, stored),) if stored else ()
