"""Who is who in Slack: nobody is looked for again and again."""

from collections.abc import Iterator

import pytest

from bot.effects import Identify
from bot.people import Person
from handlers.deliver.identify import STALE
from tests.handlers.bench import Bench
from tests.stories.stage import Stage

KLEIN = "m.klein@abcfintech.example"


@pytest.fixture
def bench(stage: Stage) -> Iterator[Bench]:
    """Its worker."""
    made = Bench(stage)
    yield made
    made.close()


@pytest.mark.parametrize("email", [KLEIN, "nobody@acme.example"])
def test_an_owner_whom_slack_shows_as_a_guest_or_not_at_all_is_looked_for_once_a_day(bench: Bench, email: str) -> None:
    """The CRM names them as our colleague; of a guest the address is not believed, so they stay unknown here."""
    with bench.deps.store.write() as unit:
        unit.remember(Person(0, "An Owner", email))

    def looked() -> int:
        bench.emit(*(Identify("", email, nonce=f"{n}:{bench.clock.passed}") for n in range(3)))
        bench.work()
        calls = bench.stage.world.slack.calls.of("users.lookupByEmail")
        return len([call for call in calls if call["args"].get("email") == email])

    assert looked() == 1
    bench.clock.passed += STALE + 1
    assert looked() == 2
    assert {job.state for job in bench.jobs("Identify")} == {"done"}
