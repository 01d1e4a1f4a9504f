"""Each connection by its own harmless calls: credential, rights, and the mapping against the vendor's description."""

from collections.abc import Iterator, Mapping

from bot.clock.silence import NEVER
from bot.deal import MANUAL
from bot.errors import BatonError
from bot.ports import Check, Crm, ProjectTool
from bot.settings import Settings
from connectors.options import variable_name
from connectors.registry import CRMS, TOOLS, Factory
from handlers.health import accounts, hooks
from handlers.wiring import Checked, connected
from store.upkeep.condition import open_by_connection, stored_setting

NEXT = {
    "credential": "Check {token} and that {title} can be reached from here.",
    "workspace": "Check [connections.{key}] workspace.",
}


def connections(found: Checked, settings: Settings, env: Mapping[str, str]) -> Iterator[Check]:
    """All lines of all connections; one that is away does not hide the others, nor what we know of its webhooks."""
    yield from _unused(settings, env)
    yield from _removed(settings)
    crms, tools = connected(found.configs, lambda: None)
    for key, crm in crms.items():
        crm.belong(accounts.Seen(str.__str__(settings.database_url), key))
    if not crms:
        yield Check("CRM", ok=True, words="none is connected: handovers are opened by /handover new")
    if not tools:
        yield Check("Project tool", ok=True, words="none is connected: workspaces are made by hand")
    each: list[Crm | ProjectTool] = [*crms.values(), *tools.values()]
    for connection in each:
        try:
            for check in connection.check():
                yield Check(f"{connection.title}: {check.name}", ok=check.ok, words=_words(connection, check))
        except BatonError as error:
            yield Check(connection.title, ok=False, words=str(error))
        if connection.key in crms:
            yield from _silent(crms[connection.key], found, settings)


def _unused(settings: Settings, env: Mapping[str, str]) -> Iterator[Check]:
    # Who gave a token wants the connection: what is missing is a line that is easily forgotten.
    kinds = {str(table.get("kind", key)) for key, table in settings.connections.items()}
    factories: list[Factory[Crm] | Factory[ProjectTool]] = [*CRMS.values(), *TOOLS.values()]
    for factory in factories:
        token = variable_name(factory.kind, "TOKEN")
        if env.get(token) and factory.kind not in kinds:
            words = f"{token} is set, and nothing uses it: add [connections.{factory.kind}] to baton.toml"
            yield Check(factory.title, ok=False, words=words)


def _removed(settings: Settings) -> Iterator[Check]:
    # Nothing asks for these deals any more, so nothing else would say that their records stand still.
    for key, count in sorted(open_by_connection(str.__str__(settings.database_url)).items()):
        if key != MANUAL and key not in settings.connections:
            many = "1 open handover" if count == 1 else f"{count} open handovers"
            words = f"{many} came from it, and nothing of their deals is read or written: put it back into baton.toml"
            yield Check(f"[connections.{key}] was taken out", ok=False, words=words)


def _words(connection: Crm | ProjectTool, check: Check) -> str:
    if check.ok or check.error is None:
        return check.words
    step = NEXT.get(check.name, "").format(
        token=variable_name(connection.key, "TOKEN"), title=connection.title, key=connection.key
    )
    return f"{check.words} {step}".strip()


def _silent(crm: Crm, found: Checked, settings: Settings) -> Iterator[Check]:
    def stored(name: str) -> str:
        return stored_setting(str.__str__(settings.database_url), name)

    how = hooks.silent(stored, settings, crm, found.offices[settings.offices[0].name])
    if how:
        fact = "none was ever taken" if how == NEVER else "they stopped"
        words = (
            f"{fact}, wins are found only when Baton asks: see in {crm.title} that the subscription is on, goes to "
            f"{hooks.address(settings, crm.key)} and is signed with the client secret that Baton has "
            f"(“Webhooks” in {hooks.page(settings, crm.key)})"
        )
        yield Check(f"{crm.title}: webhooks arrive", ok=False, words=words)
