"""What a deal's stage means: by the metadata of its pipeline, never by a stage's name (pipelines guide).

Won is probability 1, lost is closed with probability 0. With `pipelines` set, only their stages count as won.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.deal import Standing
from connectors.crm.hubspot.values import flag, moment


@dataclass(frozen=True)
class Stage:
    """One stage of a deal pipeline."""

    id: str
    label: str
    pipeline: str
    standing: Standing


def read_stages(pipelines: Mapping[str, Any], *, counted: tuple[str, ...]) -> dict[str, Stage]:
    """The stages of all deal pipelines by id; a won stage outside the `counted` pipelines is an open one."""
    stages: dict[str, Stage] = {}
    for pipeline in _entries(pipelines, "results"):
        pipeline_id = str(pipeline.get("id", ""))
        for stage in _entries(pipeline, "stages"):
            standing = _standing(stage)
            if standing is Standing.WON and counted and pipeline_id not in counted:
                standing = Standing.OPEN
            stage_id = str(stage.get("id", ""))
            stages[stage_id] = Stage(stage_id, str(stage.get("label", "")), pipeline_id, standing)
    return stages


def closed_ticket_stages(pipelines: Mapping[str, Any]) -> frozenset[str]:
    """The ticket stages which mean done (metadata `ticketState` CLOSED)."""
    return frozenset(
        str(stage.get("id"))
        for pipeline in _entries(pipelines, "results")
        for stage in _entries(pipeline, "stages")
        if _metadata(stage).get("ticketState") == "CLOSED"
    )


def standing_of(properties: Mapping[str, Any], stages: Mapping[str, Stage]) -> Standing:
    """How the deal stands; for a stage that no pipeline has, HubSpot's calculated properties decide."""
    stage = stages.get(str(properties.get("dealstage") or ""))
    if stage:
        return stage.standing
    if flag(properties, "hs_is_closed_won"):
        return Standing.WON
    return Standing.LOST if flag(properties, "hs_is_closed") else Standing.OPEN


def won_since(history: Iterable[Mapping[str, Any]], stages: Mapping[str, Stage]) -> datetime | None:
    """When the present run of won stages began, UTC: moving on to another won stage does not begin a new one.

    None while the newest entry of the history is no won stage.
    """
    entries = [(at, str(entry.get("value", ""))) for entry in history if (at := moment(entry.get("timestamp")))]
    began = None
    for at, stage_id in sorted(entries, reverse=True):
        stage = stages.get(stage_id)
        if not stage or stage.standing is not Standing.WON:
            break
        began = at
    return began


def _standing(stage: Mapping[str, Any]) -> Standing:
    metadata = _metadata(stage)
    try:
        probability = Decimal(str(metadata.get("probability", "")))
    except InvalidOperation:
        return Standing.OPEN
    if probability == 1:
        return Standing.WON
    closed = str(metadata.get("isClosed", "")).lower() == "true"
    return Standing.LOST if closed and probability == 0 else Standing.OPEN


def _metadata(stage: Mapping[str, Any]) -> Mapping[str, Any]:
    found = stage.get("metadata")
    return found if isinstance(found, dict) else {}


def _entries(holder: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = holder.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
