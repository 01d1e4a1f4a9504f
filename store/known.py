"""What is known of deals and connections, and small stored values: read and kept in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from bot.unit import DealState
from store.sql import insert_new
from store.tables import ConnectionRow, DealStateRow, SeenRow, SettingRow, table
from store.text import clean, key_of

DEAL_STATE, CONNECTION = table(DealStateRow), table(ConnectionRow)
SEEN, SETTING = table(SeenRow), table(SettingRow)


@dataclass(frozen=True)
class ConnectionState:
    """How a connection does: the poll's cursor (the vendor's own text), the last success, since when it is broken."""

    connection: str
    cursor: str = ""
    ok_at: datetime | None = None
    broken_since: datetime | None = None
    words: str = ""


def deal_state(session: Connection, connection: str, deal_id: str) -> DealState | None:
    """What we last knew of a deal, locked also before its first read; None when it was never read."""
    insert_new(session, DEAL_STATE, {"connection": connection, "deal_id": deal_id})
    at = (DEAL_STATE.c.connection == connection, DEAL_STATE.c.deal_id == deal_id)
    row = session.execute(select(DEAL_STATE).where(*at).with_for_update()).mappings().one()
    return DealState(**row) if row["standing"] else None


def keep_deal_state(session: Connection, state: DealState) -> None:
    """Stores what we know of a deal now."""
    key = {"connection": state.connection, "deal_id": state.deal_id}
    insert_new(session, DEAL_STATE, key)
    at = (DEAL_STATE.c.connection == state.connection, DEAL_STATE.c.deal_id == state.deal_id)
    values = {"standing": state.standing, "won_epoch": state.won_epoch, "held": state.held}
    session.execute(update(DEAL_STATE).where(*at).values(**values))


def held_wins(session: Connection) -> list[DealState]:
    """Wins that wait for the admin's word, by connection and deal."""
    held = select(DEAL_STATE).where(DEAL_STATE.c.held).order_by(DEAL_STATE.c.connection, DEAL_STATE.c.deal_id)
    return [DealState(**row) for row in session.execute(held).mappings()]


def known_deals(session: Connection, connection: str, standing: str = "won") -> list[str]:
    """Ids of the connection's deals which we know in that standing."""
    at = (DEAL_STATE.c.connection == connection, DEAL_STATE.c.standing == standing)
    return list(session.execute(select(DEAL_STATE.c.deal_id).where(*at).order_by(DEAL_STATE.c.deal_id)).scalars())


def connections(session: Connection) -> dict[str, ConnectionState]:
    """All connections that were ever used."""
    rows = session.execute(select(CONNECTION)).mappings()
    return {row["connection"]: _connection(dict(row)) for row in rows}


def held_connection(session: Connection, connection: str) -> ConnectionState:
    """How a connection does, its row locked until the transaction ends."""
    insert_new(session, CONNECTION, {"connection": connection})
    row = select(CONNECTION).where(CONNECTION.c.connection == connection).with_for_update()
    return _connection(dict(session.execute(row).mappings().one()))


def keep_connection(session: Connection, state: ConnectionState) -> None:
    """Stores how a connection does. `words` is safe to show."""
    values = {
        "cursor_text": state.cursor,
        "ok_at": state.ok_at,
        "broken_since": state.broken_since,
        "words": clean(state.words),
    }
    insert_new(session, CONNECTION, {"connection": state.connection})
    session.execute(update(CONNECTION).where(CONNECTION.c.connection == state.connection).values(**values))


def setting(session: Connection, key: str) -> str:
    """A small stored value, '' when unset."""
    return session.execute(_SETTING, {"which": key}).scalar() or ""


_SETTING = select(SETTING.c.value).where(SETTING.c.key == bindparam("which"))


def locked_setting(session: Connection, key: str) -> str:
    """The same, locked until the transaction ends, also when it is unset."""
    insert_new(session, SETTING, {"key": key, "value": ""})
    return str(session.execute(select(SETTING.c.value).where(SETTING.c.key == key).with_for_update()).scalar_one())


def settings(session: Connection, prefix: str) -> dict[str, str]:
    """All stored values whose key begins so."""
    rows = session.execute(select(SETTING).where(SETTING.c.key.startswith(prefix, autoescape=True))).mappings()
    return {row["key"]: row["value"] for row in rows}


def keep_setting(session: Connection, key: str, value: str) -> None:
    """Stores a small value."""
    insert_new(session, SETTING, {"key": key})
    session.execute(update(SETTING).where(SETTING.c.key == key).values(value=clean(value)))


def drop_setting(session: Connection, key: str) -> None:
    """Forgets a small value."""
    session.execute(delete(SETTING).where(SETTING.c.key == key))


def seen(session: Connection, key: str, now: datetime) -> bool:
    """True the first time; a second transaction with the same key waits for the first and gets False."""
    return insert_new(session, SEEN, {"key": key_of(key), "at": now})


def was_seen(session: Connection, key: str) -> bool:
    """Whether that key was seen; it is not seen by this."""
    return session.execute(select(SEEN.c.key).where(SEEN.c.key == key_of(key))).first() is not None


def unsee(session: Connection, key: str) -> bool:
    """That key was not seen, after all; whether it was until now."""
    return session.execute(delete(SEEN).where(SEEN.c.key == key_of(key))).rowcount > 0


def _connection(row: dict[str, object]) -> ConnectionState:
    row["cursor"] = row.pop("cursor_text")
    return ConnectionState(**row)  # type: ignore[arg-type]
