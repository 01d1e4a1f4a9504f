"""A promise becomes a task only once it is "in scope", and in neutral words: the client may see the board."""

from bot.context import Disposition, Kind
from bot.effects import Effect, PromiseTasks, ReadTasks
from bot.handover import ENDED, Handover
from bot.people import Role
from bot.plan import PlannedMilestone
from bot.ports import TaskSpec
from handlers.deliver.ledger import Ledger
from handlers.deliver.provision_tool import kept_plan, make_task, marker, tool_of
from handlers.deliver.thread import load

TEXT = "Agreed with the client and in scope. The handover's record in Slack says what was agreed."


def promise_tasks(effect: Effect, ledger: Ledger) -> None:
    """Makes what is missing, each promise once, then reads the workspace anew."""
    assert isinstance(effect, PromiseTasks)  # noqa: S101 - the performer of exactly this kind
    handover, people = load(ledger.deps, effect.handover_id)
    if handover is None or not handover.workspace_id or ledger.deps.tool is None:
        return
    if handover.state in ENDED:
        return  # given up meanwhile: nothing more is made
    pm = people.get(handover.roles.get(Role.PM, 0))
    # Numbered as they came to the record, so that two tasks never bear one name, whichever is answered first.
    promised = enumerate((e for e in handover.entries if e.kind is Kind.COMMITMENT), start=1)
    wanted = [(number, entry.id) for number, entry in promised if _in_scope(handover, entry.id)]
    milestones = kept_plan(ledger, handover).milestones if wanted else ()
    if milestones:
        milestone = milestones[min(1, len(milestones) - 1)]
        section = _section(ledger, handover, milestone)
        for number, entry_id in wanted:
            spec = TaskSpec(
                name=f"Agreed scope item {number} ({handover.shown_id})",
                marker=f"{marker(ledger, handover)}:promise-{entry_id}",
                section=milestone.name,
                due=milestone.due,
                owner_email=pm.email if pm else "",
                text=TEXT,
            )
            make_task(ledger, handover.workspace_id, section, spec)
    with ledger.deps.store.write() as unit:
        unit.emit(ReadTasks(handover.id, nonce=effect.nonce))


def _in_scope(handover: Handover, entry_id: int) -> bool:
    entry = handover.entry(entry_id)
    if entry is None or entry.point is None or entry.kind is not Kind.COMMITMENT:
        return False
    return entry.point.disposition is Disposition.IN_SCOPE


def _section(ledger: Ledger, handover: Handover, milestone: PlannedMilestone) -> str:
    # The second milestone is where things are built; a section that somebody removed is made again.
    tool = tool_of(ledger.deps)
    found = tool.find_section(handover.workspace_id, milestone.name)
    return found.id if found else tool.make_section(handover.workspace_id, milestone.name).id
