"""Erasure looks through every column there is, loses nobody else, and goes on after a crash."""

import pytest
from sqlalchemy import select

from bot.actions.digest import REASONS
from bot.company.effects import EditOut, HideReasons
from bot.context import Kind
from bot.effects import Identify, InviteClient, Remind
from bot.erasure import Subject
from bot.handover import Handover, State
from bot.people import AT_CLIENT, FORMER, Role
from store.store import Store
from store.tables import JobRow, PersonRow, Row, table
from store.upkeep import erasure
from store.upkeep.traces import LOOKED_FOR, traces
from tests.conftest import ROLE_MAP, START, Clocks
from tests.store import filling, records
from tests.stories.test_erase import naming

JOB, PERSON = table(JobRow), table(PersonRow)
ZOE, NAME, SLACK = "zoe.quill@acme.example", "Zoë Quill", "UZOEQUILL"
APART = ("installation", "person", "reminder", "nag", "role_holder")


def known(store: Store) -> tuple[int, Handover]:
    """Zoë, project manager of one open record, who said something; and somebody whose name begins like hers."""
    with store.write() as unit:
        zoe = unit.remember(records.person("x", email=ZOE, slack_id=SLACK)).id
        other = unit.remember(records.person("Zoëlle", email="zoelle@acme.example")).id
        record = unit.add(records.handover(state=State.SCOPED, roles={Role.PM: zoe, Role.CSM: other}))
        record.entries.append(records.entry(f"{NAME} and Zoe Quill promised it", author=zoe, kind=Kind.COMMITMENT))
        record.entries.append(records.entry("Zoë alone knows", author=other))
        record.note(START, "assigned", person=zoe, why=f"by {ZOE}")
        unit.save(record)
        unit.emit(InviteClient(record.id, ZOE))
        unit.emit(Remind(zoe, "2026-03-10", 1))
        unit.emit(Remind(zoe * 10 + 1, "2026-03-10", 1))
        unit.emit(Identify("", "zoelle@acme.example", "n"))
    with store.db.write() as session:
        session.execute(PERSON.update().where(PERSON.c.id == zoe).values(name=NAME))
        session.execute(PERSON.update().where(PERSON.c.id == other).values(deputy_id=zoe))
    return zoe, record


def jobs(store: Store, kind: str) -> list[str]:
    """The keys of the jobs of one kind."""
    with store.db.read() as session:
        return list(session.execute(select(JOB.c.key).where(JOB.c.kind == kind).order_by(JOB.c.id)).scalars())


@pytest.mark.req("R110")
def test_every_column_of_every_table_is_looked_through(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that comes later is as well: the tables and their columns are asked, not a list."""
    with store.write() as unit:
        zoe = unit.remember(records.person("x", email=ZOE, slack_id=SLACK)).id
    with store.db.write() as session:
        session.execute(PERSON.update().where(PERSON.c.id == zoe).values(name=NAME))
    monkeypatch.setattr(filling, "HARD", f"{NAME} <{ZOE.upper()}> zoe quill <@{SLACK}> ")
    with store.db.engine.begin() as connection:
        filling.fill(connection, [each for each in Row.metadata.sorted_tables if each.name not in APART])
    before = naming(store, ZOE, NAME, "zoe quill", SLACK)
    assert len({cell.partition(":")[0] for cell in before}) > 100
    with store.db.read() as session:
        subject = erasure.subject_of(session, ZOE, "t0ken")
        assert subject is not None
        rows = list(traces(session, subject))
    assert {trace.table for trace in rows} >= {each.name for each in Row.metadata.sorted_tables} - {*APART, "inbox"}
    erasure._cleaned_all(store, rows, subject)
    with store.db.write() as session:
        session.execute(PERSON.delete().where(PERSON.c.id == zoe))
    assert naming(store, ZOE, NAME, "zoe quill", SLACK) == []


def test_the_row_stays_without_the_person_and_nobody_else_changes(store: Store) -> None:
    zoe, record = known(store)
    done = erasure.erase(store, ZOE, "t0ken")
    assert done is not None
    assert done.roles == [(record.id, "pm")]
    with store.read() as reader:
        person, after = reader.person(zoe), reader.handover(record.id)
        assert reader.by_email(ZOE) is None
        other = reader.by_email("zoelle@acme.example")
    assert person is not None
    assert (person.name, person.email, person.slack_id, person.active) == (FORMER, "", "", False)
    assert other is not None
    assert (other.name, other.deputy) == ("Zoëlle", 0)
    assert after is not None
    assert after.roles == record.roles
    assert [entry.text for entry in after.entries] == [f"{FORMER} and {FORMER} promised it", "Zoë alone knows"]
    assert [event.data for event in after.events] == [{"why": f"by {FORMER}"}, {"who": FORMER}]
    assert done.first_names == {record.id: 1}
    with store.read() as reader:
        assert [found.entry.id for found in reader.find_entries("colleague")] == [after.entries[0].id]
        assert reader.find_entries("quill") == []


def test_work_that_would_reach_them_is_dropped_and_others_stays(store: Store) -> None:
    zoe, _ = known(store)
    erasure.erase(store, ZOE, "t0ken")
    assert jobs(store, "InviteClient") == []
    assert jobs(store, "Remind") == [f"nag:{zoe * 10 + 1}:2026-03-10:1"]
    assert jobs(store, "Identify") == ["Identify::zoelle@acme.example:n:"]


def test_reasons_of_pauses_leave_every_digest_because_a_cut_word_may_name_them(store: Store) -> None:
    """Not for somebody whom no record knows."""
    with store.write() as unit:
        unit.remember(records.person("Nico", email="nico@acme.example"))
        for day in ("2026-03-09", "2026-03-10"):
            unit.keep_setting(f"{REASONS}{day}", f"C1 {day}")
    stranger = erasure.erase(store, "nico@acme.example", "first")
    assert stranger is not None
    assert (stranger.nothing, stranger.digests, jobs(store, "HideReasons")) == (False, 0, [])
    known(store)
    looked = erasure.look(store.db, ZOE, "second")
    assert looked is not None
    assert (looked.digests, jobs(store, "HideReasons")) == (2, [])
    done = erasure.erase(store, ZOE, "second")
    assert done is not None
    assert done.digests == 2
    assert jobs(store, "HideReasons") == [HideReasons(day, "C1").key for day in ("2026-03-09", "2026-03-10")]


def test_looking_changes_nothing_and_says_the_same(store: Store) -> None:
    known(store)
    before = naming(store, ZOE, NAME, SLACK)
    looked = erasure.look(store.db, SLACK.lower(), "t0ken")
    assert looked is not None
    assert naming(store, ZOE, NAME, SLACK) == before
    done = erasure.erase(store, ZOE, "t0ken")
    assert done is not None
    assert (looked.rows, looked.handovers, looked.roles) == (done.rows, done.handovers, done.roles)
    assert looked.first_names == done.first_names
    nothing = erasure.look(store.db, "nobody@acme.example", "t1")
    assert nothing is not None
    assert nothing.nothing


@pytest.fixture
def crashing(store: Store, clocks: Clocks) -> Store:
    """A store whose process dies at the second transaction that asks for the time."""
    asked = iter((clocks.now,))
    return Store(store.db, clock=lambda: next(asked), tick=clocks.tick, role_map=ROLE_MAP, office_of=lambda _: "main")


def test_a_command_that_was_stopped_goes_on_where_it_was(store: Store, crashing: Store) -> None:
    """Her row lost the name already: what was begun says whom to look for."""
    _, record = known(store)
    with pytest.raises(StopIteration):
        erasure.erase(crashing, ZOE, "first")
    with store.write() as unit:
        late = unit.handover(record.id)
        assert late is not None
        late.note(START, "assigned", why=f"{NAME} came in meanwhile")
        unit.save(late)
    again = erasure.erase(store, ZOE, "second")
    assert again is not None
    assert again.subject.token == "first"
    assert jobs(store, "EditOut")[-1] == EditOut("first").key
    with store.read() as reader:
        after = reader.handover(record.id)
    assert after is not None
    assert after.events[-1].kind == "erased"
    with store.write() as unit:
        unit.drop_setting(f"{LOOKED_FOR}first")
    assert naming(store, ZOE, NAME, SLACK) == []
    third = erasure.erase(store, ZOE, "third")
    assert third is not None
    assert third.nothing


def test_one_of_the_clients_people_is_known_by_the_crm_alone(store: Store) -> None:
    with store.write() as unit:
        record = unit.add(records.handover())
        record.entries.append(
            records.entry("Maria Klein will sign", kind=Kind.STAKEHOLDER, details={"name": "Maria Klein"})
        )
        unit.save(record)
        unit.inbox.put("hubspot", b'{"contact": {"email": "M.Klein@abc.example", "name": "Maria Klein"}}', {})
    told = {
        "contacts": [{"id": "1", "name": "Maria Klein", "email": "m.klein@abc.example", "phone": "1", "title": "x"}]
    }
    with store.db.write() as session:
        deals = Row.metadata.tables["handover_deal"]
        data = session.execute(select(deals.c.data)).scalar_one()
        session.execute(deals.update().values(data=data | told))
    done = erasure.erase(store, "m.klein@abc.example", "t0ken")
    assert done is not None
    assert (done.subject.said, done.deals) == (AT_CLIENT, [("hubspot", "d1")])
    with store.write() as unit:
        unit.drop_setting(f"{LOOKED_FOR}t0ken")
    assert naming(store, "m.klein@abc.example", "Maria Klein") == []


def test_two_who_are_erased_one_after_the_other_leave_keys_of_their_own(store: Store) -> None:
    """Keys keep things from happening twice: two that became the same would be an error of the database."""
    with store.write() as unit:
        record = unit.add(records.handover())
        for email in ("a@abc.example", "b@abc.example"):
            unit.emit(InviteClient(record.id, email))
    with store.db.write() as session:
        session.execute(JOB.update().values(state="done"))
    for email, token in (("a@abc.example", "t1"), ("b@abc.example", "t2")):
        assert erasure.erase(store, email, token) is not None
    assert jobs(store, "InviteClient") == [f"InviteClient:{record.id}:{token}:1" for token in ("t1", "t2")]


@pytest.mark.parametrize("who", ["Ben", "", "@", "a@b", "U 1", "<@U0BEN00001>"])
def test_what_is_no_address_means_nobody(store: Store, who: str) -> None:
    assert erasure.look(store.db, who, "t") is None
    assert erasure.erase(store, who, "t") is None


def test_what_is_looked_for_says_whom(store: Store) -> None:
    known(store)
    erasure.erase(store, ZOE, "t0ken")
    with store.read() as reader:
        kept = Subject.of(reader.setting(f"{LOOKED_FOR}t0ken"))
    assert [*kept.emails, *kept.slack_ids, *kept.names] == [ZOE, SLACK, NAME]
    assert not kept.alone, "Zoëlle begins like her"
