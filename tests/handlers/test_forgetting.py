"""Somebody is erased by another process: the running one shows them no more, nor keeps them in memory."""

import gc
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.company.checklist import Version
from bot.handover import State
from bot.people import Person
from handlers import retention
from handlers.clock import Clock
from handlers.company import checklist_text, take_up
from handlers.deps import Deps
from handlers.ears.commands import answer
from handlers.wiring import build
from store.mapping.deal import deal_of_text
from store.tables import ChecklistRow, table
from store.upkeep.traces import ERASED
from tests.blocks.reading import words
from tests.builders import make_deal, make_entries, make_handover
from tests.handlers.commanding import app, environment
from tests.stories import walk
from tests.stories.stage import Stage, staged

CHECKLIST = table(ChecklistRow)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A company; what runs in it is built by the test."""
    with staged(tmp_path) as made:
        yield made


@pytest.fixture
def running(stage: Stage) -> Iterator[Deps]:
    """What a running server is made of."""
    deps = build(stage.settings(), stage.env, clock=Clock())
    yield deps
    deps.store.db.dispose()


class Somebody:
    """A name that stands nowhere else, in two halves: nothing here holds it whole."""

    def __init__(self) -> None:
        self.first, self.last = f"wanda{secrets.token_hex(3)}", f"erasmus{secrets.token_hex(3)}"

    def kept(self) -> set[str]:
        """What holds it in this process: the kinds of the containers."""
        gc.collect()
        return {type(each).__name__ for each in gc.get_objects() if self._within(each)}

    def _within(self, each: Any) -> bool:
        # The collector visits no keys of a dictionary, and nothing that holds texts and numbers alone.
        inside = [*gc.get_referents(each), *(each if isinstance(each, dict) else ())]
        for one in inside:
            if isinstance(one, str):
                if self.first in one and self.last in one:
                    return True
            elif isinstance(one, (dict, tuple)) and not gc.is_tracked(one) and self._within(one):
                return True
        return False


def known(deps: Deps, who: Somebody) -> None:
    """The whole name gets wherever it can: people, a deal, words, the checklist, what was asked of Slack and Asana."""
    name, email = f"{who.first} {who.last}", f"{who.first}.{who.last}@acme.example"
    contact = replace(make_deal().contacts[0], name=name, email=email)
    deal = make_deal(contacts=(contact,), client=f"Office of {name}")
    text = checklist_text("default").replace('text = "', f'text = "{name}: ', 1)
    with deps.store.write() as unit:
        unit.remember(Person(0, name, email, f"U{secrets.token_hex(4).upper()}", "Europe/Berlin"))
        dev = unit.remember(Person(0, "Dev Patel", "dev@acme.example", walk.user_id("dev"), "Europe/Berlin"))
        told = replace(make_entries()[0], id=0, author=dev.id, point=None, text=f"{name} gets a weekly call")
        made = make_handover(State.PRESALE, id=0, roles={}, presale=[], steps=[], deal=deal, entries=[told])
        unit.add(replace(made, client=f"Office of {name}"))
        draft = Version(0, "default", 0, "9", text, 0, dev.id, deps.clock.now())
        unit.apply_checklist(unit.add_checklist(draft), n=1, by=dev.id, at=deps.clock.now())
    deps.missed[email], deps.rooms[f"D {name}"] = 1.0, "D1"
    deps.tool._people._gids[email] = "7"  # type: ignore[union-attr]  # as an answer leaves it
    with deps.store.read() as reader:
        assert reader.by_email(email)
    shown(deps)


def shown(deps: Deps) -> str:
    """What people see of the record, and what is in force."""
    take_up(deps)
    command = {"user_id": walk.user_id("dev"), "channel_id": walk.HERE, "text": "HO-1"}
    card: Any = answer(deps, command)
    return words(card) + repr(deps.terms.template)


def erased(stage: Stage, who: Somebody) -> int:
    """By the command, in a process of its own."""
    return app(environment(stage), "erase", "--person", f"{who.first}.{who.last}@acme.example", "--yes").code


@pytest.mark.slow
@pytest.mark.req("R110")
def test_who_was_erased_elsewhere_is_neither_shown_nor_kept(stage: Stage, running: Deps) -> None:
    who = Somebody()
    known(running, who)
    assert who.last in shown(running)
    assert erased(stage, who) == 0
    assert who.last not in shown(running)
    assert {"Contact", "Deps", "People", "dict"} <= who.kept(), "a running process knows nothing of it yet"
    assert retention.let_go(running)
    assert who.kept() == set()


@pytest.mark.slow
def test_what_is_kept_in_memory_goes_twice_after_each_erasure_and_only_then(running: Deps) -> None:
    """Whoever was reading at that moment may have kept it once more."""
    known(running, Somebody())
    assert not retention.let_go(running)
    for said in ("somebody was erased", "the last message was edited"):
        with running.store.write() as unit:
            unit.keep_setting(ERASED, said)
        for _ in range(2):
            shown(running)
            running.rooms["U1"], running.missed["a@b.example"] = "D1", 1.0
            assert retention.let_go(running)
            assert (running.rooms, running.missed, deal_of_text.cache_info().currsize) == ({}, {}, 0)
        assert not retention.let_go(running)


def test_a_checklist_whose_words_changed_in_place_is_taken_up(running: Deps) -> None:
    who = Somebody()
    known(running, who)
    assert who.last in repr(running.terms.template)
    with running.store.write() as unit:
        unit.session.execute(update(CHECKLIST).values(text=checklist_text("default")))
    assert take_up(running)
    assert who.last not in repr(running.terms.template)
