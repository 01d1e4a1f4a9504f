"""Emoji shortcodes that the sandbox draws; an unknown one stays as it was typed, as in Slack."""

import re

EMOJI = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "wave": "👋", "tada": "🎉", "eyes": "👀",
    "pray": "🙏", "palm_tree": "🌴", "face_with_thermometer": "🤒", "baby": "👶", "spiral_calendar_pad": "🗓️",
    "clap": "👏", "muscle": "💪", "raised_hands": "🙌", "ok_hand": "👌", "point_right": "👉", "point_down": "👇",
    "smile": "😄", "slightly_smiling_face": "🙂", "blush": "😊", "thinking_face": "🤔", "joy": "😂", "cry": "😢",
    "heart": "❤️", "fire": "🔥", "rocket": "🚀", "sparkles": "✨", "star": "⭐", "zap": "⚡", "bulb": "💡", "100": "💯",
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "ballot_box_with_check": "☑️", "x": "❌", "warning": "⚠️",
    "no_entry": "⛔", "question": "❓", "exclamation": "❗", "information_source": "ℹ️", "hourglass": "⌛",
    "hourglass_flowing_sand": "⏳", "alarm_clock": "⏰", "bell": "🔔", "no_bell": "🔕", "calendar": "📆", "date": "📅",
    "red_circle": "🔴", "large_yellow_circle": "🟡", "large_green_circle": "🟢", "large_blue_circle": "🔵",
    "white_circle": "⚪", "black_circle": "⚫", "large_orange_circle": "🟠", "double_vertical_bar": "⏸️",
    "pushpin": "📌", "paperclip": "📎", "link": "🔗", "lock": "🔒", "unlock": "🔓", "key": "🔑", "memo": "📝",
    "clipboard": "📋", "page_facing_up": "📄", "file_folder": "📁", "bookmark": "🔖", "mag": "🔍", "email": "📧",
    "envelope": "✉️", "speech_balloon": "💬", "bust_in_silhouette": "👤", "busts_in_silhouette": "👥",
    "handshake": "🤝", "runner": "🏃", "checkered_flag": "🏁", "triangular_flag_on_post": "🚩", "construction": "🚧",
    "wrench": "🔧", "gear": "⚙️", "package": "📦", "moneybag": "💰", "chart_with_upwards_trend": "📈",
    "arrow_right": "➡️", "arrow_forward": "▶️", "repeat": "🔁", "heavy_plus_sign": "➕", "new": "🆕", "soon": "🔜",
}  # fmt: skip

REACTIONS = ("+1", "eyes", "white_check_mark", "tada", "heart", "pray")

_CODE = re.compile(r":([a-z0-9_+-]+):")


def with_emoji(text: str) -> str:
    """The text with each known `:shortcode:` replaced by its picture."""
    return _CODE.sub(lambda found: EMOJI.get(found[1], found[0]), text)
