"""HubSpot's self-check: harmless calls that show whether credential, scopes and mapping hold."""

from collections.abc import Callable, Iterator

from bot.deal import Standing
from bot.errors import VendorError
from bot.ports import Check
from connectors.crm.hubspot.api import Api
from connectors.crm.hubspot.config import Config
from connectors.crm.hubspot.reader import Reader
from connectors.crm.hubspot.search import Search
from connectors.crm.hubspot.stages import Stage, read_stages
from connectors.crm.hubspot.values import text
from connectors.crm.hubspot.writer import Writer


class Doctor:
    """Checks one account."""

    def __init__(self, api: Api, config: Config, reader: Reader, writer: Writer) -> None:
        self._api = api
        self._config = config
        self._reader = reader
        self._writer = writer

    def check(self) -> tuple[Check, ...]:
        """All lines; with a refused credential only that one, as all others would say the same."""
        credential = _line("credential", self._credential)
        if not credential.ok:
            return (credential,)
        return (
            credential,
            self._webhooks(),
            _line("deals", self._deals),
            _line("stages", lambda: " ".join(self._stage_problems())),
            _line("closed and migrated", self._writer.mapping_problem),
            _line("properties", self._property_problem),
        )

    def _credential(self) -> str:
        self._reader.account()
        return ""

    def _webhooks(self) -> Check:
        words = "" if self._config.client_secret else "No client secret: webhooks are refused, Baton polls only."
        return Check("webhooks", ok=True, words=words)

    def _deals(self) -> str:
        # One is read whole: each kind of record that hangs on it wants a scope of its own.
        for row in Search(self._api).words("a", limit=1):
            self._reader.read(text(row, "id"), known_standing=Standing.WON)
        self._api.pipelines("tickets")
        return ""

    def _stage_problems(self) -> Iterator[str]:
        body = self._api.pipelines("deals")
        stages: dict[str, Stage] = read_stages(body, counted=())
        pipelines = {stage.pipeline for stage in stages.values()}
        for name in self._config.pipelines:
            if name not in pipelines:
                yield f"There is no pipeline {name}: correct pipelines."
        for name in self._config.closing_stages:
            if name not in stages:
                yield f"There is no stage {name}: correct closing_stages."

    def _property_problem(self) -> str:
        """What was named by hand must exist; a missing default is only a question to a person later."""
        missing = []
        for kind, holder in (("deals", "deal"), ("companies", "company")):
            named = {name.partition(".")[2] for name in self._config.named if name.startswith(f"{holder}.")}
            missing += sorted(named - self._api.property_names(kind)) if named else []
        return f"HubSpot has no property {', '.join(missing)}: create it, or correct the settings." if missing else ""


def _line(name: str, problem: Callable[[], str]) -> Check:
    try:
        words = problem()
    except VendorError as failed:
        return Check(name, ok=False, words=f"{failed.words or failed}.".replace("..", "."), error=failed)
    return Check(name, ok=not words, words=words)
