"""Finding records by a part of their names without reading them all: every end of every word is a row of an index.

A word that somebody types is part of a name's word when an end of that word begins with it. The index is derived from
`handover.search` and holds no more than that; what is found is compared with the whole text afterwards.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, exists, insert, not_, select

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


@dataclass(frozen=True, slots=True)
class Found:
    """A record and the text in which its names are found."""

    id: int
    search: str


def narrowed(found: Iterable[Found], words: Iterable[str]) -> list[Found]:
    """Those of them whose names contain each of these folded words too, in the same order."""
    wanted = set(words)
    return [one for one in found if all(word in one.search for word in wanted)]


def find(connection: Connection, words: Iterable[str], *, holder: int | None, limit: int) -> list[Found]:
    """The records whose names contain each of these folded words; open ones first, the newest first."""
    wanted = sorted(set(words), key=len, reverse=True)
    few = _few(connection, wanted, holder)
    if few is not None:
        return few[:limit]
    # Open and ended ones apart, by falling id: so that the newest of a frequent word end the search.
    given: dict[str, Any] = {f"word{n}": pattern for n, word in enumerate(wanted) for pattern in patterns(word)}
    given |= {"holder": holder, "limit": limit}
    held = holder is not None
    found = _all(connection, _matching(len(wanted), held=held, ended=False), given)
    if len(found) < limit:
        query = _matching(len(wanted), held=held, ended=True)
        found += _all(connection, query, {**given, "limit": limit - len(found)})
    return found


def _all(connection: Connection, query: Select[Any], given: Mapping[str, Any]) -> list[Found]:
    return [Found(*row) for row in connection.execute(query, given)]


def _few(connection: Connection, wanted: list[str], holder: int | None) -> list[Found] | None:
    """Those with all words, looked for among the records of one word that few have; None when every word is frequent.

    Each such record comes with its text, so that nothing is asked once more.
    """
    for word in wanted:
        first = word[:LONGEST]
        given = {"first": first, "last": first + LAST, "most": FEW + 1, "holder": holder or 0}
        rows = connection.execute(_WITH_END, given).all()
        if len(rows) <= FEW:
            theirs = (row for row in rows if holder is None or row.held)
            ordered = sorted(theirs, key=lambda row: (row.state in CLOSED, -row.id))
            return narrowed((Found(row.id, row.search) for row in ordered), wanted)
    return None


_WITH = (
    select(END.c.handover_id)
    .where(END.c.name_end >= bindparam("first"), END.c.name_end < bindparam("last"))
    .distinct()
    .limit(bindparam("most"))
    .subquery()
)
_HELD = exists().where(ROLE.c.handover_id == HANDOVER.c.id, ROLE.c.person_id == bindparam("holder"))
_WITH_END = select(HANDOVER.c.id, HANDOVER.c.search, HANDOVER.c.state, _HELD.label("held")).join(
    _WITH, _WITH.c.handover_id == HANDOVER.c.id
)
_ENDED = HANDOVER.c.state.in_(CLOSED)


@cache
def _matching(words: int, *, held: bool, ended: bool) -> Select[Any]:
    # The ended ones, or those which are not.
    query = select(HANDOVER.c.id, HANDOVER.c.search).where(
        *(HANDOVER.c.search.like(bindparam(f"word{n}"), escape="\\") for n in range(words)),
        _ENDED if ended else not_(_ENDED),
    )
    if held:
        query = query.where(
            HANDOVER.c.id.in_(select(ROLE.c.handover_id).where(ROLE.c.person_id == bindparam("holder")))
        )
    return query.order_by(HANDOVER.c.id.desc()).limit(bindparam("limit"))
