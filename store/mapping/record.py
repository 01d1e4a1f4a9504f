"""The handover's own row, its deal, and the text to search in. The next look is kept beside it, by the unit."""

import dataclasses

from sqlalchemy import RowMapping

from bot.deal import Deal
from bot.handover import Handover
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


def columns(handover: Handover) -> Values:
    """The columns of the handover's row, without id and rev."""
    names = (handover.client, handover.project, handover.workspace_name, handover.deal_id)
    return {
        **_CODEC.encode(handover),
        "search": folded(*(name[:SEARCHED] for name in names)),
    }


def handover_of(row: RowMapping, deal: Deal) -> Handover:
    """The handover of its row, with empty lists."""
    handover: Handover = _CODEC.decode(row, id=row["id"], rev=row["rev"], deal=deal)
    return handover
