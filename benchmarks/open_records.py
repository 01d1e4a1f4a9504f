"""A million open handovers in minutes: one whole record is made by Baton itself, then copied row by row in SQL.

Each copy has its own sales rep, project manager and so on, drawn from pools; what waits for whom is copied with it, as
Baton planned it for the first one. Nothing is due before tomorrow.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import delete, insert, make_url

from bot.actions.sweep import look
from bot.clock.nag import Nag
from bot.handover import State
from bot.people import Person, Role
from bot.worktime import add_working_days, next_opening, subtract_working
from handlers.deps import Deps
from store.engine import Db
from store.ledger import JOB
from store.tables import NagRow, PersonRow, Row, table
from tests.builders import make_handover

POOLS = {Role.SALES_REP: 997, Role.PM: 31, Role.CSM: 29, Role.DELIVERY_MANAGER: 11}  # primes: no stride meets one twice
COPIED = ("handover_deal", "role_holder", "item", "answer", "presale", "clock_interval", "timeline", "nag")
PERSON, NAG = table(PersonRow), table(NagRow)
FIRST_NAME = 10_000_000  # names of one length, so that none contains another
NAME = f"'Client' || ({FIRST_NAME} + s.h)"
# Copying needs no durability: a copy that breaks is made anew. Afterwards the database is as careful as ever.
QUICK = {
    True: ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-500000"),
    False: ("SET session_replication_role = replica", "SET synchronous_commit = off"),
}
CAREFUL = {
    True: ("PRAGMA journal_mode=WAL", "PRAGMA optimize"),
    False: ("SELECT setval('handover_id_seq', (SELECT max(id) FROM handover))", "VACUUM ANALYZE", "CHECKPOINT"),
}
SERIES = {
    True: "WITH RECURSIVE series(h) AS (SELECT 2 UNION ALL SELECT h + 1 FROM series WHERE h < {n}) ",
    False: "WITH series AS (SELECT generate_series(2, {n}) AS h) ",
}


@dataclass(frozen=True)
class Times:
    """A working morning, and when a scope was confirmed so that the first reminder is due then, or the day after."""

    now: datetime
    due_today: datetime
    due_tomorrow: datetime


@dataclass(frozen=True)
class Plan:
    """What the record of that confirmation holds: its due time, and what waits for whom by role."""

    scoped_at: datetime
    due_at: datetime
    nags: dict[Role, Nag]


@dataclass(frozen=True)
class Loaded:
    """A database with so many open handovers, of which each can be made due today or tomorrow."""

    deps: Deps
    count: int
    times: Times
    today: Plan
    tomorrow: Plan


def holder(role: Role, handover_id: int) -> int:
    """Who holds that role of the copy with this id."""
    first = 1 + sum(size for other, size in POOLS.items() if list(POOLS).index(other) < list(POOLS).index(role))
    return first + handover_id % POOLS[role]


def times(deps: Deps) -> Times:
    """A morning some days ahead, in the first office."""
    office = deps.terms.offices[deps.settings.offices[0].name]
    opened = next_opening(office, deps.clock.now() + timedelta(days=7))
    if opened.minute or opened.second:  # not in the middle of a working day
        opened = next_opening(office, opened + timedelta(hours=16))
    half = float(deps.settings.clock_days * deps.settings.first_share)
    worked = timedelta(hours=8) * half
    return Times(
        now=opened + timedelta(minutes=30),
        due_today=subtract_working(office, opened + timedelta(hours=1), worked),
        due_tomorrow=opened + timedelta(minutes=15),
    )


def load(deps: Deps, count: int, *, named: bool = False) -> Loaded:
    """Fills an empty database with so many open handovers of which nothing is due; `named`: found by their names."""
    at = times(deps)
    deps.clock.advance(at.now - deps.clock.now())
    people(deps)
    today, tomorrow = planned(deps, at.due_today), planned(deps, at.due_tomorrow)
    copy(deps.store.db, count, named=named)
    return Loaded(deps, count, at, today, tomorrow)


def people(deps: Deps) -> None:
    """The pools, with ids from 1 on."""
    rows = []
    for number in range(1, sum(POOLS.values()) + 1):
        person = Person(0, f"Person {number}", f"p{number}@acme.example", f"UP{number:06}", "Europe/Berlin")
        rows.append({
            "id": number, "name": person.name, "email": person.email, "slack_id": person.slack_id, "tz": person.tz,
            "guest": False, "active": True, "home_seen": False, "reminders": "now", "deputy_id": 0,
        })  # fmt: skip
    with deps.store.db.write() as session:
        session.execute(insert(PERSON), rows)


def planned(deps: Deps, scoped_at: datetime) -> Plan:
    """The first record, confirmed then and looked at a minute later, as Baton itself does it."""
    terms = deps.terms
    roles = {role: holder(role, 1) for role in POOLS}
    with deps.store.write() as unit:
        handover = unit.handover(1)
        if handover is None:
            made = make_handover(State.SCOPED, id=0, entries=[], presale=[], roles=roles, steps=[])
            made.scope_due_at = made.won_at = scoped_at - timedelta(days=3)
            handover = unit.add(made)
        handover.scoped_at = scoped_at
        handover.due_at = add_working_days(terms.office(handover), scoped_at, deps.settings.clock_days)
        unit.save(handover)
        unit.session.execute(delete(NAG))
    with deps.store.write() as unit:
        look(unit, 1, terms=terms, now=scoped_at + timedelta(minutes=1))
    with deps.store.write() as unit:
        nags = unit.nags(1)
        unit.session.execute(delete(JOB))
    return Plan(scoped_at, handover.due_at, {role: nags[held] for role, held in roles.items() if held in nags})


def copy(db: Db, count: int, *, named: bool) -> None:
    """The first record, so many times, in the order of the ids; without a durable commit for each."""
    db.dispose()  # SQLite changes its journal only when nobody else is there
    connection: Any = (
        sqlite3.connect(file_of(db), isolation_level=None) if db.sqlite else psycopg.connect(dsn(db), autocommit=True)
    )
    for statement in QUICK[db.sqlite]:
        connection.execute(statement)
    for name in ("handover", *COPIED):
        connection.execute(copied(name, count, sqlite=db.sqlite))
    if named:
        connection.execute(ends(count, sqlite=db.sqlite))
    for statement in CAREFUL[db.sqlite]:
        connection.execute(statement)
    connection.close()


def copied(name: str, count: int, *, sqlite: bool) -> str:
    """INSERT … SELECT of one table: each row of the first record, for each number of the series."""
    columns = [column.name for column in Row.metadata.tables[name].columns]
    owner = "id" if name == "handover" else "handover_id"
    values = {column: f"t.{column}" for column in columns} | {owner: "s.h"}
    if name == "handover":
        values |= {"deal_id": "'b' || s.h", "client": NAME, "search": f"lower({NAME}) || ' b' || s.h"}
    if name == "role_holder":
        values["person_id"] = by_pool("t.role", {f"'{role.value}'": role for role in POOLS})
    if name == "nag":
        values["person_id"] = by_pool("t.person_id", {str(holder(role, 1)): role for role in POOLS})
    chosen, names = ", ".join(values[column] for column in columns), ", ".join(columns)
    return (
        f"{SERIES[sqlite].format(n=count)} INSERT INTO {name} ({names})"  # noqa: S608 - our own names
        f" SELECT {chosen} FROM series s CROSS JOIN {name} t WHERE t.{owner} = 1"
    )


def calm(file: Path) -> None:
    """Takes out every look that waits: a first start looks at all records anew, which is measured elsewhere."""
    line = sqlite3.connect(file, timeout=60)
    line.execute("UPDATE handover SET next_look_at = NULL WHERE next_look_at IS NOT NULL")
    line.commit()
    line.close()


def ends(count: int, *, sqlite: bool) -> str:
    """INSERT of every end of the copies' names into the index of names."""
    places = " UNION ALL ".join(f"SELECT {n + 1} AS place" for n in range(len(f"Client{FIRST_NAME}")))
    return (
        f"{SERIES[sqlite].format(n=count)} INSERT INTO name_end (name_end, handover_id)"  # noqa: S608 - our own names
        f" SELECT substr(lower({NAME}), p.place), s.h FROM series s CROSS JOIN ({places}) p"
    )


def by_pool(column: str, cases: dict[str, Role]) -> str:
    """The holder of the copy `s.h`, by the holder of the first record."""
    whens = " ".join(f"WHEN {value} THEN {holder(role, 0)} + s.h % {POOLS[role]}" for value, role in cases.items())
    return f"CASE {column} {whens} END"


def file_of(db: Db) -> str:
    """The file of a SQLite database."""
    return str(make_url(db.url).database)


def dsn(db: Db) -> str:
    """The address as PostgreSQL's own clients take it."""
    return db.url.replace("postgresql+psycopg://", "postgresql://")
