"""A person is erased: their row loses everything, and whatever names them says who they were instead.

It is done in short transactions, the same again after a crash: what is looked for is kept until the last message in
Slack is edited. Then nothing in the database names them, and a second run finds nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, and_, delete, func, select, update

from bot.company.effects import EditOut, HideReasons
from bot.erasure import EMAIL, SLACK_ID, Subject
from bot.handover import ENDED
from store import known
from store.engine import Db
from store.store import Store
from store.tables import HandoverRow, JobRow, JobStepRow, NagRow, PersonRow, ReminderRow, RoleHolderRow, table
from store.upkeep import erased_posts
from store.upkeep.portable import TABLES
from store.upkeep.retention import digests
from store.upkeep.traces import ERASED, LOOKED_FOR, Trace, cleaned, contacts, first_names, handovers_of, traces

HANDOVER, ROLE, PERSON = table(HandoverRow), table(RoleHolderRow), table(PersonRow)
JOB, STEP, NAG, REMINDER = table(JobRow), table(JobStepRow), table(NagRow), table(ReminderRow)
CLOSED = [state.value for state in ENDED]
CHUNK = 100  # rows in one transaction
ROUNDS = 5  # what comes in while it works is found by the next round


@dataclass
class Erased:
    """What names somebody, or what was removed; and where they are known outside."""

    subject: Subject
    rows: Counter[str] = field(default_factory=Counter)
    handovers: set[int] = field(default_factory=set)
    roles: list[tuple[int, str]] = field(default_factory=list)
    deals: list[tuple[str, str]] = field(default_factory=list)
    workspaces: list[str] = field(default_factory=list)
    posts: int = 0
    digests: int = 0
    first_names: Mapping[int, int] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether nothing stored names them."""
        return not self.rows and not self.subject.person


def subject_of(session: Connection, who: str, token: str) -> Subject | None:
    """Whom these words mean, an e-mail address or a Slack id; None when they are neither."""
    email, slack_id = who.strip().lower(), who.strip().upper()
    by_email = bool(EMAIL.fullmatch(email))
    if not by_email and not SLACK_ID.fullmatch(slack_id):
        return None
    for begun in known.settings(session, LOOKED_FOR).values():
        found = Subject.of(begun)
        if email in found.emails or slack_id in found.slack_ids:
            return found
    mine = PERSON.c.email == email if by_email else PERSON.c.slack_id == slack_id
    row = session.execute(select(PERSON).where(mine)).mappings().first()
    emails = {email} if by_email else set()
    if row is None:
        names = contacts(session, email) if by_email else set()
        ids = frozenset() if by_email else frozenset({slack_id})
        return Subject(frozenset(emails), ids, frozenset(names), colleague=not by_email, token=token)
    emails |= {row["email"]} if row["email"] else set()
    names = {row["name"].strip()} if row["name"].strip() else set()
    for each in emails:
        names |= contacts(session, each)
    return Subject(
        frozenset(emails),
        frozenset({row["slack_id"]} if row["slack_id"] else ()),
        frozenset(names),
        colleague=not row["guest"],
        token=token,
        alone=_alone(session, dict(row)),
        person=row["id"],
    )


def look(db: Db, who: str, token: str) -> Erased | None:
    """What would be removed, and nothing is; None when these words mean nobody."""
    with db.read() as session:
        subject = subject_of(session, who, token)
        if subject is None:
            return None
        found, _ = _found(session, subject)
        found.first_names = first_names(session, subject)
        return found


def erase(store: Store, who: str, token: str) -> Erased | None:
    """Removes them, and asks for our messages in Slack to be edited. The same again finds nothing."""
    with store.db.read() as session:
        subject = subject_of(session, who, token)
        if subject is None:
            return None
        found, rows = _found(session, subject)
        begun = bool(known.setting(session, f"{LOOKED_FOR}{subject.token}"))
    if found.nothing and not begun:
        return found
    with store.write() as unit:
        unit.keep_setting(f"{LOOKED_FOR}{subject.token}", subject.kept())
        _person_goes(unit.session, subject)
        for place in erased_posts.places(unit.session, found.handovers):
            unit.emit(EditOut(subject.token, *place))
        for hidden in _digests(unit.session, found):
            unit.emit(hidden)
    for _ in range(ROUNDS):
        _cleaned_all(store, rows, subject)
        with store.db.read() as session:
            rows = list(traces(session, subject))
        if not rows:
            break
    _noted(store, found.handovers, subject, store.clock())
    with store.db.read() as session:
        found.first_names = first_names(session, subject)
    return found


def scrub_file(db: Db) -> bool:
    """SQLite keeps what was overwritten in free pages: the file is written anew. False while others hold it."""
    if not db.sqlite:
        return True
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            raw: Any = connection.connection.driver_connection
            raw.execute("VACUUM")
            return int(raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]) == 0
        except Exception:  # noqa: BLE001 - a busy file is no failure of the erasure: the caller says what to do
            return False


def _found(session: Connection, subject: Subject) -> tuple[Erased, list[Trace]]:
    rows = list(traces(session, subject))
    found = Erased(subject, rows=Counter(trace.table for trace in rows))
    found.handovers = {trace.handover for trace in rows if trace.handover}
    if subject.person:
        found.rows["person"] += 1
        found.handovers |= handovers_of(session, subject.person)
        still = and_(ROLE.c.person_id == subject.person, HANDOVER.c.state.not_in(CLOSED))
        held = select(ROLE.c.handover_id, ROLE.c.role).join(HANDOVER, HANDOVER.c.id == ROLE.c.handover_id)
        found.roles = [(row[0], row[1]) for row in session.execute(held.where(still).order_by(ROLE.c.handover_id))]
    told = {trace.handover for trace in rows if trace.table in ("handover_deal", "deal_snapshot")}
    for row in session.execute(select(HANDOVER).where(HANDOVER.c.id.in_(found.handovers)).order_by(HANDOVER.c.id)):
        if row.id in told:
            found.deals.append((row.connection, row.deal_id))
        if row.workspace_url:
            found.workspaces.append(row.workspace_url)
    found.posts = len(erased_posts.places(session, found.handovers))
    found.digests = len(_digests(session, found))
    return found, rows


def _digests(session: Connection, found: Erased) -> list[HideReasons]:
    return digests(session) if found.handovers else []


def _alone(session: Connection, row: Mapping[str, Any]) -> bool:
    first = row["name"].strip().split(" ")[0]
    others = select(func.count()).where(PERSON.c.name.ilike(f"{first}%"), PERSON.c.id != row["id"])
    return bool(first) and session.execute(others).scalar_one() == 0


def _person_goes(session: Connection, subject: Subject) -> None:
    dropped = _jobs_for(session, subject)
    names = session.execute(delete(JOB).where(JOB.c.id.in_(dropped)).returning(JOB.c.key)).scalars().all()
    session.execute(delete(STEP).where(STEP.c.scope.in_(names)))
    if not subject.person:
        return
    mine = PERSON.c.id == subject.person
    session.execute(select(PERSON.c.id).where(mine).with_for_update())
    nobody: dict[str, Any] = dict.fromkeys(("email", "slack_id", "away_until", "status_until"))
    nobody |= {"name": subject.said, "active": False, "home_seen": False, "tz": "UTC", "reminders": "now"}
    session.execute(update(PERSON).where(mine).values(**nobody, deputy_id=0))
    session.execute(update(PERSON).where(PERSON.c.deputy_id == subject.person).values(deputy_id=0))
    session.execute(delete(NAG).where(NAG.c.person_id == subject.person))
    session.execute(delete(REMINDER).where(REMINDER.c.person_id == subject.person))


def _jobs_for(session: Connection, subject: Subject) -> list[int]:
    """Work that waits or is parked and would reach them: it has nobody to go to any more."""
    found = []
    for row in session.execute(select(JOB.c.id, JOB.c.payload).where(JOB.c.state != "done")):
        to_them = f'"person_id": {subject.person},' in row.payload or f'"person_id": {subject.person}}}' in row.payload
        if (subject.person and to_them) or subject.addresses.search(row.payload):
            found.append(row.id)
    return found


def _cleaned_all(store: Store, rows: Iterable[Trace], subject: Subject) -> None:
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        with store.db.write() as session:
            ids = {trace.handover for trace in chunk if trace.handover}
            session.execute(
                select(HANDOVER.c.id).where(HANDOVER.c.id.in_(ids)).order_by(HANDOVER.c.id).with_for_update()
            )
            for trace in chunk:
                _clean(session, trace, subject)


def _clean(session: Connection, trace: Trace, subject: Subject) -> None:
    source = TABLES[trace.table]
    at = and_(*(source.c[name] == value for name, value in trace.key.items()))
    row = session.execute(select(source).where(at).with_for_update()).mappings().first()
    if row and (values := cleaned(source, dict(row), subject)):
        session.execute(update(source).where(at).values(**values))


def _noted(store: Store, handovers: Iterable[int], subject: Subject, now: datetime) -> None:
    """The records say that somebody was erased and are drawn again; after the last edit nothing is looked for."""
    for handover_id in sorted(handovers):
        with store.write() as unit:
            if (handover := unit.handover(handover_id)) is not None:
                handover.note(now, "erased", who=subject.said)
                unit.save(handover)
    with store.write() as unit:
        unit.keep_setting(ERASED, subject.token)  # whoever runs lets go of what they remember
        unit.emit(EditOut(subject.token))
