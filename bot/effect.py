"""The root of all effects: what makes one unique, in which lane it stands, how it is stored."""

import json
from dataclasses import asdict, dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Effect:
    """The root of all effects."""

    best_effort: ClassVar[bool] = False

    @property
    def kind(self) -> str:
        """The name under which the job is stored."""
        return type(self).__name__

    @property
    def key(self) -> str:
        """What makes this effect unique."""
        return f"{self.kind}:" + ":".join(str(value) for value in asdict(self).values())

    @property
    def lane(self) -> str:
        """The lane in which order holds."""
        return self.key

    def payload(self) -> str:
        """The effect as JSON."""
        return json.dumps(asdict(self), sort_keys=True)
