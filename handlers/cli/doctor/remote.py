"""Each connection by its own harmless calls: credential, rights, and the mapping against the vendor's description."""

from collections.abc import Iterator

from bot.clock.silence import NEVER
from bot.errors import BatonError
from bot.ports import Check, Crm, ProjectTool
from bot.settings import Settings
from handlers.health import hooks
from handlers.wiring import Checked, connected
from store.upkeep.condition import stored_setting


def connections(found: Checked, settings: Settings) -> Iterator[Check]:
    """All lines of all connections; one that is away does not hide the others, nor what we know of its webhooks."""
    crms, tools = connected(found.configs, lambda: None)
    if not crms:
        yield Check("CRM", ok=True, words="none is connected: handovers are opened by /handover new")
    if not tools:
        yield Check("Project tool", ok=True, words="none is connected: workspaces are made by hand")
    each: list[Crm | ProjectTool] = [*crms.values(), *tools.values()]
    for connection in each:
        try:
            for check in connection.check():
                yield Check(f"{connection.title}: {check.name}", ok=check.ok, words=check.words)
        except BatonError as error:
            yield Check(connection.title, ok=False, words=str(error))
        if connection.key in crms:
            yield from _silent(crms[connection.key], found, settings)


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
