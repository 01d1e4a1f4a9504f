"""The figures of `block_kit.json` and `methods.json`, loaded once."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
_KIT: dict[str, Any] = json.loads((HERE / "block_kit.json").read_text(encoding="utf-8"))

SURFACES: dict[str, dict[str, int]] = _KIT["surfaces"]
COMMON: dict[str, int] = _KIT["common"]
BLOCKS: dict[str, dict[str, Any]] = _KIT["blocks"]
ELEMENTS: dict[str, dict[str, Any]] = _KIT["elements"]
OBJECTS: dict[str, dict[str, Any]] = _KIT["objects"]
OTHER: dict[str, int] = _KIT["other"]
METHODS: dict[str, dict[str, Any]] = json.loads((HERE / "methods.json").read_text(encoding="utf-8"))["methods"]
