"""Secrets as they are stored: sealed with the newest key, opened with any that is given.

A sealed text is `sealed:1:` and a token of Fernet (AES-128-CBC and HMAC-SHA256, https://cryptography.io/en/latest/fernet/).
Whoever has the database alone opens nothing. A text without that beginning is one that an earlier version stored, and
stands for itself. The library is loaded when the first secret comes: most starts and most clicks have none.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from cryptography.fernet import Fernet, MultiFernet

SEALED = "sealed:"
VERSION = f"{SEALED}1:"
PURPOSE = b"baton: secrets in the database, 1"  # what a key is made for; another word gives another key
KEY_BYTES = 32


class Keyring:
    """Keys, the newest first: those that were given, then those made of Slack's own secrets, which every replica has.

    The latter stay at the end when keys are given: what was sealed before that can still be opened. Without any key it
    seals nothing and raises RuntimeError, so that no secret is stored as it is.
    """

    def __init__(self, keys: Iterable[str] = (), *, made_of: Iterable[str] = ()) -> None:
        self._keys = tuple(dict.fromkeys(keys))
        self._sources = tuple(source for source in made_of if source)

    @classmethod
    def of(cls, settings: Settings) -> "Keyring":
        """The keys that these settings give: of Slack's secrets the signing secret is the first."""
        return cls(settings.secret_keys, made_of=(settings.signing_secret, settings.slack_token))

    def seal(self, text: str) -> str:
        """The text, sealed with the newest key; one that is sealed already stays as it is."""
        if is_sealed(text):
            return text
        return VERSION + self._all.encrypt(text.encode()).decode()

    def open(self, stored: str) -> str | None:
        """What was sealed; None when none of the keys opens it, or when it is damaged."""
        if not is_sealed(stored):
            return stored
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - see above

        try:
            return self._all.decrypt(stored.removeprefix(VERSION).encode()).decode()
        except InvalidToken:
            return None

    def is_newest(self, stored: str) -> bool:
        """Whether the newest key opens it."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - see above

        try:
            self._fernets[0].decrypt(stored.removeprefix(VERSION).encode())
        except InvalidToken:
            return False
        return True

    def sealed_again(self, stored: str) -> str | None:
        """The same secret under the newest key; None when none of the keys opens it."""
        opened = self.open(stored)
        return None if opened is None else self.seal(opened)

    @cached_property
    def _fernets(self) -> "tuple[Fernet, ...]":
        from cryptography.fernet import Fernet  # noqa: PLC0415 - see above

        if not (self._keys or self._sources):
            raise RuntimeError("There is no key to seal a secret with.")
        return (*map(Fernet, self._keys), *(Fernet(_made(source)) for source in self._sources))

    @cached_property
    def _all(self) -> "MultiFernet":
        from cryptography.fernet import MultiFernet  # noqa: PLC0415 - see above

        return MultiFernet(self._fernets)


def is_sealed(text: str) -> bool:
    """Whether this is a sealed text, of whichever version."""
    return text.startswith(SEALED)


def _made(source: str) -> bytes:
    # HKDF (RFC 5869): the key tells nothing of the secret that it is made of, nor of other keys made of it.
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - see above

    made = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(source.encode())
    return urlsafe_b64encode(made)
