"""Foreign text is cut, escaped once, and can neither ring, link nor re-format."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import mrkdwn
from bot.deal import Money
from tests.builders import ANA, TZ


@pytest.mark.parametrize("hostile", ["<!channel>", "<!here>", "<@U0HANA>", "<#C1>", "<!subteam^S1>", "<https://x|y>"])
def test_no_control_sequence_survives(hostile: str) -> None:
    assert "<" not in mrkdwn.escape(hostile)
    assert ">" not in mrkdwn.name(hostile)


def test_escaping_happens_once_and_keeps_what_was_typed() -> None:
    assert mrkdwn.escape("R&D <5") == "R&amp;D &lt;5"
    assert mrkdwn.slack_unescape("R&amp;amp;D &lt;5&gt;") == "R&amp;D <5>"


def test_hidden_and_direction_signs_go() -> None:
    assert mrkdwn.clean("a\x00b\u202ec\u200bd\u2066e\ud800f\ng\th") == "abcdef\ng\th"
    assert mrkdwn.clean("👩\u200d💻") == "👩\u200d💻"


def test_a_name_is_one_line_without_formatting() -> None:
    assert mrkdwn.name("A  *B*\n`C` ~D~") == "A ∗B∗ ’C’ ∼D∼"


def test_cutting_leaves_room_for_the_dots() -> None:
    assert mrkdwn.cut("x" * 81) == "x" * 79 + "…"
    assert mrkdwn.cut("x" * 80) == "x" * 80
    assert mrkdwn.cut("Budget plan", 8) == "Budget…"


def test_cutting_does_not_tear_a_sign_apart() -> None:
    assert mrkdwn.cut("e\u0301" * 5, 4) == "e\u0301…"
    assert mrkdwn.cut("ab👩\u200d💻cd", 5) == "ab…"


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_a_cut_text_fits_and_begins_the_same(text: str, n: int) -> None:
    short = mrkdwn.cut(text, n)
    assert len(short) <= n
    assert short == text or text.startswith(short.removesuffix("…"))


@given(st.text())
def test_nothing_that_is_typed_opens_a_token(text: str) -> None:
    assert not set(mrkdwn.name(text)) & set("<>*`~\x00\u202e")


def test_a_link_has_an_escaped_label_and_a_web_address() -> None:
    assert mrkdwn.link("https://x.example/a b|c", "A|B <c>") == "<https://x.example/a%20b%7Cc|A/B &lt;c&gt;>"
    assert mrkdwn.link("https://x.example/?a=1&b=2", "x") == "<https://x.example/?a=1&amp;b=2|x>"


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "file:///etc/passwd", "//x.example", "https://", "http://[x"]
)
def test_no_link_is_made_of_what_is_no_web_address(url: str) -> None:
    assert mrkdwn.address(url) == ""
    assert mrkdwn.link(url, "label") == "label"


def test_a_mention_needs_somebody_in_slack() -> None:
    assert mrkdwn.mention(ANA) == "<@U0ANA>"
    for absent in (replace(ANA, slack_id=""), replace(ANA, active=False), replace(ANA, guest=True)):
        assert mrkdwn.mention(absent) == "Ana Ruiz"
    assert mrkdwn.mention(replace(ANA, slack_id="U1><!channel")) == "Ana Ruiz"


def test_a_moment_falls_back_to_office_time_with_its_zone() -> None:
    moment = datetime(2025, 9, 10, 8, 0, tzinfo=UTC)
    token = mrkdwn.date_token(moment, tz=TZ)
    assert token == "<!date^1757491200^{date_short_pretty} at {time}|Wed 10 Sep 10:00 CEST>"
    assert mrkdwn.clock(moment, "No/Such_Zone") == "Wed 10 Sep 08:00"


def test_days_are_words_that_no_one_misreads() -> None:
    assert mrkdwn.day(date(2026, 3, 13)) == "Fri 13 Mar 2026"
    assert mrkdwn.short_day(date(2025, 8, 21)) == "21 Aug"
    assert mrkdwn.local_day(datetime(2025, 9, 9, 23, 0, tzinfo=UTC), TZ) == date(2025, 9, 10)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("84000.00", "EUR", "€84,000"),
        ("84000.50", "EUR", "€84,000.50"),
        ("1200", "CHF", "CHF 1,200"),
        ("0.1", "usd", "$0.10"),
        ("5", "<!here>", "&lt;!here&gt; 5"),
        ("NaN", "EUR", "€?"),
    ],
)
def test_money_is_never_rounded_and_never_loses_its_currency(amount: str, currency: str, shown: str) -> None:
    assert mrkdwn.money(Money(Decimal(amount), currency)) == shown
