"""What of a vendor's error sentence may be shown and logged: the reason, never a secret or a value of the record.

Vendors quote what they were sent ("closed_x was not one of the allowed options") and sometimes what they hold. So the
values of our own request, quoted words, addresses and embedded JSON become an ellipsis before anybody reads it.
"""

import re
from collections.abc import Iterator
from typing import Any

LIMIT = 200
_HIDDEN = "…"
_ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+|\bhttps?://\S+", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|“[^”]*”|`[^`]*`")
_EMBEDDED = re.compile(r"[\[{].*", re.DOTALL)
_FIELD_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def safe_words(sentence: str, *, sent: object = None, secret: str = "") -> str:
    """The vendor's sentence without secret, request values, quotes, addresses and JSON; at most 200 characters.

    A quoted name in snake_case stays: it names a field, which is what an admin has to know.
    """
    for value in sorted({secret, *_values(sent)}, key=len, reverse=True):
        if len(value) > 3:  # noqa: PLR2004 -- shorter values ("12", "EUR") say nothing and would shred the sentence
            sentence = sentence.replace(value, _HIDDEN)
    sentence = _ADDRESS.sub(_HIDDEN, _EMBEDDED.sub(_HIDDEN, sentence))
    sentence = _QUOTED.sub(_keep_field_name, sentence)
    sentence = " ".join("".join(sign if sign.isprintable() else " " for sign in sentence).split())
    return sentence if len(sentence) <= LIMIT else sentence[: LIMIT - 1] + _HIDDEN


def _keep_field_name(match: re.Match[str]) -> str:
    inner = match.group()[1:-1]
    return inner if _FIELD_NAME.fullmatch(inner) else _HIDDEN


def _values(sent: Any) -> Iterator[str]:
    """All strings in a request body; field names of ours are keys and stay readable."""
    if isinstance(sent, str):
        yield sent
    elif isinstance(sent, dict):
        for value in sent.values():
            yield from _values(value)
    elif isinstance(sent, list | tuple):
        for value in sent:
            yield from _values(value)
