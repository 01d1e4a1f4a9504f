"""Settings: environment for secrets and addresses, baton.toml for the rest. All problems are reported at once.

`app.py` is the only reader of the environment and the file; this module decides shapes, defaults and limits.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from decimal import Decimal
from typing import Any

from bot.deal import MANUAL
from bot.errors import ConfigError
from bot.people import HANDOVER_ROLES, TITLES, Role
from bot.settings.addresses import SLACKS, address_problems, is_here, real_problems
from bot.settings.delivery import DeliverySettings, read_delivery
from bot.settings.keys import read_keys
from bot.settings.reader import NUMBERS, Reader
from bot.settings.retention import Retention, read_retention
from bot.settings.tables import CONDITIONS, ENVIRONMENT, MAX_PORT, TABLES

NO_DATABASE = "DATABASE_URL is no database: write sqlite:///baton.db, or postgresql://user:password@host/name."
PLAIN = re.compile(r"[!-~]*")  # what a token is made of
FILE = "baton.toml"  # as a source; the other ones are "environment", "default" and `stored.SLACK`
NEEDED_ROLES = (Role.DELIVERY_MANAGER, Role.HEAD_OF_DELIVERY)  # without them nobody answers for a handover


class Secret(str):
    """A text whose repr is stars, so that it never reaches a log by accident."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True)
class Routing:
    """One rule: when all its conditions hold, it fills the roles it names (several people = round robin)."""

    when: Mapping[str, str]
    roles: Mapping[Role, tuple[str, ...]]


@dataclass(frozen=True)
class OfficeSettings:
    """A working calendar as written in baton.toml; `store/calendars.py` makes the calendar of it."""

    name: str
    table: Mapping[str, Any]


# The calendar until somebody names an office: five days, 09:00 to 17:00, no holidays.
NO_OFFICE = OfficeSettings("main", {"timezone": "UTC"})


@dataclass(frozen=True)
class Settings:
    """Everything in force. Durations in seconds unless the name says otherwise."""

    slack_token: Secret
    signing_secret: Secret
    app_token: Secret
    slack_api_url: str
    database_url: Secret  # a PostgreSQL address holds a password
    host: str
    port: int
    public_url: str
    handovers_channel: str
    admin_channel: str
    roles: Mapping[Role, tuple[str, ...]]
    offices: tuple[OfficeSettings, ...]
    person_offices: Mapping[str, str]
    functions: Mapping[str, tuple[str, ...]]
    routing: tuple[Routing, ...]
    connections: Mapping[str, Mapping[str, Any]]
    tool: str
    deputies: Mapping[str, str]
    clock_days: Decimal
    scope_days: Decimal
    pause_days: Decimal
    first_share: Decimal
    last_hours: Decimal
    merge_hours: Decimal
    digest_enabled: bool
    digest_time: time
    digest_office: str
    scope_auto: bool
    provision_auto: bool
    hold_wins_above: int
    checklist: str
    playbook: str
    service_playbooks: Mapping[str, str]
    delivery: DeliverySettings
    retention: Retention
    rehearsal: bool = False
    rehearsal_port: int = 0
    secret_keys: tuple[Secret, ...] = ()  # the newest first; none: a key is made of Slack's own secret
    warnings: tuple[str, ...] = field(default=())
    away_emojis: tuple[str, ...] = ()
    away_words: tuple[str, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)  # environment variable or "table.key" → where it was given

    @property
    def missing(self) -> tuple[str, ...]:
        """What nobody has said yet and Baton cannot do without, in words; empty when it can work."""
        wanted = {"the handovers channel": bool(self.handovers_channel)}
        wanted |= {f"a {TITLES[role]}": bool(self.roles.get(role)) for role in NEEDED_ROLES}
        wanted["the office"] = self.source("offices") != "default"
        return tuple(words for words, there in wanted.items() if not there)

    def source(self, name: str) -> str:
        """Where the value of that name comes from: environment, baton.toml, Slack (`stored.SLACK`), or default."""
        return self.given.get(name, "default")

    def office_of(self, email: str) -> str:
        """The office whose calendar counts for this person: named, or the first one."""
        return self.person_offices.get(email.lower(), self.offices[0].name)


def read(env: Mapping[str, str], table: Mapping[str, Any], *, rehearsal: bool = False) -> Settings:
    """The settings in force. Raises ConfigError with all problems, each with its next step."""
    # A file that holds a secret ends with a new line, which is no part of it.
    given = {name: (env.get(name) or "").strip() or default for name, (default, _) in ENVIRONMENT.items()}
    reader = Reader(table, rehearsed=rehearsal or is_here(given["SLACK_API_URL"]))
    problems = [*address_problems(given), *_slack_problems(given), *_channel_problems(reader), *reader.problems]
    if MANUAL in reader.tables("connections"):
        problems.append(f"[connections.{MANUAL}]: Baton calls so what has no deal in a CRM. Choose another name.")
    roles = _roles(reader.tables("people", "roles"), problems)
    offices = _offices(reader)
    person_offices = _person_offices(reader.tables("people", "offices"), offices, problems)
    functions = _functions(reader.tables("people", "functions"), problems)
    routing = _routing(reader.table.get("routing", []), problems)
    ports = _ports(given, problems, rehearsal=rehearsal)
    if not _is_database(given["DATABASE_URL"]):
        problems.append(NO_DATABASE)
    keys = tuple(map(Secret, read_keys(given["BATON_SECRET_KEY"], problems)))
    if rehearsal:
        problems += real_problems("Slack", "SLACK_API_URL", given["SLACK_API_URL"], SLACKS)
    deputies = _deputies(reader.tables("people", "deputies"), problems)
    people = _People(roles, offices, person_offices, functions, routing, deputies)
    problems += _clock_problems(reader, offices)
    settings = _settings({**given, **ports}, reader, people, rehearsal=rehearsal)
    emojis, words = reader.texts("away_emojis"), reader.texts("away_words")
    settings = replace(settings, secret_keys=keys, away_emojis=emojis, away_words=words, given=_given(env, table))
    problems = list(dict.fromkeys([*problems, *reader.problems]))
    if problems:
        raise ConfigError(tuple(problems))
    return replace(settings, rehearsal_port=int(ports["BATON_REHEARSAL_PORT"]))


def database_url(env: Mapping[str, str]) -> Secret:
    """The database's address alone, for verbs that need nothing else. ConfigError when it is none."""
    url = (env.get("DATABASE_URL") or "").strip() or ENVIRONMENT["DATABASE_URL"][0]
    if not _is_database(url):
        raise ConfigError((NO_DATABASE,))
    return Secret(url)


@dataclass(frozen=True)
class _People:
    """What the settings say about who and where."""

    roles: Mapping[Role, tuple[str, ...]]
    offices: tuple[OfficeSettings, ...]
    person_offices: Mapping[str, str]
    functions: Mapping[str, tuple[str, ...]]
    routing: tuple[Routing, ...]
    deputies: Mapping[str, str]


def _settings(given: Mapping[str, str], reader: Reader, people: _People, *, rehearsal: bool) -> Settings:
    values = {(section, name): reader.value(section, name) for section in TABLES for name in TABLES[section]}
    numbers = {key: reader.number(*key) for key in NUMBERS}
    return Settings(
        slack_token=Secret(given["SLACK_BOT_TOKEN"]),
        signing_secret=Secret(given["SLACK_SIGNING_SECRET"]),
        app_token=Secret(given["SLACK_APP_TOKEN"]),
        slack_api_url=given["SLACK_API_URL"].rstrip("/") + "/",
        database_url=Secret(given["DATABASE_URL"]),
        host=given["BATON_HOST"],
        port=int(given["BATON_PORT"]),
        public_url=(given["BATON_PUBLIC_URL"] or f"http://{given['BATON_HOST']}:{given['BATON_PORT']}").rstrip("/"),
        handovers_channel=values["slack", "handovers_channel"],
        admin_channel=values["slack", "admin_channel"],
        roles=people.roles,
        offices=people.offices,
        person_offices=people.person_offices,
        functions=people.functions,
        routing=people.routing,
        connections={str(key): dict(reader.tables("connections", key)) for key in reader.tables("connections")},
        tool=values["provision", "tool"],
        clock_days=numbers["clock", "working_days"],
        scope_days=numbers["clock", "scope_days"],
        pause_days=numbers["clock", "pause_days"],
        first_share=numbers["clock", "first_share"],
        last_hours=numbers["clock", "last_hours"],
        merge_hours=numbers["clock", "merge_hours"],
        digest_enabled=values["digest", "enabled"],
        digest_time=reader.clock("digest", "time"),
        digest_office=values["digest", "office"] or people.offices[0].name if people.offices else "",
        deputies=people.deputies,
        scope_auto=values["scope", "auto"],
        provision_auto=values["provision", "auto"],
        hold_wins_above=int(numbers["intake", "hold_above"]),
        checklist=values["playbooks", "checklist"],
        playbook=values["playbooks", "project"],
        service_playbooks=reader.names("playbooks", "by_service_line"),
        delivery=read_delivery(reader),
        retention=read_retention(reader),
        rehearsal=rehearsal,
    )


def _given(env: Mapping[str, str], table: Mapping[str, Any]) -> dict[str, str]:
    """Names only: what was given is looked up where it is used, and a secret never comes near."""
    tables = {section: values for section, values in table.items() if isinstance(values, Mapping)}
    keys = [f"{section}.{key}" for section, values in tables.items() for key in values]
    roles = tables.get("people", {}).get("roles")
    keys += [f"people.roles.{role}" for role in roles] if isinstance(roles, Mapping) else []
    return dict.fromkeys((name for name, value in env.items() if value), "environment") | dict.fromkeys(
        [*table, *keys], FILE
    )


def _ports(given: Mapping[str, str], problems: list[str], *, rehearsal: bool) -> dict[str, str]:
    # The clock's port counts in a rehearsal only; elsewhere nothing opens it.
    ports = {"BATON_PORT": _port(given, "BATON_PORT", 3000, problems), "BATON_REHEARSAL_PORT": 0}
    if rehearsal:
        ports["BATON_REHEARSAL_PORT"] = _port(given, "BATON_REHEARSAL_PORT", ports["BATON_PORT"] + 1, problems)
    if ports["BATON_REHEARSAL_PORT"] == ports["BATON_PORT"]:
        problems.append("BATON_REHEARSAL_PORT must be another port than BATON_PORT.")
    return {name: str(port) for name, port in ports.items()}


def _port(given: Mapping[str, str], name: str, default: int, problems: list[str]) -> int:
    port = given[name] or str(default)
    if port.isascii() and port.isdigit() and 0 < int(port) <= MAX_PORT:
        return int(port)
    problems.append(f"{name} = {port!r}: write a port number, e.g. {default}.")
    return default


def _slack_problems(given: Mapping[str, str]) -> list[str]:
    problems = [
        f"{name} holds a blank or a sign that none has: copy it once more."
        for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
        if not PLAIN.fullmatch(given[name])
    ]
    bot, line = given["SLACK_BOT_TOKEN"], given["SLACK_APP_TOKEN"]
    if not bot.startswith("xoxb-"):
        what = "is no bot token" if bot else "is missing"
        problems.append(f"SLACK_BOT_TOKEN {what}: copy the bot token (xoxb-…) from your app's page in Slack.")
    if line and not line.startswith("xapp-"):
        problems.append(
            "SLACK_APP_TOKEN is no app-level token: copy one (xapp-…) from Basic Information of your app in Slack."
        )
    if not given["SLACK_SIGNING_SECRET"] and not line:
        problems.append(
            "SLACK_SIGNING_SECRET is missing: copy it from Basic Information of your app in Slack. "
            "For Socket Mode give SLACK_APP_TOKEN instead."
        )
    return problems


def _channel_problems(reader: Reader) -> list[str]:
    named = {name: reader.value("slack", name) for name in ("handovers_channel", "admin_channel")}
    return [
        f"[slack] {name} = {channel!r} is no id: open the channel's details in Slack and copy it (C…)."
        for name, channel in named.items()
        if channel and not channel.startswith(("C", "G"))
    ]


def _is_database(url: str) -> bool:
    # The address itself is never shown: it may hold a password.
    scheme, _, rest = url.partition("://")
    return bool(rest.strip("/")) and scheme in ("sqlite", "postgresql", "postgres")


def _roles(table: Mapping[str, Any], problems: list[str]) -> dict[Role, tuple[str, ...]]:
    roles: dict[Role, tuple[str, ...]] = {}
    for name, emails in table.items():
        if name not in list(Role):
            problems.append(f"[people.roles] {name} is no role: use one of {', '.join(Role)}.")
            continue
        roles[Role(name)] = _emails(emails, f"[people.roles] {name}", problems)
    problems.extend(
        f"[people.roles] {r} is empty: name at least one e-mail address, or leave it to /handover setup."
        for r in NEEDED_ROLES
        if table.get(r) == []  # of anything else that is no list of addresses, it was said already
    )
    return roles


def _offices(reader: Reader) -> tuple[OfficeSettings, ...]:
    names = [str(name) for name in reader.tables("offices")]
    return tuple(OfficeSettings(name, dict(reader.tables("offices", name))) for name in names) or (NO_OFFICE,)


def _person_offices(
    table: Mapping[str, Any], offices: tuple[OfficeSettings, ...], problems: list[str]
) -> dict[str, str]:
    names = [office.name for office in offices]
    problems.extend(
        f"[people.offices] {email} = {name!r}: there is no such office. Use one of: {', '.join(names)}."
        for email, name in table.items()
        if name not in names
    )
    return {str(email).lower(): str(name) for email, name in table.items()}


def _deputies(table: Mapping[str, Any], problems: list[str]) -> dict[str, str]:
    found = {
        str(email).lower(): _emails(deputy, f"[people.deputies] {email}", problems) for email, deputy in table.items()
    }
    problems.extend(
        f"[people.deputies] {email}: name one other person."
        for email, names in found.items()
        if email in names or len(names) > 1
    )
    return {email: names[0] for email, names in found.items() if names}


def _clock_problems(reader: Reader, offices: tuple[OfficeSettings, ...]) -> list[str]:
    problems = []
    if reader.number("clock", "first_share") >= 1:
        problems.append("[clock] first_share must be below 1: 0.5 is half of the time.")
    office = reader.value("digest", "office")
    if office and office not in [each.name for each in offices]:
        problems.append(f"[digest] office = {office!r}: there is no such office.")
    return problems


def _functions(table: Mapping[str, Any], problems: list[str]) -> dict[str, tuple[str, ...]]:
    return {str(name): _emails(emails, f"[people.functions] {name}", problems) for name, emails in table.items()}


def _routing(raw: list[Mapping[str, Any]], problems: list[str]) -> tuple[Routing, ...]:
    rules = []
    for number, rule in enumerate(raw, start=1):
        place = f"[[routing]], rule {number}"
        roles = {role: _emails(rule[role], f"{place}, {role}", problems) for role in HANDOVER_ROLES if role in rule}
        when = {str(name): str(value) for name, value in rule.items() if name not in HANDOVER_ROLES}
        problems.extend(
            f'{place}: {name} = {value!r}: write one text in "quotes"; a rule for each.'
            for name, value in rule.items()
            if name in CONDITIONS and (isinstance(value, bool) or not isinstance(value, str | int))
        )
        problems.extend(
            f"{place}: {name} is no condition and no role. Use: {', '.join((*CONDITIONS, *HANDOVER_ROLES))}."
            for name in when
            if name not in CONDITIONS
        )
        if not roles:
            problems.append(f'{place} names nobody: add for example pm = "name@your-company.com".')
        rules.append(Routing(when=when, roles=roles))
    return tuple(rules)


def _emails(value: Any, place: str, problems: list[str]) -> tuple[str, ...]:
    emails = value if isinstance(value, list) else [value]
    if not all(isinstance(email, str) and "@" in email for email in emails):
        problems.append(f"{place}: write a list of e-mail addresses.")
        return ()
    return tuple(email.strip().lower() for email in emails)
