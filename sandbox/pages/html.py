"""HTML from plain values: every text and attribute is escaped here, so that no caller can forget it."""

from collections.abc import Mapping

from markupsafe import Markup, escape

Attribute = str | int | bool | None

VOID = frozenset({"br", "hr", "img", "input"})


def attributes(values: Mapping[str, Attribute]) -> Markup:
    """The attributes in order, each led by a blank. True gives a bare name; None and False give nothing."""
    out = Markup()
    for name, value in values.items():
        if value is None or value is False:
            continue
        out += Markup(" {}").format(name) if value is True else Markup(' {}="{}"').format(name, str(value))
    return out


def tag(name: str, values: Mapping[str, Attribute] | None = None, *children: str | Markup) -> Markup:
    """One element. Children that are plain strings are escaped; `Markup` goes in as it is."""
    head = Markup("<{}{}>").format(Markup(name), attributes(values or {}))
    if name in VOID:
        return head
    return head + join(*children) + Markup("</{}>").format(Markup(name))


def join(*parts: str | Markup) -> Markup:
    """The parts in a row, plain strings escaped."""
    return Markup().join(escape(part) for part in parts)
