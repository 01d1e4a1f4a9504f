"""What is known: each kind with who said it and when, answers included, and nothing of it where outsiders read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from blocks import brief, limits
from blocks.faces import faces
from blocks.frame import Message
from blocks.mrkdwn import Safe
from blocks.words import know
from bot.context import Disposition, Entry, Kind, Point, Source
from bot.handover import Answer, Handover, State
from tests.blocks.reading import accepted, buttons, harmless, words
from tests.builders import ANA, BEN, NOW, WON_AT, make_deal, make_entries, make_frame, make_handover

FRAME = make_frame()


def drawn(handover: Handover) -> Message:
    message = faces(handover, FRAME)["know"]
    accepted(message)
    return message


def one(entry: Entry) -> str:
    return words(drawn(make_handover(State.WON, entries=[entry])))


@pytest.mark.parametrize(
    ("point", "mark"),
    [
        (Point(), "⬜ open"),
        (Point(Disposition.IN_SCOPE), "✅ in scope"),
        (Point(Disposition.CHANGE_REQUEST), "🟠 change request"),
        (Point(Disposition.GOODWILL, hours="8", approver="Hana"), "🎁 goodwill"),
        (Point(Disposition.DECLINED, told_by="Ana"), "⛔ declined"),
        (Point(Disposition.ASK, question="how often?"), "💬 waits for Ana"),
        (Point(Disposition.ASK, question="how often?", reply="weekly"), "⬜ open, the question is answered"),
    ],
)
@pytest.mark.req("R46")
def test_a_promise_says_how_it_stands_in_symbol_and_word(point: Point, mark: str) -> None:
    shown = one(replace(make_entries()[0], point=point))
    assert f'• {mark} · "Weekly call until go-live" · to M. Klein (CFO) · Ana, 21 Aug' in shown


def test_goodwill_has_hours_and_approver_and_a_refusal_says_who_told_the_client() -> None:
    entry = make_entries()[0]
    assert "8 hours, approved by Hana" in one(
        replace(entry, point=Point(Disposition.GOODWILL, hours="8", approver="Hana"))
    )
    assert "client told by Ana" in one(replace(entry, point=Point(Disposition.DECLINED, told_by="Ana")))


def test_question_answer_and_evidence_stay_with_the_promise() -> None:
    point = Point(Disposition.ASK, question="after go-live?", asked_by=BEN.id, reply="No.", replied_by=ANA.id)
    shown = one(replace(make_entries()[0], point=point))
    assert 'Ben asks: "after go-live?" Ana: "No."' in shown
    assert "<https://acme.slack.com/archives/C0SALES/p1755766800000001|where it was said>" in shown


def test_the_details_of_a_promise_are_said() -> None:
    details = {
        "needed_by": "2025-12-01",
        "firm": "explicit",
        "effort": "days",
        "client_believes": "yes",
        "where": "call",
    }
    shown = one(replace(make_entries()[0], details=details))
    assert "needed by 1 Dec · explicit · effort: days · client thinks it is included: yes · call" in shown
    unknown = one(replace(make_entries()[0], details={"effort": "unknown", "client_believes": "unknown"}))
    assert "effort: no idea · client thinks it is included: don't know" in unknown, "the words of the form"


def test_a_risk_that_the_crm_knew_at_the_win_is_said_once() -> None:
    """It became an entry then; what was added in the CRM since stands beside it."""
    known = Entry(9, Kind.RISK, "Legacy mainframe", 0, NOW, Source.CRM)
    deal = make_deal(risks=("Legacy mainframe", "No test data"))
    shown = words(drawn(make_handover(State.SCOPED, entries=[known], deal=deal)))
    assert shown.count("Legacy mainframe") == 1
    assert '"No test data" · from the CRM' in shown


@pytest.mark.req("R44", "R57")
def test_the_date_that_matters_stands_beside_the_contract_date() -> None:
    shown = words(drawn(make_handover(State.SCOPED)))
    assert '*Fri 13 Mar 2026* instead of Tue 31 Mar 2026 · "board meets 17 Mar" · Ana, 21 Aug' in shown


@pytest.mark.req("R45", "R56")
def test_stakeholders_have_stance_topic_and_their_own_success() -> None:
    shown = words(drawn(make_handover(State.SCOPED)))
    assert "Pushes back: *M. Klein* (economic buyer) · about scope of the data move" in shown
    assert 'Backs us: *R. Okafor* (champion) · success is "No night shifts for my team"' in shown


@pytest.mark.req("R54", "R55", "R56", "R59", "R16")
@pytest.mark.parametrize(
    "line",
    [
        '"We answered in a day" · instead of Initech',
        '"New CFO wants quick wins"',
        '"Close the books in three days" · in the words of M. Klein',
        '✅ in scope · €4,200 · "Early signature"',
        '"Training" · client believes "included" · we believe "extra"',
        '"VPN is there by October"',
        'High: "Mainframe freeze in December" · Dev',
        '"Legacy mainframe" · from the CRM',
        '"Test data" · R. Okafor · needed by 1 Oct',
        '"Test data from the client" · from the CRM',
    ],
)
def test_every_kind_has_its_line(line: str) -> None:
    assert line in words(drawn(make_handover(State.SCOPED)))


@pytest.mark.req("R12", "R13", "R14")
def test_contacts_documents_and_notes_come_from_the_crm() -> None:
    shown = words(drawn(make_handover(State.SCOPED)))
    assert "• *M. Klein*, CFO · economic buyer" in shown
    assert "• <https://app.hubspot.example/d2|Contract> · contract · signed" in shown
    assert "• Metrics: Run cost down 20 %" in shown
    assert "• Discovery: ✓ signed off · <https://app.hubspot.example/d4|link> · Ana, 5 Sep" in shown


@pytest.mark.req("R12")
def test_what_the_crm_lacks_is_named() -> None:
    deal = make_deal(contacts=(), gaps=("champion", "close date"))
    shown = words(drawn(make_handover(State.WON, deal=deal)))
    assert "*Not in the CRM*\n• champion\n• economic buyer\n• close date" in shown


def test_nothing_is_an_answer_with_a_name_until_something_is_said() -> None:
    said = [Answer(f"none:{kind}", ANA.id, WON_AT) for kind in ("commitment", "real_deadline", "stakeholder")]
    shown = words(drawn(make_handover(State.WON, answers=said)))
    assert "• Nothing was promised, says Ana (5 Sep)" in shown
    assert "• The contract date is the date that matters, says Ana (5 Sep)" in shown
    assert "• Nobody known who pushes back or backs us, says Ana (5 Sep)" in shown
    assert "Nothing was promised" not in words(drawn(make_handover(State.SCOPED, answers=said)))


def test_an_entry_that_was_taken_back_is_gone() -> None:
    assert "Weekly call" not in one(replace(make_entries()[0], undone_at=NOW))


def test_an_unknown_author_is_the_crm() -> None:
    entry = Entry(1, Kind.PRESSURE, "Audit in May", 0, WON_AT, Source.CRM)
    assert '"Audit in May" · the CRM, 5 Sep' in one(entry)


def test_nothing_known_says_how_to_begin() -> None:
    bare = make_deal(contacts=(), documents=(), meddpicc=(), risks=(), dependencies=())
    message = drawn(make_handover(State.WON, deal=bare))
    assert "Add context" in buttons(message)


def test_only_counts_where_outsiders_read_along() -> None:
    handover = make_handover(State.SCOPED)
    message = faces(handover, make_frame(open_here=False))["know"]
    assert "• Promises: 3" in words(message)
    assert "hidden here" in words(message)
    for secret in ("Weekly call", "Klein", "4,200", "Initech", "board meets", "mainframe"):
        assert secret not in words(message)
    assert "Brief" in buttons(message)


@pytest.mark.parametrize("kind", list(Kind))
def test_two_hundred_entries_fit_and_the_rest_is_counted(kind: Kind) -> None:
    entries = [
        Entry(n, kind, f"{n} " + "word & more " * 30, ANA.id, NOW + timedelta(minutes=n), details={"stance": "for"})
        for n in range(200)
    ]
    message = drawn(make_handover(State.SCOPED, entries=entries, deal=make_deal(risks=(), dependencies=())))
    assert "more: `/handover find`" in words(message)
    shown = sum(line.startswith("• ") and "word &amp; more" in line for line in words(message).splitlines())
    left = int(next(x for x in words(message).splitlines() if "more: `" in x).split()[1])
    assert shown + left == 200
    assert limits.text_size(message.blocks) <= 9000


def test_all_kinds_at_once_fit() -> None:
    entries = [
        Entry(n, kind, "&" * 1000, ANA.id, NOW, details=dict.fromkeys(("to", "why", "topic", "success"), "&" * 500))
        for n, kind in enumerate(list(Kind) * 20)
    ]
    deal = make_deal(risks=("&" * 500,) * 50, dependencies=("&" * 500,) * 50, meddpicc=(("M", "&" * 900),) * 8)
    message = drawn(make_handover(State.SCOPED, entries=entries, deal=deal))
    harmless(message)


def test_small_groups_stay_whole_when_a_large_one_is_cut() -> None:
    many = [Entry(100 + n, Kind.RISK, f"Risk {n} " + "x" * 60, ANA.id, NOW) for n in range(300)]
    shown = words(drawn(make_handover(State.SCOPED, entries=[*make_entries(), *many])))
    assert '"We answered in a day"' in shown
    assert '"Single sign-on included"' in shown


def test_every_group_is_cut_to_its_share() -> None:
    groups = [know.Group(f"G{n}", [Safe("x" * 400)] * 40) for n in range(12)]
    blocks = know.fitted(groups, 8000)
    assert sum(len(block["text"]["text"]) for block in blocks) <= 8000
    assert all("more: `/handover find`" in block["text"]["text"] for block in blocks)


@pytest.mark.req("R64")
def test_the_brief_shows_the_four_things_on_one_screen() -> None:
    message = brief.internal(make_handover(State.PROVISIONED), FRAME)
    accepted(message)
    shown = words(message)
    for title in ("The date that matters", "Promises", "Who backs us, who pushes back", "Why they chose us"):
        assert f"*{title}*" in shown
    assert "*Scope:* <https://app.hubspot.example/d3|scope document>" in shown
    accepted(brief.modal(make_handover(State.PROVISIONED), FRAME))


def test_the_brief_hides_its_words_where_outsiders_read_along() -> None:
    message = brief.internal(make_handover(State.PROVISIONED), make_frame(open_here=False))
    assert "Weekly call" not in words(message)
    assert "`/handover brief` shows them to you alone" in words(message)


@pytest.mark.parametrize("with_team", [True, False])
def test_what_the_client_may_read_never_holds_an_entry_or_an_amount(*, with_team: bool) -> None:
    text = brief.client_safe(make_handover(State.IN_PROGRESS), FRAME if with_team else None)
    assert text.startswith(
        "Cloud Migration for ABC Fintech\nStart: Mon 15 Sep 2025\nEnd: Tue 31 Mar 2026\nKickoff: Tue 16 Sep 2025\n"
        "Scope: https://app.hubspot.example/d3"
    )
    assert ("Project manager: Ben Ortiz" in text) is with_team
    for entry in make_entries():
        assert entry.text not in text
        assert not any(value in text for value in entry.details.values() if len(value) > 3)
    assert "84" not in text


def test_the_note_in_the_crm_holds_state_and_links_only() -> None:
    assert brief.crm_note(make_handover(State.IN_PROGRESS)) == (
        "Handover HO-42: In progress.\nWorkspace: https://app.asana.example/0/1\n"
        "Slack channel: #proj-abc-fintech-cloud-migration-sep2025\nStart: Mon 15 Sep 2025\nEnd: Tue 31 Mar 2026"
    )
