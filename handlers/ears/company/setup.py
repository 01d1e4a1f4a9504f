"""`/handover setup`: the form with what is known already; its answer is taken once, and done by a job."""

from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from typing import Any
from zoneinfo import available_timezones

from slack_bolt import Ack, App

from blocks import ids
from blocks.company import setup as face
from blocks.frame import FieldErrors, Message
from blocks.modal import submission
from blocks.mrkdwn import Safe, name
from bot.actions.company import setup as actions
from bot.company import setup as rules
from bot.company.setup import OWNER, WANTED, Wanted
from bot.errors import Refused
from bot.people import Person, Role
from bot.settings import NO_OFFICE, Settings
from bot.settings.stored import ROLES, in_file
from bot.terms import Said
from handlers.company import looked
from handlers.deps import Deps
from handlers.ears.asked import Asked, line
from handlers.ears.guard import Click, change_view, open_view
from handlers.ears.modals import submits
from handlers.ears.verbs import clicked
from handlers.in_force import week_words
from store.calendars import country_of, read_office
from store.unit import StoreUnit

FIRST = (Role.DELIVERY_MANAGER, Role.HEAD_OF_DELIVERY, Role.SALES_OPS)  # whoever sets Baton up, until others are named


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.action(ids.SETUP_OFFICE)
    def office(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of(body)
        with deps.store.read() as reader:
            person, owner = reader.by_slack(click.slack_id), rules.owner_of(reader.setting(OWNER))
        if person is not None and rules.may_set_up(person, owner, deps.settings):
            drawn = face.setup_view(_shown(deps, person), nonce=click.nonce, office_open=True)
            change_view(deps, click, submission.carried(drawn, from_view=click.view))
        ack()

    @bolt.options(ids.ZONE_SEARCH)
    def zones(ack: Ack, body: dict[str, Any]) -> None:
        ack(options=face.zone_options(_zones(), str(body.get("value") or "")))

    submits(bolt, deps, ids.VIEW_SETUP, partial(_read, deps), _taken)


def verb(deps: Deps, asked: Asked) -> Message | None:
    """`setup`: opens the form for those who may, or says whom to ask."""
    looked(deps)
    with deps.store.read() as reader:
        owner = rules.owner_of(reader.setting(OWNER))
        may = rules.may_set_up(asked.person, owner, deps.settings)
        no = None if may else rules.no(reader, reader.person(owner))
    if no:
        return line(deps, no.sentence)
    click = clicked(asked)
    open_view(deps, click, face.setup_view(_shown(deps, asked.person), nonce=deps.new_id()))
    return None


def _shown(deps: Deps, person: Person) -> face.Shown:
    """What was asked for last, else defaults that work untouched: this person in each role that must be filled."""
    with deps.store.read() as reader:
        stored = reader.setting(WANTED)
    wanted = Wanted.of(stored)
    if not stored:
        wanted = replace(wanted, people=dict.fromkeys(FIRST, (person.slack_id,)))
    return face.Shown(wanted, _office(wanted, person), _fixed(deps.settings))


def _office(wanted: Wanted, person: Person) -> face.Office:
    table = wanted.office or _default_office(person)
    country = "-".join(str(table[key]) for key in ("country", "region") if table.get(key))
    office, _ = read_office(NO_OFFICE.name, {**table, "country": "", "region": ""}, year=1)
    return face.Office(str(table["timezone"]), country, week_words(office) if office else "Mon–Fri 09:00–17:00")


def _default_office(person: Person) -> dict[str, Any]:
    country = country_of(person.tz)
    return {"timezone": person.tz} | ({"country": country} if country and not _unknown(country) else {})


def _unknown(country: str) -> bool:
    return bool(read_office(NO_OFFICE.name, {"timezone": "UTC", "country": country}, year=2000)[1])


def _fixed(settings: Settings) -> dict[str, Safe]:
    """What baton.toml says, in words."""
    found: dict[str, Safe] = {}
    for block, channel in ((face.CHANNEL, settings.handovers_channel), (face.ADMIN, settings.admin_channel)):
        if in_file(settings, f"slack.{block}"):
            found[block] = Safe(f"<#{channel}>") if channel.isalnum() else Safe("none")
    for role in ROLES:
        if in_file(settings, f"people.roles.{role}"):
            found[f"{face.PEOPLE}{role}"] = name(", ".join(settings.roles.get(role, ())) or "nobody", 300)
    if in_file(settings, "offices"):
        found[face.OFFICE] = name(", ".join(office.name for office in settings.offices), 300)
    return found


def _read(deps: Deps, view: dict[str, Any]) -> Wanted | FieldErrors:
    read = face.setup_read(view)
    if isinstance(read, FieldErrors) or not read.office:
        return read
    _, problems = read_office(NO_OFFICE.name, read.office, year=deps.clock.now().year)
    errors = FieldErrors()
    for problem in problems:
        place = face.COUNTRY if "country" in problem or "region" in problem else face.HOURS
        errors[face.ZONE if "timezone" in problem else place] = problem.partition("] ")[2]
    return errors or read


def _taken(deps: Deps, unit: StoreUnit, who: Person, read: Wanted, _: Click, now: datetime) -> Said | Refused:
    office = read.office or Wanted.of(unit.setting(WANTED)).office or _default_office(who)
    fixed = in_file(deps.settings, "offices")
    return actions.ask(unit, who, replace(read, office={} if fixed else office), settings=deps.settings, now=now)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
