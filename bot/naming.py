"""Names of the workspace and of the Slack channel, made from the client, the project and the start date.

Decides spelling and length only; how dates and moments are spelled, too, in English wherever Baton runs.
Whether a channel's name is free, Slack says: `numbered` has the next ones.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WORKSPACE_LIMIT = 150
"""A Slack header block holds 150 characters (docs.slack.dev/reference/block-kit/blocks/header-block)."""
CHANNEL_LIMIT = 80
"""docs.slack.dev/reference/methods/conversations.create: lowercase letters, digits, hyphens, underscores."""
PREFIX_LIMIT = 20
NAMES = 20
"""Tries of -2, -3 … before a person is asked."""
NUMBER_ROOM = len("-99")

JOINERS = "\u200c\u200d"
UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
"""Latin letters that Unicode does not split into a plain letter and a mark."""


def workspace_name(*, client: str, project: str, start: date) -> str:
    """`ABC Fintech – Cloud Migration – Sep2025`: spaced en dashes, English month, at most 150 characters.

    Control characters and line breaks become spaces, runs of spaces one. An empty part becomes "Client" or "Project".
    """
    date_part = f"{MONTHS[start.month - 1]}{start.year:04d}"
    client, project = _plain(client) or "Client", _plain(project) or "Project"
    room = WORKSPACE_LIMIT - len(f" –  – {date_part}")
    keep_client, keep_project = _shares(room, first=len(client), second=len(project))
    return f"{_cut(client, keep_client)} – {_cut(project, keep_project)} – {date_part}"


def channel_name(*, client: str, project: str, start: date, fallback: str, prefix: str = "proj") -> str:
    """`proj-abc-fintech-cloud-migration-sep2025`, cut so that 80 are enough for a number behind it, the date kept.

    Where client and project have no letter or digit that Slack takes, `fallback` (the deal's or handover's id) stands.
    """
    head = _slug(prefix)[:PREFIX_LIMIT].strip("-") or "proj"
    suffix = f"{MONTHS[start.month - 1].lower()}{start.year:04d}"
    first, second = _slug(client), _slug(project)
    if not first and not second:
        first = _slug(fallback) or "handover"
    room = CHANNEL_LIMIT - len(f"{head}---{suffix}") - NUMBER_ROOM
    keep_first, keep_second = _shares(room, first=len(first), second=len(second))
    parts = (head, first[:keep_first].strip("-"), second[:keep_second].strip("-"), suffix)
    return "-".join(filter(None, parts))


def day_words(day: date) -> str:
    """`Fri 13 Mar 2026`."""
    return f"{WEEKDAYS[day.weekday()]} {short_day_words(day)} {day.year}"


def short_day_words(day: date) -> str:
    """`21 Aug`: where the year is plain."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def moment_words(moment: datetime) -> str:
    """`Wed 10 Sep 10:00`: what calendar and clock show in the moment's own zone."""
    return f"{WEEKDAYS[moment.weekday()]} {short_day_words(moment)} {moment:%H:%M}"


def numbered(name: str) -> Iterator[str]:
    """The names of a channel to be tried one after the other while they are taken: `x`, `x-2` and so on."""
    yield name
    yield from (f"{name}-{number}" for number in range(2, NAMES + 1))


def _plain(text: str) -> str:
    """Readable text on one line. Marks of direction and lone surrogates go; joiners stay inside words and emoji."""
    kept = (
        " " if unicodedata.category(char) == "Cc" else char
        for char in text
        if char in JOINERS or unicodedata.category(char) not in {"Cf", "Cs"}
    )
    words = (word.strip(JOINERS) for word in "".join(kept).split())
    return " ".join(filter(None, words))


def _slug(text: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(char for char in folded if not unicodedata.combining(char)).translate(UNDECOMPOSED)
    return re.sub(r"[^a-z0-9]+", "-", bare.replace("&", " and ")).strip("-")


def _shares(room: int, *, first: int, second: int) -> tuple[int, int]:
    """How many characters each of two texts may keep: a text that fits in its half stays whole."""
    half = room // 2
    if first <= half:
        return first, min(second, room - first)
    if second <= half:
        return min(first, room - second), second
    return half, half


def _cut(text: str, keep: int) -> str:
    return text if len(text) <= keep else text[: keep - 1].rstrip() + "…"
