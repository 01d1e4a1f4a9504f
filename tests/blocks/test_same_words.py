"""By when something is due is said in the same words wherever it stands: thread, Home, card, reminder, replies."""

from datetime import datetime, timedelta

import pytest

from blocks import whisper
from blocks.card import card
from blocks.faces import faces
from blocks.home import home_view
from blocks.reminder import Asked, Line, reminder
from blocks.replies import reply
from blocks.words import turns
from bot.breach import Breach
from bot.clock.nag import LATE
from bot.handover import Handover, State
from bot.people import Sight
from tests.blocks.reading import words
from tests.builders import ANA, DEV, NOW, make_frame, make_handover

FRAME = make_frame()
HOUR = timedelta(hours=1)
TOKEN = "<!date^"


def by(due: datetime, *, scoped: bool) -> Handover:
    """A record that is due then; without a scope, the scope is wanted by then."""
    if scoped:
        return make_handover(State.SCOPED, due_at=due, entries=[], answers=[])
    return make_handover(State.WON, scope_due_at=due, entries=[], answers=[])


def said(handover: Handover, left: timedelta) -> dict[str, str]:
    """What is read of it, by place; and what is heard."""
    rows = turns.of_person(handover, ANA.id)
    line = Line(handover, ANA.id, rows, left=left)
    message, _ = reminder(Asked(ANA, [line], things=len(rows), reminder_id=7, since=NOW), FRAME)
    return {
        "list": words(faces(handover, FRAME)["list:delivery_manager"]),
        "heard of the list": faces(handover, FRAME)["list:delivery_manager"].text,
        "heard of the thread": faces(handover, FRAME)["root"].text,
        "thread": words(faces(handover, FRAME)["root"]),
        "Home": words(home_view(ANA, [(handover, rows)], [], None, FRAME)),
        "mine": words(whisper.whisper("mine", None, FRAME, {"person": ANA, "handovers": [handover]})),
        "card": words(card(handover, FRAME, sight=Sight.OUTLINE)),
        "reminder": words(message),
        "heard": message.text,
    }


@pytest.mark.parametrize(
    ("scoped", "left", "when"),
    [
        (False, HOUR, "scope wanted by"),
        (False, -HOUR, "scope was wanted by"),
        (True, HOUR, "due"),
        (True, -HOUR, "was due"),
    ],
)
def test_the_time_has_the_same_words_everywhere(scoped: bool, left: timedelta, when: str) -> None:  # noqa: FBT001
    for place, text in said(by(NOW + left, scoped=scoped), left).items():
        plain = text.replace("*", "")
        for word in ("Scope", "Was", "Due"):
            plain = plain.replace(f". {word} ", f". {word.lower()} ")
        beginning, _, rest = plain.partition(f"{when} ")
        assert rest.startswith(TOKEN if "heard" not in place else "Tue"), (place, text)
        assert "due" not in beginning, (place, text)
        assert scoped or "due" not in rest.partition("\n")[0], (place, text)


def test_what_is_late_before_its_scope_is_told_so() -> None:
    late = by(NOW - HOUR, scoped=False)
    late.breaches = [Breach("scope", NOW - HOUR, told_on=NOW.date())]
    found = reply("late", late, FRAME, {"ring": {}})
    assert words(found).replace("*", "").startswith(f"🔴 Late: the scope was wanted by {TOKEN}")
    assert "is late: the scope was wanted by Tue" in found.text
    one = Line(late, DEV.id, [], notice=LATE, left=-HOUR)
    message, _ = reminder(Asked(DEV, [one], things=0, reminder_id=7, since=NOW), FRAME)
    assert f"*: scope was wanted by {TOKEN}" in words(message)
    late.breaches = []
    late.scope_due_at = NOW + HOUR
    over = reply("late_over", late, FRAME, {})
    assert f"The scope is wanted by *{TOKEN}" in words(over)
    assert " is no longer late. Scope " in over.text
    assert f"runs again, scope wanted by *{TOKEN}" in words(reply("resumed", late, FRAME, {}))
    late.scope_due_at = NOW - HOUR
    assert f"it is late: the scope was wanted by *{TOKEN}" in words(reply("resumed", late, FRAME, {}))
