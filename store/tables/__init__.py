"""All rows. Importing this package defines every table of the schema."""

from store.tables.clock import BreachRow, NagRow, ReminderRow
from store.tables.company import ChecklistRow
from store.tables.lists import AnswerRow, EntryRow, IntervalRow, ItemRow, PointRow, PresaleRow, SignatureRow
from store.tables.machinery import (
    ConnectionRow,
    DealStateRow,
    InboxRow,
    InstallationRow,
    JobRow,
    JobStepRow,
    PaceRow,
    RefusalRow,
    SeenRow,
    SettingRow,
)
from store.tables.people import PersonRow
from store.tables.record import (
    DealSnapshotRow,
    EventRow,
    HandoverDealRow,
    HandoverRow,
    NameEndRow,
    OverrideRow,
    RoleHolderRow,
)
from store.tables.row import Row, table
from store.tables.workspace import ClientAccessRow, PostRow, StepRow, TaskCopyRow

__all__ = [
    "AnswerRow",
    "BreachRow",
    "ChecklistRow",
    "ClientAccessRow",
    "ConnectionRow",
    "DealSnapshotRow",
    "DealStateRow",
    "EntryRow",
    "EventRow",
    "HandoverDealRow",
    "HandoverRow",
    "InboxRow",
    "InstallationRow",
    "IntervalRow",
    "ItemRow",
    "JobRow",
    "JobStepRow",
    "NagRow",
    "NameEndRow",
    "OverrideRow",
    "PaceRow",
    "PersonRow",
    "PointRow",
    "PostRow",
    "PresaleRow",
    "RefusalRow",
    "ReminderRow",
    "RoleHolderRow",
    "Row",
    "SeenRow",
    "SettingRow",
    "SignatureRow",
    "StepRow",
    "TaskCopyRow",
    "table",
]
