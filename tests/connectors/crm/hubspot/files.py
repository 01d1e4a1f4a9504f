"""Reads the payload files of this folder, and a whole deal's JSON as the mapping takes it."""

import json
from pathlib import Path
from typing import Any

from connectors.crm.hubspot.config import Config
from connectors.crm.hubspot.mapping import Snapshot
from connectors.crm.hubspot.stages import read_stages

FOLDER = Path(__file__).parent / "fixtures"
CONFIG = Config(key="hubspot", token="t")


def load(name: str) -> Any:
    """The JSON of one file."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def snapshot(name: str) -> Snapshot:
    """A deal's file as a snapshot, over the pipelines with the custom won stage."""
    parts = load(name)
    closed = frozenset(parts.pop("closed_ticket_stages", []))
    stages = read_stages(load("pipelines__custom_won_stage"), counted=())
    return Snapshot(stages=stages, closed_ticket_stages=closed, **parts)
