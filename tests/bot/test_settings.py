"""Settings: all problems at once, each with its next step; secrets never show by accident."""

from decimal import Decimal
from typing import Any

import pytest

from bot.errors import ConfigError
from bot.people import Role
from bot.settings import NO_DATABASE, Secret, database_url, read
from bot.settings.delivery import DeliverySettings
from bot.settings.reader import NUMBERS
from bot.settings.retention import Retention
from bot.settings.tables import ENVIRONMENT, TABLES
from tests.bot.builders import ENV, settings, table


def problems(env: dict[str, str] | None = None, *, rehearsal: bool = False, **more: Any) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as refused:
        read(ENV if env is None else env, table(**more), rehearsal=rehearsal)
    return refused.value.problems


def test_the_defaults_are_the_protocols() -> None:
    made = settings()
    assert (made.clock_days, made.scope_days, made.hold_wins_above) == (Decimal(2), Decimal(1), 10)
    assert (made.scope_auto, made.provision_auto) == (False, True)
    assert (made.public_url, made.slack_api_url) == ("http://127.0.0.1:3000", "https://slack.com/api/")
    assert made.roles[Role.PM] == ("ben@acme.example",)
    assert made.retention == Retention(webhooks=30, jobs=30, timelines=0, opinions=365, seen=30)
    ladder = (made.first_share, made.last_hours, made.merge_hours, made.pause_days)
    assert ladder == (Decimal("0.5"), Decimal(1), Decimal(3), Decimal(10))
    assert made.delivery == DeliverySettings(
        poll_seconds=300, lease_seconds=60, request_seconds=10, silence_seconds=90, rate_share=1, workers=4
    )
    assert (made.port, made.digest_enabled) == (3000, True)


def test_everything_wrong_is_told_at_once_with_its_next_step() -> None:
    with pytest.raises(ConfigError) as refused:
        read(
            {"BATON_PORT": "http", "SLACK_API_URL": "https://slack.com/api/"},
            {"clock": {"working_days": "two", "days": 1}, "fax": {}, "people": {"roles": {"boss": ["a@b.example"]}}},
            rehearsal=True,
        )
    words = str(refused.value)
    assert words.splitlines() == list(refused.value.problems)
    for told in (
        "SLACK_BOT_TOKEN is missing: copy",
        "SLACK_SIGNING_SECRET is missing: copy",
        "BATON_PORT = 'http': write",
        "[clock] working_days = 'two': write",
        "[clock] days is not a setting: see",
        "[fax] is not a table of baton.toml: remove it",
        "[people.roles] boss is no role: use one of",
        "--rehearsal never runs against Slack itself: set",
    ):
        assert told in words
    assert len(set(refused.value.problems)) == len(refused.value.problems) == 8


def test_what_nobody_said_yet_is_left_to_setup_and_what_is_said_wrongly_is_a_problem() -> None:
    bare = read(ENV, {})
    assert bare.missing == ("the handovers channel", "a delivery manager", "a Head of Delivery", "the office")
    assert (settings().missing, bare.offices[0].name) == ((), "main")
    half = settings(people={"roles": {"delivery_manager": ["dev@acme.example"]}})
    assert half.missing == ("a Head of Delivery",)
    told = problems(slack={"handovers_channel": "#handovers"}, people={"roles": {"head_of_delivery": []}})
    assert told == (
        "[slack] handovers_channel = '#handovers' is no id: open the channel's details in Slack and copy it (C…).",
        "[people.roles] head_of_delivery is empty: name at least one e-mail address, or leave it to /handover setup.",
    )


@pytest.mark.parametrize("value", ["0", -1, "nan", float("nan"), float("inf"), True, "", [2]])
@pytest.mark.parametrize(("section", "name"), [("clock", "working_days"), ("delivery", "workers")])
def test_a_number_is_a_number_above_nought(section: str, name: str, value: object) -> None:
    wrong: dict[str, Any] = {section: {name: value}}
    assert f"[{section}] {name} = {value!r}: write a" in problems(**wrong)[0]


@pytest.mark.parametrize(("section", "name"), NUMBERS)
@pytest.mark.parametrize("huge", ["1e400", 10**30, 1e308])
def test_a_number_that_nobody_can_mean_is_told_before_something_counts_with_it(
    section: str, name: str, huge: object
) -> None:
    wrong: dict[str, Any] = {section: {name: huge}}
    (told,) = problems(**wrong)
    assert told.startswith(f"[{section}] {name} = {huge!r}: write a ")


@pytest.mark.parametrize(
    ("name", "small", "least"),
    [
        ("poll_seconds", 9.9, 10),
        ("lease_seconds", 59, 60),
        ("request_seconds", 2, 3),
        ("silence_seconds", "59.9", 60),
        ("rate_share", 0.09, 0.1),
    ],
)
def test_what_would_do_work_twice_or_press_a_vendor_is_refused_but_not_among_stand_ins(
    name: str, small: object, least: float
) -> None:
    told = f"[delivery] {name} = {small!r}: write a number not below {least}."
    assert problems(delivery={name: small}) == (told,)
    assert problems({**ENV, "SLACK_API_URL": "https://proxy.acme.example/api/"}, delivery={name: small}) == (told,)
    assert getattr(settings(delivery={name: least}).delivery, name) == least
    here = {**ENV, "SLACK_API_URL": "http://127.0.0.1:8700/slack/api/"}
    elsewhere = {**ENV, "SLACK_API_URL": "http://sandbox.acme.example/slack/api/"}
    for env, rehearsal in ((here, False), (here, True), (elsewhere, True)):
        made = read(env, table(delivery={name: small}), rehearsal=rehearsal)
        assert getattr(made.delivery, name) == float(str(small))
    assert problems(here, delivery={name: 0}) == (f"[delivery] {name} = 0: write a number above 0.",)


def test_a_share_is_not_more_than_the_whole() -> None:
    assert problems(delivery={"rate_share": 50}) == (
        "[delivery] rate_share = 50: write a number not below 0.1 and not above 1.",
    )


@pytest.mark.parametrize(("section", "name"), [("intake", "hold_above"), ("delivery", "workers")])
def test_what_is_counted_is_whole(section: str, name: str) -> None:
    wrong: dict[str, Any] = {section: {name: 0.5}}
    assert problems(**wrong) == (f"[{section}] {name} = 0.5: write a whole number above 0.",)
    assert settings(**{section: {name: 3}}).source(f"{section}.{name}") == "baton.toml"


def test_what_guards_against_repeats_is_kept_three_days_or_for_ever() -> None:
    assert settings(retention={"jobs": 3, "seen": 0, "webhooks": 1}).retention == Retention(1, 3, 0, 365, 0)
    assert settings(retention={"webhooks": 36_500}).retention.webhooks == 36_500
    for wrong in (36_501, -1, "30", 1.5, True):
        assert "write a whole number of days" in problems(retention={"webhooks": wrong})[0]
    assert problems(retention={"jobs": 2, "seen": 1}) == (
        "[retention] jobs = 2: write 3 or more, or 0 to keep them.",
        "[retention] seen = 1: write 3 or more, or 0 to keep them.",
    )


def test_half_a_working_day_is_fine() -> None:
    assert settings(clock={"working_days": 1.5}).clock_days == Decimal("1.5")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"scope": {"auto": "false"}}, "[scope] auto = 'false': write true or false, without quotes."),
        ({"playbooks": {"by_service_line": "x"}}, "[playbooks] by_service_line = 'x': write a table."),
        ({"slack": {"handovers_channel": 7}}, '[slack] handovers_channel = 7: write text in "quotes".'),
        ({"clock": 2}, "[clock] must be a table: write [clock] on a line of its own."),
        ({"people": "x"}, "[people] must be a table: write [people] on a line of its own."),
        ({"connections": {"hubspot": "x"}}, "[connections.hubspot] must be a table: write the name in [brackets]."),
        ({"offices": {"main": "Berlin"}}, "[offices.main] must be a table: write the name in [brackets]."),
        ({"routing": {"pm": "b@acme.example"}}, "[[routing]] must be a table: write [[routing]] on a line of its own."),
        ({"routing": [{"region": "EMEA"}]}, "[[routing]], rule 1 names nobody"),
        ({"routing": [{"servce": "x", "pm": "b@acme.example"}]}, "[[routing]], rule 1: servce is no condition"),
        (
            {"routing": [{"region": ["EMEA", "APAC"], "pm": "b@acme.example"}]},
            "[[routing]], rule 1: region = ['EMEA', 'APAC']: write one text in \"quotes\"; a rule for each.",
        ),
        (
            {"playbooks": {"by_service_line": {"Cloud": ["cloud"]}}},
            "[playbooks.by_service_line] Cloud = ['cloud']: write the name of one playbook in \"quotes\".",
        ),
        ({"slack": {"admin_channel": "#ops"}}, "[slack] admin_channel = '#ops' is no id: "),
        ({"connections": {"manual": {"kind": "hubspot"}}}, "[connections.manual]: Baton calls so what has no deal"),
        ({"routing": [{"pm": "ben"}]}, "[[routing]], rule 1, pm: write a list of e-mail addresses."),
    ],
)
def test_a_wrong_shape_is_a_problem_and_no_crash(more: dict[str, Any], told: str) -> None:
    assert any(told in problem for problem in problems(**more))


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ({"roles": {"pm": "ben@acme.example"}}, None),
        ({"roles": {"pm": ["ben"]}}, "[people.roles] pm: write a list of e-mail addresses."),
        ({"roles": "x"}, "[people.roles] must be a table"),
        ({"offices": {"ben@acme.example": "paris"}}, "[people.offices] ben@acme.example = 'paris': there is no such"),
        ({"functions": {"QA": [5]}}, "[people.functions] QA: write a list of e-mail addresses."),
        ({"teams": {}}, "[people] teams is not a setting"),
        ({"deputies": {"ben@acme.example": "Ben@acme.example"}}, "[people.deputies] ben@acme.example: name one other"),
        ({"deputies": {"b@acme.example": ["c@acme.example", "d@acme.example"]}}, "[people.deputies] b@acme.example:"),
    ],
)
def test_people_are_named_by_address(people: dict[str, Any], told: str | None) -> None:
    roles = {"delivery_manager": ["dev@acme.example"], "head_of_delivery": ["hana@acme.example"]}
    named = {**people, "roles": {**roles, **people["roles"]} if isinstance(people.get("roles"), dict) else roles}
    if people.get("roles") == "x":
        named["roles"] = "x"
    if told is None:
        assert settings(people=named).roles[Role.PM] == ("ben@acme.example",)
    else:
        assert any(told in problem for problem in problems(people=named))


@pytest.mark.parametrize("wrong", ["Dev", "", 7, ["dev"]])
def test_a_role_that_is_no_list_of_addresses_is_told_once(wrong: object) -> None:
    roles = {"delivery_manager": wrong, "head_of_delivery": ["hana@acme.example"]}
    told = ("[people.roles] delivery_manager: write a list of e-mail addresses.",)
    assert problems(people={"roles": roles}) == told


@pytest.mark.parametrize("port", ["0", "65536", "-1", "３０００"])
def test_a_port_is_one_that_can_be_listened_on(port: str) -> None:
    assert problems({**ENV, "BATON_PORT": port}) == (f"BATON_PORT = {port!r}: write a port number, e.g. 3000.",)


def test_addresses_are_compared_in_lower_case_without_blanks() -> None:
    rule = {"region": "EMEA", "pm": " Ben@Acme.example "}
    assert settings(routing=[rule]).routing[0].roles == {Role.PM: ("ben@acme.example",)}


@pytest.mark.parametrize("port", ["0", "70000", "x", "-1"])
def test_a_rehearsals_port_is_a_port_of_its_own(port: str) -> None:
    sandbox = {**ENV, "SLACK_API_URL": "http://127.0.0.1/"}
    given = {**sandbox, "BATON_REHEARSAL_PORT": port}
    assert problems(given, rehearsal=True)[-1] == f"BATON_REHEARSAL_PORT = {port!r}: write a port number, e.g. 3001."
    assert read(given, table()).rehearsal_port == 0, "without --rehearsal nothing opens it"
    same = {**sandbox, "BATON_PORT": "8701", "BATON_REHEARSAL_PORT": "8701"}
    assert problems(same, rehearsal=True)[-1] == "BATON_REHEARSAL_PORT must be another port than BATON_PORT."


@pytest.mark.parametrize(
    "real",
    [
        "https://slack.com/api/",
        "https://SLACK.com/api/",
        "https://slack-gov.com/api/",
        "https://x.slack.com./api/",
        "https://slack。com/api/",
    ],
)
def test_a_rehearsal_never_runs_against_slack_itself_however_it_is_written(real: str) -> None:
    told = "--rehearsal never runs against Slack itself: set SLACK_API_URL to a sandbox."
    assert told in problems({**ENV, "SLACK_API_URL": real}, rehearsal=True)
    assert read({**ENV, "SLACK_API_URL": "http://127.0.0.1:8700/slack/api/"}, table(), rehearsal=True).rehearsal


@pytest.mark.parametrize("name", ["SLACK_API_URL", "BATON_PUBLIC_URL"])
@pytest.mark.parametrize(
    "none", ["baton.acme.example", "https://", "https://[", "ftp://a.example", "https://a.example:http"]
)
def test_an_address_is_one_of_the_web(name: str, none: str) -> None:
    (told,) = problems({**ENV, name: none})
    assert told.startswith(f"{name} = {none!r} is no address of the web: write one like https://")


def test_a_rehearsals_port_is_the_next_one_unless_said_otherwise() -> None:
    sandbox = {**ENV, "SLACK_API_URL": "http://127.0.0.1/", "BATON_PORT": "8701"}
    assert read(sandbox, table(), rehearsal=True).rehearsal_port == 8702
    assert read({**sandbox, "BATON_REHEARSAL_PORT": "9"}, table(), rehearsal=True).rehearsal_port == 9


def test_an_office_counts_for_whom_it_is_named() -> None:
    roles = table()["people"]["roles"]
    made = settings(
        people={"roles": roles, "offices": {"Ben@acme.example": "lisbon"}},
        offices={"berlin": {"timezone": "Europe/Berlin"}, "lisbon": {"timezone": "Europe/Lisbon"}},
    )
    assert (made.office_of("BEN@acme.example"), made.office_of("ana@acme.example")) == ("lisbon", "berlin")


def test_the_digest_needs_an_office_that_is_there() -> None:
    assert problems(digest={"office": "atlantis"}) == ("[digest] office = 'atlantis': there is no such office.",)


def test_a_verb_that_needs_the_database_alone_says_when_its_address_is_none() -> None:
    assert database_url({}) == "sqlite:///baton.db"
    for none in ("baton.db", "sqlite:///", "mysql://db/baton"):
        with pytest.raises(ConfigError) as wrong:
            database_url({"DATABASE_URL": none})
        assert wrong.value.problems == (NO_DATABASE,)


def test_socket_mode_needs_no_signing_secret() -> None:
    env = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    assert read(env, table()).app_token == "xapp-1"


def test_tokens_that_were_swapped_are_both_named() -> None:
    swapped = problems({"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xoxb-2"})
    assert [line.partition(":")[0] for line in swapped] == [
        "SLACK_BOT_TOKEN is no bot token",
        "SLACK_APP_TOKEN is no app-level token",
    ]


QUIET_KEY = "quiet".ljust(43, "x") + "="


def test_keys_are_read_newest_first_in_either_alphabet() -> None:
    keys = ["+/" * 21 + "A=", "-_" * 21 + "B="]
    env = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "BATON_SECRET_KEY": f" {keys[0]}, {keys[1]},"}
    assert read(env, table()).secret_keys == ("-_" * 21 + "A=", keys[1])
    assert read({**env, "BATON_SECRET_KEY": ""}, table()).secret_keys == ()


@pytest.mark.parametrize(
    "wrong", ["quiet", "quiet" * 9, "quiet".ljust(43, "x"), "quiet".ljust(43, "ü") + "=", f"{QUIET_KEY}x"]
)
def test_what_is_no_key_is_told_by_its_place_with_the_command_that_makes_one(wrong: str) -> None:
    (alone,) = problems({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "BATON_SECRET_KEY": wrong})
    assert alone.startswith("BATON_SECRET_KEY: what it holds is no key. Make one with: python -c ")
    env = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "BATON_SECRET_KEY": f"{QUIET_KEY},{wrong}"}
    (second,) = problems(env)
    assert second.startswith("BATON_SECRET_KEY: key 2 of 2 is no key. ")
    assert "quiet" not in alone + second


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"])
@pytest.mark.parametrize("sign", ["…", " ", "\n", "\u200b"])
def test_a_token_that_cannot_be_one_is_told_and_not_shown(name: str, sign: str) -> None:
    env = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": "quiet"}
    assert problems({**env, name: f"{env[name]}{sign}quiet"}) == (
        f"{name} holds a blank or a sign that none has: copy it once more.",
    )
    assert read({**env, name: f" {env[name]}\n"}, table()) == read(env, table())


def test_no_secret_stands_in_a_repr() -> None:
    env = {name: f"quiet-{name}" for name in ENVIRONMENT}
    env |= {
        "SLACK_BOT_TOKEN": "xoxb-quiet",
        "SLACK_APP_TOKEN": "xapp-quiet",
        "DATABASE_URL": "postgresql://baton:quiet@db/baton",
        "BATON_SECRET_KEY": QUIET_KEY,
    }
    env |= {"BATON_PORT": "80", "SLACK_API_URL": "http://127.0.0.1/", "BATON_HOST": "", "BATON_PUBLIC_URL": ""}
    made = read(env, table())
    assert made.slack_token == "xoxb-quiet"
    assert made.secret_keys == (QUIET_KEY,)
    assert "quiet" not in repr(made)
    assert repr(Secret("quiet")) == "***"


def test_no_secret_stands_in_a_problem() -> None:
    assert "quiet" not in " ".join(problems({"SLACK_BOT_TOKEN": "quiet", "SLACK_SIGNING_SECRET": "quiet"}))


def test_every_setting_says_what_it_is_for() -> None:
    assert all(words for _, words in ENVIRONMENT.values())
    assert all(words for values in TABLES.values() for _, words in values.values())


def people(**more: Any) -> dict[str, Any]:
    return {**table()["people"], **more}


def test_a_company_agrees_on_its_own_signs_of_absence() -> None:
    assert settings().away_emojis[0] == ":palm_tree:"
    made = settings(people=people(away_emojis=[" :Bike: "], away_words=[]))
    assert (made.away_emojis, made.away_words) == ((":bike:",), ())


@pytest.mark.parametrize("wrong", [":bike:", [1], [" "], {"a": "b"}])
@pytest.mark.parametrize("name", ["away_emojis", "away_words"])
def test_signs_of_absence_are_lists_of_texts(name: str, wrong: object) -> None:
    assert f"[people] {name} must be a list of texts in quotes" in problems(people=people(**{name: wrong}))[0]


def test_each_value_knows_where_it_was_given() -> None:
    made = read({**ENV, "BATON_PORT": "", "HUBSPOT_TOKEN": "quiet"}, table(clock={"working_days": 3}))
    assert [made.source(name) for name in ("SLACK_BOT_TOKEN", "HUBSPOT_TOKEN", "BATON_PORT")] == [
        "environment",
        "environment",
        "default",
    ]
    assert [made.source(f"clock.{key}") for key in ("working_days", "scope_days")] == ["baton.toml", "default"]
    assert "quiet" not in repr(made.given)
