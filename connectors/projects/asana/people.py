"""Who is who in Asana, and who may do what in a project. A client never gets a right beyond the one that was asked for.

A person is found by e-mail. Inviting a client writes to them, so it happens only in `invite`.
"""

from collections.abc import Collection
from http import HTTPStatus

from bot.errors import Declined
from bot.ports import Access, Made, Member
from connectors.http import path
from connectors.projects.asana import words
from connectors.projects.asana.api import Api, Thing
from connectors.projects.asana.config import Config
from connectors.projects.asana.mapping import ACCESS_LEVELS, to_access

_INVITE = "invite the client"
_LEVEL = "access_level"
_OURS = ("editor", "commenter", "admin")
_REFUSED_LEVEL = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN)


class People:
    """The people of one workspace and their memberships in projects."""

    def __init__(self, api: Api, config: Config) -> None:
        self._api = api
        self._config = config
        self._gids: dict[str, str] = {}
        self._workspace = config.workspace

    def forget(self) -> None:
        """Lets go of who is who."""
        self._gids.clear()

    def me(self) -> Thing:
        """The account behind the token, with its workspaces."""
        return self._api.one("/users/me", call="read our account", fields="gid,email,name,workspaces.name")

    def workspace(self) -> str:
        """The configured workspace, else the token's only one."""
        if not self._workspace:
            seen = [str(entry.get("gid")) for entry in self.me().get("workspaces") or [] if isinstance(entry, dict)]
            if len(seen) != 1:
                raise Declined("Asana", "choose the workspace", words.NO_WORKSPACE)
            self._workspace = seen[0]
        return self._workspace

    def gid(self, email: str) -> str:
        """The user's gid, '' when Asana shows us nobody of that address."""
        if not email:
            return ""
        known = self._gids.get(email)
        if known is None:
            found = self._api.one_or_none("/users" + path(email), call="find the person", fields="gid,email")
            if not found:
                return ""
            known = self._gids[email] = str(found.get("gid", ""))
        return known

    def add(self, project_id: str, member: Member) -> Made:
        """One of our people; who is in already keeps the right they have."""
        call = "add the member"
        gid = self.gid(member.email)
        if not gid:
            raise Declined("Asana", call, words.NO_SUCH_PERSON)
        found = self._membership(project_id, gid)
        level = member.right if member.right in _OURS else "editor"
        return _made(found or self._grant(project_id, gid, level, call=call))

    def invite(self, project_id: str, member: Member) -> Made:
        """A person of the client with exactly that right; a right that Asana changed on the way is taken back."""
        level = ACCESS_LEVELS.get(member.right)
        if not level:
            raise Declined("Asana", _INVITE, words.WRONG_RIGHT)
        gid = self.gid(member.email) or self._invite_guest(member.email)
        found = self._membership(project_id, gid)
        if found and found.get(_LEVEL) == level:
            return _made(found)
        try:
            made = self._change(found, level) if found else self._grant(project_id, gid, level, call=_INVITE)
        except Declined as refused:
            if refused.status not in _REFUSED_LEVEL:
                raise
            said = words.NO_VIEW_ONLY if member.right == "view" else words.NO_COMMENT_ONLY
            raise Declined("Asana", _INVITE, said, refused.status, refused.request_id) from refused
        return self._exactly(made, level)

    def access(self, project_id: str, also: Collection[str] = ()) -> tuple[Access, ...]:
        """Who of outside our company, or of these addresses, is in the project.

        People whose address Asana hides from us count as outside, and stand there by name.
        """
        ours = self._our_domains()
        asked = {"parent": project_id}
        fields = f"{_LEVEL},member.gid,member.name,member.resource_type"
        found = []
        for entry in self._api.all("/memberships", call="read the members", fields=fields, asked=asked):
            member = entry.get("member")
            if not isinstance(member, dict) or member.get("resource_type", "user") != "user":
                continue
            email = self._email(str(member.get("gid", "")))
            if email.lower() in also or email.rpartition("@")[2].lower() not in ours:
                found.append(to_access(email or str(member.get("name") or ""), entry.get(_LEVEL)))
        return tuple(found)

    def _our_domains(self) -> frozenset[str]:
        """As configured, else the organisation's own, else that of the token's account."""
        if self._config.our_domains:
            return frozenset(self._config.our_domains)
        fields = "email_domains,is_organization"
        workspace = self._api.one("/workspaces" + path(self.workspace()), call="read the workspace", fields=fields)
        domains = workspace.get("email_domains")
        if isinstance(domains, list) and domains:
            return frozenset(str(domain).lower() for domain in domains)
        return frozenset({str(self.me().get("email") or "").rpartition("@")[2].lower()}) - {""}

    def _email(self, gid: str) -> str:
        found = self._api.one_or_none("/users" + path(gid), call="read the member", fields="email")
        return str((found or {}).get("email") or "")

    def _invite_guest(self, email: str) -> str:
        """An address outside the organisation becomes a guest, who sees nothing until shared with (workspaces page)."""
        address = "/workspaces" + path(self.workspace(), "addUser")
        gid = str(self._api.write("POST", address, {"user": email}, call=_INVITE).get("gid", ""))
        self._gids[email] = gid
        return gid

    def _membership(self, project_id: str, gid: str) -> Thing | None:
        asked = {"parent": project_id, "member": gid}
        fields = f"{_LEVEL},member.gid"
        found = self._api.all("/memberships", call="read the membership", fields=fields, asked=asked)
        return next((entry for entry in found if (entry.get("member") or {}).get("gid") == gid), None)

    def _grant(self, project_id: str, gid: str, level: str, *, call: str) -> Thing:
        data = {"parent": project_id, "member": gid, _LEVEL: level}
        return self._api.write("POST", "/memberships", data, call=call, fields=_LEVEL)

    def _change(self, found: Thing, level: str) -> Thing:
        address = "/memberships" + path(str(found.get("gid")))
        return self._api.write("PUT", address, {_LEVEL: level}, call=_INVITE, fields=_LEVEL)

    def _exactly(self, made: Thing, level: str) -> Made:
        address = "/memberships" + path(str(made.get("gid")))
        granted = made.get(_LEVEL) or self._api.one(address, call=_INVITE, fields=_LEVEL).get(_LEVEL)
        if granted == level:
            return _made(made)
        self._api.write("DELETE", address, {}, call=_INVITE)
        raise Declined("Asana", _INVITE, words.GAVE_OTHER_RIGHT)


def _made(membership: Thing) -> Made:
    return Made(str(membership.get("gid", "")))
