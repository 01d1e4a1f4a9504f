"""One HubSpot deal with all that hangs on it, as our normalised `Deal`. Pure: the same JSON gives the same deal.

What HubSpot does not hold stays empty and is named in `gaps`, so that a person can be asked; nothing is invented.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.deal import Contact, ContactRole, Deal, Money, Note, Standing
from connectors.crm.hubspot.config import Config
from connectors.crm.hubspot.documents import read_documents, read_presale
from connectors.crm.hubspot.gaps import name_gaps
from connectors.crm.hubspot.line_items import read_line_items
from connectors.crm.hubspot.names import deal_url, portal_zone, project_name, split_name
from connectors.crm.hubspot.people import read_contacts, read_labels, read_owner, role_names
from connectors.crm.hubspot.stages import Stage, standing_of, won_since
from connectors.crm.hubspot.values import day, lines, moment, number, parts, plain_text, readable, text, web_address

OWN_MARK = "baton:"
"""How the last line of each note of ours begins: it is no note of the deal."""
_EXTRAS = ("dealtype", "description", "hs_next_step", "closed_won_reason")


@dataclass(frozen=True)
class Snapshot:
    """All that was read of one deal, as HubSpot sent it."""

    deal: dict[str, Any]
    stages: Mapping[str, Stage]
    account: Mapping[str, Any] = field(default_factory=dict)
    company: dict[str, Any] = field(default_factory=dict)
    owner: dict[str, Any] = field(default_factory=dict)
    contacts: list[dict[str, Any]] = field(default_factory=list)
    contact_labels: list[dict[str, Any]] = field(default_factory=list)
    line_items: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    quotes: list[dict[str, Any]] = field(default_factory=list)
    tickets: list[dict[str, Any]] = field(default_factory=list)
    closed_ticket_stages: frozenset[str] = frozenset()


def to_deal(snapshot: Snapshot, config: Config, *, asked_id: str) -> Deal:
    """The deal, whole. `asked_id` differs from its id when it was merged away: it is then in `merged_from`."""
    deal = _identity(snapshot, config, asked_id)
    deal = _with_standing(deal, snapshot, config)
    deal = _with_sale(deal, snapshot)
    deal = _with_people(deal, snapshot, config)
    deal = _with_documents(deal, snapshot, config)
    deal = _with_fields(deal, snapshot, config)
    return name_gaps(deal, owner_gone=bool(snapshot.owner.get("archived")), company_known=bool(snapshot.company))


def properties_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record's properties; none when HubSpot sent none."""
    found = record.get("properties")
    return found if isinstance(found, dict) else {}


def _identity(snapshot: Snapshot, config: Config, asked_id: str) -> Deal:
    properties, company = properties_of(snapshot.deal), properties_of(snapshot.company)
    deal_id, name = text(snapshot.deal, "id"), text(properties, "dealname")
    client = text(company, "name") or split_name(name)[0]
    merged = [*parts(text(properties, "hs_merged_object_ids")), asked_id]
    return Deal(
        connection=config.key,
        id=deal_id,
        name=name,
        client=client,
        standing=Standing.OPEN,
        url=deal_url(snapshot.deal, snapshot.account),
        client_id=text(snapshot.company, "id"),
        client_domain=text(company, "domain"),
        project=text(properties, config.fields.get("project_name", "")) or project_name(name, client),
        merged_from=tuple(old for old in dict.fromkeys(merged) if old != deal_id),
        extra={extra: value for extra in _EXTRAS if (value := text(properties, extra))},
    )


def _with_standing(deal: Deal, snapshot: Snapshot, config: Config) -> Deal:
    properties = properties_of(snapshot.deal)
    stage_id = text(properties, "dealstage")
    stage = snapshot.stages.get(stage_id)
    standing = Standing.DELETED if snapshot.deal.get("archived") else standing_of(properties, snapshot.stages)
    history = (snapshot.deal.get("propertiesWithHistory") or {}).get("dealstage") or []
    return replace(
        deal,
        standing=standing,
        pipeline=text(properties, "pipeline"),
        stage=stage_id,
        stage_label=stage.label if stage else "",
        won_epoch=won_since(history, snapshot.stages) if standing is Standing.WON else None,
        closing=standing is Standing.OPEN and stage_id in config.closing_stages,
    )


def _with_sale(deal: Deal, snapshot: Snapshot) -> Deal:
    properties = properties_of(snapshot.deal)
    currency = text(properties, "deal_currency_code") or text(snapshot.account, "companyCurrency")
    amount = number(properties, "amount")
    return replace(
        deal,
        amount=Money(amount, currency) if amount is not None and currency else None,
        close_date=day(properties, "closedate", zone=portal_zone(snapshot.account)),
        line_items=read_line_items(snapshot.line_items, currency=currency),
    )


def _with_people(deal: Deal, snapshot: Snapshot, config: Config) -> Deal:
    contacts = read_contacts(snapshot.contacts, read_labels(snapshot.contact_labels), config.contact_roles)
    meddpicc = _meddpicc(properties_of(snapshot.deal), config.meddpicc, contacts)
    return replace(deal, owner=read_owner(snapshot.owner), contacts=contacts, meddpicc=meddpicc)


def _with_documents(deal: Deal, snapshot: Snapshot, config: Config) -> Deal:
    documents = read_documents(
        properties_of(snapshot.deal),
        config.fields,
        files=snapshot.files,
        quotes=snapshot.quotes,
        deal_url=deal.url,
    )
    presale = read_presale(snapshot.tickets, snapshot.closed_ticket_stages, documents)
    owners = {text(snapshot.owner, "id"): deal.owner.name} if deal.owner else {}
    notes = [note for record in snapshot.notes if (note := _note(record, owners))]
    return replace(deal, documents=documents, presale=presale, notes=tuple(notes))


def _with_fields(deal: Deal, snapshot: Snapshot, config: Config) -> Deal:
    properties, fields = properties_of(snapshot.deal), config.fields
    holders = {"deal": properties, "company": properties_of(snapshot.company)}
    tags = {tag: _tag(places, holders) for tag, places in config.tags.items()}
    starts = [item.start for item in deal.line_items if item.start]
    ends = [item.end for item in deal.line_items if item.end]
    return replace(
        deal,
        start=day(properties, fields.get("start_date", "")) or min(starts, default=None),
        end=day(properties, fields.get("end_date", "")) or max(ends, default=None),
        risks=lines(text(properties, fields.get("risks", ""))),
        dependencies=lines(text(properties, fields.get("dependencies", ""))),
        repository=web_address(text(properties, fields.get("repository_url", ""))),
        industry=tags.get("industry", ""),
        region=tags.get("region", ""),
        service_line=tags.get("service_line", ""),
    )


def _meddpicc(
    properties: Mapping[str, Any], names: Mapping[str, str], contacts: tuple[Contact, ...]
) -> tuple[tuple[str, str], ...]:
    """The eight notes that are there; the two that are people fall back on the contact with that role."""
    people = {role.value: role_names(contacts, role) for role in (ContactRole.ECONOMIC_BUYER, ContactRole.CHAMPION)}
    found = ((field_name, text(properties, place) or people.get(field_name, "")) for field_name, place in names.items())
    return tuple((field_name, value) for field_name, value in found if value)


def _tag(places: tuple[str, ...], holders: Mapping[str, Mapping[str, Any]]) -> str:
    """The first place that holds something: "company.industry", "deal.region"."""
    for place in places:
        holder, _, name = place.partition(".")
        value = text(holders.get(holder, {}), name)
        if value:
            return readable(value)
    return ""


def _note(record: Mapping[str, Any], owners: Mapping[str, str]) -> Note | None:
    properties = properties_of(record)
    words = plain_text(text(properties, "hs_note_body"))
    if not words or words.splitlines()[-1].startswith(OWN_MARK):
        return None
    author = owners.get(text(properties, "hubspot_owner_id"), "")
    return Note(text(record, "id"), words, moment(text(properties, "hs_timestamp")), author)
