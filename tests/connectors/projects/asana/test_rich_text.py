"""Asana's rich text is well-formed XML whatever people write, and its last line is the marker."""

from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.projects.asana.rich_text import has_marker, html_notes, with_tags

MARKER = "baton:k7f3:HO-42:task-01"
ALLOWED = {"body", "ul", "li"}
WORDS = st.text(max_size=60)


def _read(written: str) -> ET.Element:
    return ET.fromstring(written)  # noqa: S314 -- what we have written ourselves


@settings(max_examples=150)
@given(st.lists(WORDS, max_size=4), st.lists(WORDS, max_size=4))
def test_any_text_gives_well_formed_xml_with_allowed_tags_and_the_marker_last(
    lines: list[str], bullets: list[str]
) -> None:
    written = html_notes(tuple(lines), bullets=tuple(bullets), marker=MARKER)
    body = _read(written)
    assert {element.tag for element in body.iter()} <= ALLOWED
    assert not any(element.attrib for element in body.iter())
    assert "".join(body.itertext()).endswith(MARKER)


@settings(max_examples=50)
@given(st.text(max_size=80))
def test_tags_are_put_first_once(text: str) -> None:
    written = html_notes((text,), marker=MARKER)
    tagged = with_tags(written, "Tags: a, b")
    assert "".join(_read(tagged).itertext()).splitlines()[0] == "Tags: a, b"
    assert with_tags(tagged, "Tags: a, b") == tagged


def test_a_description_that_cannot_be_read_is_left_alone() -> None:
    assert with_tags("<body>&nbsp;</body>", "Tags: a") == "<body>&nbsp;</body>"


def test_the_marker_is_a_whole_line_wherever_people_wrote_below_it() -> None:
    assert has_marker(f"Agree\n {MARKER} \nP.S. thanks", MARKER)
    assert not has_marker(f"Agree {MARKER}", MARKER)
    assert not has_marker(f"{MARKER}1", MARKER)
    assert not has_marker(None, MARKER)
