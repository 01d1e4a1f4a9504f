"""Effects: each survives the outbox unchanged, and is unique by what it is about."""

import dataclasses

import pytest

from bot.company.effects import EditOut, HideReasons, RedrawParked, SendChecklist, SetUp
from bot.effects import (
    KINDS,
    CheckReaders,
    Direct,
    Effect,
    Home,
    Identify,
    InviteClient,
    JoinTeam,
    LinkWorkspace,
    MarkMigrated,
    PostDigest,
    PromiseTasks,
    Provision,
    ReadDeal,
    ReadInbox,
    ReadTasks,
    Redraw,
    RedrawHeld,
    RedrawReminder,
    Remind,
    Reply,
    SearchCrm,
    SendHistory,
    SetTask,
    TellAdmin,
    Whisper,
    WriteStage,
    load,
)

DATA = {"entries": [1, 2], "by": 3, "words": "ü"}
ALL: list[Effect] = [
    ReadInbox(1),
    ReadDeal("hubspot", "501", "event", "n1", asked_by=2, response_url="https://hooks.example/1"),
    Redraw(7, 3),
    CheckReaders("C1", "event:Ev1"),
    Reply(7, "win", "20260310", DATA),
    Direct(2, "closing", "HO-7", 7, DATA),
    Whisper("U1", "n1", channel="C1", thread_ts="1.1", data=DATA),
    Home(2, "7:3"),
    Provision(7, "slack"),
    MarkMigrated(7),
    WriteStage(8, "mitigation", "n"),
    InviteClient(7, "k@abc.example"),
    PromiseTasks(7, "n1"),
    LinkWorkspace(7),
    ReadTasks(7, "n1"),
    JoinTeam(7, 2, "pm:3"),
    SetTask(7, "t1", "2026-03-13", "ben@acme.example", "n1"),
    Remind(9, "2025-09-09", 1),
    RedrawReminder(3, 8, "7:4"),
    PostDigest("2025-09-10"),
    Identify("U1", "", "n1"),
    SearchCrm("ABC", 2, "https://hooks.example/1", "n1"),
    SendHistory(7, 2, "n1"),
    TellAdmin("held_wins", "1", DATA),
    RedrawHeld("hubspot:501:1"),
    RedrawParked("7:1.0"),
    SetUp(3),
    SendChecklist("default", 2, 8, "n1"),
    EditOut("k7f3", "C1", "1.1", thread=True),
    HideReasons("2025-09-10", "C1"),
]


def test_every_kind_is_here() -> None:
    assert {type(effect) for effect in ALL} == set(KINDS.values())


@pytest.mark.parametrize("effect", ALL, ids=lambda effect: effect.kind)
def test_what_comes_out_of_the_outbox_is_what_went_in(effect: Effect) -> None:
    back = load(effect.kind, effect.payload())
    assert back == effect
    assert getattr(back, "data", None) == getattr(effect, "data", None)
    assert (back.key, back.lane) == (effect.key, effect.lane)


def test_no_two_kinds_share_a_key() -> None:
    assert len({effect.key for effect in ALL}) == len(ALL)


def test_a_kind_of_another_version_is_refused() -> None:
    with pytest.raises(KeyError):
        load("Fax", "{}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Reply(7, "changed", "1", {"a": 1}), Reply(7, "changed", "1", {"a": 2})),
        (Direct(2, "hold", "1", 7, {"a": 1}), Direct(2, "hold", "1", 8)),
        (TellAdmin("parked", "1"), TellAdmin("parked", "1", {"a": 1})),
        (Whisper("U1", "n1", channel="C1"), Whisper("U1", "n1", channel="C2")),
    ],
)
def test_one_message_per_name_and_serial_whatever_it_says(one: Effect, other: Effect) -> None:
    assert one.key == other.key


def test_the_same_words_to_two_people_are_two_messages() -> None:
    assert Direct(2, "hold", "1").key != Direct(3, "hold", "1").key


def test_one_thread_keeps_its_order_and_holds_up_no_other() -> None:
    assert MarkMigrated(7).lane == WriteStage(7, "closed", "n").lane
    assert Redraw(7, 3).lane == Reply(7, "win", "1").lane == "thread:7"
    assert RedrawHeld("n").lane == RedrawParked("n").lane == TellAdmin("held_wins", "1").lane
    assert HideReasons("2025-09-10", "C1").lane == CheckReaders("C1", "n").lane
    shared = (Redraw, Reply, ReadTasks, SetTask, RedrawHeld, RedrawParked, HideReasons)
    assert len({effect.lane for effect in ALL if not isinstance(effect, shared)}) == len(ALL) - len(shared)


def test_only_a_word_to_one_person_is_best_effort() -> None:
    assert {effect.kind for effect in ALL if effect.best_effort} == {"Whisper"}


@pytest.mark.parametrize("name", ["deputy", "stands_in"])
def test_what_deputies_are_told_keeps_no_other_message_waiting(name: str) -> None:
    """It waits for their own hours."""
    assert Direct(2, name, "1:n").lane == "dm:2:unhurried"
    assert Direct(2, "closing", "HO-7", 7).lane == "dm:2"


@pytest.mark.req("R116")
@pytest.mark.parametrize("effect", ALL, ids=lambda effect: effect.kind)
def test_what_opens_something_is_named_as_a_secret_and_is_no_part_of_a_key_or_a_lane(effect: Effect) -> None:
    names = {field.name for field in dataclasses.fields(effect)}
    opening = {name for name in names if name.endswith(("response_url", "token", "secret", "password", "key"))}
    assert opening - {"token"} == set(effect.secrets)  # the token of an erasure names it, and opens nothing
    for name in effect.secrets:
        told = dataclasses.replace(effect, **{name: "https://hooks.example/private"})
        assert "private" not in f"{told.key} {told.lane}"
