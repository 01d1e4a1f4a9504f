"""Won is what a stage's metadata says, whatever the stage is called."""

from datetime import UTC, datetime

import pytest

from bot.deal import Standing
from connectors.crm.hubspot.stages import read_stages, won_since
from tests.connectors.crm.hubspot.files import load

PIPELINES = load("pipelines__custom_won_stage")
STAGES = read_stages(PIPELINES, counted=())


@pytest.mark.req("R122")
@pytest.mark.parametrize(
    ("stage", "standing"),
    [
        ("contractsent", Standing.OPEN),
        ("closedwon", Standing.WON),
        ("1190044", Standing.WON),
        ("closedlost", Standing.LOST),
        ("77", Standing.WON),
        ("78", Standing.OPEN),
        ("79", Standing.OPEN),
    ],
)
def test_metadata_decides(stage: str, standing: Standing) -> None:
    assert STAGES[stage].standing is standing


@pytest.mark.req("R122")
def test_with_counted_pipelines_a_win_elsewhere_is_no_win() -> None:
    counted = read_stages(PIPELINES, counted=("default",))
    assert counted["77"].standing is Standing.OPEN
    assert counted["closedwon"].standing is Standing.WON


def test_the_history_is_read_by_its_stamps_and_not_by_its_order() -> None:
    history = [
        {"value": "contractsent", "timestamp": "2026-11-10T08:00:00Z"},
        {"value": "1190044", "timestamp": "2026-11-20T08:00:00Z"},
        {"value": "closedwon", "timestamp": "2026-11-18T08:00:00Z"},
        {"value": "closedwon", "timestamp": "no stamp"},
    ]
    assert won_since(history, STAGES) == datetime(2026, 11, 18, 8, tzinfo=UTC)


def test_a_deal_which_is_not_won_has_no_run() -> None:
    history = [
        {"value": "contractsent", "timestamp": "2026-11-20T08:00:00Z"},
        {"value": "closedwon", "timestamp": "2026-11-18T08:00:00Z"},
    ]
    assert won_since(history, STAGES) is None
