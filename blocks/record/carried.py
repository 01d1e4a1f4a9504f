"""After a merge with both records there: the offer to copy what was captured to the survivor's."""

from blocks import ids, kit, mrkdwn, thread
from blocks.frame import Block, Frame
from blocks.mrkdwn import Safe
from blocks.render import sentence
from bot.handover import ENDED, Event, Handover, merged_into


def offer(handover: Handover, frame: Frame, who: Safe) -> list[Block]:
    """One section with the button for `who`; nothing for a record that does not wait for a merge."""
    into = merged_into(handover)
    if not into or handover.state in ENDED:
        return []
    last = _last(handover, f"HO-{into}")
    words = sentence(
        "replies.hold_carry",
        into=f"HO-{into}",
        who=who,
        by=mrkdwn.name(frame.first(last.person), 40) if last else "",
        at=thread.token(last.at, frame) if last else "",
    )
    style = None if last else "primary"
    button = kit.button(f"Copy to HO-{into}", ids.CARRY, f"{handover.id}:{into}", style=style)
    return [kit.section(words, accessory=button)]


def _last(handover: Handover, into: str) -> Event | None:
    return next((e for e in reversed(handover.events) if e.kind == "carried" and e.data.get("now") == into), None)
