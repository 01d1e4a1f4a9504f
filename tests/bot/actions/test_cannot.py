"""The answer “I can't do this”: an item goes to somebody who can, or is said to be done; never a sign-off."""

import pytest

from bot import gate
from bot.actions import cannot, lists
from bot.actions.cannot import Thing
from bot.effects import Direct
from bot.handover import Item
from bot.people import Role
from bot.template import CHECKS
from tests.bot.actions.company import Company

WHY = {"reason": "I am at the client all week"}


@pytest.fixture
def scoped(company: Company) -> Company:
    """The scope is confirmed; Ben must say that the team is available."""
    company.read()
    company.scope()
    return company


class TestHandOn:
    """The item has another holder; they and the delivery manager are told."""

    def test_it_is_somebody_elses_turn_then_and_both_are_told(self, scoped: Company) -> None:
        ben, chloe, dev = (scoped.who(name) for name in ("ben", "chloe", "dev"))
        said = scoped.said(cannot.hand_on, 1, ben, key="confirm-team", person=chloe, **WHY)
        assert said.line == "Thank you. Chloe does it now, and is told."
        mine = [turn.subject for turn in gate.turns_of(scoped.ho(), chloe.id)]
        assert "confirm-team" in mine
        assert "confirm-team" not in [turn.subject for turn in gate.turns_of(scoped.ho(), ben.id)]
        (yours,), (told,) = scoped.effects(Direct, "item_yours"), scoped.effects(Direct, "item_handed")
        assert (yours.person_id, told.person_id) == (chloe.id, dev.id)
        assert told.data == {
            "by": ben.id,
            "whose": chloe.id,
            "key": "confirm-team",
            "item": "Confirm that the team is available",
            "reason": WHY["reason"],
        }
        (event,) = scoped.events("handed")
        assert (event.person, event.data["was"], event.data["now"]) == (ben.id, ben.id, chloe.id)
        scoped.said(lists.tick, 1, chloe, key="confirm-team", ticked=True)

    def test_the_delivery_manager_who_gets_it_is_told_once(self, scoped: Company) -> None:
        scoped.said(cannot.hand_on, 1, scoped.who("ben"), key="confirm-team", person=scoped.who("dev"), **WHY)
        assert len(scoped.effects(Direct, "item_yours")) == 1
        assert scoped.effects(Direct, "item_handed") == []

    def test_who_takes_it_is_told_nothing_by_us(self, scoped: Company) -> None:
        scoped.said(cannot.hand_on, 1, scoped.who("dev"), key="confirm-team", person=scoped.who("dev"), **WHY)
        team = scoped.ho().item("confirm-team")
        assert team
        assert team.holder == scoped.who("dev").id
        assert scoped.effects(Direct) == []

    def test_twice_to_the_same_is_once(self, scoped: Company) -> None:
        ben, chloe = scoped.who("ben"), scoped.who("chloe")
        scoped.said(cannot.hand_on, 1, ben, key="confirm-team", person=chloe, **WHY)
        assert scoped.said(cannot.hand_on, 1, ben, key="confirm-team", person=chloe, **WHY).line == (
            "Chloe does it already."
        )
        assert len(scoped.events("handed")) == 1

    @pytest.mark.parametrize(
        ("who", "key", "to", "words"),
        [
            ("ben", "sign-plan", "dev", "A sign-off is never given for somebody else."),
            ("ben", "no-such-item", "dev", "This belongs to the role."),
            ("ana", "confirm-team", "dev", "Only Ben or Dev can hand this on."),
            ("ben", "confirm-team", "rafi", "Rafi has no role here and cannot see the record."),
            ("ben", "answer-points", "ana", "Ana sold this: somebody else answers the points."),
            ("dev", "name-people", "ana", "This is done already."),
            ("dev", "confirm-scope", "ben", "This is done already."),
        ],
    )
    def test_not_to_somebody_who_cannot(self, scoped: Company, who: str, key: str, to: str, words: str) -> None:
        if key == "answer-points":
            scoped.add("ana", "Weekly call")
        given = {"key": key, "person": scoped.who(to), **WHY}
        assert words in scoped.refused(cannot.hand_on, 1, scoped.who(who), **given)

    def test_naming_people_goes_only_to_somebody_who_may(self, scoped: Company) -> None:
        with scoped.store.write() as unit:
            handover = unit.handover(1)
            assert handover
            del handover.roles[Role.CSM]
            unit.save(handover)
        given = {"key": "name-people", "person": scoped.who("ana"), **WHY}
        assert "cannot name people" in scoped.refused(cannot.hand_on, 1, scoped.who("dev"), **given)
        scoped.said(cannot.hand_on, 1, scoped.who("dev"), **{**given, "person": scoped.who("olga")})

    def test_a_reason_is_asked_for(self, scoped: Company) -> None:
        given = {"key": "confirm-team", "person": scoped.who("dev"), "reason": " "}
        assert "why it is not yours" in scoped.refused(cannot.hand_on, 1, scoped.who("ben"), **given)


class TestSaidDone:
    """What the record checks is not believed on a word; what people tick by hand is ticked."""

    def test_an_item_of_the_hand_is_ticked_with_the_words_as_a_note(self, scoped: Company) -> None:
        said = scoped.said(
            cannot.said_done, 1, scoped.who("ben"), thing=Thing("tick", "confirm-team"), where="In the plan, week 15"
        )
        assert said.line.startswith("Ticked: Confirm that the team is available.")
        team = scoped.ho().item("confirm-team")
        assert team
        assert team.ticked_by == scoped.who("ben").id
        (event,) = scoped.events("said_done")
        assert event.data == {
            "item": "confirm-team",
            "text": "Confirm that the team is available",
            "why": "In the plan, week 15",
        }
        assert scoped.effects(Direct, "said_done") == []

    def test_what_the_record_checks_is_noted_and_says_what_it_must_see(self, scoped: Company) -> None:
        said = scoped.said(
            cannot.said_done,
            1,
            scoped.who("ana"),
            thing=Thing("add_promise", "say-promises"),
            where="In my mail to Ben",
        )
        assert said.line == (
            "Noted, and Dev is told. The record ticks it by itself once "
            "a promise is kept, or “Nothing was promised” is clicked."
        )
        assert [turn.subject for turn in gate.turns_of(scoped.ho(), scoped.who("ana").id)].count("say-promises") == 1
        (told,) = scoped.effects(Direct, "said_done")
        assert (told.person_id, told.data["reason"]) == (scoped.who("dev").id, "In my mail to Ben")
        assert scoped.events("said_done")[0].data["why"] == "In my mail to Ben"

    def test_the_delivery_manager_is_not_told_what_he_says(self, scoped: Company) -> None:
        said = scoped.said(
            cannot.said_done, 1, scoped.who("dev"), thing=Thing("provision", "set-up-workspace"), where="In Asana"
        )
        assert said.line.startswith("Noted. The record ticks it")
        assert scoped.effects(Direct, "said_done") == []

    def test_a_question_has_no_item_and_is_noted_too(self, scoped: Company) -> None:
        said = scoped.said(
            cannot.said_done, 1, scoped.who("ana"), thing=Thing("answer_question"), where="I told Ben by phone"
        )
        assert said.line.endswith("once the answer is written here.")

    def test_a_sign_off_is_never_said(self, company: Company) -> None:
        company.provisioned()
        said = company.said(cannot.said_done, 1, company.who("dev"), thing=Thing("sign", "sign-data"), where="On paper")
        assert said.line.endswith("once you sign off yourself, here.")
        assert company.ho().signatures == []

    @pytest.mark.parametrize(
        ("who", "thing", "where", "words"),
        [
            ("ana", Thing("tick", "confirm-team"), "x", "Only Ben or Dev can say that it is done."),
            ("rafi", Thing("answer_question"), "x", "Only Dev can say that it is done."),
            ("ben", Thing("tick", "confirm-team"), "  ", "Say where it is done"),
            ("dev", Thing("confirm_scope", "confirm-scope"), "x", "This is done already."),
        ],
    )
    def test_only_whose_it_is_says_so_and_says_where(
        self, scoped: Company, who: str, thing: Thing, where: str, words: str
    ) -> None:
        assert words in scoped.refused(cannot.said_done, 1, scoped.who(who), thing=thing, where=where)

    def test_what_cannot_be_done_yet_is_not_ticked(self, company: Company) -> None:
        company.read()
        thing = Thing("tick", "confirm-team")
        assert "cannot be done yet" in company.refused(cannot.said_done, 1, company.who("ben"), thing=thing, where="x")


def test_every_check_says_what_the_record_must_see() -> None:
    for check in CHECKS:
        made = Item("k", Role.PM, "Something", check=check, kind="signoff" if check == "signoff" else "record")
        assert cannot.need(made, "") == cannot.NEEDS[check]
    assert cannot.need(Item("k", Role.PM, "Own", check="entry:risk"), "") == cannot.NEEDS["entry"]
