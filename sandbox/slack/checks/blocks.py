"""Checks blocks against the published limits (https://docs.slack.dev/reference/block-kit/blocks).

A block of a kind whose inside is not read here is checked for its surface and its block_id only.
"""

from collections.abc import Callable
from typing import Any

from sandbox.slack.checks.elements import check_element, check_picture
from sandbox.slack.checks.problems import Check
from sandbox.slack.limits import BLOCKS, COMMON, SURFACES

Block = dict[str, Any]
KEYS: dict[str, set[str]] = {
    "section": {"text", "fields", "accessory", "expand"},
    "header": {"text", "level"},
    "context": {"elements"},
    "actions": {"elements"},
    "divider": set(),
    "image": {"image_url", "slack_file", "alt_text", "title"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
    "rich_text": {"elements"},
    "markdown": {"text"},
    "table": {"rows", "column_settings"},
    "alert": {"text", "level"},
}


def check_blocks(blocks: Any, surface: str) -> Check:
    """Every problem of the blocks on this surface: `message`, `modal` or `home`."""
    check = Check(surface)
    if not check.count(blocks, SURFACES[surface]["blocks"], "/blocks", least=0 if surface == "message" else 1):
        return check
    for number, block in enumerate(blocks):
        _check_block(check, block, f"/blocks/{number}")
    if check.focused > 1:
        check.fail("/blocks", "focus_on_load is allowed on one element only")
    _check_counts(check, [block for block in blocks if isinstance(block, dict)])
    return check


def _check_block(check: Check, block: Any, at: str) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    if not isinstance(block, dict) or kind not in BLOCKS:
        check.fail(at, f"unsupported type: {kind}")
        return
    if check.surface not in BLOCKS[kind]["surfaces"]:
        check.fail(at, f"{kind} is not allowed in a {check.surface}")
    check.length(block.get("block_id"), COMMON["block_id"], at + "/block_id", required=False)
    if "block_id" in block:
        if block["block_id"] in check.block_ids:
            check.fail(at + "/block_id", f"the block_id {block['block_id']!r} is already in use")
        check.block_ids.add(block["block_id"])
    if kind in KEYS:
        check.keys(block, KEYS[kind] | {"type", "block_id"}, at)
    if kind in CHECKS:
        CHECKS[kind](check, block, at)


def _check_counts(check: Check, blocks: list[Block]) -> None:
    for kind in ("table", "data_table", "data_visualization"):
        most = BLOCKS[kind].get("per_message", len(blocks))
        if sum(block.get("type") == kind for block in blocks) > most:
            check.fail("/blocks", f"only {most} {kind} allowed in a message")
    written = sum(len(str(block.get("text"))) for block in blocks if block.get("type") == "markdown")
    if written > BLOCKS["markdown"]["text"]:
        check.fail("/blocks", f"markdown blocks hold more than {BLOCKS['markdown']['text']} characters")


def _section(check: Check, block: Block, at: str) -> None:
    limits = BLOCKS["section"]
    if "text" not in block and "fields" not in block:
        check.fail(at, "needs text or fields")
    check.text(block.get("text"), limits["text"], at + "/text", required=False)
    if "fields" in block and check.count(block["fields"], limits["fields"], at + "/fields"):
        for number, field in enumerate(block["fields"]):
            check.text(field, limits["field_text"], f"{at}/fields/{number}")
    if "accessory" in block:
        check_element(check, block["accessory"], "section", at + "/accessory")


def _header(check: Check, block: Block, at: str) -> None:
    check.text(block.get("text"), BLOCKS["header"]["text"], at + "/text", plain=True)


def _context(check: Check, block: Block, at: str) -> None:
    if not check.count(block.get("elements"), BLOCKS["context"]["elements"], at + "/elements"):
        return
    for number, element in enumerate(block["elements"]):
        here = f"{at}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            check_picture(check, element, here)
        else:
            check.text(element, COMMON["text_object_max"], here)


def _actions(check: Check, block: Block, at: str) -> None:
    if not check.count(block.get("elements"), BLOCKS["actions"]["elements"], at + "/elements"):
        return
    for number, element in enumerate(block["elements"]):
        check_element(check, element, "actions", f"{at}/elements/{number}")
    named = [one.get("action_id") for one in block["elements"] if isinstance(one, dict) and "action_id" in one]
    if len(set(named)) != len(named):
        check.fail(at + "/elements", "an action_id is already in use in this block")


def _image(check: Check, block: Block, at: str) -> None:
    check_picture(check, block, at)
    check.text(block.get("title"), BLOCKS["image"]["title"], at + "/title", plain=True, required=False)


def _input(check: Check, block: Block, at: str) -> None:
    check.text(block.get("label"), COMMON["label"], at + "/label", plain=True)
    check.text(block.get("hint"), COMMON["hint"], at + "/hint", plain=True, required=False)
    check_element(check, block.get("element"), "input", at + "/element")


def _table(check: Check, block: Block, at: str) -> None:
    limits = BLOCKS["table"]
    rows = block.get("rows")
    if not check.count(rows, limits["rows"], at + "/rows") or not isinstance(rows, list):
        return
    if any(not isinstance(row, list) or len(row) > limits["columns"] for row in rows):
        check.fail(at + "/rows", f"must have at most {limits['columns']} columns")
        return
    if len({len(row) for row in rows}) > 1:
        check.fail(at + "/rows", "must have rows of one length")
    for cell in (cell for row in rows for cell in row):
        check.one_of(cell.get("type"), limits["cell_types"], at + "/rows", required=True)
    written = sum(_written(row) for row in rows)
    check.characters += written
    if written > limits["chars"]:
        check.fail(at, f"must be less than {limits['chars'] + 1} characters")


def _rich_text(check: Check, block: Block, at: str) -> None:
    check.count(block.get("elements"), 1000, at + "/elements")
    check.characters += _written(block.get("elements"))


def _alert(check: Check, block: Block, at: str) -> None:
    check.text(block.get("text"), BLOCKS["alert"]["text"], at + "/text")
    check.one_of(block.get("level"), BLOCKS["alert"]["level"], at + "/level")


def _markdown(check: Check, block: Block, at: str) -> None:
    check.length(block.get("text"), BLOCKS["markdown"]["text"], at + "/text")
    check.characters += len(str(block.get("text")))


def _written(found: Any) -> int:
    if isinstance(found, list):
        return sum(_written(one) for one in found)
    if isinstance(found, dict):
        own = len(found["text"]) if isinstance(found.get("text"), str) else 0
        return own + sum(_written(one) for key, one in found.items() if key != "text" or not own)
    return 0


CHECKS: dict[str, Callable[[Check, Block, str], None]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "table": _table,
    "rich_text": _rich_text,
    "alert": _alert,
    "markdown": _markdown,
}
