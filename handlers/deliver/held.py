"""The question about held wins: it grows with them, and shows in the end what was answered.

Where it stands is a stored value, one row a message: channel, time stamp, digest of what it shows, and which answer was
the last one when it was posted. What was answered since is the answer to it.
"""

import json
from collections.abc import Callable, Sequence

from blocks.admin import admin
from blocks.frame import Message
from bot.actions.intake import held_names
from bot.effects import Effect, RedrawHeld
from handlers.deliver import posting
from handlers.deliver.ledger import Ledger, Result
from store.unit import StoreUnit

POSTS, LAST = "held:posts", "held:last"
SHOWN = 20  # deals named in the message
Row = list[str]


def question(ledger: Ledger) -> Message | None:
    """How many wins are held now, and the three answers; None when there are none."""
    with ledger.deps.store.read() as reader:
        names, count = held_names(reader, SHOWN)
    if not count:
        return None
    return admin("held_wins", ledger.deps.frame(None, {}), {"count": count, "deals": names})


def keeper(message: Message) -> Callable[[StoreUnit, Result], None]:
    """Keeps where the question stands, in the same transaction as its step."""

    def keep(unit: StoreUnit, result: Result) -> None:
        row = [result["channel"], result["ts"], posting.digest(message), unit.setting(LAST)]
        unit.keep_setting(POSTS, json.dumps([*_rows(unit.setting(POSTS)), row]))

    return keep


def redraw(effect: Effect, ledger: Ledger) -> None:
    """Edits the question wherever it stands, until nothing is held; a later redraw makes this one needless."""
    assert isinstance(effect, RedrawHeld)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    if deps.store.outbox.later_in_lane(ledger.job, "RedrawHeld"):
        return
    with deps.store.read() as reader:
        rows, last = _rows(reader.setting(POSTS)), reader.setting(LAST)
    asked = question(ledger)
    for row in rows:
        _show(ledger, row, asked or _answer(ledger, "" if last == row[3] else last))
    with deps.store.write() as unit:
        # Only this lane posts and edits it, so nothing was added meanwhile.
        unit.keep_setting(POSTS, json.dumps(rows if asked else []))


def _show(ledger: Ledger, row: Row, message: Message) -> None:
    drawn = posting.digest(message)
    if row[2] != drawn:
        posting.tried(ledger, channel=row[0], ts=row[1], message=message)
        row[2] = drawn


def _answer(ledger: Ledger, last: str) -> Message:
    # "4 open 12 2026-03-10T09:00:00+00:00": who, what, of how many, when. Empty: they are won no longer.
    who, choice, count, at = last.split(" ") if last else ("0", "", "0", "")
    with ledger.deps.store.read() as reader:
        people = reader.people([int(who)])
    data = {"by": int(who), "choice": choice, "count": int(count), "at": at}
    return admin("held_over", ledger.deps.frame(None, people), data)


def _rows(text: str) -> Sequence[Row]:
    return json.loads(text) if text else []
