"""Hostile words from the CRM, from profiles and from people, through the front door: harmless wherever they end.

That is in Slack's messages, in names of channels, in files, in the project tool, in the note that the CRM gets.
"""

import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bot.handover import State
from sandbox import company
from sandbox.hubspot.records import PERSON
from tests.blocks.reading import TOKEN, texts
from tests.stories import walk
from tests.stories.stage import Stage
from tests.stories.test_pause import working_day

pytestmark = pytest.mark.slow  # the road to the workspace, with a lot of text

EVIL = (
    "<!channel> <!here> <@U0HANA0001> <#C1> *b* `c` </li></body><script>alert(1)</script><!--"
    " <https://evil.example|Sign off> javascript:alert(1) =cmd()|' \u202egnp.exe\u2066 \x07e\u0301\u0301 🧨"
)
LONG = EVIL + "&" * 20_000
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
POISONED = {
    "deals": ("dealname", "description"),
    "companies": ("name",),
    "contacts": ("firstname", "lastname", "jobtitle"),
    "line_items": ("name", "description"),
    "notes": ("hs_note_body",),
    "tickets": ("subject", "content"),
}


class Tags(HTMLParser):
    """Which tags a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not attrs, (tag, attrs)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def poison(stage: Stage) -> None:
    """Every name and text of the CRM, and Ana's own name in Slack."""
    records = stage.world.hubspot.records
    for kind, names in POISONED.items():
        for record in records.all(kind):
            evil = LONG if kind in ("notes", "tickets") else EVIL
            records.update(kind, record["id"], dict.fromkeys(names, evil), origin=PERSON)
    profile = stage.world.slack.user(walk.user_id("ana"))
    assert profile
    named = {"real_name": EVIL, "display_name": EVIL}
    stage.world.slack.change_user(walk.user_id("ana"), real_name=EVIL, profile={**profile["profile"], **named})


def sent(stage: Stage) -> list[dict[str, Any]]:
    """Every message and view that Baton gave to Slack."""
    calls = stage.world.slack.calls
    methods = ("chat.postMessage", "chat.update", "chat.postEphemeral", "response_url")
    messages = [call["args"] for method in methods for call in calls.of(method)]
    views = [
        call["args"]["view"] for method in ("views.open", "views.publish", "views.update") for call in calls.of(method)
    ]
    return messages + views


def test_hostile_words_of_everybody_are_harmless_wherever_they_end(http_stage: Stage) -> None:
    stage = http_stage
    stage.stop()
    poison(stage)
    stage.start()
    walk.won(stage)
    walk.click(stage, "ana", "list:sales_rep", "promise.add")
    walk.submit(stage, "ana", walk.fields(words=EVIL))
    stage.settle()
    walk.click(stage, "ben", "list:pm", "document.all_read")
    walk.click(stage, "ben", "list:pm", "points.answer")
    waiting = [one.id for one in stage.handover().entries if one.open]
    walk.submit(stage, "ben", {f"point:{number}": {"points.choice": "in_scope"} for number in waiting})
    walk.scope(stage)
    made = stage.handover()
    assert made.state is State.PROVISIONED
    assert not stage.parked()
    assert "alert(1)" in made.client
    in_a_file(stage)
    in_slack(stage)
    in_asana(stage)
    in_hubspot(stage)


def in_slack(stage: Stage) -> None:
    """No mention but of colleagues whom Baton rings, no foreign link, no hidden sign; rooms have names of their own."""
    colleagues = {one.id for one in company.PEOPLE if not one.guest} | {company.BOT_USER}
    told = [text for one in sent(stage) for text in (*texts(one, "mrkdwn"), str(one.get("text", "")))]
    assert [text for text in told if "alert(1)" in text], "the words are there to be seen"
    for text in told:
        assert not HIDDEN.search(text), text
        for token in TOKEN.findall(text):
            known = token.startswith(("!date^", "http://127.0.0.1", "https://app.hubspot", "https://acme.", "#C"))
            assert known or token[1:] in colleagues, (token, text)
    rooms = [str(call["args"]["name"]) for call in stage.world.slack.calls.of("conversations.create")]
    assert rooms
    assert [name for name in rooms if not re.fullmatch(r"[a-z0-9_-]{1,80}", name)] == []


def in_asana(stage: Stage) -> None:
    """Names are one line without hidden signs, descriptions hold text and lists."""
    (project,) = stage.world.asana.projects()
    tasks = [task for section in project["sections"] for task in section["tasks"]]
    for one in (project, *tasks):
        assert not HIDDEN.search(one["name"] + one["notes"])
        assert "\n" not in one["name"]
    assert "alert(1)" in project["name"]
    written = [one["html_notes"] for one in (project, *tasks) if one.get("html_notes")]
    assert written
    for html in written:
        assert {element.tag for element in ET.fromstring(html).iter()} <= {"body", "ul", "li", "a"}  # noqa: S314


def in_hubspot(stage: Stage) -> None:
    """The note that Baton wrote is paragraphs of text."""
    notes = [note["properties"]["hs_note_body"] for note in stage.world.hubspot.records.all("notes")]
    ours = [body for body in notes if "baton:" in body]
    assert ours
    for body in ours:
        assert Tags(body).seen <= {"p", "small"}
        assert not HIDDEN.search(body)


def in_a_file(stage: Stage) -> None:
    """One line for each thing that happened, whatever is told of it."""
    said = stage.hands.command("ben", walk.HERE, f"pause HO-1 until {working_day(stage, 2).isoformat()} {EVIL}")
    assert stage.handover().running("pause"), said
    stage.hands.command("ben", walk.HERE, "audit HO-1 file")
    stage.settle()
    (file,) = stage.world.slack.files()
    body = stage.world.slack.drive.content(file["id"]).decode()
    with stage.deps.store.read() as reader:
        count = len(reader.events(1))
    assert "alert(1)" in body
    assert len(body.splitlines()) == count + 3
    assert not HIDDEN.search(body)
