"""The files to deploy with name what is really there: verbs, settings, doors, folders."""

import configparser
import re

import pytest

from bot.settings import read
from handlers import webhooks
from tests.house.test_docs import ROOT
from tests.house.test_docs import read as page

CODE = {"bot", "handlers", "connectors", "store", "blocks"}
INSIDE = {"/healthz", "/readyz", "/metrics"}


def unit() -> configparser.RawConfigParser:
    """The systemd unit; keys that may come twice are joined by lines."""
    found = configparser.RawConfigParser(strict=False)
    found.optionxform = str  # type: ignore[method-assign,assignment]
    found.read_string(re.sub(r"(?m)^Environment=(\w+)=", r"Environment.\1=", page("docs/deploy/baton.service")))
    return found


def doors() -> set[str]:
    """What the outside may reach, as a prefix."""
    paths = set(re.findall(r'Route\("([^"]+)"', page("handlers/http.py")))
    return {re.sub(r"\{.*", "", path) for path in paths - INSIDE}


def test_the_unit_starts_serve_with_settings_that_exist_and_a_database_in_its_own_folder() -> None:
    service = unit()["Service"]
    assert service["ExecStart"].split()[1:] == ["app.py", "serve"]
    named = {key.partition(".")[2] for key in service if key.startswith("Environment.")}
    known = set(re.findall(r"^\| `([A-Z_]+)` \|", page("docs/settings.md"), re.MULTILINE))
    assert named == {"DATABASE_URL"}, "a settings file that BATON_CONFIG names must be there, and none is needed"
    assert named <= known
    assert service["Environment.DATABASE_URL"] == f"sqlite:////var/lib/{service['StateDirectory']}/baton.db"
    assert service["ProtectSystem"] == "strict"


def test_the_container_holds_all_the_code_and_nothing_else() -> None:
    text = page("docs/deploy/Containerfile")
    copied = {word for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for word in line.split()}
    assert copied == CODE | {"playbooks", "app.py", "manifest.yml", "pyproject.toml", "requirements.lock"}
    assert all((ROOT / name).exists() for name in copied)
    given = dict(re.findall(r"([A-Z_]+)=(\S+)", re.findall(r"^ENV (.+)$", text, re.MULTILINE)[0]))
    assert "BATON_CONFIG" not in given, "a settings file that it names must be there, and none is needed"
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    settings = read({**given, **tokens}, {})
    assert (settings.host, settings.port) == ("0.0.0.0", 3000)  # noqa: S104 - within the container
    assert "127.0.0.1:3000:3000" in page("docs/deployment.md")


@pytest.mark.parametrize(
    ("file", "pattern"),
    [("nginx.conf", r"location (?:= )?(\S+) \{\s+proxy_pass"), ("Caddyfile", r"(/[a-z/]+)\*?(?=[ \n][^\n]*|$)")],
)
def test_a_proxy_passes_on_the_outer_doors_alone(file: str, pattern: str) -> None:
    text = page(f"docs/deploy/{file}")
    public = text if file == "nginx.conf" else re.findall(r"@public path (.+)", text)[0]
    assert set(re.findall(pattern, public)) == doors() == {"/slack/events", "/webhooks/"}
    assert "127.0.0.1:3000" in text
    assert "404" in text


def test_a_proxy_takes_no_larger_body_than_baton() -> None:
    (size,) = re.findall(r"client_max_body_size (\d+);", page("docs/deploy/nginx.conf"))
    assert int(size) == webhooks.LIMIT
    assert "proxy_next_upstream off;" in page("docs/deploy/nginx.conf")
