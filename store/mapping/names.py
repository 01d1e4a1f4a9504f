"""Finding records by a part of their names without reading them all: every end of every word is a row of an index.

A word that somebody types is part of a name's word when an end of that word begins with it. The index is derived from
`handover.search` and holds no more than that; what is found is compared with the whole text afterwards.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, select

from bot.handover import ENDED
from store.tables import HandoverRow, NameEndRow, RoleHolderRow, table
from store.text import patterns

HANDOVER, ROLE, END = table(HandoverRow), table(RoleHolderRow), table(NameEndRow)
CLOSED = [state.value for state in ENDED]
LONGEST = 20  # characters of an end that are kept: who types more is as good as unique by then
FEW = 300  # records that a word may leave to be compared; of a more frequent one the newest are looked through
LAST = "\U0010ffff"  # comes after every character that text can hold


def ends(search: str) -> set[str]:
    """The ends of the words of a folded text: "abc" gives "abc", "bc" and "c"."""
    return {word[n : n + LONGEST] for word in search.split() for n in range(len(word))}


def keep(connection: Connection, handover_id: int, *, old: str, new: str) -> None:
    """Makes the index of this record what its text is now."""
    before, after = ends(old), ends(new)
    if gone := before - after:
        mine = (END.c.handover_id == handover_id, END.c.name_end.in_(gone))
        connection.execute(delete(END).where(*mine))
    if added := sorted(after - before):
        connection.execute(insert(END), [{"name_end": each, "handover_id": handover_id} for each in added])


def find(connection: Connection, words: Iterable[str], *, holder: int | None, limit: int) -> list[int]:
    """Ids of the records whose names contain each of these folded words; open ones first, the newest first."""
    wanted = sorted(set(words), key=len, reverse=True)
    given: dict[str, Any] = {f"word{n}": pattern for n, word in enumerate(wanted) for pattern in patterns(word)}
    given |= {"holder": holder, "limit": limit}
    few = _few(connection, wanted)
    if few is not None:
        given["ids"] = few
    found: list[int] = []
    for ended in (False, True):
        if few != [] and len(found) < limit:
            query = _matching(len(wanted), held=holder is not None, few=few is not None, ended=ended)
            found += connection.execute(query, {**given, "limit": limit - len(found)}).scalars().all()
    return found


def _few(connection: Connection, wanted: list[str]) -> list[int] | None:
    """The records of the first word that few have; None when every word is frequent."""
    for word in wanted:
        first = word[:LONGEST]
        given = {"first": first, "last": first + LAST, "most": FEW + 1}
        found = set(connection.execute(_WITH_END, given).scalars())
        if len(found) <= FEW:
            return sorted(found)
    return None


_WITH_END = (
    select(END.c.handover_id)
    .where(END.c.name_end >= bindparam("first"), END.c.name_end < bindparam("last"))
    .distinct()
    .limit(bindparam("most"))
)


@cache
def _matching(words: int, *, held: bool, few: bool, ended: bool) -> Select[Any]:
    # Open and ended ones apart, by falling id: so that the newest of a frequent word end the search.
    query = select(HANDOVER.c.id).where(
        *(HANDOVER.c.search.like(bindparam(f"word{n}"), escape="\\") for n in range(words))
    )
    query = query.where(HANDOVER.c.state.in_(CLOSED) if ended else HANDOVER.c.state.not_in(CLOSED))
    if few:
        query = query.where(HANDOVER.c.id.in_(bindparam("ids", expanding=True)))
    if held:
        query = query.where(
            HANDOVER.c.id.in_(select(ROLE.c.handover_id).where(ROLE.c.person_id == bindparam("holder")))
        )
    return query.order_by(HANDOVER.c.id.desc()).limit(bindparam("limit"))
