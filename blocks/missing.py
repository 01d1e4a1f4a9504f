"""The modal "Not ready yet": what keeps the gate shut, yours first, each line with the button that mends it.

Who has the turn and what mends it, `bot.gate` decides; this module words it for the one person who looks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blocks import ids, kit, mrkdwn
from blocks.frame import Block, FieldErrors, Frame
from blocks.modal import inputs, submission
from blocks.modal.gaps import Sheet, deed, lowered, reason, stuck, tasks_first
from blocks.render import upper_first
from blocks.words import turns
from bot import checklist, gate
from bot.actions.signoff import MIN_REASON
from bot.gate import GATE_ROLES, Turn
from bot.handover import ENDED, Handover, State
from bot.people import TITLES, Person, Role, may
from bot.rights import Deed

ROWS = 20
REASON = "reason"


@dataclass(frozen=True)
class Override_:  # noqa: N801 - "Override" is the record's own
    """A written reason to open the gate against its rules."""

    handover_id: int
    reason: str


def missing_view(
    handover: Handover,
    person: Person,
    frame: Frame,
    *,
    nonce: str,
    reminded: Mapping[int, datetime] | None = None,
) -> dict[str, Any]:
    """The modal "Not ready yet" for one person; `reminded` says who gets a reminder that day, and when."""
    sheet = Sheet(handover, frame, reminded or {})
    rows = [] if handover.state in ENDED else gate.missing(handover)
    mine = [turn for turn in rows if person.id and sheet.holder(turn) == person.id]
    others = [turn for turn in rows if turn not in mine]
    blocks = [kit.section(_headline(sheet, len(rows)))]
    room = ROWS
    for title, part, draw in (("Yours", mine, _own_row), ("Others", others, _other_row)):
        shown = part[:room]
        room -= len(shown)
        if shown:
            blocks += [kit.section(f"*{title} ({len(part)})*"), *(draw(sheet, turn) for turn in shown)]
    if len(rows) > ROWS:
        blocks.append(kit.context(_rest(frame, len(rows) - ROWS)))
    blocks.append(kit.context(_done_line(handover)))
    blocks += _override_button(handover, person)
    return kit.modal(
        "Not ready yet" if rows else "What's missing",
        blocks,
        callback_id=ids.VIEW_MISSING,
        close="Close",
        metadata=submission.metadata(handover.id, nonce),
    )


def override_view(handover: Handover, frame: Frame, *, nonce: str) -> dict[str, Any]:
    """The Head of Delivery's modal: a reason that everyone concerned reads."""
    sheet = Sheet(handover, frame)
    number = len(gate.missing(handover))
    names = ", ".join(dict.fromkeys(sheet.first(r) for r in (Role.SALES_REP, Role.PM, Role.DELIVERY_MANAGER)))
    things = f"{inputs.count(number, 'thing')} {'is' if number == 1 else 'are'} missing"
    hint = f"At least {MIN_REASON} characters."
    blocks = [
        kit.section(f"*{things}* before {mrkdwn.name(handover.client)} can start."),
        inputs.words(REASON, "Why start without them?", hint=hint, required=True, limit=1_000, lines=True),
        kit.context(f"{upper_first(names)} and the weekly figures will show it."),
    ]
    return kit.modal(
        "Override the gate",
        blocks,
        callback_id=ids.VIEW_OVERRIDE,
        submit="Override and start",
        close="Keep the gate shut",
        metadata=submission.metadata(handover.id, nonce),
    )


def override_read(view: Mapping[str, Any]) -> Override_ | FieldErrors:
    """The reason, or the sentence below the field."""
    written = submission.text(view, REASON)
    if len(written) < MIN_REASON:
        words = f"Write the reason in at least {MIN_REASON} characters: everyone concerned will read it."
        return FieldErrors({REASON: words})
    return Override_(submission.origin(view).handover_id, written)


def _headline(sheet: Sheet, number: int) -> str:
    handover, client = sheet.handover, mrkdwn.name(sheet.handover.client)
    if handover.state in ENDED:
        return f"{client} is {handover.state}: nothing more is wanted from anybody."
    if not number:
        opened = handover.reached(State.IN_PROGRESS)
        return f"*Nothing is missing.* {client} {'has started' if opened else 'can start'}."
    due = handover.due_at or (handover.scope_due_at if handover.scoped_at is None else None)
    words = "Due" if handover.due_at else "Scope wanted by"
    hold, things = handover.running("hold"), f"*{number} {'thing' if number == 1 else 'things'} missing*"
    if hold:
        return f"{things}, and it is on hold: {mrkdwn.name(hold.reason)}."
    if handover.running("pause"):
        return f"{things}, and it waits on the client: its clock stands still."
    tail = f" {words} {mrkdwn.date_token(due, tz=sheet.frame.tz)}." if due else ""
    stands = "thing is" if number == 1 else "things are"
    return f"*{number} {stands} missing* before {client} can start.{tail}"


def _own_row(sheet: Sheet, turn: Turn) -> Block:
    words, first = deed(sheet, turn), reason(sheet, turn)
    button = _mend(sheet, turn)
    if button is None and not turn.possible:
        return kit.context(inputs.line(words, first))
    return kit.section(f"{words}. {first}".strip(), accessory=button)


def _other_row(sheet: Sheet, turn: Turn) -> Block:
    words = f"{sheet.who(turn)}: {lowered(deed(sheet, turn))}"
    if not turn.possible or stuck(sheet, turn):
        return kit.context(inputs.line(words, reason(sheet, turn)))
    workspace = inputs.link_button("Open", sheet.handover.workspace_url)
    if turn.action == "fix_access" and workspace:
        return kit.section(words, accessory=workspace)
    holder = sheet.frame.people.get(sheet.holder(turn))
    stopped = sheet.handover.running("hold") or sheet.handover.running("pause")  # then it is nobody's turn
    if holder is None or not holder.slack_id or stopped or _asked_above(sheet, turn):
        return kit.section(words)
    if holder.id in sheet.reminded:
        return kit.context(inputs.line(words, _reminder(sheet, sheet.reminded[holder.id])))
    name = mrkdwn.plain(holder.first_name, 15)
    value = f"{sheet.handover.id}:{holder.id}"
    return kit.section(words, accessory=kit.button(f"Remind {name}", ids.REMIND, value))


def _reminder(sheet: Sheet, at: datetime) -> str:
    if at > sheet.frame.now:
        return f"gets a reminder {mrkdwn.date_token(at, tz=sheet.frame.tz)}"
    return f"reminded {mrkdwn.date_token(at, '{time}', sheet.frame.tz)}"


def _mend(sheet: Sheet, turn: Turn) -> Block | None:
    value = str(sheet.handover.id)
    if tasks_first(sheet, turn):
        return kit.button("Set dates", ids.SET_TASKS, value, style="primary")
    if not turn.possible:
        return None
    if turn.action == "fill_roles":
        return kit.button("Name people", ids.CHANGE_PEOPLE, value)
    if turn.action == "fix_access":
        return _access_button(sheet)
    # A tick would leave the row standing in the open modal: its list shows that it is ticked.
    if turn.action != "tick" and not stuck(sheet, turn):
        drawn = turns.buttons(sheet.handover, turn, primary=turn.action == "sign")
        if drawn:
            return drawn[0]
    names = ("progress" if turn.action == "provision" else "", f"list:{turn.role}", "root")
    return inputs.link_button(
        "Open", next((sheet.frame.links[name] for name in names if name in sheet.frame.links), "")
    )


def _access_button(sheet: Sheet) -> Block | None:
    wanting = [one for one in sheet.handover.access if one.state not in {"given", "manual"}]
    if len(wanting) == 1:
        return kit.button("Done by hand", ids.ACCESS_BY_HAND, f"{sheet.handover.id}:{wanting[0].email}")
    return inputs.link_button("Open", sheet.handover.workspace_url)


def _asked_above(sheet: Sheet, turn: Turn) -> bool:
    # One reminder holds all that waits for a person, so one button a person is enough.
    first = next(t for t in gate.missing(sheet.handover) if t.possible and sheet.holder(t) == sheet.holder(turn))
    return first != turn


def _done_line(handover: Handover) -> str:
    done, total = checklist.progress(handover)
    signed = ", ".join(f"{TITLES[role]} {'✓' if handover.signed(role) else '–'}" for role in GATE_ROLES)
    return f"Done: {done} of {total} · signed: {signed}"


def _override_button(handover: Handover, person: Person) -> list[Block]:
    if not may(person, Deed.OVERRIDE) or handover.state not in (State.SCOPED, State.PROVISIONED):
        return []
    return [kit.actions(kit.button("Override…", ids.OVERRIDE, str(handover.id), style="danger"), block_id="override")]


def _rest(frame: Frame, number: int) -> str:
    words = f"and {number} more"
    link = frame.links.get("root")
    return mrkdwn.link(link, f"{words}, on the lists") if link else f"{words}, on the lists"
