"""The counters count: on a deal that walked the whole road nothing is found; each made-up loss and double is."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from bot.handover import Handover, State, StepState
from bot.people import Role
from sandbox import company
from sandbox.hubspot.records import PERSON
from tests.stories import counting
from tests.stories.counting import Kept
from tests.stories.insisting import Deed, Insisting
from tests.stories.road import Road
from tests.stories.selling import sold
from tests.stories.stage import Stage, staged

HERE = company.HANDOVERS_CHANNEL


@dataclass
class Walked:
    """One deal at the end of the road, with what was done on it."""

    stage: Stage
    deal: str
    deeds: list[Deed]
    kept: Kept

    @property
    def record(self) -> Handover:
        """The record as it was read at the end."""
        return self.kept.records[self.deal]

    def lost(self, kept: Kept) -> list[str]:
        """What the counter calls lost."""
        return counting.lost(self.stage, kept, [self.deal], self.deeds)

    def doubled(self) -> list[str]:
        """What the counter calls doubled."""
        return counting.doubled(self.stage, self.kept)

    def project(self) -> dict[str, Any]:
        """The project as the tool keeps it."""
        return self.stage.world.asana.one("project", self.record.workspace_id)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """A deal that walked the whole road, with Baton stopped."""
    with staged(tmp_path_factory.mktemp("walked")) as stage:
        stage.start()
        deal = sold(stage, 1)
        table = Insisting(stage, stage.deps.store)
        Road(table, {deal: 1}).walk()
        stage.settle()
        assert table.undone == []
        kept = counting.kept(stage.deps.store)
        stage.stop()
        yield Walked(stage, deal, table.deeds, kept)


def test_on_the_whole_road_nothing_is_lost_and_nothing_is_doubled(walked: Walked) -> None:
    assert walked.lost(walked.kept) == []
    assert walked.doubled() == []
    assert len(walked.deeds) == 17
    kinds = {name.split(" ", 1)[0] for name in counting.created(walked.stage)}
    assert kinds == {
        "channel", "message", "bookmark", "pin", "member", "file", "project", "section", "task", "link", "note",
    }  # fmt: skip


def copied(kept: Kept) -> Kept:
    """A copy that a test may spoil."""
    return Kept(**{name: deepcopy(value) for name, value in vars(kept).items()})


def entries_gone(record: Handover) -> None:
    record.entries = [e for e in record.entries if "typed" not in e.text]


def entries_twice(record: Handover) -> None:
    record.entries.append(next(e for e in record.entries if "spoken" in e.text))


def answer_gone(record: Handover) -> None:
    record.answers = [answer for answer in record.answers if answer.key != "presale_read"]


def reply_gone(record: Handover) -> None:
    for entry in record.entries:
        if entry.point:
            entry.point.reply = ""


def point_open(record: Handover) -> None:
    points = [entry.point for entry in record.entries if entry.point]
    points[-1].disposition, points[-1].answered_by = None, 0


def unsigned(record: Handover) -> None:
    record.signatures = [one for one in record.signatures if one.role is not Role.PM]


def signed_twice(record: Handover) -> None:
    record.signatures += [one for one in record.signatures if one.role is Role.PM]


def unticked(record: Handover) -> None:
    for item in record.items:
        item.ticked_at = None


def no_kickoff(record: Handover) -> None:
    record.kickoff = None


def shut(record: Handover) -> None:
    record.state = State.PROVISIONED


def step_open(record: Handover) -> None:
    record.steps[3].state = StepState.RETRYING


def no_access(record: Handover) -> None:
    record.access[0].state = "asked"


def unmarked(kept: Kept) -> None:
    kept.events[1] = [event for event in kept.events[1] if event.kind != "crm_marked"]


def never_ended(kept: Kept) -> None:
    kept.unended.append("provision:1:tool task:x")


def parked(kept: Kept) -> None:
    kept.jobs[-1] |= {"state": "dead", "error": "a fault"}


def still_open(kept: Kept) -> None:
    kept.jobs[-1] |= {"state": "ready"}


def never_sent(kept: Kept) -> None:
    job = asked_to_sign(kept)
    kept.jobs.append({**job, "key": "Direct:9:deputy:1", "payload": {**job["payload"], "name": "deputy"}})


def signer_unasked(kept: Kept) -> None:
    """Nobody signed what that word asked for."""
    job = asked_to_sign(kept)
    kept.jobs.append({**job, "key": "Direct:9:ready_to_sign:1", "payload": {**job["payload"], "person_id": 9}})


def inviter_unasked(kept: Kept) -> None:
    """Nobody has looked at who is let in: the gate is shut."""
    (record,) = kept.records.values()
    record.live_at = None
    job = asked_to_sign(kept)
    kept.jobs.append({**job, "key": "Direct:1:invite:1", "payload": {**job["payload"], "name": "invite"}})


def signers_unasked(kept: Kept) -> None:
    """They signed, but not one of so many words came."""
    kept.jobs += [{**asked_to_sign(kept), "key": f"Direct:1:ready_to_sign:{n}"} for n in range(9)]


def asked_to_sign(kept: Kept) -> dict[str, Any]:
    """A word to the project manager, as one who was not rung in the thread gets it."""
    (record,) = kept.records.values()
    payload = {"name": "ready_to_sign", "handover_id": record.id, "person_id": record.roles[Role.PM], "serial": "1"}
    return {**kept.jobs[-1], "kind": "Direct", "payload": {**payload, "data": {"role": "pm"}}}


def not_asked(kept: Kept) -> None:
    kept.jobs = [job for job in kept.jobs if job["kind"] != "SendHistory"]


def no_record(kept: Kept) -> None:
    kept.records.clear()


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (entries_gone, "no effect: ana types commit"),
        (entries_twice, "no effect: ana says promise spoken 1"),
        (answer_gone, "no effect: ben document.all_read"),
        (reply_gone, "no effect: ana question.answer"),
        (point_open, "no effect: ben points.answer"),
        (unsigned, "no effect: ben gate.sign"),
        (unsigned, "HO-1: pm has not signed"),
        (signed_twice, "no effect: ben gate.sign"),
        (unticked, "no effect: ben ticks confirm-team"),
        (no_kickoff, "no effect: chloe kickoff.set"),
        (shut, "HO-1: the gate is shut, it is provisioned"),
        (step_open, "HO-1: step channel_brief is retrying"),
        (no_access, "HO-1: kim.first@client1.example has no access"),
    ],
)  # fmt: skip
def test_what_the_record_lacks_is_found(walked: Walked, tamper: Callable[[Handover], None], found: str) -> None:
    kept = copied(walked.kept)
    tamper(kept.records[walked.deal])
    assert [line for line in walked.lost(kept) if found in line] != []


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (unmarked, "HO-1: the mark in the CRM is not noted"),
        (never_ended, "begun, never ended: provision:1:tool task:x"),
        (parked, "is dead: a fault"),
        (still_open, "is ready"),
        (never_sent, "not sent: Direct Direct:9:deputy:1"),
        (signer_unasked, "not sent: Direct Direct:9:ready_to_sign:1"),
        (inviter_unasked, "not sent: Direct Direct:1:invite:1"),
        (signers_unasked, "not sent: Direct Direct:1:ready_to_sign:8"),
        (not_asked, "no effect: dev types audit"),
        (no_record, "no record of deal"),
    ],
)  # fmt: skip
def test_what_outbox_ledger_and_timeline_lack_is_found(
    walked: Walked, tamper: Callable[[Kept], None], found: str
) -> None:
    kept = copied(walked.kept)
    tamper(kept)
    assert [line for line in walked.lost(kept) if found in line] != []


def test_who_signed_before_the_word_came_is_missed_by_nobody(walked: Walked) -> None:
    kept = copied(walked.kept)
    kept.jobs.append({**asked_to_sign(kept), "key": "Direct:1:ready_to_sign:1"})
    invited = {**asked_to_sign(kept), "key": "Direct:1:invite:1"}
    kept.jobs.append({**invited, "payload": {**invited["payload"], "name": "invite"}})
    assert walked.lost(kept) == []


def message_deleted(walked: Walked) -> None:
    post = walked.record.post("list:csm")
    assert post is not None
    walked.stage.world.slack.book.delete(post.channel, post.ts)


def word_deleted(walked: Walked) -> None:
    slack, where = walked.stage.world.slack, walked.record.channel_id
    told = next(m for m in slack.messages(where) if "live:channel" in str(m.get("metadata")))
    slack.book.delete(where, told["ts"])


def unpinned(walked: Walked) -> None:
    pin = walked.stage.world.slack.pins(walked.record.channel_id)[0]
    walked.stage.world.slack.pinboard.unpin(pin["channel"], pin["ts"])


def bookmark_gone(walked: Walked) -> None:
    slack, where = walked.stage.world.slack, walked.record.channel_id
    slack.pinboard.remove_bookmark(where, next(b["id"] for b in slack.bookmarks(where) if b["title"] == "Workspace"))


def member_gone(walked: Walked) -> None:
    walked.stage.world.slack.rooms.leave(walked.record.channel_id, company.by_key("chloe").id)


def no_purpose(walked: Walked) -> None:
    walked.stage.world.slack.rooms.change(walked.record.channel_id, purpose={"value": ""})


def file_gone(walked: Walked) -> None:
    slack = walked.stage.world.slack
    rooms = slack.dms(company.by_key("dev").id)
    room, message = next((r["id"], m) for r in rooms for m in slack.messages(r["id"]) if m.get("files"))
    slack.book.delete(room, message["ts"])


def task_gone(walked: Walked) -> None:
    asana = walked.stage.world.asana
    asana.delete("task", asana.one("section", walked.project()["section_gids"][1])["task_gids"][0])


def stranger_project(walked: Walked) -> None:
    asana = walked.stage.world.asana
    row = next(r for r in asana.all("membership") if "kim.first" in str(asana.people.one(r["member"])))
    walked.stage.world.shelf.delete("asana.membership", row["gid"])


def link_gone(walked: Walked) -> None:
    asana = walked.stage.world.asana
    row = next(r for r in asana.all("attachment") if "scope.pdf" in r["view_url"])
    walked.stage.world.shelf.delete("asana.attachment", row["gid"])


def property_gone(walked: Walked) -> None:
    walked.stage.world.hubspot.edit(walked.deal, baton_handover_status="workspace_ready")


def note_gone(walked: Walked) -> None:
    hub = walked.stage.world.hubspot
    hub.records.archive("notes", hub.deal(walked.deal)["notes"][0]["id"])


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (message_deleted, "HO-1: missing: message list:csm"),
        (word_deleted, "HO-1: missing: message live:channel in the channel"),
        (unpinned, "HO-1: missing: pin of the brief"),
        (bookmark_gone, "HO-1: missing: bookmark Workspace"),
        (member_gone, "HO-1: missing: member U"),
        (no_purpose, "HO-1: missing: purpose"),
        (file_gone, "not sent: file HO-1-history.txt"),
        (task_gone, "HO-1: missing: task "),
        (stranger_project, "HO-1: missing: member kim.first@client1.example of the project"),
        (link_gone, "HO-1: missing: link https://docs.acme.example/scope.pdf"),
        (property_gone, "HO-1: missing: property baton_handover_status"),
        (note_gone, "HO-1: missing: note with the links"),
    ],
)  # fmt: skip
def test_what_the_vendors_lack_is_found(walked: Walked, tamper: Callable[[Walked], None], found: str) -> None:
    """Each takes one thing more away: only what is new counts."""
    before = set(walked.lost(walked.kept))
    tamper(walked)
    assert [line for line in set(walked.lost(walked.kept)) - before if line.startswith(found)] != []


def message_twice(walked: Walked) -> None:
    post = walked.record.post("root")
    assert post is not None
    message = walked.stage.world.slack.book.get(post.channel, post.ts)
    assert message is not None
    walked.stage.world.slack.book.add(post.channel, {**message, "text": "Other words, the same key"})


def words_twice(walked: Walked) -> None:
    post = walked.record.post("root")
    assert post is not None
    message = walked.stage.world.slack.book.get(post.channel, post.ts)
    assert message is not None
    key = {"event_type": "baton", "event_payload": {"key": "another"}}
    walked.stage.world.slack.book.add(post.channel, {**message, "metadata": key})


def channel_twice(walked: Walked) -> None:
    walked.stage.world.slack.rooms.create(f"{walked.record.channel_name}-2", company.BOT_USER, private=True)


def bookmark_twice(walked: Walked) -> None:
    slack, where = walked.stage.world.slack, walked.record.channel_id
    mark = slack.bookmarks(where)[0]
    slack.pinboard.bookmark(where, title="Again", link=mark["link"], emoji="")


def pin_twice(walked: Walked) -> None:
    slack, where = walked.stage.world.slack, walked.record.channel_id
    brief = next(m for m in slack.messages(where) if "brief:1" in str(m.get("metadata")))
    for copy in [slack.book.add(where, brief) for _ in range(2)]:
        slack.pinboard.pin(where, copy["ts"])


def joined_twice(walked: Walked) -> None:
    slack, where = walked.stage.world.slack, walked.record.channel_id
    for _ in range(2):
        slack.rooms.leave(where, company.by_key("ben").id)
        slack.enter(where, company.by_key("ben").id)


def file_twice(walked: Walked) -> None:
    walked.stage.hands.upload("dev", "HO-1-history.txt", b"again")


def project_twice(walked: Walked) -> None:
    walked.stage.world.asana.add("project", {k: v for k, v in walked.project().items() if k != "gid"})


def section_twice(walked: Walked) -> None:
    asana, project = walked.stage.world.asana, walked.project()
    section = asana.one("section", project["section_gids"][1])
    new = asana.add("section", {**{k: v for k, v in section.items() if k != "gid"}, "task_gids": []})
    asana.keep("project", {**project, "section_gids": [*project["section_gids"], new["gid"]]})


def task_twice(walked: Walked) -> None:
    asana = walked.stage.world.asana
    section = asana.one("section", walked.project()["section_gids"][2])
    task = asana.one("task", section["task_gids"][0])
    new = asana.add("task", {k: v for k, v in task.items() if k != "gid"})
    asana.keep("section", {**section, "task_gids": [*section["task_gids"], new["gid"]]})


def guest_twice(walked: Walked) -> None:
    asana = walked.stage.world.asana
    row = next(r for r in asana.all("membership") if "lou.second" in str(asana.people.one(r["member"])))
    asana.add("membership", {k: v for k, v in row.items() if k != "gid"})


def link_twice(walked: Walked) -> None:
    asana = walked.stage.world.asana
    row = next(r for r in asana.all("attachment") if walked.record.channel_id in r["view_url"])
    asana.add("attachment", {k: v for k, v in row.items() if k != "gid"})


def note_twice(walked: Walked) -> None:
    hub = walked.stage.world.hubspot
    for _ in range(2):
        made = hub.records.create("notes", {"hs_note_body": "x baton:y", "hs_timestamp": "0"}, origin=PERSON)
        hub.associations.link("deals", walked.deal, "notes", made["id"])


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (message_twice, "message baton:"),
        (words_twice, "message handovers "),
        (channel_twice, "channel proj-"),
        (bookmark_twice, "bookmark proj-"),
        (pin_twice, "pin proj-"),
        (joined_twice, "member proj-"),
        (file_twice, "file HO-1-history.txt"),
        (project_twice, "project Client 1 – Project 1 – "),
        (section_twice, "section "),
        (task_twice, "task "),
        (guest_twice, "member "),
        (link_twice, "link "),
        (note_twice, "note "),
    ],
)  # fmt: skip
def test_what_is_there_twice_is_found(walked: Walked, tamper: Callable[[Walked], None], found: str) -> None:
    """Each makes one thing twice: only what is new counts."""
    before = set(walked.doubled())
    tamper(walked)
    assert [line for line in set(walked.doubled()) - before if line.startswith(found)] != []
