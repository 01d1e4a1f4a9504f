"""Which cause a delivery and a job belong to: the id that its log lines carry.

Revision 0005. What is stored stays as it is; what was put in before has no id, and gets one when it is worked on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column on each."""
    for name in ("inbox", "job"):
        op.add_column(name, sa.Column("trace", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """A schema is not taken back: the copy made before the migration is."""
    raise RuntimeError("Restore the copy that was made before this migration.")
