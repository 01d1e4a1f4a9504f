"""As whom one looks and acts: `as=` in the address wins, then the cookie, then the first of the company.

A short name of `sandbox/company.py` ("ana") or a Slack user id; an unknown one falls back to the first person.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request

from sandbox.company import PEOPLE, Person
from sandbox.pages.reader import Reader
from sandbox.world import World

COOKIE = "as"


def persona(request: Request) -> Person:
    """The person that this request acts as."""
    return named(request.query_params.get("as") or request.cookies.get(COOKIE) or "")


def named(who: str) -> Person:
    """The person with this short name or id, else the first."""
    return next((person for person in PEOPLE if who in {person.key, person.id}), PEOPLE[0])


def reader_for(world: World, person: Person) -> Reader:
    """What this person may see behind ids: everybody's name, and the channels that are theirs to see."""
    return Reader(
        user=person.id,
        tz=ZoneInfo(person.tz),
        now=datetime.fromtimestamp(world.clock.time(), UTC),
        people={user["id"]: display_name(user) for user in world.slack.users() if not user.get("deleted")},
        channels={
            channel["id"]: channel["name"]
            for channel in world.slack.visible_channels(person.id)
            if not channel.get("is_im")
        },
        home=world.base_url,
    )


def display_name(user: Mapping[str, Any]) -> str:
    """The name as Slack shows it: display name, else real name, else the handle."""
    profile = user.get("profile")
    fields = profile if isinstance(profile, dict) else {}
    return str(fields.get("display_name") or user.get("real_name") or fields.get("real_name") or user.get("name"))
