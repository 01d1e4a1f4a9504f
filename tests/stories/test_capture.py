"""Stories of capture: what people know reaches the record in seconds, from wherever it was said, and is read again."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from blocks import ids
from bot.context import Disposition, Entry, Kind, Source
from handlers.ears.commands import answer
from sandbox.slack.hands import Reaction
from sandbox.slack.seed import CLIENT_CHANNEL, SHARED_CHANNEL
from tests.stories import walk
from tests.stories.stage import Stage

SAID = "They want a weekly call until go-live"
NORTHWIND = "9002"
MINUTE = timedelta(minutes=1)


def promises(stage: Stage, number: int = 1) -> list[Entry]:
    """The standing promises of a record."""
    return [e for e in stage.handover(number).entries if e.standing and e.kind is Kind.COMMITMENT]


def shortcut(stage: Stage, who: str, channel: str, text: str) -> dict[str, Any]:
    """Uses "Add to handover" on the message with that text; returns the modal."""
    message = next(m for m in stage.channel(channel) if text in m["text"])
    reaction = stage.hands.message_shortcut(who, channel, message["ts"], "add_to_handover")
    assert reaction.error is None, reaction
    return walk.modal(stage, who)


def whispered(stage: Stage, who: str, channel: str = walk.HERE) -> dict[str, Any]:
    """The latest word that only this person sees there."""
    said = stage.world.slack.ephemerals(walk.user_id(who), channel)
    assert said, f"nothing was whispered to {who}"
    return said[-1]


@contextmanager
def statements(stage: Stage) -> Iterator[Counter[str]]:
    """What this thread asks of the database meanwhile, by the first word."""
    asked, here, db = Counter[str](), threading.get_ident(), stage.deps.store.db

    def note(*given: Any) -> None:
        if threading.get_ident() == here:
            asked[given[2].split()[0]] += 1

    for engine in (db.engine, db.reader):
        event.listen(engine, "before_cursor_execute", note)
    yield asked
    for engine in (db.engine, db.reader):
        event.remove(engine, "before_cursor_execute", note)


def choose_deal(stage: Stage, who: str, view: dict[str, Any], words: str) -> None:
    """Searches the deal and picks the first hit."""
    options = stage.hands.suggest(who, view_id=view["id"], action_id="deal.search", block_id="deal", text=words)
    stage.hands.fill(who, view["id"], "deal", "deal.search", options[0]["value"])


def typed(stage: Stage, lines: int) -> Reaction:
    """Ana writes so many promises into the modal and sends it."""
    walk.click(stage, "ana", "list:sales_rep", "promise.add")
    words = "\n".join(f"Promise number {n}" for n in range(1, lines + 1))
    return stage.hands.submit("ana", walk.modal(stage, "ana")["id"], {"words": {"words": words}})


@pytest.mark.req("R46", "R47")
def test_a_message_in_the_clients_channel_becomes_a_promise_with_its_evidence(won_stage: Stage) -> None:
    """Baton is no member there: the modal asks for the deal, keeps link, words and day, and answers there."""
    won_stage.world.hubspot.win(NORTHWIND)
    won_stage.settle()
    view = shortcut(won_stage, "ana", CLIENT_CHANNEL, SAID)
    assert "The message, its author and its time are kept as evidence." in str(view["blocks"])
    choose_deal(won_stage, "ana", view, "ABC")
    walk.submit(won_stage, "ana", {})
    won_stage.settle()

    (entry,) = promises(won_stage)
    assert promises(won_stage, 2) == []
    message = next(m for m in won_stage.channel(CLIENT_CHANNEL) if m["text"] == SAID)
    assert entry.text == SAID
    assert entry.evidence.endswith(f"/archives/{CLIENT_CHANNEL}/p{message['ts'].replace('.', '')}")
    assert entry.evidence_words == SAID
    assert entry.source is Source.MESSAGE
    assert whispered(won_stage, "ana", CLIENT_CHANNEL)["text"].startswith("Saved 1 promise on ABC Fintech.")
    assert SAID in walk.shown(won_stage.post("know"))
    assert entry.evidence in walk.shown(won_stage.post("know"))


def test_without_a_deal_the_modal_asks_for_it_in_the_field(won_stage: Stage) -> None:
    """Two deals are open, none is chosen: nothing is saved, the sentence stands below the field."""
    won_stage.world.hubspot.win(NORTHWIND)
    won_stage.settle()
    view = shortcut(won_stage, "ana", CLIENT_CHANNEL, SAID)
    reaction = won_stage.hands.submit("ana", view["id"], {})
    assert "deal" in reaction.body["errors"]
    assert promises(won_stage) == []


@pytest.mark.parametrize(("ticked", "kept"), [(False, ""), (True, "Klein: we count on a dry run")])
def test_from_a_direct_message_only_the_link_is_kept_unless_ticked(
    won_stage: Stage, *, ticked: bool, kept: str
) -> None:
    """What was said in private stays there; the link says where to ask."""
    room = won_stage.world.slack.rooms.direct(walk.user_id("ana"))["id"]
    won_stage.hands.say("ana", room, "Klein: we count on a dry run")
    won_stage.settle()
    view = shortcut(won_stage, "ana", room, "dry run")
    assert "Only the link to the message is kept, unless you tick this." in str(view["blocks"])
    values: dict[str, dict[str, Any]] = {"words": {"words": "A dry run before the cut-over"}}
    if ticked:
        values["keep_words"] = {"keep_words": ["keep"]}
    walk.submit(won_stage, "ana", values)
    won_stage.settle()
    (entry,) = promises(won_stage)
    assert f"/archives/{room}/p" in entry.evidence
    assert entry.evidence_words == kept


def test_a_private_channel_of_others_is_as_private_as_a_direct_message(won_stage: Stage) -> None:
    """The channel that is shared with the client belongs to no handover: only the link is kept."""
    shortcut(won_stage, "ana", SHARED_CHANNEL, "Hello everyone")
    walk.submit(won_stage, "ana", {"words": {"words": "A welcome call"}})
    won_stage.settle()
    (entry,) = promises(won_stage)
    assert entry.evidence
    assert entry.evidence_words == ""


@pytest.mark.req("R46")
def test_a_mention_in_the_thread_and_a_line_anywhere_keep_a_promise(won_stage: Stage) -> None:
    """`@Baton promise …` and `/handover commit …`: one line each, who said it and where; typed twice it stays one."""
    root = won_stage.post("root")["ts"]
    won_stage.hands.say("ana", walk.HERE, "@Baton promise weekly call until go-live", thread_ts=root)
    won_stage.settle()
    assert whispered(won_stage, "ana")["text"] == "Saved 1 promise on ABC Fintech. Ben answers it."
    for _ in range(2):
        said = won_stage.hands.command("ana", CLIENT_CHANNEL, "commit ABC training for the help desk")
        assert "Saved 1 promise on ABC Fintech" in str(said.body)
    won_stage.settle()
    assert [(e.text, e.source) for e in promises(won_stage)] == [
        ("weekly call until go-live", Source.MENTION),
        ("training for the help desk", Source.COMMAND),
    ]
    assert "2 promises, 2 open" in walk.shown(won_stage.post("root"))
    won_stage.hands.say("ana", walk.HERE, "@Baton what now?", thread_ts=root)
    won_stage.settle()
    assert "write: @Baton promise weekly call until go-live" in whispered(won_stage, "ana")["text"]
    line = {"text": "commit ABC a trial until May", "user_id": walk.user_id("dev"), "trigger_id": "1.1"}
    with statements(won_stage) as asked:  # whoever types it waits for each of them
        answered = answer(won_stage.deps, line)
    assert answered
    assert "Saved 1 promise on ABC Fintech" in answered.text
    assert asked == {"SELECT": 4, "INSERT": 5, "UPDATE": 1}


def test_undo_takes_a_save_back_within_15_minutes_and_the_timeline_keeps_both(won_stage: Stage) -> None:
    """One click, by the one who saved it; a quarter of an hour later it is the project manager's to answer."""
    typed(won_stage, 2)
    won_stage.settle()
    word = whispered(won_stage, "ana")
    assert word["text"] == "Saved 2 promises on ABC Fintech. Ben answers them."
    won_stage.hands.click_ephemeral("ana", word["id"], "entry.undo")
    won_stage.settle()
    assert promises(won_stage) == []
    assert "Taken back: 2 promises on ABC Fintech." in whispered(won_stage, "ana")["text"]
    assert "Promise number" not in walk.shown(won_stage.post("know"))

    typed(won_stage, 1)
    won_stage.settle()
    word = whispered(won_stage, "ana")
    won_stage.clock.advance(16 * MINUTE)
    won_stage.hands.click_ephemeral("ana", word["id"], "entry.undo")
    won_stage.settle()
    assert len(promises(won_stage)) == 1
    assert "15 minutes are over" in whispered(won_stage, "ana")["text"]
    with won_stage.deps.store.read() as reader:
        kinds = [event.kind for event in reader.events(1)]
    assert kinds.count("captured") == 2
    assert kinds.count("undone") == 1


def test_ten_promises_go_at_once_and_eleven_are_refused_in_the_field(won_stage: Stage) -> None:
    """Nothing of the eleven is saved, and what was typed stays on the screen."""
    reaction = typed(won_stage, 11)
    assert reaction.body["errors"] == {"words": "11 lines are too many at once: save 10, then add the rest."}
    assert promises(won_stage) == []
    view = walk.modal(won_stage, "ana")
    words = "\n".join(f"• Promise number {n}" for n in range(1, 11))
    walk.submit(won_stage, "ana", {"words": {"words": words}})
    won_stage.settle()
    assert view["id"] not in [v["id"] for v in won_stage.world.slack.views(walk.user_id("ana"))]
    assert [e.text for e in promises(won_stage)] == [f"Promise number {n}" for n in range(1, 11)]


def test_a_kind_that_is_chosen_and_saved_faster_than_its_fields_come_shows_them_and_keeps_what_can_be_kept(
    won_stage: Stage,
) -> None:
    walk.click(won_stage, "ana", "root", ids.ADD_CONTEXT)
    walk.submit(won_stage, "ana", {"kind": {ids.ADD_KIND: "discount"}})
    view = walk.modal(won_stage, "ana")
    assert {"words", "discount.value"} <= {block["block_id"] for block in view["blocks"]}
    walk.submit(won_stage, "ana", walk.fields(words="Loyalty", **{"discount.value": "10 %"}))
    assert won_stage.world.slack.views(walk.user_id("ana")) == []

    walk.click(won_stage, "ana", "root", ids.ADD_CONTEXT)
    won_stage.hands.choose_view("ana", walk.modal(won_stage, "ana")["id"], ids.ADD_KIND, "risk")
    walk.submit(won_stage, "ana", {"kind": {ids.ADD_KIND: "assumption"}, "words": {"words": "They host it"}})
    kept = [(entry.kind, entry.text) for entry in won_stage.handover().entries if entry.author]
    assert kept == [("discount", "10 %: Loyalty"), ("assumption", "They host it")]


def test_nothing_was_promised_is_an_answer_with_name_and_time(won_stage: Stage) -> None:
    """One click by Ana; not by Ben; a promise that comes later takes its place."""
    walk.click(won_stage, "ben", "list:sales_rep", "none.commitment")
    won_stage.settle()
    assert won_stage.handover().answer("none:commitment") is None
    assert "Only the sales rep (Ana) or the delivery manager (Dev) can say that" in whispered(won_stage, "ben")["text"]
    walk.click(won_stage, "ana", "list:sales_rep", "none.commitment")
    won_stage.settle()
    answer = won_stage.handover().answer("none:commitment")
    assert answer is not None
    assert "Nothing was promised, says Ana" in walk.shown(won_stage.post("know"))
    won_stage.hands.command("ana", walk.HERE, "commit ABC weekly call until go-live")
    won_stage.settle()
    assert won_stage.handover().answer("none:commitment") is None
    assert "Nothing was promised" not in walk.shown(won_stage.post("know"))


def test_goodwill_and_declined_ask_for_their_fields_and_a_change_request_for_none(won_stage: Stage) -> None:
    """Hours and approver, who told the client: an empty one is named below its field, and then it is on the record."""
    typed(won_stage, 3)
    won_stage.settle()
    one, two, three = (entry.id for entry in promises(won_stage))
    walk.click(won_stage, "ben", "list:pm", "points.answer")
    for entry_id, choice in ((one, "goodwill"), (two, "declined"), (three, "change_request")):
        view = walk.modal(won_stage, "ben")
        won_stage.hands.choose_view("ben", view["id"], "points.choice", choice, block_id=f"point:{entry_id}")
    view = walk.modal(won_stage, "ben")
    refused = won_stage.hands.submit("ben", view["id"], {})
    assert set(refused.body["errors"]) == {f"point:{one}:hours", f"point:{one}:approver", f"point:{two}:told_by"}
    names = {f"point:{one}:hours": "2,5 h", f"point:{one}:approver": "Hana", f"point:{two}:told_by": "Ana, by phone"}
    walk.submit(won_stage, "ben", walk.fields(**names))
    won_stage.settle()
    points = {entry.id: entry.point for entry in promises(won_stage)}
    goodwill, declined, change = points[one], points[two], points[three]
    assert goodwill is not None
    assert declined is not None
    assert change is not None
    assert (goodwill.disposition, goodwill.hours, goodwill.approver) == (Disposition.GOODWILL, "2.5", "Hana")
    assert (declined.disposition, declined.told_by) == (Disposition.DECLINED, "Ana, by phone")
    assert change.disposition is Disposition.CHANGE_REQUEST
    known = walk.shown(won_stage.post("know"))
    assert "🎁 goodwill" in known
    assert "2.5 hours, approved by Hana" in known
    assert "⛔ declined" in known
    assert "client told by Ana, by phone" in known
    assert "🟠 change request" in known


def test_the_word_that_questions_are_answered_asks_for_nothing_once_the_points_are(told_stage: Stage) -> None:
    """Ben was rung in the thread and has answered: nothing there rings or wants to be pressed any more."""
    (name,) = [post.name for post in told_stage.handover().posts if post.name.startswith("reply:answers")]
    told = told_stage.post(name)
    assert walk.shown(told) == "✓ Ana answered the questions of Ben."
    assert "points.answer" not in str(told["blocks"])


WORDS = {
    Kind.COMMITMENT: "Quarterly review with the board",
    Kind.REAL_DEADLINE: "The lease of the data centre ends",
    Kind.WHY_US: "We answered within an hour",
    Kind.PRESSURE: "The auditors come in spring",
    Kind.SUCCESS_CRITERION: "No weekend without reports at all",
    Kind.DISCOUNT: "So that it was signed this quarter",
    Kind.SCOPE_AMBIGUITY: "Who pays for the test data",
    Kind.ASSUMPTION: "Two administrators are on their side",
    Kind.RISK: "Nobody documented the old database",
    Kind.DEPENDENCY: "Their network team opens the firewall",
}


def fields_of(kind: Kind, year: int) -> dict[str, dict[str, Any]]:
    """What Ana fills in for a kind besides its words."""
    day = f"{year + 1}-03-13"
    more: dict[Kind, dict[str, str]] = {
        Kind.REAL_DEADLINE: {"real_deadline.real_date": day},
        Kind.DISCOUNT: {"discount.value": "10 %", "discount.approved_by": "Hana"},
        Kind.RISK: {"risk.severity": "high", "risk.owner": "Jonas"},
        Kind.DEPENDENCY: {"dependency.needed_by": day},
        Kind.WHY_US: {"why_us.alternative": "An in-house move"},
    }
    return walk.fields(words=WORDS[kind], **more.get(kind, {}))


@pytest.mark.req("R45")
def test_every_kind_of_entry_can_be_read_in_what_we_know_the_brief_and_find(http_stage: Stage) -> None:
    """Eleven kinds through "Add context"; nothing that somebody said is ever out of reach."""
    known = walk.won(http_stage)
    year = (known.deal.close_date or known.opened_at.date()).year
    for kind in Kind:
        walk.click(http_stage, "ana", "root", "context.add")
        view = walk.modal(http_stage, "ana")
        http_stage.hands.choose_view("ana", view["id"], "context.kind", kind.value, block_id="kind")
        if kind is Kind.STAKEHOLDER:
            view = walk.modal(http_stage, "ana")
            place = {"action_id": "contact.search", "block_id": "stakeholder.name"}
            http_stage.hands.suggest("ana", view_id=view["id"], text="Jonas", **place)
            stance = walk.fields(**{"stakeholder.stance": "for", "stakeholder.topic": "the cut-over weekend"})
            walk.submit(http_stage, "ana", {"stakeholder.name": {"contact.search": "Jonas Weber"}, **stance})
        else:
            walk.submit(http_stage, "ana", fields_of(kind, year))
        http_stage.settle()
    by_hand = [entry.kind for entry in http_stage.handover().entries if entry.author]
    assert by_hand == list(Kind)

    known_words = walk.shown(http_stage.post("know"))
    brief = walk.shown(http_stage.hands.command("ben", walk.HERE, "brief ABC").body)
    for words in (*WORDS.values(), "Jonas Weber", "the cut-over weekend"):
        assert words in known_words
        assert words in brief
    for kind, words in WORDS.items():
        found = http_stage.hands.command("ben", walk.HERE, f"find {words}")
        assert words in walk.shown(found.body), kind
    assert "Jonas Weber" in walk.shown(http_stage.hands.command("ben", walk.HERE, "find Jonas Weber").body)
    nobody = http_stage.hands.command("nico", "C0GENERAL1", f"find {WORDS[Kind.RISK]}")
    assert WORDS[Kind.RISK] not in walk.shown(nobody.body)
