"""The list of vendors, one line each: whoever wants a connection asks here and never imports a vendor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from bot.ports import Crm, ProjectTool
from connectors.crm import hubspot
from connectors.http import DELIVERY_SECONDS
from connectors.options import variable_name
from connectors.projects import asana

Connection_co = TypeVar("Connection_co", bound=Crm | ProjectTool, covariant=True)


class _Build(Protocol[Connection_co]):
    def __call__(
        self, config: Any, *, assert_outside: Callable[[], None], timeout: float = DELIVERY_SECONDS
    ) -> Connection_co: ...


@dataclass(frozen=True)
class Factory(Generic[Connection_co]):
    """How connections of one vendor come to be.

    `config(table, env, key)` gives the settings or None, and every problem as a sentence; `env` holds the help text of
    each environment variable by the end of its name. `build(config, assert_outside=…, timeout=…)` gives the connection.
    `address` is where the vendor is unless `API_URL` says otherwise, `hosts` are its own, with all below them.
    """

    kind: str
    title: str
    env: Mapping[str, str]
    config: Callable[[Mapping[str, object], Mapping[str, str], str], tuple[Any, list[str]]]
    build: _Build[Connection_co]
    address: str
    hosts: tuple[str, ...]


CRMS: dict[str, Factory[Crm]] = {
    hubspot.KEY: Factory(
        hubspot.KEY,
        hubspot.TITLE,
        hubspot.ENVIRONMENT,
        hubspot.configure,
        hubspot.build,
        hubspot.API_URL,
        hubspot.HOSTS,
    ),
}
TOOLS: dict[str, Factory[ProjectTool]] = {
    asana.KEY: Factory(
        asana.KEY, asana.TITLE, asana.ENVIRONMENT, asana.configure, asana.build, asana.API_URL, asana.HOSTS
    ),
}


def env_names() -> dict[str, str]:
    """Every environment variable of every vendor, as named for a connection called like its vendor, with its help."""
    factories: list[Factory[Any]] = [*CRMS.values(), *TOOLS.values()]
    return {variable_name(factory.kind, name): text for factory in factories for name, text in factory.env.items()}
