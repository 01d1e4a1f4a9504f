"""The index of names: every end of every word of the text in which a record is searched.

Revision 0006. One new table, filled from what is stored; no other row changes.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LONGEST, AT_ONCE = 20, 500
# Compared byte by byte on both databases, whatever the language of the server.
ENDS = sa.String().with_variant(postgresql.VARCHAR(collation="C"), "postgresql")


def upgrade() -> None:
    """Adds the table and fills it."""
    made = op.create_table(
        "name_end",
        sa.Column("name_end", ENDS, nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name_end", "handover_id", name="pk_name_end"),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name="fk_name_end_handover_id", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_name_end_handover_id", "name_end", ["handover_id"])
    connection = op.get_bind()
    for rows in _rows(connection):
        connection.execute(made.insert(), rows)


def _rows(connection: sa.Connection) -> Iterator[list[dict[str, object]]]:
    last: int | None = 0
    while last is not None:
        query = sa.text("SELECT id, search FROM handover WHERE id > :last ORDER BY id LIMIT :most")
        found = connection.execute(query, {"last": last, "most": AT_ONCE}).all()
        ends = [
            {"name_end": end, "handover_id": row.id}
            for row in found
            for end in sorted({word[n : n + LONGEST] for word in row.search.split() for n in range(len(word))})
        ]
        if ends:
            yield ends
        last = found[-1].id if found else None


def downgrade() -> None:
    """A schema is not taken back: the copy made before the migration is."""
    raise RuntimeError("Restore the copy that was made before this migration.")
