"""What a company's decisions do outside: look up what setup named, send a checklist as a file, count parked work."""

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


KINDS.update({kind.__name__: kind for kind in (SetUp, SendChecklist, RedrawParked)})
