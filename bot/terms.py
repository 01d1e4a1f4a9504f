"""What the company agreed: settings, office calendars and the checklist, as one argument of the use-cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.clock import counting
from bot.handover import Handover
from bot.people import Role
from bot.rights.whom import Known
from bot.settings import Settings
from bot.template import Template
from bot.worktime import Office, add_working_days, day_length, elapsed


@dataclass(frozen=True)
class Said:
    """What to tell the person who acted; '' when nothing need be said. `batch` names what [Undo] takes back."""

    line: str = ""
    batch: str = ""
    handover_id: int = 0


@dataclass(frozen=True)
class Terms:
    """Settings, calendars by office name, the checklist in force, and what the connected systems are called."""

    settings: Settings
    offices: Mapping[str, Office]
    template: Template
    tool_title: str = ""
    crm_titles: Mapping[str, str] = field(default_factory=dict)

    def office(self, handover: Handover) -> Office:
        """The calendar that counts: the delivery manager's office."""
        return self.offices.get(handover.office) or self.offices[self.settings.offices[0].name]

    def due(self, handover: Handover, start: datetime) -> datetime:
        """When the handover must be through the gate, counted from the scope confirmation (UTC)."""
        return add_working_days(self.office(handover), start, self.settings.clock_days)

    def scope_due(self, handover: Handover, start: datetime) -> datetime:
        """When the scope should be confirmed, counted from the win (UTC)."""
        return add_working_days(self.office(handover), start, self.settings.scope_days)

    def resumed(self, handover: Handover, due: datetime, *, stopped: datetime, now: datetime) -> datetime:
        """The due time after the clock stood still from `stopped` to `now` (UTC)."""
        office = self.office(handover)
        if stopped >= due:
            return due
        left = elapsed(office, start=stopped, end=due)
        return add_working_days(office, now, Decimal(str(left / day_length(office))))

    def worked(self, handover: Handover, now: datetime) -> timedelta:
        """Working time on the clock so far: from the scope confirmation, without pauses and holds."""
        if handover.scoped_at is None:
            return timedelta()
        return counting.ran(handover, self.office(handover), start=handover.scoped_at, end=handover.live_at or now)

    def today(self, handover: Handover, now: datetime) -> date:
        """The calendar date of that moment in the delivery manager's office."""
        return now.astimezone(ZoneInfo(self.office(handover).tz)).date()


def manager_of(handover: Handover) -> int:
    """The delivery manager's person id, 0 when there is none."""
    return handover.roles.get(Role.DELIVERY_MANAGER, 0)


def heads_of(known: Known) -> list[int]:
    """The heads of delivery by id, in the order of the settings; none who was never met, or whose account is closed."""
    return [person.id for person in known.having(Role.HEAD_OF_DELIVERY) if person.active]
