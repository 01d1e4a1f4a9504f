"""Checks elements and their parts against the published limits.

Follows https://docs.slack.dev/reference/block-kit/block-elements and
https://docs.slack.dev/reference/block-kit/composition-objects.
"""

import re
from datetime import date, time
from typing import Any

from sandbox.slack.checks.problems import Check
from sandbox.slack.limits import COMMON, ELEMENTS, OBJECTS

SELECTS = {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
MULTI = {"multi_" + name for name in SELECTS}
TEXTS = {"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"}
FORMS = {
    "datepicker": ("initial_date", r"\d{4}-\d\d-\d\d"),
    "timepicker": ("initial_time", r"\d\d:\d\d"),
    "datetimepicker": ("initial_date_time", r"\d{10}"),
}
OPTIONS = {"static_select", "multi_static_select", "checkboxes", "radio_buttons", "overflow"}
STATELESS = {"button", "overflow", "image", "workflow_button", "feedback_buttons", "icon_button"}
ANY = {"type", "action_id", "confirm", "focus_on_load"}
KEYS: dict[str, set[str]] = {
    "button": {"type", "action_id", "text", "value", "url", "style", "confirm", "accessibility_label"},
    "checkboxes": ANY | {"options", "initial_options"},
    "radio_buttons": ANY | {"options", "initial_option"},
    "overflow": {"type", "action_id", "options", "confirm"},
    "static_select": ANY | {"placeholder", "options", "option_groups", "initial_option"},
    "external_select": ANY | {"placeholder", "initial_option", "min_query_length"},
    "users_select": ANY | {"placeholder", "initial_user"},
    "conversations_select": ANY
    | {"placeholder", "initial_conversation", "default_to_current_conversation", "response_url_enabled", "filter"},
    "channels_select": ANY | {"placeholder", "initial_channel", "response_url_enabled"},
    "multi_static_select": ANY | {"placeholder", "options", "option_groups", "initial_options", "max_selected_items"},
    "multi_external_select": ANY | {"placeholder", "initial_options", "min_query_length", "max_selected_items"},
    "multi_users_select": ANY | {"placeholder", "initial_users", "max_selected_items"},
    "multi_conversations_select": ANY | {"placeholder", "initial_conversations", "max_selected_items", "filter"},
    "multi_channels_select": ANY | {"placeholder", "initial_channels", "max_selected_items"},
    "datepicker": ANY | {"placeholder", "initial_date"},
    "timepicker": ANY | {"placeholder", "initial_time", "timezone"},
    "datetimepicker": ANY | {"initial_date_time"},
    "plain_text_input": ANY
    | {"placeholder", "initial_value", "multiline", "min_length", "max_length", "dispatch_action_config"},
    "rich_text_input": ANY | {"placeholder", "initial_value", "dispatch_action_config"},
    "number_input": ANY
    | {"placeholder", "initial_value", "is_decimal_allowed", "min_value", "max_value", "dispatch_action_config"},
    "email_text_input": ANY | {"placeholder", "initial_value", "dispatch_action_config"},
    "url_text_input": ANY | {"placeholder", "initial_value", "dispatch_action_config"},
    "file_input": {"type", "action_id", "filetypes", "max_files"},
    "image": {"type", "image_url", "alt_text", "slack_file"},
}


def check_element(check: Check, element: Any, container: str, at: str) -> None:
    """Checks an element standing in a `section`, `actions` or `input` block."""
    if not isinstance(element, dict) or element.get("type") not in KEYS:
        named = element.get("type") if isinstance(element, dict) else element
        check.fail(at, f"unsupported type: {named}")
        return
    kind = element["type"]
    limits = ELEMENTS.get(kind, ELEMENTS["multi_users_select"])
    if container not in limits["in"]:
        check.fail(at, f"{kind} is not allowed in {container}")
    if check.surface not in limits["surfaces"]:
        check.fail(at, f"{kind} is not allowed in a {check.surface}")
    check.keys(element, KEYS[kind], at)
    check.length(element.get("action_id"), COMMON["action_id"], at + "/action_id", required=False)
    check.text(element.get("placeholder"), COMMON["placeholder"], at + "/placeholder", plain=True, required=False)
    _check_confirm(check, element.get("confirm"), at + "/confirm")
    check.focused += bool(element.get("focus_on_load"))
    _check_kind(check, element, at)


def _check_kind(check: Check, element: dict[str, Any], at: str) -> None:
    kind = element["type"]
    if kind == "button":
        _check_button(check, element, at)
    elif kind == "image":
        check_picture(check, element, at)
    elif kind in OPTIONS:
        _check_options(check, element, at)
    elif kind in FORMS:
        _check_picker(check, element, at)
    elif kind in ("plain_text_input", "number_input"):
        _check_bounds(check, element, at)


def _check_button(check: Check, button: dict[str, Any], at: str) -> None:
    check.text(button.get("text"), COMMON["button_text"], at + "/text", plain=True)
    check.length(button.get("value"), COMMON["button_value"], at + "/value", least=0, required=False)
    check.length(button.get("url"), COMMON["button_url"], at + "/url", required=False)
    label = at + "/accessibility_label"
    check.length(button.get("accessibility_label"), COMMON["accessibility_label"], label, required=False)
    check.one_of(button.get("style"), ELEMENTS["button"]["style"], at + "/style")


def check_picture(check: Check, image: dict[str, Any], at: str) -> None:
    """Checks what an image block and an image element have in common."""
    check.length(image.get("alt_text"), 2000, at + "/alt_text")
    if ("image_url" in image) == ("slack_file" in image):
        check.fail(at, "needs one of image_url and slack_file")
    elif "image_url" in image:
        check.length(image["image_url"], 3000, at + "/image_url")
        if not re.match(r"https?://", str(image["image_url"])):
            check.fail(at + "/image_url", "must be a valid URL")


def _check_confirm(check: Check, confirm: Any, at: str) -> None:
    if confirm is None:
        return
    if not isinstance(confirm, dict):
        check.fail(at, "must be a confirmation dialog")
        return
    check.keys(confirm, {"title", "text", "confirm", "deny", "style"}, at)
    limits = OBJECTS["confirm"]
    for part in ("title", "confirm", "deny"):
        check.text(confirm.get(part), limits[part], f"{at}/{part}", plain=True)
    check.text(confirm.get("text"), limits["text"], at + "/text")
    check.one_of(confirm.get("style"), limits["style"], at + "/style")


def _check_options(check: Check, element: dict[str, Any], at: str) -> None:
    least, most = ELEMENTS[element["type"]]["options"]
    if ("options" in element) == ("option_groups" in element):
        check.fail(at, "needs one of options and option_groups")
        return
    options = element.get("options")
    if options is not None:
        if not check.count(options, most, at + "/options", least=least):
            return
        listed = list(options)
    else:
        listed = _grouped(check, element["option_groups"], at + "/option_groups")
    mixed = element["type"] in ("checkboxes", "radio_buttons")
    for number, option in enumerate(listed):
        _check_option(check, option, f"{at}/options/{number}", mrkdwn=mixed)
    values = [option.get("value") for option in listed if isinstance(option, dict)]
    if len(set(values)) != len(values):
        check.fail(at + "/options", "the values of the options are not unique")
    _check_initial(check, element, values, at)


def _grouped(check: Check, groups: Any, at: str) -> list[Any]:
    found: list[Any] = []
    if not check.count(groups, ELEMENTS["static_select"]["option_groups"], at):
        return found
    for number, group in enumerate(groups):
        check.text(group.get("label"), OBJECTS["option_group"]["label"], f"{at}/{number}/label", plain=True)
        if check.count(group.get("options"), OBJECTS["option_group"]["options"], f"{at}/{number}/options"):
            found.extend(group["options"])
    return found


def _check_option(check: Check, option: Any, at: str, *, mrkdwn: bool) -> None:
    if not isinstance(option, dict):
        check.fail(at, "must be an option")
        return
    limits = OBJECTS["option"]
    check.keys(option, {"text", "value", "description", "url"}, at)
    check.text(option.get("text"), limits["text"], at + "/text", plain=not mrkdwn)
    check.length(option.get("value"), limits["value"], at + "/value")
    described = at + "/description"
    check.text(option.get("description"), limits["description"], described, plain=not mrkdwn, required=False)


def _check_initial(check: Check, element: dict[str, Any], values: list[Any], at: str) -> None:
    chosen = element.get("initial_options", [element["initial_option"]] if "initial_option" in element else None)
    if chosen is None:
        return
    key = "initial_options" if "initial_options" in element else "initial_option"
    if not isinstance(chosen, list) or not chosen:
        check.fail(f"{at}/{key}", "must not be empty")
    elif any(not isinstance(one, dict) or one.get("value") not in values for one in chosen):
        check.fail(f"{at}/{key}", "must match one of the options")


def _check_picker(check: Check, picker: dict[str, Any], at: str) -> None:
    name, form = FORMS[picker["type"]]
    value = str(picker.get(name, ""))
    try:
        good = bool(re.fullmatch(form, value))
        if good and name != "initial_date_time":
            (date if name == "initial_date" else time).fromisoformat(value)
    except ValueError:
        good = False
    if name in picker and not good:
        check.fail(at, f"the initial value of the {picker['type']} has the wrong form")


def _check_bounds(check: Check, element: dict[str, Any], at: str) -> None:
    if element["type"] == "number_input":
        if "is_decimal_allowed" not in element:
            check.fail(at, "missing required field: is_decimal_allowed")
        for key in ("initial_value", "min_value", "max_value"):
            check.length(element.get(key), 50, f"{at}/{key}", required=False)
        return
    limits = ELEMENTS["plain_text_input"]
    for key in ("min_length", "max_length"):
        least, most = limits[key]
        if key in element and not (isinstance(element[key], int) and least <= element[key] <= most):
            check.fail(f"{at}/{key}", f"must be between {least} and {most}")
    most = element["max_length"] if isinstance(element.get("max_length"), int) else 3000
    check.length(element.get("initial_value"), most, at + "/initial_value", least=0, required=False)
