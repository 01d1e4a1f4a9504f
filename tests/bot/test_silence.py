"""When webhooks have stopped: never by silence alone, always by wins that only the poll found."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.clock import silence
from bot.worktime import Office

OFFICE = Office("berlin", "Europe/Berlin", {day: (time(9), time(17)) for day in range(5)})
TUESDAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # 10:00 in Berlin
FRIDAY = TUESDAY + timedelta(days=3)
HOUR = timedelta(hours=1)


def found(moments: Iterable[datetime]) -> str:
    stored = ""
    for moment in moments:
        stored = silence.one_more(stored, moment)
    return stored


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        pytest.param([], False, id="a quiet company"),
        pytest.param([TUESDAY, TUESDAY + 30 * HOUR], False, id="two of them"),
        pytest.param([TUESDAY] * 9, False, id="all at once, after Baton was away"),
        pytest.param([TUESDAY, TUESDAY + HOUR, TUESDAY + 2 * HOUR], False, id="within a morning"),
        pytest.param([TUESDAY, TUESDAY + HOUR, TUESDAY + 24 * HOUR - timedelta(seconds=1)], False, id="a second early"),
        pytest.param([TUESDAY, TUESDAY + HOUR, TUESDAY + 24 * HOUR], True, id="a working day"),
        pytest.param([FRIDAY, FRIDAY + HOUR, FRIDAY + 48 * HOUR], False, id="over a weekend"),
        pytest.param([FRIDAY, FRIDAY + HOUR, FRIDAY + 72 * HOUR], True, id="a working day with a weekend in it"),
        pytest.param([TUESDAY + n * HOUR for n in range(90)], True, id="a busy company"),
    ],
)
def test_webhooks_stopped_or_never_came(moments: list[datetime], *, expected: bool) -> None:
    stored = found(moments)
    assert silence.silent(stored, OFFICE, heard=True) == ("stopped" if expected else "")
    assert silence.silent(stored, OFFICE, heard=False) == ("never" if expected else "")
