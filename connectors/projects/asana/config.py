"""Asana's settings: which workspace, which team, and whose addresses are our own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.options import Options

API_URL = "https://app.asana.com/api/1.0"
HOSTS = ("asana.com",)
ENVIRONMENT: Mapping[str, str] = {
    "TOKEN": "Asana's access token of the account that owns the projects.",
    "API_URL": f"Asana's address, {API_URL} unless you test.",
}


@dataclass(frozen=True)
class Config:
    """One Asana account.

    Without `workspace` the token's only one is taken; `our_domains` tells our people from the client's.
    """

    key: str
    token: str = field(repr=False)
    api_url: str = API_URL
    workspace: str = ""
    team: str = ""
    our_domains: tuple[str, ...] = ()


def configure(table: Mapping[str, object], env: Mapping[str, str], key: str) -> tuple[Config | None, list[str]]:
    """The settings of one connection, or None with every problem as a sentence."""
    options = Options(table, env, key)
    config = Config(
        key=key,
        token=options.secret("TOKEN", why="create a token in Asana's developer console and put it there."),
        api_url=options.address("API_URL", default=API_URL),
        workspace=_gid(options, "workspace"),
        team=_gid(options, "team"),
        our_domains=tuple(domain.lower().lstrip("@") for domain in options.texts("our_domains")),
    )
    options.refuse_unknown()
    return (None if options.problems else config), options.problems


def _gid(options: Options, name: str) -> str:
    gid = options.text(name)
    if gid and not (gid.isascii() and gid.isdigit()):
        options.wrong(name, "Asana's id of it: the digits in its address in the browser")
    return gid
