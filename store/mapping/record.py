"""The handover's own row, its deal, and the text to search in. The next look is kept beside it, by the unit."""

import dataclasses

from sqlalchemy import RowMapping

from bot.deal import Deal
from bot.handover import Handover
from store.mapping.codec import Codec, Fields, Values
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


NAMES = ("client", "project", "workspace_name", "deal_id")


def columns(handover: Handover) -> Values:
    """The columns of the handover's row, without id and rev."""
    return {**_CODEC.encode(handover), "search": search(handover)}


def search(handover: Handover) -> str:
    """The text in which its names are found."""
    return folded(*(getattr(handover, name)[:SEARCHED] for name in NAMES))


def kept(handover: Handover) -> Fields:
    """What the database holds of a handover that was loaded just now."""
    return _CODEC.kept(handover)


def difference(old: Fields, handover: Handover) -> Values:
    """The columns that a save must write."""
    values = _CODEC.difference(old, _CODEC.now(handover))
    return values | ({"search": search(handover)} if values.keys() & set(NAMES) else {})


def handover_of(row: RowMapping, deal: Deal) -> Handover:
    """The handover of its row, with empty lists."""
    handover: Handover = _CODEC.decode_row(row, id=row["id"], rev=row["rev"], deal=deal)
    return handover
