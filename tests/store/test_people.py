"""People: one row each, however they turn up; rights by e-mail from the settings."""

from dataclasses import replace

import pytest

from bot.people import Person, Role
from store.store import Store
from tests.store import records


def test_a_person_comes_back_with_roles_and_office_from_the_settings(store: Store) -> None:
    with store.write() as unit:
        dev = unit.remember(Person(0, "Dev Okafor", "Dev@Baton.Example ", "U1", "Europe/Berlin"))
    with store.read() as reader:
        assert reader.person(dev.id) == reader.by_slack("U1") == reader.by_email("DEV@baton.example") == dev
        assert reader.people([dev.id, dev.id + 1, 0]) == {dev.id: dev}
        assert (reader.by_slack(""), reader.by_email(""), reader.person(0)) == (None, None, None)
    assert (dev.email, dev.office, dev.roles) == ("dev@baton.example", "main", frozenset({Role.DELIVERY_MANAGER}))


def test_a_guest_and_a_deactivated_account_stay_what_slack_says(store: Store) -> None:
    with store.write() as unit:
        stored = unit.remember(records.person("Gast", guest=True))
        assert stored.guest
        again = unit.remember(records.person("Gast", active=False))
    assert (again.id, again.guest, again.active) == (stored.id, False, False)


def test_what_is_unknown_erases_nothing(store: Store) -> None:
    with store.write() as unit:
        stored = unit.remember(records.person("Ana"))
        assert unit.remember(Person(0, "", "", "UANA", "Europe/Berlin")) == stored
        assert unit.remember(Person(0, "A. from the CRM", "ana@baton.example")) == stored


def test_a_deal_owner_known_by_email_gets_the_slack_id_later(store: Store) -> None:
    with store.write() as unit:
        owner = unit.remember(Person(0, "Ana", "ana@baton.example"))
        found = unit.remember(records.person("Ana"))
    assert (found.id, found.slack_id, found.tz) == (owner.id, "UANA", "Europe/Berlin")


def test_the_row_with_the_roles_takes_the_slack_id_over(store: Store) -> None:
    with store.write() as unit:
        clicked = unit.remember(Person(0, "Ana", "", "UANA"))
        owner = unit.remember(Person(0, "Ana", "ana@baton.example"))
        found = unit.remember(records.person("Ana"))
        assert (found.id, found.slack_id, found.email) == (owner.id, "UANA", "ana@baton.example")
        left = unit.person(clicked.id)
    assert left is not None
    assert (left.slack_id, left.active) == ("", False)


def test_an_email_that_moved_to_another_account_moves_here_too(store: Store) -> None:
    with store.write() as unit:
        old = unit.remember(Person(0, "Ana", "ana@baton.example", "U1"))
        new = unit.remember(Person(0, "Ana", "ana2@baton.example", "U2"))
        found = unit.remember(Person(0, "Ana", "ana@baton.example", "U2"))
        assert (found.id, found.email) == (new.id, "ana@baton.example")
        left = unit.person(old.id)
    assert left is not None
    assert (left.slack_id, left.email) == ("U1", "")


def test_a_new_slack_account_with_the_same_email_is_the_same_person(store: Store) -> None:
    with store.write() as unit:
        old = unit.remember(Person(0, "Ana", "ana@baton.example", "U1"))
        new = unit.remember(Person(0, "Ana", "ana@baton.example", "U2"))
    assert (new.id, new.slack_id) == (old.id, "U2")


def test_nobody_without_email_and_slack_id_is_remembered(store: Store) -> None:
    with pytest.raises(ValueError, match="e-mail or a Slack id"), store.write() as unit:
        unit.remember(Person(0, "Somebody"))


def test_a_guest_with_a_colleagues_address_takes_nothing_over(store: Store) -> None:
    """What somebody of another company writes into their own profile makes nobody here a guest."""
    with store.write() as unit:
        dev = unit.remember(Person(0, "Dev", "dev@baton.example", "U1"))
        later = unit.remember(Person(0, "Lea", "lea@baton.example"))
        for one in (dev, later):
            guest = unit.remember(Person(0, "Kai", one.email, f"U9{one.id}", guest=True))
            assert (guest.email, guest.guest, guest.roles) == ("", True, frozenset())
            assert unit.person(one.id) == one
        assert unit.remember(replace(dev, guest=True)).guest  # the colleague themselves becomes one
