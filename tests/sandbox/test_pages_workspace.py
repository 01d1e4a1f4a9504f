"""The workspace in the browser, over HTTP: each person sees what Slack would show them, and no more."""

import base64
import re
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from sandbox import deals
from sandbox.company import HANDOVERS_CHANNEL, by_key
from sandbox.slack.api import BOT_TOKEN
from sandbox.slack.hands import Hands
from sandbox.slack.seed import CLIENT_CHANNEL, SHARED_CHANNEL
from sandbox.web.crm import lines
from sandbox.web.guide import steps
from sandbox.world import World
from tests.sandbox.slack_bot import Bot

ANA, BEN = by_key("ana").id, by_key("ben").id
EVIL = "<script>alert(1)</script>"


@dataclass(frozen=True)
class Browser:
    """A browser window in which somebody acts."""

    url: str

    def get(self, path: str, who: str, **query: str) -> httpx.Response:
        return httpx.get(self.url + path, params={"as": who, **query}, trust_env=False)

    def follow(self, link: str, who: str) -> httpx.Response:
        return httpx.get(link, cookies={"as": who}, follow_redirects=True, trust_env=False)

    def act(self, name: str, who: str, **given: Any) -> Any:
        return httpx.post(f"{self.url}/do/{name}", params={"as": who}, json=given, trust_env=False).json()


@pytest.fixture
def browser(world: World) -> Browser:
    deals.seed(world)  # the guided first path looks at one of them
    return Browser(world.base_url)


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def looks(browser: Browser, who: str, **query: str) -> str:
    answer = browser.get("/", who, **query)
    assert answer.status_code == 200
    return answer.text


def channels(html: str) -> set[str]:
    return set(re.findall(r'data-channel="(\w+)"', html))


def test_a_guest_sees_their_own_channel_only(browser: Browser) -> None:
    assert channels(looks(browser, "klein")) == {SHARED_CHANNEL}
    assert channels(looks(browser, "ana")) >= {HANDOVERS_CHANNEL, CLIENT_CHANNEL, SHARED_CHANNEL}


def test_a_colleague_without_a_role_does_not_see_the_private_handovers_channel(
    browser: Browser, client: WebClient
) -> None:
    client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="three promises")
    assert HANDOVERS_CHANNEL not in channels(looks(browser, "nico"))
    assert "three promises" not in looks(browser, "nico", c=HANDOVERS_CHANNEL)
    assert "three promises" in looks(browser, "ana", c=HANDOVERS_CHANNEL)


def test_a_private_note_is_seen_by_one_person(browser: Browser, client: WebClient) -> None:
    client.chat_postEphemeral(channel=HANDOVERS_CHANNEL, user=ANA, text="Only Dev can tick this")
    assert "Only Dev can tick this" in looks(browser, "ana", c=HANDOVERS_CHANNEL)
    assert "Only Dev can tick this" not in looks(browser, "ben", c=HANDOVERS_CHANNEL)


def test_direct_messages_are_seen_by_their_owner_under_either_address(browser: Browser, client: WebClient) -> None:
    dm = client.chat_postMessage(channel=ANA, text="2 things wait for you")["channel"]
    assert "2 things wait for you" in looks(browser, "ana", c="app")
    assert "2 things wait for you" in looks(browser, "ana", c=dm)
    assert "2 things wait for you" not in looks(browser, "ben", c=dm)


def test_the_first_look_at_the_apps_messages_opens_them_for_writing(browser: Browser, world: World) -> None:
    place = re.search(r'data-place="(\w+)"', looks(browser, "nico", c="app"))
    assert place
    assert browser.act("say", "nico", text="hello Baton", channel=place[1], thread="") == {}
    assert [one["text"] for one in world.slack.messages(place[1])] == ["hello Baton"]
    assert "hello Baton" in looks(browser, "nico", c="app")


def test_what_rings_is_counted_until_it_is_read(browser: Browser, client: WebClient) -> None:
    general = "C0GENERAL1"
    looks(browser, "ben", c=HANDOVERS_CHANNEL)
    client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="quiet news")
    client.chat_postMessage(channel=HANDOVERS_CHANNEL, text=f"<@{BEN}> read 4 documents")
    entry = re.search(rf'data-channel="{HANDOVERS_CHANNEL}">(.*?)</a>', looks(browser, "ben", c=general), re.DOTALL)
    assert entry
    assert '<span class="badge">1</span>' in entry[1]
    looks(browser, "ben", c=HANDOVERS_CHANNEL)
    assert "badge" not in looks(browser, "ben", c=general)


def test_a_message_that_people_wrote_is_text(browser: Browser, hands: Hands) -> None:
    hands.say("ana", CLIENT_CHANNEL, f"look {EVIL} *now*")
    html = looks(browser, "ben", c=CLIENT_CHANNEL)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert EVIL not in html


def test_a_tick_stays_on_the_screen_of_the_person_who_ticked(browser: Browser, client: WebClient, hands: Hands) -> None:
    """Ticks are each client's own until the app updates the message."""
    boxes = {"type": "checkboxes", "action_id": "items", "options": [{"text": plain("Team"), "value": "7"}]}
    blocks = [{"type": "actions", "block_id": "list:v1", "elements": [boxes]}]
    ts = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="list", blocks=blocks)["ts"]
    hands.tick("ben", HANDOVERS_CHANNEL, ts, "items", ["7"])
    assert 'value="7" checked' in looks(browser, "ben", c=HANDOVERS_CHANNEL)
    assert 'value="7" checked' not in looks(browser, "ana", c=HANDOVERS_CHANNEL)
    blocks[0]["block_id"] = "list:v2"
    client.chat_update(channel=HANDOVERS_CHANNEL, ts=ts, text="list", blocks=blocks)
    assert 'value="7" checked' not in looks(browser, "ben", c=HANDOVERS_CHANNEL)


def test_a_modal_keeps_what_was_typed_when_the_app_redraws_it(
    world: World, browser: Browser, client: WebClient, hands: Hands
) -> None:
    block = {
        "type": "input",
        "block_id": "what",
        "label": plain("What was promised?"),
        "element": {"type": "plain_text_input", "action_id": "text"},
    }
    view = {"type": "modal", "title": plain("Add a promise"), "submit": plain("Save"), "blocks": [block]}
    opened = client.views_open(trigger_id=world.slack.handles.trigger(ANA), view=view)["view"]
    hands.fill("ana", opened["id"], "what", "text", "weekly call")
    client.views_update(view_id=opened["id"], view={**view, "title": plain("Add promises")})
    pane = browser.get("/pane", "ana", c=HANDOVERS_CHANNEL).json()
    assert "Add promises" in pane["modal"]
    assert 'value="weekly call"' in pane["modal"]
    assert browser.get("/pane", "ben", c=HANDOVERS_CHANNEL).json()["modal"] == ""


def test_a_file_is_chosen_on_the_page_told_to_the_app_and_given_to_the_bot_alone(
    world: World, browser: Browser, client: WebClient, bot: Bot
) -> None:
    chooser = {"type": "file_input", "action_id": "file", "filetypes": ["toml"], "max_files": 1}
    block = {"type": "input", "block_id": "file", "label": plain("The changed file"), "element": chooser}
    view = {"type": "modal", "title": plain("Upload"), "submit": plain("Check"), "callback_id": "v", "blocks": [block]}
    opened = client.views_open(trigger_id=world.slack.handles.trigger(ANA), view=view)["view"]
    assert "errors" in browser.act("submit", "ana", view=opened["id"], values={"file": {"file": []}})
    kept = browser.act("upload", "ana", file=EVIL, content=base64.b64encode(b"a = 1").decode())
    values = {"file": {"file": [kept["id"]]}}
    assert browser.act("submit", "ana", view=opened["id"], values=values) == {}
    (told,) = bot.payloads("view_submission")
    (file,) = told["view"]["state"]["values"]["file"]["file"]["files"]
    assert (file["name"], file["size"], file["user"]) == (EVIL, 5, ANA)
    link = file["url_private_download"]

    def given(token: str) -> httpx.Response:
        return httpx.get(link, headers={"Authorization": f"Bearer {token}"}, trust_env=False)

    assert given(BOT_TOKEN).content == b"a = 1"
    login = given("xoxb-of-somebody-else")
    assert (login.status_code, login.headers["content-type"]) == (200, "text/html; charset=utf-8")
    world.slack.manifest = replace(world.slack.manifest, scopes=("files:write",))
    assert given(BOT_TOKEN).text == login.text


def test_a_click_on_the_page_reaches_the_app_as_that_person(browser: Browser, client: WebClient, bot: Bot) -> None:
    button = {"type": "button", "action_id": "gate.missing", "text": plain("What's missing"), "value": "h_1"}
    blocks = [{"type": "actions", "block_id": "root", "elements": [button]}]
    ts = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="root", blocks=blocks)["ts"]
    html = looks(browser, "ben", c=HANDOVERS_CHANNEL)
    assert 'data-action-id="gate.missing" data-block-id="root"' in html
    press = {"channel": HANDOVERS_CHANNEL, "ts": ts, "action": "gate.missing", "block": "root", "value": "h_1"}
    assert browser.act("click", "ben", **press) == {}
    clicked = bot.payloads("block_actions")
    assert [(one["user"]["id"], one["actions"][0]["value"]) for one in clicked] == [(BEN, "h_1")]


def test_slash_commands_are_refused_in_threads(browser: Browser, client: WebClient, bot: Bot) -> None:
    ts = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="root")["ts"]
    line = {"text": "/handover ABC", "channel": HANDOVERS_CHANNEL, "thread": ts}
    said = browser.act("say", "ana", **line)
    assert "not supported in threads" in said["error"]
    assert bot.payloads("command") == []
    browser.act("say", "ana", **{**line, "thread": ""})
    assert [one["text"] for one in bot.payloads("command")] == ["ABC"]


def test_a_permalink_leads_to_its_thread(browser: Browser, client: WebClient) -> None:
    root = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="the root")["ts"]
    reply = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="the answer", thread_ts=root)["ts"]
    link = str(client.chat_getPermalink(channel=HANDOVERS_CHANNEL, message_ts=reply)["permalink"])
    assert "the answer" in browser.follow(link, "ana").text


def test_a_file_of_a_message_is_downloaded_by_those_who_see_it(browser: Browser, client: WebClient) -> None:
    client.files_upload_v2(channel=HANDOVERS_CHANNEL, content="a = 1", filename="list.toml")
    link = re.search(r'href="(/files/\w+)\?c=\w+" download="list.toml"', looks(browser, "ana", c=HANDOVERS_CHANNEL))
    assert link is not None
    told = browser.get(link[1], "ana", c=HANDOVERS_CHANNEL)
    assert (told.text, told.headers["content-disposition"]) == ("a = 1", "attachment")
    assert browser.get(link[1], "klein", c=HANDOVERS_CHANNEL).status_code == 404


def test_a_person_sets_and_clears_their_status_on_their_page(browser: Browser, world: World) -> None:
    assert 'data-testid="status"' not in looks(browser, "ana")
    given = {"emoji": ":palm_tree:", "text": "Vacationing", "until": "2030-03-01T18:00"}
    assert browser.act("status", "ana", **given) == {}
    assert "🌴 Vacationing · until Mar 1, 2030 18:00" in looks(browser, "ana")
    assert (world.slack.user(ANA) or {})["profile"]["status_expiration"] == 1_898_614_800  # 18:00 in Berlin
    assert 'data-testid="status"' not in looks(browser, "ben")
    assert browser.act("status", "ana") == {}
    assert 'data-testid="status"' not in looks(browser, "ana")
    browser.act("status", "ana", **{**given, "until": "2020-03-01T18:00"})
    assert 'data-testid="status"' not in looks(browser, "ana")


def test_the_page_offers_what_slack_offers_as_a_status(browser: Browser) -> None:
    html = looks(browser, "ana")
    assert 'value=":palm_tree:" data-words="Vacationing">🌴 Vacationing</option>' in html
    assert 'name="until" required' in html


def test_what_the_guide_ticked_stays_ticked(world: World, client: WebClient) -> None:
    """Ana's signature is the fourth thing on her list: the three questions stay answered."""
    deals.seed(world)
    root = client.chat_postMessage(channel=HANDOVERS_CHANNEL, text="Handover ABC Fintech – Cloud Migration: won")["ts"]
    assert not _answered(world)
    ana = "ABC Fintech, list of Ana Ruiz (sales rep): {} of 4 done."
    said = client.chat_postMessage(channel=HANDOVERS_CHANNEL, thread_ts=root, text=ana.format(3))["ts"]
    assert _answered(world)
    client.chat_update(channel=HANDOVERS_CHANNEL, ts=said, text=ana.format(4))
    assert _answered(world)


def test_a_note_of_the_crm_keeps_its_lines() -> None:
    body = "<p>Workspace: <a href='#'>here</a><br>Start: Mon</p><p>Fish &amp; &lt;b&gt;chips&lt;/b&gt;</p>"
    assert lines(body) == ["Workspace: here", "Start: Mon", "Fish & <b>chips</b>"]


def test_nobody_acts_before_the_bot_is_up(browser: Browser, world: World, bot: Bot) -> None:
    """A win from before the bot's first start would only be reported: the page waits, and says so."""
    world.starting = True
    told = httpx.post(f"{browser.url}/crm/9001/win", follow_redirects=True, trust_env=False).text
    assert "Baton is starting" in told
    assert 'http-equiv="refresh"' in told
    assert 'disabled data-testid="win-9001"' in told
    assert not _is_won(world, "9001")
    said = browser.act("say", "ana", text="/handover", channel=HANDOVERS_CHANNEL)
    assert said == {"error": "Baton is starting. Press again in a moment."}
    assert bot.payloads("command") == []
    world.starting = False
    told = httpx.post(f"{browser.url}/crm/9001/win", follow_redirects=True, trust_env=False).text
    assert "Baton is starting" not in told
    assert "disabled" not in told
    assert _is_won(world, "9001")


def _is_won(world: World, deal: str) -> bool:
    return any(one["is_won"] for one in world.hubspot.deals() if one["id"] == deal)


def _answered(world: World) -> bool:
    return next(step.done for step in steps(world) if "three questions" in step.words)
