"""What stands in the workspace before the bot does anything: people and four channels.

A workspace that has users already is left as it is.
"""

from typing import TYPE_CHECKING

from sandbox.company import BOT_USER, HANDOVERS_CHANNEL, PEOPLE, by_key

if TYPE_CHECKING:
    from sandbox.slack.workspace import Workspace

GENERAL = "C0GENERAL1"
CLIENT_CHANNEL = "C0CLIENTABC"
SHARED_CHANNEL = "C0EXTABC01"
TALK = (
    ("rafi", "Met ABC Fintech's team yesterday. They are pleased with the proposal."),
    ("ana", "They want a weekly call until go-live"),
    ("dev", "Who would hold it? That is an hour a week that nobody planned."),
    ("ana", "I said the project manager would. Maria Klein asked for it herself."),
    ("ben", "Good to know. Let us write it down somewhere before it gets lost."),
)


def seed(slack: "Workspace") -> None:
    """Fills an empty workspace."""
    if slack.users():
        return
    for person in PEOPLE:
        slack.people.add(
            person.id,
            person.key,
            person.name,
            person.email,
            tz=person.tz,
            title=person.title,
            is_restricted=person.guest,
            is_admin=person.admin,
        )
    slack.people.add(BOT_USER, "baton", "Baton", "", is_bot=True, tz="Europe/Berlin")
    everyone = [person.id for person in PEOPLE if not person.guest]
    insiders = [one for one in everyone if one != by_key("nico").id]
    client = [by_key(key).id for key in ("ana", "ben", "chloe", "dev", "rafi", "klein")]
    _channel(slack, GENERAL, "general", everyone, is_general=True)
    _channel(slack, HANDOVERS_CHANNEL, "handovers", [*insiders, BOT_USER], private=True)
    _channel(slack, CLIENT_CHANNEL, "client-abc", insiders)
    _channel(slack, SHARED_CHANNEL, "ext-abc-fintech", client, private=True, is_ext_shared=True, is_shared=True)
    for key, text in TALK:
        slack.post(CLIENT_CHANNEL, {"user": by_key(key).id, "text": text})
    slack.post(SHARED_CHANNEL, {"user": by_key("klein").id, "text": "Hello everyone, looking forward to the start."})


def _channel(
    slack: "Workspace", channel_id: str, name: str, members: list[str], *, private: bool = False, **flags: bool
) -> None:
    """A channel whose members have been there all along: no lines, no events."""
    slack.rooms.create(name, members[0], private=private, channel_id=channel_id, **flags)
    for member in members[1:]:
        slack.rooms.enter(channel_id, member)
