"""Who must be told by now, what, and who took an item over, found by index; and how often a job was at fault.

Revision 0003. What is stored stays as it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index names the people who are due, one what of a person is due, one the few items that were taken over."""
    op.add_column("job", sa.Column("faults", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("ix_nag_next_at", "nag")
    op.create_index("ix_nag_next_at_person_id", "nag", ["next_at", "person_id"])
    op.create_index("ix_nag_person_id_next_at", "nag", ["person_id", "next_at"])
    few = sa.text("holder <> 0")
    op.create_index("ix_item_holder", "item", ["holder"], sqlite_where=few, postgresql_where=few)


def downgrade() -> None:
    """A schema is not taken back: the copy made before the migration is."""
    raise RuntimeError("Restore the copy that was made before this migration.")
