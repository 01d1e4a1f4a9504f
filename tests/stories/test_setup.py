"""Stories of the first hour: two tokens and no settings file, then one form in Slack."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.company.setup import WANTED, Wanted
from bot.effects import Home
from bot.people import Role
from handlers.clock import Clock
from handlers.company import looked
from handlers.deliver.loop import Worker
from handlers.deliver.performers import PERFORMERS
from handlers.schedule import reconcile
from handlers.wiring import build
from sandbox import company
from sandbox.slack.hands import Reaction
from tests.stories import walk
from tests.stories.stage import Stage, staged
from tests.stories.test_seeing import GENERAL, asked, home
from tests.stories.walk import letters

SHARED = "C0EXTABC01"  # the channel with the client's guest


@pytest.fixture(params=["http", "socket"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """Baton with its tokens, a CRM and nothing else, over both transports."""
    with staged(tmp_path, socket_mode=request.param == "socket") as made:
        empty(made)
        made.start()
        yield made


@pytest.fixture
def http_bare(tmp_path: Path) -> Iterator[Stage]:
    """The same, over HTTP only."""
    with staged(tmp_path) as made:
        empty(made)
        made.start()
        yield made


def empty(stage: Stage) -> None:
    """Nobody wrote where handovers are opened, who does what, or where the office is."""
    for section in ("slack", "people", "offices"):
        del stage.table[section]


def met(stage: Stage, *keys: str) -> None:
    """These people typed the command once, so that they are known."""
    for who in keys:
        asked(stage, who, "", GENERAL)
    stage.until(lambda: all(known(stage, who) for who in keys), "who they are")


def known(stage: Stage, who: str) -> bool:
    with stage.deps.store.read() as reader:
        return reader.by_slack(walk.user_id(who)) is not None


def form(stage: Stage, who: str) -> dict[str, Any]:
    """The form that `/handover setup` opens."""
    reaction: Reaction = stage.hands.command(who, GENERAL, "setup")
    assert reaction.error is None, reaction
    assert not reaction.body, reaction
    return walk.modal(stage, who)


def chosen(**people: str) -> dict[str, dict[str, Any]]:
    """Fields of the form: role = keys of people, and `channel`."""
    values: dict[str, Any] = {}
    channel = people.pop("channel", None)
    if channel:
        values["handovers_channel"] = {"handovers_channel": channel}
    for role, keys in people.items():
        values[f"people:{role}"] = {f"people:{role}": [walk.user_id(key) for key in keys.split()]}
    return values


def in_force(stage: Stage) -> None:
    """Waits until what was set up holds."""
    stage.until(lambda: not stage.deps.settings.missing, "set up")
    stage.settle()


def set_up(stage: Stage, who: str = "olga", **people: str) -> None:
    """Sets Baton up with the demo company's people and channel."""
    met(stage, who)
    form(stage, who)
    everyone = {"delivery_manager": "dev", "head_of_delivery": "hana", "pm": "ben mei", "csm": "chloe"}
    walk.submit(stage, who, chosen(**{"channel": company.HANDOVERS_CHANNEL, **everyone, **people}))
    in_force(stage)


@pytest.mark.timeout(180)
def test_a_win_before_the_setup_is_held_and_opened_when_one_form_was_sent(bare: Stage) -> None:
    """Two tokens: it starts, says what to do, and loses nothing; one form later the handover is in the channel."""
    said = asked(bare, "olga", "ABC", GENERAL)["text"]
    assert said.startswith("Baton is not set up yet. Type /handover setup")
    bare.world.hubspot.win(walk.ABC)
    waits = "Baton is not set up yet"
    bare.until(lambda: any(j.kind == "ReadDeal" and j.error == waits for j in bare.deps.store.outbox.jobs()), "held")
    set_up(bare)
    handover = bare.handover()
    assert handover.client == "ABC Fintech"
    assert handover.roles.keys() == {Role.SALES_REP, Role.PM, Role.CSM, Role.DELIVERY_MANAGER}
    assert "ABC Fintech" in walk.shown(bare.post("root"))
    letter = letters(bare, "olga")[-1]
    assert letter["text"] == "Baton is set up."
    assert f"<#{company.HANDOVERS_CHANNEL}>" in walk.shown(letter)
    settings = walk.shown(asked(bare, "olga", "settings", GENERAL))
    assert "project manager: ben@acme.example, mei@acme.example · _set in Slack_" in settings
    assert "Europe/Berlin, Mon–Fri 09:00–17:00" in settings
    assert not bare.parked()


def test_the_form_works_untouched_and_makes_its_own_channel(http_bare: Stage) -> None:
    """Whoever sets up holds the roles that must be filled; a private channel is made, with them in it."""
    met(http_bare, "olga")
    view = form(http_bare, "olga")
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    assert len(inputs) == 8
    assert "Europe/Berlin · Mon–Fri 09:00–17:00 · public holidays: DE" in walk.shown(view)
    walk.submit(http_bare, "olga", {})
    in_force(http_bare)
    settings = http_bare.deps.settings
    room = http_bare.world.slack.channel(settings.handovers_channel)
    assert room is not None
    assert room["name"] == "handovers-2"  # the demo company has a channel of the first name already
    assert room["is_private"]
    assert walk.user_id("olga") in http_bare.world.slack.members(room["id"])
    everything = (Role.DELIVERY_MANAGER, Role.HEAD_OF_DELIVERY, Role.SALES_OPS)
    assert settings.roles == dict.fromkeys(everything, ("olga@acme.example",))


def test_who_did_it_first_owns_it_and_others_are_told_whom_to_ask(http_bare: Stage) -> None:
    """Nico owns it; Olga and Hana may because of their roles; Ben may not, and a guest learns nothing."""
    met(http_bare, "ben")
    asked(http_bare, "klein", "", SHARED)
    http_bare.until(lambda: known(http_bare, "klein"), "who the guest is")
    set_up(http_bare, "nico", sales_ops="olga")
    names = "Nico Bauer, sales operations (Olga) or the Head of Delivery (Hana)"
    no = f"Nico Bauer set Baton up. To change it, ask {names}."
    assert asked(http_bare, "ben", "setup", GENERAL)["text"] == no
    assert asked(http_bare, "klein", "setup", SHARED)["text"].startswith("Handovers are for colleagues only.")
    for who in ("nico", "olga", "hana"):
        view = form(http_bare, who)
        picker = next(b["element"] for b in view["blocks"] if b.get("block_id") == "people:pm")
        assert picker["initial_users"] == [walk.user_id("ben"), walk.user_id("mei")]


def test_of_two_open_forms_the_first_counts_and_the_other_is_not_lost_in_silence(http_bare: Stage) -> None:
    """Both had it open: the second is refused, changes nothing, and its author keeps what was typed."""
    met(http_bare, "olga", "nico")
    form(http_bare, "olga")
    form(http_bare, "nico")
    walk.submit(http_bare, "olga", chosen(delivery_manager="dev", head_of_delivery="hana", sales_ops="olga"))
    in_force(http_bare)
    walk.submit(http_bare, "nico", chosen(delivery_manager="nico", head_of_delivery="nico"))
    assert "Olga Novak set Baton up." in walk.shown(walk.modal(http_bare, "nico"))
    assert http_bare.deps.settings.roles[Role.DELIVERY_MANAGER] == ("dev@acme.example",)
    form(http_bare, "olga")
    form(http_bare, "hana")
    walk.submit(http_bare, "hana", chosen(delivery_manager="dev", head_of_delivery="hana", pm="ben"))
    http_bare.until(lambda: Role.PM in http_bare.deps.settings.roles, "changed")
    walk.submit(http_bare, "olga", chosen(delivery_manager="dev", head_of_delivery="hana", pm="mei"))
    assert "Hana Sato changed this meanwhile. Type /handover setup once more." in walk.shown(
        walk.modal(http_bare, "olga")
    )
    http_bare.settle()
    assert http_bare.deps.settings.roles[Role.PM] == ("ben@acme.example",)
    assert letters(http_bare, "olga")[-1]["text"].startswith("Hana Sato changed what is set in Slack.")


def test_a_guest_cannot_be_head_and_nothing_is_in_force_until_somebody_can(http_bare: Stage) -> None:
    """The letter names who cannot, and the form comes back as it was sent."""
    met(http_bare, "olga")
    form(http_bare, "olga")
    walk.submit(http_bare, "olga", chosen(delivery_manager="dev", head_of_delivery="klein", csm="chloe"))
    http_bare.until(lambda: bool(letters(http_bare, "olga")), "the letter")
    said = walk.shown(letters(http_bare, "olga")[-1])
    assert "Maria Klein is a guest in Slack and cannot be Head of Delivery." in said
    assert http_bare.deps.settings.missing
    assert asked(http_bare, "dev", "list", GENERAL)["text"].startswith("Baton is not set up yet.")
    view = form(http_bare, "olga")
    csm = next(b["element"] for b in view["blocks"] if b.get("block_id") == "people:csm")
    assert csm["initial_users"] == [walk.user_id("chloe")]
    walk.submit(http_bare, "olga", chosen(head_of_delivery="hana"))
    in_force(http_bare)


@pytest.mark.slow
def test_a_channel_without_baton_waits_for_the_invitation(http_bare: Stage) -> None:
    """Baton asks to be invited once, and goes on by itself then."""
    slack = http_bare.world.slack
    with http_bare.world.shelf.lock:
        room = slack.rooms.create("sold-deals", walk.user_id("olga"), private=True)
    met(http_bare, "olga")
    form(http_bare, "olga")
    walk.submit(http_bare, "olga", chosen(channel=room["id"], delivery_manager="dev", head_of_delivery="hana"))
    http_bare.until(lambda: bool(letters(http_bare, "olga")), "the letter")
    assert letters(http_bare, "olga")[-1]["text"] == "One thing is left: invite Baton to the handovers channel."
    assert http_bare.deps.settings.missing
    http_bare.hands.invite("olga", room["id"], company.BOT_USER)
    in_force(http_bare)
    assert http_bare.deps.settings.handovers_channel == room["id"]
    assert len([m for m in letters(http_bare, "olga") if "invite Baton" in m["text"]]) == 1


def test_the_offices_fields_are_there_when_asked_for_and_wrong_ones_are_named(http_bare: Stage) -> None:
    """Zone by search, country with its holidays, hours as people write them; what was chosen above stays."""
    met(http_bare, "olga")
    view = form(http_bare, "olga")
    http_bare.hands.fill("olga", view["id"], "people:pm", "people:pm", [walk.user_id("ben")])
    http_bare.hands.click_view("olga", view["id"], "setup.office")
    options: Any = http_bare.hands.suggest(
        "olga", view_id=view["id"], action_id="zone.search", block_id="office.zone", text="jerusalem"
    )
    assert [option["value"] for option in options] == ["Asia/Jerusalem"]
    http_bare.hands.fill("olga", view["id"], "office.zone", "zone.search", "Asia/Jerusalem")
    wrong = {"office.country": {"office.country": "XX"}, "office.hours": {"office.hours": "Sun–Thu 09:00–17:00"}}
    refused = http_bare.hands.submit("olga", view["id"], wrong)
    assert refused.body["errors"] == {
        "office.country": 'country = "XX" is not known. Use a code of two letters, like "DE".'
    }
    never = {"office.country": {"office.country": "IL"}, "office.hours": {"office.hours": "whenever"}}
    refused = http_bare.hands.submit("olga", view["id"], never)
    assert refused.body["errors"] == {"office.hours": "Write it like Mon–Fri 09:00–17:00."}
    walk.submit(http_bare, "olga", {"office.hours": {"office.hours": "Sun–Thu 9:00-18:00"}})
    in_force(http_bare)
    office = http_bare.deps.terms.offices["main"]
    assert (office.tz, sorted(office.hours)) == ("Asia/Jerusalem", [0, 1, 2, 3, 6])
    assert office.holidays
    assert http_bare.deps.settings.roles[Role.PM] == ("ben@acme.example",)


def test_sales_reps_who_were_named_in_the_form_may_start_a_handover_and_take_no_turns(http_bare: Stage) -> None:
    """Whoever sells may start one by hand, without a settings file; whose a deal of the CRM is, the CRM says."""
    set_up(http_bare, pm="ben", sales_rep="ana rafi")
    settings = http_bare.deps.settings
    assert settings.roles[Role.SALES_REP] == ("ana@acme.example", "rafi@acme.example")
    assert settings.routing == ()
    reaction: Reaction = http_bare.hands.command("ana", GENERAL, "new")
    assert reaction.error is None
    assert walk.modal(http_bare, "ana")["callback_id"] == "view.new"


def test_what_the_file_says_is_shown_and_cannot_be_changed_in_slack(http_stage: Stage) -> None:
    """The file names roles, channel and office: Olga sees them, fills what is open, and the file still counts."""
    del http_stage.table["people"]["roles"]["csm"]
    http_stage.stop()
    http_stage.start()
    no = "Only sales operations (Olga) or the Head of Delivery (Hana) can set Baton up: ask one of them."
    assert asked(http_stage, "ana", "setup", GENERAL)["text"] == no
    view = form(http_stage, "olga")
    shown = walk.shown(view)
    assert "*Delivery manager* dev@acme.example · _set in baton.toml_" in shown
    assert f"*Handovers channel* <#{company.HANDOVERS_CHANNEL}> · _set in baton.toml_" in shown
    assert [b["block_id"] for b in view["blocks"] if b["type"] == "input"] == ["admin_channel", "people:csm"]
    walk.submit(http_stage, "olga", chosen(csm="chloe"))
    http_stage.until(lambda: Role.CSM in http_stage.deps.settings.roles, "in force")
    assert http_stage.deps.settings.source("people.roles.csm") == "set in Slack"
    assert http_stage.deps.settings.source("people.roles.pm") == "baton.toml"
    http_stage.settle()
    http_stage.table["people"]["roles"]["csm"] = ["nico@acme.example"]
    http_stage.stop()
    http_stage.start()
    assert http_stage.deps.settings.roles[Role.CSM] == ("nico@acme.example",)


def test_one_submission_delivered_twice_is_one_setup(http_bare: Stage) -> None:
    """Slack sends it again when our answer was slow."""
    met(http_bare, "olga")
    form(http_bare, "olga")
    http_bare.world.slack.deliver.duplicate_next(1)
    walk.submit(http_bare, "olga", {})
    in_force(http_bare)
    with http_bare.deps.store.read() as reader:
        assert Wanted.of(reader.setting(WANTED)).rev == 1
    assert len([m for m in letters(http_bare, "olga") if m["text"] == "Baton is set up."]) == 1
    assert (
        len([room for room in http_bare.world.slack.channels() if str(room.get("name")).startswith("handovers-")]) == 1
    )


def test_home_and_the_shortcut_say_what_to_do_first(http_bare: Stage) -> None:
    """Wherever somebody comes in, they learn the one next step."""
    met(http_bare, "olga")
    assert "Baton is not set up yet." in home(http_bare, "olga")
    http_bare.hands.global_shortcut("olga", "handover_new")
    http_bare.until(lambda: "not set up yet" in str(letters(http_bare, "olga")), "the word")
    set_up(http_bare)
    assert "Baton is not set up yet." not in walk.shown(http_bare.world.slack.home(walk.user_id("olga")) or {})


def test_another_replica_takes_it_up_without_a_restart(http_bare: Stage) -> None:
    """A second process on the same database looks by itself."""
    other = build(http_bare.settings(), http_bare.env, clock=Clock())
    assert other.settings.missing
    set_up(http_bare)
    other.looked_at = 0.0
    assert looked(other)
    assert other.settings.missing == ()
    assert not looked(other)
    with other.store.read() as reader:
        dev = reader.by_email("dev@acme.example")
    assert dev is not None
    assert dev.has(Role.DELIVERY_MANAGER)
    other.store.db.dispose()


def test_a_replica_that_has_not_looked_yet_draws_no_home_of_before_the_setup(http_bare: Stage) -> None:
    """Else "not set up yet" would stand there until something else draws that Home."""
    other = build(http_bare.settings(), http_bare.env, clock=Clock())
    set_up(http_bare)
    http_bare.stop()
    with other.store.write() as unit:
        olga = unit.by_slack(walk.user_id("olga"))
        assert olga is not None
        unit.emit(Home(olga.id, nonce="test"))
    assert Worker(other, PERFORMERS).run_one("other")
    shown = walk.shown(http_bare.world.slack.home(walk.user_id("olga")) or {})
    assert "Nothing waits for you" in shown
    assert "Baton is not set up yet." not in shown
    other.store.db.dispose()


def test_deals_won_before_baton_came_are_a_report_after_the_setup(tmp_path: Path) -> None:
    """Nothing is opened for them, before the setup or after it; sales operations read about it once there are any."""
    with staged(tmp_path) as stage:
        empty(stage)
        stage.world.hubspot.webhooks.drop_all = True
        stage.world.hubspot.win(walk.ABC)
        stage.start()
        assert reconcile(stage.deps, "hubspot") == 0
        set_up(stage, sales_ops="olga")
        with stage.deps.store.read() as reader:
            assert reader.setting("reported:hubspot") == ""
        reconcile(stage.deps, "hubspot")
        stage.settle()
        report = next(m for m in letters(stage, "olga") if m["text"].startswith("First start:"))
        assert "ABC Fintech" in walk.shown(report) or "Cloud Migration" in walk.shown(report)
        with stage.deps.store.read() as reader:
            assert reader.open_all(limit=5) == []
