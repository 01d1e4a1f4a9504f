"""The mornings on which tests of reminders begin, each walked to when the first test asks for it."""

import pytest

from tests.handlers.desk import Desk
from tests.handlers.mornings import Morning, walked

WED = 2


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
