"""The settings in force: every one of them, with its source; never a secret."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from blocks.company.in_force import settings_message
from bot.settings import Secret
from bot.settings.tables import ENVIRONMENT, TABLES
from bot.worktime import Office
from connectors.registry import env_names
from handlers.clock import Clock
from handlers.deps import Deps
from handlers.in_force import VALUES, groups, office_words, week_words
from handlers.wiring import build
from tests.blocks.reading import accepted, words
from tests.stories.stage import HUBSPOT_SECRET, SECRET, Stage

NOW = datetime(2026, 4, 2, 15, 0, tzinfo=UTC)
NINE_TO_FIVE = (time(9), time(17))


@pytest.fixture
def deps(stage: Stage) -> Iterator[Deps]:
    stage.table |= {"clock": {"working_days": 3}, "digest": {"time": "08:30"}}
    stage.table["people"]["deputies"] = {"ana@acme.example": "rafi@acme.example"}
    made = build(stage.settings(), stage.env, clock=Clock())
    yield made
    made.store.db.dispose()


def lines(deps: Deps) -> dict[str, tuple[str, str]]:
    """Every line by its label: value and source."""
    return {line.label: (line.value, line.source) for group in groups(deps, NOW) for line in group.lines}


def test_no_setting_is_left_out(deps: Deps) -> None:
    assert VALUES.keys() == {f"{section}.{key}" for section, keys in TABLES.items() for key in keys}
    shown = lines(deps)
    named = [f"{words} ({table}.{key})" for table, keys in TABLES.items() for key, (_, words) in keys.items()]
    assert [label for label in named if label not in shown] == [], (
        "with the table and the name that the file has for it"
    )
    assert [name for name in (*ENVIRONMENT, *env_names()) if name not in shown] == ["BATON_CONFIG"]


def test_each_value_has_its_source(deps: Deps) -> None:
    shown = lines(deps)
    assert shown["working days from the scope confirmation to the gate (clock.working_days)"] == ("3", "baton.toml")
    assert shown["working days from the win to the scope confirmation (clock.scope_days)"] == ("1", "default")
    assert shown["BATON_PORT"][1] == "environment"
    assert shown["BATON_HOST"] == ("127.0.0.1", "default")
    assert lines(replace(deps, settings=replace(deps.settings, rehearsal_port=0)))["BATON_REHEARSAL_PORT"][0] == "none"
    assert shown["the checklist was last looked through"][1] == "playbooks/checklists/default.toml"
    changed = replace(deps.terms, template=replace(deps.terms.template, version="2", last_reviewed=date(2026, 4, 1)))
    shown_then = lines(replace(deps, terms=changed))
    assert shown_then["the checklist was last looked through"] == ("1 Apr 2026", "set in Slack")
    assert shown["DATABASE_URL"] == ("SQLite", "environment")
    assert shown["deputies"] == ("ana@acme.example → rafi@acme.example", "baton.toml")
    assert shown["away by an emoji"][1] == "default"
    assert shown["hubspot"] == ("HubSpot", "baton.toml")
    assert shown["Head of Delivery"] == ("hana@acme.example", "baton.toml")


def test_a_secret_is_set_or_not_set_and_never_shown(deps: Deps) -> None:
    shown = lines(deps)
    assert shown["HUBSPOT_TOKEN"] == shown["SLACK_SIGNING_SECRET"] == ("set", "environment")
    assert shown["SLACK_APP_TOKEN"] == ("not set", "")
    message = settings_message(groups(deps, NOW))
    accepted(message)
    for secret in (SECRET, HUBSPOT_SECRET, "xoxb-", "hubspot-sandbox", "asana-sandbox", deps.settings.database_url):
        assert str.__str__(secret) not in words(message)


def test_a_password_in_the_database_address_stays_there(deps: Deps) -> None:
    deps.settings = replace(deps.settings, database_url=Secret("postgresql://baton:hunter2@db/baton"))
    assert lines(deps)["DATABASE_URL"] == ("PostgreSQL", "environment")
    assert "hunter2" not in repr(groups(deps, NOW))


def test_the_next_holiday_and_the_next_digest_stand_there(deps: Deps) -> None:
    assert lines(deps)["berlin"][0] == "Europe/Berlin, Mon–Fri 09:00–17:00, next holiday Fri 3 Apr 2026"
    assert lines(deps)["the next one"] == ("Tue 7 Apr 08:30 CEST", "")


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (dict.fromkeys((6, 0, 1, 2, 3), NINE_TO_FIVE), "Sun–Thu 09:00–17:00"),
        (dict.fromkeys(range(4), NINE_TO_FIVE) | {4: (time(9), time(14))}, "Mon–Thu 09:00–17:00, Fri 09:00–14:00"),
        (dict.fromkeys((0, 2), NINE_TO_FIVE), "Mon 09:00–17:00, Wed 09:00–17:00"),
        (dict.fromkeys(range(7), (time(0), time(0))), "Mon–Sun 00:00–24:00"),
    ],
)
def test_a_week_begins_after_its_free_days(hours: dict[int, tuple[time, time]], said: str) -> None:
    assert week_words(Office("x", "UTC", hours)) == said


def test_a_closed_day_counts_as_a_holiday_and_an_open_one_does_not() -> None:
    days = (date(2026, 4, 6), date(2026, 4, 3))
    office = Office("x", "UTC", dict.fromkeys(range(5), NINE_TO_FIVE), frozenset(days), open_days=frozenset(days[1:]))
    assert office_words(office, NOW).endswith("next holiday Mon 6 Apr 2026")
    never = Office("x", "UTC", dict.fromkeys(range(5), NINE_TO_FIVE))
    assert office_words(never, NOW).endswith("next holiday none")
