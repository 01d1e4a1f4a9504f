"""A company without Baton at work; the mornings on which tests of reminders begin, walked to when first wanted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handlers.desk import Desk
from tests.handlers.mornings import Morning, walked
from tests.stories.stage import Stage, staged

WED = 2


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A company in which Baton does nothing by itself."""
    with staged(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def monday(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    """Monday morning, the scope of ABC just confirmed."""
    return walked(tmp_path_factory.mktemp("to-monday"), Desk.begin, tmp_path_factory.mktemp("monday"))


@pytest.fixture(scope="session")
def wednesday(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    """Wednesday, a minute before ABC is late; nobody has done anything."""

    def come(desk: Desk) -> None:
        desk.begin()
        desk.run(desk.at(WED, 9, 20))
        desk.to(desk.at(WED, 9, 29))
        assert desk.late_words() == []

    return walked(tmp_path_factory.mktemp("to-wednesday"), come, tmp_path_factory.mktemp("wednesday"))
