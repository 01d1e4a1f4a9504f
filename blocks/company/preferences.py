"""A person's own choices: the modal, and the line on Home.

Decides what is shown and how it is read; what may be chosen, and what follows, `bot.actions.prefs` decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from blocks import ids, kit, mrkdwn, thread
from blocks.frame import Block, FieldErrors, Frame
from blocks.modal import inputs, submission
from blocks.mrkdwn import Safe
from blocks.render import sentence
from bot.clock.absence import back_at
from bot.people import Person

REMINDERS = "reminders"
AWAY = "away_until"
DEPUTY = "deputy"
WAYS = (("now", "In the moment"), ("morning", "In the morning"), ("off", "Off"))


@dataclass(frozen=True)
class Chosen:
    """What was chosen. `deputy` is a Slack id, '' for nobody."""

    reminders: str
    away_until: date | None
    deputy: str


def preferences_view(
    person: Person, chosen: Person | None, configured: Person | None, frame: Frame, *, nonce: str
) -> dict[str, Any]:
    """The modal "Preferences". `chosen` is the person's own deputy; `configured` the one whom the settings name."""
    today = mrkdwn.local_day(frame.now, person.tz)
    away = person.away_until if person.away_until and person.away_until >= today else None
    notes = [sentence("company.deputy_note")]
    if configured:
        notes.append(sentence("company.configured", name=mrkdwn.name(configured.name)))
    if person.status_until and person.status_until > frame.now:
        notes.append(sentence("company.status", until=thread.token(person.status_until, frame)))
    blocks = [
        inputs.radio(REMINDERS, "Reminders", WAYS, initial=person.reminders, required=True),
        kit.context(sentence("company.late")),
        inputs.day(AWAY, "I am away until", initial=away, hint="Your last day away. Leave it empty when you are here."),
        inputs.person(DEPUTY, "My deputy", initial=chosen.slack_id if chosen else ""),
        *(kit.context(note) for note in notes),
    ]
    carried = submission.metadata(0, nonce, d=(today - timedelta(days=1)).isoformat())
    return kit.modal("Preferences", blocks, callback_id=ids.VIEW_PREFERENCES, submit="Save", metadata=carried)


def preferences_read(view: Mapping[str, Any]) -> Chosen | FieldErrors:
    """What was chosen, or the sentence below a day that is over."""
    away = submission.day(view, AWAY)
    if submission.early(view, away):
        return FieldErrors({AWAY: "This day is over. Pick your last day away, or leave it empty when you are here."})
    return Chosen(submission.choice(view, REMINDERS), away, submission.user(view, DEPUTY))


def away_lines(person: Person, deputy: Person | None, frame: Frame) -> list[Block]:
    """One line for somebody who is away: until when, and who stands in; none for everybody else."""
    until = away_until(person, frame)
    if not until:
        return []
    name = mrkdwn.name(deputy.first_name, 40) if deputy else ""
    return [kit.section(sentence("company.away", until=until, deputy=name))]


def away_until(person: Person, frame: Frame) -> Safe:
    """The last day away, or the moment at which a status ends; '' for whoever is here."""
    back = back_at(person, frame.now)
    if back is None:
        return Safe("")
    if person.away_until and back != person.status_until:
        return Safe(mrkdwn.day(person.away_until))
    return thread.token(back, frame)


def preferences_button() -> Block:
    """Opens the modal for whoever clicks."""
    return kit.button("Preferences", ids.PREFERENCES, "mine")
