"""Each connection by its own harmless calls: credential, rights, and the mapping against the vendor's description."""

from collections.abc import Iterator

from bot.errors import BatonError
from bot.ports import Check, Crm, ProjectTool
from handlers.wiring import Checked, connected


def connections(found: Checked) -> Iterator[Check]:
    """All lines of all connections; one that is away does not hide the others."""
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
