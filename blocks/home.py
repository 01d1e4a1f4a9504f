"""Home: what waits for me, most urgent first; for whom I stand in; what I am in or sold; for a head the late ones."""

from collections.abc import Sequence
from typing import Any

from blocks import card, direct, ids, kit, limits, mrkdwn, thread
from blocks.card import Row
from blocks.company.deputy import Place, standing_in
from blocks.company.preferences import away_lines, preferences_button
from blocks.frame import Block, Frame
from blocks.mrkdwn import Safe
from blocks.render import sentence
from blocks.words import turns
from bot.clock.pause import CLOCKED
from bot.gate import Turn
from bot.handover import Handover
from bot.people import Person, may
from bot.rights import Deed

WAITING = 6  # handovers shown with their things; Slack takes 100 blocks in a Home
THINGS = 3  # of one handover
QUIET = 10
MOST = 95  # blocks before the last line


def home_view(
    person: Person,
    mine: Sequence[tuple[Handover, Sequence[Turn]]],
    sold: Sequence[Handover],
    late: Sequence[Row] | None,
    frame: Frame,
    deputy: Person | None = None,
    *,
    places: Sequence[Place] = (),
    set_up: bool = True,
) -> dict[str, Any]:
    """The whole view. `late` is None for whoever is not a head; `deputy` stands in for whoever is away.

    `places`: what the person may take over of those for whom they stand in, one holder after the other.
    `set_up`: whether Baton can work at all; if not, the first lines say what to do. Guests see a kind line only.
    """
    if person.guest or not person.active:
        return kit.home([kit.section(sentence("card.nothing"))])
    pairs = [(handover, turns.shown(handover, rows)) for handover, rows in mine]
    busy = sorted(((h, rows) for h, rows in pairs if rows), key=lambda pair: thread.urgency(pair[0]))
    idle = [handover for handover, rows in pairs if not rows]
    n = sum(len(rows) for _, rows in busy)
    name = mrkdwn.name(person.first_name, 40)
    blocks = [kit.section(sentence("home.head", name=name, n=n)), *away_lines(person, deputy, frame)]
    blocks += [*_waiting(busy, frame), *standing_in(places, frame)]
    blocks += _quiet("others", idle, frame, person)
    blocks += _quiet("sold", sorted(sold, key=thread.urgency), frame)
    blocks += _late(late, frame) if late is not None else []
    if not set_up:
        blocks.insert(0, kit.section(sentence("setup.home")))
    return kit.home([*blocks[:MOST], *_foot(frame)])


def _waiting(busy: Sequence[tuple[Handover, list[Turn]]], frame: Frame) -> list[Block]:
    blocks: list[Block] = []
    for handover, rows in busy[:WAITING]:
        button = kit.button("Brief", ids.BRIEF, str(handover.id), label=mrkdwn.plain(f"Brief of {handover.title}", 75))
        blocks += [
            kit.divider(),
            kit.section(_line(handover, frame), accessory=button),
            *direct.deeds(handover, frame, rows[:THINGS])[: THINGS * 3],
        ]
        if len(rows) > THINGS:
            blocks.append(kit.context(sentence("direct.more", n=len(rows) - THINGS)))
    if len(busy) > WAITING:
        blocks.append(kit.context(sentence("home.more", n=len(busy) - WAITING)))
    return blocks


def _quiet(name: str, found: Sequence[Handover], frame: Frame, person: Person | None = None) -> list[Block]:
    # What stands still has its way on beside it, for whoever may let it go on; the rest are lines of one section.
    if not found:
        return []
    ways = [(handover, way) for handover in found if person and (way := _go_on(handover, person, frame))][:QUIET]
    stopped = [handover for handover, _ in ways]
    rows: list[str] = []
    for line in [_line(handover, frame) for handover in found if handover not in stopped][: QUIET - len(ways)]:
        if sum(len(row) + 1 for row in [*rows, line]) <= limits.LIMITS["text"]:
            rows.append(line)
    left = len(found) - len(ways) - len(rows)
    blocks = [kit.section(_line(handover, frame), accessory=way) for handover, way in ways]
    blocks += [kit.section("\n".join(rows))] if rows else []
    blocks += [kit.context(sentence("home.more", n=left))] if left else []
    return [kit.divider(), kit.section(sentence(f"home.{name}", n=len(found))), *blocks]


def _go_on(handover: Handover, person: Person, frame: Frame) -> Block | None:
    # The same words and rights as in the thread.
    label = mrkdwn.plain(handover.client, 60)
    found, value = thread.standing(handover, frame.now), str(handover.id)
    if found == "hold" and may(person, Deed.HOLD_END, handover.roles):
        return kit.button("It goes on", ids.RESUME_HOLD, value, label=f"It goes on: {label}")
    if found == "pause" and handover.state in CLOCKED and may(person, Deed.PAUSE, handover.roles):
        return kit.button("Resume", ids.RESUME, value, label=f"Resume: {label}")
    return None


def _late(late: Sequence[Row], frame: Frame) -> list[Block]:
    head = kit.section(sentence("home.late", n=len(late)))
    rows = [kit.section(card.line(row, frame)) for row in late[:QUIET]]
    more = [kit.context(sentence("home.more", n=len(late) - QUIET))] if len(late) > QUIET else []
    return [kit.divider(), head, *rows, *more]


def _foot(frame: Frame) -> list[Block]:
    refresh = kit.button("Refresh", ids.HOME_TAB, "mine")
    as_of = kit.context(sentence("home.as_of", at=thread.token(frame.now, frame)))
    return [kit.divider(), as_of, kit.actions(refresh, preferences_button())]


def _line(handover: Handover, frame: Frame) -> Safe:
    return sentence(
        "home.line",
        title=mrkdwn.name(handover.title, 60),
        state=thread.state_words(handover, frame.now),
        due=thread.token(thread.shown_due(handover), frame),
        when=thread.when(handover, past=thread.late(handover, frame.now)),
        next=thread.next_line(handover, frame),
    )
