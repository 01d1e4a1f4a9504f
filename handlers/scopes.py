"""The bot scopes that the code uses, and what is not possible without each. manifest.yml asks for exactly these."""

from collections.abc import Collection, Mapping

WANTED: Mapping[str, str] = {
    "app_mentions:read": "`@Baton promise …` in a thread is not heard",
    "bookmarks:read": "bookmarks of project channels cannot be looked for",
    "bookmarks:write": "project channels get no bookmarks",
    "channels:history": "a post in a public handovers channel cannot be found again after a crash",
    "channels:read": "nothing is known of a public handovers channel",
    "chat:write": "nothing can be posted",
    "commands": "/handover and the shortcuts are missing",
    "files:read": "a changed checklist cannot be uploaded, only written in its form",
    "files:write": "no history comes as a file",
    "groups:history": "a post in a private channel cannot be found again after a crash",
    "groups:read": "nothing is known of private channels",
    "groups:write": "no project channel can be made",
    "im:history": "a direct message cannot be found again after a crash",
    "im:read": "nothing is known of direct messages",
    "im:write": "no direct message can be opened",
    "metadata.message:read": "Baton's own posts cannot be found again after a crash",
    "pins:write": "the brief cannot be pinned",
    "users:read": "nothing is known of guests, time zones and who is away",
    "users:read.email": "nobody can be found by e-mail",
}
# Without these nothing else fails: mentions are not heard; a private handovers channel needs no scope of public ones;
# a checklist is changed in its form.
OPTIONAL = frozenset({"app_mentions:read", "channels:history", "channels:read", "files:read"})


def granted(header: str) -> frozenset[str]:
    """The scopes in the header `x-oauth-scopes` of Slack's answers; none when Slack did not say."""
    return frozenset(scope.strip() for scope in header.split(",") if scope.strip())


def lacks(scopes: Collection[str], scope: str) -> bool:
    """Whether this scope was not granted, as far as Slack said anything."""
    return bool(scopes) and scope not in scopes


def missing(scopes: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The scopes that were not granted: those that Baton cannot do without, and those that it can."""
    lacking = [scope for scope in WANTED if scope not in scopes]
    return tuple(s for s in lacking if s not in OPTIONAL), tuple(s for s in lacking if s in OPTIONAL)
