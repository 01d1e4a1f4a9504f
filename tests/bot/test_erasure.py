"""What names a person, and what stands there instead: whole words, whole addresses, nobody else."""

from typing import Any

import pytest

from bot.erasure import Contacts, Subject
from bot.people import AT_CLIENT, FORMER, Person

DANA = Subject(
    emails=frozenset({"dana.chen@acme.example"}),
    slack_ids=frozenset({"U0DANA1"}),
    names=frozenset({"Dana Chén"}),
    token="erased-1",
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Dana Chén said so", f"{FORMER} said so"),
        ("DANA  CHÉN and dana chen", f"{FORMER} and {FORMER}"),
        ("ask <@U0DANA1> or <@U0DANA1|dana>", f"ask {FORMER} or {FORMER}"),
        ("mail Dana.Chen@ACME.example.", f"mail {FORMER}."),
        ("mailto:dana.chen@acme.example?x", f"mailto:{FORMER}?x"),
        ("Dana.Chen@acme.example", ""),
        ("U0DANA1", ""),
        ("Dana said so", "Dana said so"),
        ("Dana Chéng", "Dana Chéng"),
        ("jordana chen", "jordana chen"),
        ("xdana.chen@acme.example.org", "xdana.chen@acme.example.org"),
        ("U0DANA12 is another", "U0DANA12 is another"),
        ("", ""),
    ],
)
def test_text_loses_exactly_the_person(text: str, wanted: str) -> None:
    assert DANA.text(text) == wanted


def test_an_object_with_their_address_is_theirs() -> None:
    """Even a name of one word goes there, with phone and title; the namesake beside it stays."""
    maria = Subject(emails=frozenset({"m@abc.example"}), names=frozenset({"Maria"}), colleague=False)
    told: dict[str, Any] = {
        "contacts": [
            {"id": "7", "name": "Maria", "email": " M@abc.example", "phone": "+49 1", "title": "CFO", "roles": ["x"]},
            {"id": "8", "name": "Maria", "email": "other@abc.example", "phone": "+49 2"},
        ],
        "notes": [{"text": "Maria will sign", "n": 3, "ok": None}],
    }
    clean = maria.value(told)
    assert clean["contacts"][0] == {
        "id": "7", "name": AT_CLIENT, "email": "", "phone": "", "title": "", "roles": ["x"]
    }  # fmt: skip
    assert clean["contacts"][1] == told["contacts"][1]
    assert clean["notes"] == told["notes"]


def test_json_kept_as_text_stays_json() -> None:
    assert DANA.written('{"to": "dana.chen@acme.example", "a": "Dana Chén"}') == f'{{"a": "{FORMER}", "to": ""}}'
    assert DANA.written('{"b": 1,  "a": 2}') == '{"b": 1,  "a": 2}'
    assert DANA.written("no JSON of Dana Chén") == f"no JSON of {FORMER}"


def test_a_key_stays_unique() -> None:
    assert DANA.key("InviteClient:3:dana.chen@acme.example:1") == "InviteClient:3:erased-1:1"


def test_our_own_messages_lose_the_first_name_when_nobody_else_has_it() -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Dana* signed, <@U0DANA1>"}}]
    assert DANA.shown(blocks)[0]["text"]["text"] == f"*Dana* signed, {FORMER}"
    alone = Subject(names=DANA.names, slack_ids=DANA.slack_ids, alone=True)
    assert alone.shown(blocks)[0]["text"]["text"] == f"*{FORMER}* signed, {FORMER}"


def test_an_initial_points_at_nobody() -> None:
    assert Subject(names=frozenset({"Jo Berg"}), alone=True).shown([{"text": "Jo"}]) == [{"text": "Jo"}]
    assert Subject(names=frozenset({"Ann Berg"}), alone=True).shown([{"text": "Ann"}]) == [{"text": FORMER}]


def test_nobody_is_found_by_nothing() -> None:
    nobody = Subject()
    assert nobody.text("a @ b <@U1>") == "a @ b <@U1>"
    assert nobody.value({"email": "", "name": "x"}) == {"email": "", "name": "x"}


def test_what_is_looked_for_survives_a_restart() -> None:
    assert Subject.of(DANA.kept()) == DANA


def test_names_beside_an_address_are_gathered() -> None:
    found = Contacts("m@abc.example")
    found.gather({"a": [{"email": "M@ABC.example ", "name": "Maria Klein"}, {"email": "x@y.z", "name": "No"}]})
    found.gather([{"email": "m@abc.example", "name": ""}, "m@abc.example", None, 3])
    assert found.names == {"Maria Klein"}


@pytest.mark.parametrize("name", [FORMER, AT_CLIENT])
def test_who_was_erased_is_never_called_a(name: str) -> None:
    assert Person(id=1, name=name).first_name == name
