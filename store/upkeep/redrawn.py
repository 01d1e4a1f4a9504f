"""After a database was put back: Slack may show more than it knows, so every open thread is drawn again."""

from sqlalchemy import exists, select, update

from bot.effects import Redraw
from bot.handover import ENDED
from store import outbox
from store.engine import Db
from store.tables import HandoverRow, PostRow, table

HANDOVER, POST = table(HandoverRow), table(PostRow)


def draw_again(db: Db, t: float) -> int:
    """Forgets what the messages of open records show and asks for a redraw of each thread; how many. `t`: machine time.

    Within the rate rules, like every redraw: nothing is posted anew, each message is edited once.
    """
    still_open = HANDOVER.c.state.not_in([state.value for state in ENDED])
    shown = exists().where(POST.c.handover_id == HANDOVER.c.id)
    with db.write() as session:
        mine = select(HANDOVER.c.id, HANDOVER.c.rev).where(still_open, shown).order_by(HANDOVER.c.id)
        found = session.execute(mine.with_for_update()).all()
        open_ids = select(HANDOVER.c.id).where(still_open)
        session.execute(update(POST).where(POST.c.handover_id.in_(open_ids)).values(digest=""))
        session.execute(update(HANDOVER).where(still_open, shown).values(rev=HANDOVER.c.rev + 1))
        for handover_id, rev in found:
            outbox.emit(session, Redraw(handover_id, rev + 1), run_at=t, t=t)
    return len(found)
