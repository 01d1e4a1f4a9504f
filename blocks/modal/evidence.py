"""The message that a shortcut was used on, as the evidence of a promise: its ids travel in the modal, never its words.

From a private place of others only the link is kept, unless the one who asks says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from blocks import kit, mrkdwn
from blocks.frame import Block, Frame
from blocks.modal import submission

KEEP = "keep_words"
KEPT = "The message, its author and its time are kept as evidence. Everyone on this handover can read them."
ONLY_LINK = "Only the link to the message is kept, unless you tick this. Everyone on this handover can read it."


@dataclass(frozen=True)
class Evidence:
    """The message that a shortcut was used on, by its ids. `private`: its words are kept only if the asker says so."""

    channel: str
    ts: str
    author: str = ""
    private: bool = False


def evidence_blocks(evidence: Evidence | None) -> list[Block]:
    """What the modal says about the evidence, and the box that keeps a private message's words."""
    if evidence is None:
        return []
    if not evidence.private:
        return [kit.context(KEPT)]
    tick = kit.checkboxes(KEEP, [kit.option("Keep the words too", "keep")])
    return [kit.input_("From a private conversation", tick, block_id=KEEP, hint=ONLY_LINK, optional=True)]


def evidence_ids(evidence: Evidence | None, frame: Frame) -> dict[str, str]:
    """What the modal carries: the message's ids, and the office's calendar date on which it was written."""
    if evidence is None:
        return {}
    said = _said_on(evidence.ts, frame)
    return {"ec": evidence.channel, "et": evidence.ts, "ea": evidence.author, "ep": "1" * evidence.private, "s": said}


def _said_on(ts: str, frame: Frame) -> str:
    # A message's ts is epoch seconds with a serial behind the dot (docs.slack.dev/messaging/retrieving-messages).
    try:
        return mrkdwn.local_day(datetime.fromtimestamp(float(ts), UTC), frame.tz).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def evidence_of(view: Mapping[str, Any]) -> Evidence | None:
    """The evidence that a modal carries, or None."""
    known = submission.origin(view).rest
    if not known.get("ec") or not known.get("et"):
        return None
    return Evidence(known["ec"], known["et"], known.get("ea", ""), private=bool(known.get("ep")))
