"""`python -m tests.house.rights`: the table of rights, written to docs/rights.md."""

import sys
from collections.abc import Iterator
from pathlib import Path

from bot.rights import Right, Who
from bot.rights.table import SECTIONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rights.md"
COLUMNS = {
    Who.SALES_REP: "sales rep",
    Who.PM: "project manager",
    Who.CSM: "client success",
    Who.DELIVERY_MANAGER: "delivery manager",
    Who.ANY_MANAGER: "other delivery managers",
    Who.SALES_OPS: "sales operations",
    Who.HEAD: "Head of Delivery",
    Who.PEER: "other reps, PMs, CSMs",
    Who.COLLEAGUE: "other colleagues",
}
BESIDES = {
    Who.TAKER: "who took the item over",
    Who.DEPUTY: "who stands in for them",
    Who.SELF: "whose own it is",
    Who.OWNER: "who set Baton up",
}
HEAD = """# Who may see and do what

`make rights` writes this page from the table that Baton itself asks (`bot/rights/table.py`). Each cell is tested
through the front door: who may, does; whoever may not hears in one line whom to ask, and nothing changes.

- The first four columns are the people of that handover, by the role they hold there. The next four are what the
  company made somebody (`[people.roles]`), whoever holds the roles. One person may be several of these: what any of
  them may, they may.
- A client's guest, a stranger from a shared channel and a deactivated account see and do nothing, in any row. Who
  administers the Slack workspace has no right by that.
- Where a guest or another organisation reads a channel along, promises, stances, amounts and discounts are hidden in
  it. No notification ever holds them. Baton keeps no margins.
- Nobody signs for somebody else: no deputy, no head, nobody who took an item over. A deputy who takes a role over
  signs as themselves.
- Where a role is empty, the delivery manager names somebody; the last column says who acts meanwhile.
"""
SERVER = """## On the server
Whoever has a shell there: erase a person, export and import, back up and restore, list, retry and park jobs, replay a
webhook. No button and no verb in Slack does any of these.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_tables(), SERVER])


def _tables() -> Iterator[str]:
    for title, rows in SECTIONS.items():
        yield f"## {title}"
        yield f"| | {' | '.join(COLUMNS.values())} | besides |"
        yield "|---|" + ":-:|" * len(COLUMNS) + "---|"
        for right in rows.values():
            yield f"| {right.words} | {' | '.join(_cell(right, who) for who in COLUMNS)} | {_besides(right)} |"
        yield ""


def _cell(right: Right, who: Who) -> str:
    return "✓" if who in right.may or Who.COLLEAGUE in right.may else "–"


def _besides(right: Right) -> str:
    said = [BESIDES[who] for who in right.may if who in BESIDES]
    said += [f"while there is no {COLUMNS[empty]}: the {COLUMNS[who]}" for empty, who in right.empty.items()]
    return "; ".join(said)


def main() -> int:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
