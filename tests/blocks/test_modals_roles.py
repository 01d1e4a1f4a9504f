"""The modals about who holds which role."""

import json

import pytest

from blocks import roles
from blocks.frame import FieldErrors, Frame
from bot.people import HANDOVER_ROLES, Person, Role
from tests.blocks.modals import FRAME, HOSTILE, NOW, block, checked, filled, handover, marked, texts


def test_each_role_is_named_with_its_holder_and_only_changes_are_read() -> None:
    record = handover(roles={Role.SALES_REP: 1, Role.PM: 2, Role.DELIVERY_MANAGER: 4})
    view = checked(roles.people_view(record, FRAME, nonce="n1"))
    shown = {r: block(view, f"role:{r}")["element"].get("initial_user") for r in HANDOVER_ROLES}
    assert shown == {Role.SALES_REP: "U0ANA", Role.PM: "U0BEN", Role.CSM: None, Role.DELIVERY_MANAGER: "U0DEV"}
    assert roles.people_read(filled(view)) == {}
    read = roles.people_read(filled(view, {"role:csm": "U0CHLOE", "role:pm": "U0NEW"}))
    assert read == {Role.PM: "U0NEW", Role.CSM: "U0CHLOE"}


def test_a_role_is_handed_back_with_a_reason_that_the_delivery_manager_reads() -> None:
    view = checked(roles.not_mine_view(handover(), Role.PM, FRAME, nonce="n1"))
    assert "You hand back: project manager of *ABC Fintech – Cloud Migration – Sep2025*." in texts(view)
    assert "Dev reads it and names somebody else." in texts(view)
    assert roles.not_mine_read(filled(view, {"reason": " I am away \x00"})) == (Role.PM, "I am away")
    sentence = "Say in a few words why it is not yours: the delivery manager will read it."
    assert roles.not_mine_read(filled(view, {"reason": "  "})) == FieldErrors({"reason": sentence})


def test_the_delivery_managers_own_role_goes_back_to_the_head() -> None:
    view = roles.not_mine_view(handover(), Role.DELIVERY_MANAGER, FRAME, nonce="n1")
    assert "The Head of Delivery reads it and names somebody else." in texts(view)


def test_a_role_is_handed_over_to_somebody() -> None:
    view = checked(roles.hand_over_view(handover(), Role.CSM, FRAME, nonce="n1"))
    assert "client success: Chloe Wu" in texts(view)
    assert roles.hand_over_read(filled(view, {"holder": "U0NEW"})) == (Role.CSM, "U0NEW")
    assert roles.hand_over_read(filled(view)) == FieldErrors({"holder": "Choose who takes over."})


@pytest.mark.parametrize("role", HANDOVER_ROLES)
def test_hostile_names_fit_everywhere(role: Role) -> None:
    record = handover(client=HOSTILE, project=HOSTILE, workspace_name=HOSTILE)
    frame = Frame(NOW, "UTC", {n: Person(n, HOSTILE, "", f"U{n}") for n in range(1, 6)})
    for view in (
        roles.people_view(record, frame, nonce="n1"),
        roles.not_mine_view(record, role, frame, nonce="n1"),
        roles.hand_over_view(record, role, frame, nonce="n1"),
    ):
        assert "<!channel>" not in marked(checked(view))
        assert set(json.loads(view["private_metadata"])) <= {"h", "n", "role"}
