"""The project in the tool: the SOP's name, dates, members, tags, milestones with tasks, links, client-safe brief."""

from datetime import date, timedelta

from blocks.brief import client_safe
from bot.errors import Declined
from bot.handover import Handover
from bot.people import Person, Role
from bot.plan import Plan, PlannedTask, make_plan
from bot.ports import Made, Member, ProjectSpec, ProjectTool, TaskSpec
from handlers.deliver import plan_text
from handlers.deliver.ledger import Ledger, Result
from handlers.deliver.thread import load
from handlers.deps import Deps
from store.unit import StoreUnit

DEFAULT_LENGTH = timedelta(days=90)  # when nobody knows the end: the plan says so, and the PM moves it


def project(ledger: Ledger, handover: Handover) -> Result:
    """The project itself, found by its marker before a repeat."""
    tool = tool_of(ledger.deps)
    start, end = span(handover)
    _, people = load(ledger.deps, handover.id)
    spec = ProjectSpec(
        name=handover.workspace_name,
        marker=marker(ledger, handover),
        start=start,
        end=end,
        owner_email=_email(ledger, handover, Role.PM),
        brief=client_safe(handover, ledger.deps.frame(handover, people)),
        tags=_tags(handover),
    )
    return ledger.step(
        "project",
        lambda: _kept(tool.make_project(spec)),
        find=lambda _: _found(tool.find_project(spec.marker)),
        keep=lambda unit, made: _keep(unit, handover.id, made),
    )


def tasks(ledger: Ledger, handover: Handover) -> Result:
    """Sections, milestones and tasks, in order, each with its own marker."""
    tool, where = tool_of(ledger.deps), handover.workspace_id
    plan = kept_plan(ledger, handover)
    _, people = load(ledger.deps, handover.id)
    for milestone in plan.milestones:
        section = ledger.step(
            f"section:{milestone.key}",
            lambda name=milestone.name: _kept(tool.make_section(where, name)),  # type: ignore[misc]
            find=lambda _, name=milestone.name: _found(tool.find_section(where, name)),  # type: ignore[misc]
        )
        specs = [task_spec(ledger, handover, people, milestone.name, task) for task in milestone.tasks]
        specs.append(
            TaskSpec(
                name=milestone.name,
                marker=f"{marker(ledger, handover)}:{milestone.key}",
                section=milestone.name,
                due=milestone.due,
                owner_email=_email(ledger, handover, Role.PM),
                milestone=True,
            )
        )
        for spec in specs:
            make_task(ledger, where, section["id"], spec)
    return {}


def make_task(ledger: Ledger, where: str, section: str, spec: TaskSpec) -> Result:
    """One task, found by its marker before a repeat."""
    tool = tool_of(ledger.deps)
    return ledger.step(
        f"task:{spec.marker}",
        lambda: _kept(tool.make_task(where, section, spec)),
        find=lambda _: _found(tool.find_task(where, spec.marker)),
    )


def team(ledger: Ledger, handover: Handover) -> Result:
    """Our people as members, and the tags."""
    tool = tool_of(ledger.deps)
    _, people = load(ledger.deps, handover.id)
    wanted = [people[pid] for pid in handover.roles.values() if pid in people]
    wanted += ledger.deps.team_people(handover)
    for person in {p.email: p for p in wanted if p.email}.values():
        ledger.step(f"member:{person.email}", lambda p=person: _member(tool, handover, p), again=True)  # type: ignore[misc]
    tags = _tags(handover)
    if tags:
        ledger.step("tags", lambda: _tag(tool, handover, tags), again=True)
    return {}


def join(ledger: Ledger, handover: Handover, person: Person) -> None:
    """One more of our people as a member; asking again gives nothing more."""
    if ledger.deps.tool is not None and handover.workspace_id and person.email:
        tool = ledger.deps.tool
        ledger.step(f"member:{person.email}", lambda: _member(tool, handover, person), again=True)


def links(ledger: Ledger, handover: Handover) -> Result:
    """Documents (as links to the CRM's record), the repository, and the way back to Slack when it is there by now.

    The client may come into the workspace, and reads their names there.
    """
    wanted = [(d.name, d.url) for d in handover.deal.outward]
    wanted += [("Scope document", handover.scope_document), ("Repository", handover.repository)]
    unique = {url: name for name, url in reversed(wanted) if url.startswith(("http://", "https://"))}
    for url, name in unique.items():
        _link(ledger, handover, name, url)
    channel_link(ledger, handover)
    return {}


def channel_link(ledger: Ledger, handover: Handover) -> None:
    """The way back to Slack. Neither side waits for the other: whichever is later makes it, on this side's page."""
    if handover.channel_id:
        _link(ledger, handover, "Slack channel", f"{ledger.deps.identity.team_url}archives/{handover.channel_id}")


def _link(ledger: Ledger, handover: Handover, name: str, url: str) -> None:
    tool, where = tool_of(ledger.deps), handover.workspace_id
    ledger.step(
        f"link:{url}",
        lambda: _kept(tool.make_link(where, name=name, url=url)),
        find=lambda _: _found(tool.find_link(where, url)),
    )


def kept_plan(ledger: Ledger, handover: Handover) -> Plan:
    """The plan as it was first made for this handover: a playbook edited meanwhile must not shift the task markers."""
    key = f"plan:{handover.id}"
    with ledger.deps.store.read() as reader:
        kept = reader.setting(key)
    if kept:
        return plan_text.read(kept)
    plan = plan_of(ledger.deps, handover)
    with ledger.deps.store.write() as unit:
        unit.keep_setting(key, plan_text.write(plan))
        record = unit.handover(handover.id)
        if record is not None and plan.warnings:
            record.note(ledger.deps.clock.now(), "plan_warnings", warnings=list(plan.warnings))
            unit.save(record)
    return plan


def plan_of(deps: Deps, handover: Handover) -> Plan:
    """Milestones and tasks with dates over working days, from the service line's playbook or the default."""
    start, end = span(handover)
    name = deps.settings.service_playbooks.get(handover.deal.service_line, deps.settings.playbook)
    anchor = real_deadline(handover)
    return make_plan(
        deps.playbooks[name].playbook, start=start, end=end, office=deps.terms.office(handover), real_deadline=anchor
    )


def real_deadline(handover: Handover) -> date | None:
    """The date that matters to the client, when it is on the record."""
    for entry in reversed(handover.entries):
        if entry.standing and entry.kind == "real_deadline" and entry.details.get("real_date"):
            return date.fromisoformat(entry.details["real_date"])
    return None


def span(handover: Handover) -> tuple[date, date]:
    """First and last day of the project."""
    start = handover.start or handover.opened_at.date()
    end = handover.end if handover.end and handover.end > start else start + DEFAULT_LENGTH
    return start, end


def task_spec(
    ledger: Ledger, handover: Handover, people: dict[int, Person], section: str, task: PlannedTask
) -> TaskSpec:
    """A planned task for the tool; its owner is the person who holds the task's function, else the PM."""
    return TaskSpec(
        name=task.name,
        marker=f"{marker(ledger, handover)}:{task.key}",
        section=section,
        due=task.due,
        start=task.start if task.start and task.start < task.due else None,
        owner_email=ledger.deps.owner_of(handover, people, task.role),
        text="\n".join(text for text in (task.text, task.end_state and f"Done when: {task.end_state}") if text),
        bullets=tuple(task.bullets),
        estimate_hours=float(task.estimate_hours) if task.estimate_hours is not None else None,
    )


def tool_of(deps: Deps) -> ProjectTool:
    """The project tool; Declined in plain words when none is connected."""
    if deps.tool is None:
        raise Declined("Project tool", "provision", words="No project tool is connected: set it up by hand.")
    return deps.tool


def marker(ledger: Ledger, handover: Handover) -> str:
    """What an interrupted run is found by."""
    return f"baton:{ledger.deps.store.nonce}:{handover.shown_id}"


def _email(ledger: Ledger, handover: Handover, role: Role) -> str:
    _, people = load(ledger.deps, handover.id)
    person = people.get(handover.roles.get(role, 0))
    return person.email if person else ""


def _tags(handover: Handover) -> tuple[str, ...]:
    deal = handover.deal
    return tuple(tag for tag in (deal.industry, deal.region, deal.service_line) if tag)


def _member(tool: ProjectTool, handover: Handover, person: Person) -> Result:
    return _kept(tool.add_member(handover.workspace_id, Member(person.email, person.name)))


def _tag(tool: ProjectTool, handover: Handover, tags: tuple[str, ...]) -> Result:
    tool.tag(handover.workspace_id, tags)
    return {}


def _keep(unit: StoreUnit, handover_id: int, made: Result) -> None:
    record = unit.handover(handover_id)
    if record is not None:
        record.workspace_id, record.workspace_url = made["id"], made["url"]
        unit.save(record)


def _kept(made: Made) -> Result:
    return {"id": made.id, "url": made.url}


def _found(made: Made | None) -> Result | None:
    return _kept(made) if made else None
