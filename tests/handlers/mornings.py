"""Desks on which something is under way already: the way there is walked once and kept; each test has a copy.

It is walked on SQLite; for a test on PostgreSQL the rows are carried over.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text, update

from store.engine import Db
from store.tables import InstallationRow, Row, table
from tests.handlers.desk import OFFICES, Desk
from tests.stories.stage import Scene, kept, staged

MORE: dict[str, Any] = {
    "delivery": {"poll_seconds": 3600, "rate_share": 1000, "lease_seconds": 20},
    "offices": OFFICES,
    "provision": {"auto": False},
}


@dataclass(frozen=True)
class Morning:
    """What the world and the database hold, the moment at which that was so, and the Monday of that week."""

    scene: Scene
    moment: datetime
    monday: datetime


def walked(folder: Path, come: Callable[[Desk], object], kept_in: Path) -> Morning:
    """The morning to which this way leads."""
    with staged(folder, **MORE) as stage:
        desk = Desk(stage)
        come(desk)
        desk.close()
        return Morning(kept(stage, kept_in), desk.clock.now(), desk.monday)


@contextmanager
def desk_on(folder: Path, morning: Morning, url: str) -> Iterator[Desk]:
    """That morning on this empty database."""
    if url.startswith("sqlite"):
        url = ""
    else:
        carry(morning.scene.database, url)
    with staged(folder, url=url, scene=morning.scene, **MORE) as stage:
        desk = Desk(stage)
        desk.monday = morning.monday
        desk.to(morning.moment)
        yield desk
        desk.close()


def carry(file: Path, url: str) -> None:
    """The rows of that SQLite file into the PostgreSQL database, which is empty but for its own nonce."""
    source, target = Db(f"sqlite:///{file}"), Db(url)
    installation = table(InstallationRow)
    with source.engine.connect() as there, target.engine.begin() as here:
        for each in Row.metadata.sorted_tables:
            rows = [dict(row) for row in there.execute(select(each)).mappings()]
            if each is installation:
                here.execute(update(each).values(rows[0]))
            elif rows:
                here.execute(insert(each), rows)
                if "id" in each.columns:
                    highest = select(func.max(each.c.id)).scalar_subquery()
                    here.execute(select(func.setval(text(f"'{each.name}_id_seq'"), highest)))
    source.dispose()
    target.dispose()
