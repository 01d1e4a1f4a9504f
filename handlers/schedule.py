"""Ticks only: the scheduler calls plain functions; what is due is derived from the record, never stored as a timer.

APScheduler's defaults lose late ticks: no misfire limit, one coalesced run, one instance (its user guide, 3.x).
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from bot.actions import intake
from bot.clock.nag import local_day
from bot.deal import Standing
from bot.effects import CheckReaders, Identify, ReadDeal, TellAdmin
from bot.errors import Conflict, StoreAway, VendorError
from bot.template import REVIEW_EVERY
from bot.worktime import is_open
from handlers import channel_facts, retention
from handlers.clock import Clock
from handlers.company import looked
from handlers.deps import Deps
from handlers.digest import tick
from handlers.health import trouble
from handlers.health.pulse import beat, polled
from handlers.sweep import sweep
from handlers.trace import own
from store.store import Store

log = logging.getLogger("baton.schedule")
SWEEP = 15  # seconds: reminders are due to the minute
PEOPLE_LOOK = 900  # seconds between two looks whether everybody was looked up today
PULSE = 60  # seconds: which connection is asked then, all replicas decide together
DIGEST_LOOK = 30  # seconds between two looks whether the digest is due
RETENTION_LOOK = 120  # seconds between two looks whether something is past its days; the whole walk comes once a day
REFRESHED = "people:refreshed"
STEP = 15  # seconds between two looks at how far the replicas' machine time has come; well below a lease
SETTINGS_LOOK = 5  # seconds until what was set in Slack is in force also where every worker is busy
ERASED_LOOK = 10  # seconds between two looks whether somebody was erased
FIRST_LOOK = timedelta(days=35)  # how far back the first report looks


def scheduler(deps: Deps, wake: Callable[[], None]) -> BackgroundScheduler:
    """All ticks, registered and not started: one reconcile per CRM, the sweep, the digest, retention, a wake-up."""
    made = BackgroundScheduler(
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}, timezone="UTC"
    )

    def every(seconds: float, name: str, deed: Callable[..., object], *given: object) -> None:
        made.add_job(own(calmly), "interval", seconds=seconds, args=(deed, *given), id=name)

    for key in deps.crms:
        every(deps.settings.delivery.poll_seconds, f"reconcile:{key}", reconcile, deps, key)
    every(5, "wake", wake)
    every(STEP, "machine-time", in_step, deps.clock, deps.store)
    every(SETTINGS_LOOK, "settings", looked, deps)
    every(SWEEP, "sweep", swept, deps)
    every(PULSE, "pulse", beat, deps)
    every(PULSE, "database", trouble, deps)
    every(DIGEST_LOOK, "digest", tick, deps)
    every(PEOPLE_LOOK, "people", refresh_people, deps)
    every(RETENTION_LOOK, "retention", retention.tick, deps)
    every(ERASED_LOOK, "erased", retention.let_go, deps)
    every(PEOPLE_LOOK, "review", review_checklist, deps)
    return made


def in_step(clock: Clock, store: Store) -> None:
    """Machine time as all replicas have it: kept, and taken up from whoever is ahead."""
    clock.catch_up(store.pace.latest(clock.tick()))


def calmly(deed: Callable[..., object], *args: object) -> None:
    """One tick. With the database away it is left to the next one; the hands say so in the log, once."""
    try:
        deed(*args)
    except (StoreAway, Conflict) as error:
        log.debug("a tick is left out", extra={"why": str(error)})


def review_checklist(deps: Deps) -> bool:
    """Asks once a quarter for a look through the checklist, in office hours; whether it asked now."""
    template, now = deps.terms.template, deps.clock.now()
    office = deps.terms.offices[deps.settings.offices[0].name]
    overdue = local_day(office, now) - template.review_due
    if overdue < timedelta() or not is_open(office, now):
        return False
    data = {"kind": deps.settings.checklist, "why": f"{template.last_reviewed:%-d %b %Y}"}
    with deps.store.write() as unit:
        return unit.emit(TellAdmin("review_due", f"{template.last_reviewed}:{overdue // REVIEW_EVERY}", data))


def refresh_people(deps: Deps) -> int:
    """Once a day everybody whom we know is looked up in Slack: its events are a best effort, and we may have been down.

    Whom the settings name and Slack did not know yet is looked for again, and who reads the channels in which amounts
    stand: of one that is made public no event tells. Returns how many are looked up.
    """
    today = f"{deps.clock.now():%Y-%m-%d}"
    with deps.store.read() as reader:
        channels = channel_facts.trusted(reader)
    with deps.store.write() as unit:
        if unit.setting(REFRESHED) == today:
            return 0
        unit.keep_setting(REFRESHED, today)
        known = unit.slack_ids()
        wanted = {email for emails in deps.settings.roles.values() for email in emails}
        unknown = sorted(email for email in wanted if unit.by_email(email) is None)
        for channel in channels:
            unit.emit(CheckReaders(channel, f"day:{today}"))
        for slack_id in known:
            unit.emit(Identify(slack_id, "", nonce=f"day:{today}"))
        for email in unknown:
            unit.emit(Identify("", email, nonce=f"day:{today}"))
    return len(known) + len(unknown) + len(channels)


def swept(deps: Deps) -> int:
    """One sweep at the present moment of business time."""
    return sweep(deps, deps.clock.now())


def reconcile(deps: Deps, key: str) -> int:
    """Asks one CRM what changed since the cursor and re-reads what matters: with every webhook lost, nothing is.

    Returns how many deals are to be re-read. An outage leaves the cursor where it was; so does a Baton that is not set
    up yet, which has nobody to report to.
    """
    if deps.settings.missing:
        return 0
    crm = deps.crms[key]
    with deps.store.read() as reader:
        cursor = reader.setting(f"cursor:{key}")
        started = reader.setting(f"started:{key}")
        reported = reader.setting(f"reported:{key}")
        won = set(reader.known_deals(key))
    try:
        page = crm.poll(cursor, since=deps.clock.now() - FIRST_LOOK)
    except VendorError as error:
        log.warning("reconcile failed", extra={"connection": key, "why": str(error)})
        with deps.store.write() as unit:
            polled(unit, key, error.words or str(error))
        return 0
    with deps.store.read() as reader:
        known = won | {deal.id for deal in page.deals if reader.by_deal(key, deal.id)}
    wanted = [deal for deal in page.deals if deal.standing is Standing.WON or deal.closing or deal.id in known]
    older = [deal for deal in wanted if deal.modified and started and deal.modified < datetime.fromisoformat(started)]
    # However many looks it takes through a large account: what is older and has no record here opens none.
    wanted = [deal for deal in wanted if deal not in older or (reported and deal.id in known)]
    with deps.store.write() as unit:
        if not reported:
            intake.first_report(unit, key, [deal.name for deal in older if deal.standing is Standing.WON])
        for deal in wanted:
            stamp = deal.modified.isoformat() if deal.modified else page.cursor
            unit.emit(ReadDeal(key, deal.id, "poll", nonce=f"poll:{stamp}"))
        unit.keep_setting(f"cursor:{key}", page.cursor)
        polled(unit, key, "")
    return len(wanted)
