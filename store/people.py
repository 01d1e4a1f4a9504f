"""People in the database: found by id, Slack id or e-mail; remembered once, however often they turn up.

Rights of the company come from the settings by e-mail, never from a row.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, select, update

from bot.people import Person, Role
from store.mapping.holders import Rows
from store.sql import insert_new
from store.tables import PersonRow, table
from store.text import clean

PERSON = table(PersonRow)
# Built once: every click and every card asks these.
_BY_SLACK = select(PERSON).where(PERSON.c.slack_id == bindparam("known"))
_BY_EMAIL = select(PERSON).where(PERSON.c.email == bindparam("known"))
_BY_NUMBER = select(PERSON).where(PERSON.c.id == bindparam("known"))
_BY_ID = select(PERSON).where(PERSON.c.id.in_(bindparam("ids", expanding=True)))
_HOME_SEEN = (
    select(PERSON.c.id)
    .where(PERSON.c.id.in_(bindparam("ids", expanding=True)), PERSON.c.home_seen)
    .order_by(PERSON.c.id)
)


@dataclass(frozen=True)
class Directory:
    """What the settings say about people: roles of the company and the office, by lower-case e-mail."""

    roles: Mapping[Role, tuple[str, ...]]
    office_of: Callable[[str], str]

    def person(self, row: Mapping[Any, Any]) -> Person:
        """The person of a row."""
        email = row["email"] or ""
        return Person(
            id=row["id"],
            name=row["name"],
            email=email,
            slack_id=row["slack_id"] or "",
            tz=row["tz"],
            office=self.office_of(email),
            guest=row["guest"],
            active=row["active"],
            roles=frozenset(role for role, emails in self.roles.items() if email and email in emails),
            reminders=row["reminders"],
            away_until=row["away_until"],
            status_until=row["status_until"],
            deputy=row["deputy_id"],
        )


class PeopleQueries:
    """Questions about people, for readers and writers alike."""

    def __init__(self, session: Connection, directory: Directory) -> None:
        self.session = session
        self.directory = directory

    def person(self, person_id: int) -> Person | None:
        """A person by id."""
        return self._one(_BY_NUMBER, person_id) if person_id else None

    def by_slack(self, slack_id: str) -> Person | None:
        """A person by Slack user id."""
        return self._one(_BY_SLACK, slack_id) if slack_id else None

    def by_email(self, email: str) -> Person | None:
        """A person by e-mail, in any case."""
        return self._one(_BY_EMAIL, address(email)) if address(email) else None

    def having(self, role: Role) -> list[Person]:
        """Whom the company gave this role, in the order of the settings; who was never met is left out."""
        return [person for email in self.directory.roles.get(role, ()) if (person := self.by_email(email))]

    def people(self, ids: Iterable[int]) -> dict[int, Person]:
        """Several people by id; unknown ids are left out."""
        wanted = {person_id for person_id in ids if person_id}
        if not wanted:
            return {}
        rows = self.session.execute(_BY_ID, {"ids": list(wanted)}).mappings()
        return {row["id"]: self.directory.person(row) for row in rows}

    def slack_ids(self) -> list[str]:
        """Everybody who has a Slack account that we know, guests and deactivated ones too."""
        return list(self.session.execute(select(PERSON.c.slack_id).where(PERSON.c.slack_id.is_not(None))).scalars())

    def home_seen(self, ids: Iterable[int]) -> list[int]:
        """Which of these people have ever opened their Home, by ascending id."""
        return [row[0] for row in self.session.execute(_HOME_SEEN, {"ids": list(set(ids))})]

    def represented(self, person_ids: Iterable[int]) -> list[int]:
        """Ids of everyone who chose one of these people as deputy."""
        chose = select(PERSON.c.id).where(PERSON.c.deputy_id.in_({one for one in person_ids if one}))
        return list(self.session.execute(chose.order_by(PERSON.c.id)).scalars())

    def _one(self, query: Select[Any], known: str | int) -> Person | None:
        row = self.session.execute(query, {"known": known}).mappings().first()
        return self.directory.person(row) if row else None


class PeopleWriter(PeopleQueries):
    """Remembering people, in a write transaction. Who came with a record that it loaded is not asked for once more."""

    def __init__(self, session: Connection, directory: Directory) -> None:
        super().__init__(session, directory)
        self._met: Rows = {}

    def meet(self, rows: Rows) -> None:
        """These were read just now, in this transaction."""
        self._met |= rows

    def person(self, person_id: int) -> Person | None:
        """A person by id."""
        row = self._met.get(person_id)
        return self.directory.person(row) if row else super().person(person_id)

    def home_seen(self, ids: Iterable[int]) -> list[int]:
        """Which of these people have ever opened their Home, by ascending id."""
        wanted = set(ids)
        others = wanted - self._met.keys()
        seen = {one for one in wanted - others if self._met[one]["home_seen"]}
        return sorted(seen.union(super().home_seen(others) if others else ()))

    def remember(self, person: Person) -> Person:
        """Stores or updates a person, matched by Slack id, then by e-mail, and returns them with their id.

        What is unknown (an empty e-mail, Slack id or name) erases nothing; what came from Slack is not overwritten by
        what did not. When Slack id and e-mail name two rows, the row without a Slack id takes it over, because roles
        were given to it by e-mail; two rows with Slack ids mean that the e-mail moved. A guest's e-mail names no row of
        a colleague: another company decides what stands in its people's profiles.
        """
        email, slack_id = address(person.email), person.slack_id
        mine = self._locked(PERSON.c.slack_id == slack_id) if slack_id else None
        other = self._locked(PERSON.c.email == email) if email else None
        if person.guest and other and not other["guest"] and other["slack_id"] != slack_id:
            email, other = "", None
        if mine and other and mine["id"] != other["id"]:
            mine = self._merged(mine, other)
        row = mine or other or self._inserted(email, slack_id)
        self._update(row["id"], _news(row, person, email))
        stored = self.person(row["id"])
        if stored is None:
            raise LookupError(f"Person {row['id']} vanished while being stored.")
        return stored

    def opened_home(self, person_id: int) -> None:
        """From now on changes publish this person's Home anew."""
        self._update(person_id, {"home_seen": True})

    def keep_preferences(
        self,
        person_id: int,
        *,
        reminders: str | None = None,
        away_until: date | None = None,
        deputy: int | None = None,
    ) -> None:
        """Keeps what a person chose about reminders and absence; None leaves reminders and deputy as they are."""
        values: dict[str, Any] = {"away_until": away_until}
        values |= {"reminders": reminders} if reminders else {}
        values |= {"deputy_id": deputy} if deputy is not None else {}
        self._update(person_id, values)

    def keep_status(self, person_id: int, until: datetime | None) -> None:
        """Keeps until when the person's status in Slack says that they are away; None: they are not."""
        self._update(person_id, {"status_until": until})

    def lock_people(self, ids: Iterable[int]) -> dict[int, Person]:
        """Locks these people by ascending id, after the record's own row: who reminds somebody holds their row."""
        self._met.clear()  # what the one before them wrote counts
        wanted = select(PERSON).where(PERSON.c.id.in_(set(ids))).order_by(PERSON.c.id).with_for_update()
        return {row["id"]: self.directory.person(row) for row in self.session.execute(wanted).mappings()}

    def _merged(self, mine: RowMapping, other: RowMapping) -> RowMapping:
        if other["slack_id"]:
            self._update(other["id"], {"email": None})
            return mine
        self._update(mine["id"], {"slack_id": None, "active": False})
        return other

    def _inserted(self, email: str, slack_id: str) -> RowMapping:
        # Somebody else may be storing the same person right now: then theirs is taken.
        insert_new(self.session, PERSON, {"email": email or None, "slack_id": slack_id or None})
        by = PERSON.c.slack_id == slack_id if slack_id else PERSON.c.email == email
        row = self._locked(by) or self._locked(PERSON.c.email == email)
        if row is None:
            raise ValueError("A person needs an e-mail or a Slack id to be remembered.")
        return row

    def _locked(self, condition: Any) -> RowMapping | None:
        return self.session.execute(select(PERSON).where(condition).with_for_update()).mappings().first()

    def _update(self, person_id: int, values: Mapping[str, Any]) -> None:
        self._met.pop(person_id, None)
        if values:
            self.session.execute(update(PERSON).where(PERSON.c.id == person_id).values(**values))


def address(email: str) -> str:
    """An e-mail address as it is compared: lower case, without blanks around it."""
    return clean(email).strip().lower()


def _news(row: RowMapping, person: Person, email: str) -> dict[str, Any]:
    known: dict[str, Any] = {"email": email, "slack_id": person.slack_id}
    if person.slack_id or not row["slack_id"]:
        known |= {"name": clean(person.name), "tz": person.tz, "guest": person.guest, "active": person.active}
    return {column: value for column, value in known.items() if value != "" and value != row[column]}
