"""Addresses of the web in the environment: whether they can be any, and whose one is."""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

EXAMPLES = {"SLACK_API_URL": "https://slack.com/api/", "BATON_PUBLIC_URL": "https://baton.your-company.com"}
HERE = ("127.0.0.1", "::1", "localhost")
SLACKS = ("slack.com", "slack-gov.com")


def address_problems(given: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each that is given and is no address of the web."""
    for name, like in EXAMPLES.items():
        if given[name] and not _host(given[name]):
            yield f"{name} = {given[name]!r} is no address of the web: write one like {like}, or leave it out."


def real_problems(title: str, name: str, url: str, hosts: Iterable[str]) -> Iterator[str]:
    """A sentence for a rehearsal when this address is of the vendor itself, on one of its hosts, however written."""
    host = _host(url).rstrip(".")
    if any(host == real or host.endswith(f".{real}") for real in hosts):
        yield f"--rehearsal never runs against {title} itself: set {name} to a sandbox."


def is_here(url: str) -> bool:
    """Whether this is on this machine, where stand-ins are."""
    return _host(url) in HERE


def _host(url: str) -> str:
    """The host in lower case, '' when it is no address of the web."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and parts.port != 0  # a port that is no number is a ValueError
        return (parts.hostname or "").encode("idna").decode() if right else ""  # as clients do: other dots are dots
    except ValueError:
        return ""
