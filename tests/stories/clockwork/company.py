"""The company of the month: forty people in five offices and zones, who works with whom, and baton.toml for them.

The calendars are written down by hand beside the country codes that Baton is given, so that both are checked.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sandbox.company import HANDOVERS_CHANNEL
from sandbox.world import World

START = datetime(2026, 3, 5, 0, 0, tzinfo=UTC)  # a Thursday
END = datetime(2026, 4, 8, 22, 0, tzinfo=UTC)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Place:
    """An office as its people know it: zone, weekdays (Monday is 0), hours, and the free days of the month."""

    name: str
    tz: str
    country: str
    region: str
    week: tuple[int, ...]
    hours: tuple[time, time]
    holidays: tuple[date, ...]
    closed: tuple[date, ...] = ()
    short: tuple[tuple[date, time], ...] = ()


WESTERN = (0, 1, 2, 3, 4)
NINE = (time(9), time(17))
PLACES = (
    # Summer time begins on 29 March; Good Friday and Easter Monday; the day before is short.
    Place(
        "berlin", "Europe/Berlin", "DE", "BE", WESTERN, NINE, (date(2026, 4, 3), date(2026, 4, 6)),
        short=((date(2026, 4, 2), time(13)),),
    ),
    # Sunday to Thursday; summer time begins on Friday 27 March; first and last day of Passover.
    Place("telaviv", "Asia/Jerusalem", "IL", "", (6, 0, 1, 2, 3), NINE, (date(2026, 4, 2), date(2026, 4, 8))),
    # Summer time begins on 8 March. No holiday, one closed Monday.
    Place("newyork", "America/New_York", "US", "NY", WESTERN, NINE, (), closed=(date(2026, 3, 16),)),
    # No summer time; the vernal equinox.
    Place("tokyo", "Asia/Tokyo", "JP", "", WESTERN, (time(9), time(18)), (date(2026, 3, 20),)),
    # Summer time ends on 5 April; Easter.
    Place(
        "sydney", "Australia/Sydney", "AU", "NSW", WESTERN, (time(8, 30), time(16, 30)),
        (date(2026, 4, 3), date(2026, 4, 6)),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Worker:
    """One of the forty. `place` is their office; `tz` is where they are, which Slack tells."""

    key: str
    role: str
    place: Place
    tz: str

    @property
    def id(self) -> str:
        """Their id in Slack."""
        return f"U0{self.key.upper().replace('_', ''):0<8}"

    @property
    def name(self) -> str:
        """First name and family name."""
        first, _, last = self.key.partition("_")
        return f"{first.capitalize()} {last.capitalize()}"

    @property
    def email(self) -> str:
        """Their address."""
        return f"{self.key}@month.example"


CREW = (("sales_rep", 2), ("pm", 3), ("csm", 1), ("delivery_manager", 1))
ELSEWHERE = {"pm2_tokyo": "Asia/Kolkata", "rep1_berlin": "Europe/Lisbon"}  # who travels: their zone is not the office's


def crew() -> tuple[Worker, ...]:
    """Five offices with seven people each, three heads, one of sales operations, and one with nothing to do."""
    found = [
        _worker(f"{'rep' if role == 'sales_rep' else 'dm' if role == 'delivery_manager' else role}{n}", role, place)
        for place in PLACES
        for role, count in CREW
        for n in range(1, count + 1)
    ]
    berlin, telaviv, newyork, *_ = PLACES
    heads = [_worker("head", "head_of_delivery", place) for place in (berlin, telaviv, newyork)]
    return (*found, *heads, _worker("ops", "sales_ops", berlin), _worker("nobody", "none", berlin))


def _worker(name: str, role: str, place: Place) -> Worker:
    key = f"{name}_{place.name}"
    return Worker(key, role, place, ELSEWHERE.get(key, place.tz))


PEOPLE = crew()
BY_KEY = {worker.key: worker for worker in PEOPLE}
BY_ID = {worker.id: worker for worker in PEOPLE}


def of(role: str, place: Place) -> list[Worker]:
    """Who has that role in that office."""
    return [worker for worker in PEOPLE if worker.role == role and worker.place is place]


def team(n: int) -> dict[str, list[Worker]]:
    """Who takes turns in the n-th region: its office sells and manages, others help, some of them far away."""
    home, near, far = PLACES[n], PLACES[(n + 1) % len(PLACES)], PLACES[(n + 2) % len(PLACES)]
    return {
        "sales_rep": of("sales_rep", home),
        "delivery_manager": of("delivery_manager", home),
        "pm": [*of("pm", home), *of("pm", near)],
        "csm": of("csm", far),
    }


def table(**more: Any) -> dict[str, Any]:
    """baton.toml of the company."""
    roles = ("sales_rep", "pm", "csm", "delivery_manager", "sales_ops", "head_of_delivery")
    return {
        "slack": {"handovers_channel": HANDOVERS_CHANNEL},
        "people": {
            "roles": {role: [w.email for w in PEOPLE if w.role == role] for role in roles},
            "offices": {worker.email: worker.place.name for worker in PEOPLE},
            "deputies": {"csm1_sydney@month.example": "csm1_tokyo@month.example"},
        },
        "offices": {place.name: _office(place) for place in PLACES},
        "routing": [
            {"region": place.name, **{role: [w.email for w in who] for role, who in team(n).items()}}
            for n, place in enumerate(PLACES)
        ],
        "connections": {"hubspot": {}},
        "intake": {"hold_above": 1000},
        "delivery": {"poll_seconds": 3600, "rate_share": 1000, "lease_seconds": 60},
        **more,
    }


def _office(place: Place) -> dict[str, Any]:
    found: dict[str, Any] = {
        "timezone": place.tz,
        "country": place.country,
        "week": [WEEKDAYS[day] for day in place.week],
        "hours": [f"{at:%H:%M}" for at in place.hours],
    }
    if place.region:
        found["region"] = place.region
    if place.closed:
        found["closed"] = [day.isoformat() for day in place.closed]
    if place.short:
        found["short"] = {day.isoformat(): f"{at:%H:%M}" for day, at in place.short}
    return found


def settle_in(world: World) -> None:
    """The forty join the workspace and the handovers channel."""
    for worker in PEOPLE:
        world.slack.people.add(worker.id, worker.key, worker.name, worker.email, tz=worker.tz, title=worker.role)
        world.slack.rooms.enter(HANDOVERS_CHANNEL, worker.id)
