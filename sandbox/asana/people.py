"""Who is in the Asana workspace: the company's people, a service user, and guests who were invited by address.

Page: developers.asana.com/reference/users. An address is taken wherever a user is expected; an unknown one is 404, or
400 where a task is given to it.
"""

from collections.abc import Callable

from sandbox.asana.errors import bad_request, not_found
from sandbox.company import PEOPLE
from sandbox.shelf import Doc, Shelf

KIND = "asana.user"
WORKSPACE = "1200000000000001"
TEAM = "1200000000000002"
ME = "1200000000000100"
DOMAIN = "acme.example"


class People:
    """The users of the workspace. Guests are those whose address is outside the company's domain."""

    def __init__(self, shelf: Shelf, new_gid: Callable[[], str]) -> None:
        self._shelf = shelf
        self._new_gid = new_gid
        self._staff = {ME: user(ME, "Baton", f"baton@{DOMAIN}")}
        for number, person in enumerate(p for p in PEOPLE if not p.guest):
            gid = str(int(ME) + 1 + number)
            self._staff[gid] = user(gid, person.name, person.email)

    def all(self) -> list[Doc]:
        """Every user, by name."""
        return sorted([*self._staff.values(), *self._shelf.all(KIND)], key=lambda row: row["name"])

    def find(self, who: str) -> Doc | None:
        """The user with this gid or address, or the token's own for `me`; None when there is none."""
        if who == "me":
            return self._staff[ME]
        if who in self._staff:
            return self._staff[who]
        return next(
            (row for row in self.all() if who in {row["gid"], row["email"]} or row["email"] == who.lower()), None
        )

    def one(self, who: str) -> Doc:
        """The same, with 404 for an unknown one."""
        found = self.find(who)
        if found is None:
            raise not_found("user", who)
        return found

    def named(self, field: str, who: object) -> str:
        """The gid of a user whom a request names in a field; 400 for an unknown one."""
        found = self.find(str(who))
        if found is None:
            raise bad_request(f"{field}: Not a recognized ID or email: {who}")
        return str(found["gid"])

    def invite(self, who: str) -> Doc:
        """Adds a user by address; one who is there already stays as they are. 400 for what is no address."""
        found = self.find(who)
        if found is not None:
            return found
        name, at, domain = who.partition("@")
        if not at or "." not in domain:
            raise bad_request(f"user: Not a recognized ID or email: {who}")
        doc = user(self._new_gid(), name, who.lower())
        self._shelf.put(KIND, doc["gid"], doc)
        return doc


def user(gid: str, name: str, email: str) -> Doc:
    """One user as Asana shows it."""
    return {"gid": gid, "resource_type": "user", "name": name, "email": email, "photo": None}


def is_guest(person: Doc) -> bool:
    """Whether the address lies outside the company's domain."""
    return not str(person["email"]).endswith(f"@{DOMAIN}")
