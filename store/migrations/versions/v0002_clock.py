"""The clock: breaches, what waits for whom, reminders; absence and deputies of people; items taken over.

Revision 0002. Every open record is due for a look, so that what waits for whom is known from the first minute.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENTS = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Adds tables and columns; what is stored stays as it is."""
    op.add_column("item", sa.Column("holder", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("clock_interval", sa.Column("subject", sa.String(), nullable=False, server_default=""))
    op.add_column("person", sa.Column("reminders", sa.String(), nullable=False, server_default="now"))
    op.add_column("person", sa.Column("away_until", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("status_until", MOMENTS, nullable=True))
    op.add_column("person", sa.Column("deputy_id", sa.Integer(), nullable=False, server_default="0"))
    _breaches()
    _nags()
    _reminders()
    handover = sa.table("handover", *(sa.column(name) for name in ("next_look_at", "opened_at", "state")))
    still_open = handover.c.state.not_in(["closed", "cancelled"])
    op.execute(sa.update(handover).where(still_open).values(next_look_at=handover.c.opened_at))


def downgrade() -> None:
    """A schema is not taken back: the copy made before the migration is."""
    raise RuntimeError("Restore the copy that was made before this migration.")


def _owner(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=f"fk_{name}_handover_id", ondelete="CASCADE")


def _breaches() -> None:
    op.create_table(
        "breach",
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("since", MOMENTS, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("until", MOMENTS, nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        _owner("breach"),
        sa.PrimaryKeyConstraint("handover_id", "n", name="pk_breach"),
    )


def _nags() -> None:
    op.create_table(
        "nag",
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("waits", sa.JSON(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("spent", sa.JSON(), nullable=False),
        sa.Column("deferred", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENTS, nullable=True),
        sa.Column("next_at", MOMENTS, nullable=True),
        _owner("nag"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_nag_person_id"),
        sa.PrimaryKeyConstraint("handover_id", "person_id", name="pk_nag"),
    )
    op.create_index("ix_nag_next_at", "nag", ["next_at"])
    op.create_index("ix_nag_person_id_due_at", "nag", ["person_id", "due_at"])


def _reminders() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", MOMENTS, nullable=False),
        sa.Column("causes", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("done_at", MOMENTS, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_reminder_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint("person_id", "day", "n", name="uq_reminder_person_id_day_n"),
    )
