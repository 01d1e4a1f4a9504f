"""The small words of the digest: days, spans, whose turn it is, and how long a line is on screen."""

import re
from datetime import date, datetime, timedelta
from html import unescape

from blocks import mrkdwn
from blocks.frame import Frame
from blocks.mrkdwn import Safe
from blocks.render import count, sentence
from bot.digest import Detail, Digest, OpenRow
from bot.naming import WEEKDAYS
from bot.people import TITLES, Role

NAME = 30  # characters of a name in a list of names
URL = 120  # a longer address would eat the message: then the name stands without it
JOINT = " – "
TOKEN = re.compile(r"<(?:[^<>|]*)\|([^<>]*)>")
# What is waited for, in a word; what has none here is not named.
TOPICS = {
    "fill_roles": "people", "confirm_scope": "scope", "answer_question": "question", "answer_points": "points",
    "add_promise": "promises", "add_date": "the date", "add_stakeholder": "stakeholders",
    "read_documents": "documents", "provision": "workspace", "mend_steps": "workspace", "set_task_dates": "tasks",
    "review_access": "client access", "fix_access": "client access", "set_kickoff": "kickoff", "sign": "sign-off",
}  # fmt: skip


def day(moment: date) -> str:
    """`Wed 10 Sep`."""
    return f"{WEEKDAYS[moment.weekday()]} {mrkdwn.short_day(moment)}"


def near(moment: date, today: date) -> str:
    """A date beside today: `yesterday`, `Mon` within a week, else `1 Sep`."""
    away = (moment - today).days
    if away in (-1, 0, 1):
        return ("yesterday", "today", "tomorrow")[away + 1]
    return WEEKDAYS[moment.weekday()] if abs(away) < 7 else mrkdwn.short_day(moment)  # noqa: PLR2004 - a week


def since(digest: Digest, frame: Frame) -> str:
    """From when on the news counts: `yesterday`, on a Monday `Fri`."""
    return near(mrkdwn.local_day(digest.since, frame.tz), digest.day)


def late_by(digest: Digest) -> str:
    """`2 h`, `30 min`, or '' for a digest in time."""
    minutes = digest.late_by // timedelta(minutes=1)
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min" if minutes else ""  # noqa: PLR2004 - an hour


def span(detail: Detail) -> str:
    """`1 day`, `3 h`: working time past the due time."""
    if detail.days:
        return count(detail.days, "day")
    return f"{detail.hours} h" if detail.hours else "under 1 h"


def age(moment: datetime, digest: Digest, frame: Frame) -> str:
    """`6 days` by calendar dates; '' for today."""
    days = (digest.day - mrkdwn.local_day(moment, frame.tz)).days
    return count(days, "day") if days > 0 else ""


def waits(detail: Detail, *, topic: bool = False) -> Safe:
    """`waits for the sales rep (points) and 1 other`: roles, never people."""
    return sentence(
        "digest.waits",
        role=role(detail.role) if detail.role else "",
        topic=TOPICS.get(detail.action, "") if topic else "",
        others=detail.others,
    )


def role(found: Role) -> str:
    """`the sales rep`, `client success`."""
    return TITLES[found] if found is Role.CSM else f"the {TITLES[found]}"


def client(name: str) -> Safe:
    """A client's name in a list of names."""
    return mrkdwn.name(name, NAME)


def titled(row: OpenRow, url: str, room: int) -> Safe:
    """Client and project, cut to so many characters, as a link to the thread. Of two long names each keeps its half."""
    label = mrkdwn.one_line(row.title)
    if len(label) > room:
        client, project = mrkdwn.one_line(row.client), mrkdwn.one_line(row.project)
        half = max((room - len(JOINT)) // 2, room - len(JOINT) - len(project))
        label = JOINT.join(part for part in (mrkdwn.cut(client, half), project) if part)
    return mrkdwn.link(url if len(url) <= URL else "", mrkdwn.cut(label, room))


def visible(text: str) -> int:
    """How many characters stand on screen: of a link its label, of a date its fallback."""
    return len(unescape(TOKEN.sub(r"\1", text)))
