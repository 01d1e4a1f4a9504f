"""A stop ends what looks at many records after the one at hand; nothing is lost by it."""

import time

import pytest

from bot.handover import State
from handlers import sweep
from handlers.askers import MOST
from tests.builders import make_handover
from tests.stories.stage import Stage

MANY = 40  # looks, each a quarter of a second late: the sweep would last ten seconds


def due(stage: Stage) -> list[int]:
    """The records that are to be looked at now."""
    with stage.deps.store.read() as reader:
        return list(reader.due_looks(stage.clock.now(), limit=MANY))


@pytest.mark.slow
def test_a_stop_ends_a_big_sweep_after_the_record_at_hand_and_the_next_start_looks_at_the_rest(
    http_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "QUIET", 0.01)
    with http_stage.deps.askers.answered():  # somebody waits for an answer: each look lets them go first
        with http_stage.deps.store.write() as unit:
            for n in range(MANY):
                unit.add(
                    make_handover(State.PRESALE, id=0, roles={}, entries=[], presale=[], steps=[], deal_id=f"d{n}")
                )
            unit.look_at_all(http_stage.clock.now())
        http_stage.until(lambda: len(due(http_stage)) < MANY, "the sweep has begun")
        store, began = http_stage.deps.store, time.monotonic()
        http_stage.stop()
        seconds = time.monotonic() - began
    assert seconds < MANY * MOST / 2
    with store.read() as reader:
        left = reader.due_looks(http_stage.clock.now(), limit=MANY)
    assert len(left) > MANY / 2
    http_stage.start()
    assert sweep.looks(http_stage.deps, http_stage.clock.now()) == len(left)
    assert not due(http_stage)
