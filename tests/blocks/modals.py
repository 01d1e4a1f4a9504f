"""The sample deal for the modals, and a person who fills one in: what Slack would send back for it."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from blocks.frame import Frame
from bot.context import Entry, Kind, Point
from bot.deal import Contact, Deal, Document, DocumentKind, Standing
from bot.handover import ORDER, Handover, Item, State, TaskCopy
from bot.people import Person, Role
from sandbox.slack.checks.payloads import view_problems
from store.playbooks import read_checklist

NOW = datetime(2025, 9, 9, 8, 0, tzinfo=UTC)
WON = datetime(2025, 9, 5, 14, 0, tzinfo=UTC)
DUE = datetime(2025, 9, 10, 8, 0, tzinfo=UTC)
ANA = Person(1, "Ana Ruiz", "ana@baton.example", "U0ANA", roles=frozenset({Role.SALES_REP}))
BEN = Person(2, "Ben Ortiz", "ben@baton.example", "U0BEN", roles=frozenset({Role.PM}))
CHLOE = Person(3, "Chloe Wu", "chloe@baton.example", "U0CHLOE", roles=frozenset({Role.CSM}))
DEV = Person(4, "Dev Patel", "dev@baton.example", "U0DEV", roles=frozenset({Role.DELIVERY_MANAGER}))
HANA = Person(5, "Hana Sato", "hana@baton.example", "U0HANA", roles=frozenset({Role.HEAD_OF_DELIVERY}))
PEOPLE = {person.id: person for person in (ANA, BEN, CHLOE, DEV, HANA)}
LINKS = {"root": "https://acme.slack.com/archives/C1/p1", "list:pm": "https://acme.slack.com/archives/C1/p3"}
FRAME = Frame(NOW, "Europe/Berlin", PEOPLE, LINKS)
HOSTILE = "<!channel> *bold* & \x00\u202egnp.exe <https://evil.example|ok> " + "&" * 20_000
CHECKLIST = Path(__file__).parents[2] / "playbooks" / "checklists" / "default.toml"


def items() -> list[Item]:
    """The default checklist as a new record gets it."""
    template, problems = read_checklist(CHECKLIST)
    assert template is not None, problems
    return [
        Item(i.key, Role(i.role), i.text, i.description, i.required, i.opens, i.kind, i.check or "", position)
        for position, i in enumerate(template.items)
    ]


def deal(**fields: Any) -> Deal:
    """The deal of ABC Fintech as a CRM holds it."""
    known: dict[str, Any] = {
        "standing": Standing.WON,
        "contacts": (
            Contact("c1", "M. Klein", "klein@abc.example", title="CFO"),
            Contact("c2", "R. Okafor", "okafor@abc.example", title="Head of IT"),
            Contact("c3", "J. Mute"),
        ),
        "documents": (
            Document("d1", "Proposal", DocumentKind.PROPOSAL, "https://crm.example/d1"),
            Document("d2", "SOW draft", DocumentKind.SCOPE, "https://crm.example/d2"),
            Document("d3", "SOW v3", DocumentKind.SCOPE, "https://crm.example/d3?a=1&b=2", signed=True),
        ),
        "start": date(2025, 9, 15),
        "end": date(2026, 3, 31),
    }
    return Deal(
        **({"connection": "hubspot", "id": "99", "name": "Cloud Migration", "client": "ABC Fintech"} | known | fields)
    )


def handover(state: State = State.WON, **fields: Any) -> Handover:
    """The sample record in that state; nothing of it is answered yet."""
    known: dict[str, Any] = {
        "deal": deal(),
        "client": "ABC Fintech",
        "project": "Cloud Migration",
        "opened_at": WON,
        "workspace_name": "ABC Fintech – Cloud Migration – Sep2025",
        "items": items(),
        "roles": {Role.SALES_REP: 1, Role.PM: 2, Role.CSM: 3, Role.DELIVERY_MANAGER: 4},
        "won_at": None if state is State.PRESALE else WON,
    }
    if state in ORDER and ORDER.index(state) >= ORDER.index(State.SCOPED):
        known |= {"scoped_at": DUE, "scoped_by": 4, "due_at": DUE}
    return Handover(42, "hubspot", "99", state, **(known | fields))


def promise(entry_id: int, text: str = "Weekly call until go-live", **fields: Any) -> Entry:
    """A promise of Ana's that nobody has answered."""
    known: dict[str, Any] = {
        "details": {"to": "M. Klein (CFO)", "said_on": "2025-08-21", "in_scope": "unsure"},
        "point": Point(),
    }
    return Entry(entry_id, Kind.COMMITMENT, text, 1, WON, **(known | fields))


def task(task_id: str, name: str, **fields: Any) -> TaskCopy:
    """A task of the workspace without owner and date."""
    return TaskCopy(task_id, name, f"https://tool.example/{task_id}", **fields)


def checked(view: dict[str, Any]) -> dict[str, Any]:
    """The view itself, once the stand-in for Slack would take it."""
    assert view_problems(view, "modal") == []
    return view


def filled(view: dict[str, Any], answers: dict[str, Any] | None = None) -> dict[str, Any]:
    """What Slack sends when this view is submitted: preset values, then the answers by block id.

    Refuses what people cannot do: a field that is not there, an option that is not offered.
    """
    given = dict(answers or {})
    values = {}
    for block in checked(view)["blocks"]:
        element = block.get("element") or block.get("accessory") or {}
        if "block_id" not in block or element.get("type") in (None, "button"):
            continue
        chosen = given.pop(block["block_id"], None)
        values[block["block_id"]] = {element["action_id"]: _state(element, chosen)}
    assert not given, f"no such field: {list(given)}"
    return view | {"state": {"values": values}}


def texts(view: dict[str, Any]) -> str:
    """Everything that can be read in a view, one text a line."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                found.append(node["text"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(view)
    return "\n".join(found)


def marked(view: Any) -> str:
    """Everything that Slack reads as markup in a view: plain_text objects are never read so."""
    if isinstance(view, dict):
        own = f"{view['text']}\n" if view.get("type") == "mrkdwn" else ""
        return own + "".join(marked(value) for value in view.values())
    return "".join(marked(value) for value in view) if isinstance(view, list) else ""


def block(view: dict[str, Any], block_id: str) -> dict[str, Any]:
    """The block of that id."""
    found: dict[str, Any] = next(b for b in view["blocks"] if b.get("block_id") == block_id)
    return found


def row(view: dict[str, Any], words: str) -> dict[str, Any]:
    """The only block in which these words can be read."""
    found: list[dict[str, Any]] = [b for b in view["blocks"] if words in texts(b)]
    assert len(found) == 1, f"{words!r} stands in {len(found)} blocks of:\n{texts(view)}"
    return found[0]


def _state(element: dict[str, Any], chosen: Any) -> dict[str, Any]:
    kind = element["type"]
    if kind == "plain_text_input":
        value = element.get("initial_value") if chosen is None else chosen
        assert value is None or len(value) <= element["max_length"]
        return {"type": kind, "value": value}
    if kind == "datepicker":
        return {"type": kind, "selected_date": chosen or element.get("initial_date")}
    if kind == "users_select":
        return {"type": kind, "selected_user": chosen or element.get("initial_user")}
    if kind == "external_select":
        option = {"text": {"type": "plain_text", "text": chosen}, "value": chosen} if chosen else None
        return {"type": kind, "selected_option": option or element.get("initial_option")}
    if kind in ("checkboxes", "multi_static_select"):
        picked = [option for option in element["options"] if option["value"] in (chosen or [])]
        assert len(picked) == len(chosen or [])
        return {"type": kind, "selected_options": picked}
    by_value = {option["value"]: option for option in element["options"]}
    return {"type": kind, "selected_option": by_value[chosen] if chosen else element.get("initial_option")}
