"""What people choose for themselves, what Slack says of them, and a role taken over from somebody who is away."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot import gate
from bot.actions import admin, people, prefs
from bot.actions.prefs import Preferences
from bot.clock.absence import stands_for
from bot.effects import Direct, Home, Reply
from bot.errors import Refused
from bot.people import Person, Role
from bot.terms import Said
from store.tables import HandoverRow, ItemRow, JobRow, NagRow, table
from tests.bot.actions.company import Company
from tests.bot.actions.conftest import Opens
from tests.bot.builders import NOW, deal, person
from tests.bot.builders import table as toml

HANDOVER, ITEM, JOB, NAG = table(HandoverRow), table(ItemRow), table(JobRow), table(NagRow)
FRIDAY, LATER = date(2026, 3, 13), NOW + timedelta(days=30)


def keep(company: Company, who: str, *, nonce: str = "n1", **chosen: Any) -> Said | Refused:
    wanted = Preferences(**{"reminders": "now", **chosen})
    settings = company.terms.settings
    outcome: Said | Refused = company.do(prefs.keep, company.who(who), wanted, nonce=nonce, settings=settings)
    return outcome


def said(company: Company, who: str, **chosen: Any) -> str:
    outcome = keep(company, who, **chosen)
    assert isinstance(outcome, Said), outcome
    return outcome.line


def calm(company: Company) -> None:
    """Every record is to be looked at in a month."""
    with company.store.write() as unit:
        unit.session.execute(update(HANDOVER).values(next_look_at=LATER))


def looked_at(company: Company) -> list[int]:
    """The records which are to be looked at now."""
    with company.store.read() as reader:
        return sorted(reader.due_looks(company.now))


def open_deals(company: Company, count: int) -> None:
    for n in range(count):
        company.read(deal(f"60{n}"))


def test_what_was_chosen_is_kept_and_said(company_anywhere: Company) -> None:
    company = company_anywhere
    line = said(company, "ana", reminders="morning", away_until=FRIDAY, deputy=company.who("rafi"))
    assert line == (
        "You are away until Fri 13 Mar. Rafi is your deputy. Reminders come in the morning, late ones in the moment."
    )
    ana = company.who("ana")
    assert (ana.reminders, ana.away_until, ana.deputy) == ("morning", FRIDAY, company.who("rafi").id)
    line = said(company, "ana", reminders="off")
    assert line == "You are not away. You have no deputy. No reminders, except for what is late."
    ana = company.who("ana")
    assert (ana.reminders, ana.away_until, ana.deputy) == ("off", None, 0)


def test_who_has_nobody_is_told_so(company: Company) -> None:
    assert "until Fri 13 Mar. Nobody stands in for you: choose a deputy." in said(company, "ana", away_until=FRIDAY)
    said(company, "rafi", away_until=FRIDAY)
    line = said(company, "ana", away_until=FRIDAY, deputy=company.who("rafi"))
    assert "Rafi is away too. Nobody stands in for you: choose a deputy." in line
    said(company, "rafi", away_until=FRIDAY, deputy=company.who("ben"))
    assert "Rafi is away too, so Ben stands in." in said(company, "ana", away_until=FRIDAY, deputy=company.who("rafi"))


def test_the_configured_deputy_is_named_too(companies: Opens) -> None:
    company = companies(people={**toml()["people"], "deputies": {"ana@acme.example": "ben@acme.example"}})
    assert "until Fri 13 Mar. Ben is your deputy." in said(company, "ana", away_until=FRIDAY)


def test_today_is_the_earliest_last_day_in_their_own_zone(company: Company) -> None:
    with company.store.write() as unit:
        unit.remember(person(0, "Ana Ruiz", tz="Pacific/Kiritimati"))  # it is 23:00 on the 10th there
    assert isinstance(keep(company, "ana", away_until=date(2026, 3, 10)), Said)
    company.wait(hours=1)
    outcome = keep(company, "ana", away_until=date(2026, 3, 10))
    assert isinstance(outcome, Refused)
    assert "This day is over." in outcome.sentence


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"guest": True}, "Gus is a guest in Slack. Guests cannot stand in"),
        ({"active": False}, "Gus has no active Slack account here"),
        ({"slack_id": ""}, "Gus has no active Slack account here"),
    ],
)
def test_no_guest_bot_or_leaver_stands_in(company: Company, values: dict[str, Any], told: str) -> None:
    with company.store.write() as unit:
        gus = unit.remember(person(0, "Gus Guest", **values))
    outcome = keep(company, "ana", away_until=FRIDAY, deputy=gus)
    assert isinstance(outcome, Refused)
    assert told in outcome.sentence
    assert company.who("ana").away_until is None


def test_nobody_stands_in_for_themselves_and_reminders_have_three_ways(company: Company) -> None:
    before = company.who("ana")
    for chosen, told in (
        ({"deputy": before}, "You cannot stand in for yourself"),
        ({"reminders": "never"}, "Choose when reminders come"),
    ):
        outcome = keep(company, "ana", **chosen)
        assert isinstance(outcome, Refused)
        assert told in outcome.sentence
    assert company.who("ana") == before


def test_a_new_deputy_is_told_once(company: Company) -> None:
    rafi, ben = company.who("rafi"), company.who("ben")
    for nonce, deputy in (("n1", rafi), ("n2", rafi), ("n3", ben)):
        keep(company, "ana", nonce=nonce, deputy=deputy, away_until=FRIDAY)
    told = company.effects(Direct, "deputy")
    assert [(one.person_id, one.data) for one in told] == [
        (rafi.id, {"by": company.who("ana").id}),
        (ben.id, {"by": company.who("ana").id}),
    ]


def test_who_stands_in_hears_that_an_absence_begins_once(company: Company) -> None:
    """Also a deputy chosen long ago, or whoever stands in for one who is away; a new one hears it with the choice."""
    rafi, ben, ana = (company.who(name) for name in ("rafi", "ben", "ana"))
    keep(company, "rafi", nonce="n1", deputy=ben)
    keep(company, "ana", nonce="n2", deputy=rafi)
    keep(company, "ana", nonce="n3", deputy=rafi, away_until=FRIDAY)
    keep(company, "ana", nonce="n4", deputy=rafi, away_until=FRIDAY - timedelta(days=1))
    assert [(one.person_id, one.data["by"]) for one in company.effects(Direct, "stands_in")] == [(rafi.id, ana.id)]
    keep(company, "ana", nonce="n5", deputy=rafi)
    keep(company, "rafi", nonce="n6", deputy=ben, away_until=FRIDAY)
    keep(company, "ana", nonce="n7", deputy=rafi, away_until=FRIDAY)
    told = [(one.person_id, one.data["by"]) for one in company.effects(Direct, "stands_in")]
    assert told == [(rafi.id, ana.id), (ben.id, rafi.id), (ben.id, ana.id)]


BY_SETTINGS = {**toml()["people"], "deputies": {"ben@acme.example": "rafi@acme.example"}}


@pytest.fixture
def stood_for(companies: Opens) -> Company:
    """Ben is away until Friday. Chloe is his deputy by choice, Rafi by the settings, and Dev is Chloe's."""
    company = companies(people=BY_SETTINGS)
    keep(company, "chloe", nonce="c0", deputy=company.who("dev"))
    keep(company, "ben", nonce="b0", deputy=company.who("chloe"))
    keep(company, "ben", nonce="b1", deputy=company.who("chloe"), away_until=FRIDAY)
    return company


def stepped_in(company: Company) -> list[tuple[str, str]]:
    """Who was told that they stand in, and for whom, in order."""
    names = {company.who(name).id: name for name in ("ana", "ben", "chloe", "dev", "rafi", "olga")}
    return [(names[one.person_id], names[one.data["by"]]) for one in company.effects(Direct, "stands_in")]


def test_whoever_comes_to_stand_in_is_told_once_in_that_absence(stood_for: Company) -> None:
    """The deputy is removed, chosen again and removed: nobody hears of an absence twice; of the next one they do."""
    company, chloe = stood_for, stood_for.who("chloe")
    for number, deputy in enumerate((None, chloe, None)):
        keep(company, "ben", nonce=f"b2{number}", deputy=deputy, away_until=FRIDAY)
    assert stepped_in(company) == [("chloe", "ben"), ("rafi", "ben")]
    keep(company, "ben", nonce="b3")
    keep(company, "ben", nonce="b4", away_until=FRIDAY)
    assert stepped_in(company)[2:] == [("rafi", "ben")]


@pytest.mark.parametrize("changes", [{"active": False}, {"guest": True}])
def test_who_stands_in_because_the_deputy_left_is_told(stood_for: Company, changes: Any) -> None:
    company, chloe = stood_for, stood_for.who("chloe")
    notice(company, replace(chloe, **changes), None, nonce="gone")
    assert stepped_in(company) == [("chloe", "ben"), ("rafi", "ben")]
    notice(company, chloe, None, nonce="here")
    notice(company, replace(chloe, **changes), None, nonce="gone again")
    assert stepped_in(company) == [("chloe", "ben"), ("rafi", "ben")]


def test_who_stands_in_because_the_deputy_is_away_too_or_back_is_told(stood_for: Company) -> None:
    company, dev = stood_for, stood_for.who("dev")
    keep(company, "chloe", nonce="c1", deputy=dev, away_until=FRIDAY)
    assert stepped_in(company)[1:] == [("dev", "ben"), ("dev", "chloe")]
    keep(company, "chloe", nonce="c2", deputy=dev)
    notice(company, company.who("chloe"), company.now + timedelta(days=1), nonce="status")
    assert stepped_in(company)[3:] == [], "both were told of Ben's absence"
    keep(company, "ana", nonce="a1", deputy=company.who("chloe"), away_until=FRIDAY)
    notice(company, company.who("chloe"), None, nonce="no status")
    assert stepped_in(company)[3:] == [("dev", "ana")], "Chloe read it when Ana chose her"


def test_a_status_of_absence_is_nobodys_news(stood_for: Company) -> None:
    company = stood_for
    keep(company, "olga", nonce="o1", deputy=company.who("rafi"))
    notice(company, company.who("olga"), company.now + timedelta(days=1), nonce="status")
    assert stepped_in(company) == [("chloe", "ben")]


def test_who_stands_in_because_time_has_passed_is_told_within_the_day(stood_for: Company) -> None:
    company = stood_for
    keep(company, "chloe", nonce="c1", deputy=company.who("dev"), away_until=company.now.date())
    keep(company, "ana", nonce="a1", deputy=company.who("chloe"))
    keep(company, "ana", nonce="a2", deputy=company.who("chloe"), away_until=FRIDAY)
    assert stepped_in(company)[1:] == [("dev", "ben"), ("dev", "chloe"), ("dev", "ana")]
    company.wait(days=1)
    for nonce in ("morning", "again"):
        notice(company, company.who("ana"), None, nonce=nonce)
    assert stepped_in(company)[4:] == [("chloe", "ana")]


def test_an_absence_that_began_before_this_was_kept_is_told_to_nobody_twice(stood_for: Company) -> None:
    company, ben = stood_for, stood_for.who("ben")
    with company.store.write() as unit:
        unit.keep_setting(f"absence:{ben.id}", "")
    notice(company, ben, None, nonce="daily")
    notice(company, replace(company.who("chloe"), active=False), None, nonce="gone")
    notice(company, company.who("chloe"), None, nonce="here")
    assert stepped_in(company) == [("chloe", "ben"), ("rafi", "ben")]


def test_records_concerned_are_looked_at_again_and_rev_stays(company_anywhere: Company) -> None:
    company = company_anywhere
    open_deals(company, 3)
    company.said(admin.cancel, 3, company.who("dev"), reason="Twice", now=company.now)
    calm(company)
    revs = [company.ho(n).rev for n in (1, 2)]
    said(company, "ben", away_until=FRIDAY)
    assert looked_at(company) == [1, 2]
    assert [company.ho(n).rev for n in (1, 2)] == revs


def test_the_same_choice_again_changes_nothing(company: Company) -> None:
    open_deals(company, 1)
    said(company, "ben", away_until=FRIDAY)
    calm(company)
    said(company, "ben", away_until=FRIDAY)
    assert looked_at(company) == []
    said(company, "ben", away_until=FRIDAY, reminders="off")
    assert looked_at(company) == [1]


@pytest.mark.parametrize("place", [ITEM, NAG])
def test_who_holds_an_item_or_is_waited_for_is_concerned(company: Company, place: Any) -> None:
    open_deals(company, 2)
    rafi = company.who("rafi")
    with company.store.write() as unit:
        if place is ITEM:
            unit.session.execute(
                update(ITEM).where(ITEM.c.handover_id == 2, ITEM.c.key == "confirm-team").values(holder=rafi.id)
            )
        else:
            unit.session.execute(insert(NAG), {"handover_id": 2, "person_id": rafi.id, "waits": {}, "plan": {}})
    calm(company)
    said(company, "rafi", away_until=FRIDAY)
    assert looked_at(company) == [2]


def test_so_are_the_records_of_everyone_for_whom_they_stand_in(companies: Opens) -> None:
    company = companies(people={**toml()["people"], "deputies": {"ben@acme.example": "rafi@acme.example"}})
    open_deals(company, 1)
    calm(company)
    said(company, "olga", away_until=FRIDAY)
    assert looked_at(company) == []
    said(company, "rafi", deputy=company.who("olga"))  # Ben's deputy by the settings
    calm(company)
    said(company, "olga", reminders="off")
    assert looked_at(company) == [1]


def notice(company: Company, who: Person, until: datetime | None, nonce: str = "n1") -> Person:
    kept: Person = company.do(prefs.noticed, who, until, nonce=nonce)
    return kept


def test_a_status_of_absence_is_kept_and_ends(company_anywhere: Company) -> None:
    company = company_anywhere
    open_deals(company, 1)
    until = company.now + timedelta(hours=5)
    for end, away in ((until, True), (None, False)):
        calm(company)
        assert notice(company, company.who("ben"), end).status_until == end
        assert company.who("ben").away(company.now) is away
        assert looked_at(company) == [1]
    calm(company)
    notice(company, company.who("ben"), None)
    assert looked_at(company) == []


def test_a_status_with_an_hour_says_so(company: Company) -> None:
    notice(company, company.who("ana"), datetime(2026, 3, 12, 13, 30, tzinfo=UTC))
    with company.store.write() as unit:
        unit.remember(person(0, "Ana Ruiz", tz="Europe/Berlin"))
    assert "away until Thu 12 Mar 14:30." in said(company, "ana")
    assert "away until Fri 13 Mar." in said(company, "ana", away_until=FRIDAY)
    notice(company, company.who("ana"), datetime(2026, 3, 14, 13, 30, tzinfo=UTC), nonce="longer")
    assert "away until Sat 14 Mar 14:30." in said(company, "ana", away_until=FRIDAY, reminders="morning")


def test_an_account_that_was_deactivated_is_looked_into(company: Company) -> None:
    open_deals(company, 1)
    calm(company)
    gone = replace(company.who("ben"), active=False)
    assert not notice(company, gone, None).active
    assert looked_at(company) == [1]


def homes(company: Company) -> list[int]:
    return [effect.person_id for effect in company.effects(Home) if effect.nonce.startswith("prefs:")]


def test_home_follows_for_whoever_has_seen_theirs(company: Company) -> None:
    ana = company.who("ana").id
    with company.store.write() as unit:
        unit.opened_home(ana)
    said(company, "ben", away_until=FRIDAY)
    assert homes(company) == []
    said(company, "ana", away_until=FRIDAY)
    notice(company, company.who("ana"), company.now + timedelta(days=1), nonce="n2")
    assert homes(company) == [ana] * 2


def test_the_deputys_home_follows_the_absence(company: Company) -> None:
    """It shows what can be taken over: from the first day away to the last, also when somebody else is chosen."""
    rafi, chloe = company.who("rafi"), company.who("chloe")
    with company.store.write() as unit:
        for one in (rafi, chloe):
            unit.opened_home(one.id)
    said(company, "ben", deputy=rafi, nonce="chosen")
    assert homes(company) == []
    said(company, "ben", away_until=FRIDAY, deputy=rafi, nonce="away")
    said(company, "ben", away_until=FRIDAY, deputy=chloe, nonce="another")
    assert homes(company) == [rafi.id, rafi.id, chloe.id]
    said(company, "ben", deputy=chloe, nonce="back")
    notice(company, company.who("ben"), company.now + timedelta(days=1), nonce="status")
    assert homes(company)[3:] == [chloe.id, chloe.id]


def test_so_does_that_of_who_stands_in_when_the_deputy_left(stood_for: Company) -> None:
    company, seen = stood_for, [stood_for.who(name).id for name in ("rafi", "ana")]
    with company.store.write() as unit:
        for home in seen:
            unit.opened_home(home)
    notice(company, replace(company.who("chloe"), active=False), None, nonce="gone")
    assert homes(company) == seen[:1]


@pytest.fixture
def away(company: Company) -> Company:
    """Ben, the project manager, is away until Friday, and Rafi is his deputy."""
    company.read()
    said(company, "ben", away_until=FRIDAY, deputy=company.who("rafi"))
    return company


def take_over(company: Company, who: str, *, role: Role = Role.PM, whom: str = "ben") -> Said:
    """[Take over for …] on the record."""
    return company.said(people.take_over, 1, company.who(who), role=role, whom=company.who(whom).id)


def not_taken(company: Company, who: str, *, role: Role = Role.PM, whom: str = "ben", number: int = 1) -> str:
    """The same, refused: the sentence."""
    return company.refused(people.take_over, number, company.who(who), role=role, whom=company.who(whom).id)


def test_the_deputy_takes_the_role_over_and_nobody_is_rung(away: Company) -> None:
    rafi, ben = away.who("rafi"), away.who("ben")
    before = len(away.effects(Direct)) + len(away.effects(Reply))
    line = take_over(away, "rafi").line
    assert line == "You are the project manager of ABC Fintech now. Thank you for standing in."
    assert away.ho().roles[Role.PM] == rafi.id
    (event,) = away.events("taken_over")
    assert (event.person, event.data) == (rafi.id, {"role": "pm", "was": ben.id, "now": rafi.id})
    assert len(away.effects(Direct)) + len(away.effects(Reply)) == before


def test_nobody_else_takes_over(away: Company) -> None:
    for name in ("ana", "dev", "hana"):
        told = not_taken(away, name)
        assert told == "Only Rafi stands in for Ben. Ask Rafi."
    assert "Ana is back. Ask Ana" in not_taken(away, "rafi", role=Role.SALES_REP, whom="ana")
    said(away, "rafi", away_until=FRIDAY)
    assert "Nobody stands in for Ben" in not_taken(away, "rafi")


def test_a_deputy_who_is_away_too_stands_for_nobody_and_the_next_one_for_both(away: Company) -> None:
    said(away, "rafi", away_until=FRIDAY, deputy=away.who("chloe"))
    said(away, "dev", away_until=FRIDAY)

    def whom(deputy: str) -> list[str]:
        with away.store.read() as reader:
            found = stands_for(reader, away.who(deputy), away.terms.settings, away.now)
        return [one.first_name for one in found]

    assert whom("rafi") == []
    assert sorted(whom("chloe")) == ["Ben", "Rafi"]
    away.wait(days=7)
    assert whom("chloe") == []


def test_who_is_back_keeps_the_role(away: Company) -> None:
    away.wait(days=4)
    assert "Ben is back." in not_taken(away, "rafi")
    assert away.ho().roles[Role.PM] == away.who("ben").id


def test_a_second_click_and_an_empty_role_are_said_kindly(away: Company) -> None:
    rafi = away.who("rafi")
    take_over(away, "rafi")
    assert "already" in take_over(away, "rafi").line
    away.said(people.not_mine, 1, rafi, role=Role.PM, reason="No time")
    assert "Nobody is the project manager yet" in not_taken(away, "rafi")
    assert "not there any more" in not_taken(away, "rafi", number=99)


def test_a_button_for_somebody_who_holds_it_no_more_takes_nothing(away: Company) -> None:
    """Dev named Chloe while Ben was away; she is away too by now, and Rafi is her deputy as well."""
    away.said(people.assign, 1, away.who("dev"), role=Role.PM, person=away.who("chloe"))
    assert not_taken(away, "rafi") == "Chloe is the project manager now: nobody has to take over."
    said(away, "chloe", away_until=FRIDAY, deputy=away.who("rafi"))
    assert not_taken(away, "rafi") == "Chloe is the project manager now: nobody has to take over."
    assert away.ho().roles[Role.PM] == away.who("chloe").id


def test_what_was_signed_stays_and_the_deputy_signs_the_rest(company: Company) -> None:
    company.provisioned()
    company.sign("ben", Role.PM)
    for name, role in (("ben", Role.PM), ("dev", Role.DELIVERY_MANAGER)):
        said(company, name, away_until=FRIDAY, deputy=company.who("rafi"))
        take_over(company, "rafi", role=role, whom=name)
    company.sign("rafi", Role.DELIVERY_MANAGER)
    signed = {s.role: s.person for s in company.ho().signatures if s.stands}
    assert signed == {Role.PM: company.who("ben").id, Role.DELIVERY_MANAGER: company.who("rafi").id}
    assert company.ho().office == company.who("rafi").office


@pytest.mark.req("R188")
def test_who_leaves_gives_every_role_and_item_back_and_each_manager_is_told_once(company: Company) -> None:
    """A deactivated account and a guest hold nothing: the roles are empty, open to be filled; signatures stay."""
    open_deals(company, 3)
    company.said(people.assign, 2, company.who("dev"), role=Role.DELIVERY_MANAGER, person=company.who("hana"))
    ben = company.who("ben").id
    with company.store.write() as unit:
        taken = unit.handover(3)
        assert taken
        taken.items[-1].holder = ben
        unit.save(taken)
    notice(company, replace(company.who("ben"), guest=True), None)
    assert [company.ho(n).roles.get(Role.PM) for n in (1, 2, 3)] == [None, None, None]
    assert company.ho(3).items[-1].holder == 0
    told = company.effects(Direct, "left")
    assert [(d.person_id, [(at[0], at[1]) for at in d.data["at"]]) for d in told] == [
        (company.who("dev").id, [(1, "pm"), (3, "pm")]),
        (company.who("hana").id, [(2, "pm")]),
    ]
    assert [event.data for event in company.events("left")] == [{"role": "pm", "was": ben, "now": 0}]
    turns = gate.turns(company.ho())
    assert any(turn.role is Role.PM and turn.person == 0 for turn in turns)
    notice(company, replace(company.who("ben"), active=False, guest=True), None, nonce="n2")
    assert company.effects(Direct, "left") == told


def test_a_manager_who_leaves_is_the_heads_to_replace(company: Company) -> None:
    company.read()
    notice(company, replace(company.who("dev"), active=False), None)
    (told,) = company.effects(Direct, "left")
    assert (told.person_id, told.data["at"][0][:2]) == (company.who("hana").id, [1, "delivery_manager"])


@pytest.mark.parametrize("news", [{"tz": "Asia/Tokyo"}, {"email": "ben.ortiz@acme.example"}])
def test_another_zone_or_address_is_looked_into(company: Company, news: dict[str, Any]) -> None:
    """Hours, office and company roles hang on them."""
    open_deals(company, 1)
    calm(company)
    kept = notice(company, replace(company.who("ben"), **news), None)
    assert {name: getattr(kept, name) for name in news} == news
    assert looked_at(company) == [1]
    calm(company)
    notice(company, kept, None)
    assert looked_at(company) == []
