"""The sample handover in every state: ABC Fintech – Cloud Migration, sold by Ana, delivered by Dev, Ben and Chloe.

Won Fri 5 Sep 2025 16:00 in Berlin, scope confirmed Mon 8 Sep 10:00, due Wed 10 Sep 10:00, live Tue 9 Sep 15:00.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from blocks.frame import Frame
from bot import provision
from bot.context import Disposition, Entry, Kind, Point, Source
from bot.deal import (
    Contact,
    ContactRole,
    Deal,
    Document,
    DocumentKind,
    LineItem,
    Money,
    PresaleKind,
    Standing,
)
from bot.handover import Answer, Handover, Interval, Item, Presale, Signature, State, StepState, TaskCopy
from bot.people import Person, Role
from bot.template import Template
from store.playbooks import read_checklist

WON_AT = datetime(2025, 9, 5, 14, 0, tzinfo=UTC)
SCOPED_AT = datetime(2025, 9, 8, 8, 0, tzinfo=UTC)
SCOPE_DUE_AT = datetime(2025, 9, 8, 15, 0, tzinfo=UTC)
DUE_AT = datetime(2025, 9, 10, 8, 0, tzinfo=UTC)
READY_AT = datetime(2025, 9, 8, 8, 5, tzinfo=UTC)
LIVE_AT = datetime(2025, 9, 9, 13, 0, tzinfo=UTC)
NOW = datetime(2025, 9, 9, 8, 0, tzinfo=UTC)
TZ = "Europe/Berlin"

ANA = Person(1, "Ana Ruiz", "ana@baton.example", "U0ANA", TZ, roles=frozenset({Role.SALES_REP}))
BEN = Person(2, "Ben Ortiz", "ben@baton.example", "U0BEN", TZ, roles=frozenset({Role.PM}))
CHLOE = Person(3, "Chloe Wu", "chloe@baton.example", "U0CHLOE", TZ, roles=frozenset({Role.CSM}))
DEV = Person(4, "Dev Patel", "dev@baton.example", "U0DEV", TZ, roles=frozenset({Role.DELIVERY_MANAGER}))
HANA = Person(5, "Hana Sato", "hana@baton.example", "U0HANA", TZ, roles=frozenset({Role.HEAD_OF_DELIVERY}))
PEOPLE = {person.id: person for person in (ANA, BEN, CHLOE, DEV, HANA)}
HOLDERS = {Role.SALES_REP: ANA.id, Role.PM: BEN.id, Role.CSM: CHLOE.id, Role.DELIVERY_MANAGER: DEV.id}
THREAD = "https://acme.slack.com/archives/C0HANDOVERS/p1757080800000"
LINKS = {
    name: f"{THREAD}{place:03}"
    for place, name in enumerate(
        ("root", "list:sales_rep", "list:pm", "list:csm", "list:delivery_manager", "know", "progress")
    )
}
CHECKLIST = Path(__file__).parents[1] / "playbooks" / "checklists" / "default.toml"


def make_frame(**overrides: Any) -> Frame:
    """The handovers channel on Tuesday morning, seen by colleagues only."""
    fields: dict[str, Any] = {"now": NOW, "tz": TZ, "people": PEOPLE, "links": LINKS}
    return Frame(**(fields | overrides))


def make_deal(**overrides: Any) -> Deal:
    """The deal as the CRM holds it: documents, contacts, lines, MEDDPICC notes."""
    fields: dict[str, Any] = {
        "connection": "hubspot",
        "id": "9001",
        "name": "Cloud Migration",
        "client": "ABC Fintech",
        "standing": Standing.WON,
        "url": "https://app.hubspot.example/deal/9001",
        "project": "Cloud Migration",
        "amount": Money(Decimal("84000.00"), "EUR"),
        "close_date": date(2025, 9, 5),
        "start": date(2025, 9, 15),
        "end": date(2026, 3, 31),
        "won_epoch": WON_AT,
        "contacts": (
            Contact("c1", "M. Klein", "klein@abc.example", title="CFO", roles=(ContactRole.ECONOMIC_BUYER,)),
            Contact("c2", "R. Okafor", "okafor@abc.example", title="Head of IT", roles=(ContactRole.CHAMPION,)),
        ),
        "line_items": (LineItem("l1", "Migration", total=Decimal("84000.00"), currency="EUR"),),
        "documents": (
            Document("d1", "Proposal", DocumentKind.PROPOSAL, "https://app.hubspot.example/d1"),
            Document("d2", "Contract", DocumentKind.CONTRACT, "https://app.hubspot.example/d2", signed=True),
            Document("d3", "Scope v3", DocumentKind.SCOPE, "https://app.hubspot.example/d3", signed=True),
            Document("d4", "Discovery notes", DocumentKind.PRESALE, "https://app.hubspot.example/d4"),
        ),
        "meddpicc": (("Metrics", "Run cost down 20 %"), ("Champion", "R. Okafor")),
        "risks": ("Legacy mainframe",),
        "dependencies": ("Test data from the client",),
    }
    return Deal(**(fields | overrides))


def make_entries() -> list[Entry]:
    """Three promises (one open), the date that matters, both stances, why us, pressure, success, a discount, more."""
    said = datetime(2025, 8, 21, 9, 0, tzinfo=UTC)
    answered = Point(Disposition.IN_SCOPE, answered_by=BEN.id, answered_at=READY_AT)
    asked = Point(
        Disposition.ASK,
        question="does the weekly call go on after go-live?",
        asked_by=BEN.id,
        asked_at=READY_AT,
    )
    change = Point(Disposition.CHANGE_REQUEST, answered_by=BEN.id, answered_at=READY_AT)
    call = {"to": "M. Klein (CFO)", "in_scope": "unsure", "firm": "explicit", "said_on": "2025-08-21"}
    board = {"contract_date": "2026-03-31", "real_date": "2026-03-13", "why": "board meets 17 Mar"}
    klein = {"name": "M. Klein", "part": "economic_buyer", "stance": "against", "topic": "scope of the data move"}
    okafor = {"name": "R. Okafor", "part": "champion", "stance": "for", "success": "No night shifts for my team"}
    rows: list[tuple[Kind, str, dict[str, str], Point | None]] = [
        (Kind.COMMITMENT, "Weekly call until go-live", call, asked),
        (Kind.COMMITMENT, "Reports in German", {"to": "R. Okafor"}, answered),
        (Kind.COMMITMENT, "Single sign-on included", {}, change),
        (Kind.REAL_DEADLINE, "board meets 17 Mar", board, replace(answered)),
        (Kind.STAKEHOLDER, "M. Klein", klein, None),
        (Kind.STAKEHOLDER, "R. Okafor", okafor, None),
        (Kind.WHY_US, "We answered in a day", {"alternative": "Initech"}, None),
        (Kind.PRESSURE, "New CFO wants quick wins", {}, None),
        (Kind.SUCCESS_CRITERION, "Close the books in three days", {"of": "M. Klein"}, None),
        (Kind.DISCOUNT, "Early signature", {"value": "€4,200", "reason": "Early signature"}, replace(answered)),
        (Kind.SCOPE_AMBIGUITY, "Training", {"client_believes": "included", "we_believe": "extra"}, replace(answered)),
        (Kind.ASSUMPTION, "VPN is there by October", {}, None),
        (Kind.RISK, "Mainframe freeze in December", {"severity": "high", "owner": "Dev"}, None),
        (Kind.DEPENDENCY, "Test data", {"owner": "R. Okafor", "needed_by": "2025-10-01"}, None),
    ]
    link = "https://acme.slack.com/archives/C0SALES/p1755766800000001"
    return [
        Entry(
            number, kind, text, ANA.id, said, Source.MESSAGE, evidence=link if number == 1 else "", details=d, point=p
        )
        for number, (kind, text, d, p) in enumerate(rows, start=1)
    ]


@cache
def checklist() -> Template:
    """The default checklist."""
    template, problems = read_checklist(CHECKLIST)
    if template is None:
        raise ValueError(problems)
    return template


def make_items() -> list[Item]:
    """The default checklist as a new record gets it."""
    return [
        Item(i.key, Role(i.role), i.text, i.description, i.required, i.opens, i.kind, i.check or "", position)
        for position, i in enumerate(checklist().items)
    ]


def make_handover(state: State = State.WON, **overrides: Any) -> Handover:
    """The sample in a state, with what people had done by then; any field can be overridden."""
    fields: dict[str, Any] = {
        "id": 42,
        "connection": "hubspot",
        "deal_id": "9001",
        "state": state,
        "deal": make_deal(standing=Standing.OPEN if state is State.PRESALE else Standing.WON),
        "client": "ABC Fintech",
        "project": "Cloud Migration",
        "opened_at": WON_AT - timedelta(days=30),
        "office": "main",
        "roles": dict(HOLDERS),
        "items": make_items(),
        "rev": 7,
        "start": date(2025, 9, 15),
        "end": date(2026, 3, 31),
    }
    handover = Handover(**fields)
    if handover.reached(State.WON):
        handover.won_at, handover.won_epoch, handover.scope_due_at = WON_AT, WON_AT, SCOPE_DUE_AT
    if handover.reached(State.SCOPED):
        _scoped(handover)
    if handover.reached(State.PROVISIONED):
        _provisioned(handover)
    if handover.reached(State.IN_PROGRESS):
        _live(handover)
    if state is State.CLOSED:
        handover.ended_at = LIVE_AT + timedelta(days=90)
    if state is State.CANCELLED:
        handover.ended_at, handover.end_reason = NOW, "opened by mistake"
    for name, value in overrides.items():
        setattr(handover, name, value)
    return handover


def on_hold(handover: Handover, why: str = "the deal was reopened in the CRM") -> Handover:
    """The same handover, on hold."""
    handover.intervals.append(Interval("hold", NOW, why))
    return handover


def _scoped(handover: Handover) -> None:
    handover.entries = make_entries()
    handover.workspace_name = "ABC Fintech – Cloud Migration – Sep2025"
    handover.scoped_at, handover.scoped_by, handover.due_at = SCOPED_AT, DEV.id, DUE_AT
    handover.scope_document = "https://app.hubspot.example/d3"
    handover.presale = [
        Presale(PresaleKind.DISCOVERY.value, "Discovery", "https://app.hubspot.example/d4", signed_off=True, by=ANA.id,
                at=WON_AT),
        Presale(PresaleKind.PRICING.value, "Pricing"),
    ]  # fmt: skip
    handover.steps = provision.planned(tool="Asana", crm="HubSpot")


def _provisioned(handover: Handover) -> None:
    for step in handover.steps:
        step.state, step.at = StepState.DONE, READY_AT
    handover.provisioned_at = READY_AT
    handover.workspace_url = "https://app.asana.example/0/1"
    handover.workspace_id, handover.channel_id = "1", "C0PROJ"
    handover.channel_name = "proj-abc-fintech-cloud-migration-sep2025"
    handover.tasks = [
        TaskCopy(
            str(n), f"Task {n}", f"https://app.asana.example/0/1/{n}", due=date(2025, 10, n), owner="ben@x.example"
        )
        for n in range(1, 18)
    ]
    handover.tasks += [TaskCopy("18", "Test data", ""), TaskCopy("19", "UAT script", "")]


def _live(handover: Handover) -> None:
    asked = handover.entries[0].point
    if asked:
        asked.disposition, asked.reply, asked.replied_by = Disposition.IN_SCOPE, "Only until go-live.", ANA.id
    handover.tasks = [replace(task, due=date(2025, 10, 20), owner="ben@x.example") for task in handover.tasks]
    handover.signatures = [Signature(role, HOLDERS[role], LIVE_AT) for role in HOLDERS if role is not Role.CSM]
    handover.answers = [
        Answer("presale_read", BEN.id, READY_AT),
        Answer("access_reviewed", CHLOE.id, READY_AT, "the tool is in German"),
    ]
    for item in handover.items:
        if item.kind == "hand":
            item.ticked_by, item.ticked_at = BEN.id, READY_AT
    handover.kickoff, handover.live_at = date(2025, 9, 16), LIVE_AT
    handover.worked_seconds = 13 * 3600
