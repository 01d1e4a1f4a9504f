"""The manifest is valid for Slack, and says exactly what the code uses.

`manifest.schema.2.0.0.json` is Slack's own (slackapi/manifest-schema, MIT).
"""

import ast
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from blocks import ids
from handlers.scopes import OPTIONAL, WANTED
from handlers.slack_api import READS

ROOT = Path(__file__).resolve().parents[2]
# Method → the bot scopes of which one is needed (https://docs.slack.dev/reference/methods).
NEEDS = {
    "auth.test": [],
    "bookmarks.add": ["bookmarks:write"],
    "bookmarks.list": ["bookmarks:read"],
    "chat.postEphemeral": ["chat:write"],
    "chat.postMessage": ["chat:write"],
    "chat.update": ["chat:write"],
    "conversations.create": ["groups:write"],
    "conversations.history": ["im:history", "groups:history", "channels:history"],
    "conversations.info": ["groups:read", "channels:read"],
    "conversations.invite": ["groups:write"],
    "conversations.list": ["groups:read"],
    "conversations.members": ["groups:read", "channels:read"],
    "conversations.open": ["im:write"],
    "conversations.replies": ["groups:history", "channels:history"],
    "conversations.setPurpose": ["groups:write"],
    "conversations.setTopic": ["groups:write"],
    "files.completeUploadExternal": ["files:write"],
    "files.getUploadURLExternal": ["files:write"],
    "pins.add": ["pins:write"],
    "users.conversations": ["groups:read", "im:read"],
    "users.info": ["users:read"],
    "users.lookupByEmail": ["users:read.email"],
    "views.open": [],
    "views.publish": [],
    "views.push": [],
    "views.update": [],
}
EVENTS = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "channel_shared": "groups:read",
    "member_joined_channel": "groups:read",
    "message.im": "im:history",
    "user_change": "users:read",
}
BESIDES = {"commands", "files:read", "metadata.message:read"}


@pytest.fixture(scope="module")
def manifest() -> Any:
    return yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))


def called() -> set[str]:
    """Every Web API method that the code names."""
    text = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "handlers").rglob("*.py"))
    families = "auth|bookmarks|chat|conversations|files|pins|users|views|reactions|team"
    return set(re.findall(rf'"((?:{families})\.[a-zA-Z]+)"', text))


def test_it_is_valid_under_slacks_schema(manifest: Any) -> None:
    schema = json.loads((ROOT / "tests/house/manifest.schema.2.0.0.json").read_text(encoding="utf-8"))
    jsonschema.validate(manifest, schema)


def test_for_socket_mode_it_is_changed_as_the_quickstart_says(manifest: Any) -> None:
    """Whoever has no public address takes the four lines out, and what is left is valid."""
    text = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("#") or "baton.example.com" not in line]
    assert len(text.splitlines()) - len(lines) == 4
    assert "in four places" in (ROOT / "docs/quickstart.md").read_text(encoding="utf-8")
    assert "take the four addresses out" in text
    left = yaml.safe_load("\n".join(lines).replace("socket_mode_enabled: false", "socket_mode_enabled: true"))
    schema = json.loads((ROOT / "tests/house/manifest.schema.2.0.0.json").read_text(encoding="utf-8"))
    jsonschema.validate(left, schema)
    assert left["settings"]["socket_mode_enabled"]
    assert left["settings"]["event_subscriptions"] == {
        "bot_events": manifest["settings"]["event_subscriptions"]["bot_events"]
    }


def test_its_scopes_are_those_that_the_code_needs(manifest: Any) -> None:
    asked = manifest["oauth_config"]["scopes"]
    assert all(each == sorted(set(each)) for each in asked.values())
    scopes = asked["bot"]
    # Slack wants an optional scope among the others as well: https://docs.slack.dev/reference/app-manifest
    assert set(asked["bot_optional"]) == {"files:read"} <= OPTIONAL & set(scopes)
    assert called() <= NEEDS.keys()
    needed = {scope for method in called() for scope in NEEDS[method]} | {e for e in EVENTS.values() if e} | BESIDES
    assert set(scopes) == needed == WANTED.keys()
    assert WANTED.keys() > OPTIONAL
    assert NEEDS.keys() >= READS


def test_its_events_command_and_shortcuts_are_those_that_are_heard(manifest: Any) -> None:
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)
    assert [one["command"] for one in manifest["features"]["slash_commands"]] == ["/handover"]
    named = {one["callback_id"] for one in manifest["features"]["shortcuts"]}
    assert named == {ids.SHORTCUT_NEW, ids.SHORTCUT_EVIDENCE}
    text = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "handlers/ears").rglob("*.py"))
    heard = set(re.findall(r'bolt\.event\("([a-z_]+)"\)', text))
    assert heard == {event.partition(".")[0] for event in EVENTS}


def test_each_scope_has_its_reason_in_the_docs(manifest: Any) -> None:
    page = (ROOT / "docs/scopes.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z:._]+)` \|", page, re.MULTILINE)
    asked = manifest["oauth_config"]["scopes"]
    assert listed == asked["bot"]


def test_every_action_that_can_be_clicked_is_heard() -> None:
    """Each button id is registered by an ear, or only opens a link."""
    given = {name: value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)}
    prefixes = {"LIST", "ROLE", "POINT", "OPEN_LINK", "NOT_MINE", "HAND_OVER"}
    used: set[str] = set()
    for file in (ROOT / "handlers/ears").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ids":
                used.add(node.attr)
    only_shown = {"VIEW_READ", "VIEW_MISSING", "SHORTCUT_NEW"}
    assert given.keys() - prefixes - only_shown <= used
