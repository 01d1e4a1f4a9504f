"""Stories of seeing: what each person finds with `/handover` and on Home, and what is said where others may look."""

from datetime import timedelta
from typing import Any

import pytest

from bot.handover import State
from bot.people import Role
from bot.worktime import add_work_dates
from sandbox.slack.hands import Reaction
from tests.stories import walk
from tests.stories.stage import Stage
from tests.stories.walk import letters

NORTHWIND = "9002"
GENERAL = "C0GENERAL1"
PROMISE = "Weekly call until go-live"
TITLE = "ABC Fintech – Cloud Migration"


def asked(stage: Stage, who: str, words: str, channel: str = walk.HERE) -> dict[str, Any]:
    """What this person sees under `/handover <words>`."""
    reaction: Reaction = stage.hands.command(who, channel, words)
    assert reaction.error is None, reaction
    assert isinstance(reaction.body, dict), reaction
    assert reaction.body["response_type"] == "ephemeral"
    return reaction.body


def met(stage: Stage, who: str, channel: str = GENERAL) -> None:
    """Somebody whom nobody named types the command for the first time: Baton asks Slack who they are."""
    assert "I do not know you yet" in asked(stage, who, "help", channel)["text"]
    stage.settle()
    said = [one["text"] for one in stage.world.slack.ephemerals(walk.user_id(who), channel)]
    assert any("I know you now. Please do that once more." in text for text in said), said


def latest(stage: Stage, who: str, channel: str = walk.HERE) -> dict[str, Any]:
    """The latest word that only this person sees there."""
    return stage.world.slack.ephemerals(walk.user_id(who), channel)[-1]


def home(stage: Stage, who: str) -> str:
    """What this person reads on Home after opening it."""
    stage.hands.open_home(who)
    stage.settle()
    view = stage.world.slack.home(walk.user_id(who))
    assert view is not None, f"{who} sees an empty Home"
    return walk.shown(view)


def test_help_shows_only_what_this_person_may_do(won_stage: Stage) -> None:
    """A colleague without a role learns whom to ask; each right adds its lines."""
    met(won_stage, "nico")
    nico, ana, dev = (walk.shown(asked(won_stage, who, "help", GENERAL)) for who in ("nico", "ana", "dev"))
    assert "/handover list mine" in nico
    assert not [verb for verb in ("commit", "audit", "new", "assign", "scope", "cancel") if f"/handover {verb}" in nico]
    runs = "sales operations (Olga) or the Head of Delivery (Hana)"
    assert f"To start one: ask sales operations (Olga). To change people: ask the delivery manager, {runs}." in nico
    assert f"To change people: ask the delivery manager (Dev), {runs}." in ana
    assert "To change the stage after the gate: ask the project manager (Ben)." in ana
    assert "/handover commit ABC" in ana
    assert "/handover new" in ana
    assert "/handover assign" not in ana
    assert "/handover scope ABC" not in ana
    assert all(f"/handover {verb}" in dev for verb in ("commit", "new", "assign", "scope", "cancel"))
    assert asked(won_stage, "dev", "help")["text"] == "What you can do with /handover."


@pytest.mark.req("R244")
def test_the_bare_command_shows_my_things_and_in_the_projects_channel_its_handover(won_stage: Stage) -> None:
    """Nobody has to ask anybody what is going on."""
    mine = asked(won_stage, "dev", "")
    assert mine["text"] == "1 thing waits for you."
    assert "Confirm the scope" in walk.shown(mine)
    assert asked(won_stage, "chloe", "")["text"].startswith("Nothing waits for you, Chloe.")
    walk.scope(won_stage)
    where = won_stage.handover().channel_id
    card = asked(won_stage, "chloe", "", where)
    assert card["text"].startswith(f"Handover {won_stage.handover().title}: workspace ready, due ")
    assert "84,000" in walk.shown(card)
    assert "84,000" not in card["text"]


def test_a_name_gives_the_card_a_choice_or_the_way_on(won_stage: Stage) -> None:
    """One match, several, none: near verbs, and the CRM for those who may search it."""
    won_stage.world.hubspot.win(NORTHWIND)
    won_stage.settle()
    card = asked(won_stage, "ana", "ABC")
    assert card["text"].startswith(f"Handover {won_stage.handover().title}: won, scope wanted by ")
    assert "Dev confirms the scope" in walk.shown(card)
    assert "Open the thread" in walk.shown(card)
    assert asked(won_stage, "ana", "HO-2")["text"].startswith("Handover Northwind – Data Platform")

    several = asked(won_stage, "ana", "at")
    assert several["text"] == "2 handovers match. Which one?"
    won_stage.hands.click_ephemeral("ana", latest(won_stage, "ana")["id"], "card.show", value="2")
    won_stage.settle()
    assert latest(won_stage, "ana")["text"].startswith("Handover Northwind – Data Platform")

    typo = asked(won_stage, "ana", "lits")
    assert "Did you mean `/handover list`" in typo["text"]
    met(won_stage, "nico")
    assert "crm.search" not in str(asked(won_stage, "nico", "Ovo", GENERAL)["blocks"])


@pytest.mark.req("R223")
def test_the_crm_search_finds_an_open_deal_and_tracks_it(http_stage: Stage) -> None:
    """The answer comes where it was asked; what was tracked has a card, and no thread yet."""
    nothing = asked(http_stage, "rafi", "Ovo")
    assert 'No handover matches "Ovo".' in nothing["text"]
    http_stage.hands.click_ephemeral("rafi", latest(http_stage, "rafi")["id"], "crm.search")
    http_stage.settle()
    hits = latest(http_stage, "rafi")
    assert hits["text"].startswith('The CRM knows 1 deal for "Ovo".')
    http_stage.hands.click_ephemeral("rafi", hits["id"], "deal.track")
    http_stage.settle()
    assert latest(http_stage, "rafi")["text"].startswith(f"Handover {http_stage.handover().title}: open deal")
    assert http_stage.handover().state is State.PRESALE
    assert http_stage.handover().post("root") is None
    asked(http_stage, "rafi", "Nowhere")
    http_stage.hands.click_ephemeral("rafi", latest(http_stage, "rafi")["id"], "crm.search")
    http_stage.settle()
    assert latest(http_stage, "rafi")["text"].startswith('The CRM knows no deal for "Nowhere".')


def test_whoever_asks_the_crm_hears_why_there_is_no_answer(http_stage: Stage) -> None:
    """It does not answer, or does not know the deal any more: nobody waits for a word that never comes."""
    asked(http_stage, "rafi", "Ovo")
    button = latest(http_stage, "rafi")["id"]
    http_stage.world.faults.add("hubspot", "POST /crm/objects", "503", times=99)
    http_stage.hands.click_ephemeral("rafi", button, "crm.search")
    http_stage.settle()
    assert latest(http_stage, "rafi")["text"] == "HubSpot does not answer: search once more in some minutes."
    http_stage.world.faults.clear()
    http_stage.hands.click_ephemeral("rafi", button, "crm.search")
    http_stage.settle()
    hits = latest(http_stage, "rafi")["id"]
    http_stage.world.hubspot.records.forget("deals", "9003")
    http_stage.hands.click_ephemeral("rafi", hits, "deal.track")
    http_stage.settle()
    assert latest(http_stage, "rafi")["text"] == "HubSpot: there is no such deal: check its id."
    assert not http_stage.deps.store.outbox.parked()


def test_lists_of_mine_late_and_all(won_stage: Stage) -> None:
    """Each list says how many; a late one names the person it waits for; what stands still is due at no time."""
    won_stage.world.hubspot.win("9003")
    won_stage.settle()
    assert asked(won_stage, "ana", "list")["text"] == "My handovers: 1 handover."
    assert asked(won_stage, "ben", "list mine")["text"] == "My handovers: 2 handovers."
    assert asked(won_stage, "ana", "list all")["text"] == "Open handovers: 2 handovers."
    assert walk.shown(asked(won_stage, "ana", "list all")).count(" · scope wanted by ") == 2
    assert asked(won_stage, "hana", "list late")["text"] == "Late handovers: none."
    won_stage.clock.advance(timedelta(days=5))
    late = asked(won_stage, "hana", "list late")
    assert late["text"] == "Late handovers: 2 handovers."
    assert "🔴 Late" in walk.shown(late)
    assert "waits for Dev Patel" in walk.shown(late)
    won_stage.world.hubspot.reopen("9003")
    won_stage.settle()
    rows = walk.shown(asked(won_stage, "ana", "list all")).split("Show")
    told = [("⏸ On hold" in row, " · scope was wanted by " in row) for row in rows if " – " in row]
    assert told == [(False, True), (True, False)], "what is late stands above what stands still"
    assert "There is no list" in asked(won_stage, "ana", "list everything")["text"]


def test_a_deal_that_is_in_no_crm_gets_its_thread_from_a_form(http_stage: Stage) -> None:
    """Command or shortcut for those who may; a sentence for those who may not."""
    http_stage.hands.command("olga", walk.HERE, "new")
    form = walk.fields(
        client="Zephyr", project="Wind Park", start="2027-02-01", amount="84.000,50", currency="eur", link="no link"
    )
    refused = http_stage.hands.submit("olga", walk.modal(http_stage, "olga")["id"], form)
    assert "link" in str(refused.body)
    walk.submit(http_stage, "olga", walk.fields(link="https://files.acme.example/zephyr"))
    http_stage.settle()
    handover = http_stage.handover()
    assert handover.state is State.WON
    assert handover.workspace_name == "Zephyr – Wind Park – Feb2027"
    assert http_stage.post("root")["text"].startswith("Handover Zephyr – Wind Park – Feb2027: won")
    assert "84,000.50" in walk.shown(http_stage.post("root"))
    assert latest(http_stage, "olga")["text"] == "HO-1 is open: Zephyr – Wind Park – Feb2027."

    http_stage.hands.global_shortcut("ana", "handover_new")
    assert walk.modal(http_stage, "ana")["title"]["text"] == "New handover"
    met(http_stage, "nico")
    http_stage.hands.global_shortcut("nico", "handover_new")
    http_stage.settle()
    assert http_stage.world.slack.views(walk.user_id("nico")) == []
    assert "Only sales, delivery and operations can start" in letters(http_stage, "nico")[-1]["text"]


def test_a_new_holder_is_told_and_finds_everything(won_stage: Stage) -> None:
    """Mei takes over from Ben: she is rung once, her list carries her name, the brief is hers, the CRM's words too."""
    walk.context(won_stage)
    assert "Write it like this" in asked(won_stage, "dev", "assign ABC")["text"]
    assert "Only the delivery manager" in asked(won_stage, "ana", "assign ABC pm @rafi")["text"]
    assert asked(won_stage, "dev", "assign ABC pm @mei")["text"] == "Mei is the project manager of ABC Fintech now."
    won_stage.settle()
    mei = walk.user_id("mei")
    rung = [m for m in won_stage.channel() if f"<@{mei}>" in str(m.get("blocks"))]
    assert len(rung) == 1
    assert "is project manager now" in walk.shown(rung[0])
    assert rung[0]["text"] == "ABC Fintech: Mei Lin is project manager now."
    assert "*Mei Lin* · project manager" in walk.shown(won_stage.post("list:pm"))
    brief = asked(won_stage, "mei", "brief ABC")
    assert PROMISE in walk.shown(brief)
    assert "Closing takes five days" in walk.shown(brief)
    assert brief["text"].endswith(": dates, promises, people, why they chose us, risks.")
    assert "*Mei Lin* named" not in walk.shown(asked(won_stage, "mei", "audit ABC"))
    assert "*Dev Patel* named Mei Lin as project manager" in walk.shown(asked(won_stage, "mei", "audit ABC"))
    assert "None of your handovers" in asked(won_stage, "ben", "brief ABC")["text"]


def test_somebody_whom_nobody_met_is_asked_about_and_gets_the_brief_by_direct_message(won_stage: Stage) -> None:
    """Nico is not in the handovers channel: he is looked up in Slack first, and hears of his role all the same."""
    assert "I do not know this person yet" in asked(won_stage, "dev", "assign ABC csm @nico")["text"]
    won_stage.settle()
    done = asked(won_stage, "dev", "assign ABC csm @nico")
    assert done["text"] == "Nico is the client success of ABC Fintech now."
    won_stage.settle()
    (letter,) = letters(won_stage, "nico")
    assert letter["text"] == f"{won_stage.handover().title}: you are client success now."
    assert "brief.show" in str(letter["blocks"])
    refused = asked(won_stage, "dev", "assign ABC csm @klein")
    won_stage.settle()
    refused = asked(won_stage, "dev", "assign ABC csm @klein")
    assert "is a guest in Slack. Guests hold no role" in refused["text"]
    with won_stage.deps.store.read() as reader:
        nico = reader.by_slack(walk.user_id("nico"))
    assert nico is not None
    assert won_stage.handover().roles[Role.CSM] == nico.id


@pytest.mark.req("R229")
def test_the_history_is_a_message_or_a_file_for_the_people_of_the_handover(won_stage: Stage) -> None:
    """Who did what, when, from what to what; the file holds all of it and comes by direct message, once."""
    walk.context(won_stage)
    shown = asked(won_stage, "ben", "audit ABC")
    assert shown["text"].startswith(f"History of {won_stage.handover().title}: ")
    assert "*Ana Ruiz* added a promise (2)" in walk.shown(shown)
    assert "Weekly call" not in walk.shown(shown)
    assert asked(won_stage, "ben", "audit ABC file")["text"] == "The history comes as a file, by direct message."
    won_stage.settle()
    (file,) = won_stage.world.slack.files()
    assert file["name"] == "HO-1-history.txt"
    assert [f["id"] for m in letters(won_stage, "ben") for f in m.get("files", [])] == [file["id"]]
    body = won_stage.world.slack.drive.content(file["id"]).decode()
    assert body.startswith(f"{TITLE}")
    assert "Ana Ruiz  captured" in body
    assert "was: presale; now: won" in body
    met(won_stage, "nico")
    assert "None of your handovers" in asked(won_stage, "nico", "audit ABC file", GENERAL)["text"]
    won_stage.settle()
    assert len(won_stage.world.slack.files()) == 1


@pytest.mark.req("R244")
def test_home_is_for_each_person_what_concerns_them(won_stage: Stage) -> None:
    """Rep, project manager, delivery manager, head, a colleague without a role, a guest."""
    won_stage.hands.command("ana", walk.HERE, f"commit ABC {PROMISE}")
    won_stage.settle()
    ana = home(won_stage, "ana")
    assert "*2 things wait for you*, Ana." in ana
    assert "*Deals you sold* · 1" in ana
    assert "next: Dev confirms the scope" in ana
    ben = home(won_stage, "ben")
    assert "answer 2 points" in ben.lower()
    assert "Deals you sold" not in ben
    assert "confirm the scope" in home(won_stage, "dev").lower()
    assert "*Late* · none" in home(won_stage, "hana")
    nico, klein = home(won_stage, "nico"), home(won_stage, "klein")
    assert "*Nothing waits for you*, Nico." in nico
    assert "colleagues only" in klein
    for outside in (nico, klein):
        assert "ABC Fintech" not in outside
        assert PROMISE not in outside

    won_stage.clock.advance(timedelta(days=5))
    hana = home(won_stage, "hana")
    assert "🔴 *Late* · 1" in hana
    assert TITLE in hana
    assert "waits for Dev Patel" in hana


def test_what_is_done_from_home_is_answered_by_direct_message(won_stage: Stage) -> None:
    """A phone in the train: Ana says from Home what was promised, and can take it back."""
    home(won_stage, "ana")
    view = won_stage.world.slack.home(walk.user_id("ana"))
    assert view is not None
    opened = won_stage.hands.click_view("ana", view["id"], "promise.add")
    assert opened.error is None
    walk.submit(won_stage, "ana", {"words": {"words": PROMISE}})
    won_stage.settle()
    word = letters(won_stage, "ana")[-1]
    assert word["text"] == "Saved 1 promise on ABC Fintech. Ben answers it."
    assert "entry.undo" in str(word["blocks"])
    view = won_stage.world.slack.home(walk.user_id("ana"))
    assert view is not None
    assert "*2 things wait for you*, Ana." in walk.shown(view)


def test_what_waits_on_the_client_goes_on_from_home(won_stage: Stage) -> None:
    """Ben paused it; Chloe, for whom nothing waits, sees that it stands still and lets it go on."""
    terms, now = won_stage.deps.terms, won_stage.clock.now()
    day = add_work_dates(terms.office(won_stage.handover()), terms.today(won_stage.handover(), now), 2)
    asked(won_stage, "ben", f"pause ABC until {day.isoformat()} test data")
    assert "Waiting on the client" in home(won_stage, "chloe")
    view = won_stage.world.slack.home(walk.user_id("chloe"))
    assert view is not None
    assert won_stage.hands.click_view("chloe", view["id"], "pause.end").error is None
    won_stage.settle()
    assert letters(won_stage, "chloe")[-1]["text"] == "It goes on. The clock runs again."
    assert won_stage.handover().running("pause") is None
    assert "pause.end" not in str(won_stage.world.slack.home(walk.user_id("chloe")))


@pytest.mark.req("R38")
def test_what_the_crm_lacks_is_flagged_and_so_is_what_was_filled_since(http_stage: Stage) -> None:
    """A deal without an amount: on the card and in "What we know"; in the audit with the time of both."""
    http_stage.world.hubspot.edit(walk.ABC, amount="")
    http_stage.settle()
    walk.won(http_stage)
    assert "Not in the CRM: amount" in walk.shown(asked(http_stage, "ben", "ABC"))
    assert "*Not in the CRM*\n• amount" in walk.shown(http_stage.post("know"))
    http_stage.clock.advance(timedelta(days=1))
    http_stage.world.hubspot.edit(walk.ABC, amount="84000")
    http_stage.settle()
    assert "amount" not in walk.shown(asked(http_stage, "ben", "ABC"))
    audit = walk.shown(asked(http_stage, "ben", "audit ABC"))
    assert "*Baton* found missing in the CRM: amount" in audit
    assert "*Baton* saw it filled in the CRM: amount" in audit
    with http_stage.deps.store.read() as reader:
        found = {e.kind: e.at for e in reader.events(1) if e.kind.startswith("crm_")}
    assert found["crm_filled"] - found["crm_missing"] >= timedelta(days=1)
