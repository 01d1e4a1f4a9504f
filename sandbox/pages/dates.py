"""Slack's date tokens in the reader's zone, as https://docs.slack.dev/messaging/formatting-message-text lists them."""

import re
from datetime import datetime

from sandbox.pages.reader import Reader

_TOKEN = re.compile(r"\{(\w+)\}")
_DAYS_AWAY = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def date_token(seconds: int, pattern: str, reader: Reader) -> str:
    """The pattern with its tokens filled; an unknown token stays, so that a slip is seen."""
    moment = reader.at(seconds)
    return _TOKEN.sub(lambda found: _fill(found[1], moment, reader) or found[0], pattern)


def clock_time(seconds: float, reader: Reader) -> str:
    """Hours and minutes, 24 h."""
    return reader.at(seconds).strftime("%H:%M")


def day(seconds: float, reader: Reader) -> str:
    """The day as the line between messages shows it: "Today", "Yesterday" or "Friday, September 5th"."""
    moment = reader.at(seconds)
    near = _DAYS_AWAY.get((moment.date() - reader.today.date()).days)
    return near.capitalize() if near else f"{moment:%A, %B} {_ordinal(moment.day)}"


def _fill(token: str, moment: datetime, reader: Reader) -> str | None:
    name, pretty = (token[: -len("_pretty")], True) if token.endswith("_pretty") else (token, False)
    if pretty and (near := _DAYS_AWAY.get((moment.date() - reader.today.date()).days)):
        return near
    forms = {
        "date_num": f"{moment:%Y-%m-%d}",
        "date_slash": f"{moment:%m/%d/%Y}",
        "date": f"{moment:%B} {_ordinal(moment.day)}, {moment.year}",
        "date_short": f"{moment:%b} {moment.day}, {moment.year}",
        "date_long": f"{moment:%A, %B} {_ordinal(moment.day)}, {moment.year}",
        "time": f"{moment:%H:%M}",
        "time_secs": f"{moment:%H:%M:%S}",
        "ago": _ago((reader.now - moment).total_seconds()),
    }
    return forms.get(name)


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _ago(seconds: float) -> str:
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = int(abs(seconds) // size)
        if count:
            span = f"{count} {word}{'s' if count > 1 else ''}"
            return f"{span} ago" if seconds >= 0 else f"in {span}"
    return "just now"
