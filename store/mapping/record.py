"""The handover's own row, its deal, and what the row indexes: the next look, the text to search in."""

import dataclasses
from datetime import datetime

from sqlalchemy import RowMapping

from bot.deal import Deal
from bot.handover import ENDED, Handover, State
from store.mapping.family import Codec, Values
from store.tables import HandoverRow
from store.text import folded

SEARCHED = 300  # characters of each name that can be found
LISTS = frozenset(f.name for f in dataclasses.fields(Handover) if f.default_factory is not dataclasses.MISSING)
INDEXED = frozenset({"next_look_at", "search"})
APART = LISTS | {"id", "rev", "deal", "override"}

_CODEC = Codec(
    Handover,
    HandoverRow,
    {"start": "start_on", "end": "end_on", "kickoff": "kickoff_on"},
    beside=INDEXED | {"id", "rev"},
    apart=APART,
)


def next_look(handover: Handover) -> datetime | None:
    """When the record must be looked at again by itself: the nearer of the due times not reached yet, or None."""
    if handover.state in ENDED:
        return None
    open_times = (
        handover.scope_due_at if handover.scoped_at is None else None,
        handover.due_at if not handover.reached(State.IN_PROGRESS) else None,
    )
    return min((moment for moment in open_times if moment), default=None)


def columns(handover: Handover) -> Values:
    """The columns of the handover's row, without id and rev."""
    names = (handover.client, handover.project, handover.workspace_name, handover.deal_id)
    return {
        **_CODEC.encode(handover),
        "next_look_at": next_look(handover),
        "search": folded(*(name[:SEARCHED] for name in names)),
    }


def handover_of(row: RowMapping, deal: Deal) -> Handover:
    """The handover of its row, with empty lists."""
    handover: Handover = _CODEC.decode(row, id=row["id"], rev=row["rev"], deal=deal)
    return handover
