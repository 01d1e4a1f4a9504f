"""A plan as JSON text and back: how the plan of one handover is kept from its first making on."""

import json
from dataclasses import asdict
from datetime import date

from bot.plan import Plan, PlannedMilestone, PlannedTask


def write(plan: Plan) -> str:
    """The plan as text; dates in ISO form."""
    return json.dumps(asdict(plan), default=str, ensure_ascii=False)


def read(text: str) -> Plan:
    """The plan that was written."""
    data = json.loads(text)
    milestones = tuple(
        PlannedMilestone(m["key"], m["name"], date.fromisoformat(m["due"]), tuple(_task(t) for t in m["tasks"]))
        for m in data["milestones"]
    )
    return Plan(milestones, tuple(data["warnings"]))


def _task(data: dict[str, object]) -> PlannedTask:
    dates = {key: date.fromisoformat(str(data[key])) for key in ("start", "due")}
    bullets = data["bullets"]
    lines = tuple(str(line) for line in bullets) if isinstance(bullets, list) else ()
    return PlannedTask(**{**data, **dates, "bullets": lines})  # type: ignore[arg-type]
