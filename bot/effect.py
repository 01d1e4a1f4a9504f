"""The root of all effects: what makes one unique, in which lane it stands, how it is stored."""

import json
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Effect:
    """The root of all effects."""

    best_effort: ClassVar[bool] = False
    secrets: ClassVar[tuple[str, ...]] = ()
    """Fields that open something for whoever has them: they are stored sealed, and are no part of the key."""

    @property
    def kind(self) -> str:
        """The name under which the job is stored."""
        return type(self).__name__

    @property
    def key(self) -> str:
        """What makes this effect unique."""
        named = {**vars(self), **dict.fromkeys(self.secrets, "")}
        return f"{self.kind}:" + ":".join(str(value) for value in named.values())

    @property
    def lane(self) -> str:
        """The lane in which order holds."""
        return self.key

    def payload(self) -> str:
        """The effect as JSON."""
        return json.dumps(vars(self), sort_keys=True)
