"""What can be set, where, with which default: the environment's names, and the tables of baton.toml.

Only data: `bot/settings.py` reads and checks, and the page of the settings is tested against these tables.
"""

from collections.abc import Mapping
from typing import Any

# name -> (default, help); the docs page of the settings is tested against these tables.
ENVIRONMENT: Mapping[str, tuple[str, str]] = {
    "SLACK_BOT_TOKEN": ("", "the bot token of the installed app, xoxb-…"),
    "SLACK_SIGNING_SECRET": ("", "the app's signing secret; needed unless Socket Mode is used"),
    "SLACK_APP_TOKEN": ("", "an app-level token, xapp-…: when given, Socket Mode is used"),
    "SLACK_API_URL": ("https://slack.com/api/", "where Slack's Web API is"),
    "DATABASE_URL": ("sqlite:///baton.db", "SQLite file, or postgresql://…"),
    "BATON_CONFIG": ("baton.toml", "the settings file"),
    "BATON_HOST": ("127.0.0.1", "the address to listen on"),
    "BATON_PORT": ("3000", "the port to listen on"),
    "BATON_REHEARSAL_PORT": ("", "the port of a rehearsal's clock, on this machine only; empty: BATON_PORT + 1"),
    "BATON_PUBLIC_URL": ("", "the public https address in front of this port; webhooks are verified against it"),
    "BATON_SECRET_KEY": ("", "keys that seal secrets in the database, newest first, with commas; empty: one is made"),
}
TABLES: Mapping[str, Mapping[str, tuple[Any, str]]] = {
    "slack": {
        "handovers_channel": ("", "id of the private channel where handovers are opened (C…)"),
        "admin_channel": ("", "id of the channel for admin messages; empty: direct messages to sales operations"),
    },
    "clock": {
        "working_days": ("2", "working days from the scope confirmation to the gate"),
        "scope_days": ("1", "working days from the win to the scope confirmation"),
        "pause_days": ("10", "working days that a handover may wait for the client at most"),
        "first_share": ("0.5", "share of the time after which the first reminder goes out, at the start of that day"),
        "last_hours": ("1", "working hours before the due time at which the last reminder goes out"),
        "merge_hours": ("3", "two reminders nearer to each other than this are one"),
    },
    "digest": {
        "enabled": (True, "the daily message about all handovers in the handovers channel"),
        "time": ("09:00", "when it is posted on each working day, in the time of its office"),
        "office": ("", "the office whose working days and time count; empty: the first one"),
    },
    "scope": {"auto": (False, "a linked scope document alone confirms the scope")},
    "provision": {
        "auto": (True, "workspace and channel are set up by themselves once the scope is confirmed"),
        "tool": ("", "the connection that makes workspaces; empty: the only project tool there is"),
    },
    "intake": {"hold_above": (10, "more wins than this within an hour are held for one question to the admin")},
    "playbooks": {
        "checklist": ("default", "the checklist under playbooks/checklists"),
        "project": ("default", "the project playbook under playbooks/projects"),
        "by_service_line": ({}, "service line = playbook"),
    },
    "retention": {
        "webhooks": (30, "days that the raw body of a webhook is kept after it came"),
        "jobs": (30, "days that finished work is kept"),
        "seen": (30, "days that clicks and events are remembered, so that a repeat has no effect"),
        "opinions": (365, "days that stances (after their record ended) and reasons of pauses in digests are kept"),
        "timelines": (0, "days that a timeline is kept after its record ended; 0: for ever"),
    },
    "delivery": {
        "poll_seconds": (300, "how often each CRM is asked for what webhooks lost"),
        "lease_seconds": (60, "how long a worker may hold a job"),
        "request_seconds": (10, "how long a request to Baton may take to arrive until it is cut off"),
        "silence_seconds": (90, "how long Socket Mode may bring nothing until its line is replaced"),
        "rate_share": (1, "share of Slack's rate limits that Baton may use; 0.5 leaves half to other apps"),
        "workers": (4, "jobs worked on side by side"),
    },
}
FREE_TABLES = frozenset({"people", "offices", "routing", "connections"})
PEOPLE_TABLES = ("roles", "offices", "functions", "deputies")
# Lists of texts in [people]: what a status in Slack must show, beside an end, to mean an absence.
PEOPLE_LISTS: Mapping[str, tuple[str, ...]] = {
    "away_emojis": (":palm_tree:", ":face_with_thermometer:", ":baby:", ":no_entry:"),
    "away_words": ("vacation", "out of office", "on leave", "out sick"),
}
CONDITIONS = ("service_line", "region", "industry", "client", "pipeline")  # what a routing rule may look at
MAX_PORT = 65_535
