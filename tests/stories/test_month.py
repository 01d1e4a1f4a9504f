"""A month of deals: people who click twice, events that come late, shuffled and again. Once each, and few rings."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.handover import State
from tests.stories import counting, month, walk
from tests.stories.month import Brisk, Month, Script
from tests.stories.road import Road
from tests.stories.stage import Stage, staged

BUDGET = {"ana": 3, "ben": 4, "chloe": 1, "dev": 2, "hana": 0, "olga": 0, "rafi": 0}
REPLIES = 5
EASY = {"win": 1, "ready": 1, "live": 1}
ASKED = {**EASY, "questions": 1, "answers": 1}
SMOOTH, TALKED = ("smooth", Brisk, month.smooth), ("talked over", Road, month.smooth)
SLOW = ("slow", Brisk, month.slow)
SCRIPTS: list[tuple[str, type[Road], Script]] = [
    SMOOTH, TALKED, SLOW, SMOOTH, ("late", Brisk, month.late), SMOOTH, SMOOTH, ("lost", Brisk, month.lost), SMOOTH,
    TALKED, ("regained", Brisk, month.regained), SMOOTH, ("cancelled", Brisk, month.cancelled), SLOW, SMOOTH,
    ("waiting", Brisk, month.waiting), SMOOTH, ("amended", Brisk, month.amended), SMOOTH, SMOOTH,
]  # fmt: skip
TOLD = {
    "smooth": EASY,
    "slow": EASY,
    "talked over": ASKED,
    "late": {**EASY, "late": 3, "late_over": 1},
    "lost": {"win": 1, "ready": 1, "hold": 1},
    "regained": {**EASY, "hold": 1, "resumed": 1},
    "cancelled": {"win": 1, "cancelled": 1},
    "waiting": {**EASY, "resumed": 1},
    "amended": {**EASY, "changed": 1},
}
ENDS = {"lost": State.PROVISIONED, "cancelled": State.CANCELLED}


@pytest.mark.slow
@pytest.mark.req("R205")
def test_a_handover_without_trouble_keeps_the_ring_budget(http_stage: Stage) -> None:
    """Rep 3, project manager 4, client success 1, delivery manager 2, Head of Delivery 0, at most 5 new replies."""
    walk.whole(http_stage)
    (found,) = month.rings(http_stage).values()
    assert found["ana"] > 0
    assert all(found[person] <= most for person, most in BUDGET.items()), found
    told = month.replies(http_stage, 1)
    assert 0 < told.total() <= REPLIES, told


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """The month, played to its end."""
    folder: Path = tmp_path_factory.mktemp("month")
    with staged(folder) as stage:
        a_month = Month(stage)
        a_month.play(SCRIPTS)
        yield a_month


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.req("R4", "R39")
def test_each_of_twenty_deals_walks_as_its_script_says(played: Month) -> None:
    """One handover per deal; every click has its effect; the gate is open, or the deal lost or cancelled."""
    assert played.table.undone == []
    kept = counting.kept(played.stage.deps.store)
    assert len(kept.records) == len(played.deals) == len({r.id for r in kept.records.values()}) == 20
    found = {deal: kept.records[deal].state for deal in played.deals}
    assert found == {deal: ENDS.get(name, State.IN_PROGRESS) for deal, name in played.deals.items()}
    held = [name for deal, name in played.deals.items() if kept.records[deal].running("hold")]
    assert held == ["lost"]
    whole = [deal for deal, name in played.deals.items() if name not in ENDS]
    assert counting.lost(played.stage, kept, whole, played.table.deeds) == []
    assert len(played.table.deeds) > 10 * len(whole)
    refused = [j["payload"]["data"] for j in kept.jobs if j["kind"] == "Whisper" and j["payload"]["name"] == "refused"]
    assert refused == [], "somebody clicked who may not, or too early"


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_whatever_comes_twice_late_or_shuffled_is_there_once(played: Month) -> None:
    """Each message by its key once, whatever was created once; and the weather was as rough as it should be."""
    keys = Counter(key for key, _ in month.posted(played.stage))
    assert "" not in keys
    assert {key: count for key, count in keys.items() if count > 1} == {}
    kept = counting.kept(played.stage.deps.store)
    twice = counting.doubled(played.stage, kept)
    # Two reminders that are done, or two late words brought up to date, may read the same: they are told by their key.
    assert [line for line in twice if not line.startswith("message ")] == []
    with played.stage.deps.store.read() as reader:
        assert reader.inbox.duplicates("hubspot") >= 20


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.req("R205")
def test_one_reply_for_each_change_of_state_and_few_rings(played: Month) -> None:
    """The thread hears of each change once; who has no trouble is rung within the budget, the others once a trouble."""
    rings = month.rings(played.stage)
    kept = counting.kept(played.stage.deps.store)
    for deal, name in played.deals.items():
        record = kept.records[deal]
        told = month.replies(played.stage, record.id)
        assert told == Counter(TOLD[name]), (name, record.shown_id)
        trouble = told.total() - sum(told[one] for one in ASKED)
        assert told.total() - trouble <= REPLIES
        found = rings[record.id]
        over = {person: found[person] for person, most in BUDGET.items() if found[person] > most + trouble}
        assert over == {}, (name, record.shown_id)
        if not trouble:
            assert found["hana"] == 0


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.req("R37", "R40")
def test_reminders_and_digests_of_the_month_keep_their_number(played: Month) -> None:
    """At most two reminders a person and day, one for the Head of Delivery, and the digest once each working day."""
    keys = [key.split(":", 2)[2] for key, _ in month.posted(played.stage)]
    days = [key for key in keys if key.startswith("digest:")]
    assert len(days) == len(set(days)) == played.days
    people = counting.kept(played.stage.deps.store).people
    told = Counter((int(key.split(":")[1]), key.split(":")[2]) for key in keys if key.startswith("nag:"))
    assert told, "somebody was late, and nobody was reminded"
    assert max(told.values()) <= 2
    with played.stage.deps.store.read() as reader:
        hana = reader.by_email("hana@acme.example").id
    assert {count for (person, _), count in told.items() if person == hana} == {1}
    assert set(people) >= {person for person, _ in told} - {hana}
