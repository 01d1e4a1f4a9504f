"""`/handover setup`: one form with defaults that work untouched; what baton.toml says stands in it to be read only.

Decides what is shown and how it is read; who may, and what follows, `bot.actions.company.setup` decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks import ids, kit, mrkdwn
from blocks.frame import Block, FieldErrors, Message
from blocks.modal import inputs, submission
from blocks.mrkdwn import Safe
from blocks.render import sentence
from bot.company.hours import read_hours
from bot.company.setup import Wanted
from bot.people import Role
from bot.settings.stored import ROLES

CHANNEL, ADMIN = "handovers_channel", "admin_channel"
PEOPLE = "people:"  # + the role
OFFICE, ZONE, COUNTRY, HOURS = "office", "office.zone", "office.country", "office.hours"
MOST = 20  # people of one role
REPS = 100
FOUND = 50  # time zones in one answer
LABELS: Mapping[Role, tuple[str, str]] = {
    Role.DELIVERY_MANAGER: ("Delivery manager", "Several take turns. Confirms the scope and answers for the clock."),
    Role.HEAD_OF_DELIVERY: ("Head of Delivery", "Hears what is late, and can override the gate."),
    Role.PM: ("Project managers", "Several take turns. Empty: the delivery manager names one each time."),
    Role.CSM: ("Client success", "Several take turns. Empty: the delivery manager names one each time."),
    Role.SALES_REP: ("Sales reps", "May start a handover and add promises to any. Whose deal it is, the CRM says."),
    Role.SALES_OPS: ("Sales operations", "Keep the checklists, and hear when something breaks."),
}
REQUIRED = (Role.DELIVERY_MANAGER, Role.HEAD_OF_DELIVERY)


@dataclass(frozen=True)
class Office:
    """An office as the form shows it: zone, country (`DE`, `DE-BY` or ''), hours in words."""

    zone: str
    country: str
    hours: str


@dataclass(frozen=True)
class Shown:
    """What the form begins with. `fixed` is what baton.toml says, in words, by the name of its block."""

    wanted: Wanted
    office: Office
    fixed: Mapping[str, Safe] = field(default_factory=dict)


def setup_view(shown: Shown, *, nonce: str, office_open: bool = False) -> dict[str, Any]:
    """The modal. `office_open`: with the fields of the office, which a line stands for at first."""
    blocks = [kit.section(sentence("setup.head"))]
    blocks += _channels(shown)
    for role in ROLES:
        blocks.append(_fixed(shown, f"{PEOPLE}{role}", LABELS[role][0]) or _people(shown, role))
    blocks += _office(shown, is_open=office_open)
    carried = submission.metadata(0, nonce, rev=str(shown.wanted.rev))
    return kit.modal("Set up Baton", blocks, callback_id=ids.VIEW_SETUP, submit="Save", metadata=carried)


def setup_read(view: Mapping[str, Any]) -> Wanted | FieldErrors:
    """What was asked for; `office` is empty when its fields were not shown."""
    errors = FieldErrors()
    people = {role: submission.users(view, f"{PEOPLE}{role}") for role in ROLES}
    for role in REQUIRED:
        if not people[role] and f"{PEOPLE}{role}" in submission.values(view):
            errors[f"{PEOPLE}{role}"] = "Choose at least one person."
    office = _read_office(view, errors) if HOURS in submission.values(view) else {}
    if errors:
        return errors
    rev = submission.origin(view).rest.get("rev", "0")
    channel, admin = submission.channel(view, CHANNEL), submission.channel(view, ADMIN)
    return Wanted(int(rev) if rev.isdigit() else 0, channel, admin, people, office)


def zone_options(zones: Iterable[str], words: str) -> list[Block]:
    """The zones with these words in their name, e.g. `berlin`."""
    wanted = words.strip().lower().replace(" ", "_")
    found = sorted(zone for zone in zones if wanted in zone.lower())
    return [kit.option(zone, zone) for zone in found[:FOUND]]


def done(channel: str, notes: Iterable[str]) -> Message:
    """The direct message once everything is in force."""
    shown = Safe(f"<#{channel}>") if channel.isalnum() else Safe("the handovers channel")
    blocks = [kit.section(sentence("setup.done", channel=shown))]
    blocks += [kit.section(sentence("setup.note", words=inputs.fitted(note, inputs.SHORT))) for note in notes]
    blocks.append(kit.context(sentence("setup.next")))
    return Message(sentence("setup.done_text"), blocks)


def not_done(notes: Iterable[str]) -> Message:
    """The direct message when what was asked for can't be put in force."""
    rows = "\n".join(sentence("setup.note", words=inputs.fitted(note, inputs.SHORT)) for note in notes)
    words = [kit.section(sentence("setup.not_done")), kit.section(rows), kit.context(sentence("setup.again"))]
    return Message(sentence("setup.not_done_text"), words)


def invite(channel: str) -> Message:
    """The direct message while Baton is not in the chosen channel."""
    shown = Safe(f"<#{channel}>") if channel.isalnum() else Safe("the handovers channel")
    return Message(sentence("setup.invite_text"), [kit.section(sentence("setup.invite", channel=shown))])


def changed(by: Safe) -> Message:
    """The direct message to the owner when somebody else changed what is set in Slack."""
    words = sentence("setup.changed", by=by)
    return Message(words, [kit.section(words)])


def _channels(shown: Shown) -> list[Block]:
    where = inputs.channel(
        CHANNEL, "Where are handovers opened?", initial=shown.wanted.channel, hint=str(sentence("setup.channel"))
    )
    admin = inputs.channel(
        ADMIN, "Where do you hear of trouble?", initial=shown.wanted.admin, hint=str(sentence("setup.admin"))
    )
    return [
        _fixed(shown, CHANNEL, "Handovers channel") or where,
        _fixed(shown, ADMIN, "Admin channel") or admin,
    ]


def _people(shown: Shown, role: Role) -> Block:
    label, hint = LABELS[role]
    most = REPS if role is Role.SALES_REP else MOST
    element = kit.multi_users_select(
        f"{PEOPLE}{role}", placeholder="Choose colleagues", initial=shown.wanted.people.get(role, ()), most=most
    )
    return kit.input_(label, element, block_id=f"{PEOPLE}{role}", hint=hint, optional=role not in REQUIRED)


def _office(shown: Shown, *, is_open: bool) -> list[Block]:
    fixed = _fixed(shown, OFFICE, "Offices")
    if fixed:
        return [fixed]
    office = shown.office
    if not is_open:
        words = sentence(
            "setup.office",
            zone=mrkdwn.name(office.zone),
            hours=mrkdwn.name(office.hours),
            country=mrkdwn.name(office.country or "none"),
        )
        return [kit.section(words, accessory=kit.button("Change", ids.SETUP_OFFICE, "open"), block_id=OFFICE)]
    zone = kit.external_select(
        ids.ZONE_SEARCH, placeholder="Type a city", initial=kit.option(office.zone, office.zone), min_query=2
    )
    return [
        kit.input_("Time zone of the office", zone, block_id=ZONE),
        inputs.words(COUNTRY, "Country", hint=str(sentence("setup.country")), initial=office.country, limit=6),
        inputs.words(
            HOURS, "Working hours", hint=str(sentence("setup.hours")), initial=office.hours, required=True, limit=120
        ),
    ]


def _fixed(shown: Shown, name: str, label: str) -> Block | None:
    if name not in shown.fixed:
        return None
    return kit.context(sentence("setup.fixed", label=label, value=shown.fixed[name]))


def _read_office(view: Mapping[str, Any], errors: FieldErrors) -> dict[str, Any]:
    zone = submission.choice(view, ZONE) or submission.preset(view, ZONE)[0]
    hours, written = read_hours(submission.text(view, HOURS)), submission.text(view, COUNTRY)
    country, _, region = written.upper().partition("-")
    if not zone:
        errors[ZONE] = "Choose the office's time zone."
    if hours is None:
        errors[HOURS] = "Write it like Mon–Fri 09:00–17:00."
    table: dict[str, Any] = {"timezone": zone, "hours": hours or {}}
    table |= {"country": country} if country else {}
    return table | ({"region": region} if region else {})
