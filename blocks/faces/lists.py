"""The lists: one message a person, edited in place. What can be done now has its button, what cannot says why.

One person with two roles has one list with two headings. The rules say what is done, open and whose turn it is.
"""

from dataclasses import dataclass, field

from blocks import ids, kit, mrkdwn, thread
from blocks.faces import items
from blocks.frame import Block, Frame, Message
from blocks.record import presale
from blocks.render import sentence
from blocks.words import turns
from bot import checklist
from bot.gate import Turn
from bot.handover import ENDED, Handover, Item, State
from bot.people import HANDOVER_ROLES, TITLES, Role

OPTIONS = 10  # of one checkboxes element
ROWS = 10  # open items that get blocks of their own; a longer list says how many more there are
SPOKEN = 6  # open items named in `text`
LINE = 2_000  # characters of one quiet line


@dataclass
class Sorted:
    """The items of one list by what they need: ticks by hand, done, to be done now, waiting for others, later."""

    ticks: list[Item] = field(default_factory=list)
    done: list[Item] = field(default_factory=list)
    now: list[tuple[Item, Turn]] = field(default_factory=list)
    signs: list[Item] = field(default_factory=list)
    waiting: list[Item] = field(default_factory=list)
    later: list[Item] = field(default_factory=list)


def draw_all(handover: Handover, frame: Frame) -> dict[str, Message]:
    """All lists by post name. A list that went into another one, but is posted already, points up."""
    drawn = {}
    for role in HANDOVER_ROLES:
        name = f"list:{role.value}"
        together = _roles_of_holder(handover, role)
        if together[0] is role:
            drawn[name] = draw(handover, frame, together)
        elif handover.post(name):
            drawn[name] = _pointer(handover, frame, role, together[0])
    return drawn


def draw(handover: Handover, frame: Frame, roles: list[Role]) -> Message:
    """The list of whoever holds these roles."""
    blocks = [block for role in roles for block in _part(handover, frame, role)]
    holder = frame.name(handover.roles.get(roles[0], 0))
    found = [item for role in roles for item in checklist.of_role(handover, role)]
    done, total = checklist.progress(handover, found)
    text = sentence(
        "lists.text",
        client=mrkdwn.name(handover.client),
        holder=mrkdwn.name(holder),
        titles=" and ".join(TITLES[role] for role in roles),
        done=done,
        total=total,
        open=_spoken(handover, frame, roles),
        due=thread.spoken_due(handover, frame) if handover.scoped_at or Role.DELIVERY_MANAGER in roles else "",
    )
    return Message(text, blocks)


def sort(handover: Handover, role: Role) -> Sorted:
    """What each item of a list needs now."""
    found = Sorted()
    now = {turn.subject: turn for turn in turns.shown(handover)}
    over = handover.state in ENDED or handover.reached(State.IN_PROGRESS)
    for item in checklist.of_role(handover, role):
        if checklist.done(handover, item):
            (found.ticks if item.kind == "hand" and not over else found.done).append(item)
        elif not checklist.opened(handover, item):
            found.later.append(item)
        elif item.kind == "hand":
            found.ticks.append(item)
        elif item.kind == "signoff":
            found.signs.append(item)
        elif item.key in now:
            found.now.append((item, now[item.key]))
        else:
            found.waiting.append(item)
    return found


def _part(handover: Handover, frame: Frame, role: Role) -> list[Block]:
    found = sort(handover, role)
    blocks = [_head(handover, frame, role)]
    if found.done:
        blocks.append(_quiet([f"✓ {items.done_words(handover, item, frame)}" for item in found.done], " · "))
    if handover.state in ENDED:
        return blocks
    paused = handover.running("hold") or handover.running("pause")
    if paused:
        blocks.append(kit.context(sentence("lists.paused", reason=mrkdwn.name(thread.shown_reason(paused, frame)))))
    blocks += _ticks(handover, role, found.ticks)
    if not paused:
        blocks += _work(handover, frame, role, found)
    if found.later:
        blocks.append(_quiet([sentence("lists.later", items=_later(handover, frame, found.later))], ""))
    return blocks


def _head(handover: Handover, frame: Frame, role: Role) -> Block:
    done, total = checklist.progress(handover, checklist.of_role(handover, role))
    due = thread.shown_due(handover)
    words = sentence(
        "lists.head",
        holder=mrkdwn.name(frame.name(handover.roles.get(role, 0))),
        title=TITLES[role],
        done=done,
        total=total,
        due=thread.token(due, frame) if handover.scoped_at or role is Role.DELIVERY_MANAGER else "",
        when=thread.when(handover, past=thread.late(handover, frame.now)),
    )
    held = bool(handover.roles.get(role)) and handover.state not in ENDED
    return kit.section(words, accessory=_menu(handover, role) if held else None)


def _menu(handover: Handover, role: Role) -> Block:
    value = f"{handover.id}:{role.value}"
    rows = [("Not mine", ids.NOT_MINE), ("Hand over this role", ids.HAND_OVER)]
    return kit.overflow(ids.LIST_MENU, [(text, f"{action}:{value}", None) for text, action in rows])


def _ticks(handover: Handover, role: Role, found: list[Item]) -> list[Block]:
    blocks = []
    for place in range(0, len(found), OPTIONS):
        some = found[place : place + OPTIONS]
        options = {item.key: _option(handover, item) for item in some}
        ticked = [options[item.key] for item in some if item.ticked_at is not None]
        # A new block id at each change: else a refused tick stays on the screen of whoever clicked it.
        block_id = f"{ids.LIST}{role.value}:{handover.rev}" + (f":{place // OPTIONS + 1}" if place else "")
        element = kit.checkboxes(ids.TICK, list(options.values()), initial=ticked)
        blocks.append(kit.actions(element, block_id=block_id))
    return blocks


def _option(handover: Handover, item: Item) -> Block:
    text = mrkdwn.plain(item.text, 75) or item.key
    return kit.option(text, f"{handover.id}:{item.key}", mrkdwn.plain(item.description, 75) or None)


def _work(handover: Handover, frame: Frame, role: Role, found: Sorted) -> list[Block]:
    blocks = items.questions(handover, frame, role)
    for item, turn in found.now[:ROWS]:
        blocks += items.open_item(handover, frame, item, turn)
    if len(found.now) > ROWS:
        blocks.append(kit.context(sentence("lists.more", n=len(found.now) - ROWS)))
    if role is Role.SALES_REP and not handover.reached(State.SCOPED):
        blocks += presale.line(handover)
    if role is Role.DELIVERY_MANAGER:
        blocks += items.role_selects(handover)
    waits = [words for item in found.waiting if (words := items.waits_words(handover, frame, item))]
    if waits:
        blocks.append(_quiet([f"○ {words}" for words in waits], "\n"))
    for item in found.signs:
        blocks += items.signature(handover, frame, item)
    return blocks


def _later(handover: Handover, frame: Frame, found: list[Item]) -> mrkdwn.Safe:
    words = [
        sentence("lists.later_item", item=mrkdwn.name(item.text), when=items.opens_words(handover, frame, item))
        for item in found
    ]
    return mrkdwn.Safe(" · ".join(words))


def _quiet(lines: list[str], between: str) -> Block:
    text, shown = "", 0
    for line in lines:
        if len(text) + len(line) > LINE and text:
            break
        text += (between if text else "") + line
        shown += 1
    left = len(lines) - shown
    return kit.context(text + (f"{between}{sentence('lists.more', n=left)}" if left else ""))


def _spoken(handover: Handover, frame: Frame, roles: list[Role]) -> mrkdwn.Safe:
    rows = [turn for turn in turns.shown(handover) if turn.role in roles]
    words = [turns.do(handover, turn, frame) for turn in rows]
    signs = [item for role in roles for item in sort(handover, role).signs]
    if signs and not any(turn.action == "sign" for turn in rows) and handover.state not in ENDED:
        words.append(sentence("lists.spoken_sign"))
    return mrkdwn.Safe("; ".join(words[:SPOKEN]))


def _pointer(handover: Handover, frame: Frame, role: Role, first: Role) -> Message:
    words = {
        "title": TITLES[role],
        "holder": mrkdwn.name(frame.name(handover.roles.get(role, 0))),
        "link": mrkdwn.link(frame.links.get(f"list:{first.value}", ""), "above"),
    }
    text = sentence("lists.pointer_text", client=mrkdwn.name(handover.client), **words)
    return Message(text, [kit.context(sentence("lists.pointer", **words))])


def _roles_of_holder(handover: Handover, role: Role) -> list[Role]:
    holder = handover.roles.get(role, 0)
    return [one for one in HANDOVER_ROLES if holder and handover.roles.get(one) == holder] or [role]
