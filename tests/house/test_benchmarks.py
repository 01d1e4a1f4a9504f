"""What the benchmarks judge and count is right; what they time is left to themselves."""

from pathlib import Path

import pytest

from benchmarks import ack, intake, walk
from benchmarks.start import Figures
from tests.stories import walk as road
from tests.stories.stage import staged


def test_the_door_keeps_up_when_the_median_round_does() -> None:
    kept = intake.Rates(batches=[500, 90, 600], singles=[1, 1, 1], raw=[1000, 1000, 1000])
    assert kept.ratio == 0.5
    assert kept.within
    slow = intake.Rates(batches=[499, 499, 600], singles=[1, 1, 1], raw=[1000, 1000, 1000])
    assert not slow.within
    assert slow.told().endswith("PAST ITS FIGURE")


def test_a_small_intake_is_signed_answered_and_durable(tmp_path: Path) -> None:
    found = intake.measure(f"sqlite:///{tmp_path}/baton.db", tmp_path, rounds=1, deliveries=2)
    assert len(found.batches) == len(found.singles) == len(found.raw) == 1


@pytest.mark.parametrize(("starts", "memory", "helps"), [(2.5, 100, 0.1), (1, 150, 0.1), (1, 100, 0.2)])
def test_a_start_is_past_when_any_median_is(starts: float, memory: float, helps: float) -> None:
    quick = Figures(starts=[1, 1, 9], memory=[149, 149, 400], helps=[0.1, 0.1, 3], python=[0.1])
    assert quick.within
    slow = Figures(starts=[starts], memory=[memory], helps=[helps], python=[0.1])
    assert not slow.within
    assert slow.told().endswith("PAST ITS FIGURE")


def test_a_walk_is_past_what_is_committed_by_more_than_its_spare_and_without_any() -> None:
    committed = {walk.SLACK: 100, walk.CRM: 20}
    assert walk.past({walk.SLACK: 105, walk.CRM: 20}, committed) == []
    assert walk.past({walk.SLACK: 106, walk.CRM: 21}, committed) == [walk.SLACK]
    assert walk.past({walk.TOOL: 1}, committed) == [walk.TOOL]


def test_a_win_is_counted_at_each_system_and_in_our_own_transactions(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.start()
        with walk.counted(stage) as found:
            road.won(stage)
            calls = len(stage.world.slack.call_log("chat.postMessage"))
        assert found[walk.SLACK] >= calls > 0
        assert found[walk.CRM] > 0
        assert found[walk.WRITES] > found[walk.CRM]
        before = found.copy()
        stage.deps.slack.call("auth.test")
        assert found == before, "what comes after it is not counted"


def asked(few: float, many: float, bare: float, *, refused: int = 0) -> ack.Deed:
    """A round of ten answers on each side, all equally fast."""
    rounds = {100: [ack.Round([few] * 10)], 100_000: [ack.Round([many] * 10, refused)]}
    return ack.Deed("card", 1, bare=[ack.Round([bare] * 10)], ours=rounds)


def test_an_answer_is_judged_beside_the_bare_one_by_growth_by_seconds_and_by_what_it_says() -> None:
    assert asked(0.015, 0.015, 0.010).problems() == []
    slow = asked(0.016, 0.016, 0.010).problems()
    assert len(slow) == 4, "p50 and p95, few and many"
    assert "p95 is 1.60 times the bare command's at 100,000 handovers" in slow
    assert asked(0.010, 0.0125, 0.010).problems() == [
        "p50 grows 1.25 times with the store",
        "p95 grows 1.25 times with the store",
    ]
    assert asked(3.0, 3.0, 2.5).problems() == ["an answer took 3.0 s"]
    assert asked(0.01, 0.01, 0.01, refused=2).problems() == ["2 were told that nothing could be saved"]


def test_percentiles_are_of_the_sorted_answers() -> None:
    found = ack.Round([n / 1000 for n in range(1, 101)])
    assert [found.at(share) for share in ack.SHARES] == [51.0, 96.0, 100.0]
