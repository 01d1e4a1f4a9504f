"""What stays of a vendor's sentence."""

import pytest

from connectors.redaction import LIMIT, safe_words


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("Property baton_status does not exist", "Property baton_status does not exist"),
        ('Property "baton_status" does not exist', "Property baton_status does not exist"),
        ('"Cloud Migration" is not valid', "… is not valid"),
        ("see https://app.example/deal/1?x=2 and ana@acme.example", "see … and …"),
        ("odd: {'dealname': 'ABC'} and more", "odd: …"),
        ("a\nb\x00c\u202e", "a b c"),
    ],
)
def test_names_of_fields_stay_and_content_goes(sentence: str, kept: str) -> None:
    assert safe_words(sentence) == kept


def test_what_we_sent_is_cut_out_even_deep_down() -> None:
    sent = ({"data": {"name": "Weekend cut-over promised", "tags": ["Fintech"]}}, None)
    assert safe_words("Weekend cut-over promised and Fintech are too long", sent=sent) == "… and … are too long"


def test_words_are_cut() -> None:
    assert len(safe_words("a " * 500)) <= LIMIT
