"""From settings to a running Baton: built in one place, refusing early and telling all problems at once."""

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt import App
from starlette.applications import Starlette

from bot.actions import intake
from bot.effects import Identify
from bot.errors import BatonError, ConfigError
from bot.ports import Crm, ProjectTool
from bot.settings import Settings
from bot.settings.addresses import real_problems
from bot.template import Template
from bot.terms import Terms
from bot.worktime import Office
from connectors.options import variable_name
from connectors.registry import CRMS, TOOLS
from handlers import company, schedule, slack_app, trace
from handlers.clock import Clock
from handlers.company import PLAYBOOKS
from handlers.deliver.loop import Worker
from handlers.deliver.performers import PERFORMERS
from handlers.deps import USUAL, Deps, Haste, Identity
from handlers.digest import digest
from handlers.health import accounts
from handlers.http import THREADS, application
from handlers.line.envelopes import Envelopes
from handlers.line.sockets import Sockets
from handlers.rehearsal.ahead import next_due
from handlers.rehearsal.control import Control, Sweep
from handlers.rehearsal.door import Listener
from handlers.scopes import granted
from handlers.slack_api import SlackApi
from handlers.sweep import Sweeper, notice_changes, sweep
from store.calendars import read_offices
from store.engine import Db
from store.migrate import migrate, refuse_older
from store.playbooks import Shelf, read_shelf
from store.sealed.keyring import Keyring
from store.store import Store
from store.unit import StoreUnit

log = logging.getLogger("baton")
IDENTITY = ("team_id", "team_url", "bot_user", "bot_id")
SCOPES = "slack:scopes"
AUTH_WAIT = 15.0  # seconds between two tries to learn who we are, while Slack is away
# What each step of a rehearsal's jump runs, in this order and with the step's moment, before the outbox is drained.
SWEEPS: tuple[Sweep, ...] = (sweep, digest)


@dataclass
class Running:
    """A wired Baton: the ASGI application, and how to start and stop what runs beside it."""

    deps: Deps
    worker: Worker
    asgi: Starlette
    start: Callable[[], None]
    stop: Callable[[], None]


def wire(
    settings: Settings,
    env: Mapping[str, str],
    *,
    clock: Clock | None = None,
    db: Db | None = None,
    haste: Haste = USUAL,
) -> Running:
    """Builds everything. Raises ConfigError with all problems; a vendor that is away never stops the start."""
    deps = build(settings, env, clock=clock or Clock(), db=db, haste=haste)
    worker = Worker(deps, PERFORMERS)
    sweeper = Sweeper(deps)
    deps.store.on_commit(worker.wake)
    deps.store.on_commit(sweeper.wake)
    bolt = slack_app.bolt(deps)
    ticks = schedule.scheduler(deps, worker.wake)
    beside = ExitStack()
    rehearsal = _rehearsal(deps, worker)
    ready = threading.Event()
    sockets = deps.line = _sockets(settings, deps, bolt)

    def start() -> None:
        beside.enter_context(rehearsal)
        _take_note(deps)
        threading.Thread(target=introduce, args=(deps, deps.stopping), daemon=True).start()
        worker.start()
        sweeper.start()
        ticks.start()
        if sockets is not None:
            sockets.start()
        ready.set()

    def stop() -> None:
        deps.stopping.set()
        beside.close()
        if sockets is not None:
            sockets.stop()
        if ticks.running:
            ticks.shutdown(wait=False)
        sweeper.stop()
        worker.stop()
        deps.store.db.dispose()

    asgi = application(deps, bolt, ready=ready.is_set, stop=stop)
    return Running(deps, worker, asgi, start, stop)


def _take_note(deps: Deps) -> None:
    with deps.store.write() as unit:
        for key in deps.crms:
            intake.first_start(unit, key, now=deps.clock.now())
    notice_changes(deps)
    if deps.settings.missing:
        log.warning("not set up yet: type /handover setup in Slack", extra={"why": ", ".join(deps.settings.missing)})


def _rehearsal(deps: Deps, worker: Worker) -> AbstractContextManager[object]:
    """The movable clock's door, the clock taken up where an earlier run of the rehearsal left it; else nothing."""
    if not deps.settings.rehearsal:
        return nullcontext()
    control = Control(deps, next_due=partial(next_due, deps), sweeps=SWEEPS, busy=lambda: worker.busy)
    control.restore()
    return Listener(control, deps.settings.rehearsal_port)


def _sockets(settings: Settings, deps: Deps, bolt: App) -> Sockets | None:
    """The line of Socket Mode, when an app-level token is given; else Slack calls the public address."""
    if not settings.app_token:
        return None
    token, hands = str.__str__(settings.app_token), threading.Semaphore(THREADS)
    return Sockets(
        lambda: Envelopes(bolt, app_token=token, hands=hands, answer=deps.haste.answer),
        silence=settings.delivery.silence_seconds,
        tick=deps.clock.tick,
    )


def build(
    settings: Settings,
    env: Mapping[str, str],
    *,
    clock: Clock,
    db: Db | None = None,
    haste: Haste = USUAL,
    upgrade: bool = True,
) -> Deps:
    """Settings, database, playbooks, calendars and connections, checked together. `db` is that of the settings.

    Without `upgrade` a database of an earlier version is refused: a `serve` of that version may be at work on it.
    """
    found = checked(settings, env, clock)
    if not upgrade:
        refuse_older(settings.database_url)
    migrate(settings.database_url)
    store = _store(settings, clock, db or Db(settings.database_url))
    _agree(clock, store)
    crms, tools = connected(found.configs, store.assert_outside)
    for key, crm in crms.items():
        crm.belong(accounts.Kept(store, key))
    tool = tools.get(settings.tool) or next(iter(tools.values()), None)
    terms = Terms(
        settings,
        found.offices,
        found.template,
        tool_title=tool.title if tool else "",
        crm_titles={key: crm.title for key, crm in crms.items()},
    )
    deps = Deps(
        settings=settings,
        terms=terms,
        store=store,
        clock=clock,
        edge=SlackApi(slack_app.client(settings, timeout=haste.call), store.assert_outside),
        slack=SlackApi(slack_app.client(settings, timeout=slack_app.HAND_TIMEOUT), store.assert_outside),
        crms=crms,
        tool=tool,
        playbooks=found.shelf.projects,
        identity=_remembered(store),
        haste=haste,
        assert_outside=store.assert_outside,
        file_checklist=found.template,
    )
    company.take_up(deps, noticed=False)
    return deps


def _agree(clock: Clock, store: Store) -> None:
    reference, seen = store.pace.server_time(), store.pace.seen()
    if reference is not None:
        clock.agree(reference)
    schedule.in_step(clock, store)
    if reference is not None:  # other replicas may be at work, and their time behind the server's by now
        store.outbox.run_on(seen)


@dataclass(frozen=True)
class Checked:
    """What the files and settings gave, with nothing wrong in it."""

    shelf: Shelf
    template: Template
    offices: Mapping[str, Office]
    configs: Mapping[str, tuple[Any, Any]]


def checked(settings: Settings, env: Mapping[str, str], clock: Clock) -> Checked:
    """What the files and settings give, without the database. Raises ConfigError with all problems."""
    shelf = read_shelf(PLAYBOOKS)
    problems = list(shelf.problems)
    template = shelf.checklists.get(settings.checklist)
    if template is None and not shelf.problems:
        known = "there is no such file in playbooks/checklists"
        problems.append(f"[playbooks] checklist = {settings.checklist!r}: {known}.")
    problems += _playbook_problems(settings, shelf)
    problems += _tool_problem(settings)
    offices: Mapping[str, Office] = {}
    try:
        offices = read_offices(settings.offices, year=clock.now().year)
    except ConfigError as error:
        problems += error.problems
    configs = _configs(settings, env, problems)
    if problems or template is None:
        raise ConfigError(tuple(problems))
    return Checked(shelf, template, offices, configs)


def _store(settings: Settings, clock: Clock, db: Db) -> Store:
    store = Store(
        db,
        clock=clock.now,
        tick=clock.tick,
        role_map=settings.roles,
        office_of=settings.office_of,
        rehearsal=settings.rehearsal,
        lease=settings.delivery.lease_seconds,
        trace=trace.inherited,
    )
    store.keyring = Keyring.of(settings)
    if settings.rehearsal and store.real_handovers():
        raise ConfigError(("--rehearsal refuses a database with real handovers: set DATABASE_URL to another one.",))
    return store


def introduce(deps: Deps, stopping: threading.Event) -> None:
    """Learns from Slack who we are, as often as it takes while Slack is away; then meets the people of the settings."""
    while not stopping.is_set():
        try:
            deps.identity = _introduced(deps)
        except BatonError as error:
            log.warning("Slack does not say who we are yet, or it cannot be kept: %s. See `app.py doctor`.", error)
            stopping.wait(AUTH_WAIT)
            continue
        return


def _introduced(deps: Deps) -> Identity:
    answer, headers = deps.slack.answer("auth.test")
    found = Identity(
        team_id=str(answer.get("team_id", "")),
        team_url=str(answer.get("url", "")),
        bot_user=str(answer.get("user_id", "")),
        bot_id=str(answer.get("bot_id", "")),
        scopes=granted(headers.get("x-oauth-scopes", "")),
    )
    with deps.store.write() as unit:
        if not unit.setting("slack:team_id"):  # whom we met before we knew our own team is looked at again
            unit.drop_setting(schedule.REFRESHED)
        for name in IDENTITY:
            unit.keep_setting(f"slack:{name}", getattr(found, name))
        unit.keep_setting(SCOPES, ",".join(sorted(found.scopes)))
        meet(deps, unit)
    return found


def meet(deps: Deps, unit: StoreUnit) -> None:
    """Everyone whom the settings name is looked up in Slack, so that their first click finds them known."""
    for email in sorted({email for emails in deps.settings.roles.values() for email in emails}):
        if unit.by_email(email) is None:
            unit.emit(Identify("", email, nonce="settings"))


def _remembered(store: Store) -> Identity:
    with store.read() as reader:
        team_id, team_url, bot_user, bot_id = (reader.setting(f"slack:{name}") for name in IDENTITY)
        scopes = granted(reader.setting(SCOPES))
    return Identity(team_id, team_url, bot_user, bot_id, scopes)


def _playbook_problems(settings: Settings, shelf: Shelf) -> list[str]:
    named = {"project": settings.playbook}
    named |= {f"by_service_line, {line}": name for line, name in settings.service_playbooks.items()}
    known = "there is no such file in playbooks/projects"
    return [f"[playbooks] {at} = {name!r}: {known}." for at, name in named.items() if name not in shelf.projects]


def _tool_problem(settings: Settings) -> list[str]:
    tools = [key for key, table in settings.connections.items() if str(table.get("kind", key)) in TOOLS]
    if not settings.tool or settings.tool in tools:
        return []
    mend = f"use one of {', '.join(tools)}" if tools else "take it out, or add the connection"
    return [f"[provision] tool = {settings.tool!r}: there is no project tool of that name: {mend}."]


def _configs(settings: Settings, env: Mapping[str, str], problems: list[str]) -> dict[str, tuple[Any, Any]]:
    configs: dict[str, tuple[Any, Any]] = {}
    for key, table in settings.connections.items():
        kind = str(table.get("kind", key))
        factory = CRMS.get(kind) or TOOLS.get(kind)
        if factory is None:
            problems.append(f"[connections.{key}] kind = {kind!r}: use one of {', '.join([*CRMS, *TOOLS])}.")
            continue
        config, found = factory.config(table, env, key)
        problems += found
        if settings.rehearsal:
            variable = variable_name(key, "API_URL")
            address = env.get(variable, "").strip() or factory.address
            problems += real_problems(factory.title, variable, address, factory.hosts)
        if config is not None:
            configs[key] = (factory, config)
    return configs


def connected(
    configs: Mapping[str, tuple[Any, Any]], assert_outside: Callable[[], None]
) -> tuple[dict[str, Crm], dict[str, ProjectTool]]:
    """The CRMs and the project tools, built; nothing is called yet."""
    crms: dict[str, Crm] = {}
    tools: dict[str, ProjectTool] = {}
    for key, (factory, config) in configs.items():
        built = factory.build(config, assert_outside=assert_outside)
        if factory in CRMS.values():
            crms[key] = built
        else:
            tools[key] = built
    return crms, tools
