"""The setup in the database: one owner, whoever is first; of two forms at once one counts; work that waited is due."""

import threading

import pytest

from bot.actions.company import setup
from bot.company.setup import OWNER, TABLE, WANTED, Wanted, owner_of
from bot.effects import Home, ReadDeal
from bot.errors import Refused
from bot.people import Person, Role
from bot.settings import read
from bot.terms import Said
from store.calendars import country_of
from store.store import Store
from tests.bot.builders import ENV
from tests.conftest import START

BARE = read(ENV, {})


def somebody(store: Store, name: str) -> Person:
    with store.write() as unit:
        return unit.remember(Person(0, name, f"{name.lower()}@new.example", f"U{name.upper()}"))


def sent(store: Store, who: Person, rev: int = 0) -> Said | Refused:
    """What sending the form says."""
    wanted = Wanted(rev, people={Role.DELIVERY_MANAGER: (who.slack_id,)})
    with store.write() as unit:
        return setup.ask(unit, who, wanted, settings=BARE, now=START)


def test_of_two_who_are_first_at_once_one_owns_it(store: Store) -> None:
    people = [somebody(store, "Nico"), somebody(store, "Olga")]
    outcomes: dict[int, Said | Refused] = {}
    together = threading.Barrier(2)

    def go(place: int) -> None:
        together.wait()
        outcomes[place] = sent(store, people[place])

    threads = [threading.Thread(target=go, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = next(place for place, outcome in outcomes.items() if isinstance(outcome, Said))
    refused = outcomes[1 - first]
    assert isinstance(refused, Refused)
    assert refused.sentence.startswith(f"{people[first].name} set Baton up.")
    with store.read() as reader:
        assert owner_of(reader.setting(OWNER)) == people[first].id
        wanted = Wanted.of(reader.setting(WANTED))
    assert (wanted.rev, wanted.by) == (1, people[first].id)
    assert store.outbox.waiting()["SetUp"] == 1


def test_a_form_on_an_older_one_changes_nothing(store: Store) -> None:
    nico = somebody(store, "Nico")
    assert isinstance(sent(store, nico), Said)
    assert sent(store, nico) == Refused("Nico changed this meanwhile. Type /handover setup once more.")
    assert isinstance(sent(store, nico, rev=1), Said)


def test_what_a_newer_form_replaced_is_never_in_force(store: Store) -> None:
    nico = somebody(store, "Nico")
    sent(store, nico)
    with store.read() as reader:
        first = Wanted.of(reader.setting(WANTED))
    sent(store, nico, rev=1)
    emails = {Role.DELIVERY_MANAGER: ["nico@new.example"]}
    with store.write() as unit:
        assert not setup.put_in_force(unit, first, channel="C1", emails=emails, notes=[])
        assert unit.setting(TABLE) == ""


def test_work_that_waited_for_the_setup_is_due_and_nothing_else(store: Store) -> None:
    with store.write() as unit:
        unit.emit(ReadDeal("hubspot", "1", "event", "n"))
        unit.emit(Home(1, "n"))
    for _ in range(2):
        job = store.outbox.claim("w")
        assert job is not None
        words = "Baton is not set up yet" if job.kind == "ReadDeal" else "Slack is down"
        store.outbox.retry(job, store.tick() + 500, words)
    assert store.outbox.claim("w") is None
    assert store.outbox.hurry("Baton is not set up yet") == 1
    again = store.outbox.claim("w")
    assert again is not None
    assert (again.kind, again.attempts) == ("ReadDeal", 1)
    assert store.outbox.claim("w") is None


@pytest.mark.parametrize(
    ("zone", "country"), [("Europe/Berlin", "DE"), ("Asia/Jerusalem", "IL"), ("UTC", ""), ("x", "")]
)
def test_a_zone_tells_its_country(zone: str, country: str) -> None:
    assert country_of(zone) == country
