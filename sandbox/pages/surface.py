"""What an element needs to know of the place that it stands in: who reads it, and what was chosen or typed so far.

State follows `view.state.values` of https://docs.slack.dev/reference/views: block id, then action id, then the held
value under a key that depends on the element's type.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.pages.reader import Reader

# The element's type: where its state holds the value, and where the element carries its first value.
HOLDS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}

MULTIPLE = frozenset(kind for kind in HOLDS if kind.startswith("multi_"))


Values = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Surface:
    """One message or view as it is drawn for one person. `scope` makes names of form fields unique on the page."""

    reader: Reader
    scope: str
    state: Values = field(default_factory=dict)

    def held(self, element: Mapping[str, Any], block_id: str) -> Any:
        """What the element shows: typed or chosen so far, else its initial value, else None."""
        state_key, first_key = HOLDS[element["type"]]
        kept = self.state.get(block_id, {}).get(element.get("action_id", ""))
        if kept is not None and kept.get("type", element["type"]) == element["type"]:
            return kept.get(state_key)
        return element.get(first_key)

    def name(self, block_id: str, element: Mapping[str, Any]) -> str:
        """A name for a form field that no other message or block on the page has."""
        return f"{self.scope}|{block_id}|{element.get('action_id', '')}"
