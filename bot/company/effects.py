"""What a company's decisions do outside: look-ups of a setup, a checklist as a file, parked work, words edited out."""

from dataclasses import dataclass

from bot.effects import KINDS, Effect


@dataclass(frozen=True)
class SetUp(Effect):
    """Find the channel and the people of a setup in Slack, then put it in force. A newer `rev` makes it needless."""

    rev: int


@dataclass(frozen=True)
class SendChecklist(Effect):
    """Send a checklist in one version (0: the file's) to a person, as a file by direct message."""

    name: str
    n: int
    person_id: int
    nonce: str


@dataclass(frozen=True)
class RedrawParked(Effect):
    """Bring the message about parked work up to date: how much there is by now, or that there is none."""

    nonce: str

    @property
    def lane(self) -> str:
        """After the message itself."""
        return "admin"


@dataclass(frozen=True)
class EditOut(Effect):
    """Edit a message of ours, or all in a thread, which names somebody erased; without a channel: the last one."""

    token: str
    channel: str = ""
    ts: str = ""
    thread: bool = False

    @property
    def lane(self) -> str:
        """One after the other; the last one forgets them."""
        return f"erase:{self.token}"


@dataclass(frozen=True)
class HideReasons(Effect):
    """Take the words of pauses out of the digest of that day (ISO): it is past its days, or somebody is erased."""

    day: str
    channel: str

    @property
    def lane(self) -> str:
        """With the looks at who reads there, which take them out, too."""
        return f"channel:{self.channel}"


KINDS.update({kind.__name__: kind for kind in (SetUp, SendChecklist, RedrawParked, EditOut, HideReasons)})
