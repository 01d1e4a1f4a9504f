"""What a check of blocks collects: problems, each with a JSON pointer, and how Slack words them."""

from typing import Any

from sandbox.slack.limits import COMMON

TEXT_KEYS = {"type", "text", "emoji", "verbatim"}


class Check:
    """The problems found so far on one surface (`message`, `modal` or `home`), and what must be unique on it."""

    def __init__(self, surface: str) -> None:
        self.surface = surface
        self.problems: list[tuple[str, str]] = []
        self.block_ids: set[str] = set()
        self.focused = 0
        self.characters = 0

    def fail(self, at: str, message: str) -> None:
        """Notes a problem at a JSON pointer."""
        self.problems.append((at, message))

    def messages(self) -> list[str]:
        """The problems as the Web API words them."""
        return [f"[ERROR] {message} [json-pointer:{at or '/'}]" for at, message in self.problems]

    def keys(self, found: dict[str, Any], known: set[str], at: str) -> None:
        """Notes every key that the object does not have."""
        for key in sorted(set(found) - known):
            self.fail(at, f"invalid additional property: {key}")

    def length(self, found: Any, most: int, at: str, *, least: int = 1, required: bool = True) -> None:
        """Notes what is no string of `least` to `most` characters."""
        if found is None:
            if required:
                self.fail(at, "missing required field")
        elif not isinstance(found, str):
            self.fail(at, "must be a string")
        elif len(found) < least:
            self.fail(at, f"must be more than {least - 1} characters")
        elif len(found) > most:
            self.fail(at, f"must be less than {most + 1} characters")

    def text(self, found: Any, most: int, at: str, *, plain: bool = False, required: bool = True) -> None:
        """Checks a text object; `plain` allows plain_text only."""
        if found is None:
            if required:
                self.fail(at, "missing required field: text object")
            return
        if not isinstance(found, dict) or found.get("type") not in ("plain_text", "mrkdwn"):
            self.fail(at, "must be a text object of type plain_text or mrkdwn")
            return
        if plain and found["type"] != "plain_text":
            self.fail(at + "/type", "must be a plain_text object")
        self.keys(found, TEXT_KEYS - {"verbatim" if found["type"] == "plain_text" else "emoji"}, at)
        self.length(found.get("text"), min(most, COMMON["text_object_max"]), at + "/text")
        self.characters += len(str(found.get("text") or ""))

    def count(self, found: Any, most: int, at: str, *, least: int = 1) -> bool:
        """Whether it is a list of `least` to `most` items; notes it otherwise."""
        if not isinstance(found, list):
            self.fail(at, "must be an array")
            return False
        if not least <= len(found) <= most:
            self.fail(at, f"must have between {least} and {most} items, has {len(found)}")
        return True

    def one_of(self, found: Any, known: list[str], at: str, *, required: bool = False) -> None:
        """Notes a value outside a closed list."""
        if (found is not None or required) and found not in known:
            self.fail(at, f"must be one of: {', '.join(known)}")
