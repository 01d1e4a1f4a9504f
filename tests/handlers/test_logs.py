"""Logs tell what happened and why; never a secret, a promise, an amount, a stance or somebody's name.

The whole road is walked with the finest logging on, through trouble of each kind; every line that anybody in the
process logs is read, ours and the libraries'.
"""

import errno
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.errors import Surprise
from connectors.crm.hubspot.signature import sign
from handlers.clock import Clock
from handlers.logs import Lines, set_up
from handlers.wiring import build
from tests.stories import walk
from tests.stories.stage import HUBSPOT_SECRET, Stage, staged

SECRETS = (
    "xoxb-sandbox",
    "xapp-sandbox",
    "sandbox-signing-secret",
    "sandbox-hubspot-secret",
    "hubspot-sandbox",
    "asana-sandbox",
)
WORDS = (
    "weekly call",
    "free training",
    "board meets",
    "go on after go-live",
    "ends with go-live",
    "84000",
    "84,000",
    "maria klein",
    "jonas weber",
    "m.klein@",
    "against",
    "abc fintech",
    "cloud migration",
    "abcfintech.example",
    "@acme.example",
    "ana ruiz",
    "olga novak",
)


@contextmanager
def overheard() -> Iterator[StringIO]:
    """Everything that is logged while it lasts, at the finest level that a person can switch on, as it is written."""
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    heard = StringIO()
    set_up(logging.DEBUG)
    handler = logging.StreamHandler(heard)
    handler.setFormatter(Lines())
    root.addHandler(handler)
    try:
        yield heard
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]


def trouble(stage: Stage) -> None:
    """A bad day: each side fails in its own way, and somebody knocks who is not HubSpot."""
    add = stage.world.faults.add
    add("hubspot", "GET /crm", "500")
    add("slack", "chat.postMessage", "429")
    add("slack", "chat.postMessage", "ok_false:internal_error")
    add("slack", "views.open", "ok_false:internal_error")
    add("asana", "POST /projects", "500")
    add("asana", "POST /tasks", "500")
    url = f"{stage.env['BATON_PUBLIC_URL']}/webhooks/hubspot"
    body = json.dumps([{"objectId": 1, "propertyValue": "Weekly call"}]).encode()
    forged = sign(body, url=url, now=Clock().machine_now(), secret="forged")
    assert httpx.post(url, content=body, headers=forged).status_code == 401


def lines(heard: StringIO) -> list[dict[str, Any]]:
    """Each line is one JSON object with its time, level, source and what happened."""
    found: list[dict[str, Any]] = [json.loads(line) for line in heard.getvalue().splitlines()]
    assert all({"at", "level", "from", "what"} <= line.keys() for line in found)
    return found


def nothing_planted(heard: StringIO) -> None:
    """None of the planted words stands anywhere."""
    unsaid(heard.getvalue())


def unsaid(text: str) -> None:
    """None of the planted words stands there."""
    assert text
    assert [word for word in (*SECRETS, *WORDS) if word in text.lower()] == []


def health(stage: Stage) -> None:
    """Nor in what a monitor and an administrator read of a Baton at work, with a job that waits."""
    stage.world.faults.down("asana")
    stage.world.faults.down("hubspot")
    stage.world.hubspot.win("9003")
    stage.until(lambda: any(job.error for job in stage.deps.store.outbox.jobs(("ready",))), "a job waits")
    for page in ("healthz", "readyz", "metrics"):
        unsaid(httpx.get(f"{stage.env['BATON_PUBLIC_URL']}/{page}").text)
    jobs = stage.deps.store.outbox.jobs()
    assert jobs
    unsaid(str(jobs))
    stage.world.faults.clear()


@pytest.mark.slow
@pytest.mark.req("R116")
def test_a_walk_through_trouble_leaves_no_secret_and_no_word_of_the_record_in_any_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.deliver.loop.BACKOFF_CAP", 0.3)
    with overheard() as heard, staged(tmp_path) as stage:
        stage.start()
        trouble(stage)
        stage.hands.global_shortcut("ana", "handover_new")
        handover = walk.whole(stage)
        health(stage)
        stage.stop()
    record = str(handover).lower()
    missing = [word for word in WORDS if word not in record]
    assert missing == ["84,000", "olga novak"], "a number as people read it, and who had no part in it"
    nothing_planted(heard)
    told = [
        (line["from"], line.get("kind"), line.get("why", "")) for line in lines(heard) if line["level"] == "warning"
    ]
    assert ("baton.webhooks", None, "BadSignature") in told
    assert ("baton.ears", None, "internal_error") in told
    assert ("baton.deliver", "Redraw", "Slack chat.postMessage: internal_error") in told
    assert [why for _, kind, why in told if kind == "ReadDeal" and why.startswith("HubSpot read the deal: ")]
    assert [why for _, kind, why in told if kind == "Provision" and why.startswith("Asana make the project: ")]


def test_no_line_is_coloured_for_a_terminal() -> None:
    """Uvicorn adds its message once more, with colours."""
    record = logging.makeLogRecord({"msg": "running", "color_message": "\x1b[1mrunning", "port": 3000})
    line = json.loads(Lines().format(record))
    assert (line["what"], line["port"]) == ("running", "3000")
    assert "color_message" not in line


def caused(said: list[dict[str, Any]], trace: str) -> list[str]:
    """What happened for one cause, as it was logged; a line that stands there several times, once."""
    told = [
        f"{line['what']} {line.get('kind') or line.get('call') or ''}".strip()
        for line in said
        if line.get("trace") == trace
    ]
    return list(dict.fromkeys(told))


def by_trace(said: list[dict[str, Any]], what: str, **more: str) -> list[str]:
    """The ids of these lines, each of which has one."""
    return [line["trace"] for line in said if line["what"] == what and more.items() <= line.items()]


@pytest.mark.req("R116")
def test_over_socket_mode_no_message_is_told_either(tmp_path: Path) -> None:
    """Each envelope holds what people typed; the SDK would tell it at its finest level."""
    with overheard() as heard, staged(tmp_path, socket_mode=True) as stage:
        stage.start()
        stage.world.faults.add("slack", "views.open", "ok_false:internal_error")
        stage.hands.global_shortcut("ana", "handover_new")
        walk.won(stage)
        stage.settle()
        walk.promised(stage)
        stage.settle()
        health(stage)
        stage.stop()
    nothing_planted(heard)
    said = lines(heard)
    (unopened,) = [line for line in said if line["what"] == "modal not opened"]
    doors = by_trace(said, "Slack was answered")
    assert len(doors) == len(set(doors)), "each envelope is a cause of its own"
    assert unopened["trace"] in by_trace(said, "Slack was answered", kind="shortcut")
    (promised,) = by_trace(said, "acted", action="view.promise", came="done")
    road = {"acted", "Slack was answered view_submission", "called chat.update", "job done Redraw"}
    assert road <= set(caused(said, promised))


def deliver(stage: Stage, value: str) -> None:
    """One signed delivery of HubSpot's, with one event."""
    told = {"subscriptionType": "deal.propertyChange", "propertyName": "dealstage", "propertyValue": value}
    body = json.dumps([{"eventId": 1, "occurredAt": 1_773_100_000_000, "objectId": int(walk.ABC), **told}]).encode()
    url = f"{stage.env['BATON_PUBLIC_URL']}/webhooks/hubspot"
    headers = sign(body, url=url, now=Clock().machine_now(), secret=HUBSPOT_SECRET)
    assert httpx.post(url, content=body, headers=headers).status_code == 200
    stage.settle()


def test_from_the_webhook_to_the_post_and_from_the_click_to_the_edit_each_line_carries_one_id(tmp_path: Path) -> None:
    """The rows carry it too: it is the same in another thread, in another replica, after a restart."""
    with overheard() as heard, staged(tmp_path) as stage:
        stage.world.hubspot.webhooks.drop_all = True
        stage.start()
        stage.world.hubspot.win(walk.ABC)
        deliver(stage, "closedwon")
        said = lines(heard)
        (taken,) = by_trace(said, "webhook taken")
        assert set(by_trace(said, "called", call="chat.postMessage")) == {taken}
        road = caused(said, taken)
        assert {"webhook taken", "webhook read", "job done ReadInbox", "deal read", "job done Reply"} <= set(road)
        assert road.index("called read the deal") < road.index("called chat.postMessage")
        walk.click(stage, "ana", "list:sales_rep", "promise.add")
        walk.submit(stage, "ana", walk.fields(words="Weekly call until go-live"))
        stage.settle()
        said = lines(heard)[len(said) :]
        (saved,) = by_trace(said, "acted")
        assert set(by_trace(said, "called", call="chat.update")) == {saved}
        assert {"Slack was answered view_submission", "job done Redraw"} <= set(caused(said, saved))
        clicks = by_trace(said, "Slack was answered")
        deliver(stage, "closedwon")  # the same bytes again: no effect, and an id of its own all the same
        deliver(stage, "closedlost")
        rows = stage.deps.store.outbox.jobs(("done",))
        with stage.deps.store.read() as reader:
            kept = [reader.inbox.get(number) for number in (1, 2)]
    first, again, other = by_trace(lines(heard), "webhook taken")
    assert first == taken
    assert len({first, again, other, *clicks}) == 5
    assert [one and one.trace for one in kept] == [first, other]
    assert [job.trace for job in rows if job.kind == "ReadInbox"] == [other, first]
    assert {job.trace for job in rows if job.kind == "Reply"} == {first}


@pytest.mark.slow
def test_one_reference_leads_from_the_log_to_the_job_and_to_the_vendor(tmp_path: Path) -> None:
    """HubSpot's own id of the failed call stands in the log and with the job that waits, beside the job's number."""
    with overheard() as heard, staged(tmp_path) as stage:
        stage.start()
        stage.world.faults.add("hubspot", "GET /crm", "500")
        stage.world.hubspot.win(walk.ABC)
        stage.until(lambda: "(reference " in heard.getvalue(), "the read fails")
        stage.until(lambda: any(job.error for job in stage.deps.store.outbox.jobs(("ready", "done"))), "the job waits")
        (job,) = [job for job in stage.deps.store.outbox.jobs(("ready", "done")) if job.error]
        stage.settle()
    (line,) = [line for line in lines(heard) if line["what"] == "job failed"]
    assert line["job"] == str(job.id)
    assert line["kind"] == job.kind == "ReadDeal"
    assert line["why"] == job.error
    reference = job.error.partition("(reference ")[2].rstrip(")")
    assert len(reference) == 36


class Full(StringIO):
    """A disk without room; `tried` is what should have been written."""

    def __init__(self) -> None:
        super().__init__()
        self.tried: list[str] = []

    def write(self, text: str) -> int:
        self.tried.append(text)
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_below_the_log_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines that cannot be written are gone, quietly: no word about them either. With room again the next is there."""
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    log = logging.getLogger("baton.test")
    try:
        full = Full()
        monkeypatch.setattr("sys.stderr", full)
        set_up()
        for number in range(1_000):
            log.error("line %s", number)
        assert [json.loads(line)["what"] for line in full.tried] == [f"line {number}" for number in range(1_000)]
        room = StringIO()
        monkeypatch.setattr("sys.stderr", room)
        set_up()
        log.error("there is room again")
        assert json.loads(room.getvalue())["what"] == "there is room again"
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]


def test_an_answer_of_slacks_that_nobody_can_read_is_not_told(tmp_path: Path) -> None:
    """It may be half of our own message: the SDK would log how it begins."""
    with staged(tmp_path) as stage, overheard() as heard:
        deps = build(stage.settings(), stage.env, clock=Clock())
        stage.world.faults.add("slack", "chat.postMessage", "garbage")
        with pytest.raises(Surprise):
            deps.slack.call("chat.postMessage", channel=walk.HERE, text="Weekly call until go-live")
        deps.store.db.dispose()
    assert "an answer that is not JSON" in heard.getvalue()
    assert "upstream connect error" not in heard.getvalue()
