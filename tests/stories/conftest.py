"""The stages that stories ask for: `stage` over HTTP and over Socket Mode, the others over HTTP alone.

A story that begins in the middle of the road is given a stage on which ABC's deal has come that far. The way there is
walked once through the front door and kept; each story goes on from a copy of its own.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stories import walk
from tests.stories.stage import Scene, Stage, kept, staged

WAY: dict[str, tuple[str, tuple[Callable[[Stage], object], ...]]] = {
    "won": ("", (walk.won,)),  # the thread is open
    "bare": ("won", (walk.scope,)),  # the scope is confirmed, and nobody has said what was promised
    "told": ("won", (walk.context, walk.points)),  # Ana has said what she knows; Ben has answered all points
    "scoped": ("told", (walk.scope,)),  # workspace and channel are there
    "signed": ("scoped", (walk.signed,)),  # all three; the client is not invited yet
    "whole": ("signed", (walk.invited,)),  # the gate is open
}
"""Each place on the road: the one before it, and the steps from there."""


class Road:
    """The places on the road, each walked to when the first story asks for it."""

    def __init__(self, folder: Callable[[str], Path]) -> None:
        self._folder = folder
        self._scenes: dict[str, Scene] = {}

    def scene(self, place: str) -> Scene | None:
        """The scene at that place; None for the beginning."""
        if place and place not in self._scenes:
            before, steps = WAY[place]
            folder = self._folder(place)
            with staged(self._folder(f"to-{place}"), scene=self.scene(before)) as stage:
                stage.start()
                for step in steps:
                    step(stage)
                stage.settle()
                self._scenes[place] = kept(stage, folder)
        return self._scenes.get(place)


@pytest.fixture(scope="session")
def road(tmp_path_factory: pytest.TempPathFactory) -> Road:
    """The road of ABC's deal."""
    return Road(tmp_path_factory.mktemp)


@pytest.fixture(params=["http", pytest.param("socket", marks=pytest.mark.slow)])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A company with Baton at work in it, over both transports; in the quick run one story goes over both."""
    with staged(tmp_path, socket_mode=request.param == "socket") as made:
        made.start()
        yield made


@pytest.fixture
def http_stage(tmp_path: Path) -> Iterator[Stage]:
    """The same, over HTTP only: for stories that are not about the transport."""
    with staged(tmp_path) as made:
        made.start()
        yield made


def _at(place: str) -> Callable[..., Iterator[Stage]]:
    @pytest.fixture(name=f"{place}_stage")
    def begun(tmp_path: Path, road: Road) -> Iterator[Stage]:
        with staged(tmp_path, scene=road.scene(place)) as made:
            made.start()
            yield made

    return begun


# Over HTTP, one for each place: `won_stage` stands where the deal is won, `whole_stage` where the gate is open.
won_stage, bare_stage, told_stage, scoped_stage, signed_stage, whole_stage = (_at(place) for place in WAY)
