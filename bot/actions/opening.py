"""How a record begins: roles by e-mail and routing, items from the checklist, what the CRM already knows."""

from datetime import date, datetime

from bot.context import Entry, Kind, Point, Source
from bot.deal import Deal, LineItem
from bot.handover import Handover, Item, Presale, State
from bot.naming import workspace_name
from bot.people import HANDOVER_ROLES, Person, Role, can_hold
from bot.terms import Terms
from bot.unit import Unit


def opened(unit: Unit, deal: Deal, *, state: State, terms: Terms, now: datetime, workstream: str = "") -> Handover:
    """Stores a new record for this deal in that state (presale or won) and returns it."""
    roles = assigned(unit, deal, terms)
    manager = unit.person(roles.get(Role.DELIVERY_MANAGER, 0))
    handover = Handover(
        id=0,
        connection=deal.connection,
        deal_id=deal.id,
        workstream=workstream,
        state=state,
        deal=deal,
        client=deal.client,
        project=workstream or deal.project or deal.name,
        opened_at=now,
        start=deal.start,
        end=deal.end,
        roles=roles,
        office=manager.office if manager else "",
        items=items(terms),
        presale=artefacts(deal),
        template_version=terms.template.version,
        rehearsal=terms.settings.rehearsal,
        repository=deal.repository,
    )
    handover.workspace_name = workspace_name(client=deal.client, project=handover.project, start=name_start(handover))
    handover.entries = crm_entries(deal, now)
    handover.note(now, "opened", state=state.value, deal=deal.id)
    note_missing(handover, (), now)
    stored = unit.add(handover)
    unit.snapshot(stored, deal, now)
    return stored


def note_missing(handover: Handover, before: tuple[str, ...], now: datetime) -> None:
    """Keeps in the timeline what a read found missing in the CRM, and what was missing `before` and is there now."""
    missing = handover.deal.missing
    found = [words for words in missing if words not in before]
    filled = [words for words in before if words not in missing]
    if found:
        handover.note(now, "crm_missing", text="; ".join(found))
    if filled:
        handover.note(now, "crm_filled", text="; ".join(filled))


def name_start(handover: Handover) -> date:
    """The day whose month stands in the workspace's name: the start, else the close date, else the opening."""
    return handover.start or handover.deal.close_date or handover.opened_at.date()


def items(terms: Terms) -> list[Item]:
    """The checklist copied to the record, so that a later edit of the template changes nothing here."""
    return [
        Item(
            key=line.key,
            role=Role(line.role),
            text=line.text,
            description=line.description,
            required=line.required,
            opens=line.opens,
            kind=line.kind,
            check=line.check or "",
            position=position,
        )
        for position, line in enumerate(terms.template.items)
    ]


def assigned(unit: Unit, deal: Deal, terms: Terms) -> dict[Role, int]:
    """Who holds which role: the deal's owner sells; routing rules, then a role with one person, fill the rest."""
    roles: dict[Role, int] = {}
    owner = unit.by_email(deal.owner.email) if deal.owner and deal.owner.email else None
    if owner and can_hold(owner):
        roles[Role.SALES_REP] = owner.id
    for role in HANDOVER_ROLES:
        if role in roles:
            continue
        candidates = _routed(deal, terms, role)
        if not candidates and role is not Role.SALES_REP:
            everyone = terms.settings.roles.get(role, ())
            candidates = everyone if len(everyone) == 1 else ()
        person = _least_loaded(unit, role, candidates)
        if person:
            roles[role] = person.id
    return roles


def artefacts(deal: Deal) -> list[Presale]:
    """The presale artefacts that the CRM tracks."""
    return [
        Presale(
            kind=ticket.kind.value,
            title=ticket.title,
            deliverable=ticket.deliverable,
            signed_off=ticket.signed_off,
            from_crm=True,
        )
        for ticket in deal.presale
    ]


def crm_entries(deal: Deal, now: datetime) -> list[Entry]:
    """Risks, dependencies and discounts which the CRM holds, as entries of the record (ids are given on saving)."""
    entries = [Entry(0, Kind.RISK, text, 0, now, Source.CRM) for text in deal.risks]
    entries += [Entry(0, Kind.DEPENDENCY, text, 0, now, Source.CRM) for text in deal.dependencies]
    for line in deal.line_items:
        value = discount_of(line)
        if value:
            details = {"value": value, "in_sow": "unsure"}
            entries.append(
                Entry(0, Kind.DISCOUNT, f"{value} off {line.name}", 0, now, Source.CRM, details=details, point=Point())
            )
    return entries


def discount_of(line: LineItem) -> str:
    """The line's discount in words: a percentage or an amount; '' when there is none."""
    if line.discount_percent:
        return f"{line.discount_percent.normalize():f} %"
    if line.discount:
        return f"{line.discount:,.2f} {line.currency}".strip()
    return ""


def _routed(deal: Deal, terms: Terms, role: Role) -> tuple[str, ...]:
    facts = {
        "service_line": deal.service_line,
        "region": deal.region,
        "industry": deal.industry,
        "client": deal.client,
        "pipeline": deal.pipeline,
    }
    for rule in terms.settings.routing:
        if role in rule.roles and all(facts.get(k, "").lower() == v.lower() for k, v in rule.when.items()):
            return rule.roles[role]
    return ()


def _least_loaded(unit: Unit, role: Role, emails: tuple[str, ...]) -> Person | None:
    people = [p for email in emails if (p := unit.by_email(email)) and can_hold(p)]
    if len(people) < 2:  # noqa: PLR2004 - nobody to take turns with
        return people[0] if people else None
    load = unit.load_of(role.value)
    return min(people, key=lambda person: (load.get(person.id, 0), emails.index(person.email.lower())))
