"""Stories of the checklist without a server: changed in a form, looked at, put in force, taken back."""

import threading
import tomllib
from typing import Any

import pytest

from bot.company.checklist import Version
from bot.people import Person
from handlers.company import checklist_text
from tests.stories import walk
from tests.stories.stage import Stage
from tests.stories.test_seeing import GENERAL, asked, latest
from tests.stories.walk import letters

HOSTILE = "Ask <!channel> about <https://evil.example|this> & *that*"


def overview(stage: Stage, who: str = "olga") -> dict[str, Any]:
    """What `/handover template` says."""
    return asked(stage, who, "template", GENERAL)


def pressed(stage: Stage, who: str, action_id: str, value: str | None = None) -> None:
    """Presses a button of the overview."""
    overview(stage, who)
    reaction = stage.hands.click_ephemeral(who, latest(stage, who, GENERAL)["id"], action_id, value=value)
    assert reaction.error is None, reaction


def form(stage: Stage, who: str = "olga") -> dict[str, Any]:
    """The form with the checklist's text."""
    pressed(stage, who, "template.edit")
    return walk.modal(stage, who)


def text_of(view: dict[str, Any], part: str) -> str:
    """What stands in a part's first field."""
    block = next(b for b in view["blocks"] if b.get("block_id") == f"part:{part}:0")
    return str(block["element"].get("initial_value") or "")


def wrote(view: dict[str, Any], part: str, old: str, new: str) -> dict[str, dict[str, Any]]:
    """The field of a part with some words changed."""
    text = text_of(view, part)
    assert old in text
    return {f"part:{part}:0": {f"part:{part}:0": text.replace(old, new)}}


def previewed(stage: Stage, old: str, new: str, *, part: str = "pm", who: str = "olga") -> dict[str, Any]:
    """The preview of one change."""
    walk.submit(stage, who, wrote(form(stage, who), part, old, new))
    return walk.modal(stage, who)


def applied(stage: Stage, who: str = "olga") -> str:
    """Applies what the preview on top shows; the answer."""
    walk.submit(stage, who, {})
    stage.settle()
    return str(latest(stage, who, GENERAL)["text"])


def texts(stage: Stage, number: int) -> list[str]:
    """The project manager's items of that record."""
    return [item.text for item in stage.handover(number).items if item.role == "pm"]


@pytest.mark.req("R43", "R35")
@pytest.mark.timeout(180)
def test_a_change_is_shown_put_in_force_for_new_handovers_and_taken_back(stage: Stage) -> None:
    """Old and new stand side by side; the open record keeps its version; going back is one more version."""
    walk.won(stage)
    before = stage.handover(1)
    view = previewed(stage, "Confirm that the team is available", "Confirm team, room and kit")
    shown = walk.shown(view)
    assert "0 new items, 1 changed, 0 gone, 14 as before." in shown
    assert "text: Confirm that the team is available → Confirm team, room and kit" in shown
    assert stage.deps.terms.template.version == before.template_version
    assert applied(stage) == "Version 1 is in force: new handovers get it. Those that are open keep theirs."
    stage.until(lambda: stage.deps.terms.template.version != before.template_version, "taken up")
    walk.won(stage, "9002", 2)
    assert "Confirm team, room and kit" in texts(stage, 2)
    assert texts(stage, 1) == [item.text for item in before.items if item.role == "pm"]
    assert stage.handover(1).template_version == before.template_version
    assert stage.handover(2).template_version != before.template_version
    assert "*The checklist default*, version 1 · 15 items" in walk.shown(overview(stage))
    pressed(stage, "olga", "template.back", "0")
    assert "text: Confirm team, room and kit → Confirm that the team is available" in walk.shown(
        walk.modal(stage, "olga")
    )
    assert applied(stage).startswith("Version 2 is in force")
    stage.until(lambda: stage.deps.terms.template.version == before.template_version, "taken back")
    listed = walk.shown(overview(stage))
    assert "back to the file by Olga Novak" in listed
    assert "*Version 1* · put in force by Olga Novak" in listed
    assert not stage.parked()


def test_everything_wrong_is_told_at_once_under_its_field_and_nothing_changes(http_stage: Stage) -> None:
    """Each sentence stands under the list to which it belongs; what is no TOML is named with its line."""
    view = form(http_stage)
    wrong = wrote(view, "pm", 'check = "points_answered"', 'check = "points"')
    wrong |= wrote(view, "csm", 'key = "client-access"', 'key = "kickoff-date"\nwho = "Chloe"')
    wrong |= wrote(view, "head", 'owner = "Head of Delivery"', "")
    refused = http_stage.hands.submit("olga", view["id"], wrong)
    errors = refused.body["errors"]
    assert errors.keys() == {"part:head:0", "part:pm:0", "part:csm:0"}
    assert 'pm, item 2: the check "points" is unknown.' in errors["part:pm:0"]
    assert 'csm, item 2: "who" is not a key of an item.' in errors["part:csm:0"]
    assert "The owner is missing." in errors["part:head:0"]
    refused = http_stage.hands.submit("olga", view["id"], {"part:pm:0": {"part:pm:0": "[[lists.pm]]\nkey = oops"}})
    assert "line 2" in refused.body["errors"]["part:pm:0"]
    with http_stage.deps.store.read() as reader:
        assert reader.checklist_in_force("default") is None


def test_the_form_untouched_says_that_nothing_changed(http_stage: Stage) -> None:
    """A version that differs in nothing is none."""
    refused = http_stage.hands.submit("olga", form(http_stage)["id"], {})
    assert refused.body["errors"] == {"part:head:0": "• Nothing is changed yet."}


@pytest.mark.parametrize("who", ["dev", "ana"])
def test_who_keeps_no_checklists_is_told_whom_to_ask(http_stage: Stage, who: str) -> None:
    """By the verb, by a button that was left on a screen, and by a form that was open when the role went."""
    words = "the Head of Delivery (Hana) can change a checklist: ask"
    assert words in overview(http_stage, who)["text"]
    view = previewed(http_stage, "Confirm that the team", "Confirm at last that the team")
    del http_stage.table["people"]["roles"]["sales_ops"]
    http_stage.stop()
    http_stage.start()
    walk.submit(http_stage, "olga", {})
    assert words in walk.shown(walk.modal(http_stage, "olga"))
    assert view["callback_id"] == "view.template_apply"
    http_stage.hands.click_ephemeral("olga", latest(http_stage, "olga", GENERAL)["id"], "template.edit")
    http_stage.settle()
    assert words in latest(http_stage, "olga", GENERAL)["text"]
    with http_stage.deps.store.read() as reader:
        assert reader.checklist_in_force("default") is None


def test_two_people_who_change_it_at_once_do_not_undo_each_other(http_stage: Stage) -> None:
    """Who applies second is told who was first; nothing of the first is lost."""
    previewed(http_stage, "Confirm that the team", "Olga: confirm that the team")
    previewed(http_stage, "Confirm that the team", "Hana: confirm that the team", who="hana")
    both = [threading.Thread(target=walk.submit, args=(http_stage, who, {})) for who in ("olga", "hana")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    http_stage.settle()
    with http_stage.deps.store.read() as reader:
        versions = reader.checklists("default")
        (version,) = versions
        first = reader.person(version.applied_by)
    assert isinstance(version, Version)
    assert isinstance(first, Person)
    late = "hana" if first.name == "Olga Novak" else "olga"
    assert f"{first.name} put another version in force meanwhile." in walk.shown(walk.modal(http_stage, late))
    assert f"{first.first_name}: confirm that the team" in version.text


def test_a_click_that_comes_twice_applies_once(http_stage: Stage) -> None:
    """The same submission again changes nothing; the same preview in a second window is in force already."""
    previewed(http_stage, "Confirm that the team", "Confirm now that the team")
    http_stage.world.slack.deliver.duplicate_next(1)
    walk.submit(http_stage, "olga", {})
    http_stage.settle()
    with http_stage.deps.store.read() as reader:
        assert [one.n for one in reader.checklists("default")] == [1]


def test_words_of_a_checklist_ring_nobody_and_link_nowhere(http_stage: Stage) -> None:
    """Mentions, links and formatting in an item are words: in the preview, and in a new handover's list."""
    view = previewed(http_stage, "Confirm that the team is available", HOSTILE)
    assert "<!channel>" not in walk.shown(view)
    assert "&lt;!channel&gt;" in walk.shown(view)
    before = http_stage.deps.terms.template.version
    applied(http_stage)
    http_stage.until(lambda: http_stage.deps.terms.template.version != before, "taken up")
    walk.won(http_stage)
    drawn = [block for block in http_stage.post("list:pm")["blocks"] if block["type"] != "actions"]
    assert HOSTILE in texts(http_stage, 1)
    assert "<!channel>" not in str(drawn)


def test_the_checklist_comes_as_a_file_that_can_be_read_again(http_stage: Stage) -> None:
    """[Download] sends exactly the text that is in force."""
    pressed(http_stage, "olga", "template.get")
    http_stage.settle()
    (letter,) = [letter for letter in letters(http_stage, "olga") if letter.get("files")]
    (file,) = letter["files"]
    assert file["name"] == "default.toml"
    assert letter["text"] == (
        "The checklist default, as its file has it. "
        "Change it in any text editor, then choose *Upload* under `/handover template`."
    )
    sent = http_stage.world.slack.drive.content(file["id"]).decode()
    assert sent == checklist_text("default")
    assert tomllib.loads(sent)["version"] == 1
