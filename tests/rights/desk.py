"""The front door for one person after the other: the real Baton behind its signed address, with its hands tied.

Nothing is delivered here: what Baton would say or do stands in its outbox, where it is read. One record serves all who
are refused, since a refusal changes nothing; whoever may gets a fresh one.
"""

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.company.setup import OWNER
from bot.handover import Handover, Post
from bot.people import Person
from bot.rights import Deed, Who
from bot.rights.table import TABLE
from bot.settings import read
from handlers.deliver.loop import Worker
from handlers.deliver.performers import PERFORMERS
from handlers.deps import Deps, Identity
from handlers.profile import person_of
from handlers.wiring import wire
from sandbox import company
from sandbox.slack.hands import Reaction
from sandbox.slack.wire import payloads
from store.unit import StoreUnit
from tests.stories.stage import BotServer, Stage, staged

HERE = company.HANDOVERS_CHANNEL
# Each is what the column says and nothing else: who holds a role of the record has none of the company's.
PEOPLE: dict[str, frozenset[Who]] = {
    "Ana": frozenset({Who.SALES_REP}),
    "Ben": frozenset({Who.PM}),
    "Chloe": frozenset({Who.CSM}),
    "Dev": frozenset({Who.DELIVERY_MANAGER}),
    "Mei": frozenset({Who.ANY_MANAGER}),
    "Olga": frozenset({Who.SALES_OPS}),
    "Hana": frozenset({Who.HEAD}),
    "Rafi": frozenset({Who.PEER}),
    "Otto": frozenset({Who.OWNER}),  # an administrator of the Slack workspace, too: that alone is no right
    "Tara": frozenset({Who.ANY_MANAGER, Who.TAKER}),  # takes items over, for which one must see the record
    "Dana": frozenset({Who.DEPUTY}),
    "Sela": frozenset({Who.PEER, Who.SELF}),
    "Nico": frozenset(),
}
OUTSIDERS = ("Klein", "Sten")  # the client's guest, and a stranger from a shared channel
EVERYBODY = (*PEOPLE, *OUTSIDERS)
ROLES = {
    "delivery_manager": ["mei@acme.example", "tara@acme.example"],
    "sales_ops": ["olga@acme.example"],
    "head_of_delivery": ["hana@acme.example"],
    "sales_rep": ["rafi@acme.example", "sela@acme.example"],
}
Make = Callable[["Desk"], Handover]


def allowed(deed: Deed, name: str, *more: Deed, empty: Who | None = None) -> bool:
    """What the table says of this person; `more` are deeds that do as well, `empty` a role that nobody holds."""
    if name in OUTSIDERS:
        return False
    found = {*PEOPLE[name], Who.COLLEAGUE} - {empty}
    rights = [TABLE[one] for one in (deed, *more)]
    instead = {right.empty[empty] for right in rights if empty in right.empty} if empty else set()
    return any(not found.isdisjoint(right.may) for right in rights) or not found.isdisjoint(instead)


@dataclass
class Outcome:
    """What came of one request: the sentence that the person reads, what they see, and what Baton would do."""

    said: str
    shown: str
    jobs: list[tuple[str, dict[str, Any]]]
    changed: bool

    @property
    def refused(self) -> str:
        """The kind no, '' when there is none."""
        told = [str(data["data"].get("sentence", "")) for kind, data in self.jobs if _is_no(kind, data)]
        return " ".join([*told, self.said]).strip()

    @property
    def deeds(self) -> list[str]:
        """What Baton would do, words to the person themselves aside."""
        return [kind for kind, data in self.jobs if not _is_no(kind, data)]


def _is_no(kind: str, data: dict[str, Any]) -> bool:
    return kind == "Whisper" and data.get("name") == "refused"


@dataclass
class Desk:
    """One wired Baton, its database, and the people."""

    stage: Stage
    deps: Deps
    people: dict[str, Person] = field(default_factory=dict)
    made: int = 0

    def __post_init__(self) -> None:
        self.db = sqlite3.connect(self.stage.folder / "baton.db")
        self.now: datetime = self.deps.clock.now()

    # People and records

    def meet(self) -> None:
        """Everybody is known in Slack and here; holders get the ids that the builders' record names."""
        slack = self.stage.world.slack
        for name in EVERYBODY:
            slack_id, email = f"U9{name.upper()}", f"{name.lower()}@acme.example"
            team = "T9CLIENT" if name == "Sten" else company.TEAM  # whom Slack calls no stranger: they share a channel
            flags = {"is_restricted": name == "Klein", "is_admin": name == "Otto"}
            user = slack.people.add(slack_id, name.lower(), f"{name} Somebody", email, team_id=team, **flags)
            with self.deps.store.write() as unit:
                self.people[name] = unit.remember(person_of(user, company.TEAM))
            assert self.people[name].guest is (name in OUTSIDERS)
        with self.deps.store.write() as unit:
            unit.keep_setting(OWNER, f"{self.people['Otto'].id} {self.now.isoformat()}")
        assert [self.people[name].id for name in ("Ana", "Ben", "Chloe", "Dev")] == [1, 2, 3, 4]

    def record(self, make: Make, *, taken: bool = False, empty: Who | None = None) -> int:
        """A fresh record; Tara has taken over what can be taken; `empty` is a role that nobody holds."""
        found = make(self)
        self.made += 1
        found.id, found.deal_id = 0, f"d{self.made}"
        found.deal = replace(found.deal, id=found.deal_id)
        found.posts = [Post("root", HERE, f"17000{self.made:05}.000100")]
        if taken:
            for item in found.items:
                item.holder = self.people["Tara"].id if item.kind != "signoff" else 0
        found.roles = {role: holder for role, holder in found.roles.items() if role.value != empty}
        with self.deps.store.write() as unit:
            number = unit.add(found).id
        self.forget()
        return number

    def handover(self, number: int) -> Handover:
        """The record as it is stored now."""
        with self.deps.store.read() as reader:
            found = reader.handover(number)
        assert found is not None
        return found

    def arrange(self, deed: Callable[[StoreUnit], Any]) -> Any:
        """Something that was so before."""
        with self.deps.store.write() as unit:
            found = deed(unit)
        self.forget()
        return found

    def work(self) -> None:
        """For once Baton does what it would."""
        worker = Worker(self.deps, PERFORMERS)
        while worker.run_one("desk"):
            continue

    def forget(self) -> None:
        """Empties the outbox, and what a person may do once a day."""
        self.db.execute("DELETE FROM job")
        self.db.execute("DELETE FROM seen WHERE key LIKE 'remind:%'")
        self.db.commit()

    # Requests

    def click(self, name: str, action: dict[str, Any], view: dict[str, Any] | None = None) -> Callable[[], Reaction]:
        """A click in a message, or in a view of theirs."""
        who = self._user(name)
        channel = {"id": HERE, "name": "privategroup"}
        place = {"type": "message", "message_ts": "1.1", "channel_id": HERE, "is_ephemeral": False}
        where = {"container": {"type": "view", "view_id": view["id"]}, "view": view} if view else {}
        acts = [{"block_id": "b", "type": "button", **action, "action_ts": secrets.token_hex(6)}]
        here = {"container": place, "channel": channel, "response_url": "https://slack.example/r"}
        fields: dict[str, Any] = where or here
        return lambda: self.stage.hands.acted(who, **fields, actions=acts)

    def submit(self, name: str, view: dict[str, Any]) -> Callable[[], Reaction]:
        """A form, as that person's own."""
        carried = {**json.loads(view.get("private_metadata") or "{}"), "n": secrets.token_hex(8)}
        mine = {**view, "id": f"V{secrets.token_hex(6)}", "private_metadata": json.dumps(carried)}
        return lambda: self._send("submission", "view_submission", name, view=mine, response_urls=[])

    def shortcut(self, name: str, callback_id: str, message: dict[str, Any] | None = None) -> Callable[[], Reaction]:
        """A shortcut: on a message, or from the menu."""
        stamp = secrets.token_hex(6)
        if message is None:
            return lambda: self._send("shortcut", "shortcut", name, callback_id=callback_id, action_ts=stamp)
        fields = {"callback_id": callback_id, "action_ts": stamp, "message": message, "message_ts": message["ts"]}
        fields |= {"channel": {"id": HERE, "name": "privategroup"}, "response_url": "https://slack.example/r"}
        return lambda: self._send("shortcut", "message_action", name, **fields)

    def command(self, name: str, text: str) -> Callable[[], Reaction]:
        """`/handover` with these words."""

        def send() -> Reaction:
            room = {"id": HERE, "name": "handovers", "is_private": True}
            trigger = self.stage.world.slack.handles.trigger(self._user(name)["id"])
            fields = {"command": "/handover", "text": text, "trigger_id": trigger, "response_url": ""}
            form = payloads.command(self._user(name), room, **fields)
            return self.stage.hands.reaction("command", self.stage.hands.send("command", form))

        return send

    def event(self, name: str, **event: Any) -> Callable[[], Reaction]:
        """An event that this person caused."""
        stamp = secrets.token_hex(6)
        inner = {"user": self._user(name)["id"], **event}
        outer = payloads.envelope(inner, event_id=stamp, at=int(self.now.timestamp()), ext_shared=False)
        return lambda: self.stage.hands.reaction("event", self.stage.hands.send("event", outer))

    def options(self, name: str, action_id: str, words: str, view: dict[str, Any]) -> Callable[[], Reaction]:
        """Types into a searching menu."""
        fields = {"action_id": action_id, "block_id": "b", "value": words, "view": view}
        return lambda: self._send("options", "block_suggestion", name, **fields)

    def outcome(self, name: str, number: int, send: Callable[[], Reaction], *, keep: bool = False) -> Outcome:
        """Sends it, and looks at everything that came of it; `keep` leaves the outbox as it is."""
        before, updates = self._print(number), self._updates()
        reaction = send()
        assert reaction.error is None, reaction
        body: dict[str, Any] = reaction.body if isinstance(reaction.body, dict) else {"text": reaction.body or ""}
        assert not body.get("errors"), body
        view = self.view(name) or (body.get("view") if body.get("response_action") in ("push", "update") else None)
        self.stage.world.slack.modals.set_stack(self._user(name)["id"], [])
        jobs = [(kind, json.loads(data)) for kind, data in self.db.execute("SELECT kind, payload FROM job ORDER BY id")]
        if not keep:
            self.forget()
        note = view is not None and view.get("callback_id") == "view.read" and len(view["blocks"]) == 1
        drawn = [one for one in self._updates() if one not in updates]
        texts = json.dumps([body, view, *drawn], ensure_ascii=False)
        said = _words(view) if note and view else _words(body) or str(body.get("text") or "")
        return Outcome(said, texts if not note else "", jobs, self._print(number) != before)

    def opened(self, name: str, send: Callable[[], Reaction]) -> dict[str, Any]:
        """The form that this request opens, left open for filling."""
        reaction = send()
        assert reaction.error is None, reaction
        view = self.view(name)
        assert view is not None, (name, list(self.db.execute("SELECT payload FROM job")))
        self.forget()
        return view

    def view(self, name: str) -> dict[str, Any] | None:
        """What is open in front of this person."""
        stack = self.stage.world.slack.views(self._user(name)["id"])
        return stack[-1] if stack else None

    def fill(self, name: str, view: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        """Fills a form: block id → value, or block id → (action id, value)."""
        for block_id, value in values.items():
            action_id, given = value if isinstance(value, tuple) else (block_id, value)
            self.stage.hands.fill(self._user(name)["id"], view["id"], block_id, action_id, given)
        found = self.view(name)
        assert found is not None
        self.stage.world.slack.modals.set_stack(self._user(name)["id"], [])
        return found

    def _user(self, name: str) -> dict[str, Any]:
        user = self.stage.world.slack.user(self.people[name].slack_id)
        assert user is not None
        return user

    def _send(self, way: str, kind: str, name: str, **fields: Any) -> Reaction:
        trigger = self.stage.world.slack.handles.trigger(self._user(name)["id"])
        payload = payloads.interaction(kind, self._user(name), trigger_id=trigger, **fields)
        return self.stage.hands.reaction(way, self.stage.hands.send(way, payload))

    def _updates(self) -> list[Any]:
        return list(self.stage.world.slack.call_log("views.update"))

    def _print(self, number: int) -> Any:
        return [
            self.db.execute("SELECT rev FROM handover WHERE id = ?", (number,)).fetchall(),
            *(
                self.db.execute(f"SELECT {what}").fetchall()
                for what in (
                    "count(*) FROM handover",
                    "key, value FROM setting WHERE value <> '' AND key GLOB '[sh]e[tl]*:*' ORDER BY key",
                    "id, reminders, away_until, deputy_id FROM person ORDER BY id",
                    "count(*), max(n) FROM checklist",
                    "plan, spent, deferred FROM nag",
                    "held FROM deal_state",
                )
            ),
        ]


def _words(part: Any) -> str:
    if isinstance(part, dict):
        own = (
            [part["text"]] if isinstance(part.get("text"), str) and part.get("type") in ("mrkdwn", "plain_text") else []
        )
        return " ".join(
            [*own, *(_words(value) for key, value in part.items() if key in ("blocks", "text", "elements"))]
        )
    return " ".join(_words(one) for one in part) if isinstance(part, list) else ""


@contextmanager
def desk_at(folder: Path) -> Iterator[Desk]:
    """Baton behind its signed address, with nobody who works off its outbox."""
    with staged(folder, people={"roles": ROLES}) as stage:
        running = wire(read(stage.env, stage.table), stage.env, clock=stage.clock, haste=stage.haste)
        server = BotServer(running, int(stage.env["BATON_PORT"]))
        server.start()
        desk = Desk(stage, running.deps)
        running.deps.identity = Identity(company.TEAM, "https://acme.example/", company.BOT_USER)
        desk.meet()
        try:
            yield desk
        finally:
            desk.db.close()
            server.stop()


def at(handover: Handover, now: datetime, **more: Any) -> Handover:
    """The record with its moments now."""
    found = replace(handover, opened_at=now, **more)
    if found.scoped_at is not None:
        found.scoped_at, found.due_at = now, now + timedelta(days=3)
    for entry in found.entries:
        entry.id, entry.at = 0, now
    return found
