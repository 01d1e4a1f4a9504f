"""Sentences from copy/*.j2: data in, mrkdwn out, every value escaped unless it is `Safe`; a missing value is an error.

One file is one conversation, one `{% block %}` in it one sentence; `render.sentence("replies.live", title=…)`.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.runtime import Context

from blocks import mrkdwn
from blocks.mrkdwn import Safe


def sentence(template_name: str, **data: object) -> Safe:
    """The sentence of that name ("file.block") with this data. KeyError for a name that is not there."""
    # A context of this sentence alone: a template's own carries all its sentences, and globals that none of them uses.
    context = Context(_ENVIRONMENT, data, template_name, {})
    return Safe("".join(_block(template_name)(context)).strip())


def count(number: int, one: str, many: str = "") -> str:
    """`1 point`, `6 points`; `many` where the plural is irregular."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str], last: str = "and") -> Safe:
    """`Ana, Ben and Dev`, of words that are escaped already."""
    head, tail = ", ".join(words[:-1]), "".join(words[-1:])
    return Safe(f"{head} {last} {tail}" if head else tail)


def lower_first(text: str) -> str:
    """`Say what was promised` inside a sentence; `PM …` and other capitals stay."""
    lowered = text if text[1:2].isupper() else text[:1].lower() + text[1:]
    return Safe(lowered) if isinstance(text, Safe) else lowered


def upper_first(text: str) -> str:
    """`say what was promised` where it begins a line."""
    raised = text[:1].upper() + text[1:]
    return Safe(raised) if isinstance(text, Safe) else raised


@cache
def _block(template_name: str) -> Callable[[Context], Iterator[str]]:
    file, _, block = template_name.partition(".")
    return _ENVIRONMENT.get_template(f"{file}.j2").blocks[block]


def _value(value: object) -> Safe:
    if value is None:
        raise TypeError("a sentence was given None: say what stands there instead")
    return value if isinstance(value, Safe) else mrkdwn.escape(str(value))


# Jinja's own autoescaping is for HTML; `finalize` escapes for mrkdwn, whatever a template prints.
_ENVIRONMENT = Environment(  # noqa: S701 - see the line above
    loader=FileSystemLoader(Path(__file__).parent / "copy"),
    undefined=StrictUndefined,
    finalize=_value,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.filters.update(
    raw=lambda text: Safe(str(text)), name=mrkdwn.name, quote=mrkdwn.quote, count=count, lower_first=lower_first
)
_ENVIRONMENT.filters["upper_first"] = upper_first
