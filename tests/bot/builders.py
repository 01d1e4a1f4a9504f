"""A small company for tests of the rules: settings, terms, one deal, and a record that lacks nothing at the gate."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from bot.actions import opening
from bot.context import Disposition, Entry, Kind, Point
from bot.deal import Contact, CrmPerson, Deal, Document, DocumentKind, LineItem, Money, Standing
from bot.handover import Answer, ClientAccess, Handover, Signature, State, Step, StepState, TaskCopy
from bot.people import Person, Role
from bot.settings import Settings, read
from bot.template import Template
from bot.terms import Terms
from bot.worktime import Office
from store.playbooks import read_shelf

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Berlin
ROOT = Path(__file__).resolve().parents[2]
ENV = {"SLACK_BOT_TOKEN": "xoxb-quiet-token", "SLACK_SIGNING_SECRET": "quiet-signing-secret"}
# 3 April 2026 is Good Friday, 6 April Easter Monday.
BERLIN = Office(
    "berlin",
    "Europe/Berlin",
    dict.fromkeys(range(5), (time(9), time(17))),
    holidays=frozenset({date(2026, 4, 3), date(2026, 4, 6)}),
)
REP, PM, CSM, DM = 1, 2, 3, 4
HOLDERS = {Role.SALES_REP: REP, Role.PM: PM, Role.CSM: CSM, Role.DELIVERY_MANAGER: DM}


def table(**more: Any) -> dict[str, Any]:
    """baton.toml of the small company."""
    return {
        "slack": {"handovers_channel": "C0HANDOVERS"},
        "people": {
            "roles": {
                "sales_rep": ["ana@acme.example", "rafi@acme.example"],
                "pm": ["ben@acme.example"],
                "csm": ["chloe@acme.example"],
                "delivery_manager": ["dev@acme.example"],
                "sales_ops": ["olga@acme.example"],
                "head_of_delivery": ["hana@acme.example"],
            }
        },
        "offices": {"berlin": {"timezone": "Europe/Berlin"}},
        **more,
    }


def settings(**more: Any) -> Settings:
    """The settings of the small company."""
    return read(ENV, table(**more))


@cache
def template() -> Template:
    """The default checklist."""
    return read_shelf(ROOT / "playbooks").checklists["default"]


def terms(**more: Any) -> Terms:
    """What the small company agreed; `more` are tables of baton.toml."""
    return Terms(
        settings(**more), {"berlin": BERLIN}, template(), tool_title="Asana", crm_titles={"hubspot": "HubSpot"}
    )


def deal(deal_id: str = "501", **values: Any) -> Deal:
    """A won deal of ABC Fintech with amount, lines, contacts and a scope document."""
    given: dict[str, Any] = {
        "name": "Cloud Migration",
        "client": "ABC Fintech",
        "standing": Standing.WON,
        "won_epoch": NOW,
        "amount": Money(Decimal("84000.00"), "EUR"),
        "close_date": date(2026, 3, 31),
        "start": date(2026, 4, 7),
        "end": date(2026, 8, 28),
        "owner": CrmPerson("Ana Ruiz", "ana@acme.example"),
        "contacts": (Contact("c1", "M. Klein", email="klein@abc.example"),),
        "line_items": (LineItem("l1", "Migration", quantity=Decimal(1), total=Decimal("84000.00"), currency="EUR"),),
        "documents": (Document("d1", "Scope", DocumentKind.SCOPE, "https://crm.example/d1", signed=True),),
        **values,
    }
    return Deal(connection="hubspot", id=deal_id, **given)


def person(person_id: int, name: str, *roles: Role, **values: Any) -> Person:
    """Somebody of the company with a Slack account."""
    first = name.split(" ", maxsplit=1)[0]
    given = {"email": f"{first.lower()}@acme.example", "slack_id": f"U{first.upper()}", "office": "berlin", **values}
    return Person(id=person_id, name=name, roles=frozenset(roles), **given)


def entry(kind: Kind = Kind.COMMITMENT, *, point: Point | None = None, **values: Any) -> Entry:
    """Something that Ana said."""
    given: dict[str, Any] = {"id": 0, "text": "Weekly call until go-live", "author": REP, "at": NOW, **values}
    return Entry(kind=kind, point=point, **given)


def handover(state: State = State.WON, **values: Any) -> Handover:
    """A record with all roles filled and nothing done."""
    given = {
        "id": 7,
        "connection": "hubspot",
        "deal_id": "501",
        "deal": deal(),
        "client": "ABC Fintech",
        "project": "Cloud Migration",
        "opened_at": NOW,
        "office": "berlin",
        "roles": dict(HOLDERS),
        "items": opening.items(terms()),
        **values,
    }
    return Handover(state=state, **given)


def complete() -> Handover:
    """A record that lacks nothing: the gate is open, although nobody went through it yet."""
    answered = Point(Disposition.IN_SCOPE, answered_by=PM, answered_at=NOW)
    made = handover(State.PROVISIONED, scoped_at=NOW, scoped_by=DM, scope_document="https://crm.example/d1")
    made.entries = [
        entry(point=answered, id=1),
        entry(Kind.REAL_DEADLINE, point=Point(Disposition.IN_SCOPE), id=2),
        entry(Kind.STAKEHOLDER, details={"stance": "for"}, id=3),
        entry(Kind.STAKEHOLDER, details={"stance": "against"}, id=4),
    ]
    made.answers = [Answer("read:d1", PM, NOW), Answer("access_reviewed", CSM, NOW)]
    made.steps = [
        Step("channel", "slack", "Channel", StepState.DONE),
        Step("crm_links", "links", "L", StepState.MANUAL),
    ]
    made.tasks = [TaskCopy("t1", "Kickoff", "", due=NOW.date(), owner="ben@acme.example")]
    made.access = [ClientAccess("klein@abc.example", "M. Klein", "comment", state="given")]
    team = made.item("confirm-team")
    assert team is not None
    team.ticked_by, team.ticked_at = PM, NOW
    signers = ((Role.DELIVERY_MANAGER, DM), (Role.PM, PM), (Role.SALES_REP, REP))
    made.signatures = [Signature(role, who, NOW) for role, who in signers]
    return made
