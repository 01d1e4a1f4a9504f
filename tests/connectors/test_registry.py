"""Settings of connections: every problem is a sentence with a next step, secrets come from the environment only."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NeedsReauth
from connectors.crm import hubspot
from connectors.registry import CRMS, TOOLS, env_names
from tests.connectors.stands import SOME_READ, environment
from tests.connectors.wire import Reply, Wire

ENV = environment("http://127.0.0.1:8700")
CONNECTORS = Path(__file__).parents[2] / "connectors"
FACTORIES: dict[str, Any] = {**CRMS, **TOOLS}


@pytest.mark.req("R6", "R7")
def test_the_first_crm_and_the_first_tool_are_there() -> None:
    assert CRMS["hubspot"].title == "HubSpot"
    assert TOOLS["asana"].title == "Asana"


@pytest.mark.parametrize("kind", FACTORIES)
def test_a_missing_token_is_named_with_its_variable(kind: str) -> None:
    config, problems = FACTORIES[kind].config({}, {}, kind)
    assert config is None
    assert [problem for problem in problems if problem.startswith(f"{kind.upper()}_TOKEN is not set: ")]


@pytest.mark.parametrize("kind", FACTORIES)
def test_a_token_that_cannot_be_sent_is_told_and_not_shown(kind: str) -> None:
    """As it is when the example of a page was copied with its ellipsis."""
    token = f"{kind.upper()}_TOKEN"
    _, problems = FACTORIES[kind].config({}, {token: "pat-quiet-…"}, kind)
    assert problems == [f"{token} holds a blank or a sign that none has: copy it once more."]


@pytest.mark.parametrize("kind", FACTORIES)
def test_all_problems_come_at_once_and_unknown_names_are_problems(kind: str) -> None:
    table = {"tokn": "x", "kind": kind}
    _, problems = FACTORIES[kind].config(table, {f"{kind.upper()}_API_URL": "http://evil.example"}, kind)
    assert len(problems) == 3
    assert any("'tokn'" in problem for problem in problems)
    assert any("must be an https:// address" in problem for problem in problems)


@pytest.mark.parametrize("kind", FACTORIES)
@pytest.mark.parametrize("none", ["https://", "https://[", "https://a.example:x", "//a.example"])
def test_an_address_that_is_none_is_a_problem_and_no_crash(kind: str, none: str) -> None:
    _, problems = FACTORIES[kind].config({}, {**ENV, f"{kind.upper()}_API_URL": none}, kind)
    assert [problem.partition(" must be")[0] for problem in problems] == [f"{kind.upper()}_API_URL"]


@pytest.mark.parametrize("kind", FACTORIES)
def test_no_secret_is_in_the_representation(kind: str) -> None:
    config, _ = FACTORIES[kind].config({}, ENV, kind)
    assert "sandbox" not in repr(config)
    assert "secret" not in repr(config).replace("client_secret", "")


def test_a_second_connection_of_a_vendor_has_its_own_variables() -> None:
    config, problems = CRMS["hubspot"].config({}, {"HUBSPOT_EMEA_TOKEN": "t"}, "hubspot-emea")
    assert problems == []
    assert (config.key, config.token) == ("hubspot-emea", "t")


@pytest.mark.parametrize("kind", FACTORIES)
def test_of_two_connections_to_one_vendor_each_is_called_by_its_name(kind: str) -> None:
    """Else a credential that the second one is refused would be told, and mended, as the first one's."""
    with Wire(Reply(401, {})) as wire:
        for key, title in ((kind, FACTORIES[kind].title), (f"{kind}-emea", f"{FACTORIES[kind].title} ({kind}-emea)")):
            name = key.upper().replace("-", "_")
            config, _ = FACTORIES[kind].config({}, {f"{name}_TOKEN": "t", f"{name}_API_URL": wire.url}, key)
            connection = FACTORIES[kind].build(config, assert_outside=lambda: None)
            with pytest.raises(NeedsReauth) as raised:
                SOME_READ[kind](connection)
            assert (connection.title, raised.value.vendor) == (title, title)


def test_the_variables_have_help_texts() -> None:
    assert set(env_names()) == set(ENV)
    assert all(text.endswith(".") for text in env_names().values())


def test_hubspot_takes_each_of_its_settings() -> None:
    table = {
        "portal_id": 24680135,
        "pipelines": ["default"],
        "closing_stages": ["contractsent"],
        "contact_roles": {"Geldgeber": "economic_buyer"},
        "meddpicc": {"metrics": "metrics_de"},
        "tags": {"region": "sales_region"},
        "fields": {"project_name": "projekt"},
        "migrated": {"stage": "1190044"},
        "signature": "v2",
    }
    config, problems = CRMS["hubspot"].config(table, ENV, "hubspot")
    assert problems == []
    assert isinstance(config, hubspot.Config)
    assert (config.portal_id, config.migrated_stage, config.migrated_property) == ("24680135", "1190044", "")
    assert config.tags["region"] == ("deal.sales_region",)
    assert config.named == {"deal.metrics_de", "deal.sales_region", "deal.projekt"}


@pytest.mark.parametrize(
    "table",
    [
        {"pipelines": "default"},
        {"contact_roles": {"Boss": "king"}},
        {"contact_roles": []},
        {"tags": {"region": "contact.city"}},
        {"tags": {"colour": "x"}},
        {"migrated": {"stage": "1", "property": "p", "value": "v"}},
        {"migrated": {"property": "p", "value": ""}},
        {"signature": "v4"},
        {"portal_id": True},
    ],
)
def test_hubspot_refuses_what_it_cannot_use(table: dict[str, object]) -> None:
    config, problems = CRMS["hubspot"].config(table, ENV, "hubspot")
    assert config is None
    assert len(problems) == 1
    assert problems[0].startswith("[connections.hubspot")


@pytest.mark.parametrize("kind", FACTORIES)
def test_the_settings_in_the_vendors_readme_are_taken_as_they_stand(kind: str) -> None:
    folder = CONNECTORS / ("crm" if kind in CRMS else "projects") / kind
    written = (folder / "README.md").read_text("utf-8")
    for heading in ("Set-up", "Scopes", "Interface and limits", "Known limits", "Troubleshooting"):
        assert f"\n## {heading}\n" in written
    table = tomllib.loads("\n".join(re.findall(r"```toml\n(.*?)```", written, re.DOTALL)))["connections"][kind]
    config, problems = FACTORIES[kind].config(table, ENV, kind)
    assert problems == []
    assert config is not None
