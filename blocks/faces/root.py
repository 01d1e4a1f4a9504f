"""The root message: five blocks, edited in place for ever after. It carries no mention and no countdown."""

from collections.abc import Sequence
from decimal import Decimal

from blocks import ids, kit, mrkdwn, thread
from blocks.frame import Block, Frame, Message
from blocks.mrkdwn import Safe
from blocks.render import sentence
from blocks.words import turns
from bot import checklist, gate, split
from bot.clock.pause import CLOCKED
from bot.context import Kind
from bot.deal import Money
from bot.gate import Turn
from bot.handover import ENDED, LIVE, Handover, State
from bot.people import HANDOVER_ROLES, TITLES, Role

BAR = 10  # signs of the progress bar
NAME = 40
WHY = 40
SHORT_URL = 300  # a longer address would eat the room of the words


def draw(handover: Handover, frame: Frame) -> Message:
    """Header, state and next, the two dates and the people, the counts, the buttons."""
    url = handover.deal.url if len(handover.deal.url) <= SHORT_URL else ""
    rows = turns.shown(handover)
    blocks = [
        thread.heading(handover),
        kit.section(_state(handover, frame, rows)),
        kit.section(fields=fields(handover, frame)),
        kit.context(counts(handover, frame, crm=url)),
        kit.actions(*_buttons(handover, frame, rows)),
    ]
    return Message(spoken(handover, frame, rows), blocks)


def spoken(handover: Handover, frame: Frame, rows: Sequence[Turn] | None = None) -> str:
    """The root for notifications and screen readers: deal, state, due, who is next. `rows` as for `next_line`."""
    found = thread.standing(handover, frame.now)
    words = thread.WORDS[found].lower()
    return sentence(
        "thread.root_text",
        title=thread.short_title(handover),
        state=words,
        due=thread.spoken_due(handover, frame),
        next=thread.next_line(handover, frame, rows),
    )


def fields(handover: Handover, frame: Frame) -> list[str]:
    """The date that matters beside the contract's, and who holds which role."""
    day, entry = thread.real_date(handover)
    contract = thread.contract_date(handover)
    why = (entry.details.get("why") or "") if entry and frame.open_here else ""
    if day is None and handover.answer("none:real_deadline"):
        day = contract
    rows = [
        sentence("thread.real_date", day=mrkdwn.day(day) if day else "", why=mrkdwn.name(why, WHY)),
        sentence("thread.contract_date", day=mrkdwn.day(contract) if contract else ""),
    ]
    for role in HANDOVER_ROLES:
        name = mrkdwn.name(frame.name(handover.roles.get(role, 0)), NAME)
        rows.append(sentence("thread.role", title=TITLES[role].capitalize(), name=name))
    return [str(row) for row in rows]


def counts(handover: Handover, frame: Frame, *, crm: str = "") -> str:
    """Bar, items, signatures, promises, and the amount where it may be shown."""
    done, total = checklist.progress(handover)
    full = round(BAR * done / total) if total else 0
    promises = [e for e in handover.entries if e.standing and e.kind is Kind.COMMITMENT]
    words = sentence(
        "thread.counts",
        done=done,
        total=total,
        signed=sum(handover.signed(role) is not None for role in gate.GATE_ROLES),
        promises=len(promises),
        open=sum(entry.open for entry in promises),
        amount=amount(split.amount(handover), frame, crm=crm),
    )
    return f"{'▰' * full}{'▱' * (BAR - full)} {words}"


def amount(money: Money | None, frame: Frame, *, crm: str = "") -> Safe:
    """The amount, "amount hidden here" with a link to where it stands, or '' when there is none."""
    if money is None or money.amount == Decimal(0):
        return Safe("")
    return mrkdwn.money(money) if frame.open_here else mrkdwn.link(crm, "amount hidden here")


def _state(handover: Handover, frame: Frame, rows: Sequence[Turn]) -> str:
    following = thread.next_line(handover, frame, rows)
    head = thread.headline(handover, frame, rows)
    return f"{head}\n*Next:* {following}{thread.next_link(handover, frame, rows)}" if following else str(head)


def _buttons(handover: Handover, frame: Frame, rows: Sequence[Turn]) -> list[Block]:
    value = str(handover.id)
    drawn = []
    if handover.state not in ENDED:
        first = _primary(handover, frame, rows)
        drawn = [first] if first else []
        drawn.append(kit.button("Add context", ids.ADD_CONTEXT, value))
        if handover.state not in LIVE and not (first and first["action_id"] == ids.MISSING):
            drawn.append(kit.button("What's missing", ids.MISSING, value))
    return [*drawn, kit.overflow(ids.ROOT_MENU, menu(handover))]


def menu(handover: Handover) -> list[tuple[str, str, str | None]]:
    """The root's three dots: rare things."""
    crm = mrkdwn.address(handover.deal.url)
    rows: list[tuple[str, str, str | None]] = [("Open in CRM", f"{ids.OPEN_LINK}:{handover.id}", crm)] if crm else []
    rows.append(("Brief", f"{ids.BRIEF}:{handover.id}", None))
    if handover.state not in ENDED:
        rows.append(("Change people", f"{ids.CHANGE_PEOPLE}:{handover.id}", None))
    if handover.state in CLOCKED and handover.running("pause"):
        rows.append(("Still waiting…", f"{ids.STILL_WAITING}:{handover.id}", None))
    elif handover.state in CLOCKED and not handover.running("hold"):
        rows.append(("Waiting on client", f"{ids.PAUSE}:{handover.id}", None))
    if handover.state in LIVE:
        rows.append(("Change stage", f"{ids.STAGE}:{handover.id}", None))
    return [*rows, ("History", f"{ids.HISTORY}:{handover.id}", None)]


def _primary(handover: Handover, frame: Frame, rows: Sequence[Turn]) -> Block | None:
    value = str(handover.id)
    found = thread.standing(handover, frame.now)
    if found == "hold":
        return None
    if found == "pause":
        return kit.button("Resume", ids.RESUME, value, style="primary")
    if handover.state in LIVE:
        url = mrkdwn.address(handover.workspace_url)
        return kit.button("Open workspace", ids.OPEN_LINK, value, style="primary", url=url) if url else None
    if handover.state is State.WON:
        return kit.button("Confirm scope", ids.CONFIRM_SCOPE, value, style="primary")
    startable = handover.state is State.SCOPED and not handover.steps and bool(handover.roles.get(Role.PM))
    if startable and any(turn.action == "provision" for turn in rows):
        return kit.button("Set up workspace", ids.PROVISION, value, style="primary")
    return (
        kit.button("What's missing", ids.MISSING, value, style="primary")
        if handover.state is not State.PRESALE
        else None
    )
