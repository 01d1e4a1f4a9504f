"""Every error of Baton, and what each makes the door or the outbox do.

BatonError
├── Conflict                the record changed meanwhile: reload and try once more
├── StoreAway               our own database is gone, full or read-only: nothing was kept, try again later
├── ConfigError             a list of all problems; the start is refused
├── FileRefused             a copy of a company cannot be used or written: nothing was changed
├── WebhookRejected         the door answers with `status` and keeps nothing
│   ├── BadSignature        401
│   ├── Unrecognised        400 (an event that we know and ignore is no error: 2xx)
│   └── TooLarge            413
└── VendorError             a call to a vendor failed
    ├── Unavailable         try again later, with backoff
    ├── RateLimited         try again after `after` seconds
    ├── NeedsReauth         pause this connection, tell the admin once
    ├── Declined            the vendor says no for good: a step for a person, in plain words
    └── Surprise            an answer not as documented: parked, payload kept

`Refused` is no exception but a value that use-cases return: one sentence for the person, with the way out. It must
not roll back the redraw of the checkbox which it refuses.
"""

from dataclasses import dataclass


class BatonError(Exception):
    """The root of the tree above."""


@dataclass(frozen=True)
class Refused:
    """A sentence for the person who asked: what is not possible, and what to do instead."""

    sentence: str


class Conflict(BatonError):
    """The record changed between reading and writing."""


class StoreAway(BatonError):
    """The database does not answer, or cannot be written: nothing of this transaction was kept. `str` says why."""

    @property
    def cause(self) -> Exception:
        """The database's own error, where there is one."""
        return self.__cause__ if isinstance(self.__cause__, Exception) else self


@dataclass
class ConfigError(BatonError):
    """All problems of the settings at once, one sentence each, with the next step."""

    problems: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.problems)


class FileRefused(BatonError):
    """A file of a company cannot be read, written or put in: one sentence with the next step. Nothing was changed."""


class WebhookRejected(BatonError):
    """A delivery which does not get in; `status` is the HTTP answer."""

    status = 400


class BadSignature(WebhookRejected):
    """Missing, wrong or out of its time window."""

    status = 401


class Unrecognised(WebhookRejected):
    """Not a body that this vendor sends."""

    status = 400


class TooLarge(WebhookRejected):
    """More bytes than a webhook may have."""

    status = 413


@dataclass
class VendorError(BatonError):
    """A call to a vendor failed. `words` is safe to show: no secret, no content of the record."""

    vendor: str
    call: str
    words: str = ""
    status: int = 0
    request_id: str = ""

    def __str__(self) -> str:
        tail = f" (reference {self.request_id})" if self.request_id else ""
        return f"{self.vendor} {self.call}: {self.words or self.status}{tail}"


@dataclass
class Unavailable(VendorError):
    """Down, slow or unreachable. Whether a write took place is unknown.

    `late`: it was sent whole and given up before any answer, so that it may still take place.
    """

    late: bool = False


class Pending(Unavailable):
    """A write that was given up, whose repeat would be a second one: look for it only when it has had its time."""


@dataclass
class RateLimited(VendorError):
    """Too many calls: nothing was done; `after` seconds from now it may be tried again."""

    after: float = 1.0


class NeedsReauth(VendorError):
    """The credential is refused; only an admin can mend it."""


class Declined(VendorError):
    """The vendor understood and says no; a repeat will not help."""


class Surprise(VendorError):
    """The answer is not as the vendor documents it."""
