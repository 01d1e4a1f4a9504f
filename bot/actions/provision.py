"""Provisioning: it begins once the scope is confirmed and a project manager is named; each step is kept, or mended."""

from datetime import datetime

from bot import gate, provision
from bot.actions import rights
from bot.actions.lists import first_ring, gone, settle
from bot.effects import LinkWorkspace, PromiseTasks, Provision, Reply
from bot.errors import Refused
from bot.handover import Handover, State, StepState
from bot.people import Person, Role
from bot.terms import Said, Terms
from bot.unit import Unit


def begin_when_ready(unit: Unit, handover: Handover, *, terms: Terms, now: datetime) -> bool:
    """Begins when the scope is confirmed and there is a project manager; never while the deal is on hold."""
    if handover.state is not State.SCOPED or handover.steps or not handover.roles.get(Role.PM):
        return False
    if handover.running("hold"):
        return False
    handover.steps = provision.planned(tool=terms.tool_title, crm=terms.crm_titles.get(handover.connection, ""))
    handover.initiated_at = now
    handover.note(now, "provisioning")
    unit.save(handover)
    for side in ("slack", "tool"):
        if any(step.side == side for step in handover.steps):
            unit.emit(Provision(handover.id, side))
    return True


def begin(unit: Unit, handover_id: int, who: Person, *, terms: Terms, now: datetime) -> Said | Refused:
    """The [Set up workspace] button: for the delivery manager or the project manager."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = rights.to_mend_step(unit, handover, who, "set up the workspace")
    if problem:
        return Refused(problem)
    if handover.steps:
        return Said("The workspace is being set up already.")
    if handover.state is not State.SCOPED:
        return Refused("The scope is not confirmed yet. That comes first.")
    if not handover.roles.get(Role.PM):
        return Refused("There is no project manager yet. Name one on the delivery manager's list.")
    if handover.running("hold"):
        return Refused(rights.on_hold(unit, handover))
    begin_when_ready(unit, handover, terms=terms, now=now)
    return Said("The workspace is being set up.")


def step_made(unit: Unit, handover_id: int, key: str, *, remote_id: str, url: str, terms: Terms, now: datetime) -> None:
    """A step is done: its id and link are kept; the last one makes the record `provisioned`."""
    handover = unit.handover(handover_id)
    step = handover.step(key) if handover else None
    if handover is None or step is None or step.state in provision.FINISHED:
        return
    step.state, step.remote_id, step.url, step.words, step.at = StepState.DONE, remote_id, url, "", now
    if key == "channel":
        handover.channel_id = remote_id
    if key == "project":
        handover.workspace_id, handover.workspace_url = remote_id, url
    handover.note(now, "step", step=key, state="done")
    _onwards(unit, handover, terms=terms, now=now)


def step_waits(unit: Unit, handover_id: int, key: str, *, words: str, now: datetime) -> None:
    """A step could not be made now and will be tried again by itself: people see it, nobody is rung."""
    handover = unit.handover(handover_id)
    step = handover.step(key) if handover else None
    if handover is None or step is None or step.state in (*provision.FINISHED, StepState.RETRYING):
        return
    step.state, step.words, step.at = StepState.RETRYING, words, now
    unit.save(handover)


def step_failed(unit: Unit, handover_id: int, key: str, *, words: str, attempt: str, now: datetime) -> None:
    """A step can't succeed by itself: it says so in plain words, with Retry and "done by hand"; the rest goes on."""
    handover = unit.handover(handover_id)
    step = handover.step(key) if handover else None
    if handover is None or step is None or step.state in provision.FINISHED:
        return
    if (step.state, step.words) != (StepState.FAILED, words):  # else tried once more beside a step that had to wait
        step.state, step.words, step.at = StepState.FAILED, words, now
        handover.note(now, "step", step=key, state="failed", why=words)
        unit.save(handover)
    unit.emit(Reply(handover.id, "step_failed", serial=f"{key}:{attempt}", data={"step": key}))


def retry(unit: Unit, handover_id: int, who: Person, *, key: str, nonce: str, now: datetime) -> Said | Refused:
    """[Retry] on a failed step, for the delivery manager and the project manager."""
    handover = unit.handover(handover_id)
    step = handover.step(key) if handover else None
    if handover is None or step is None:
        return gone()
    problem = rights.to_mend_step(unit, handover, who, "retry this step")
    if problem:
        return Refused(problem)
    if step.state is not StepState.FAILED:
        return Said("This step does not need a retry any more.")
    for one in (step, *provision.dependants(handover, key)):
        if one.state is StepState.FAILED:
            one.state, one.words = StepState.PLANNED, ""
    handover.note(now, "step", person=who.id, step=key, state="retry")
    unit.save(handover)
    unit.emit(Provision(handover.id, step.side, attempt=nonce))
    return Said(f"Trying again: {step.title}.")


def by_hand(
    unit: Unit, handover_id: int, who: Person, *, key: str, words: str, terms: Terms, now: datetime
) -> Said | Refused:
    """Keeps "done by hand", acknowledged by name; the steps that need it are acknowledged with it."""
    handover = unit.handover(handover_id)
    step = handover.step(key) if handover else None
    if handover is None or step is None:
        return gone()
    problem = rights.to_mend_step(unit, handover, who)
    if problem:
        return Refused(problem)
    if step.state in provision.FINISHED:
        return Said("This step is done already.")
    stands_still = step.state is StepState.FAILED
    for one in (step, *provision.dependants(handover, key)):
        if one.state not in provision.FINISHED:
            one.state, one.by, one.at, one.words = StepState.MANUAL, who.id, now, words
    handover.note(now, "step", person=who.id, step=key, state="manual", why=words)
    if stands_still and any(one.state is StepState.PLANNED for one in provision.to_do(handover, step.side)):
        unit.emit(Provision(handover.id, step.side, attempt=f"after:{key}"))  # its job gave up before it came to these
    _onwards(unit, handover, terms=terms, now=now)
    return Said(f"Noted: {step.title} is done by hand.")


def carry_on(unit: Unit, handover: Handover, *, nonce: str, terms: Terms, now: datetime) -> None:
    """Makes what was left unmade when the record was cancelled; what was made meanwhile counts."""
    sides = [side for side in ("slack", "tool") if provision.to_do(handover, side)]
    if not sides and provision.to_do(handover, "links"):
        sides = ["links"]
    for side in sides:
        unit.emit(Provision(handover.id, side, attempt=nonce))
    if handover.workspace_id:
        unit.emit(PromiseTasks(handover.id, nonce))
    if handover.steps:
        _onwards(unit, handover, terms=terms, now=now)


def _onwards(unit: Unit, handover: Handover, *, terms: Terms, now: datetime) -> None:
    crm = [step for step in handover.steps if step.side == "links"]
    rest = [step for step in handover.steps if step.side != "links"]
    if crm and all(s.state in provision.FINISHED for s in rest) and crm[0].state is StepState.PLANNED:
        unit.emit(Provision(handover.id, "links"))
    finished = all(step.state in provision.FINISHED for step in handover.steps)
    if finished and handover.workspace_id:
        unit.emit(LinkWorkspace(handover.id))
        unit.emit(PromiseTasks(handover.id, nonce="provisioned"))
    if handover.state is not State.SCOPED or not finished:
        unit.save(handover)
        return
    handover.move(State.PROVISIONED, now)
    handover.provisioned_at = now
    _ring_ready(unit, handover)
    settle(unit, handover, terms=terms, now=now)


def _ring_ready(unit: Unit, handover: Handover) -> None:
    # One reply rings the project manager and whoever can sign by now; they are not rung a second time for it.
    signers = [turn.role for turn in gate.turns(handover) if turn.action == "sign"]
    for role in {*signers, Role.PM}:
        first_ring(unit, handover, role)
    unit.emit(Reply(handover.id, "ready", serial="1", data={"signers": [role.value for role in signers]}))
