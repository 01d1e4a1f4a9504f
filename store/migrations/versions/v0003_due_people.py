"""Who must be told by now, and what: found by indexes whose size does not matter when nothing is due.

Revision 0003. Indexes only; no row changes.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index names the people who are due, the other what of one person is due."""
    op.drop_index("ix_nag_next_at", "nag")
    op.create_index("ix_nag_next_at_person_id", "nag", ["next_at", "person_id"])
    op.create_index("ix_nag_person_id_next_at", "nag", ["person_id", "next_at"])


def downgrade() -> None:
    """A schema is not taken back: the copy made before the migration is."""
    raise RuntimeError("Restore the copy that was made before this migration.")
