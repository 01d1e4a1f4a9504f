"""Who is no colleague, and whose part is over by the time it is sent: they see and do nothing."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from blocks import ids
from bot.effects import TellAdmin, Whisper
from bot.people import Role
from handlers.ears.guard import OUTSIDERS
from handlers.profile import person_of
from store.unit import StoreUnit
from tests.rights.desk import Desk, desk_at
from tests.rights.doors import button
from tests.rights.records import scoped, some_day, won

CLIENT = "T9CLIENT"  # the workspace of a company that is connected with ours


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One Baton for all of them."""
    with desk_at(tmp_path_factory.mktemp("outsiders")) as made:
        yield made


def connected(desk: Desk, name: str, email: str = "") -> None:
    """Somebody of a connected company, whom Slack calls no stranger: they share a channel with Baton."""
    slack_id = f"U9{name.upper()}"
    desk.stage.world.slack.people.add(slack_id, name.lower(), f"{name} Other", email, team_id=CLIENT)
    desk.people[name] = replace(desk.people["Sten"], id=0, name=f"{name} Other", slack_id=slack_id)


def test_who_is_of_a_connected_company_is_no_colleague(desk: Desk) -> None:
    """https://docs.slack.dev/reference/objects/user-object: `is_stranger` is false for whoever shares a channel."""
    connected(desk, "Kai", "kai@client.example")
    number = desk.record(won)
    show = desk.click("Kai", button(ids.SHOW_CARD, str(number)))
    desk.outcome("Kai", number, show, keep=True)
    desk.work()
    again = desk.click("Kai", button(ids.SHOW_CARD, str(number)))
    assert desk.outcome("Kai", number, again).refused == OUTSIDERS


@pytest.mark.parametrize(
    ("user", "guest"),
    [
        ({"team_id": "T1"}, False),
        ({}, False),
        ({"team_id": "T9"}, True),
        ({"team_id": "T9", "enterprise_user": {"teams": ["T9", "T1"]}}, False),
        ({"team_id": "T9", "enterprise_user": {"teams": ["T9"]}}, True),
        ({"team_id": "T9", "enterprise_user": None}, True),
        ({"team_id": "T1", "is_ultra_restricted": True}, True),
    ],
)
def test_who_is_not_in_our_workspace_is_a_guest(user: dict[str, Any], guest: bool) -> None:  # noqa: FBT001
    assert person_of(user, "T1").guest is guest
    assert person_of(user, "").guest is bool(user.get("is_ultra_restricted"))  # nobody has said yet which is ours


def told(desk: Desk, name: str) -> str:
    """All that stands in this person's direct messages."""
    slack = desk.stage.world.slack
    rooms = slack.dms(desk.people[name].slack_id)
    return str([message for room in rooms for message in desk.stage.channel(room["id"])])


def replaced(desk: Desk, number: int, role: Role, name: str) -> None:
    """Somebody else holds the role by now; what that sets off is not of interest."""

    def deed(unit: StoreUnit) -> None:
        record = unit.handover(number)
        assert record
        record.roles[role] = desk.people[name].id
        unit.save(record)

    jobs = desk.db.execute("SELECT max(id) FROM job").fetchone()[0] or 0
    with desk.deps.store.write() as unit:
        deed(unit)
    desk.db.execute("DELETE FROM job WHERE id > ?", (jobs,))
    desk.db.commit()


def test_a_letter_that_waited_goes_to_nobody_whose_part_is_over(desk: Desk) -> None:
    """Slack was away; meanwhile somebody else is the delivery manager, and Dev is nothing here any more."""
    number, after = desk.record(scoped), desk.record(scoped)
    reason = {"reason": "They want their 12 % first", "expected": some_day(desk).isoformat()}
    for one in (number, after):
        view = desk.opened("Ben", desk.click("Ben", button(ids.PAUSE, str(one))))
        desk.outcome("Ben", one, desk.submit("Ben", desk.fill("Ben", view, reason)), keep=True)
        if one == number:
            desk.db.execute("DELETE FROM job WHERE kind <> 'Direct'")
            desk.db.commit()
            replaced(desk, number, Role.DELIVERY_MANAGER, "Mei")
            desk.work()
            assert "12 %" not in told(desk, "Dev")
    desk.db.execute("DELETE FROM job WHERE kind <> 'Direct'")
    desk.db.commit()
    desk.work()
    assert "12 %" in told(desk, "Dev")


def test_a_card_shows_as_much_as_its_reader_may_see_when_it_comes(desk: Desk) -> None:
    number = desk.record(scoped)
    ben = desk.people["Ben"].slack_id
    for holder, whole in (("Ben", True), ("Nico", False)):
        replaced(desk, number, Role.PM, holder)
        with desk.deps.store.write() as unit:
            unit.emit(Whisper(ben, holder, channel=ben, name="card", handover_id=number))
        desk.work()
        shown = str(desk.stage.world.slack.call_log("chat.postMessage")[-1])
        assert ("84,000" in shown) is whole, shown


def test_a_guest_hears_nothing_of_what_runs_baton(desk: Desk) -> None:
    """The settings still name an address whose account is a guest's by now."""
    desk.stage.world.slack.people.change(desk.people["Olga"].slack_id, is_restricted=True)
    with desk.deps.store.write() as unit:
        unit.remember(replace(desk.people["Olga"], guest=True))
        unit.emit(TellAdmin("first_start", "hubspot", data={"count": 1, "deals": ["Secret deal"]}))
    desk.work()
    assert "Secret deal" not in told(desk, "Olga")
    with desk.deps.store.write() as unit:
        unit.remember(desk.people["Olga"])
        unit.emit(TellAdmin("first_start", "other", data={"count": 1, "deals": ["Secret deal"]}))
    desk.work()
    assert "Secret deal" in told(desk, "Olga")


def test_a_guest_is_nobody_of_the_internal_team(desk: Desk) -> None:
    """The settings name people by function; they are let into channel and workspace with the role holders."""
    emails = tuple(desk.people[name].email for name in ("Klein", "Sten", "Nico"))
    deps = replace(desk.deps, settings=replace(desk.deps.settings, functions={"qa": emails}))
    assert [person.name for person in deps.team_people(desk.handover(desk.record(won)))] == ["Nico Somebody"]


def test_no_task_of_the_plan_is_a_guests(desk: Desk) -> None:
    """Whoever owns a task is let into the workspace: the first colleague of the function, else the project manager."""
    record = desk.handover(desk.record(won))
    for named, owner in ((("Klein", "Sten", "Nico"), "Nico"), (("Klein",), "Ben")):
        emails = tuple(desk.people[name].email for name in named)
        deps = replace(desk.deps, settings=replace(desk.deps.settings, functions={"qa": emails}))
        assert deps.owner_of(record, dict.fromkeys([2], desk.people["Ben"]), "qa") == desk.people[owner].email
    unmet = replace(desk.deps, settings=replace(desk.deps.settings, functions={"qa": ("new@acme.example",)}))
    assert unmet.owner_of(record, {}, "qa") == "new@acme.example"
