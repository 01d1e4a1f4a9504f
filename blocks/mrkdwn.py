"""Text from people and systems on its way into Slack: escaped once, cut, and never able to ring, link or re-format.

Follows https://docs.slack.dev/messaging/formatting-message-text. It decides how a name, a date or an amount looks;
it refuses to decide where one may be shown.
"""

import re
import unicodedata
from datetime import date, datetime
from urllib.parse import quote as percent
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.deal import Money
from bot.naming import day_words, moment_words, short_day_words
from bot.people import Person

SHORT = 80  # characters of foreign text inside a sentence
MAX_URL = 3_000  # https://docs.slack.dev/reference/block-kit/block-elements/button-element
ZERO_WIDTH_JOINER = "\u200d"  # holds composed emoji together; every other invisible sign goes
# A sign that formats in mrkdwn cannot be escaped there: in a name it becomes its harmless twin.
TWINS = str.maketrans({"*": "\u2217", "`": "\u2019", "~": "\u223c"})
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}


class Safe(str):
    """Text that may stand in mrkdwn as it is: it was escaped already, or it is our own."""

    __slots__ = ()


def clean(text: str) -> str:
    """Without NUL, control and direction-override characters; line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(sign for sign in text if sign in "\n\t" or sign == ZERO_WIDTH_JOINER or not _hidden(sign))


def one_line(text: str) -> str:
    """The clean text with every run of blanks and line breaks as one blank."""
    return " ".join(clean(text).split())


def escape(text: str) -> Safe:
    """Foreign text for mrkdwn: `&`, `<` and `>` escaped, so that no mention, link or broadcast survives."""
    return Safe(clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def cut(text: str, n: int = SHORT) -> str:
    """At most `n` characters, "…" included; never between a sign and the mark that belongs to it. Cut, then escape."""
    if len(text) <= n:
        return text
    end = max(n - 1, 0)
    while end and (unicodedata.combining(text[end]) or ZERO_WIDTH_JOINER in text[end - 1 : end + 1]):
        end -= 1
    return text[:end].rstrip() + "…"


def name(text: str, n: int = SHORT) -> Safe:
    """A foreign name or line in a sentence: one line, cut, escaped, its formatting signs made harmless."""
    return escape(cut(one_line(text), n).translate(TWINS))


def quote(text: str, n: int = SHORT) -> Safe:
    """Somebody's words in quotation marks, as `name` treats them."""
    return Safe(f'"{name(text, n)}"')


def plain(text: str, n: int = SHORT) -> str:
    """Foreign text for a plain_text object: one line, cut, nothing escaped because nothing is read as markup there."""
    return cut(one_line(text), n)


def mention(person: Person) -> Safe:
    """Rings this person, so it stands only where they must act now; somebody who is not in Slack is named instead."""
    known = re.fullmatch(r"[A-Z0-9]{2,40}", person.slack_id)
    return Safe(f"<@{person.slack_id}>") if known and person.active and not person.guest else name(person.name)


def address(url: str) -> str:
    """The web address when people can safely open it (http or https), its special signs encoded; else ''."""
    cleaned = clean(url).strip()
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(cleaned) > MAX_URL:
        return ""
    return percent(cleaned, safe=":/?#[]@!$&'()*+,;=%~-._")


def link(url: str, label: str) -> Safe:
    """A link with a foreign label; just the label when the address is none that people can open."""
    where = address(url)
    shown = name(label).replace("|", "/")
    return Safe(f"<{where.replace('&', '&amp;')}|{shown}>") if where else Safe(shown)


def date_token(moment: datetime, style: str = "{date_short_pretty} at {time}", tz: str = "UTC") -> Safe:
    """A moment which each reader sees in their own zone; the fallback is office time with its zone."""
    return Safe(f"<!date^{int(moment.timestamp())}^{style}|{clock(moment, tz, zone=True)}>")


def clock(moment: datetime, tz: str, *, zone: bool = False) -> str:
    """`Wed 10 Sep 10:00` in the office's zone, for text where no date token works; with `CEST` when asked."""
    local = moment.astimezone(zone_of(tz))
    return f"{moment_words(local)} {local.tzname()}" if zone else moment_words(local)


def zone_of(tz: str) -> ZoneInfo:
    """The zone of that IANA name; UTC when there is none of that name."""
    try:
        return ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def day(moment: date) -> str:
    """`Fri 13 Mar 2026`; of a moment, its calendar date as it stands."""
    return day_words(moment)


def short_day(moment: date) -> str:
    """`21 Aug`: where the year is plain."""
    return short_day_words(moment)


def local_day(moment: datetime, tz: str) -> date:
    """The calendar date of a moment in the office's zone."""
    return moment.astimezone(zone_of(tz)).date()


def money(amount: Money) -> Safe:
    """`€84,000`, `€84,000.50`, `CHF 1,200`: never rounded."""
    number = f"{amount.amount:,.2f}".removesuffix(".00") if amount.amount.is_finite() else "?"
    sign = SIGNS.get(amount.currency.upper())
    return Safe(f"{sign}{number}") if sign else name(f"{amount.currency} {number}".strip())


def slack_unescape(text: str) -> str:
    """What somebody typed, from slash-command or event text, which Slack sends escaped."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _hidden(sign: str) -> bool:
    # Cc control, Cf format (direction overrides, zero-width signs), Cs lone surrogates, Zl/Zp exotic line breaks.
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
