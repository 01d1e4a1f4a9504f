"""The workspace's people as users.info shows them (https://docs.slack.dev/reference/objects/user-object)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sandbox.clock import Clock
from sandbox.company import TEAM
from sandbox.shelf import Doc, Shelf
from sandbox.slack.state.drawer import Drawer


class People:
    """Members, guests and the bot. Documents are user objects, with the e-mail address in the profile."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._clock = clock
        self._users = Drawer(shelf, "slack.user", lambda doc: str(doc["id"]))

    def all(self) -> list[Doc]:
        """Everybody, deactivated ones included."""
        return self._users.values()

    def get(self, user_id: str) -> Doc | None:
        """The user, or None."""
        return self._users.get(user_id)

    def by_email(self, email: str) -> Doc | None:
        """The active user with this address, whatever its case."""
        for user in self.all():
            if not user["deleted"] and user["profile"].get("email", "").lower() == email.strip().lower():
                return user
        return None

    def named(self, name: str) -> Doc | None:
        """The active user whose short, display or real name this is, whatever its case."""
        for user in self.all():
            names = (user["name"], user["profile"]["display_name"], user["real_name"])
            if not user["deleted"] and name.lower() in {one.lower() for one in names}:
                return user
        return None

    def add(self, user_id: str, name: str, real_name: str, email: str, **flags: object) -> Doc:
        """Adds or replaces a user. `flags` overwrite fields of the user object (`is_restricted`, `tz`, `is_bot`)."""
        profile: Doc = {"real_name": real_name, "display_name": real_name, "image_48": "", "team": TEAM, "title": ""}
        profile["title"] = str(flags.pop("title", ""))
        profile |= {"status_text": "", "status_emoji": "", "status_expiration": 0}
        if email:
            profile["email"] = email
        zone = str(flags.get("tz", "Europe/Berlin"))
        offset = datetime.fromtimestamp(self._clock.time(), UTC).astimezone(ZoneInfo(zone)).utcoffset()
        user = {"id": user_id, "team_id": TEAM, "name": name, "deleted": False, "real_name": real_name, "tz": zone}
        user |= {"tz_label": zone, "tz_offset": int(offset.total_seconds()) if offset else 0, "profile": profile}
        user |= dict.fromkeys(("is_admin", "is_owner", "is_restricted", "is_ultra_restricted", "is_stranger"), False)
        user |= {"is_bot": False, "is_app_user": False, "updated": int(self._clock.time()), "locale": "en-GB"}
        return self._users.put({**user, **flags})

    def forget(self, user_id: str) -> None:
        """Takes a user away altogether, as a workspace does that is not ours any more to see."""
        self._users.delete(user_id)

    def change(self, user_id: str, **changes: object) -> Doc:
        """Overwrites fields of a user; KeyError for an unknown one."""
        user = self.get(user_id)
        if user is None:
            raise KeyError(user_id)
        return self._users.put({**user, **changes, "updated": int(self._clock.time())})
