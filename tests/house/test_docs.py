"""Documentation is under test: settings, verbs and links are those of the code."""

import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.settings.tables import ENVIRONMENT, TABLES
from connectors.registry import CRMS, TOOLS, env_names
from handlers.ears.commands import WORDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_setting_has_its_line() -> None:
    page = read("docs/settings.md")
    assert [name for name in (*ENVIRONMENT, *env_names()) if f"| `{name}` |" not in page] == []
    for section, keys in TABLES.items():
        assert f"## `[{section}]`" in page
        assert [key for key in keys if f"- `{key}`:" not in page] == []


def test_the_page_names_no_variable_that_does_not_exist() -> None:
    named = re.findall(r"^\| `([A-Z_]+)` \|", read("docs/settings.md"), re.MULTILINE)
    assert set(named) == ENVIRONMENT.keys() | env_names().keys()


@pytest.mark.req("R167")
def test_every_verb_is_on_the_page() -> None:
    page = read("docs/commands.md")
    assert [verb for verb in WORDS if f"`/handover {verb}" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=[str(p.relative_to(ROOT)) for p in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_is_short_and_shows_the_thread() -> None:
    text = read("README.md")
    assert text.count("\n") <= 150
    assert "docs/img/thread.png" in text


@pytest.mark.req("R86")
@pytest.mark.parametrize("factory", [*CRMS.values(), *TOOLS.values()], ids=[*CRMS, *TOOLS])
def test_each_connections_page_says_how_it_speaks_signs_in_and_what_is_allowed(factory: Any) -> None:
    (page,) = ROOT.glob(f"connectors/*/{factory.kind}/README.md")
    parts = dict(part.split("\n", 1) for part in page.read_text(encoding="utf-8").split("\n## ")[1:])
    assert f"`{factory.kind.upper()}_TOKEN`" in parts["Set-up"]
    assert "rights" in parts["Scopes"]
    assert re.search(r"REST interface, version \d[^,]*, with the token as bearer", parts["Interface and limits"])
    assert re.search(r"calls (in ten seconds|a minute)", parts["Interface and limits"])
    assert parts["Troubleshooting"].count("\n|") >= 5


@pytest.mark.req("R166")
def test_the_admins_page_covers_credentials_watching_and_changing() -> None:
    parts = dict(part.split("\n", 1) for part in read("docs/operations.md").split("\n## ")[1:])
    assert {"Check", "Renew a token or a secret", "Back up and restore", "Upgrade"} <= parts.keys()
    assert "/metrics" in parts["Run"]
    assert "restart Baton" in parts["Renew a token or a secret"]


@pytest.mark.req("R176")
def test_the_readme_says_when_to_use_it() -> None:
    assert "## When to use it" in read("README.md")


@pytest.mark.req("R163", "R68")
def test_architecture_and_record_are_described() -> None:
    assert "mermaid" in read("docs/architecture.md")
    assert "Who owns which field" in read("docs/record.md")


def test_every_dependency_has_a_reason() -> None:
    project = tomllib.loads(read("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    reasons = read("docs/adr/0002-dependencies.md")
    names = [re.split(r"[\[<>=]", one)[0] for one in wanted]
    assert [name for name in names if f"`{name}`" not in reasons] == []


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    began = time.monotonic()
    code = "import sys, app\ntry:\n app.main(['--help'])\nexcept SystemExit: pass\nprint('slack_bolt' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip().endswith("False")
    assert "serve" in done.stdout
    assert time.monotonic() - began < 5


def test_the_quickstarts_settings_can_be_read() -> None:
    """The TOML of the quickstart is taken as it is written."""
    from bot.settings import read as read_settings  # noqa: PLC0415

    toml = re.findall(r"```toml\n(.*?)```", read("docs/quickstart.md"), re.DOTALL)[0]
    env = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}
    assert read_settings(env, tomllib.loads(toml)).handovers_channel == "C0123456789"
