"""What `/handover` answers, to the one who asked: a card, lists, choices, help. As much as that person may see.

Everything here is ephemeral or in a direct message, so amounts and quotes may stand in it for whoever sees the whole.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from blocks import ids, kit, limits, mrkdwn, thread
from blocks.faces import root
from blocks.frame import Block, Frame, Message
from blocks.mrkdwn import Safe
from blocks.record import carried, presale
from blocks.render import listed, sentence
from blocks.words import know
from bot.actions.company.templates import may_keep
from bot.handover import ENDED, Handover, State
from bot.people import Person, Role, Sight, may_assign, may_see_health, may_see_settings, may_start
from bot.rights.whom import called

ROWS = 20
ROOM = 8_000  # characters of the rows in one message
HITS = 5
GAPS = 8  # named on the card; "What we know" has all
SHORT_URL = 300


@dataclass(frozen=True)
class Row:
    """One handover in a list: its state as symbol and word, when it is due, for whom it waits, where its thread is."""

    handover_id: int
    title: str
    state_line: str
    due: datetime | None
    waits_for: str
    link: str = ""
    when: str = "due"


def card(handover: Handover, frame: Frame, *, sight: Sight) -> Message:
    """The handover on one screen, as far as this person may see it."""
    if sight is Sight.NOTHING:
        return _line(sentence("card.nothing"))
    if sight is Sight.OUTLINE:
        return limits.check_message(_outline(handover, frame))
    drawn = root.draw(handover, frame)
    link = mrkdwn.address(frame.links.get("root", ""))
    blocks = [*drawn.blocks, *(presale.rows(handover, frame) if handover.state is State.PRESALE else [])]
    if handover.state is State.PRESALE:
        button = kit.button("Add context", ids.ADD_CONTEXT, str(handover.id), style="primary")
        blocks[4] = kit.actions(button, kit.overflow(ids.ROOT_MENU, root.menu(handover)))
    if link:
        blocks.append(kit.context(mrkdwn.link(link, "Open the thread")))
    blocks += _gaps(handover)
    blocks += carried.offer(handover, frame, thread.holder(handover, frame, Role.DELIVERY_MANAGER))
    return limits.check_message(Message(drawn.text, blocks))


def listing(rows: Sequence[Row], frame: Frame, title: str, *, more: bool = False) -> Message:
    """A list of handovers, as they come; `more` says that there are further ones."""
    if not rows:
        return _line(sentence("card.empty", title=mrkdwn.name(title)))
    head = kit.section(sentence("card.list", title=mrkdwn.name(title), n=len(rows), more=more))
    text = sentence("card.list_text", title=mrkdwn.name(title), n=len(rows), more=more)
    return limits.check_message(Message(text, [head, *_rows(rows, frame, more=more)]))


def choice(rows: Sequence[Row], frame: Frame, *, more: bool = False) -> Message:
    """Several handovers match: which one?"""
    head = kit.section(sentence("card.choice", n=len(rows), more=more))
    text = sentence("card.choice", n=len(rows), more=more)
    return limits.check_message(Message(text, [head, *_rows(rows, frame, more=more)]))


def no_match(words: str, *, near: Sequence[str] = (), may_search: bool = False) -> Message:
    """Nothing matches: near verbs, the list, and the CRM for those who may search it."""
    verbs = Safe(" ".join(f"`/handover {mrkdwn.name(verb, 20)}`" for verb in near[:3]))
    said = sentence("card.no_match", words=mrkdwn.quote(words, 60), verbs=verbs, may_search=may_search)
    blocks = [kit.section(said)]
    if may_search and words.strip():
        asked = mrkdwn.plain(words, 200)
        blocks.append(kit.actions(kit.button("Search the CRM", ids.SEARCH_CRM, asked, style="primary")))
    return limits.check_message(Message(said, blocks))


def found(words: str, hits: Sequence[Sequence[str]]) -> Message:
    """What the CRM found: (connection, deal id, name, client, standing) each, with "Track this deal"."""
    said = sentence("card.found", words=mrkdwn.quote(words, 60), n=len(hits))
    blocks = [kit.section(said)]
    for connection, deal_id, name, client, standing, *_ in hits[:HITS]:
        button = kit.button("Track this deal", ids.TRACK_DEAL, mrkdwn.cut(f"{connection}:{deal_id}", 2_000))
        shown = sentence(
            "card.hit", name=mrkdwn.name(name), client=mrkdwn.name(client), standing=mrkdwn.name(standing, 20)
        )
        blocks.append(kit.section(shown, accessory=button))
    return limits.check_message(Message(said, blocks))


def help_(person: Person, roles: Collection[Role], asks: Mapping[str, str], *, owner: bool = False) -> Message:
    """What this person may do, with an example each; and whom to ask for the rest. `owner`: of the installation.

    `asks`: whom for what ("start", "assign", "stage"), as `bot.rights.whom` words it.
    """
    named = ["always", *_allowed(person, roles, owner=owner)]
    lines = [sentence(f"help.{name}") for name in named]
    wanted = ("start", "assign", *(["stage"] if "whole" in named else []))
    ways = [sentence(f"help.ask_{name}", who=mrkdwn.name(asks[name], 300)) for name in wanted if name not in named]
    blocks = [
        kit.section(sentence("help.head", name=mrkdwn.name(person.first_name, 40))),
        kit.section("\n".join(lines)),
    ]
    if ways:
        blocks.append(kit.context(" ".join(ways)))
    return limits.check_message(Message(sentence("help.text"), blocks))


def _allowed(person: Person, roles: Collection[Role], *, owner: bool) -> Iterable[str]:
    runs = person.has(Role.HEAD_OF_DELIVERY, Role.SALES_OPS)
    rights = {
        "whole": bool(roles) or person.has(*Role),
        "start": may_start(person),
        "assign": may_assign(person, dict.fromkeys(roles, person.id)),
        "scope": Role.DELIVERY_MANAGER in roles,
        "stage": Role.PM in roles or Role.CSM in roles,
        "cancel": Role.DELIVERY_MANAGER in roles or runs,
        "settings": may_see_settings(person),
        "health": may_see_health(person),
        "setup": owner or runs,
        "template": may_keep(person),
    }
    return (name for name, granted in rights.items() if granted)


def _outline(handover: Handover, frame: Frame) -> Message:
    closed = replace(frame, open_here=False)
    due = thread.token(thread.shown_due(handover), frame)
    when = thread.when(handover, past=thread.late(handover, frame.now))
    head = sentence("card.outline", state=thread.state_words(handover, frame.now), due=due, when=when)
    blocks = [
        thread.heading(handover),
        kit.section(head),
        kit.section(fields=root.fields(handover, closed)),
        kit.context(sentence("card.outline_note", who=mrkdwn.name(_manager(handover, frame), 100))),
    ]
    return Message(root.spoken(handover, frame), blocks)


def _manager(handover: Handover, frame: Frame) -> str:
    found = frame.people.get(handover.roles.get(Role.DELIVERY_MANAGER, 0))
    return called(Role.DELIVERY_MANAGER, [found] if found else [])


def _gaps(handover: Handover) -> list[Block]:
    rows = know.gaps(handover) if handover.state not in ENDED else []
    if not rows:
        return []
    return [kit.context(sentence("card.gaps", names=listed(rows[:GAPS]), n=max(len(rows) - GAPS, 0)))]


def _rows(rows: Sequence[Row], frame: Frame, *, more: bool) -> list[Block]:
    shown = limits.within([_row(row, frame) for row in rows[:ROWS]], ROOM)
    further = more or len(shown) < len(rows)
    return [*shown, kit.context(sentence("card.further"))] if further else shown


def _row(row: Row, frame: Frame) -> Block:
    label = mrkdwn.plain(f"Show {row.title}", 75)
    return kit.section(line(row, frame), accessory=kit.button("Show", ids.SHOW_CARD, str(row.handover_id), label=label))


def line(row: Row, frame: Frame) -> Safe:
    """One handover in a line."""
    link = row.link if len(row.link) <= SHORT_URL else ""
    return sentence(
        "card.row",
        state=mrkdwn.name(row.state_line, 40),
        title=mrkdwn.link(link, row.title),
        due=thread.token(row.due, frame),
        when=row.when,
        waits_for=mrkdwn.name(row.waits_for, 40),
    )


def _line(words: Safe) -> Message:
    return Message(words, [kit.section(words)])
