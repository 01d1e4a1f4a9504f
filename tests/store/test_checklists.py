"""Checklists in the database: drafts, versions, and two people who apply at once."""

import threading

import pytest

from bot.actions.company import templates
from bot.company.checklist import Version
from bot.errors import Refused
from bot.people import Person
from bot.terms import Said
from store.store import Store
from tests.conftest import START


def somebody(store: Store, email: str) -> Person:
    """A person with the roles that the settings give to this address."""
    with store.write() as unit:
        return unit.remember(Person(0, email.partition("@")[0].title(), email, f"U{email[:3].upper()}"))


def drafted(store: Store, who: Person, text: str, base: int = 0) -> int:
    """The id of a new draft."""
    with store.write() as unit:
        made = templates.draft(unit, who, text, name="default", version="2+abc", base=base, now=START)
    assert isinstance(made, int)
    return made


def applied(store: Store, who: Person, draft: int) -> Said | Refused:
    """What applying it says."""
    with store.write() as unit:
        return templates.apply(unit, who, draft, now=START)


def test_a_draft_is_kept_applied_once_and_found_by_its_number(store: Store) -> None:
    sam = somebody(store, "sam@baton.example")
    first = drafted(store, sam, "one")
    with store.read() as reader:
        assert reader.checklist_in_force("default") is None
        assert reader.checklists("default") == []
    assert applied(store, sam, first) == Said(
        "Version 1 is in force: new handovers get it. Those that are open keep theirs."
    )
    assert applied(store, sam, first) == Said("Version 1 is in force already.")
    assert isinstance(applied(store, sam, drafted(store, sam, "two", base=1)), Said)
    with store.read() as reader:
        assert [(one.n, one.text) for one in reader.checklists("default")] == [(2, "two"), (1, "one")]
        assert reader.checklist_at("default", 1) == Version(
            first, "default", 1, "2+abc", "one", 0, sam.id, START, applied_by=sam.id, applied_at=START
        )
        assert reader.checklist_in_force("other") is None


def test_going_back_is_a_new_version_with_the_old_text(store: Store) -> None:
    sam = somebody(store, "sam@baton.example")
    for n, text in enumerate(("one", "two")):
        applied(store, sam, drafted(store, sam, text, base=n))
    with store.write() as unit:
        back = templates.draft_back(unit, sam, name="default", n=1, base=2, now=START)
        to_file = templates.draft_back(unit, sam, name="default", n=0, base=2, now=START)
        gone = templates.draft_back(unit, sam, name="default", n=7, base=2, now=START)
    assert isinstance(gone, Refused)
    assert isinstance(back, int)
    assert isinstance(to_file, int)
    assert applied(store, sam, back) == Said(
        "Version 3 is in force: new handovers get it. Those that are open keep theirs."
    )
    assert isinstance(applied(store, sam, to_file), Refused)  # it was written on version 2
    with store.read() as reader:
        now = reader.checklist_in_force("default")
    assert now is not None
    assert (now.n, now.text, now.back_to) == (3, "one", 1)


def test_who_keeps_no_checklists_changes_nothing(store: Store) -> None:
    sam, dev = somebody(store, "sam@baton.example"), somebody(store, "dev@baton.example")
    draft = drafted(store, sam, "one")
    with store.write() as unit:
        refused = templates.draft(unit, dev, "x", name="default", version="1", base=0, now=START)
        back = templates.draft_back(unit, dev, name="default", n=0, base=0, now=START)
        no = templates.no(unit)
    assert refused == back == applied(store, dev, draft) == no
    with store.read() as reader:
        assert reader.checklist_in_force("default") is None


@pytest.mark.req("R43")
def test_of_two_who_apply_at_once_one_is_told_that_the_other_was_first(store: Store) -> None:
    people = [somebody(store, "sam@baton.example"), somebody(store, "hana@baton.example")]
    drafts = [drafted(store, who, who.name) for who in people]
    outcomes: dict[int, Said | Refused] = {}
    together = threading.Barrier(2)

    def go(place: int) -> None:
        together.wait()
        outcomes[place] = applied(store, people[place], drafts[place])

    threads = [threading.Thread(target=go, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = next(place for place, outcome in outcomes.items() if isinstance(outcome, Said))
    assert outcomes[1 - winner] == Refused(
        f"{people[winner].name} put another version in force meanwhile. Type /handover template to begin anew."
    )
    with store.read() as reader:
        assert [one.text for one in reader.checklists("default")] == [people[winner].name]
