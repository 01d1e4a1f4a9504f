"""Names: exact for plain words, safe for whatever a CRM holds."""

import re
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.naming import NAMES, channel_name, numbered, workspace_name

START = date(2025, 9, 15)
DATES = st.dates(date(1, 1, 1), date(9999, 12, 31))


def workspace(client: str, project: str, start: date = START) -> str:
    return workspace_name(client=client, project=project, start=start)


def channel(client: str, project: str, start: date = START) -> str:
    return channel_name(client=client, project=project, start=start, fallback="HO-42")


@pytest.mark.req("R17")
def test_the_workspace_name_is_exactly_the_agreed_one() -> None:
    assert workspace("ABC Fintech", "Cloud Migration") == "ABC Fintech \u2013 Cloud Migration \u2013 Sep2025"


@pytest.mark.req("R17")
@given(start=DATES)
def test_the_month_is_english_with_four_digits_of_year(start: date) -> None:
    english = "JanFebMarAprMayJunJulAugSepOctNovDec"[3 * start.month - 3 : 3 * start.month]
    assert workspace("A", "B", start) == f"A – B – {english}{start.year:04d}"


@pytest.mark.req("R17")
@settings(max_examples=300)
@given(client=st.text(max_size=200), project=st.text(max_size=200), start=DATES)
@example(client="\u202eevil\u202c", project="a\x00b\r\nc\u2028d", start=START)
@example(client="\u200d", project="\ud800", start=START)
def test_any_text_gives_one_readable_line_of_three_parts(client: str, project: str, start: date) -> None:
    name = workspace(client, project, start)
    assert re.search(r"\S.* – \S.* – [A-Z][a-z]{2}\d{4}$", name)
    assert len(name) <= 150
    assert "  " not in name
    assert name.split() == name.split(" ")
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", name)


def test_missing_names_get_a_plain_word() -> None:
    assert workspace(" \n", "\x00\u200b") == "Client – Project – Sep2025"


def test_line_breaks_and_runs_of_spaces_become_one_space() -> None:
    assert workspace(" ABC\r\n\tFintech ", "Cloud\x00Migration") == "ABC Fintech – Cloud Migration – Sep2025"


def test_joiners_stay_where_a_script_needs_them() -> None:
    assert workspace("می\u200cخواهم", "X") == "می\u200cخواهم – X – Sep2025"


def test_of_two_long_names_each_is_cut_and_a_short_one_stays_whole() -> None:
    both = workspace("A" * 200, "B" * 200)
    assert len(both) == 149
    assert both == f"{'A' * 67}… – {'B' * 67}… – Sep2025"
    assert workspace("ABC", "B" * 200) == f"ABC – {'B' * 133}… – Sep2025"
    assert workspace("A" * 200, "XYZ") == f"{'A' * 133}… – XYZ – Sep2025"


def test_the_channel_name_is_the_agreed_one() -> None:
    assert channel("ABC Fintech", "Cloud Migration") == "proj-abc-fintech-cloud-migration-sep2025"


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        ("Müller & Söhne", "proj-muller-and-sohne-x-sep2025"),
        ("Größe AG", "proj-grosse-ag-x-sep2025"),
        ("Łódź Ørsted", "proj-lodz-orsted-x-sep2025"),
        ("İstanbul", "proj-istanbul-x-sep2025"),
        ("ＡＢＣ №5", "proj-abc-no5-x-sep2025"),
        ("a--b__c..d", "proj-a-b-c-d-x-sep2025"),
        ("株式会社", "proj-x-sep2025"),
    ],
)
def test_foreign_letters_are_written_in_plain_ones(client: str, expected: str) -> None:
    assert channel(client, "X") == expected


def test_without_any_letter_the_id_stands_in_the_name() -> None:
    assert channel("株式会社", "東京") == "proj-ho-42-sep2025"
    nothing = channel_name(client="", project="", start=START, fallback="株")
    assert nothing == "proj-handover-sep2025"


def test_a_name_that_is_taken_gets_a_number_twenty_in_all() -> None:
    names = list(numbered(channel("ABC", "X")))
    assert names[:3] == ["proj-abc-x-sep2025", "proj-abc-x-sep2025-2", "proj-abc-x-sep2025-3"]
    assert (len(names), names[-1]) == (NAMES, "proj-abc-x-sep2025-20")


@settings(max_examples=300)
@given(
    client=st.text(max_size=120),
    project=st.text(max_size=120),
    start=DATES,
    prefix=st.text(max_size=40),
    number=st.integers(1, NAMES),
)
@example(client="A" * 200, project="B" * 200, start=START, prefix="p" * 99, number=NAMES)
@example(client="ABC", project="B" * 200, start=START, prefix="proj", number=1)
@example(client="A" * 200, project="XYZ", start=START, prefix="proj", number=1)
@example(client="a " * 100, project="b " * 100, start=START, prefix="proj", number=1)
@example(client="aa " + "a " * 100, project="bb " + "b " * 100, start=START, prefix="proj", number=1)
def test_any_text_gives_a_name_that_slack_takes(
    client: str, project: str, start: date, prefix: str, number: int
) -> None:
    plain = channel_name(client=client, project=project, start=start, fallback="HO-7", prefix=prefix)
    name = [*numbered(plain)][number - 1]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)
    assert len(name) <= 80
    date_part = workspace("", "", start).rsplit(" ", 1)[1].lower()
    assert name.endswith(date_part if number == 1 else f"{date_part}-{number}")
