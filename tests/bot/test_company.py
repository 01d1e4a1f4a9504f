"""What a company decides in Slack: hours in words, what the file says over it, a checklist's text in parts."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.company.checklist import HEAD, Change, compared, parts, place_of, whole
from bot.company.hours import read_hours
from bot.company.setup import Wanted, may_set_up
from bot.people import Person, Role
from bot.settings import NO_OFFICE, Routing, read
from bot.settings.stored import SLACK, with_stored
from bot.template import Template, load
from tests.bot.builders import ENV, ROOT, settings, table

NINE_TO_FIVE = ["09:00", "17:00"]
STORED: dict[str, Any] = {
    "slack": {"handovers_channel": "C0SLACK", "admin_channel": "C0ADMIN"},
    "people": {
        "roles": {
            "delivery_manager": ["dev@acme.example"],
            "head_of_delivery": ["hana@acme.example"],
            "pm": ["ben@acme.example", "mei@acme.example"],
        }
    },
    "offices": {"main": {"timezone": "Asia/Tokyo"}},
}


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("Mon–Fri 09:00–17:00", dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), NINE_TO_FIVE)),
        ("9:00-17:00", dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), NINE_TO_FIVE)),
        ("Sunday to Tuesday 9:00 to 17:00", dict.fromkeys(("sun", "mon", "tue"), NINE_TO_FIVE)),
        ("fri — mon 09:00 — 17:00", dict.fromkeys(("fri", "sat", "sun", "mon"), NINE_TO_FIVE)),
        (" Wed  09:00–17:00 ; Sat 10:00–12:00 ", {"wed": NINE_TO_FIVE, "sat": ["10:00", "12:00"]}),
    ],
)
def test_hours_are_read_as_people_write_them(written: str, days: dict[str, list[str]]) -> None:
    assert read_hours(written) == days


@pytest.mark.parametrize(
    "written", ["", "always", "Mon–Fry 09:00–17:00", "Mon 9–17", "Mon–Wed 09:00–17:00, Tue 10:00–11:00"]
)
def test_hours_that_can_mean_two_things_are_not_guessed(written: str) -> None:
    assert read_hours(written) is None


def test_what_slack_set_counts_where_the_file_is_silent() -> None:
    made = with_stored(read(ENV, {}), STORED)
    assert made.missing == ()
    assert (made.handovers_channel, made.admin_channel) == ("C0SLACK", "C0ADMIN")
    assert made.source("slack.handovers_channel") == made.source("people.roles.pm") == SLACK
    assert made.source("offices") == SLACK
    assert (made.offices[0].name, made.offices[0].table["timezone"]) == (NO_OFFICE.name, "Asia/Tokyo")
    assert made.digest_office == NO_OFFICE.name
    assert made.routing == (Routing({}, {Role.PM: ("ben@acme.example", "mei@acme.example")}),)


def test_the_file_wins_value_by_value() -> None:
    part = {"slack": {"handovers_channel": "C0FILE"}, "people": {"roles": {"pm": ["nico@acme.example"]}}}
    made = with_stored(read(ENV, part), STORED)
    assert (made.handovers_channel, made.admin_channel) == ("C0FILE", "C0ADMIN")
    assert made.roles[Role.PM] == ("nico@acme.example",)
    assert made.roles[Role.HEAD_OF_DELIVERY] == ("hana@acme.example",)
    assert (made.source("people.roles.pm"), made.routing) == ("baton.toml", ())
    assert with_stored(settings(), STORED).offices == settings().offices
    rules = [{"pm": ["ben@acme.example"]}]
    assert with_stored(read(ENV, {"routing": rules}), STORED).routing == read(ENV, {"routing": rules}).routing


def test_what_is_taken_back_in_slack_is_in_force_no_more() -> None:
    made = with_stored(with_stored(read(ENV, {}), STORED), {})
    assert made == with_stored(read(ENV, {}), {})
    assert len(made.missing) == 4
    assert (made.routing, made.source("people.roles.pm"), made.source("offices")) == ((), "default", "default")


def test_a_form_comes_back_from_the_database_as_it_was() -> None:
    wanted = Wanted(3, "C1", "", {Role.PM: ("U1", "U2")}, {"timezone": "UTC", "hours": {"mon": NINE_TO_FIVE}}, by=7)
    back = Wanted.of(wanted.text())
    assert (back.people[Role.PM], back.people[Role.CSM]) == (("U1", "U2"), ())
    assert (back.rev, back.channel, back.office, back.by) == (3, "C1", wanted.office, 7)
    assert Wanted.of("") == Wanted()


@pytest.mark.parametrize(
    ("person", "owner", "may"),
    [
        (Person(1, "Nico"), 0, True),
        (Person(1, "Nico"), 1, True),
        (Person(1, "Nico"), 2, False),
        (Person(0, "Unknown"), 0, False),
        (Person(1, "Maria", guest=True), 0, False),
        (Person(1, "Tom", active=False), 1, False),
        (Person(3, "Olga", roles=frozenset({Role.SALES_OPS})), 1, True),
        (Person(3, "Hana", roles=frozenset({Role.HEAD_OF_DELIVERY})), 1, True),
        (Person(3, "Dev", roles=frozenset({Role.DELIVERY_MANAGER})), 1, False),
    ],
)
def test_whoever_is_first_owns_it_then_the_owner_and_two_roles_may(person: Person, owner: int, may: bool) -> None:  # noqa: FBT001
    assert may_set_up(person, owner, read(ENV, {})) is may


def test_nobody_takes_what_the_file_gave_to_somebody() -> None:
    named = table()
    del named["slack"]
    assert read(ENV, named).missing
    assert not may_set_up(Person(1, "Nico"), 0, read(ENV, named))
    assert not may_set_up(Person(1, "Nico"), 0, settings())


def text() -> str:
    return Path(ROOT / "playbooks/checklists/default.toml").read_text(encoding="utf-8")


def template(written: str) -> Template:
    found, problems = load(tomllib.loads(written), name="default")
    assert found, problems
    return found


def test_the_parts_of_a_checklist_are_the_whole_again() -> None:
    found = parts(text())
    assert list(found) == [HEAD, "sales_rep", "pm", "csm", "delivery_manager"]
    assert found[HEAD].startswith("# The default checklist")
    assert found["pm"].count("[[lists.pm]]") == 4
    assert template(whole(found)).items == template(text()).items
    assert parts(whole(found)) == found


def test_a_comment_goes_with_its_item_and_an_unknown_list_is_not_lost() -> None:
    found = parts(
        'version = 1\n\n[[lists.pm]]\nkey = "a"\n\n# about b\n[[lists.csm]]\nkey = "b"\n[[lists.boss]]\nkey = "c"\n'
    )
    assert found["csm"] == '\n# about b\n[[lists.csm]]\nkey = "b"\n[[lists.boss]]\nkey = "c"'.strip("\n")
    assert found["pm"] == '[[lists.pm]]\nkey = "a"'


@pytest.mark.parametrize(
    ("problem", "part"),
    [
        ('pm, item 2: the check "x" is unknown.', "pm"),
        ("The list delivery_manager has 11 items to tick by hand.", "delivery_manager"),
        ("The sign-off of sales_rep waits for itself.", "sales_rep"),
        ("The owner is missing.", HEAD),
        ('The key "a" stands 2 times.', HEAD),
    ],
)
def test_a_problem_stands_under_the_list_it_is_about(problem: str, part: str) -> None:
    assert place_of(problem) == part


def test_what_is_new_gone_and_changed_is_told_item_by_item() -> None:
    old = template(text())
    new = template(
        text()
        .replace('text = "Set the kickoff date"', 'text = "Fix the kickoff"')
        .replace("required = false\n", "")
        .replace('key = "client-access"', 'key = "works"')
    )
    found = compared(old, new)
    assert {change.kind for change in found[Role.PM]} == {"same"}
    kinds = [(change.kind, change.item.key) for change in found[Role.CSM]]
    assert kinds == [
        ("same", "review-access"),
        ("new", "works"),
        ("changed", "kickoff-date"),
        ("gone", "client-access"),
    ]
    changed: Change = found[Role.CSM][2]
    assert list(changed.differences()) == [
        ("text", "Set the kickoff date", "Fix the kickoff"),
        ("required", "no", "yes"),
    ]
