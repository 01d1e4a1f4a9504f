"""Stories of being away: preferences, a status in Slack, a deputy who takes over, and the settings in force."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.effects import Direct, Identify
from bot.people import Person, Role
from bot.worktime import next_opening
from handlers.schedule import refresh_people
from sandbox.slack.hands import Reaction
from tests.stories import walk
from tests.stories.stage import Stage
from tests.stories.test_seeing import GENERAL, asked, home, latest, met
from tests.stories.walk import letters

WEEK = timedelta(days=7)


def person(stage: Stage, who: str) -> Person:
    """The person as they are stored."""
    with stage.deps.store.read() as reader:
        found: Person | None = reader.by_slack(walk.user_id(who))
    assert found is not None
    return found


def preferences(stage: Stage, who: str) -> dict[str, Any]:
    """The modal that `/handover prefs` opens."""
    reaction: Reaction = stage.hands.command(who, GENERAL, "prefs")
    assert reaction.error is None, reaction
    return walk.modal(stage, who)


def keep(stage: Stage, who: str, **chosen: Any) -> str:
    """Saves preferences, and gives the answer that only this person sees."""
    preferences(stage, who)
    walk.submit(stage, who, walk.fields(**chosen))
    stage.settle()
    return str(latest(stage, who, GENERAL)["text"])


def in_a_week(stage: Stage, who: str) -> str:
    """Their own date in a week."""
    now: datetime = stage.clock.now()
    return (now.astimezone(ZoneInfo(person(stage, who).tz)).date() + WEEK).isoformat()


def at_work(stage: Stage) -> Stage:
    """It is a working hour of the office: a new deputy hears of it then, not at night."""
    now = stage.clock.now()
    ahead = next_opening(stage.deps.terms.offices["berlin"], now) - now
    stage.world.clock.advance(ahead.total_seconds())
    stage.clock.advance(ahead)
    return stage


def test_somebody_says_until_when_they_are_away_and_who_stands_in(http_stage: Stage) -> None:
    """One modal; the answer says what is in force; Home shows it; the deputy is told once."""
    at_work(http_stage)
    assert "You are away" not in home(http_stage, "ben")
    day = in_a_week(http_stage, "ben")
    said = keep(http_stage, "ben", reminders="morning", away_until=day, deputy=walk.user_id("ana"))
    assert said.startswith("You are away until ")
    assert said.endswith("Ana is your deputy. Reminders come in the morning, late ones in the moment.")
    view = http_stage.world.slack.home(walk.user_id("ben"))
    assert view is not None
    assert "Ana is your deputy." in walk.shown(view)  # without opening it again
    (letter,) = [m for m in letters(http_stage, "ana") if "deputy" in m["text"]]
    assert letter["text"] == "Ben Ortiz chose you as deputy."
    keep(http_stage, "ben", reminders="off", away_until=None, deputy=walk.user_id("ana"))
    assert len(letters(http_stage, "ana")) == 1
    keep(http_stage, "ben", reminders="off", away_until=day, deputy=walk.user_id("ana"))
    assert [m["text"] for m in letters(http_stage, "ana")[1:]] == ["Ben Ortiz is away: you stand in."]
    keep(http_stage, "ben", reminders="off", away_until=None, deputy=walk.user_id("ana"))
    assert "You are away" not in home(http_stage, "ben")
    assert person(http_stage, "ben").reminders == "off"


def test_the_button_on_home_opens_the_same(http_stage: Stage) -> None:
    """[Preferences] on Home shows what is in force, and its answer comes by direct message."""
    keep(http_stage, "ben", reminders="morning")
    home(http_stage, "ben")
    view = http_stage.world.slack.home(walk.user_id("ben"))
    assert view is not None
    http_stage.hands.click_view("ben", view["id"], "prefs.open")
    shown = walk.modal(http_stage, "ben")
    chosen = next(block["element"] for block in shown["blocks"] if block.get("block_id") == "reminders")
    assert chosen["initial_option"]["value"] == "morning"
    walk.submit(http_stage, "ben", walk.fields(reminders="off"))
    http_stage.settle()
    assert person(http_stage, "ben").reminders == "off"
    assert "No reminders, except for what is late." in letters(http_stage, "ben")[-1]["text"]


def test_a_deputy_whom_baton_does_not_know_is_met_first_and_guests_are_refused(http_stage: Stage) -> None:
    """Nothing is saved until the deputy is somebody who can stand in; the window says why."""
    at_work(http_stage)
    chosen = walk.fields(reminders="now", deputy=walk.user_id("nico"))
    preferences(http_stage, "ben")
    http_stage.hands.submit("ben", walk.modal(http_stage, "ben")["id"], chosen)
    assert "I do not know this person yet" in walk.shown(walk.modal(http_stage, "ben"))
    http_stage.settle()
    assert "Nico is your deputy." in keep(http_stage, "ben", reminders="now", deputy=walk.user_id("nico"))
    preferences(http_stage, "ben")
    guest = walk.fields(reminders="now", deputy=walk.user_id("klein"))
    http_stage.hands.submit("ben", walk.modal(http_stage, "ben")["id"], guest)
    http_stage.settle()
    preferences(http_stage, "ben")
    http_stage.hands.submit("ben", walk.modal(http_stage, "ben")["id"], guest)
    assert "Guests cannot stand in" in walk.shown(walk.modal(http_stage, "ben"))
    assert person(http_stage, "ben").deputy == person(http_stage, "nico").id


def test_a_day_that_is_over_is_told_in_its_field(http_stage: Stage) -> None:
    """The error stands below the day; nothing is kept."""
    preferences(http_stage, "ben")
    past = walk.fields(reminders="now", away_until="2020-01-01")
    reaction = http_stage.hands.submit("ben", walk.modal(http_stage, "ben")["id"], past)
    assert "This day is over." in reaction.body["errors"]["away_until"]
    assert person(http_stage, "ben").away_until is None


def test_a_status_of_absence_makes_away_and_its_end_makes_here(http_stage: Stage) -> None:
    """Slack tells of the change; Baton asks Slack what is true; Home follows."""
    home(http_stage, "ben")
    until = int(http_stage.clock.now().timestamp()) + 86_400
    http_stage.hands.set_status("ben", ":palm_tree:", "Vacationing", until)
    http_stage.settle()
    away = person(http_stage, "ben").status_until
    assert away is not None
    assert away.timestamp() == until
    view = http_stage.world.slack.home(walk.user_id("ben"))
    assert view is not None
    assert "You are away until" in walk.shown(view)
    http_stage.hands.set_status("ben", "", "")
    http_stage.settle()
    assert person(http_stage, "ben").status_until is None


@pytest.mark.parametrize(
    ("who", "emoji", "ahead"),
    [("ben", ":spiral_calendar_pad:", 3600), ("ben", ":palm_tree:", None), ("nico", ":palm_tree:", 3600)],
)
def test_any_other_status_costs_nothing(http_stage: Stage, who: str, emoji: str, ahead: int | None) -> None:
    """A meeting, a status without an end, and people whom Baton does not know: no job, no question to Slack."""
    before = len(http_stage.world.slack.call_log("users.info"))
    until = int(http_stage.clock.now().timestamp()) + ahead if ahead else 0
    http_stage.hands.set_status(who, emoji, "Somewhere", until)
    http_stage.settle()
    assert len(http_stage.world.slack.call_log("users.info")) == before


def test_an_event_that_comes_late_changes_nothing(http_stage: Stage) -> None:
    """An old event says away, the profile says here: the profile is right. The same event again is nothing."""
    until = int(http_stage.clock.now().timestamp()) + 86_400
    user = {**(http_stage.world.slack.user(walk.user_id("ben")) or {})}
    profile = {**user["profile"], "status_emoji": ":palm_tree:", "status_expiration": until}
    old = {**user, "profile": profile, "updated": user["updated"] - 60}
    for _ in range(2):
        http_stage.world.slack.events.user_changed(old)
        http_stage.settle()
    assert person(http_stage, "ben").status_until is None


@pytest.mark.parametrize("user", [None, [1], {"id": None}, {"profile": "x"}, {"profile": {"status_expiration": 1e30}}])
def test_an_odd_profile_is_no_error(http_stage: Stage, user: Any) -> None:
    """Whatever Slack sends there, the event is taken, and nothing is kept of it."""
    whole = {"id": walk.user_id("ben"), "updated": 1, **user} if isinstance(user, dict) else user
    sent = http_stage.world.slack.events.emit("user_change", {"type": "user_change", "user": whole, "cache_ts": 1})
    assert [one.result(10).status for one in sent] == [200]
    assert person(http_stage, "ben").status_until is None


def test_somebody_whom_baton_does_not_know_is_no_error(http_stage: Stage) -> None:
    """The event is taken, nothing is asked, nobody is stored."""
    sent = http_stage.world.slack.events.user_changed(http_stage.world.slack.user(walk.user_id("nico")) or {})
    assert [one.result(10).status for one in sent] == [200]
    with http_stage.deps.store.read() as reader:
        assert reader.by_slack(walk.user_id("nico")) is None


def test_who_left_the_company_leaves_roles_that_somebody_must_fill(won_stage: Stage) -> None:
    """Ben's account is deactivated: Dev is told once of both deals, and picks somebody in that very message."""
    walk.won(won_stage, "9002", 2)
    won_stage.world.slack.change_user(walk.user_id("ben"), deleted=True)
    won_stage.settle()
    assert not person(won_stage, "ben").active
    assert Role.PM not in won_stage.handover(1).roles
    assert Role.PM not in won_stage.handover(2).roles
    assert "*Project manager* nobody yet" in walk.shown(won_stage.post("root"))
    (letter,) = [m for m in letters(won_stage, "dev") if "Ben Ortiz" in m["text"]]
    assert letter["text"] == "Ben Ortiz has no active Slack account any more: 2 roles are empty. Pick somebody."
    room = f"D{walk.user_id('dev')[1:]}"
    mei = walk.user_id("mei")
    won_stage.hands.choose("dev", room, letter["ts"], "role.pick", mei, block_id="role:pm:2")
    won_stage.settle()
    assert won_stage.handover(2).roles[Role.PM] == person(won_stage, "mei").id
    history = walk.shown(asked(won_stage, "dev", "audit ABC"))
    assert "saw that Ben Ortiz has no active account any more: the role project manager is empty" in history
    assert not won_stage.parked()


def test_a_zone_an_address_and_a_guest_flag_are_followed(won_stage: Stage) -> None:
    """Each change of a profile that counts for us is asked about and kept."""
    ben = won_stage.world.slack.user(walk.user_id("ben")) or {}
    profile = {**ben["profile"], "email": "ben.ortiz@acme.example"}
    for change in ({"tz": "Asia/Tokyo"}, {"profile": profile}, {"is_restricted": True}):
        won_stage.world.slack.change_user(walk.user_id("ben"), **change)
        won_stage.settle()
    now = person(won_stage, "ben")
    assert (now.tz, now.email, now.guest) == ("Asia/Tokyo", "ben.ortiz@acme.example", True)
    assert Role.PM not in won_stage.handover().roles
    (letter,) = [m for m in letters(won_stage, "dev") if "Ben Ortiz" in m["text"]]
    assert letter["text"] == "Ben Ortiz is a guest in Slack by now: 1 role is empty. Pick somebody."


def test_what_slack_did_not_tell_is_found_within_a_day(won_stage: Stage) -> None:
    """Baton was down when Ben left and when Slack forgot Ana: once a day everybody is looked up."""
    won_stage.world.slack.people.change(walk.user_id("ben"), deleted=True)
    won_stage.world.slack.people.forget(walk.user_id("ana"))
    assert refresh_people(won_stage.deps) >= 6
    assert refresh_people(won_stage.deps) == 0
    won_stage.settle()
    assert not person(won_stage, "ben").active
    assert not person(won_stage, "ana").active
    assert won_stage.handover().roles.keys() == {Role.CSM, Role.DELIVERY_MANAGER}
    assert not won_stage.parked()


def letter_room(stage: Stage, who: str) -> str:
    """Where Baton writes to this person alone."""
    (room,) = stage.world.slack.dms(walk.user_id(who))
    return str(room["id"])


def offered(drawn: dict[str, Any]) -> list[str]:
    """The values of the buttons [Take over for …] in a message or a view."""
    found = [block["accessory"] for block in drawn["blocks"] if "accessory" in block]
    return [element["value"] for element in found if element["action_id"] == "role.take_over"]


def home_of(stage: Stage, who: str) -> dict[str, Any]:
    """This person's Home as it stands there, without opening it again."""
    view: dict[str, Any] | None = stage.world.slack.home(walk.user_id(who))
    assert view is not None
    return view


def test_the_deputy_takes_over_with_one_click(http_stage: Stage) -> None:
    """In the word to the deputy and on Home each role has its button; what is not right any more is kindly refused."""
    walk.won(at_work(http_stage))
    walk.won(http_stage, "9002", 2)
    assert "stand in" not in home(http_stage, "ana")
    day, ben = in_a_week(http_stage, "ben"), person(http_stage, "ben").id
    keep(http_stage, "ben", reminders="now", away_until=day, deputy=walk.user_id("ana"))
    (letter,) = [m for m in letters(http_stage, "ana") if "deputy" in m["text"]]
    both = [f"1:pm:{ben}", f"2:pm:{ben}"]
    assert sorted(offered(letter)) == sorted(offered(home_of(http_stage, "ana"))) == both

    def take(value: str) -> str:
        room = letter_room(http_stage, "ana")
        reaction = http_stage.hands.click("ana", room, letter["ts"], "role.take_over", value=value)
        assert reaction.error is None, reaction
        http_stage.settle()
        return str(latest(http_stage, "ana", room)["text"])

    assert take(both[0]) == "You are the project manager of ABC Fintech now. Thank you for standing in."
    assert http_stage.handover(1).roles[Role.PM] == person(http_stage, "ana").id
    assert "took over as project manager for Ben Ortiz" in walk.shown(asked(http_stage, "dev", "audit ABC"))
    assert take(both[0]) == "You are the project manager already."
    view = home_of(http_stage, "ana")
    assert offered(view) == [both[1]]
    keep(http_stage, "ben", reminders="now", away_until=None, deputy=walk.user_id("ana"))
    assert offered(home_of(http_stage, "ana")) == []
    assert take(both[1]) == "Ben is back. Ask Ben to hand the role over."
    keep(http_stage, "ben", reminders="now", away_until=day, deputy=walk.user_id("ana"))
    http_stage.hands.command("dev", walk.HERE, "assign HO-2 pm @mei")
    http_stage.settle()
    assert take(both[1]) == "Mei is the project manager now: nobody has to take over."
    assert "stand in" not in home(http_stage, "ana")
    assert http_stage.handover(2).roles[Role.PM] == person(http_stage, "mei").id


def test_home_moves_the_role_as_well(http_stage: Stage) -> None:
    """The button on Home does the same, and its answer comes by direct message."""
    walk.won(at_work(http_stage))
    home(http_stage, "ana")
    keep(http_stage, "ben", reminders="now", away_until=in_a_week(http_stage, "ben"), deputy=walk.user_id("ana"))
    http_stage.hands.click_view("ana", home_of(http_stage, "ana")["id"], "role.take_over")
    http_stage.settle()
    assert letters(http_stage, "ana")[-1]["text"].startswith("You are the project manager of ABC Fintech now.")
    assert http_stage.handover().roles[Role.PM] == person(http_stage, "ana").id
    assert offered(home_of(http_stage, "ana")) == []


def test_those_who_run_handovers_see_the_settings_and_nobody_else(http_stage: Stage) -> None:
    """Groups with sources; a secret is only set or not set; everybody else hears whom to ask."""
    for who in ("olga", "dev", "hana"):
        shown = walk.shown(asked(http_stage, who, "settings", GENERAL))
        assert "*Offices*\nberlin: Europe/Berlin, Mon–Fri 09:00–17:00, next holiday " in shown
        assert (
            "how often each CRM is asked for what webhooks lost (delivery.poll_seconds): 3600 · _baton.toml_" in shown
        )
        assert "SLACK_SIGNING_SECRET: set · _environment_" in shown
        assert http_stage.env["SLACK_SIGNING_SECRET"] not in shown
        assert "working days from the win to the scope confirmation (clock.scope_days): 1 · _default_" in shown
    met(http_stage, "nico")
    for who in ("ana", "nico"):
        told = asked(http_stage, who, "settings", GENERAL)["text"]
        assert told.startswith(
            "Only sales operations (Olga) or the Head of Delivery (Hana), or a delivery manager, can see"
        )


def test_identify_of_somebody_known_draws_no_home(http_stage: Stage) -> None:
    """Only somebody who is new here gets a Home unasked."""
    before = len(http_stage.world.slack.call_log("views.publish"))
    with http_stage.deps.store.write() as unit:
        unit.emit(Identify(walk.user_id("ben"), "", nonce="again"))
    http_stage.settle()
    assert len(http_stage.world.slack.call_log("views.publish")) == before


def test_a_word_to_a_deputy_who_was_replaced_meanwhile_is_not_sent(http_stage: Stage) -> None:
    """The word waited while Slack was away; by then Ben had chosen somebody else."""
    keep(at_work(http_stage), "ben", reminders="now", deputy=walk.user_id("ana"))
    with http_stage.deps.store.write() as unit:
        ben, dev = unit.by_slack(walk.user_id("ben")), unit.by_slack(walk.user_id("dev"))
        assert ben
        assert dev
        unit.emit(Direct(dev.id, "deputy", "late", data={"by": ben.id}))
        unit.emit(Direct(ben.deputy, "stands_in", "late", data={"by": ben.id}))  # he is back
        unit.keep_setting(f"absence:{ben.id}", f"0 {ben.deputy}")
    http_stage.settle()
    with http_stage.deps.store.read() as reader:
        assert reader.setting(f"absence:{ben.id}") == "0", "nobody heard it, so it may be said again"
    assert [m["text"] for m in letters(http_stage, "dev")] == []
    assert [m["text"] for m in letters(http_stage, "ana")] == ["Ben Ortiz chose you as deputy."]
