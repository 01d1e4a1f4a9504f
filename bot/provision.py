"""The steps of provisioning as people see them: three sides, what needs what, and what is still to be done.

Each shown step may be several calls; the ledger of the outbox remembers those. A side never waits for another, except
that the links back to the CRM come after both.
"""

from bot.handover import Handover, Step, StepState

SIDES = ("slack", "tool", "links")
FINISHED = (StepState.DONE, StepState.MANUAL)

# key, side, what it needs first, title ({tool} and {crm} are the connections' titles)
STEPS: tuple[tuple[str, str, str, str], ...] = (
    ("channel", "slack", "", "Slack channel"),
    ("channel_about", "slack", "channel", "Topic, purpose and bookmarks"),
    ("channel_team", "slack", "channel", "Team in the channel"),
    ("channel_brief", "slack", "channel", "Internal brief, pinned"),
    ("project", "tool", "", "{tool} project"),
    ("project_tasks", "tool", "project", "Milestones and tasks"),
    ("project_team", "tool", "project", "Team and tags in the project"),
    ("project_links", "tool", "project", "Documents and links in the project"),
    ("crm_links", "links", "", "Links in {crm}"),
)


def planned(*, tool: str, crm: str) -> list[Step]:
    """All steps of a new provisioning. Without a project tool or a CRM, their steps are left out."""
    chosen = [row for row in STEPS if (row[1] != "tool" or tool) and (row[1] != "links" or crm)]
    return [
        Step(key, side, title.format(tool=tool, crm=crm), position=position)
        for position, (key, side, _, title) in enumerate(chosen)
    ]


def needs(key: str) -> str:
    """The step that must be done first, or ''."""
    return next(row[2] for row in STEPS if row[0] == key)


def to_do(handover: Handover, side: str) -> list[Step]:
    """The steps of one side that are still to be made, in order."""
    steps = sorted((s for s in handover.steps if s.side == side), key=lambda s: s.position)
    return [step for step in steps if step.state not in FINISHED]


def blocked(handover: Handover, step: Step) -> bool:
    """Whether what the step needs is not there."""
    first = handover.step(needs(step.key)) if needs(step.key) else None
    return first is not None and first.state not in FINISHED


def tried_in_vain(handover: Handover, side: str) -> list[Step]:
    """The steps of a side which stand still when its job gives up: those it tried, else the one that came first."""
    open_ = [
        step for step in to_do(handover, side) if step.state is not StepState.FAILED and not blocked(handover, step)
    ]
    return [step for step in open_ if step.state is StepState.RETRYING] or open_[:1]


def dependants(handover: Handover, key: str) -> list[Step]:
    """The steps that need this one."""
    return [step for step in handover.steps if needs(step.key) == key]
