"""The root message: five blocks, the state as symbol and word, who is next, and nothing that rings or goes stale."""

from dataclasses import replace
from datetime import timedelta

import pytest

from blocks import ids, limits
from blocks.faces import faces, root
from blocks.frame import Message
from bot.context import Entry, Kind
from bot.handover import Answer, Handover, Interval, State
from bot.people import Role
from tests.blocks.reading import accepted, buttons, elements, mentions, texts, words
from tests.builders import DUE_AT, HOLDERS, NOW, PEOPLE, SCOPE_DUE_AT, make_frame, make_handover, on_hold

EARLY = make_frame(now=SCOPE_DUE_AT - timedelta(hours=2))
LATE = make_frame(now=DUE_AT + timedelta(hours=1))
FRAME = make_frame()
PAUSE = Interval("pause", NOW, "test data", by=HOLDERS[Role.PM], expected=DUE_AT.date())
STATES = [state for state in State if state is not State.PRESALE]


@pytest.mark.parametrize(
    ("handover", "frame", "line", "primary"),
    [
        (make_handover(State.WON), EARLY, "🔵 *Won* · scope wanted by *<!date^", "Confirm scope"),
        (make_handover(State.WON), FRAME, "🔴 *Late* · scope was wanted by *<!date^", "Confirm scope"),
        (make_handover(State.SCOPED, steps=[]), FRAME, "🟡 *Running* · due *<!date^", "Set up workspace"),
        (make_handover(State.SCOPED), FRAME, "🟡 *Running* · due *<!date^", "What's missing"),
        (make_handover(State.PROVISIONED), FRAME, "🟡 *Workspace ready* · due *<!date^", "What's missing"),
        (make_handover(State.PROVISIONED), LATE, "🔴 *Late* · was due *<!date^", "What's missing"),
        (on_hold(make_handover(State.SCOPED)), LATE, "⏸ *On hold* · the deal was reopened in the CRM", None),
        (make_handover(State.SCOPED, intervals=[PAUSE]), LATE, "⏸ *Waiting on the client* since <!date^", "Resume"),
        (make_handover(State.IN_PROGRESS), LATE, "🟢 *In progress* since <!date^", "Open workspace"),
        (make_handover(State.CLOSED), LATE, "⚪ *Closed* <!date^", None),
        (make_handover(State.CANCELLED), FRAME, "· opened by mistake", None),
    ],
)
def test_each_state_has_its_line_and_its_one_primary_button(
    handover: Handover, frame: object, line: str, primary: str | None
) -> None:
    drawn = root.draw(handover, frame)  # type: ignore[arg-type]
    assert line in drawn.blocks[1]["text"]["text"]
    styled = [e["text"]["text"] for e in elements(drawn) if e.get("style") == "primary"]
    assert styled == ([primary] if primary else [])


@pytest.mark.parametrize("state", STATES)
def test_five_blocks_of_at_most_900_characters(state: State) -> None:
    drawn = root.draw(make_handover(state), FRAME)
    assert [block["type"] for block in drawn.blocks] == ["header", "section", "section", "context", "actions"]
    assert limits.text_size(drawn.blocks) <= 900
    assert len([e for e in elements(drawn) if e["type"] == "button"]) <= 3
    accepted(drawn)


def test_the_text_says_deal_state_due_and_who_is_next() -> None:
    drawn = root.draw(make_handover(State.SCOPED), FRAME)
    assert drawn.text == (
        "Handover ABC Fintech – Cloud Migration – Sep2025: running, due Wed 10 Sep 10:00. "
        "Next: Ana answers 1 question from Ben."
    )


def test_next_is_whose_turn_it_is_with_the_way_there() -> None:
    lines = root.draw(make_handover(State.SCOPED), FRAME).blocks[1]["text"]["text"]
    assert "*Next:* Ana answers 1 question from Ben · <https://acme.slack.com/" in lines
    assert lines.endswith("|open it>")
    assert "*Next:* Dev confirms the scope" in words(root.draw(make_handover(State.WON), FRAME))
    assert "*Next:* kickoff Tue 16 Sep 2025" in words(root.draw(make_handover(State.IN_PROGRESS), FRAME))
    assert "*Next:* no kickoff date" in words(root.draw(make_handover(State.IN_PROGRESS, kickoff=None), FRAME))
    assert "*Next:* Ana says what happens" in words(root.draw(on_hold(make_handover(State.SCOPED)), FRAME))


def test_late_says_for_whom_it_waits() -> None:
    assert "waits for Ana (1), Ben (" in words(root.draw(make_handover(State.PROVISIONED), LATE))


def test_waiting_on_the_client_says_since_when_until_when_and_who_said_so() -> None:
    message = root.draw(make_handover(State.SCOPED, intervals=[PAUSE]), FRAME)
    drawn = words(message)
    assert "⏸ *Waiting on the client* since <!date^" in drawn
    assert ", expected Wed 10 Sep 2025 · set by Ben" in drawn
    assert "*Next:* Ana asks the client" in drawn
    assert buttons(message)["Resume"]["action_id"] == ids.RESUME
    assert "due" not in message.text


@pytest.mark.parametrize("state", [*State])
def test_the_menu_pauses_where_a_clock_runs_and_changes_the_date_where_it_waits(state: State) -> None:
    clocked = state in (State.WON, State.SCOPED, State.PROVISIONED)
    entries = {text: value for text, value, _ in root.menu(make_handover(state))}
    assert entries.get("Waiting on client") == (f"{ids.PAUSE}:42" if clocked else None)
    waiting = {text: value for text, value, _ in root.menu(make_handover(state, intervals=[PAUSE]))}
    assert "Waiting on client" not in waiting or not clocked
    assert waiting.get("Still waiting…") == (f"{ids.STILL_WAITING}:42" if clocked else None)
    held = [text for text, *_ in root.menu(on_hold(make_handover(state)))]
    assert not {"Waiting on client", "Still waiting…"} & set(held)
    assert max(len(entries), len(waiting)) <= 5


@pytest.mark.req("R44", "R57")
def test_the_date_that_matters_stands_beside_the_contract_date_with_its_reason() -> None:
    fields = root.fields(make_handover(State.SCOPED), FRAME)
    assert fields[:2] == ["*Date that matters* Fri 13 Mar 2026 (board meets 17 Mar)", "*Contract date* Tue 31 Mar 2026"]


@pytest.mark.req("R44")
def test_the_contract_date_counts_when_somebody_said_so() -> None:
    said = Answer("none:real_deadline", HOLDERS[Role.SALES_REP], NOW)
    fields = root.fields(make_handover(State.WON, answers=[said]), FRAME)
    assert fields[0] == "*Date that matters* Tue 31 Mar 2026"
    assert root.fields(make_handover(State.WON), FRAME)[0] == "*Date that matters* not said yet"


def test_an_entry_that_was_taken_back_does_not_count() -> None:
    dated = Entry(9, Kind.REAL_DEADLINE, "x", 1, NOW, details={"real_date": "2026-02-01"}, undone_at=NOW)
    assert root.fields(make_handover(State.WON, entries=[dated]), FRAME)[0] == "*Date that matters* not said yet"


def test_an_empty_role_is_nobody_yet() -> None:
    fields = root.fields(make_handover(State.WON, roles={Role.DELIVERY_MANAGER: 4}), FRAME)
    assert fields[3] == "*Project manager* nobody yet"


def test_counts_and_amount_stand_in_one_line() -> None:
    drawn = words(root.draw(make_handover(State.IN_PROGRESS), FRAME))
    assert "▰▰▰▰▰▰▰▰▰▰ 15 of 15 done · 3 of 3 signed · 3 promises, 0 open · €84,000" in drawn


def test_amount_and_reason_are_hidden_where_outsiders_read_along() -> None:
    drawn = root.draw(make_handover(State.SCOPED), make_frame(open_here=False))
    assert "84,000" not in words(drawn)
    assert "board meets" not in words(drawn)
    assert "<https://app.hubspot.example/deal/9001|amount hidden here>" in words(drawn)


def test_rare_things_are_behind_the_dots() -> None:
    menu = next(e for e in elements(root.draw(make_handover(State.WON), FRAME)) if e["type"] == "overflow")
    assert [(o["text"]["text"], o["value"]) for o in menu["options"]] == [
        ("Open in CRM", f"{ids.OPEN_LINK}:42"),
        ("Brief", f"{ids.BRIEF}:42"),
        ("Change people", f"{ids.CHANGE_PEOPLE}:42"),
        ("Waiting on client", f"{ids.PAUSE}:42"),
        ("History", f"{ids.HISTORY}:42"),
    ]
    assert menu["options"][0]["url"] == "https://app.hubspot.example/deal/9001"


def test_an_ended_handover_has_no_buttons_but_its_history() -> None:
    drawn = root.draw(make_handover(State.CLOSED), FRAME)
    assert buttons(drawn) == {}
    assert [o["text"]["text"] for e in elements(drawn) for o in e["options"]] == ["Open in CRM", "Brief", "History"]


@pytest.mark.req("R48")
@pytest.mark.parametrize("state", STATES)
def test_no_face_mentions_anybody_or_counts_down(state: State) -> None:
    for message in faces(make_handover(state), FRAME).values():
        assert mentions(message) == []
        assert "left" not in words(message)


@pytest.mark.parametrize("state", STATES)
def test_no_face_changes_while_nothing_but_time_passes(state: State) -> None:
    now, later = (
        faces(make_handover(state), FRAME),
        faces(make_handover(state), replace(FRAME, now=NOW + timedelta(hours=3))),
    )
    assert now == later


@pytest.mark.parametrize("state", STATES)
def test_texts_never_carry_amounts_promises_or_stances(state: State) -> None:
    for message in faces(make_handover(state), FRAME).values():
        assert isinstance(message, Message)
        for secret in (
            "84,000",
            "€",
            "Weekly call",
            "Single sign-on",
            "Pushes back",
            "Backs us",
            "4,200",
            "board meets",
        ):
            assert secret not in message.text


def test_every_face_of_every_state_is_within_slacks_limits() -> None:
    for state in STATES:
        drawn = faces(make_handover(state), FRAME)
        assert next(iter(drawn)) == "root"
        for message in drawn.values():
            accepted(message)


def test_a_symbol_never_stands_without_its_word() -> None:
    for state in STATES:
        for text in texts(root.draw(make_handover(state), make_frame(people=PEOPLE)).blocks[1]):
            assert text[0] in "🔵🟡🔴⏸🟢⚪"
            assert text[1:].strip().startswith("*")
