"""The first schema: the record, its parts, people, outbox and inbox; and this installation's nonce.

Revision 0001.
"""

import secrets
import string
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NONCE_LENGTH = 4
STRINGS = sa.String()
TEXTS = sa.Text()
NUMBERS = sa.Integer()
FLAGS = sa.Boolean()
MOMENTS = sa.DateTime(timezone=True)
DAYS = sa.Date()
JSONS = sa.JSON()
FLOATS = sa.Float()
BLOBS = sa.LargeBinary()


def upgrade() -> None:
    """Creates all tables, and the one row which tells our markers from those of another installation."""
    _people()
    _handovers()
    _record()
    _lists()
    _entries()
    _workspace()
    _outbox()
    _known()
    _inbox()
    letters = string.ascii_lowercase + string.digits
    nonce = "".join(secrets.choice(letters) for _ in range(NONCE_LENGTH))
    installation = sa.table("installation", sa.column("id", sa.Integer), sa.column("nonce", sa.String))
    op.bulk_insert(installation, [{"id": 1, "nonce": nonce}])


def downgrade() -> None:
    """There is nothing before the first schema."""
    raise RuntimeError("The first schema is not taken back: delete the database instead.")


def _columns(kind: Any, *names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=null) for name in names]


def _part(name: str, *columns: Any) -> None:
    # A list of a handover: rows under its id, by their place.
    op.create_table(
        name,
        *_columns(NUMBERS, "handover_id", "n"),
        *columns,
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=f"fk_{name}_handover_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("handover_id", "n", name=f"pk_{name}"),
    )


def _people() -> None:
    op.create_table(
        "person",
        *_columns(NUMBERS, "id"),
        *_columns(TEXTS, "name"),
        *_columns(STRINGS, "email", "slack_id", null=True),
        *_columns(STRINGS, "tz"),
        *_columns(FLAGS, "guest", "active", "home_seen"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
        sa.UniqueConstraint("slack_id", name="uq_person_slack_id"),
    )


def _handovers() -> None:
    op.create_table(
        "handover",
        *_columns(NUMBERS, "id"),
        *_columns(STRINGS, "connection", "deal_id", "workstream", "state"),
        *_columns(TEXTS, "client", "project"),
        *_columns(MOMENTS, "opened_at"),
        *_columns(DAYS, "start_on", "end_on", null=True),
        *_columns(STRINGS, "office", "template_version"),
        *_columns(FLAGS, "rehearsal"),
        *_columns(MOMENTS, "won_at", "won_epoch", "scope_due_at", "scoped_at", null=True),
        *_columns(NUMBERS, "scoped_by"),
        *_columns(TEXTS, "scope_document"),
        *_columns(MOMENTS, "due_at", "initiated_at", "provisioned_at", "live_at", "ended_at", null=True),
        *_columns(TEXTS, "end_reason"),
        *_columns(DAYS, "kickoff_on", null=True),
        *_columns(TEXTS, "repository", "workspace_name"),
        *_columns(STRINGS, "workspace_id"),
        *_columns(TEXTS, "workspace_url"),
        *_columns(STRINGS, "channel_id", "channel_name"),
        *_columns(NUMBERS, "worked_seconds", "rev"),
        *_columns(MOMENTS, "next_look_at", null=True),
        *_columns(TEXTS, "search"),
        sa.PrimaryKeyConstraint("id", name="pk_handover"),
        sa.UniqueConstraint("connection", "deal_id", "workstream", name="uq_handover_connection_deal_id_workstream"),
    )
    op.create_index("ix_handover_channel_id", "handover", ["channel_id"])
    op.create_index("ix_handover_due_at", "handover", ["due_at"])
    op.create_index("ix_handover_next_look_at", "handover", ["next_look_at"])
    op.create_index("ix_handover_scope_due_at", "handover", ["scope_due_at"])
    op.create_index("ix_handover_state_due_at", "handover", ["state", "due_at"])
    op.create_index("ix_handover_won_at", "handover", ["won_at"])


def _record() -> None:
    op.create_table(
        "handover_deal",
        *_columns(NUMBERS, "handover_id"),
        *_columns(JSONS, "data"),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name="fk_handover_deal_handover_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("handover_id", name="pk_handover_deal"),
    )
    _part(
        "deal_snapshot",
        *_columns(MOMENTS, "at"),
        *_columns(JSONS, "data"),
    )
    op.create_table(
        "role_holder",
        *_columns(NUMBERS, "handover_id"),
        *_columns(STRINGS, "role"),
        *_columns(NUMBERS, "person_id"),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name="fk_role_holder_handover_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_role_holder_person_id"),
        sa.PrimaryKeyConstraint("handover_id", "role", name="pk_role_holder"),
    )
    op.create_index("ix_role_holder_person_id_role", "role_holder", ["person_id", "role"])
    _part(
        "timeline",
        *_columns(MOMENTS, "at"),
        *_columns(NUMBERS, "person_id"),
        *_columns(STRINGS, "kind"),
        *_columns(JSONS, "data"),
    )
    _part(
        "gate_override",
        *_columns(NUMBERS, "person_id"),
        *_columns(MOMENTS, "at"),
        *_columns(TEXTS, "reason"),
    )


def _lists() -> None:
    _part(
        "item",
        *_columns(STRINGS, "key", "role"),
        *_columns(TEXTS, "text", "description"),
        *_columns(FLAGS, "required"),
        *_columns(STRINGS, "opens", "kind", "check_name"),
        *_columns(NUMBERS, "position", "ticked_by"),
        *_columns(MOMENTS, "ticked_at", null=True),
    )
    _part(
        "signature",
        *_columns(STRINGS, "role"),
        *_columns(NUMBERS, "person_id"),
        *_columns(MOMENTS, "at"),
        *_columns(MOMENTS, "withdrawn_at", null=True),
        *_columns(TEXTS, "withdrawn_why"),
    )
    _part(
        "clock_interval",
        *_columns(STRINGS, "kind"),
        *_columns(MOMENTS, "since"),
        *_columns(TEXTS, "reason"),
        *_columns(NUMBERS, "person_id"),
        *_columns(DAYS, "expected_on", null=True),
        *_columns(MOMENTS, "until", null=True),
    )
    _part(
        "answer",
        *_columns(STRINGS, "key"),
        *_columns(NUMBERS, "person_id"),
        *_columns(MOMENTS, "at"),
        *_columns(TEXTS, "text"),
    )
    _part(
        "presale",
        *_columns(STRINGS, "kind"),
        *_columns(TEXTS, "title", "deliverable"),
        *_columns(FLAGS, "signed_off"),
        *_columns(NUMBERS, "person_id"),
        *_columns(MOMENTS, "at", null=True),
        *_columns(FLAGS, "from_crm"),
        *_columns(TEXTS, "external"),
    )


def _entries() -> None:
    op.create_table(
        "entry",
        *_columns(NUMBERS, "id", "handover_id"),
        *_columns(STRINGS, "kind"),
        *_columns(TEXTS, "text"),
        *_columns(NUMBERS, "author_id"),
        *_columns(MOMENTS, "at"),
        *_columns(STRINGS, "source"),
        *_columns(TEXTS, "evidence", "evidence_words"),
        *_columns(JSONS, "details"),
        *_columns(MOMENTS, "undone_at", null=True),
        *_columns(STRINGS, "batch"),
        *_columns(TEXTS, "search"),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name="fk_entry_handover_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
    )
    op.create_index("ix_entry_handover_id", "entry", ["handover_id"])
    op.create_table(
        "point",
        *_columns(NUMBERS, "entry_id"),
        *_columns(STRINGS, "disposition", null=True),
        *_columns(NUMBERS, "answered_by"),
        *_columns(MOMENTS, "answered_at", null=True),
        *_columns(STRINGS, "hours"),
        *_columns(TEXTS, "approver", "told_by", "question"),
        *_columns(NUMBERS, "asked_by"),
        *_columns(MOMENTS, "asked_at", null=True),
        *_columns(TEXTS, "reply"),
        *_columns(NUMBERS, "replied_by"),
        *_columns(MOMENTS, "replied_at", null=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_point_entry_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", name="pk_point"),
    )


def _workspace() -> None:
    _part(
        "provisioning_step",
        *_columns(STRINGS, "key", "side"),
        *_columns(TEXTS, "title"),
        *_columns(STRINGS, "state", "remote_id"),
        *_columns(TEXTS, "url", "words"),
        *_columns(NUMBERS, "person_id"),
        *_columns(MOMENTS, "at", null=True),
        *_columns(NUMBERS, "position"),
    )
    _part(
        "post",
        *_columns(STRINGS, "name", "channel", "ts", "digest"),
        *_columns(NUMBERS, "generation"),
        *_columns(JSONS, "data"),
    )
    op.create_index("ix_post_channel_ts", "post", ["channel", "ts"])
    _part(
        "task_copy",
        *_columns(STRINGS, "task_id"),
        *_columns(TEXTS, "name", "url", "section"),
        *_columns(DAYS, "due_on", null=True),
        *_columns(STRINGS, "owner"),
        *_columns(FLAGS, "completed", "milestone"),
    )
    _part(
        "client_access",
        *_columns(STRINGS, "email"),
        *_columns(TEXTS, "name"),
        *_columns(STRINGS, "access_right", "state"),
        *_columns(TEXTS, "words"),
        *_columns(NUMBERS, "person_id"),
        *_columns(MOMENTS, "at", null=True),
    )


def _outbox() -> None:
    op.create_table(
        "job",
        *_columns(NUMBERS, "id"),
        *_columns(STRINGS, "key", "kind", "lane"),
        *_columns(TEXTS, "payload"),
        *_columns(FLAGS, "best_effort"),
        *_columns(STRINGS, "state"),
        *_columns(FLOATS, "run_at", "emitted_at"),
        *_columns(NUMBERS, "attempts"),
        *_columns(STRINGS, "owner"),
        *_columns(TEXTS, "error"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("key", name="uq_job_key"),
    )
    op.create_index("ix_job_lane_state_id", "job", ["lane", "state", "id"])
    op.create_index("ix_job_state_run_at", "job", ["state", "run_at"])
    op.create_table(
        "job_step",
        *_columns(STRINGS, "scope", "name"),
        *_columns(FLOATS, "started"),
        *_columns(FLAGS, "done"),
        *_columns(JSONS, "result", null=True),
        sa.PrimaryKeyConstraint("scope", "name", name="pk_job_step"),
    )
    op.create_table(
        "pace",
        *_columns(STRINGS, "key"),
        *_columns(FLOATS, "next_at", "closed_until"),
        sa.PrimaryKeyConstraint("key", name="pk_pace"),
    )


def _known() -> None:
    op.create_table(
        "deal_state",
        *_columns(STRINGS, "connection", "deal_id", "standing"),
        *_columns(MOMENTS, "won_epoch", null=True),
        *_columns(FLAGS, "held"),
        sa.PrimaryKeyConstraint("connection", "deal_id", name="pk_deal_state"),
    )
    op.create_index("ix_deal_state_connection_standing", "deal_state", ["connection", "standing"])
    op.create_table(
        "connection_state",
        *_columns(STRINGS, "connection"),
        *_columns(TEXTS, "cursor_text"),
        *_columns(MOMENTS, "ok_at", "broken_since", null=True),
        *_columns(TEXTS, "words"),
        sa.PrimaryKeyConstraint("connection", name="pk_connection_state"),
    )
    op.create_table(
        "seen",
        *_columns(STRINGS, "key"),
        *_columns(MOMENTS, "at"),
        sa.PrimaryKeyConstraint("key", name="pk_seen"),
    )
    op.create_table(
        "setting",
        *_columns(STRINGS, "key"),
        *_columns(TEXTS, "value"),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
    )
    op.create_table(
        "installation",
        *_columns(NUMBERS, "id"),
        *_columns(STRINGS, "nonce"),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        *_columns(NUMBERS, "id"),
        *_columns(STRINGS, "connection"),
        *_columns(MOMENTS, "received_at"),
        *_columns(STRINGS, "digest"),
        *_columns(BLOBS, "body"),
        *_columns(JSONS, "headers"),
        *_columns(NUMBERS, "duplicates"),
        *_columns(TEXTS, "outcome"),
        *_columns(NUMBERS, "hints", "ignored"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_connection_digest_received_at", "inbox", ["connection", "digest", "received_at"])
    op.create_table(
        "refusal",
        *_columns(STRINGS, "connection", "reason"),
        *_columns(NUMBERS, "count"),
        sa.PrimaryKeyConstraint("connection", "reason", name="pk_refusal"),
    )
