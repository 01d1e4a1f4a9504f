"""After provisioning: the client's invitations, reading tasks and rights, setting owners and dates."""

from datetime import date

from bot.actions import access as actions
from bot.actions import rights
from bot.effects import Effect, InviteClient, ReadTasks, SetTask, Whisper
from bot.errors import Declined, Surprise, VendorError
from bot.handover import ClientAccess, Handover, TaskCopy
from bot.people import can_hold
from bot.ports import Member
from handlers.deliver.ledger import Ledger, Result
from handlers.deliver.provision import why
from handlers.deliver.provision_tool import tool_of
from handlers.deliver.thread import load


def invite_client(effect: Effect, ledger: Ledger) -> None:
    """Gives one of the client's people exactly the right that was chosen; refused = a step by hand, never more.

    Between the click and this moment the deal may have been lost, or the access given by hand: then nobody is invited.
    """
    assert isinstance(effect, InviteClient)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    handover, _ = load(deps, effect.handover_id)
    access = next((a for a in handover.access if a.email == effect.email), None) if handover else None
    if handover is None or access is None or access.state != "asked":
        return
    with deps.store.read() as reader:
        state, words = "failed", rights.no_invitation(reader, handover)
    if not words:
        state, words = _invited(ledger, handover, access)
    with deps.store.write() as unit:
        actions.invited(
            unit, handover.id, effect.email, state=state, words=words, terms=deps.terms, now=deps.clock.now()
        )


def read_tasks(effect: Effect, ledger: Ledger) -> None:
    """Reads tasks and rights from the tool into the record."""
    assert isinstance(effect, ReadTasks)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    handover, _ = load(deps, effect.handover_id)
    if handover is None or not handover.workspace_id:
        return
    try:
        tool = tool_of(deps)
        copies = [
            TaskCopy(t.id, t.name, t.url, t.section, t.due, t.owner_email, t.completed, t.milestone)
            for t in tool.tasks(handover.workspace_id)
        ]
        began = deps.clock.now()
        invited = {access.email.lower() for access in handover.access}
        given = [(a.email, a.right) for a in tool.access(handover.workspace_id, also=invited)]
    except VendorError as error:
        _tell(ledger, effect.by, "workspace_unread", handover.id, {"why": why(error)})
        raise
    with deps.store.write() as unit:
        now = deps.clock.now()
        actions.tasks_read(unit, handover.id, copies, given, began=began, terms=deps.terms, now=now)


def set_task(effect: Effect, ledger: Ledger) -> None:
    """Sets owner and date of one task; the same values twice are harmless. Who asked for it hears of a refusal."""
    assert isinstance(effect, SetTask)  # noqa: S101 - the performer of exactly this kind
    tool = tool_of(ledger.deps)

    def do() -> Result:
        tool.set_dates(effect.task_id, due=date.fromisoformat(effect.due), owner_email=effect.owner)
        return {}

    try:
        ledger.step("set", do, again=True)
    except Declined as declined:
        data = {"task": effect.task_id, "why": declined.words}
        _tell(ledger, effect.by, "task_refused", effect.handover_id, data, again=True)
        raise


def _tell(ledger: Ledger, by: int, name: str, handover_id: int, data: dict[str, str], *, again: bool = False) -> None:
    """A word to whoever asked for it; `again`: for each try of the job, else once."""
    nonce = f"task:{ledger.job.id}:{ledger.job.attempts if again else 0}"
    with ledger.deps.store.write() as unit:
        person = unit.person(by)
        if person is not None and can_hold(person):
            slack_id = person.slack_id
            unit.emit(Whisper(slack_id, nonce, channel=slack_id, name=name, handover_id=handover_id, data=data))


def _invited(ledger: Ledger, handover: Handover, access: ClientAccess) -> tuple[str, str]:
    member, again = Member(access.email, access.name, right=access.right), actions.times_taken_out(handover, access)
    try:
        tool = tool_of(ledger.deps)
        ledger.step(
            # The page of the ledger is shared by all invitations to this workspace.
            f"invite:{member.email}:{again}" if again else f"invite:{member.email}",
            lambda: _invite(ledger, handover, member),
            find=lambda _: _has(ledger, handover, member),
        )
    except (Declined, Surprise) as error:
        return "failed", error.words
    return "given", tool.title


def _invite(ledger: Ledger, handover: Handover, member: Member) -> Result:
    return {"id": tool_of(ledger.deps).invite_client(handover.workspace_id, member).id}


def _has(ledger: Ledger, handover: Handover, member: Member) -> Result | None:
    for access in tool_of(ledger.deps).access(handover.workspace_id):
        if access.email.lower() == member.email.lower() and access.right == member.right:
            return {"id": access.email}
    return None
