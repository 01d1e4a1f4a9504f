"""The settings in force, in words and in groups, each with where it was given. A secret is only "set" or "not set"."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from blocks.company.in_force import Group, Line
from blocks.mrkdwn import Safe, clock, day
from bot.naming import WEEKDAYS
from bot.people import TITLES
from bot.settings import FILE, Settings
from bot.settings.stored import SLACK
from bot.settings.tables import TABLES
from bot.worktime import Hours, Office, is_working_date, next_at
from connectors.options import variable_name
from connectors.registry import CRMS, TOOLS
from handlers.deps import Deps

SET, NOT_SET, NONE = "set", "not set", "none"
SECRETS = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "BATON_SECRET_KEY")
HORIZON = 366  # days ahead in which the next holiday is looked for
# Every setting of baton.toml's fixed tables, as it is in force.
VALUES: Mapping[str, Callable[[Settings], Any]] = {
    "slack.handovers_channel": lambda s: _channel(s.handovers_channel),
    "slack.admin_channel": lambda s: _channel(s.admin_channel),
    "clock.working_days": lambda s: s.clock_days,
    "clock.scope_days": lambda s: s.scope_days,
    "clock.pause_days": lambda s: s.pause_days,
    "clock.first_share": lambda s: s.first_share,
    "clock.last_hours": lambda s: s.last_hours,
    "clock.merge_hours": lambda s: s.merge_hours,
    "digest.enabled": lambda s: s.digest_enabled,
    "digest.time": lambda s: s.digest_time,
    "digest.office": lambda s: s.digest_office,
    "scope.auto": lambda s: s.scope_auto,
    "provision.auto": lambda s: s.provision_auto,
    "provision.tool": lambda s: s.tool,
    "intake.hold_above": lambda s: s.hold_wins_above,
    "playbooks.checklist": lambda s: s.checklist,
    "playbooks.project": lambda s: s.playbook,
    "playbooks.by_service_line": lambda s: s.service_playbooks,
    "retention.webhooks": lambda s: _days_kept(s.retention.webhooks),
    "retention.jobs": lambda s: _days_kept(s.retention.jobs),
    "retention.seen": lambda s: _days_kept(s.retention.seen),
    "retention.opinions": lambda s: _days_kept(s.retention.opinions),
    "retention.timelines": lambda s: _days_kept(s.retention.timelines),
    "delivery.poll_seconds": lambda s: s.delivery.poll_seconds,
    "delivery.lease_seconds": lambda s: s.delivery.lease_seconds,
    "delivery.request_seconds": lambda s: s.delivery.request_seconds,
    "delivery.silence_seconds": lambda s: s.delivery.silence_seconds,
    "delivery.rate_share": lambda s: s.delivery.rate_share,
    "delivery.workers": lambda s: s.delivery.workers,
}


def groups(deps: Deps, now: datetime) -> tuple[Group, ...]:
    """Everything that is in force at that moment."""
    settings = deps.settings
    digest = _table(settings, "digest")
    if settings.digest_enabled:
        tz = deps.terms.offices[settings.digest_office].tz
        digest = (*digest, Line("the next one", clock(digest_at(deps, now), tz, zone=True)))
    return (
        Group(
            "Offices",
            tuple(
                Line(name, office_words(each, now), settings.source("offices"))
                for name, each in deps.terms.offices.items()
            ),
        ),
        Group("Clock and reminders", _table(settings, "clock")),
        Group("Digest", digest),
        Group("Roles", _roles(settings)),
        Group("Channels", _table(settings, "slack")),
        Group("Connections", (*_connections(settings), *_environment(settings))),
        Group(
            "Work",
            (
                *(
                    line
                    for name in ("scope", "provision", "intake", "playbooks", "delivery", "retention")
                    for line in _table(settings, name)
                ),
                _looked_through(deps),
            ),
        ),
    )


def _looked_through(deps: Deps) -> Line:
    template = deps.terms.template
    in_file = template == deps.file_checklist
    source = f"playbooks/checklists/{template.name}.toml" if in_file else SLACK
    return Line("the checklist was last looked through", f"{template.last_reviewed:%-d %b %Y}", source)


def digest_at(deps: Deps, now: datetime) -> datetime:
    """When the next digest is due (UTC): on a working day of its office."""
    return next_at(deps.terms.offices[deps.settings.digest_office], now, deps.settings.digest_time)


def office_words(office: Office, now: datetime) -> str:
    """Zone, week with hours, and the next date on which the office is closed though the week says that it works."""
    today = now.astimezone(ZoneInfo(office.tz)).date()
    ahead = (today + timedelta(days=n) for n in range(HORIZON))
    free = next((d for d in ahead if d.weekday() in office.hours and not is_working_date(office, d)), None)
    return f"{office.tz}, {week_words(office)}, next holiday {day(free) if free else NONE}"


def week_words(office: Office) -> str:
    """`Mon–Thu 09:00–17:00, Fri 09:00–15:00`: neighbouring days of equal hours together."""
    runs: list[tuple[list[int], Hours]] = []
    for weekday in _from_the_weekend(office):
        hours = office.hours[weekday]
        if runs and runs[-1][1] == hours and (runs[-1][0][-1] + 1) % 7 == weekday:
            runs[-1][0].append(weekday)
        else:
            runs.append(([weekday], hours))
    return ", ".join(f"{_days(days)} {_time(hours[0])}–{_time(hours[1], closing=True)}" for days, hours in runs)


def _from_the_weekend(office: Office) -> list[int]:
    # A week begins after its free days: Sunday to Thursday, not Monday to Thursday and Sunday.
    first = next((d for d in range(7) if d in office.hours and (d - 1) % 7 not in office.hours), 0)
    return [(first + n) % 7 for n in range(7) if (first + n) % 7 in office.hours]


def _days(days: list[int]) -> str:
    names = [WEEKDAYS[each] for each in days]
    return names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}"


def _days_kept(days: int) -> str:
    return str(days) if days else "for ever"


def _time(at: time, *, closing: bool = False) -> str:
    return "24:00" if closing and at == time(0) else f"{at:%H:%M}"


def _table(settings: Settings, section: str) -> tuple[Line, ...]:
    # With table and name as they stand in the file: what to write there; "auto" alone is the name of two settings.
    named = ((f"{section}.{key}", words) for key, (_, words) in TABLES[section].items())
    return tuple(
        Line(f"{words} ({name})", _words(VALUES[name](settings)), settings.source(name)) for name, words in named
    )


def _roles(settings: Settings) -> tuple[Line, ...]:
    held = [
        Line(TITLES[role], _listed(settings.roles.get(role, ())), settings.source(f"people.roles.{role}"))
        for role in TITLES
    ]
    deputies = _listed(f"{who} → {deputy}" for who, deputy in settings.deputies.items())
    return (
        *held,
        Line("deputies", deputies, settings.source("people.deputies")),
        Line("away by an emoji", _listed(settings.away_emojis), settings.source("people.away_emojis")),
        Line("away by words", _listed(settings.away_words), settings.source("people.away_words")),
    )


def _connections(settings: Settings) -> tuple[Line, ...]:
    lines = []
    for key, table in settings.connections.items():
        kind = str(table.get("kind", key))
        factory = CRMS.get(kind) or TOOLS[kind]
        lines.append(Line(key, factory.title, FILE))
        lines += [_secret(settings, variable_name(key, name)) for name in factory.env]
    return tuple(lines)


def _environment(settings: Settings) -> tuple[Line, ...]:
    secrets = tuple(_secret(settings, name) for name in SECRETS)
    database = "PostgreSQL" if str.__str__(settings.database_url).startswith("postgres") else "SQLite"
    shown = {"SLACK_API_URL": settings.slack_api_url, "DATABASE_URL": database, "BATON_HOST": settings.host}
    shown |= {"BATON_PORT": str(settings.port), "BATON_PUBLIC_URL": settings.public_url}
    shown |= {"BATON_REHEARSAL_PORT": str(settings.rehearsal_port or NONE)}
    return (*secrets, *(Line(name, value, settings.source(name)) for name, value in shown.items()))


def _secret(settings: Settings, name: str) -> Line:
    return Line(
        name, SET if name in settings.given else NOT_SET, settings.source(name) if name in settings.given else ""
    )


def _channel(channel: str) -> str:
    return Safe(f"<#{channel}>") if channel.isalnum() else ""


def _words(value: Any) -> str:
    if isinstance(value, Safe):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, time):
        return _time(value)
    if isinstance(value, Mapping):
        return _listed(f"{key} → {one}" for key, one in value.items())
    if isinstance(value, Decimal | float | int):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return str(value) or NONE


def _listed(words: Any) -> str:
    return ", ".join(words) or NONE
