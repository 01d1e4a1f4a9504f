"""Reads the app's manifest: scopes, events, commands, shortcuts (https://docs.slack.dev/reference/app-manifest).

It reads JSON, and the part of YAML that manifests use: nested maps and lists by indentation, scalars, flow lists of
scalars. It refuses to be a YAML parser: anchors, folded text and several documents are not read.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEFAULT_EVENTS = (
    "app_home_opened",
    "app_mention",
    "channel_archive",
    "channel_rename",
    "channel_shared",
    "channel_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.im",
    "user_change",
)
_PAIR = re.compile(r"^(\"[^\"]*\"|'[^']*'|[^\s#'\"\[{:-][^:#]*?)\s*:(?:\s+(.*))?$")


@dataclass(frozen=True)
class Manifest:
    """What the workspace needs to know of the app. `scopes` None: no manifest was found, everything is granted."""

    scopes: tuple[str, ...] | None
    events: tuple[str, ...]
    commands: tuple[dict[str, Any], ...]
    shortcuts: tuple[dict[str, Any], ...]
    messages_tab: bool

    def granted(self, *scopes: str) -> bool:
        """Whether any one of the scopes is granted; none needed is granted."""
        return self.scopes is None or not scopes or any(scope in self.scopes for scope in scopes)

    def escapes(self, command: str) -> bool:
        """Whether the command asked for `should_escape`; yes for an unknown one."""
        return all(one.get("should_escape", False) for one in self.commands if one.get("command") == command)


def read_manifest(path: Path) -> Manifest:
    """The manifest in the file; the widest one when there is no file. ValueError for lines it can't read."""
    if not path.exists():
        return Manifest(None, DEFAULT_EVENTS, (), (), messages_tab=True)
    text = path.read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text) if text.lstrip().startswith("{") else parse(text)
    features, settings = found.get("features", {}), found.get("settings", {})
    scopes = found.get("oauth_config", {}).get("scopes", {})
    alone = set(scopes.get("bot_optional", [])) - set(scopes.get("bot", []))
    if alone:
        named = ", ".join(sorted(alone))
        raise ValueError(f"{path.name}: bot_optional names {named}, which must stand in bot as well.")
    events = settings.get("event_subscriptions", {}).get("bot_events", [])
    return Manifest(
        scopes=tuple(scopes.get("bot", [])),
        events=tuple(events),
        commands=tuple(features.get("slash_commands", [])),
        shortcuts=tuple(features.get("shortcuts", [])),
        messages_tab=bool(features.get("app_home", {}).get("messages_tab_enabled", False)),
    )


def parse(text: str) -> dict[str, Any]:
    """The map written in a text of simple YAML."""
    lines = []
    for number, raw in enumerate(text.splitlines(), 1):
        bare = raw.split(" #")[0].rstrip() if '"' not in raw and "'" not in raw else raw.rstrip()
        if bare.strip() and not bare.lstrip().startswith(("#", "---")):
            lines.append((len(bare) - len(bare.lstrip()), bare.lstrip(), number))
    value = _block(lines, lines[0][0]) if lines else {}
    if lines:
        raise ValueError(f"line {lines[0][2]} of the manifest is indented in a way that is not read here")
    if not isinstance(value, dict):
        raise ValueError("the manifest must be a map")  # noqa: TRY004 - callers know one error
    return value


Lines = list[tuple[int, str, int]]


def _block(lines: Lines, indent: int) -> Any:
    return _list(lines, indent) if lines[0][1].startswith("- ") else _map(lines, indent)


def _list(lines: Lines, indent: int) -> list[Any]:
    found = []
    while lines and lines[0][0] == indent and lines[0][1].startswith("- "):
        _, text, number = lines.pop(0)
        item = text[2:].lstrip()
        if _PAIR.match(item):
            inner = indent + len(text) - len(item)
            lines.insert(0, (inner, item, number))
            found.append(_map(lines, inner))
        else:
            found.append(_scalar(item))
    return found


def _map(lines: Lines, indent: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while lines and lines[0][0] == indent and not lines[0][1].startswith("- "):
        _, text, number = lines.pop(0)
        pair = _PAIR.match(text)
        if pair is None:
            raise ValueError(f"line {number} of the manifest is not read here: {text}")
        found[pair[1].strip("\"'")] = _scalar(pair[2]) if pair[2] else _under(lines, indent)
    return found


def _under(lines: Lines, indent: int) -> Any:
    if lines and (lines[0][0] > indent or (lines[0][0] == indent and lines[0][1].startswith("- "))):
        return _block(lines, lines[0][0])
    return None


def _scalar(text: str) -> Any:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return [_scalar(part) for part in text[1:-1].split(",") if part.strip()]
    if text[:1] == "{" and text[-1:] == "}":
        return json.loads(text)
    if text[:1] in "\"'" and text[:1] and text[-1:] == text[:1]:
        return text[1:-1]
    known = {"true": True, "false": False, "null": None, "~": None}
    if text in known:
        return known[text]
    return int(text) if text.isdigit() else text
