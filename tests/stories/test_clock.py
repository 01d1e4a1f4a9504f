"""The clock as people meet it: reminders by direct message, the breach, [Take it], and the end of both."""

from typing import Any

import pytest

from tests.stories import walk
from tests.stories.stage import Stage
from tests.stories.test_pause import press, whispered
from tests.stories.test_time_travel import press as bar
from tests.stories.walk import letters


def until_due(stage: Stage) -> None:
    """The scope is confirmed, and nobody does anything until the morning after the due time."""
    walk.won(stage)
    walk.scope(stage)
    morning_after(stage)


def morning_after(stage: Stage) -> None:
    """It is the morning after the next due time, and nobody did anything."""
    for jump in ("due", "working_day"):
        answer = bar(stage, jump)
        assert answer.status_code == 200, answer.text
    stage.settle()


def reminders(stage: Stage, who: str) -> list[dict[str, Any]]:
    """The direct messages to this person that remind or warn."""
    words = ("wait for you", "waits for you", "will be late", "late.", "Last hour")
    return [m for m in letters(stage, who) if any(word in walk.shown(m) for word in words)]


@pytest.mark.req("R37", "R40", "R202")
def test_nobody_does_anything_and_it_becomes_late(stage: Stage) -> None:
    until_due(stage)
    root = stage.post("root")
    assert "🔴" in walk.shown(root)
    assert stage.handover().breach is not None
    late = [m for m in stage.channel() if "🔴 *Late:*" in walk.shown(m) and m["ts"] != root["ts"]]
    assert 1 <= len(late) <= 2
    assert f"<@{walk.user_id('ana')}>" in walk.shown(late[-1])
    assert "84" not in late[0]["text"]
    ana = reminders(stage, "ana")
    assert 1 <= len(ana) <= 2
    assert "Fewer of these? /handover prefs" in walk.shown(ana[0])
    dev = [walk.shown(m) for m in reminders(stage, "dev")]
    assert any("was due" in words for words in dev)
    assert not any("will be late" in words for words in dev)
    assert any("is late" in words or "late.*" in words for words in [walk.shown(m) for m in reminders(stage, "hana")])
    assert stage.parked() == []


def test_what_is_done_elsewhere_is_ticked_off_in_the_reminder(http_stage: Stage) -> None:
    until_due(http_stage)
    mine = reminders(http_stage, "ana")[-1]
    walk.context(http_stage)
    http_stage.until(lambda: "done" in walk.shown(reminders_of(http_stage, mine)).lower(), "the reminder is edited")
    assert http_stage.parked() == []


def reminders_of(stage: Stage, message: dict[str, Any]) -> dict[str, Any]:
    """That very message as it is now."""
    return next(m for m in letters(stage, "ana") if m["ts"] == message["ts"])


def test_the_head_takes_what_is_late(http_stage: Stage) -> None:
    until_due(http_stage)
    hers = reminders(http_stage, "hana")[-1]
    press(http_stage, "hana", hers, "late.take")
    assert "yours now" in whispered(http_stage, "hana")
    held = {item.key for item in http_stage.handover().items if item.holder}
    assert held
    assert not any(http_stage.handover().item(key).kind == "signoff" for key in held)  # type: ignore[union-attr]


def test_only_the_receiver_puts_a_reminder_off(bare_stage: Stage) -> None:
    assert bar(bare_stage, "working_day").status_code == 200
    assert bar(bare_stage, "hour").status_code == 200
    bare_stage.settle()
    found = [m for m in reminders(bare_stage, "ana") if "reminder.later" in str(m["blocks"])]
    if not found:
        assert bar(bare_stage, "working_day").status_code == 200
        bare_stage.settle()
        found = [m for m in reminders(bare_stage, "ana") if "reminder.later" in str(m["blocks"])]
    assert found
    room = walk.room_of(bare_stage, "ana", found[-1])
    select = next(
        e for b in found[-1]["blocks"] if b["type"] == "actions" for e in b["elements"] if e["type"] == "static_select"
    )
    option = select["options"][-1]["value"]
    reaction = bare_stage.hands.choose("ana", room, found[-1]["ts"], "reminder.later", option)
    assert reaction.error is None
    bare_stage.settle()
    assert "I remind you again" in whispered(bare_stage, "ana")
