"""One post of a handover kept by itself: a redraw edits many messages, and none of them needs the whole record."""

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.handover import Post
from store.mapping.families import POSTS
from store.mapping.family import OWNER
from store.tables import HandoverRow, table

HANDOVER, POST = table(HandoverRow), POSTS.table


def keep(session: Connection, handover_id: int, post: Post) -> None:
    """Writes the post of this name in its place, or after the others; nothing when the handover is gone.

    The handover's row is locked until the transaction ends, as whoever saves the whole record does.
    """
    mine = {"whose": handover_id}
    if session.execute(_LOCK, mine).first() is None:
        return
    values = POSTS.codec.encode(post)
    if session.execute(_UPDATE, {**mine, "which": values["name"], **values}).first() is None:
        place = session.execute(_LAST, mine).scalar_one() + 1
        session.execute(insert(POST), {OWNER: handover_id, "n": place, **values})


_LOCK = select(HANDOVER.c.id).where(HANDOVER.c.id == bindparam("whose")).with_for_update()
_MINE = POST.c[OWNER] == bindparam("whose")
_UPDATE = update(POST).where(_MINE, POST.c.name == bindparam("which")).returning(POST.c.n)
_LAST = select(func.coalesce(func.max(POST.c.n), -1)).where(_MINE)
