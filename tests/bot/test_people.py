"""Who may see and do what: every role, as a member, a guest, and somebody who left."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.people import (
    HANDOVER_ROLES,
    Person,
    Role,
    Sight,
    may_assign,
    may_read_history,
    may_start,
    sight,
)
from tests.bot.builders import HOLDERS, person

SEES_ALL = (Role.DELIVERY_MANAGER, Role.SALES_OPS, Role.HEAD_OF_DELIVERY)
KINDS: dict[str, dict[str, Any]] = {
    "member": {},
    "guest": {"guest": True},
    "gone": {"active": False},
    "not in Slack": {"slack_id": ""},
}


def who(role: Role | None, *, holds: bool, kind: str) -> Person:
    holder = HOLDERS.get(role, 0) if role else 0
    roles = (role,) if role and not holds else ()
    return person(holder if holds else 99, "Somebody", *roles, **KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", [*Role, None])
def test_a_company_role_sees_by_its_kind(role: Role | None, kind: str) -> None:
    """Delivery managers, operations and heads see everything; other members an outline; guests nothing."""
    wanted = Sight.WHOLE if role in SEES_ALL else Sight.OUTLINE
    assert sight(who(role, holds=False, kind=kind), HOLDERS) is (wanted if kind == "member" else Sight.NOTHING)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", HANDOVER_ROLES)
def test_a_holder_sees_the_whole_unless_they_are_guest_or_gone(role: Role, kind: str) -> None:
    wanted = Sight.WHOLE if kind == "member" else Sight.NOTHING
    assert sight(who(role, holds=True, kind=kind), HOLDERS) is wanted
    assert may_read_history(who(role, holds=True, kind=kind), HOLDERS) is (kind == "member")


def test_the_unknown_are_not_the_holder_of_an_empty_role() -> None:
    assert sight(person(0, "Nobody"), {Role.PM: 0}) is Sight.OUTLINE
    assert not may_assign(person(0, "Nobody"), {Role.DELIVERY_MANAGER: 0})


@pytest.mark.parametrize("role", Role)
def test_every_company_role_may_start_a_handover_and_others_may_not(role: Role) -> None:
    assert may_start(person(5, "Somebody", role))
    assert not may_start(person(5, "Somebody"))


@pytest.mark.parametrize("role", [*Role, None])
def test_naming_people_is_for_delivery_managers_heads_and_operations(role: Role | None) -> None:
    assert may_assign(who(role, holds=False, kind="member"), HOLDERS) is (role in SEES_ALL)


def test_the_holder_of_the_delivery_managers_role_names_people() -> None:
    assert may_assign(person(HOLDERS[Role.DELIVERY_MANAGER], "Dev Patel"), HOLDERS)


@pytest.mark.parametrize("right", [may_start, lambda p: may_assign(p, HOLDERS)])
@pytest.mark.parametrize("kind", ["guest", "gone"])
def test_guests_and_those_who_left_may_nothing(right: Callable[[Person], bool], kind: str) -> None:
    assert not right(person(HOLDERS[Role.DELIVERY_MANAGER], "Dev Patel", *Role, **KINDS[kind]))


def test_short_sentences_use_the_first_name() -> None:
    assert person(1, "Ana Ruiz").first_name == "Ana"
    assert person(1, "").first_name == "Somebody"
