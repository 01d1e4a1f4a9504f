"""The reply "What we know" under the root, edited in place; only counts where outsiders read along."""

from blocks import ids, kit, thread
from blocks.frame import Frame, Message
from blocks.render import sentence
from blocks.words import know
from bot.handover import ENDED, Handover

ROOM = 8_000  # characters; Slack refuses a message at about 12,000, of which 9,000 are safe


def draw(handover: Handover, frame: Frame) -> Message:
    """All groups, as far as they fit."""
    title = thread.short_title(handover)
    found = know.groups(handover, frame)
    standing = sum(entry.standing for entry in handover.entries)
    points = sum(entry.open for entry in handover.entries)
    text = sentence("know.text", title=title, n=standing, open=points)
    add = [] if handover.state in ENDED else [kit.button("Add context", ids.ADD_CONTEXT, str(handover.id))]
    buttons = kit.actions(*add, kit.button("Brief", ids.BRIEF, str(handover.id)))
    head = kit.section(sentence("know.head", n=standing, open=points))
    if not frame.open_here:
        rows = [f"• {group.title}: {len(group.lines)}" for group in found]
        hidden = kit.section("\n".join([sentence("know.hidden"), *rows]))
        return Message(text, [head, hidden, buttons])
    if not found:
        return Message(text, [head, kit.context(sentence("know.nothing")), buttons])
    return Message(text, [head, *know.fitted(found, ROOM), buttons])
