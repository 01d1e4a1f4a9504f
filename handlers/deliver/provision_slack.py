"""The project channel: created once, private, named by Slack's rules; topic once, purpose, bookmarks, team, brief.

https://docs.slack.dev/reference/methods/conversations.create · conversations.invite · bookmarks.add · pins.add
"""

from collections.abc import Iterable, Iterator
from typing import Any

from bot.deal import DocumentKind
from bot.errors import VendorError
from bot.handover import Handover
from bot.naming import NAMES, channel_name, numbered
from bot.people import Person
from handlers.deliver import posting, project_channel
from handlers.deliver.ledger import Ledger, Pace, Result
from handlers.deliver.thread import load
from handlers.slack_api import SlackRefused
from store.unit import StoreUnit

CLOCKS_DIFFER = 120.0  # seconds
CLAIM = "channel:"  # before a channel's name: which handover may try it
TIER2 = 3.0  # seconds between two calls: 20 a minute (https://docs.slack.dev/apis/web-api/rate-limits)
CREATE = Pace("slack:conversations.create", TIER2, burst=10)
BOOKMARK = Pace("slack:bookmarks.add", TIER2, burst=10)
ABOUT = Pace("slack:conversations.setPurpose", TIER2, burst=10)
TOPIC = Pace("slack:conversations.setTopic", TIER2, burst=10)
PIN = Pace("slack:pins.add", TIER2, burst=10)
ALREADY_IN = frozenset({"already_in_channel", "cant_invite_self"})
# Slack's words for no, as people read them: what is in the way, and what they can do.
GONE = "Baton is not in the project channel any more: invite it there."
NOT_ALLOWED = "This Slack workspace does not let apps do that: ask a Slack admin."
SOMEBODY = "Slack does not let one of the team into the channel: invite the others by hand."
WORDS = {
    "restricted_action": NOT_ALLOWED,
    "user_is_restricted": NOT_ALLOWED,
    "not_authorized": NOT_ALLOWED,
    "channel_not_found": GONE,
    "not_in_channel": GONE,
    "is_archived": "The project channel is archived: bring it back.",
    "message_not_found": "The message in the project channel was deleted.",
    "user_not_found": SOMEBODY,
    "user_disabled": SOMEBODY,
    "cant_invite": SOMEBODY,
    "ura_max_channels": SOMEBODY,
    "too_many_members": "The project channel has as many members as Slack allows.",
    "too_many_bookmarks": "The project channel has as many bookmarks as Slack allows.",
}


def channel(ledger: Ledger, handover: Handover) -> Result:
    """The channel, created or found again. Its purpose carries our marker, so that an earlier one is adopted.

    Slack sets no purpose while it creates: until then a name that only this handover may try tells it apart.
    """
    made = ledger.step(
        "channel",
        lambda: _create(ledger, handover),
        find=lambda started: _find(ledger, handover, started),
        pace=CREATE,
        keep=lambda unit, result: _keep(unit, handover.id, result),
    )
    ledger.step(
        "purpose",
        lambda: _call(ledger, "conversations.setPurpose", channel=made["id"], purpose=_purpose(ledger, handover)),
        again=True,
        pace=ABOUT,
    )
    return {**made, "url": f"{ledger.deps.identity.team_url}archives/{made['id']}"}


def about(ledger: Ledger, handover: Handover) -> Result:
    """The topic, once, without a state in it; and the bookmarks: deal, scope document, handover thread."""
    topic = f"{handover.title} · handover {handover.shown_id}"[:250]
    ledger.step("topic", lambda: _topic(ledger, handover.channel_id, topic), again=True, pace=TOPIC)
    root = handover.post("root")
    wanted = [
        ("Deal in the CRM", handover.deal.url),
        ("Scope document", handover.scope_document or _scope_link(handover)),
        ("Handover thread", ledger.deps.permalink(root.channel, root.ts) if root else ""),
        ("Repository", handover.repository),
    ]
    for title, link in wanted:
        if link.startswith(("http://", "https://")):
            bookmark(ledger, handover, title, link)
    return {}


def bookmark(ledger: Ledger, handover: Handover, title: str, link: str) -> None:
    """One bookmark, found by its link before a repeat."""
    where = handover.channel_id

    def find(_: float) -> Result | None:
        answer = ledger.deps.slack.call("bookmarks.list", channel_id=where)
        same = [b for b in answer.get("bookmarks", []) if b.get("link") == link]
        return {"id": str(same[0]["id"])} if same else None

    def do() -> Result:
        answer = ledger.deps.slack.call("bookmarks.add", channel_id=where, title=title, type="link", link=link)
        return {"id": str(answer["bookmark"]["id"])}

    ledger.step(f"bookmark:{title}", do, find=find, pace=BOOKMARK)


def team(ledger: Ledger, handover: Handover) -> Result:
    """Our people into the channel; one who can't be invited does not keep the others out."""
    _, people = load(ledger.deps, handover.id)
    wanted = {people[pid].slack_id for pid in handover.roles.values() if pid in people}
    wanted |= {p.slack_id for p in ledger.deps.team_people(handover)}
    users = sorted(slack_id for slack_id in wanted if slack_id)
    for start in range(0, len(users), 100):
        batch = ",".join(users[start : start + 100])
        ledger.step(f"invite:{start}", lambda batch=batch: _invite(ledger, handover, batch), again=True)  # type: ignore[misc]
    return {}


def join(ledger: Ledger, handover: Handover, person: Person) -> None:
    """One more of our people into the channel."""
    if handover.channel_id and person.slack_id:
        ledger.step(f"invite:{person.slack_id}", lambda: _invite(ledger, handover, person.slack_id), again=True)


def brief(ledger: Ledger, handover: Handover) -> Result:
    """The internal brief, posted and pinned."""
    _, people = load(ledger.deps, handover.id)
    sent = project_channel.post_brief(ledger, handover, people)
    ledger.step("pin", lambda: _pin(ledger, sent), again=True, pace=PIN)
    return {"id": sent["ts"]}


def plain(error: VendorError) -> str:
    """What a person reads of a refusal. A code of Slack's that nobody thought of stands in a sentence."""
    if not isinstance(error, SlackRefused) or error.words != error.code:
        return error.words
    return WORDS.get(error.code, f"Slack refused it ({error.code}).")


def _keep(unit: StoreUnit, handover_id: int, made: Result) -> None:
    record = unit.handover(handover_id)
    if record is not None:
        record.channel_id, record.channel_name = made["id"], made["name"]
        unit.save(record)


def make_channel(ledger: Ledger, names: Iterable[str]) -> Result:
    """A private channel under the first of these names that is free. SlackRefused when Slack has them all."""
    for name in names:
        ledger.renew()  # each name is a call of its own: nobody else may try the same names meanwhile
        try:
            answer = ledger.deps.slack.call("conversations.create", name=name, is_private=True)
        except SlackRefused as refused:
            if refused.code != "name_taken":
                raise
            continue
        made = answer["channel"]
        return {"id": str(made["id"]), "name": str(made["name"])}
    raise SlackRefused(
        "Slack", "conversations.create", words=f"{NAMES} channels of that name exist.", code="name_taken"
    )


def _create(ledger: Ledger, handover: Handover) -> Result:
    return make_channel(ledger, (name for name in _spelled(handover) if _claimed(ledger, handover, name)))


def _claimed(ledger: Ledger, handover: Handover, name: str) -> bool:
    """Keeps the name for this handover before Slack is asked for it; False when another of ours has it."""
    with ledger.deps.store.write() as unit:
        if unit.seen(f"{CLAIM}{name}"):
            unit.keep_setting(f"{CLAIM}{name}", handover.shown_id)
        return unit.setting(f"{CLAIM}{name}") == handover.shown_id


def _find(ledger: Ledger, handover: Handover, started: float) -> Result | None:
    """A channel with this handover's marker; or one that an attempt of ours made and could not mark any more.

    The latter has a name that this handover alone may try, no purpose yet, was made by us, and after we began: never
    another handover's, nor that of an earlier installation of the same app.
    """
    marker = _marker(ledger, handover)
    began = posting.since(ledger, started, CLOCKS_DIFFER)
    names = _names(ledger, handover)
    for room in rooms(ledger):
        purpose = str((room.get("purpose") or {}).get("value", ""))
        ours = room.get("name") in names and room.get("creator") == ledger.deps.identity.bot_user
        fresh = ours and not purpose and float(room.get("created") or 0) >= began
        if marker in purpose.split() or fresh:
            return {"id": str(room["id"]), "name": str(room["name"])}
    return None


def rooms(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Every private channel in which Baton is; the job is kept while they are read."""
    wanted = {"types": "private_channel", "exclude_archived": 1, "limit": 200}
    for answer in ledger.deps.slack.pages("users.conversations", ahead=ledger.renew, **wanted):
        yield from answer.get("channels", [])


def _names(ledger: Ledger, handover: Handover) -> set[str]:
    with ledger.deps.store.read() as reader:
        return {name for name in _spelled(handover) if reader.setting(f"{CLAIM}{name}") == handover.shown_id}


def _spelled(handover: Handover) -> Iterator[str]:
    start = handover.start or handover.opened_at.date()
    return numbered(
        channel_name(client=handover.client, project=handover.project, start=start, fallback=handover.deal_id)
    )


def _marker(ledger: Ledger, handover: Handover) -> str:
    return f"baton:{ledger.deps.store.nonce}:{handover.shown_id}"


def _purpose(ledger: Ledger, handover: Handover) -> str:
    marker = _marker(ledger, handover)
    return f"{f'Delivery of {handover.title}'[: 248 - len(marker)]}. {marker}"


def _topic(ledger: Ledger, where: str, topic: str) -> Result:
    # Each change of a topic posts a line to everybody: set it only when it differs.
    room = ledger.deps.slack.call("conversations.info", channel=where).get("channel") or {}
    if str((room.get("topic") or {}).get("value", "")) != topic:
        ledger.deps.slack.call("conversations.setTopic", channel=where, topic=topic)
    return {}


def _invite(ledger: Ledger, handover: Handover, users: str) -> Result:
    try:
        ledger.deps.slack.call("conversations.invite", channel=handover.channel_id, users=users, force=True)
    except SlackRefused as refused:
        if refused.code not in ALREADY_IN:
            raise
    return {}


def _pin(ledger: Ledger, sent: Result) -> Result:
    try:
        ledger.deps.slack.call("pins.add", channel=sent["channel"], timestamp=sent["ts"])
    except SlackRefused as refused:
        if refused.code != "already_pinned":
            raise
    return {}


def _call(ledger: Ledger, method: str, **arguments: str) -> Result:
    ledger.deps.slack.call(method, **arguments)
    return {}


def _scope_link(handover: Handover) -> str:
    return next((d.url for d in handover.deal.documents if d.kind is DocumentKind.SCOPE), "")
