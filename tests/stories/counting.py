"""What is lost and what is there twice: the record, the outbox and its ledger against what stands in the vendors.

Lost = an acknowledged click, submission, event or begun step without its effect. Doubled = a created thing (message,
channel, bookmark, pin, project, section, task, member, link, file, note) that is there twice; edits and ephemeral words
do not count.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from bot.context import Disposition, Kind
from bot.gate import GATE_ROLES
from bot.handover import Event, Handover, State, StepState
from bot.people import Person, Role
from bot.plan import Plan
from handlers.deliver import plan_text
from sandbox import company
from store.store import Store
from tests.stories.insisting import Deed
from tests.stories.stage import Stage

NUMBERED = re.compile(r"(?<=[a-z]{3}\d{4})-\d+$")  # a channel's name that was taken gets a number
GIVEN = ("given", "manual")


@dataclass
class Kept:
    """What the database holds once everything has ended: records by deal, timelines and plans by record, people, jobs.

    `unended` are the outside calls which were begun and never ended.
    """

    nonce: str
    records: dict[str, Handover]
    events: dict[int, list[Event]]
    plans: dict[int, Plan]
    people: dict[int, Person]
    jobs: list[dict[str, Any]]
    unended: list[str]


def kept(store: Store) -> Kept:
    """Reads it all."""
    with store.read() as reader:
        ids = reader.session.execute(text("SELECT id FROM handover ORDER BY id")).scalars().all()
        records = [record for one in ids if (record := reader.handover(one))]
        rows = reader.session.execute(text("SELECT key, kind, state, payload, error FROM job ORDER BY id")).mappings()
        steps = reader.session.execute(text("SELECT scope, name FROM job_step WHERE NOT done"))
        return Kept(
            nonce=store.nonce,
            records={record.deal_id: record for record in records},
            events={record.id: reader.events(record.id) for record in records},
            plans={r.id: plan_text.read(plan) for r in records if (plan := reader.setting(f"plan:{r.id}"))},
            people=reader.people({holder for record in records for holder in record.people}),
            jobs=[{**row, "payload": json.loads(row["payload"])} for row in rows],
            unended=[f"{row[0]} {row[1]}" for row in steps],
        )


def created(stage: Stage) -> Counter[str]:
    """How often each created thing stands there, by what makes it that thing."""
    return Counter([*_in_slack(stage), *_in_tool(stage), *_in_crm(stage)])


def doubled(stage: Stage, found: Kept) -> list[str]:
    """What is there more often than once; a file, more often than people asked for it."""
    asked = Counter(f"file HO-{job['payload']['handover_id']}-history.txt" for job in _jobs(found, "SendHistory"))
    return [f"{name} × {count}" for name, count in created(stage).items() if count > max(1, asked[name])]


def lost(stage: Stage, found: Kept, deals: Sequence[str], deeds: Sequence[Deed]) -> list[str]:
    """What was acknowledged or begun, and is not there; each as a line that says where to look."""
    lines = [f"begun, never ended: {step}" for step in found.unended]
    lines += [f"{job['kind']} is {job['state']}: {job['error']}" for job in found.jobs if job["state"] != "done"]
    lines += [f"no record of deal {deal}" for deal in _told_of(stage, deals) if deal not in found.records]
    lines += [f"no effect: {deed.what} on deal {deed.deal}" for deed in deeds if not _has_effect(deed, found)]
    lines += [f"not sent: {line}" for line in _unsent(stage, found)]
    for deal in deals:
        record = found.records.get(deal)
        if record is not None:
            lines += [f"{record.shown_id}: {line}" for line in _walked(stage, found, record)]
    return lines


def _in_slack(stage: Stage) -> Iterator[str]:
    slack = stage.world.slack
    yield from (f"file {file['name']}" for file in slack.files())
    for room in slack.channels():
        place = room.get("name") or room["id"]
        if room.get("creator") == company.BOT_USER and not room.get("is_im"):
            yield f"channel {NUMBERED.sub('', place)}"
        yield from (f"bookmark {place} {bookmark['link']}" for bookmark in slack.bookmarks(room["id"]))
        yield from (f"pin {place} {pin['message']['text']}" for pin in slack.pins(room["id"]))
        for message in slack.messages(room["id"]):
            if message.get("subtype") == "channel_join":
                yield f"member {place} {message['user']}"
            if message.get("bot_id") and not message.get("subtype") and not message.get("files"):
                yield f"message {_key(message)}"
                yield f"message {place} {message.get('thread_ts', '')} {message['text']}"


def _in_tool(stage: Stage) -> Iterator[str]:
    for project in stage.world.asana.projects():
        place = project["gid"]
        yield f"project {project['name']}"
        for section in project["sections"]:
            yield f"section {place} {section['name']}"
            yield from (f"task {place} {section['name']} {task['name']}" for task in section["tasks"])
        yield from (f"member {place} {member['email']}" for member in project["members"])
        yield from (f"link {place} {link['view_url']}" for link in project["attachments"])


def _in_crm(stage: Stage) -> Iterator[str]:
    for deal in stage.world.hubspot.deals():
        bodies = [str(note.get("hs_note_body", "")) for note in deal["notes"]]
        yield from (f"note {deal['id']} {body}" for body in bodies)


def _key(message: dict[str, Any]) -> str:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("key") or f"{message['ts']} without a key")


def _jobs(found: Kept, kind: str) -> list[dict[str, Any]]:
    return [job for job in found.jobs if job["kind"] == kind]


def _told_of(stage: Stage, deals: Sequence[str]) -> set[str]:
    # Every delivery which was answered with success, and every deal whose win we made: the poll sees those.
    taken = [d for d in stage.world.hubspot.webhooks.deliveries if 200 <= d["status"] < 300]
    named = {str(event["objectId"]) for delivery in taken for event in delivery["events"]}
    return {*deals, *(named & {deal["id"] for deal in stage.world.hubspot.deals() if deal["is_won"]})}


def _has_effect(deed: Deed, found: Kept) -> bool:
    record = found.records.get(deed.deal)
    if record is None or not deed.shows(record):
        return False
    return not deed.job or any(job["payload"].get("handover_id") == record.id for job in _jobs(found, deed.job))


def _unsent(stage: Stage, found: Kept) -> Iterator[str]:
    slack = stage.world.slack
    messages = [message for room in slack.channels() for message in slack.messages(room["id"])]
    keys = {_key(message) for message in messages}
    needless = []
    for job in found.jobs:
        given = job["payload"]
        key = f"HO-{given['handover_id']}:{given['name']}:{given['serial']}" if job["kind"] == "Reply" else job["key"]
        if job["kind"] in ("Reply", "Direct") and f"baton:{found.nonce}:{key}" not in keys:
            if _done(found, job):
                needless.append(f"{job['kind']} {key}")
            else:
                yield f"{job['kind']} {key}"
    # Who signs or invites before the word came is asked no more. Most are not that quick.
    asked = sum(job["payload"]["name"] in ("ready_to_sign", "invite") for job in _jobs(found, "Direct"))
    yield from needless if len(needless) > max(2, asked / 5) else ()
    names = Counter(file["name"] for message in messages for file in message.get("files") or [])
    wanted = Counter(f"HO-{job['payload']['handover_id']}-history.txt" for job in _jobs(found, "SendHistory"))
    yield from (f"file {name}" for name, count in wanted.items() if names[name] < count)


def _done(found: Kept, job: dict[str, Any]) -> bool:
    given = job["payload"]
    record = next((one for one in found.records.values() if one.id == given.get("handover_id")), None)
    if record is None or job["kind"] != "Direct":
        return False
    if given["name"] == "invite":  # the gate is open: so who is let in was looked at
        return record.live_at is not None
    signature = record.signed(Role(given["data"]["role"])) if given["name"] == "ready_to_sign" else None
    return signature is not None and signature.person == given["person_id"]


def _walked(stage: Stage, found: Kept, record: Handover) -> Iterator[str]:
    if record.state is not State.IN_PROGRESS or record.live_at is None:
        yield f"the gate is shut, it is {record.state}"
    yield from (f"{role.value} has not signed" for role in GATE_ROLES if record.signed(role) is None)
    yield from (f"step {step.key} is {step.state}" for step in record.steps if step.state is not StepState.DONE)
    yield from (f"{one.email} has no access" for one in record.access if one.state not in GIVEN)
    if not any(event.kind == "crm_marked" for event in found.events[record.id]):
        yield "the mark in the CRM is not noted"
    yield from (f"missing: {line}" for line in _missing_in_slack(stage, found, record))
    yield from (f"missing: {line}" for line in _missing_in_tool(stage, found, record))
    yield from (f"missing: {line}" for line in _missing_in_crm(stage, found, record))


def _missing_in_slack(stage: Stage, found: Kept, record: Handover) -> Iterator[str]:
    slack = stage.world.slack
    yield from (f"message {post.name}" for post in record.posts if slack.book.get(post.channel, post.ts) is None)
    room = slack.channel(record.channel_id)
    if room is None:
        yield "channel"
        return
    told = {_key(message) for message in slack.messages(room["id"])}
    marker = f"baton:{found.nonce}:{record.shown_id}"
    yield from (
        f"message {name} in the channel" for name in ("brief:1", "live:channel") if f"{marker}:{name}" not in told
    )
    for name in ("purpose", "topic"):
        if not (room.get(name) or {}).get("value"):
            yield name
    titles = {bookmark["title"] for bookmark in slack.bookmarks(room["id"])}
    wanted = {"Deal in the CRM", "Scope document", "Handover thread", "Workspace"}
    yield from (f"bookmark {title}" for title in sorted(wanted - titles))
    if not any(_key(pin["message"]) == f"{marker}:brief:1" for pin in slack.pins(room["id"])):
        yield "pin of the brief"
    holders = {found.people[holder].slack_id for holder in record.roles.values()}
    yield from (f"member {one} of the channel" for one in sorted(holders - set(slack.members(room["id"]))))


def _missing_in_tool(stage: Stage, found: Kept, record: Handover) -> Iterator[str]:
    if stage.world.asana.find("project", record.workspace_id) is None:
        yield "project"
        return
    project = stage.world.asana.project(record.workspace_id)
    if project["brief"] is None and not project["notes"]:
        yield "brief of the project"
    tasks = Counter((section["name"], task["name"]) for section in project["sections"] for task in section["tasks"])
    wanted = Counter((m.name, task.name) for m in found.plans[record.id].milestones for task in m.tasks)
    wanted += Counter((m.name, m.name) for m in found.plans[record.id].milestones)
    yield from (f"task {name} in {section}" for section, name in (wanted - tasks))
    promises = [e for e in record.entries if e.kind is Kind.COMMITMENT]
    names = {task["name"] for section in project["sections"] for task in section["tasks"]}
    for number, entry in enumerate(promises, start=1):
        agreed = entry.standing and entry.point and entry.point.disposition is Disposition.IN_SCOPE
        if agreed and f"Agreed scope item {number} ({record.shown_id})" not in names:
            yield f"task of promise {number}"
    if Counter(task.name for task in record.tasks) != Counter(name for _, name in tasks.elements()):
        yield "the tasks as they are, on the record"
    emails = {member["email"] for member in project["members"]}
    holders = {found.people[holder].email for holder in record.roles.values()}
    invited = {access.email for access in record.access if access.state == "given"}
    yield from (f"member {email} of the project" for email in sorted((holders | invited) - emails))
    links = {link["view_url"] for link in project["attachments"]}
    linked = {record.scope_document, *(document.url for document in record.deal.documents)}
    yield from (f"link {link}" for link in sorted(linked - links) if link.startswith("http"))
    if not any(record.channel_id in str(link) for link in links):
        yield "link to the channel"


def _missing_in_crm(stage: Stage, found: Kept, record: Handover) -> Iterator[str]:
    deal = stage.world.hubspot.deal(record.deal_id)
    written = deal["properties"]
    expected = {"baton_handover_status": "closed_migrated", "baton_workspace_url": record.workspace_url}
    yield from (f"property {name}" for name, value in expected.items() if written.get(name) != value)
    if record.channel_id not in str(written.get("baton_channel_url")):
        yield "property baton_channel_url"
    if not written.get("baton_migrated_at"):
        yield "property baton_migrated_at"
    marker = f"baton:{found.nonce}:{record.shown_id}:links"
    if not any(marker in str(note.get("hs_note_body")) for note in deal["notes"]):
        yield "note with the links"
