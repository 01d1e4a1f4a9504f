"""Two working days to the minute, as companies reckon them: offices of baton.toml with the world's public holidays."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.handover import State
from bot.worktime import add_working_days, elapsed
from store.calendars import read_office
from tests.bot import builders

ROOT = Path(__file__).resolve().parents[2]
BERLIN = {"timezone": "Europe/Berlin", "country": "DE", "region": "BE"}
MUNICH = {**BERLIN, "region": "BY"}
HALF_DAYS = {**MUNICH, "short": {"2026-12-24": "13:00", "2026-12-31": "13:00"}}
TEL_AVIV = {"timezone": "Asia/Jerusalem", "country": "IL", "week": ["sun", "mon", "tue", "wed", "thu"]}
NEW_YORK = {"timezone": "America/New_York", "country": "US"}
SUMMER_FRIDAYS = {day: ["09:00", "17:00"] for day in ("mon", "tue", "wed", "thu")} | {"fri": ["09:00", "13:00"]}
KATHMANDU = {
    "timezone": "Asia/Kathmandu",
    "week": ["sun", "mon", "tue", "wed", "thu", "fri"],
    "hours": ["10:00", "17:00"],
}
SAO_PAULO = {"timezone": "America/Sao_Paulo", "country": "BR"}
LORD_HOWE = {
    "timezone": "Australia/Lord_Howe",
    "week": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "hours": ["01:00", "09:00"],
}
EVENINGS = {**BERLIN, "hours": ["16:00", "24:00"]}

Wall = tuple[int, ...]
TABLE = [
    # office, start, end: both on the office's own wall clock, two working days apart
    pytest.param(BERLIN, (2025, 9, 8, 10), (2025, 9, 10, 10), id="Berlin: Monday to Wednesday"),
    pytest.param(BERLIN, (2025, 9, 5, 16, 59), (2025, 9, 9, 16, 59), id="Berlin: over a weekend, to the minute"),
    pytest.param(BERLIN, (2025, 9, 6, 3), (2025, 9, 9, 17), id="Berlin: from a Saturday night on, Monday counts"),
    pytest.param(BERLIN, (2025, 9, 5, 17), (2025, 9, 9, 17), id="Berlin: from closing time on, Monday counts"),
    pytest.param(MUNICH, (2026, 4, 2, 15), (2026, 4, 8, 15), id="Munich: over Easter"),
    pytest.param(BERLIN, (2026, 3, 27, 16), (2026, 3, 31, 16), id="Berlin: into summer time"),
    pytest.param(BERLIN, (2026, 10, 23, 16), (2026, 10, 27, 16), id="Berlin: out of summer time"),
    pytest.param(MUNICH, (2026, 1, 5, 12), (2026, 1, 8, 12), id="Munich: Epiphany is a holiday"),
    pytest.param(BERLIN, (2026, 1, 5, 12), (2026, 1, 7, 12), id="Berlin: Epiphany is none"),
    pytest.param(HALF_DAYS, (2026, 12, 23, 10), (2026, 12, 28, 14), id="Munich: a half-day counts for its hours"),
    pytest.param(
        {**BERLIN, "closed": ["2026-05-15"]},
        (2026, 5, 13, 12),
        (2026, 5, 19, 12),
        id="Berlin: Ascension and a bridge day",
    ),
    pytest.param(
        {**BERLIN, "open": ["2026-03-28"]}, (2026, 3, 27, 16), (2026, 3, 30, 16), id="Berlin: an open Saturday"
    ),
    pytest.param(
        TEL_AVIV, (2026, 3, 26, 15), (2026, 3, 30, 15), id="Tel Aviv: Friday and Saturday are free, and summer"
    ),
    pytest.param(
        TEL_AVIV, (2026, 10, 22, 15), (2026, 10, 26, 15), id="Tel Aviv: the clock goes back on a working Sunday"
    ),
    pytest.param(TEL_AVIV, (2026, 4, 20, 12), (2026, 4, 23, 12), id="Tel Aviv: Independence Day"),
    pytest.param(NEW_YORK, (2026, 3, 6, 12), (2026, 3, 10, 12), id="New York: into summer time"),
    pytest.param(NEW_YORK, (2026, 10, 30, 12), (2026, 11, 3, 12), id="New York: out of summer time"),
    pytest.param(
        {**NEW_YORK, "closed": ["2026-11-27"]},
        (2026, 11, 25, 15),
        (2026, 12, 1, 15),
        id="New York: Thanksgiving, and a day",
    ),
    pytest.param(
        {**NEW_YORK, "hours": SUMMER_FRIDAYS}, (2026, 7, 9, 12), (2026, 7, 13, 16), id="New York: Friday ends at one"
    ),
    pytest.param(KATHMANDU, (2026, 1, 1, 16), (2026, 1, 4, 16), id="Kathmandu: Saturday is free, days of seven hours"),
    pytest.param(SAO_PAULO, (2026, 4, 20, 12), (2026, 4, 23, 12), id="São Paulo: Tiradentes"),
    pytest.param(
        SAO_PAULO, (2018, 11, 1, 12), (2018, 11, 6, 12), id="São Paulo: All Souls, and a midnight that was skipped"
    ),
    pytest.param(
        SAO_PAULO, (2019, 2, 15, 12), (2019, 2, 19, 12), id="São Paulo: an hour before midnight that came twice"
    ),
    pytest.param(LORD_HOWE, (2026, 4, 4, 5), (2026, 4, 6, 4, 30), id="Lord Howe: the night is half an hour longer"),
    pytest.param(LORD_HOWE, (2026, 10, 3, 5), (2026, 10, 5, 5, 30), id="Lord Howe: the night is half an hour shorter"),
    pytest.param(EVENINGS, (2025, 9, 5, 22), (2025, 9, 9, 22), id="Berlin: evenings to midnight"),
    pytest.param(EVENINGS, (2025, 9, 8, 16), (2025, 9, 10, 0), id="Berlin: two evenings end at midnight"),
]


def moment(table: dict[str, Any], wall: Wall) -> datetime:
    """The moment of the office's wall clock."""
    return datetime(*wall, tzinfo=ZoneInfo(table["timezone"])).astimezone(UTC)  # type: ignore[misc,arg-type]


@pytest.mark.req("R10", "R37")
@pytest.mark.parametrize(("table", "start", "end"), TABLE)
def test_two_working_days_from_the_scope_confirmation(table: dict[str, Any], start: Wall, end: Wall) -> None:
    office, problems = read_office("main", table, year=start[0])
    assert office is not None, problems
    terms = replace(builders.terms(), offices={"main": office})
    handover = builders.handover(State.SCOPED, office="main")
    assert terms.due(handover, moment(table, start)) == moment(table, end)
    assert elapsed(office, start=moment(table, start), end=moment(table, end)) == 2 * _nominal(table)


@pytest.mark.req("R10")
@pytest.mark.parametrize(("table", "start", "end"), TABLE)
def test_one_working_day_from_the_win_is_half_of_it(table: dict[str, Any], start: Wall, end: Wall) -> None:
    office, _ = read_office("main", table, year=start[0])
    assert office is not None
    terms = replace(builders.terms(), offices={"main": office})
    handover = builders.handover(State.WON, office="main")
    half = terms.scope_due(handover, moment(table, start))
    assert add_working_days(office, half, 1) == moment(table, end)


def _nominal(table: dict[str, Any]) -> timedelta:
    # The length of most of its days, read off the table as people would.
    hours = table.get("hours", ["09:00", "17:00"])
    opening, closing = (int(at[:2]) for at in (hours["mon"] if isinstance(hours, dict) else hours))
    return timedelta(hours=closing - opening)


OFFLINE = """
import sys
asked = []
sys.addaudithook(lambda event, _: asked.append(event) if event.startswith("socket.") else None)
import datetime, socket
from bot.worktime import add_working_days
from store.calendars import read_office
import holidays
start = datetime.datetime(2026, 12, 23, 9, tzinfo=datetime.UTC)
for country in holidays.list_supported_countries():
    office, problems = read_office("main", {"timezone": "UTC", "country": country}, year=2026)
    assert office, problems
    add_working_days(office, start, 2)
calm = list(asked)
socket.socket().close()
print(len(holidays.list_supported_countries()), calm, asked)
"""


def test_the_calendar_never_asks_the_network() -> None:
    """In a process of its own, whose every socket is heard of: none while calendars are made, one when we open it."""
    done = subprocess.run([sys.executable, "-c", OFFLINE], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    countries, _, rest = done.stdout.strip().partition(" ")
    assert int(countries) > 100
    assert rest == "[] ['socket.__new__']"
