"""Messages to whoever runs Baton: held wins, the start, connections, parked work, reviews. No words of a record."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blocks import ids, kit, limits, mrkdwn, thread
from blocks.frame import Block, Frame, Message
from blocks.mrkdwn import Safe
from blocks.render import sentence

DEALS = 20
ROOM = 2_800  # characters of their names
VERDICTS = (("Open", "open", "held_open"), ("Ignore", "ignore", "held_ignore"), ("Show", "show", "held_show"))
PLAIN = (
    "connection_broken",
    "connection_away",
    "connection_mended",
    "database_mended",
    "webhooks_refused",
    "webhooks_stopped",
    "webhooks_never",
    "webhooks_came",
    "webhooks_mended",
    "write_back_disabled",
    "parked_anew",
    "parked_over",
    "review_due",
)
PLACES = ("vendor", "why", "kind", "job", "page", "address")


def admin(name: str, frame: Frame, data: Mapping[str, Any]) -> Message:
    """The message of that name. KeyError for a name that is not there."""
    if name == "held_over":
        return limits.check_message(_held_over(frame, data))
    if name in ("held_wins", "first_start", "split"):
        return limits.check_message(_deals(name, data))
    if name == "parked":
        return limits.check_message(_parked(data))
    if name not in PLAIN:
        raise KeyError(name)
    words = {key: mrkdwn.name(str(data.get(key, "")), 300) for key in PLACES}
    words["vendor"] = words["vendor"] or Safe("A connection")
    shown = [kit.section(sentence(f"admin.{name}", **words))]
    return limits.check_message(Message(sentence(f"admin.{name}_text", **words), shown))


def _held_over(frame: Frame, data: Mapping[str, Any]) -> Message:
    at = str(data.get("at") or "")
    words = sentence(
        "admin.held_over",
        n=int(data.get("count") or 0),
        choice=mrkdwn.name(str(data.get("choice", "")), 10),
        by=mrkdwn.name(frame.first(int(data.get("by") or 0)), 40),
        at=thread.token(datetime.fromisoformat(at), frame) if at else "",
    )
    return Message(sentence("admin.held_over_text"), [kit.section(words)])


def _parked(data: Mapping[str, Any]) -> Message:
    words = {key: mrkdwn.name(str(data.get(key, "")), 300) for key in ("why", "kind", "kinds", "job")}
    n = int(data.get("count") or 1)
    return Message(sentence("admin.parked_text", n=n, **words), [kit.section(sentence("admin.parked", n=n, **words))])


def _deals(name: str, data: Mapping[str, Any]) -> Message:
    deals: Sequence[Any] = data.get("deals") or ()
    n = int(data.get("count") or len(deals))
    blocks: list[Block] = [kit.section(sentence(f"admin.{name}", n=n))]
    if name == "held_wins":
        for text, verdict, words in VERDICTS:
            style = "primary" if verdict == "open" else None
            button = kit.button(text, ids.HELD, verdict, style=style)
            blocks.append(kit.section(sentence(f"admin.{words}"), accessory=button))
    if deals:
        rows = _rows(deals[:DEALS])
        blocks.append(kit.context(sentence("admin.deals", rows=Safe("\n".join(rows)), left=max(n - len(rows), 0))))
    return Message(sentence(f"admin.{name}_text", n=n), blocks)


def _rows(deals: Sequence[Any]) -> list[str]:
    """As many as there is room for: a name of nothing but signs that are escaped takes five times its places."""
    rows = [f"• {mrkdwn.name(str(deal))}" for deal in deals]
    while sum(len(row) + 1 for row in rows) > ROOM:
        rows.pop()
    return rows
