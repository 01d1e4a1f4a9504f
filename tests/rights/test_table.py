"""The table of rights through the front door, cell by cell: who may, does; who may not, hears whom to ask."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.people import TITLES, Role
from bot.rights import Deed, Who
from bot.rights.table import TABLE
from tests.rights.cases import CASES, Case
from tests.rights.desk import EVERYBODY, OUTSIDERS, PEOPLE, Desk, Outcome, allowed, desk_at
from tests.rights.doors import Door
from tests.rights.records import scoped

WORDS = {who: TITLES[Role(who.value)] for who in Who if who.value in list(Role)} | {
    Who.ANY_MANAGER: "delivery manager",
    Who.OWNER: "Otto",
    Who.DEPUTY: "Dana",
    Who.SELF: "the one who saved it|not yours",
}
TO_GET_A_ROLE = (
    r"ask (the delivery manager( \(Dev\))?|its delivery manager) to name you|Ask sales operations \(Olga\) for a role"
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One Baton for all cells."""
    with desk_at(tmp_path_factory.mktemp("rights")) as made:
        yield made


@pytest.fixture(scope="module")
def other_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Another one for all doors: what was arranged for a cell stays arranged."""
    with desk_at(tmp_path_factory.mktemp("rights")) as made:
        yield made


def names_somebody(case: Case, name: str, said: str) -> bool:
    """Whether the sentence says whom to ask."""
    if name in OUTSIDERS:
        return "Ask your contact here" in said
    may = [who for deed in (case.deed, *case.more) for who in (*TABLE[deed].may, *TABLE[deed].empty.values())]
    first = [one for one, kinds in PEOPLE.items() if kinds.intersection(may)]
    return bool(
        re.search("|".join([*first, *(WORDS[who] for who in may if who in WORDS), TO_GET_A_ROLE]), said, re.IGNORECASE)
    )


class Row:
    """One case at one desk."""

    def __init__(self, desk: Desk, case: Case) -> None:
        self.desk, self.case = desk, case
        self.number = self.fresh("")
        self.wrong: list[str] = []

    def fresh(self, name: str) -> int:
        """A record of its own."""
        taken = Who.TAKER in PEOPLE.get(name, ()) and Who.TAKER in TABLE[self.case.deed].may
        number = self.desk.record(self.case.make, taken=taken, empty=self.case.empty)
        self.case.before(self.desk, number)
        return number

    def may(self, name: str) -> bool:
        """What the table says."""
        return allowed(self.case.deed, name, *self.case.more, empty=self.case.empty)

    def check(self, *, everywhere: bool = False) -> list[str]:
        """All cells; what is wrong in them.

        Everybody comes through the first door. Through each other one come one who may, and of those who may not the
        first, the last colleague and the outsiders; `everywhere`, all of them.
        """
        able = [name for name in EVERYBODY if self.may(name)]
        unable = [name for name in EVERYBODY if name not in able]
        few = {*unable[:1], *unable[-3:]}
        for door in self.case.doors:
            sample, first = self.sample(door), door is self.case.doors[0]
            for name in able if first or everywhere else able[:1]:
                self.done(door, name)
            for name in unable if first or everywhere else [one for one in unable if one in few]:
                self.refused(door, name, sample)
        return self.wrong

    def sample(self, door: Door) -> dict[str, Any] | None:
        """The filled form of somebody who may, on the record of those who may not."""
        if door.fields is None:
            return None
        name = next(one for one in EVERYBODY if self.may(one) and Who.TAKER not in PEOPLE[one])
        view = self.desk.opened(name, door.send(self.desk, name, self.number))
        return self.desk.fill(name, view, door.fields(self.desk, self.desk.handover(self.number)))

    def done(self, door: Door, name: str) -> None:
        """The cell of somebody who may: it happens."""
        number = self.number if door.looks and Who.TAKER not in PEOPLE[name] else self.fresh(name)
        if door.fields is None:
            out = self.desk.outcome(name, number, door.send(self.desk, name, number))
            fine = door.seen(out) if door.shows else (out.changed or out.deeds) and not out.refused
        else:
            view = self.desk.opened(name, door.send(self.desk, name, number))
            filled = self.desk.fill(name, view, door.fields(self.desk, self.desk.handover(number)))
            out = self.desk.outcome(name, number, self.desk.submit(name, filled))
            fine = (out.changed or out.deeds) and not out.refused
        if not fine:
            self.tell(door, name, "may, and it did not happen", out)

    def refused(self, door: Door, name: str, sample: dict[str, Any] | None) -> None:
        """The cell of somebody who may not: nothing happens, and they hear whom to ask."""
        if not door.saving:
            self.kept_out(door, name, self.desk.outcome(name, self.number, door.send(self.desk, name, self.number)))
        if sample is not None:
            self.kept_out(door, name, self.desk.outcome(name, self.number, self.desk.submit(name, sample)))

    def kept_out(self, door: Door, name: str, out: Outcome) -> None:
        """Nothing changed, nothing follows, nothing is shown, and the sentence is there."""
        ticked = "item.tick" in door.passes  # a refused tick is drawn back, which the timeline keeps
        if ticked:
            out = replace(out, changed=False, jobs=[job for job in out.jobs if job[0] not in ("Redraw", "Home")])
        if name in self.case.already and out.deeds == ["Whisper"] and not out.changed:
            return  # they hear that it is so already
        if out.changed or out.deeds:
            self.tell(door, name, "may not, and something happened", out)
        if door.shows and door.seen(out):
            self.tell(door, name, "may not, and sees it", out)
        if not door.silent and not names_somebody(self.case, name, out.refused):
            self.tell(door, name, "is not told whom to ask", out)

    def tell(self, door: Door, name: str, what: str, out: Outcome) -> None:
        """Keeps a wrong cell."""
        self.wrong.append(
            f"{self.case.deed} by {door.passes}: {name} {what}: {out.refused!r} {out.deeds} {out.shown[:160]}"
        )


def test_late_handovers_stand_on_the_heads_home_alone(desk: Desk) -> None:
    """Everybody opens Home; a late handover of nobody's stands there for the Head of Delivery."""
    late = replace(scoped(desk), client="Late Corp", due_at=desk.now - timedelta(days=9), roles={})
    desk.record(lambda _: late)
    for name in EVERYBODY:
        channel = {"channel": "D1", "tab": "home"}
        desk.outcome(name, 1, desk.event(name, type="app_home_opened", **channel), keep=True)
        desk.work()
        shown = str(desk.stage.world.slack.home(desk.people[name].slack_id))
        assert ("Late Corp" in shown) is allowed(Deed.SEE_LATE, name), name
        assert name not in OUTSIDERS or "ABC Fintech" not in shown


@pytest.mark.req("R28", "R29", "R30")
@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case.deed}" for n, case in enumerate(CASES)])
def test_each_cell_is_what_the_table_says(desk: Desk, case: Case) -> None:
    """Who may, does; whoever may not hears whom to ask, nothing changes, and nothing follows."""
    wrong = Row(desk, case).check()
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case.deed}" for n, case in enumerate(CASES)])
def test_each_cell_through_each_door(other_desk: Desk, case: Case) -> None:
    """The same with everybody at every door."""
    wrong = Row(other_desk, case).check(everywhere=True)
    assert not wrong, "\n".join(wrong)
