"""One post of a handover kept by itself: a redraw edits many messages, and none of them needs the whole record."""

from sqlalchemy import Connection, func, insert, select, update

from bot.handover import Post
from store.mapping.families import POSTS
from store.mapping.family import OWNER
from store.tables import HandoverRow, table

HANDOVER, POST = table(HandoverRow), POSTS.table


def keep(session: Connection, handover_id: int, post: Post) -> None:
    """Writes the post of this name in its place, or after the others; nothing when the handover is gone.

    The handover's row is locked until the transaction ends, as whoever saves the whole record does.
    """
    if session.execute(select(HANDOVER.c.id).where(HANDOVER.c.id == handover_id).with_for_update()).first() is None:
        return
    values = POSTS.codec.encode(post)
    same = (POST.c[OWNER] == handover_id, POST.c.name == values["name"])
    if session.execute(update(POST).where(*same).values(values).returning(POST.c.n)).first() is None:
        last = select(func.coalesce(func.max(POST.c.n), -1)).where(POST.c[OWNER] == handover_id)
        place = session.execute(last).scalar_one() + 1
        session.execute(insert(POST), {OWNER: handover_id, "n": place, **values})
