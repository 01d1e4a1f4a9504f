"""Text as the page draws it: mrkdwn, date tokens, rich text, Markdown; whatever people wrote stays text."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.pages.dates import date_token, day
from sandbox.pages.markdown import markdown
from sandbox.pages.mrkdwn import mrkdwn, plain
from sandbox.pages.reader import Reader
from sandbox.pages.rich_text import rich_text

HOME = "http://127.0.0.1:8700"
NOON = datetime(2025, 9, 9, 12, 0, tzinfo=UTC)
WEDNESDAY_8_UTC = int(datetime(2025, 9, 10, 8, 0, tzinfo=UTC).timestamp())


def reader(zone: str = "Europe/Berlin") -> Reader:
    people = {"U0ANA00001": "Ana Ruiz", "U0BEN00001": "Ben <b> Ortiz"}
    return Reader("U0ANA00001", ZoneInfo(zone), NOON, people, {"C0HANDOVER": "handovers"}, HOME)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*Next:* Ana answers", "<b>Next:</b> Ana answers"),
        ("_soon_ and ~late~", "<i>soon</i> and <s>late</s>"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("`*code*`", "<code>*code*</code>"),
        ("```a\n*b*```", "<pre>a\n*b*</pre>"),
        ("one\ntwo", "one<br>two"),
        ("said:\n&gt; weekly call\nend", "said:<blockquote>weekly call</blockquote>end"),
        ("R&amp;D &lt;3", "R&amp;D &lt;3"),
        (":tada: :no_such_emoji: 10:00:00", "🎉 :no_such_emoji: 10:00:00"),
        ("\ue0007\ue001 *b*", "7 <b>b</b>"),
        ("<!here> <!channel>", '<span class="mention">@here</span> <span class="mention">@channel</span>'),
    ],
)
def test_mrkdwn_is_drawn_as_slack_draws_it(text: str, html: str) -> None:
    assert mrkdwn(text, reader()) == html


def test_people_are_named_and_oneself_stands_out() -> None:
    assert mrkdwn("<@U0ANA00001>", reader()) == '<span class="mention me" data-user="U0ANA00001">@Ana Ruiz</span>'
    assert "@Ben &lt;b&gt; Ortiz" in mrkdwn("<@U0BEN00001>", reader())
    assert "@unknown person" in mrkdwn("<@U0NOBODY01>", reader())


def test_a_channel_that_the_reader_may_not_see_keeps_its_name() -> None:
    assert mrkdwn("<#C0HANDOVER>", reader()) == f'<a class="mention" href="{HOME}/?c=C0HANDOVER">#handovers</a>'
    assert "private channel" in mrkdwn("<#C0SECRET01>", reader())


def test_links_show_their_label_and_open_outside() -> None:
    html = mrkdwn("*<https://acme.example/?a=1&amp;b=2|ABC – *Fintech*>* · due", reader())
    assert '<b><a href="https://acme.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">' in html
    assert "ABC – *Fintech*</a></b> · due" in html


def test_links_into_slack_stay_in_the_sandbox() -> None:
    html = mrkdwn("<https://acme.slack.com/archives/C0HANDOVER/p1789000000000100|open it>", reader())
    assert html == f'<a href="{HOME}/archives/C0HANDOVER/p1789000000000100">open it</a>'
    assert f'href="{HOME}/?c=home"' in mrkdwn("<slack://app?team=T1&id=A1&tab=home|Home>", reader())


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", " javascript:x"])
def test_a_harmful_address_is_no_link(address: str) -> None:
    assert "<a" not in mrkdwn(f"<{address}|click me>", reader())


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<https://x.example/"onmouseover="alert(1)|"><script>>',
        "`<script>`",
        "```</pre><script>```",
        "*<b onclick=x>*",
        "\ue000" + "0" + "\ue001 <script>",
        '<!date^1^{date}^javascript:alert(1)|"><script>>',
        '<@U0BAD|"><script>>',
    ],
)
def test_no_text_becomes_markup(text: str) -> None:
    for html in (mrkdwn(text, reader()), plain(text), markdown(text, reader())):
        assert "<script" not in html
        assert "<img" not in html
        assert 'href="javascript' not in html
        assert "<b onclick" not in html


@given(st.text(alphabet="<>&|*_~`\"'!@#^/ :\nax\ue000\ue0010", max_size=60))
def test_whatever_is_typed_only_known_tags_come_out(text: str) -> None:
    """Every `<` of the page's own is one of few tags; everything else was escaped."""
    html = str(mrkdwn(text, reader()))
    for piece in html.split("<")[1:]:
        name = piece.lstrip("/").split(">")[0].split(" ")[0]
        assert name in {"b", "i", "s", "code", "pre", "br", "blockquote", "a", "span", "time"}


def test_a_date_is_shown_in_the_readers_own_zone() -> None:
    token = f"due *<!date^{WEDNESDAY_8_UTC}^{{date_short_pretty}} at {{time}}|10 Sep, 08:00 UTC>*"
    assert "tomorrow at 10:00" in mrkdwn(token, reader("Europe/Berlin"))
    assert "tomorrow at 04:00" in mrkdwn(token, reader("America/New_York"))
    assert 'title="10 Sep, 08:00 UTC"' in mrkdwn(token, reader())


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("{date_num} {time}", "2025-09-10 10:00"),
        ("{date}", "September 10th, 2025"),
        ("{date_short}", "Sep 10, 2025"),
        ("{date_long}", "Wednesday, September 10th, 2025"),
        ("{date_pretty}", "tomorrow"),
        ("{ago}", "in 20 hours"),
        ("{day_of_doom}", "{day_of_doom}"),
    ],
)
def test_date_tokens(pattern: str, shown: str) -> None:
    assert date_token(WEDNESDAY_8_UTC, pattern, reader()) == shown


def test_days_between_messages_are_named_in_the_readers_zone() -> None:
    late = datetime(2025, 9, 9, 22, 30, tzinfo=UTC).timestamp()
    assert day(late, reader("Europe/Berlin")) == "Tomorrow"
    assert day(late, reader("America/New_York")) == "Today"
    assert day(datetime(2025, 9, 5, 9, tzinfo=UTC).timestamp(), reader()) == "Friday, September 5th"


def test_rich_text_is_literal_but_for_its_styles() -> None:
    leaves: list[dict[str, Any]] = [
        {"type": "text", "text": "*not bold* <script> "},
        {"type": "text", "text": "1 Dec", "style": {"bold": True}},
        {"type": "user", "user_id": "U0ANA00001"},
        {"type": "emoji", "name": "tada"},
        {"type": "hologram"},
    ]
    html = rich_text({"elements": [{"type": "rich_text_section", "elements": leaves}]}, reader())
    assert "*not bold* &lt;script&gt; <b>1 Dec</b>" in html
    assert "@Ana Ruiz" in html
    assert "🎉" in html
    assert "does not draw hologram yet" in html


def test_rich_text_lists_quotes_and_code_keep_their_shape() -> None:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}
    block = {
        "elements": [
            {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [section, section]},
            {"type": "rich_text_quote", "elements": section["elements"]},
            {"type": "rich_text_preformatted", "elements": section["elements"]},
        ]
    }
    assert rich_text(block, reader()) == (
        '<ol class="indent-1"><li>a</li><li>a</li></ol><blockquote>a</blockquote><pre>a</pre>'
    )


def test_markdown_headings_tasks_links_and_code() -> None:
    html = markdown("# Brief\n- [x] **scope** read\n[doc](https://x.example/a)\n```\n<b>\n```", reader())
    assert "<b>Brief</b>" in html
    assert "☑ <b>scope</b> read" in html
    assert '<a href="https://x.example/a"' in html
    assert "<pre>&lt;b&gt;</pre>" in html
