"""Where our messages stand that may name somebody: threads, posts in project channels, direct messages."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from store.tables import HandoverRow, JobRow, JobStepRow, PostRow, ReminderRow, table
from store.upkeep.retention import handover_of

HANDOVER, JOB, STEP = table(HandoverRow), table(JobRow), table(JobStepRow)
POST, REMINDER = table(PostRow), table(ReminderRow)
Place = tuple[str, str, bool]
"""Channel, timestamp, and whether it is a whole thread."""


def places(session: Connection, handovers: Collection[int]) -> list[Place]:
    """Every place of a message of ours about one of these records, threads first."""
    wanted = set(handovers)
    roots = select(POST.c.channel, POST.c.ts, POST.c.name).where(POST.c.handover_id.in_(wanted)).order_by(POST.c.ts)
    posts = session.execute(roots).all()
    threads = {(row.channel, row.ts, True) for row in posts if row.name == "root"}
    inside = {(row.channel, row.ts) for row in posts}
    rooms = {channel for channel, _, _ in threads}
    single = {place for place in _ledger(session, wanted) if place not in inside and place[0] not in rooms}
    single |= {(row.channel, row.ts) for row in posts if row.channel not in rooms} | _reminders(session, wanted)
    return [*sorted(threads), *((channel, ts, False) for channel, ts in sorted(single))]


def _reminders(session: Connection, wanted: set[int]) -> set[tuple[str, str]]:
    rows = session.execute(select(REMINDER).where(REMINDER.c.ts != "")).mappings()
    return {(row["channel"], row["ts"]) for row in rows if wanted & _about(row)}


def _about(row: Any) -> set[int]:
    return {int(one) for one in row["causes"]} | {int(line[0]) for line in row["shown"]}


def _ledger(session: Connection, wanted: set[int]) -> set[tuple[str, str]]:
    # The ledger knows every message of a job that is still kept, and for ever those of a project's channel.
    rooms = set(session.execute(select(HANDOVER.c.channel_id).where(HANDOVER.c.id.in_(wanted))).scalars()) - {""}
    found = (
        select(STEP.c.result, JOB.c.payload)
        .select_from(STEP)
        .join(JOB, STEP.c.scope == JOB.c.key, isouter=True)
        .where(STEP.c.done)
    )
    sent = [(row.payload, row.result) for row in session.execute(found) if _is_message(row.result)]
    return {
        (result["channel"], result["ts"])
        for payload, result in sent
        if result["channel"] in rooms or (payload and handover_of(payload) in wanted)
    }


def _is_message(result: Any) -> bool:
    return isinstance(result, dict) and bool(result.get("channel") and result.get("ts"))
