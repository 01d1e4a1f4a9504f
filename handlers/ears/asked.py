"""What somebody asked with `/handover`: who, where, the verb and its words, with Slack's escapes undone once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.frame import Message
from blocks.mrkdwn import slack_unescape
from blocks.whisper import whisper
from bot.errors import Refused
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps

NOBODY = Person(id=0, name="")
MENTIONED = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True)
class Asked:
    """One command. `words` is the text with Slack's escapes undone; `raw` keeps mentions as `<@U…>`."""

    slack_id: str
    person: Person
    words: str
    raw: str
    channel: str
    trigger_id: str
    response_url: str

    @classmethod
    def of(cls, command: Mapping[str, Any], person: Person | None) -> "Asked":
        """From the form that Slack posts; odd blanks and several lines are normalised."""
        raw = " ".join(str(command.get("text") or "").replace("\xa0", " ").split())
        return cls(
            slack_id=str(command.get("user_id") or ""),
            person=person or NOBODY,
            words=slack_unescape(raw),
            raw=raw,
            channel=str(command.get("channel_id") or ""),
            trigger_id=str(command.get("trigger_id") or ""),
            response_url=str(command.get("response_url") or ""),
        )

    @property
    def verb(self) -> str:
        """The first word, in lower case."""
        return self.words.split(" ", 1)[0].lower()

    @property
    def rest(self) -> str:
        """What follows the verb."""
        return self.words.partition(" ")[2].strip()

    @property
    def mentioned(self) -> list[str]:
        """Slack ids of the people named."""
        return MENTIONED.findall(self.raw)


def line(deps: Deps, sentence: str) -> Message:
    """One sentence of our own."""
    return whisper("line", None, deps.frame(None, {}), {"text": sentence})


def said(deps: Deps, outcome: Said | Refused) -> Message:
    """What an action said, under the command."""
    if isinstance(outcome, Refused):
        return whisper("refused", None, deps.frame(None, {}), {"sentence": outcome.sentence})
    if outcome.batch:
        data = {"line": outcome.line, "batch": f"{outcome.handover_id}:{outcome.batch}"}
        return whisper("saved", None, deps.frame(None, {}), data)
    return line(deps, outcome.line)
