"""The default checklist as agreed, and every way in which an edited one can be wrong."""

import copy
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot import checklist
from bot.deal import Deal, Standing
from bot.handover import Handover
from bot.people import Role
from bot.template import CHECKS, FIELD_PATHS, Template, load

FILE = Path(__file__).parents[2] / "playbooks" / "checklists" / "default.toml"
RAW = tomllib.loads(FILE.read_text(encoding="utf-8"))


def loaded() -> Template:
    template, problems = load(RAW, name="default")
    assert problems == ()
    assert template is not None
    return template


# The agreed texts, word by word, in the order of the lists.
AGREED = [
    ("sales_rep", "Say what was promised", "presale", "record"),
    ("sales_rep", "Say which date really matters", "presale", "record"),
    ("sales_rep", "Say who will push back, and who backs us", "presale", "record"),
    ("sales_rep", "Sign off: the client context is right", "provisioned", "signoff"),
    ("pm", "Read the presale documents", "presale", "record"),
    ("pm", "Flag what is unclear in the scope: answer every point", "won", "record"),
    ("pm", "Confirm that the team is available", "scoped", "hand"),
    ("pm", "Sign off: tasks, owners and dates", "provisioned", "signoff"),
    ("csm", "Check who at the client gets access", "signed:delivery_manager", "record"),
    ("csm", "Client access works", "signed:delivery_manager", "record"),
    ("csm", "Set the kickoff date", "provisioned", "record"),
    ("delivery_manager", "Name PM and client success", "presale", "record"),
    ("delivery_manager", "Confirm the scope", "won", "record"),
    ("delivery_manager", "Set up the workspace", "scoped", "record"),
    ("delivery_manager", "Sign off: the data is complete", "provisioned", "signoff"),
]


def test_the_default_has_the_15_agreed_items() -> None:
    assert [(item.role, item.text, item.opens, item.kind) for item in loaded().items] == AGREED
    assert [item.key for item in loaded().items if not item.required] == ["kickoff-date"]


@pytest.mark.req("R241")
def test_the_project_manager_has_exactly_the_four_items_of_the_ticket() -> None:
    checks = [item.check for item in loaded().items if item.role is Role.PM]
    assert checks == ["presale_read", "points_answered", None, "signoff:pm"]


@pytest.mark.req("R41")
def test_the_default_names_its_owner_and_who_maintains_it() -> None:
    assert (loaded().owner, loaded().maintained_by) == ("Head of Delivery", "Sales Ops")


def test_a_review_is_due_a_quarter_after_the_last_one() -> None:
    template, _ = load(RAW | {"last_reviewed": date(2026, 1, 1)}, name="default")
    assert template is not None
    assert template.review_due == date(2026, 4, 2)


def test_the_record_can_answer_every_check_of_the_closed_list() -> None:
    assert set(CHECKS) == set(checklist.CHECKS)


def test_each_field_path_is_one_of_the_record() -> None:
    deal = Deal(connection="hubspot", id="1", name="D", client="C", standing=Standing.WON)
    known = {*Handover.__dataclass_fields__, *(f"deal.{name}" for name in vars(deal))}
    assert set(FIELD_PATHS) <= known


def edited(change: Callable[[dict[str, Any]], object]) -> tuple[str, ...]:
    raw = copy.deepcopy(RAW)
    change(raw)
    template, problems = load(raw, name="default")
    assert (template is None) == bool(problems)
    return problems


def item(**values: object) -> Callable[[dict[str, Any]], object]:
    """Changes the project manager's third item, the one that is ticked by hand."""
    return lambda raw: raw["lists"]["pm"][2].update(values)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (item(opens="sometime"), 'pm, item 3: opens = "sometime" is unknown. Use one of: presale, won, scoped, '),
        (item(opens="in_progress"), 'pm, item 3: opens = "in_progress" is unknown.'),
        (item(opens="signed:csm"), 'pm, item 3: opens = "signed:csm" is unknown.'),
        (item(check="magic"), 'pm, item 3: the check "magic" is unknown. Use one of: field, document, '),
        (item(check="field:deal.mood"), 'pm, item 3: the check field does not know "deal.mood".'),
        (item(check="field"), 'pm, item 3: the check field does not know "".'),
        (item(check="document:novel"), 'pm, item 3: the check document does not know "novel".'),
        (item(check="role_filled:pm,boss"), 'pm, item 3: the check role_filled does not know "pm,boss".'),
        (item(check="entry:gossip"), 'pm, item 3: the check entry does not know "gossip".'),
        (item(check="presale_done:party"), 'pm, item 3: the check presale_done does not know "party".'),
        (item(check="channel:x"), 'pm, item 3: the check channel stands alone. Write: check = "channel".'),
        (item(check="signoff:csm"), 'pm, item 3: the check signoff does not know "csm".'),
        (item(check="signoff:sales_rep"), 'pm, item 3: "signoff:sales_rep" stands in the list pm. Nobody signs for'),
        (item(text="x" * 76), "pm, item 3: the text has 76 characters, Slack shows 75. Shorten it."),
        (item(description="x" * 76), "pm, item 3: the description has 76 characters, Slack shows 75."),
        (item(text=" "), "pm, item 3: the text is empty. Say in a few words what to do."),
        (item(text="a\nb"), "pm, item 3: the text has a line break"),
        (item(text=7), 'pm, item 3: text must be text. Write: text = "…".'),
        (item(required="yes"), "pm, item 3: required must be true or false, without quotes."),
        (item(key="Confirm Team"), 'pm, item 3: the key "Confirm Team" must be 2 to 40 small letters'),
        (item(key="say-date"), 'The key "say-date" stands 2 times. Give each item its own key, over all lists.'),
        (item(chek="channel"), 'pm, item 3: "chek" is not a key of an item. Use one of: check, description, '),
        (lambda raw: raw["lists"]["pm"][2].pop("text"), 'pm, item 3: it has no text. Add the line: text = "…".'),
        (lambda raw: raw["lists"].update(boss=[]), '"boss" is no role with a list. Use one of: sales_rep, pm, csm, '),
        (lambda raw: raw["lists"].update(csm={}), "The list csm holds no items. Begin each with [[lists.csm]]"),
        (lambda raw: raw.pop("lists"), "There are no lists. Begin each item with [[lists.ROLE]]"),
        (lambda raw: raw.pop("version"), "The version is missing. Write for example: version = 1."),
        (lambda raw: raw.pop("owner"), 'The owner is missing. Write for example: owner = "Head of Delivery".'),
        (
            lambda raw: raw.update(last_reviewed="2026"),
            "The date of the last review is missing. Write it without quotes",
        ),
        (lambda raw: raw.update(ovner="x"), '"ovner" is not a key of a checklist. Use one of: '),
        (
            lambda raw: raw["lists"]["pm"].pop(),
            'The list pm needs exactly one sign-off, with check = "signoff:pm"; it has 0.',
        ),
        (item(check="signoff:pm"), 'The list pm needs exactly one sign-off, with check = "signoff:pm"; it has 2.'),
    ],
)
def test_what_is_wrong_is_said_with_the_next_step(change: Callable[[dict[str, Any]], object], problem: str) -> None:
    problems = edited(change)
    assert any(each.startswith(problem) for each in problems), problems


def test_all_problems_are_said_at_once() -> None:
    problems = edited(lambda raw: (raw.pop("owner"), item(check="magic", text="", opens="never")(raw)))
    assert len(problems) == 4


def test_more_than_ten_items_to_tick_by_hand_are_refused() -> None:
    def with_by_hand(count: int) -> tuple[str, ...]:
        more = [{"key": f"by-hand-{n}", "text": "Tick me"} for n in range(count - 1)]
        return edited(lambda raw: raw["lists"]["pm"].extend(more))

    assert with_by_hand(10) == ()
    assert with_by_hand(11) == ("The list pm has 11 items to tick by hand, at most 10. Give some a check.",)


@pytest.mark.parametrize("waits", [{"pm": "pm"}, {"pm": "sales_rep", "sales_rep": "pm"}])
def test_sign_offs_that_wait_for_each_other_are_refused(waits: dict[str, str]) -> None:
    def change(raw: dict[str, Any]) -> None:
        for role, other in waits.items():
            raw["lists"][role][3]["opens"] = f"signed:{other}"

    said = "waits for itself. Let it open with a state, for example provisioned."
    assert sorted(edited(change)) == [f"The sign-off of {role} {said}" for role in sorted(waits)]


def test_one_sign_off_may_wait_for_another() -> None:
    assert edited(lambda raw: raw["lists"]["pm"][3].update(opens="signed:delivery_manager")) == ()


def test_several_roles_may_have_to_be_filled() -> None:
    assert edited(item(check="role_filled:pm,csm,sales_rep")) == ()
