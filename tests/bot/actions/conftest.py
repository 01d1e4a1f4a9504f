"""The small company on SQLite; what concerns the database itself asks for `store` and runs on PostgreSQL as well."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from bot.terms import Terms
from store.engine import Db
from store.sealed.keyring import Keyring
from store.store import Store
from tests.bot import builders
from tests.bot.actions.company import Company
from tests.conftest import Clocks

Opens = Callable[..., Company]


def company_of(db: Db, clocks: Clocks, terms: Terms) -> Company:
    """A company on this database."""
    roles, office_of = terms.settings.roles, terms.settings.office_of
    store = Store(db, clock=clocks.clock, tick=clocks.tick, role_map=roles, office_of=office_of)
    store.keyring = Keyring(made_of=("a secret of the tests",))
    return Company(store, clocks, terms)


@pytest.fixture
def companies(empty_sqlite: Callable[[int], Db]) -> Opens:
    """Opens a company with other settings."""
    number = count()

    def open_one(**tables: Any) -> Company:
        return company_of(empty_sqlite(next(number)), Clocks(now=builders.NOW), builders.terms(**tables))

    return open_one


@pytest.fixture
def company(companies: Opens) -> Company:
    """The company with the settings it begins with."""
    return companies()


@pytest.fixture
def company_anywhere(db: Db) -> Company:
    """The company, once on SQLite and once on PostgreSQL."""
    return company_of(db, Clocks(now=builders.NOW), builders.terms())
