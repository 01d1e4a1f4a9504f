"""The digest: its words, its order, its limits for none, one and a thousand handovers, and its private views."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from blocks import ids
from blocks.digest import PAGE, message, none, view
from blocks.frame import Frame, Message
from blocks.limits import text_size
from bot.digest import Detail, Digest, Notes, OpenRow, Wait, digest, page
from bot.handover import State
from bot.people import Role
from tests.blocks.reading import accepted, buttons, harmless, mentions, words
from tests.blocks.test_hostile import EVIL
from tests.builders import ANA, PEOPLE, make_frame

NOW = datetime(2025, 9, 10, 7, 0, tzinfo=UTC)  # Wednesday 09:00 in Berlin
HOUR = timedelta(hours=1)
FRAME = make_frame(now=NOW, links={})
URL = "https://acme.slack.com/archives/C0HANDOVERS/p1757080800000{:03}"
TOKEN = re.compile(r"<[^<>|]*\|([^<>]*)>")

NORTHWIND = OpenRow(1, "Northwind", "Data Platform", State.WON, due=NOW - 8 * HOUR)
ABC = OpenRow(2, "ABC Fintech", "Cloud Migration", State.PROVISIONED, due=NOW + HOUR)
OVO = OpenRow(3, "Ovo", "Portal", State.PROVISIONED, due=NOW + 7 * HOUR)
LUMEN = OpenRow(
    4, "Lumen", "CRM", State.SCOPED, wait=Wait("pause", NOW - 45 * HOUR, "test data", date(2025, 9, 11)), due=NOW
)
KITE = OpenRow(5, "Kite", "Rollout", State.IN_PROGRESS, live_at=NOW - HOUR)
FERN = OpenRow(6, "Fern", "Support", State.IN_PROGRESS, live_at=NOW - 2 * HOUR)
TRACK = tuple(OpenRow(n, "On", f"Track {n}", State.SCOPED, due=NOW + 48 * HOUR) for n in range(7, 12))
SAMPLE = (NORTHWIND, ABC, OVO, LUMEN, KITE, FERN, *TRACK)
NOTES = Notes(4, NOW - timedelta(days=6), "Northwind", ("Fern",), 1, 1)
DETAILS = {
    1: Detail(Role.DELIVERY_MANAGER, 4, "confirm_scope", days=1),
    2: Detail(Role.SALES_REP, 1, "sign", signed=2),
    3: Detail(Role.DELIVERY_MANAGER, 4, "sign"),
}


def made(*rows: OpenRow, notes: Notes = NOTES, **values: Any) -> Digest:
    given: dict[str, Any] = {"now": NOW, "since": NOW - 24 * HOUR, "tz": FRAME.tz} | values
    return digest(rows, notes, **given)


def drawn(found: Digest, details: dict[int, Detail] | None = None, frame: Frame = FRAME) -> Message:
    links = {row.id: URL.format(row.id) for row in found.rows}
    shown = message(found, DETAILS if details is None else details, links, frame)
    if shown.blocks:
        accepted(shown)
    return shown


def seen(text: str) -> str:
    """A text as it stands on screen: links as their labels, dates as their fallback."""
    return unescape(TOKEN.sub(r"\1", text))


def lines(shown: Message) -> list[str]:
    return seen(words(shown)).splitlines()


def test_the_sample_word_by_word() -> None:
    assert lines(drawn(made(*SAMPLE))) == [
        "Handovers · Wed 10 Sep",
        "🔴 1 late · 🟡 2 due today · 5 on track · ⏸ 1 waiting · 🟢 2 live since yesterday",
        "*Late*",
        "🔴 Northwind – Data Platform: 1 day, waits for the delivery manager (scope)",
        "*Due today*",
        "🟡 ABC Fintech – Cloud Migration: 10:00 CEST, 2 of 3 signed, waits for the sales rep",
        "🟡 Ovo – Portal: 16:00 CEST, workspace ready, nobody signed yet",
        "*Waiting on the client*",
        "⏸ Lumen – CRM: since Mon, expected tomorrow (test data)",
        "*Live since yesterday:* Kite – Rollout, Fern – Support",
        "4 unclear scope points are open, the oldest 6 days (Northwind) · no kickoff date: Fern · 1 gate override",
        "All 11",
        "Only mine",
    ]


def test_its_text_says_who_when_and_how_many() -> None:
    assert drawn(made(*SAMPLE)).text == (
        "Handovers Wed 10 Sep: 1 late (Northwind, waits for the delivery manager), 2 due today (ABC Fintech 10:00, Ovo"
        " 16:00), 5 on track, 1 waiting, 2 live since yesterday."
    )


def test_links_lead_to_the_threads_and_due_times_follow_the_readers_zone() -> None:
    shown = words(drawn(made(*SAMPLE)))
    assert f"<{URL.format(1)}|Northwind – Data Platform>" in shown
    assert f"<!date^{int(ABC.due.timestamp()) if ABC.due else 0}^{{time}}|10:00 CEST>" in shown
    assert f"<{URL.format(5)}|Kite – Rollout>" in shown


def test_two_buttons_open_private_views() -> None:
    drawn_buttons = buttons(drawn(made(*SAMPLE)))
    assert {text: one["action_id"] for text, one in drawn_buttons.items()} == {
        "All 11": ids.DIGEST_ALL,
        "Only mine": ids.DIGEST_MINE,
    }


def test_a_quiet_day_is_one_plain_line_without_buttons() -> None:
    quiet = drawn(made(*TRACK, notes=Notes()))
    assert quiet == Message("Handovers · Wed 10 Sep: nothing late, nothing due today, 5 on track.")


@pytest.mark.req("R61")
def test_a_quiet_day_still_tells_what_is_unclear() -> None:
    assert drawn(made(LUMEN, KITE)).text == (
        "Handovers · Wed 10 Sep: nothing late, nothing due today, 0 on track, 1 waiting, 1 live since yesterday."
        " 4 unclear scope points are open, the oldest 6 days (Northwind) · no kickoff date: Fern · 1 gate override."
    )


def test_whoever_asks_while_nothing_is_open_reads_that() -> None:
    assert drawn(made(notes=Notes()), {}).text == none().text == "No handover is open."


@pytest.mark.parametrize(
    ("minutes", "head"),
    [(14, ""), (15, " · late by 15 min"), (59, " · late by 59 min"), (60, " · late by 1 h"), (150, " · late by 2 h")],
)
def test_a_late_digest_says_by_how_much(minutes: int, head: str) -> None:
    late = made(*SAMPLE, late_by=timedelta(minutes=minutes))
    assert lines(drawn(late))[0] == f"Handovers · Wed 10 Sep{head}"
    assert drawn(late).text.startswith(f"Handovers Wed 10 Sep{head.replace(' ·', ',')}:")


@pytest.mark.parametrize(
    ("since", "words_"),
    [(NOW - 24 * HOUR, "yesterday"), (NOW - 48 * HOUR, "Mon"), (NOW - timedelta(days=7), "3 Sep")],
)
def test_news_counts_from_the_last_digest_and_says_so(since: datetime, words_: str) -> None:
    assert f"*Live since {words_}:* Kite – Rollout, Fern – Support" in lines(drawn(made(*SAMPLE, since=since)))


@pytest.mark.parametrize(
    ("row", "detail", "about"),
    [
        (replace(ABC, state=State.WON), Detail(Role.PM), "scope not confirmed, waits for the project manager"),
        (replace(ABC, state=State.SCOPED), Detail(), "workspace not ready, Baton is at it"),
        (ABC, Detail(Role.CSM, signed=1, others=2), "1 of 3 signed, waits for client success and 2 others"),
        (ABC, Detail(Role.PM, signed=1, others=1), "1 of 3 signed, waits for the project manager and 1 other"),
    ],
)  # fmt: skip
def test_what_is_due_says_how_far_it_is_and_whose_turn_it_is(row: OpenRow, detail: Detail, about: str) -> None:
    assert f"🟡 ABC Fintech – Cloud Migration: 10:00 CEST, {about}" in lines(drawn(made(row), {2: detail}))


@pytest.mark.parametrize(
    ("detail", "about"),
    [
        (Detail(Role.PM, action="answer_points"), "under 1 h, waits for the project manager (points)"),
        (Detail(Role.PM, action="tick", hours=3), "3 h, waits for the project manager"),
        (Detail(Role.SALES_REP, action="sign", days=2, hours=5), "2 days, waits for the sales rep (sign-off)"),
    ],
)
def test_what_is_late_says_since_when_and_for_what_it_waits(detail: Detail, about: str) -> None:
    assert f"🔴 Northwind – Data Platform: {about}" in lines(drawn(made(NORTHWIND), {1: detail}))


def test_holds_stand_beside_pauses_under_a_heading_that_is_true() -> None:
    hold = replace(LUMEN, id=20, client="Pax", wait=Wait("hold", NOW - HOUR, "the deal was reopened in the CRM"))
    both, only = lines(drawn(made(NORTHWIND, LUMEN, hold))), lines(drawn(made(NORTHWIND, hold)))
    assert "*Waiting on the client, or on hold*" in both
    assert "*On hold*" in only
    assert "⏸ Pax – CRM: on hold since today (the deal was reopened in the CRM)" in only


def test_the_words_of_a_pause_are_left_out_where_guests_read_along() -> None:
    assert "(test data)" not in words(drawn(made(*SAMPLE), frame=make_frame(now=NOW, links={}, open_here=False)))


@pytest.mark.parametrize(
    ("notes", "line"),
    [
        (Notes(1, NOW - timedelta(days=1), "Ovo"), "1 unclear scope point is open, 1 day old (Ovo)"),
        (Notes(1, NOW, "Ovo"), "1 unclear scope point is open, from today (Ovo)"),
        (Notes(2, NOW, "Ovo"), "2 unclear scope points are open, the oldest from today (Ovo)"),
        (Notes(0, None, "", ("A", "B", "C"), 9), "no kickoff date: A, B, C and 6 more"),
        (Notes(overrides=2), "2 gate overrides"),
    ],
)
def test_what_is_worth_a_look_is_one_line(notes: Notes, line: str) -> None:
    assert line in lines(drawn(made(*SAMPLE, notes=notes)))


def many(evil: str = "") -> list[OpenRow]:
    client = evil or "A client with quite a long name of its own and a legal form GmbH & Co. KG"
    rows = [OpenRow(n, client, f"Project {n} of many {evil}", State.PROVISIONED) for n in range(1_000)]
    thirds = [(NOW - HOUR, None), (NOW + HOUR, None), (NOW, Wait("pause", NOW, evil or "reason " * 20)), (None, None)]
    found = [replace(r, due=thirds[r.id % 4][0], wait=thirds[r.id % 4][1]) for r in rows]
    return [*found, *(OpenRow(n, client, evil or "P", State.IN_PROGRESS, live_at=NOW) for n in range(1_000, 1_050))]


@pytest.mark.parametrize("evil", ["", *EVIL.values()], ids=["plain", *EVIL])
@pytest.mark.parametrize("size", [1, 11, 1_050])
def test_it_keeps_its_limits_whatever_there_is(evil: str, size: int) -> None:
    """At most 9 blocks, 2,500 characters, five rows a section, 110 characters a row; nobody is rung."""
    rows = many(evil)[:size]
    detail = Detail(Role.DELIVERY_MANAGER, 4, "review_access", others=3, days=999)
    notes = Notes(999_999, NOW, evil or "Client", (evil or "A client of long name",) * 3, 999, 999)
    found = made(*rows, notes=notes, late_by=23 * HOUR)
    shown = drawn(found, {row.id: detail for row in rows})
    assert len(shown.blocks) <= 9
    assert text_size(shown.blocks) <= 2_500
    assert len(unescape(shown.text)) <= 600
    assert mentions(shown) == []
    harmless(shown)
    for block in shown.blocks:
        rows_of = [seen(line) for line in block.get("text", {}).get("text", "").splitlines()]
        assert all(len(line) <= 110 for line in rows_of), rows_of
        assert sum(line.startswith(("🔴 ", "🟡 ", "⏸ ")) and ": " in line for line in rows_of) <= 5
    if not found.quiet:
        assert any(line.startswith("🔴 ") and ": 999 days" in line for line in lines(shown))


def test_more_rows_than_fit_are_counted_in_the_heading() -> None:
    shown = lines(drawn(made(*(replace(NORTHWIND, id=n) for n in range(12))), {}))
    assert "*Late*, the first 5 of 12" in shown
    assert sum(line.startswith("🔴 Northwind") for line in shown) == 5


def test_no_section_crowds_another_out() -> None:
    shown = "\n".join(lines(drawn(made(*many()), {})))
    assert re.search(r"\*Late\*, the first [345] of 250", shown)
    assert re.search(r"\*Due today\*, the first [345] of 250", shown)
    assert re.search(r"\*Waiting on the client\*, the first [345] of 250", shown)


def test_of_a_long_name_the_end_is_cut_never_the_sense() -> None:
    (row,) = [line for line in lines(drawn(made(replace(NORTHWIND, client="N" * 200)))) if line.startswith("🔴 N")]
    assert len(row) == 110
    assert row.endswith("N… – Data Platform: 1 day, waits for the delivery manager (scope)")


def seen_view(found: Digest, number: int = 0, which: str = "all", frame: Frame = FRAME) -> dict[str, Any]:
    number, rows = page(found.rows, number, PAGE)
    links = {row.id: URL.format(row.id) for row in rows}
    made_view = view(found, rows, DETAILS, links, replace(frame, people=PEOPLE), which=which, page=number)
    accepted(made_view)
    return made_view


def test_the_private_view_names_people_states_and_dates() -> None:
    shown = seen(words(seen_view(made(*SAMPLE)))).splitlines()
    assert shown[0] == "🔴 1 late · 🟡 2 due today · 5 on track · ⏸ 1 waiting · 🟢 2 live since yesterday"
    assert shown[2] == (
        "🟡 Workspace ready · ABC Fintech – Cloud Migration · due Wed 10 Sep 10:00 CEST · waits for Ana Ruiz (sign-off)"
    )
    assert [shown[1], *shown[3:7]] == [
        "🔴 Late · Northwind – Data Platform · scope was wanted by Wed 10 Sep 01:00 CEST · waits for Dev Patel (scope)",
        "🟡 Workspace ready · Ovo – Portal · due Wed 10 Sep 16:00 CEST · waits for Dev Patel (sign-off)",
        "⏸ Waiting on the client · Lumen – CRM · since Mon 8 Sep 12:00 CEST, expected tomorrow",
        "🟡 Running · On – Track 7 · due Fri 12 Sep 09:00 CEST",
        "🟡 Running · On – Track 8 · due Fri 12 Sep 09:00 CEST",
    ]
    assert "🟢 In progress · Kite – Rollout · since Wed 10 Sep 08:00 CEST" in shown
    assert "1 to 11 of 11, what hurts most first" in shown
    assert "test data" not in "\n".join(shown)
    assert buttons(seen_view(made(*SAMPLE))) == {}


def test_pages_lead_on_and_back() -> None:
    found = made(*many())
    first, second, last = (buttons(seen_view(found, number)) for number in (0, 1, 99))
    assert {text: one["value"] for text, one in first.items()} == {"Next 20": "all:1"}
    assert {text: one["value"] for text, one in second.items()} == {"Previous 20": "all:0", "Next 20": "all:2"}
    assert {text: one["value"] for text, one in last.items()} == {"Previous 20": "all:51"}
    assert "1,041 to 1,050 of 1,050" in words(seen_view(found, 99))
    assert {text: one["value"] for text, one in buttons(seen_view(made(*TRACK * 5), 0, "mine")).items()} == {
        "Next 5": "mine:1"
    }


def test_an_empty_view_says_so() -> None:
    assert "You hold no role in a handover that is open now." in words(seen_view(made(), 0, "mine"))
    assert "No handover is open." in words(seen_view(made(), 0, "all"))


def test_somebody_who_left_no_name_is_their_role() -> None:
    nameless = make_frame(now=NOW, links={})
    shown = view(
        made(NORTHWIND), [NORTHWIND], DETAILS, {}, replace(nameless, people={ANA.id: ANA}), which="all", page=0
    )
    assert "waits for the delivery manager (scope)" in words(shown)


@pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL.keys())
def test_hostile_names_stay_harmless_in_the_view(evil: str) -> None:
    people = {ANA.id: replace(ANA, name=evil)}
    found = made(*many(evil))
    details = {row.id: Detail(Role.SALES_REP, ANA.id, "answer_question") for row in found.rows}
    number, rows = page(found.rows, 0, PAGE)
    shown = view(found, rows, details, {}, replace(FRAME, people=people), which="all", page=number)
    accepted(shown)
    harmless(shown)
