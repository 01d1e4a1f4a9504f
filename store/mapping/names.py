"""Finding records by a part of their names without reading them all: every end of every word is a row of an index.

A word that somebody types is part of a name's word when an end of that word begins with it. The index is derived from
`handover.search` and holds no more than that; what is found is compared with the whole text afterwards.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, delete, insert, not_, select

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


def find(
    connection: Connection,
    words: Iterable[str],
    *,
    holder: int | None,
    limit: int,
    among: Collection[int] | None = None,
) -> list[int]:
    """Ids of the records whose names contain each of these folded words; open ones first, the newest first.

    `among`: all records that some of the words find, when they are known already.
    """
    wanted = sorted(set(words), key=len, reverse=True)
    given: dict[str, Any] = {f"word{n}": pattern for n, word in enumerate(wanted) for pattern in patterns(word)}
    given |= {"holder": holder, "limit": limit}
    held = holder is not None
    few = _few(connection, wanted) if among is None else among
    if few is not None:
        return _ids(connection, _matching(len(wanted), held=held), {**given, "ids": list(few)}) if few else []
    # Open and ended ones apart, by falling id: so that the newest of a frequent word end the search.
    found = _ids(connection, _matching(len(wanted), held=held, ended=False), given)
    if len(found) < limit:
        query = _matching(len(wanted), held=held, ended=True)
        found += _ids(connection, query, {**given, "limit": limit - len(found)})
    return found


def _ids(connection: Connection, query: Select[Any], given: Mapping[str, Any]) -> list[int]:
    return [row[0] for row in connection.execute(query, given)]


def _few(connection: Connection, wanted: list[str]) -> list[int] | None:
    """The records of the first word that few have; None when every word is frequent."""
    for word in wanted:
        first = word[:LONGEST]
        given = {"first": first, "last": first + LAST, "most": FEW + 1}
        found = set(_ids(connection, _WITH_END, given))
        if len(found) <= FEW:
            return sorted(found)
    return None


_WITH_END = (
    select(END.c.handover_id)
    .where(END.c.name_end >= bindparam("first"), END.c.name_end < bindparam("last"))
    .distinct()
    .limit(bindparam("most"))
)


_ENDED = HANDOVER.c.state.in_(CLOSED)


@cache
def _matching(words: int, *, held: bool, ended: bool | None = None) -> Select[Any]:
    # The ended ones, or those which are not, of all; else both of the records `ids`.
    query = select(HANDOVER.c.id).where(
        *(HANDOVER.c.search.like(bindparam(f"word{n}"), escape="\\") for n in range(words))
    )
    if held:
        query = query.where(
            HANDOVER.c.id.in_(select(ROLE.c.handover_id).where(ROLE.c.person_id == bindparam("holder")))
        )
    if ended is None:
        query = query.where(HANDOVER.c.id.in_(bindparam("ids", expanding=True)))
        query = query.order_by(case((_ENDED, 1), else_=0))
    else:
        query = query.where(_ENDED if ended else not_(_ENDED))
    return query.order_by(HANDOVER.c.id.desc()).limit(bindparam("limit"))
