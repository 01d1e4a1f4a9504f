"""HubSpot's settings: which stages, properties and words of one account mean what to us.

Every custom name is a setting; a default that the account does not have is a gap of the deal, never a failure. What was
written down by hand (`named`) has to exist, and the self-check says when it does not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.deal import ContactRole
from connectors.options import Options

API_URL = "https://api.hubapi.com"
HOSTS = ("hubapi.com", "hubspot.com")
API_VERSION = "2026-03"
STATUS_PROPERTY = "baton_handover_status"
STATUS_VALUE = "closed_migrated"

MEDDPICC = (
    "metrics",
    "economic_buyer",
    "decision_criteria",
    "decision_process",
    "paper_process",
    "identify_pain",
    "champion",
    "competition",
)
_VERSION = re.compile(r"20[0-9]{2}-[0-9]{2}")
_DIGITS = re.compile(r"[0-9]*")
FIELDS = (
    "project_name",
    "start_date",
    "end_date",
    "risks",
    "dependencies",
    "repository_url",
    "scope_document_url",
    "proposal_url",
    "contract_url",
)
TAGS: Mapping[str, tuple[str, ...]] = {
    "industry": ("company.industry",),
    "region": ("deal.region", "company.country"),
    "service_line": ("deal.service_line",),
}
ENVIRONMENT: Mapping[str, str] = {
    "TOKEN": "HubSpot's service key or access token.",
    "CLIENT_SECRET": "The app's client secret, which proves webhooks; without it Baton only polls.",
    "API_URL": f"HubSpot's address, {API_URL} unless you test.",
}


@dataclass(frozen=True)
class Config:
    """One HubSpot account. Secrets are left out of the representation.

    `named` holds the properties which the admin wrote down ("deal.x", "company.y"); `tags` maps each tag to the places
    that are looked at in turn. `migrated_stage` set means: mark by stage, else by `migrated_property`.
    """

    key: str
    token: str = field(repr=False)
    client_secret: str = field(default="", repr=False)
    api_url: str = API_URL
    api_version: str = API_VERSION
    signature: str = "v3"
    portal_id: str = ""
    pipelines: tuple[str, ...] = ()
    closing_stages: tuple[str, ...] = ()
    contact_roles: Mapping[str, ContactRole] = field(default_factory=dict)
    meddpicc: Mapping[str, str] = field(default_factory=lambda: {name: f"meddpicc_{name}" for name in MEDDPICC})
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(TAGS))
    fields: Mapping[str, str] = field(default_factory=lambda: {name: name for name in FIELDS})
    migrated_property: str = STATUS_PROPERTY
    migrated_value: str = STATUS_VALUE
    migrated_stage: str = ""
    named: frozenset[str] = frozenset()


def configure(table: Mapping[str, object], env: Mapping[str, str], key: str) -> tuple[Config | None, list[str]]:
    """The settings of one connection, or None with every problem as a sentence."""
    options = Options(table, env, key)
    named: set[str] = set()
    stage, status, value = _migrated(options, named)
    config = Config(
        key=key,
        token=options.secret("TOKEN", why="create a service key in HubSpot and put it there (see the HubSpot page)."),
        client_secret=options.secret("CLIENT_SECRET", why="", required=False),
        api_url=options.address("API_URL", default=API_URL),
        api_version=_shaped(options, "api_version", _VERSION, API_VERSION, f'a version like "{API_VERSION}"'),
        signature=options.choice("signature", allowed=("v3", "v2", "v1"), default="v3"),
        portal_id=_shaped(options, "portal_id", _DIGITS, "", "HubSpot's number of your account, digits only"),
        pipelines=options.texts("pipelines"),
        closing_stages=options.texts("closing_stages"),
        contact_roles=_contact_roles(options),
        meddpicc=_properties(options, "meddpicc", {name: f"meddpicc_{name}" for name in MEDDPICC}, named),
        tags=_tags(options, named),
        fields=_properties(options, "fields", {name: name for name in FIELDS}, named),
        migrated_property=status,
        migrated_value=value,
        migrated_stage=stage,
        named=frozenset(named),
    )
    options.refuse_unknown()
    return (None if options.problems else config), options.problems


def _shaped(options: Options, name: str, shape: re.Pattern[str], default: str, expected: str) -> str:
    value = options.text(name, default=default)
    if not shape.fullmatch(value):
        options.wrong(name, expected)
    return value


def _migrated(options: Options, named: set[str]) -> tuple[str, str, str]:
    """(stage, property, value); a stage and a property exclude each other."""
    inner = options.table("migrated")
    stage = inner.text("stage")
    status = inner.text("property", default="" if stage else STATUS_PROPERTY)
    value = inner.text("value", default="" if stage else STATUS_VALUE)
    if stage and (status or value):
        inner.wrong("stage", "alone: name a stage, or a property with its value")
    elif not stage and not (status and value):
        inner.wrong("property", "given with its value")
    options.join(inner)
    if status and not status.startswith("baton_"):
        named.add(f"deal.{status}")
    return stage, status, value


def _contact_roles(options: Options) -> dict[str, ContactRole]:
    inner = options.table("contact_roles")
    roles: dict[str, ContactRole] = {}
    for label, role in inner.items().items():
        if role in set(ContactRole):
            roles[label] = ContactRole(role)
        else:
            inner.wrong(repr(label), "one of " + ", ".join(f'"{word}"' for word in ContactRole))
    options.join(inner)
    return roles


def _properties(options: Options, name: str, defaults: dict[str, str], named: set[str]) -> dict[str, str]:
    inner = options.table(name)
    chosen = {field_name: inner.text(field_name, default=default) for field_name, default in defaults.items()}
    options.join(inner)
    named.update(f"deal.{chosen[field_name]}" for field_name in defaults if chosen[field_name] != defaults[field_name])
    return {field_name: place for field_name, place in chosen.items() if place}


def _tags(options: Options, named: set[str]) -> dict[str, tuple[str, ...]]:
    inner = options.table("tags")
    tags = dict(TAGS)
    for name, default in TAGS.items():
        place = inner.text(name)
        if place:
            tags[name] = (place if "." in place else f"deal.{place}",)
        if tags[name] != default:
            named.add(tags[name][0])
        if tags[name][0].partition(".")[0] not in {"deal", "company"}:
            inner.wrong(name, '"deal." or "company." followed by a property\'s name')
    options.join(inner)
    return tags
