"""The faces of a handover: every message that is edited in place, drawn whole from the record.

A face is a pure function of record and frame. The deliverer posts what is missing and edits what differs.
"""

from blocks import limits
from blocks.faces import known, lists, progress, root
from blocks.frame import Frame, Message
from bot.handover import Handover


def faces(handover: Handover, frame: Frame) -> dict[str, Message]:
    """All faces by name, in the order of the thread: root, the lists, "What we know", the workspace's progress."""
    drawn = {"root": root.draw(handover, frame), **lists.draw_all(handover, frame), "know": known.draw(handover, frame)}
    if handover.steps:
        drawn["progress"] = progress.draw(handover, frame)
    for message in drawn.values():
        limits.check_message(message)
    return drawn
