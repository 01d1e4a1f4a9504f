"""Words to one person: cards, lists, choices, help, as much as that person may see."""

from datetime import timedelta
from typing import Any

import pytest

from blocks import card, history, ids
from blocks.card import Row
from blocks.frame import Message
from blocks.whisper import whisper
from bot.handover import Event, Handover, State
from bot.people import Person, Role, Sight
from tests.blocks.reading import accepted, buttons, elements, harmless, words
from tests.builders import ANA, BEN, DEV, DUE_AT, HANA, NOW, WON_AT, make_deal, make_entries, make_frame, make_handover

FRAME = make_frame()
ROW = Row(42, "ABC Fintech – Portal", "🟡 Running", DUE_AT, "Ana Ruiz", "https://acme.slack.com/p1")
SAM = Person(6, "Sam Lee", "sam@baton.example", "U0SAM")


def drawn(name: str, handover: Handover | None = None, **data: Any) -> Message:
    message = whisper(name, handover, FRAME, data)
    accepted(message)
    return message


def test_a_line_is_plain_text() -> None:
    assert drawn("line", text="Saved <!channel> & more").text == "Saved &lt;!channel&gt; &amp; more"
    assert len(drawn("refused", sentence="x" * 20_000).text) <= 500
    assert drawn("line", text="").text == "Done."


def test_what_was_saved_can_be_undone() -> None:
    undo = buttons(drawn("saved", make_handover(), line="Saved 2 promises on ABC Fintech.", batch="b7"))["Undo"]
    assert (undo["action_id"], undo["value"]) == (ids.UNDO, "42:b7")
    assert buttons(drawn("saved", line="Saved.", batch="42:b7"))["Undo"]["value"] == "42:b7"
    assert buttons(drawn("saved", line="Saved.", batch="")) == {}


@pytest.mark.parametrize("state", State)
def test_a_card_shows_as_much_as_a_person_may_see(state: State) -> None:
    handover = make_handover(state)
    whole = card.card(handover, FRAME, sight=Sight.WHOLE)
    outline = card.card(handover, FRAME, sight=Sight.OUTLINE)
    nothing = card.card(handover, FRAME, sight=Sight.NOTHING)
    for message in (whole, outline, nothing):
        accepted(message)
    assert "€84,000" in words(whole)
    for secret in ("84,000", "board meets", "promise", "opened by mistake"):
        assert secret not in words(outline).replace("Promises and amounts", "")
    assert "*Delivery manager* Dev Patel" in words(outline)
    assert "ABC" not in words(nothing)


def test_a_card_without_a_word_about_sight_is_the_outline() -> None:
    assert "84,000" not in words(drawn("card", make_handover(State.SCOPED)))
    assert "€84,000" in words(drawn("card", make_handover(State.SCOPED), sight="whole"))


def test_the_card_of_an_open_deal_collects_context_and_presale_work() -> None:
    message = card.card(make_handover(State.PRESALE), FRAME, sight=Sight.WHOLE)
    assert buttons(message)["Add context"]["style"] == "primary"
    signs = [e["value"] for e in elements(message) if e.get("action_id") == ids.PRESALE_SIGN]
    assert signs == ["42:discovery"]
    assert [line for line in words(message).splitlines() if "not signed off yet" in line] == [
        f"{kind}: ○ not signed off yet" for kind in ("Discovery", "Scoping", "Proposal", "Pricing")
    ]
    assert "🔵 *Open deal* · closes about Fri 5 Sep 2025" in words(message)


@pytest.mark.req("R38")
def test_the_card_names_what_the_crm_lacks_to_those_who_see_the_whole() -> None:
    handover = make_handover(State.WON, deal=make_deal(contacts=(), gaps=tuple(f"field {n}" for n in range(9))))
    whole = words(card.card(handover, FRAME, sight=Sight.WHOLE))
    assert "Not in the CRM: champion, economic buyer, field 0, field 1, field 2, field 3, field 4 and field 5" in whole
    assert ", and 3 more." in whole
    assert "Not in the CRM" not in words(card.card(handover, FRAME, sight=Sight.OUTLINE))
    full = make_handover(State.WON)
    assert "Not in the CRM" not in words(card.card(full, FRAME, sight=Sight.WHOLE))


def test_my_things_are_the_most_urgent_first_with_their_buttons() -> None:
    late = make_handover(State.SCOPED, id=43, client="Late Ltd", workspace_name="", due_at=NOW - timedelta(days=1))
    message = drawn("mine", handovers=[make_handover(State.PROVISIONED), late], person=ANA, roles={Role.SALES_REP})
    assert message.text == "2 things wait for you."
    assert words(message).index("Late Ltd") < words(message).index("ABC Fintech")
    assert buttons(message)["Answer"]["value"] == "43"


def test_nothing_for_me_says_what_else_there_is() -> None:
    assert "Nothing waits for you, Ana." in words(drawn("mine", handovers=[], person=ANA))


def test_many_handovers_fit_into_my_things() -> None:
    held = [make_handover(State.WON, id=n) for n in range(1, 40)]
    assert "and 34 more: Home shows all" in words(drawn("mine", handovers=held, person=BEN))


def test_a_list_shows_state_due_and_for_whom_it_waits() -> None:
    message = drawn("list", rows=[ROW], title="Late handovers")
    assert "🟡 Running · <https://acme.slack.com/p1|ABC Fintech – Portal> · due <!date^" in words(message)
    assert words(message).split("\n")[1].endswith("· waits for Ana Ruiz")
    assert buttons(message)["Show"]["value"] == "42"
    assert drawn("list", rows=[], title="Late handovers").text == "Late handovers: none."


def test_a_long_list_says_that_there_is_more() -> None:
    message = card.listing([ROW] * 20, FRAME, "Open handovers", more=True)
    accepted(message)
    assert "more than 20" in words(message)
    assert "There are more." in words(message)


def test_several_matches_give_a_choice() -> None:
    message = drawn("choice", rows=[ROW, ROW])
    assert message.text == "2 handovers match. Which one?"
    assert len([e for e in elements(message) if e["action_id"] == ids.SHOW_CARD]) == 2


def test_no_match_offers_near_verbs_and_the_crm_to_those_who_may() -> None:
    message = drawn("no_match", words="lst", near=["list"], may_search=True)
    assert 'No handover matches "lst". Did you mean `/handover list`?' in words(message)
    assert buttons(message)["Search the CRM"]["value"] == "lst"
    assert buttons(drawn("no_match", words="lst", near=[], may_search=False)) == {}


def test_what_the_crm_found_can_be_tracked() -> None:
    message = drawn("found", words="abc", rows=[["hubspot", "9", "Portal", "ABC", "open"]] * 9)
    tracked = [e["value"] for e in elements(message)]
    assert tracked == ["hubspot:9"] * 5
    assert "*Portal* · ABC · open" in words(message)
    assert "The CRM knows no deal" in words(drawn("found", words="abc", rows=[]))


@pytest.mark.req("R66")
def test_what_somebody_said_is_found_with_who_and_when() -> None:
    rows = [(42, "ABC Fintech – Portal", entry) for entry in make_entries()]
    message = drawn("find", words="call", rows=rows)
    assert '*ABC Fintech – Portal* (HO-42) · A promise\n💬 waits for the sales rep · "Weekly call' in words(message)
    assert "Nothing that you may see holds" in words(drawn("find", words="<x>", rows=[]))


@pytest.mark.parametrize(
    ("person", "roles", "offered", "withheld"),
    [
        (SAM, set(), "`/handover ABC`", ["commit", "new", "assign", "scope", "cancel", "audit", "settings"]),
        (ANA, {Role.SALES_REP}, "`/handover commit", ["assign", "scope", "cancel", "settings"]),
        (DEV, {Role.DELIVERY_MANAGER}, "`/handover scope", []),
        (HANA, set(), "`/handover cancel", ["handover scope"]),
    ],
)
def test_help_offers_only_what_this_person_may_do(
    person: Person, roles: set[Role], offered: str, withheld: list[str]
) -> None:
    shown = words(drawn("help", person=person, roles=roles, asks=ASKS))
    assert offered in shown
    assert not [verb for verb in withheld if verb in shown.replace("To start one", "")]


ASKS = {"start": "sales operations (Olga)", "assign": "the delivery manager (Dev)", "stage": "<Ben>"}


def test_the_outline_of_a_card_names_whom_to_ask() -> None:
    shown = words(drawn("card", make_handover(State.SCOPED), sight="outline"))
    assert "for the people of this handover. Ask the delivery manager (Dev)." in shown


def test_help_says_whom_to_ask_for_the_rest() -> None:
    shown = words(drawn("help", person=SAM, roles={Role.SALES_REP}, asks=ASKS))
    assert (
        "To change people: ask the delivery manager (Dev). To change the stage after the gate: ask <Ben>" not in shown
    )
    assert (
        "To change people: ask the delivery manager (Dev). To change the stage after the gate: ask &lt;Ben&gt;."
        in shown
    )


EVENTS = [
    Event(WON_AT, 0, "opened", {"state": "won", "deal": "9001"}),
    Event(WON_AT, DEV.id, "assigned", {"role": "pm", "was": 0, "now": BEN.id}),
    Event(NOW, BEN.id, "ticked", {"item": "confirm-team", "text": "Confirm that the team is <available>"}),
    Event(NOW, 0, "deal_changed", {"label": "Amount", "old": "84,000.00 EUR", "new": ""}),
    Event(NOW, HANA.id, "something_new", {"why": "because"}),
]


def test_the_history_says_who_did_what_newest_first() -> None:
    shown = words(drawn("history", make_handover(), events=EVENTS)).split("\n")
    assert shown[1].endswith("*Hana Sato* something_new: because")
    assert shown[2].endswith("*Baton* saw a change in the CRM: Amount, 84,000.00 EUR → nothing")
    assert shown[3].endswith("*Ben Ortiz* ticked: Confirm that the team is &lt;available&gt;")
    assert shown[4].endswith("*Dev Patel* named Ben Ortiz as project manager")
    assert shown[5].endswith("*Baton* opened the handover")


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("state", {"was": "provisioned", "now": "in_progress"}, "changed the state: Workspace ready → In progress"),
        ("point", {"answer": "change_request"}, "answered a point: change request"),
        ("step", {"step": "crm_links", "state": "done"}, "did a step: Links in the CRM"),
        ("step", {"step": "project", "state": "manual", "why": "AS-7"}, "did a step by hand: The project (AS-7)"),
        ("kickoff", {"day": "2026-12-09"}, "set the kickoff to Wed 9 Dec 2026"),
        ("access_reviewed", {"invited": 1, "right": "comment"}, "invited 1 person at the client: may comment"),
        ("pause_extended", {"was": "2025-09-10", "now": "2025-09-12", "why": "x"}, "Wed 10 Sep 2025 → Fri 12 Sep 2025"),
    ],
)
def test_the_history_speaks_in_words(kind: str, data: dict[str, Any], words: str) -> None:
    """No key of ours and no ISO date: those stand in the file."""
    (line,) = history.lines([Event(NOW, BEN.id, kind, data)], FRAME)
    assert words in line


def test_every_kind_of_event_has_words() -> None:
    for kind in history.KINDS:
        (line,) = history.lines([Event(NOW, BEN.id, kind, {})], FRAME)
        assert line.split("*Ben Ortiz* ")[1].strip()


def test_a_long_history_is_cut_and_comes_whole_as_a_file() -> None:
    events = [Event(NOW, BEN.id, "override", {"why": f"{n} <!channel> " + "&" * 300}) for n in range(500)]
    message = drawn("history", make_handover(), events=events)
    harmless(message)
    assert "latest of 500" in words(message)
    assert buttons(message)["As a file"]["action_id"] == ids.HISTORY_FILE
    accepted(history.modal(make_handover(), events, FRAME))
    text = history.text_file(make_handover(), events, FRAME)
    assert len(text.splitlines()) == 503
    assert text.splitlines()[3].startswith("2025-09-09 08:00:00Z  Ben Ortiz  override  why: 0 <!channel>")


def test_an_empty_history_says_so() -> None:
    assert "Nothing has happened yet." in words(drawn("history", make_handover(), events=[]))


@pytest.mark.parametrize("name", ["card", "brief", "history"])
def test_a_record_that_is_gone_says_the_next_step(name: str) -> None:
    assert words(drawn(name)) == "This handover is not there any more. Type /handover to see yours."


def test_the_brief_is_whispered_whole() -> None:
    assert "*Promises*" in words(drawn("brief", make_handover(State.SCOPED)))
