"""Provisioning: one side of the workspace, step after step. What fails says so; the rest goes on."""

from collections.abc import Callable

from bot import provision as rules
from bot.actions import provision as actions
from bot.effects import Effect, JoinTeam, LinkWorkspace, Provision
from bot.errors import BatonError, Declined, NeedsReauth, RateLimited, Surprise, Unavailable, VendorError
from bot.handover import ENDED, Handover, Step
from handlers.deliver import provision_links, provision_slack, provision_tool
from handlers.deliver.ledger import Later, Ledger, Result, Uncertain
from handlers.deliver.thread import load

Maker = Callable[[Ledger, Handover], Result]
MAKERS: dict[str, Maker] = {
    "channel": provision_slack.channel,
    "channel_about": provision_slack.about,
    "channel_team": provision_slack.team,
    "channel_brief": provision_slack.brief,
    "project": provision_tool.project,
    "project_tasks": provision_tool.tasks,
    "project_team": provision_tool.team,
    "project_links": provision_tool.links,
    "crm_links": provision_links.crm_links,
}
OURS = "Baton stumbled over it itself. It tries again."


def provision(effect: Effect, ledger: Ledger) -> None:
    """Makes what is still to be made on one side, in order. Steps whose need is missing wait for it.

    At a step at which we fail ourselves, the others go on; then the job fails with it, is tried again, and gives up.
    """
    assert isinstance(effect, Provision)  # noqa: S101 - the performer of exactly this kind
    handover, _ = load(ledger.deps, effect.handover_id)
    if handover is None:
        return
    ours: Exception | None = None
    for planned in rules.to_do(handover, effect.side):
        fresh, _ = load(ledger.deps, effect.handover_id)
        if fresh is None or fresh.state in ENDED:
            return  # cancelled meanwhile: nothing more is made
        if rules.blocked(fresh, planned):
            continue
        try:
            _make(ledger, fresh, planned, effect.attempt)
        except BatonError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever we did wrong here, the other steps are not at fault
            ours = ours or error
            with ledger.deps.store.write() as unit:
                actions.step_waits(unit, fresh.id, planned.key, words=OURS, now=ledger.deps.clock.now())
    if ours is not None:
        raise ours


def link_workspace(effect: Effect, ledger: Ledger) -> None:
    """The way from the project to its channel, when that came later; and back, where no links go to a CRM."""
    assert isinstance(effect, LinkWorkspace)  # noqa: S101 - the performer of exactly this kind
    handover, _ = load(ledger.deps, effect.handover_id)
    if handover is None or not handover.channel_id or not handover.workspace_id:
        return
    provision_tool.channel_link(ledger, handover)
    if handover.step("crm_links") is None:
        provision_links.workspace_bookmark(ledger, handover)


def join_team(effect: Effect, ledger: Ledger) -> None:
    """A new role holder into channel and project, as the team was brought in when they were made.

    A channel that is gone, or Slack away, keeps nobody out of the project.
    """
    assert isinstance(effect, JoinTeam)  # noqa: S101 - the performer of exactly this kind
    handover, people = load(ledger.deps, effect.handover_id)
    person = people.get(effect.person_id)
    if handover is not None and person is not None and effect.person_id in handover.roles.values():
        try:
            provision_slack.join(ledger, handover, person)
        finally:
            provision_tool.join(ledger, handover, person)


def _make(ledger: Ledger, handover: Handover, step: Step, attempt: str) -> None:
    now = ledger.deps.clock.now
    try:
        made = MAKERS[step.key](ledger, handover)
    except (Unavailable, RateLimited, NeedsReauth) as error:
        with ledger.deps.store.write() as unit:
            actions.step_waits(unit, handover.id, step.key, words=waiting_words(error), now=now())
        raise
    except Later:
        raise
    except (Declined, Surprise, Uncertain) as error:
        words = (
            provision_slack.plain(error)
            if isinstance(error, VendorError)
            else "It may have been made: please look before a retry."
        )
        with ledger.deps.store.write() as unit:
            actions.step_failed(unit, handover.id, step.key, words=words, attempt=attempt, now=now())
        return
    with ledger.deps.store.write() as unit:
        unit.ledger.renew(ledger.job)
        actions.step_made(
            unit,
            handover.id,
            step.key,
            remote_id=made.get("id", ""),
            url=made.get("url", ""),
            terms=ledger.deps.terms,
            now=now(),
        )


def why(error: VendorError) -> str:
    """In plain words, whether it waits or was refused."""
    return waiting_words(error) if isinstance(error, Unavailable | RateLimited | NeedsReauth) else error.words


def waiting_words(error: VendorError) -> str:
    """Why it waits, in plain words, with what happens next."""
    if isinstance(error, NeedsReauth):
        return f"{error.vendor} refuses our credential. The admin is told; it goes on by itself afterwards."
    if isinstance(error, RateLimited):
        return f"{error.vendor} asks us to slow down. It goes on by itself."
    return f"{error.vendor} does not answer. It goes on by itself."
