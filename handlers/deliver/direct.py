"""Words to one person: direct messages, ephemeral words, Home, and the admin's messages."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from blocks.admin import admin
from blocks.direct import direct
from blocks.frame import Message
from blocks.home import home_view
from blocks.whisper import whisper
from bot.actions import deputies, lists
from bot.clock import asked
from bot.clock.absence import stand_in
from bot.clock.nag import hours_of
from bot.effects import IN_HOURS, UNHURRIED, Direct, Effect, Home, TellAdmin, Whisper
from bot.errors import Declined
from bot.gate import turns_of
from bot.handover import Handover
from bot.people import Person, Role, Sight, can_hold, may, sight
from bot.rights import Deed
from bot.worktime import next_opening
from handlers.company import take_up
from handlers.deliver import held, letters, posting
from handlers.deliver.company import parked
from handlers.deliver.identify import known
from handlers.deliver.ledger import Later, Ledger
from handlers.deliver.thread import load
from handlers.deps import Deps
from handlers.health import unheard
from handlers.rows import late_rows, people_of, places
from handlers.slack_api import SlackRefused

log = logging.getLogger("baton.deliver")
# Messages that are drawn from what is stored when they are posted, and edited afterwards; then what keeps their place.
LIVING = {"held_wins": (held.question, held.keeper), "parked": (parked.message, parked.keeper)}
PLACED = UNHURRIED | {"left"}  # what lists roles, each with its button
NOBODY = "there is no admin channel, and nobody of sales operations or the heads of delivery is in Slack"
LOOK = 60.0  # seconds at the most between two looks whether somebody is at work; a rehearsal's day passes in less


def send_direct(effect: Effect, ledger: Ledger) -> None:
    """A direct message, once. Somebody who left, never was in Slack, or sees the record no more by now is skipped."""
    assert isinstance(effect, Direct)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    handover, people = load(deps, effect.handover_id) if effect.handover_id else (None, {})
    with deps.store.read() as reader:
        person = reader.person(effect.person_id)
        people = {**people, **reader.people([int(effect.data.get("by") or 0)])}
    over = person is None or _over(person, handover) or _idle(ledger, effect, person, handover)
    over = over or person is None or not can_hold(person) or _moot(ledger, effect, person, handover)
    if person is None or over or _outdated(ledger, effect, people):
        _unsaid(ledger, effect)
        return
    if effect.name in IN_HOURS:
        _wait_for_hours(ledger, person)
    data = {**effect.data, "at": _places(ledger, person, effect)} if effect.name in PLACED else effect.data
    if effect.name == "left" and not data["at"]:
        return  # somebody else named the next ones meanwhile
    message = direct(effect.name, handover, deps.frame(handover, people), data, person)
    channel = posting.open_dm(ledger, person.slack_id)
    keep = letters.keeper(effect, handover, message)
    posting.post(ledger, "dm", channel=channel, message=message, key=effect.key, keep=keep)


def _over(person: Person, handover: Handover | None) -> bool:
    # A letter holds words of the record: while it waited, the role may have gone to somebody else.
    return handover is not None and sight(person, handover.roles) is not Sight.WHOLE


def _idle(ledger: Ledger, effect: Direct, person: Person, handover: Handover | None) -> bool:
    # A reminder that somebody asked for last night: what it is about may be done by now, or who reads it away.
    if effect.name != "remind" or handover is None:
        return False
    return person.away(ledger.deps.clock.now()) or not turns_of(handover, person.id)


def _moot(ledger: Ledger, effect: Direct, person: Person, handover: Handover | None) -> bool:
    # While it waited for Slack, what it asks for may have been done, or stopped; what an earlier try posted is there.
    if handover is None or asked.stands(effect.name, handover, effect.data, person.id):
        return False
    return not (ledger.job.attempts > 1 and _posted(ledger, effect, person))


def _posted(ledger: Ledger, effect: Direct, person: Person) -> bool:
    since = posting.since(ledger, ledger.deps.clock.tick(), posting.LONGEST_OUTAGE)
    channel = posting.open_dm(ledger, person.slack_id)
    return posting.find_post(ledger, channel=channel, thread_ts="", key=effect.key, oldest=since) is not None


def _wait_for_hours(ledger: Ledger, person: Person) -> None:
    # Put off, not lost: it is looked at again, and costs no attempt.
    now = ledger.deps.clock.now()
    left = (next_opening(hours_of(person, ledger.deps.terms.offices), now) - now).total_seconds()
    if left > 0:
        raise Later(min(left, LOOK))


def _outdated(ledger: Ledger, effect: Direct, people: Mapping[int, Person]) -> bool:
    # While Slack or they were away, somebody else may have been chosen, or whoever was away is back.
    who = people.get(int(effect.data.get("by") or 0)) if effect.name in UNHURRIED else None
    if who is None or effect.name == "deputy":
        return who is not None and who.deputy != effect.person_id
    deps = ledger.deps
    with deps.store.read() as reader:
        present = stand_in(reader, who, deps.settings, deps.clock.now())
    return present is None or present.id != effect.person_id


def _unsaid(ledger: Ledger, effect: Direct) -> None:
    for name, role in _owed(effect):
        with ledger.deps.store.write() as unit:
            lists.owe(unit, effect.handover_id, name, effect.person_id, role)
    # Who stands in again later in the same absence is told then.
    if effect.name in UNHURRIED:
        with ledger.deps.store.write() as unit:
            deputies.unheard(unit, int(effect.data["by"]), effect.person_id)
    # What rang nobody uses nothing up: another reminder may be asked for on that day.
    if effect.name == "remind" and "day" in effect.data:
        with ledger.deps.store.write() as unit:
            unit.not_nudged(effect.person_id, date.fromisoformat(effect.data["day"]))


def _owed(effect: Direct) -> list[tuple[str, str]]:
    # Each ring that is owed for it, with its role. Who cannot read the thread gets what it says as a ring of their own.
    if effect.name in lists.OWED:
        return [(effect.name, str(effect.data.get("role", "")))]
    if effect.name != "ring":
        return []
    also = [Role.PM.value] if "signers" in effect.data else []
    return [
        ("ready_to_sign", str(role)) for role in (*effect.data.get("signers", []), *effect.data.get("roles", []), *also)
    ]


def _places(ledger: Ledger, person: Person, effect: Direct) -> list[list[object]]:
    # As the word is sent: the roles that are empty still, or that a new deputy may take over of whoever chose them.
    with ledger.deps.store.read() as reader:
        if effect.name == "left":
            rows = [(row, reader.handover(int(row[0]))) for row in effect.data.get("at", [])]
            return [row for row, found in rows if found and asked.stands("empty_role", found, {"role": row[1]}, 0)]
        found = places(ledger.deps, reader, person)
    return [[p.handover_id, p.role, p.title] for p in found if p.holder.id == effect.data.get("by")]


def send_whisper(effect: Effect, ledger: Ledger) -> None:
    """An ephemeral word where the person clicked; tried once (https://docs.slack.dev/reference/methods/chat.postEphemeral)."""
    assert isinstance(effect, Whisper)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    handover, people = load(deps, effect.handover_id) if effect.handover_id else (None, {})
    data = {**effect.data, "sight": _seen(deps, effect.slack_id, handover)} if effect.name == "card" else effect.data
    message = whisper(effect.name, handover, deps.frame(handover, people), data)
    if effect.response_url:
        respond(ledger, effect.response_url, message)
    elif effect.channel.startswith(("D", "U", "W")):
        # A user's id stands for the direct message with them: what was clicked in Home has no place of its own.
        deps.slack.call("chat.postMessage", channel=effect.channel, text=message.text, blocks=message.blocks or None)
    elif effect.channel:
        deps.slack.call(
            "chat.postEphemeral",
            channel=effect.channel,
            user=effect.slack_id,
            thread_ts=effect.thread_ts or None,
            text=message.text,
            blocks=message.blocks or None,
        )


def _seen(deps: Deps, slack_id: str, handover: Handover | None) -> str:
    # As it is when the card is drawn, whatever it was when they asked for it.
    with deps.store.read() as reader:
        person = reader.by_slack(slack_id)
    return (sight(person, handover.roles) if person and handover else Sight.NOTHING).value


def respond(ledger: Ledger, response_url: str, message: Message) -> None:
    """Answers at a response_url: 5 times within 30 minutes, also where the bot is no member.

    One that no key of ours opens was sealed with a key that is gone: the answer is let go, as after half an hour.
    """
    address = ledger.deps.store.keyring.open(response_url)
    if address is None:
        log.warning("an answer is let go: no key opens its address", extra={"job": ledger.job.id})
        return
    body = {"response_type": "ephemeral", "replace_original": False, "text": message.text, "blocks": message.blocks}
    ledger.deps.slack.send(address, json.dumps(body).encode(), what="response_url")


def publish_home(effect: Effect, ledger: Ledger) -> None:
    """Publishes one person's Home from the record; the last publication wins."""
    assert isinstance(effect, Home)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    if deps.store.outbox.later_in_lane(ledger.job, "Home"):
        return
    if deps.settings.missing:
        take_up(deps)  # another hand or replica may have set Baton up just now
    with deps.store.read() as reader:
        person = reader.person(effect.person_id)
        if person is None or not person.slack_id or not person.active:
            return
        mine = [(h, turns_of(h, person.id)) for h in reader.mine(person.id)]
        sold = [h for h in reader.sold(person.id) if sight(person, h.roles) is Sight.WHOLE]
        late = late_rows(deps, reader) if may(person, Deed.SEE_LATE) else None
        people = people_of(reader, *[h for h, _ in mine], *sold)
        deputy = stand_in(reader, person, deps.settings, deps.clock.now())
        away = places(deps, reader, person)
    frame = replace(deps.frame(None, people), links=deps.links(handover for handover, _ in mine))
    view = home_view(person, mine, sold, late, frame, deputy, places=away, set_up=not deps.settings.missing)
    deps.slack.call("views.publish", user_id=person.slack_id, view=view)


def tell_admin(effect: Effect, ledger: Ledger) -> None:
    """One message to the admin channel; to each of sales operations when there is none, or Baton may not post there.

    Raises when nobody can be told: it is kept, and whoever looks at Baton from outside Slack sees that.
    """
    assert isinstance(effect, TellAdmin)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    living = LIVING.get(effect.name)
    message = living[0](ledger) if living else admin(effect.name, deps.frame(None, {}), effect.data)
    if message is None:  # answered before it could be asked
        unheard.needless(deps)
        return
    keep = living[1](message) if living else None
    if not (deps.settings.admin_channel and _told(ledger, effect, message, keep)):
        refusals = [_refused(ledger, effect, message, keep, person) for person in admins(ledger)]
        if all(refusals):
            raise next(filter(None, refusals), Declined("Slack", "tell the admin", words=NOBODY))
    unheard.heard(deps)


def _told(ledger: Ledger, effect: TellAdmin, message: Message, keep: Any) -> bool:
    channel = ledger.deps.settings.admin_channel
    try:
        posting.post(ledger, "admin", channel=channel, message=message, key=effect.key, keep=keep)
    except SlackRefused as refused:
        log.warning("the admin channel cannot be used", extra={"why": refused.code})
        return False
    return True


def _refused(ledger: Ledger, effect: TellAdmin, message: Message, keep: Any, person: Person) -> SlackRefused | None:
    # An account that was closed this morning must not keep the news from the others.
    key = f"{effect.key}:{person.id}"
    try:
        channel = posting.open_dm(ledger, person.slack_id)
        posting.post(ledger, f"admin:{person.id}", channel=channel, message=message, key=key, keep=keep)
    except SlackRefused as refused:
        log.warning("one of the admins cannot be told", extra={"why": refused.code})
        return refused
    return None


def admins(ledger: Ledger) -> list[Person]:
    """Sales operations, else the heads of delivery, who can be reached in Slack; who is not known yet is looked up."""
    for role in (Role.SALES_OPS, Role.HEAD_OF_DELIVERY):
        found = [known(ledger, email) for email in ledger.deps.settings.roles.get(role, ())]
        reached = [person for person in found if person and can_hold(person)]
        if reached:
            return reached
    return []
