"""Reminders as they are read: first lines, what they show, what they keep quiet, and Slack's limits."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from blocks import direct, ids
from blocks.reminder import Asked, Line, finished, reminder
from bot import gate
from bot.clock.nag import LATE, WARNED, is_turn
from bot.clock.pause import question
from bot.deal import Document, DocumentKind
from bot.gate import Turn
from bot.handover import Handover, Interval, State
from bot.people import Person, Role
from tests.blocks.reading import buttons, words
from tests.builders import ANA, BEN, DEV, DUE_AT, HANA, HOLDERS, NOW, make_frame, make_handover

HOSTILE = "<!channel> *bold* <https://evil.example|click>"


def line(handover: Handover, person: int = ANA.id, left: timedelta = timedelta(hours=9), **more: Any) -> Line:
    turns = [turn for turn in gate.shown(handover) if gate.actor(handover, turn) == person]
    return Line(handover, person, turns, left=left, **more)


def asked(*lines: Line, **more: Any) -> Asked:
    things = sum(len(one.turns) for one in lines)
    given: dict[str, Any] = {"person": ANA, "lines": lines, "things": things, "reminder_id": 7, "since": NOW}
    return Asked(**(given | more))


def open_one() -> Handover:
    made = make_handover(State.SCOPED, entries=[], answers=[])
    assert [turn for turn in gate.shown(made) if gate.actor(made, turn) == ANA.id]
    return made


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(hours=7, minutes=59, seconds=40), "8 working hours left"),
        (timedelta(hours=1, minutes=31), "1 working hour left"),
        (timedelta(minutes=31), "less than an hour left"),
    ],
)
def test_hours_that_are_left_are_whole_ones(left: timedelta, said: str) -> None:
    message, _ = reminder(asked(line(open_one(), left=left)), make_frame())
    assert f", {said}" in words(message)


def test_the_first_line_says_how_much_waits_and_each_thing_has_its_button() -> None:
    message, shown = reminder(asked(line(open_one())), make_frame())
    assert words(message).startswith("*3 things wait for you*, Ana. About 2 minutes.")
    assert "9 working hours left" in words(message)
    assert {"Add promises", "Nothing was promised", "Say the date", "Add people"} <= buttons(message).keys()
    assert len(shown) == 3
    assert {handover_id for handover_id, _, _ in shown} == {open_one().id}


def test_nothing_of_the_record_is_in_the_notification() -> None:
    message, _ = reminder(asked(line(open_one())), make_frame())
    assert message.text.startswith("3 things wait for you on ABC Fintech – Cloud Migration")
    assert "84" not in message.text


def test_what_waits_for_somebody_else_is_not_said_to_be_impossible() -> None:
    """A deputy's form, or that of a head who names a delivery manager, would say that nothing waits."""
    other = make_handover(State.SCOPED, id=43, entries=[], answers=[])
    unled = make_handover(State.SCOPED, roles={Role.PM: BEN.id})
    named = Line(unled, HANA.id, [Turn(Role.DELIVERY_MANAGER, 0, "fill_roles", "delivery_manager")])
    for message in (
        reminder(asked(line(open_one()), person=BEN), make_frame()),
        reminder(asked(named, person=HANA), make_frame()),
    ):
        assert "I can't do this" not in buttons(message[0])
    mixed, _ = reminder(asked(line(open_one()), line(other, BEN.id), person=BEN), make_frame())
    assert buttons(mixed)["I can't do this"]["value"] == "43"


@pytest.mark.parametrize(
    ("more", "first"),
    [
        ({"last_hour": True}, "*Last hour:* 3 things hold up"),
        ({}, "*3 things wait for you*"),
    ],
)
def test_the_last_one_says_so(more: dict[str, Any], first: str) -> None:
    message, _ = reminder(asked(line(open_one()), **more), make_frame())
    assert words(message).startswith(first)


def paused(*, expected: date | None = None) -> Line:
    expected = expected or NOW.date()
    made = make_handover(State.SCOPED, intervals=[Interval("pause", NOW, "test data", BEN.id, expected)])
    return Line(made, ANA.id, question=question(made))


def test_whoever_paused_is_asked_on_the_day() -> None:
    """A question alone has no clock and no offers; the words of the pause stay out of the notification."""
    one = paused()
    message, shown = reminder(asked(one), make_frame())
    assert words(message).startswith("*1 client's answer was expected.*")
    assert "waits on the client; the answer was expected on Tue 9 Sep 2025: " in words(message)
    assert {name: b["action_id"] for name, b in buttons(message).items()} == {
        "It is here: go on": ids.RESUME,
        "Still waiting…": ids.STILL_WAITING,
    }
    assert message.text.endswith("waits on the client; the answer was expected on Tue 9 Sep 2025.")
    assert "data" not in message.text
    assert shown == [(one.handover.id, ANA.id, one.question)]
    early = paused(expected=NOW.date() - timedelta(days=3))
    assert "was expected on Sat 6 Sep 2025:" in words(reminder(asked(early), make_frame())[0])


def test_a_question_stands_beside_what_waits_and_the_rest_is_counted() -> None:
    questions = [paused() for _ in range(4)]
    message, shown = reminder(asked(line(open_one()), *questions), make_frame())
    assert words(message).startswith("*3 things wait for you*")
    assert "and 2 more wait on the client" in words(message)
    assert len([key for _, _, key in shown if key.startswith("ask:")]) == 2
    assert len(message.blocks) <= 14


def test_what_is_late_says_so_in_its_first_line() -> None:
    message, _ = reminder(asked(line(open_one(), left=timedelta())), make_frame())
    assert " is late and waits for you*, Ana." in words(message)
    assert "was due" in words(message)


def test_managers_and_heads_see_for_whom_it_waits_and_can_take_it() -> None:
    late = Line(open_one(), HANA.id, notice=LATE)
    message, shown = reminder(asked(late, person=HANA, things=0), make_frame())
    assert "*1 handover is late.*" in words(message)
    assert "It waits for Ana (3)" in words(message)
    assert buttons(message)["Take it"]["action_id"] == ids.TAKE_IT
    assert shown == [(late.handover.id, HANA.id, LATE)]
    assert " is late" in message.text or "late, was due" in message.text
    soon = Line(open_one(), DEV.id, notice=WARNED)
    message, _ = reminder(asked(soon, person=DEV, things=0), make_frame())
    assert "will be late <!date^1757491200^{date_short_pretty} at {time}|" in words(message)
    assert buttons(message)["Waiting on client"]["action_id"] == ids.PAUSE


@pytest.mark.parametrize("notice", [LATE, WARNED])
def test_the_deputy_of_a_manager_takes_over_what_a_head_could_take(notice: str) -> None:
    """[Take it] and [Waiting on client] would refuse them; a head is no role of the handover, so nothing is offered."""
    people = dict(make_frame().people)
    gone = {one.id: replace(one, away_until=NOW.date()) for one in (DEV, HANA)}
    frame = make_frame(people=people | gone)
    for whom, offered in ((DEV, {"Take over for Dev": f"42:delivery_manager:{DEV.id}"}), (HANA, {})):
        late = Line(open_one(), whom.id, notice=notice)
        message, shown = reminder(asked(late, person=BEN, things=0), frame)
        assert f"For {whom.first_name}, who is away." in words(message)
        assert {name: b["value"] for name, b in buttons(message).items()} == offered
        assert shown == [(42, whom.id, notice)]


def test_what_waits_for_somebody_who_is_away_is_said_to_be_theirs() -> None:
    message, shown = reminder(asked(line(open_one()), person=BEN), make_frame())
    assert "for Ana, who is away" in words(message)
    assert {person for _, person, _ in shown} == {ANA.id}


@pytest.mark.parametrize(("who", "named"), [(BEN, True), (replace(ANA, id=77, roles=frozenset()), False)])
def test_a_deputy_reads_no_presale_papers_name_before_they_took_the_role_over(who: Person, named: bool) -> None:  # noqa: FBT001
    """It may tell of prices; whoever stands in sees the record with the role."""
    made = make_handover(State.SCOPED)
    paper = Document("d9", "Pricing, 15 % off", DocumentKind.PRESALE, "https://crm.example/d9")
    made.deal = replace(made.deal, documents=(paper,))
    message, _ = reminder(asked(line(made, BEN.id), person=who), make_frame())
    assert ("15 % off" in str(message.blocks)) is named
    assert "document.open" in str(message.blocks)


def test_the_deputy_takes_the_role_over_beside_what_waits() -> None:
    """While Ana is away and it is hers: not once she is back, nor for what she only took over from somebody."""
    made, people = open_one(), dict(make_frame().people)
    away = make_frame(people=people | {ANA.id: replace(ANA, away_until=NOW.date())})
    message, _ = reminder(asked(line(made), person=BEN), away)
    button = buttons(message)["Take over for Ana"]
    assert (button["action_id"], button["value"]) == (ids.TAKE_OVER, f"42:sales_rep:{ANA.id}")
    assert len(message.blocks) <= 14
    taken = [Turn(Role.PM, 1, "tick", "confirm-team")]
    for one, frame in ((line(made), make_frame()), (Line(made, ANA.id, taken), away)):
        message, _ = reminder(asked(one, person=BEN), frame)
        assert ids.TAKE_OVER not in str(message.blocks)


def test_it_offers_moments_in_the_receivers_zone_and_none_without() -> None:
    option = NOW + timedelta(hours=5)
    message, _ = reminder(asked(line(open_one()), options=[option, NOW + timedelta(days=1)]), make_frame())
    select = next(e for b in message.blocks if b["type"] == "actions" for e in b["elements"] if "options" in e)
    assert [o["text"]["text"] for o in select["options"]] == ["Today 15:00", "Tomorrow 10:00"]
    assert select["options"][0]["value"] == f"7:{option.isoformat()}"
    bare, _ = reminder(asked(line(open_one())), make_frame())
    assert not any("options" in e for b in bare.blocks if b["type"] == "actions" for e in b["elements"])


def test_many_handovers_stay_within_fourteen_blocks_and_say_how_many_more() -> None:
    rows = [line(make_handover(State.SCOPED, id=n, entries=[], answers=[])) for n in range(1, 9)]
    notices = [Line(make_handover(State.SCOPED, id=n), ANA.id, notice=LATE) for n in range(20, 30)]
    message, shown = reminder(asked(*notices, *rows, things=40), make_frame())
    assert len(message.blocks) <= 14
    told = [key for _, _, key in shown if key != LATE]
    assert len(told) <= 5
    assert f"and {40 - len(told)} more on Home" in words(message)


def test_the_first_thing_is_shown_by_name_whatever_else_is_late() -> None:
    """Four late ones to answer for, two questions and late things of six more deals leave it its place, above those."""
    things = [line(make_handover(State.SCOPED, id=n, entries=[], answers=[])) for n in range(1, 8)]
    late = [replace(one, left=timedelta()) for one in things[1:]]
    notices = [Line(make_handover(State.SCOPED, id=n), ANA.id, notice=LATE) for n in range(20, 26)]
    for others in ([], notices, [paused() for _ in range(3)], [*notices, *[paused() for _ in range(3)]]):
        message, shown = reminder(asked(*others, things[0], *late, things=21), make_frame())
        told = [handover_id for handover_id, _, key in shown if is_turn(key)]
        assert told[0] == 1
        assert len(message.blocks) <= 14
        assert {key for _, _, key in shown if key == LATE} == ({LATE} if notices[0] in others else set())
    assert "and 2 more wait on the client" in words(message)


def test_the_notification_says_when_the_first_of_them_is_due() -> None:
    """Also when another one comes first."""
    later = make_handover(State.SCOPED, id=43, entries=[], answers=[], due_at=DUE_AT + timedelta(days=1))
    message, _ = reminder(asked(line(later), line(open_one())), make_frame())
    assert message.text == "6 things wait for you on 2 handovers, due Wed 10 Sep 10:00."


def test_a_long_thing_leaves_room_for_one_notice() -> None:
    """Nine documents to read, each with its button, and a deal that is late: both are shown."""
    papers = tuple(Document(f"d{n}", f"Paper {n}", DocumentKind.OTHER, f"https://acme.example/{n}") for n in range(9))
    made = make_handover(State.SCOPED, answers=[], deal=replace(make_handover(State.SCOPED).deal, documents=papers))
    reading = Line(made, ANA.id, [Turn(Role.PM, 1, "read_documents", "read-presale")], left=timedelta(hours=1))
    late = [Line(make_handover(State.SCOPED, id=n), ANA.id, notice=LATE) for n in (7, 8)]
    message, shown = reminder(asked(*late, reading), make_frame())
    assert [key for _, _, key in shown] == [LATE, "pm:read_documents:read-presale"]
    assert len(message.blocks) <= 14


def test_every_handover_is_named_before_a_second_thing_of_another_is() -> None:
    """Three things wait in each: two deals are shown, the first with as much as there is room for."""
    rows = [line(make_handover(State.SCOPED, id=n, entries=[], answers=[])) for n in (1, 2)]
    _, shown = reminder(asked(*rows), make_frame())
    assert [handover_id for handover_id, _, _ in shown] == [1, 1, 2]
    assert shown[0][2] == rows[0].turns[0].key
    few = [Line(one.handover, ANA.id, one.turns[1:2], left=one.left) for one in rows]
    assert len(reminder(asked(*few), make_frame())[1]) == 2


def test_names_from_outside_ring_nobody() -> None:
    made = make_handover(State.SCOPED, entries=[], answers=[], client=HOSTILE, workspace_name=HOSTILE)
    message, _ = reminder(asked(line(made)), make_frame())
    formatted = [b["text"]["text"] for b in message.blocks if b.get("text", {}).get("type") == "mrkdwn"]
    assert formatted
    assert not any("<!channel>" in text or "<https://evil" in text for text in [*formatted, message.text])


def test_when_all_is_done_only_that_is_left() -> None:
    message = finished(asked(), make_frame())
    assert message.text.startswith("✓ Done, Tue 9 Sep")
    assert buttons(message) == {}


@pytest.mark.parametrize("became", ["pause", "hold", "closed", "elsewhere", "not_now"])
def test_what_is_not_done_is_not_called_done(became: str) -> None:
    made = make_handover(State.SCOPED, client=HOSTILE, workspace_name=HOSTILE)
    for message in (
        finished(asked(became=became, about=made), make_frame()),
        finished(asked(became=became), make_frame()),
    ):
        assert ("✓" in message.text, "Done" in message.text, buttons(message)) == (False, False, {})
        assert "Tue 9 Sep" in message.text
        assert "<!channel>" not in message.text + words(message)


def all_turns(state: State) -> list[tuple[Handover, Turn]]:
    """Everything that can be done in that state with nothing done yet, each item also as one of its own."""
    roles = {role: person for role, person in HOLDERS.items() if role is not Role.CSM}
    made = make_handover(state, entries=[], answers=[], signatures=[], kickoff=None, steps=[], roles=roles)
    rows = [(made, turn) for turn in gate.shown(made)]
    return rows + [(made, Turn(item.role, 1, gate.mend_of(item), item.key)) for item in made.items]


def ways(handover: Handover, turn: Turn, links: dict[str, str]) -> list[dict[str, Any]]:
    """The elements that a reminder has for one thing to do."""
    drawn = direct.deeds(handover, make_frame(links=links), [turn])
    return [e for b in drawn for e in [b.get("accessory"), *b.get("elements", ())] if e and e["type"] != "mrkdwn"]


@pytest.mark.req("R40")
@pytest.mark.parametrize("state", [State.WON, State.SCOPED, State.PROVISIONED])
def test_whatever_waits_has_a_button_a_select_or_the_way_to_its_list(state: State) -> None:
    rows = all_turns(state)
    links = {f"list:{role}:42": f"https://acme.example/{role}" for role in HOLDERS} | {
        "root:42": "https://acme.example"
    }
    for made, turn in [*rows, (rows[0][0], Turn(Role.PM, 2, "mend_steps", "workspace"))]:
        assert ways(made, turn, links), turn


def test_what_is_ticked_by_hand_has_a_button_that_ticks_it() -> None:
    made = make_handover(State.SCOPED, entries=[], answers=[])
    message, shown = reminder(asked(line(made, BEN.id), person=BEN), make_frame(links={}))
    done = buttons(message)["Done"]
    assert (done["action_id"], done["value"]) == (ids.ITEM_DONE, "42:confirm-team")
    assert "Confirm that the team is available (ABC Fintech)" in done["accessibility_label"]
    assert (42, BEN.id, "pm:tick:confirm-team") in shown


@pytest.mark.parametrize(
    ("action", "words", "url"),
    [
        ("fix_access", "Open list", "https://acme.example/list"),
        ("mend_steps", "Open steps", "https://acme.example/progress"),
    ],
)
def test_what_needs_a_look_leads_to_the_place(action: str, words: str, url: str) -> None:
    made = make_handover(State.PROVISIONED)
    places = ("list", "progress", "root")
    for number in (":42", ""):
        links = {f"{name}{number}": f"https://acme.example/{name}" for name in places}
        links[f"list:csm{number}"] = "https://acme.example/list"
        (way,) = ways(made, Turn(Role.CSM, 3, action, "client-access"), links)
        assert (way["text"]["text"], way["url"]) == (words, url)
    assert ways(made, Turn(Role.CSM, 3, action, "client-access"), {}) == []
