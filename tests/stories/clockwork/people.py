"""What the forty do, by seeded dice and through the front door: some at once, some late, some never.

Every act is written into the journal with its moment and whether Baton took it. The journal, the outages and the
absences are the script that the oracle reads beside Slack's log.
"""

import heapq
import random
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from bot.handover import Handover
from sandbox.company import HANDOVERS_CHANNEL
from sandbox.slack.hands import NotThere, Reaction
from tests.stories.clockwork import company
from tests.stories.clockwork.calendar import Hours
from tests.stories.clockwork.company import BY_ID, Worker
from tests.stories.clockwork.replicas import Two

HOUR = timedelta(hours=1)
AGAIN = timedelta(minutes=50)
TRIES = 400

# What each role does, in the protocol's words: task → (role, what must be done before, list on which its button is).
TASKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "scope": ("delivery_manager", ()),
    "promise": ("sales_rep", ()),
    "date": ("sales_rep", ()),
    "stance": ("sales_rep", ()),
    "read": ("pm", ()),
    "team": ("pm", ("scope",)),
    "sign_dm": ("delivery_manager", ("scope",)),
    "sign_pm": ("pm", ("scope", "team", "read")),
    "sign_rep": ("sales_rep", ("scope", "promise", "date", "stance")),
    "access": ("csm", ("sign_dm",)),
}


@dataclass(frozen=True)
class Deed:
    """One line of the journal: who did what about which handover (0: about none), and whether Baton took it."""

    at: datetime
    who: str
    what: str
    handover: int
    taken: bool
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Dice:
    """The people of one month. `journal` is what they did; `done` the tasks of each handover that Baton took."""

    two: Two
    seed: int
    journal: list[Deed] = field(default_factory=list)
    done: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    slack_up: bool = True

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311 - people, no secrets
        self._heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()
        self._known: dict[int, str] = {}
        self._seen = self._won = 0
        self._tries: dict[tuple[int, str], int] = defaultdict(int)
        self._hours = {worker.key: Hours.of(worker.place, worker.tz) for worker in company.PEOPLE}

    @property
    def next_at(self) -> datetime | None:
        """When somebody does something next."""
        return self._heap[0][0] if self._heap else None

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        """Somebody will do this at that moment."""
        heapq.heappush(self._heap, (moment, next(self._numbers), act))

    def act(self, now: datetime) -> bool:
        """Everything that people do by now; whether they did anything."""
        acted = False
        while self._heap and self._heap[0][0] <= now:
            _, _, act = heapq.heappop(self._heap)
            act()
            acted = True
        return acted

    def win(self, n: int, region: str) -> None:
        """A deal is won in the CRM."""
        deal = self.two.world.hubspot.create(dealname=f"C{n:03d} – Project {n}", amount="1000", region=region)
        self.two.world.hubspot.win(deal["id"])
        self._won += 1
        self._note("crm", "win", 0, taken=True, deal=deal["id"], n=n)

    def meet(self) -> None:
        """New handovers get their people's plans, and new reminders somebody who puts them off."""
        if len(self._known) < self._won:
            self._greet()
        for call in self.two.log[self._seen :]:
            self._read(call)
        self._seen = len(self.two.log)

    def _greet(self) -> None:
        with self.two.deps.store.read() as reader:
            fresh = [h for h in reader.open_all(limit=1000) if h.id not in self._known]
            people = reader.people(set().union(*(h.people for h in fresh))) if fresh else {}
        for handover in sorted(fresh, key=lambda one: one.id):
            self._known[handover.id] = handover.deal_id
            holders = {role.value: BY_ID[people[who].slack_id] for role, who in handover.roles.items()}
            self._plan(handover, holders)

    def _plan(self, handover: Handover, holders: dict[str, Worker]) -> None:
        kind = self._dice.choices(("brisk", "slow", "stuck", "waiting", "dead"), (50, 22, 10, 14, 4))[0]
        for task, (role, before) in TASKS.items():
            if kind == "dead" or (kind == "stuck" and self._dice.random() < 0.2):
                continue
            if not before:
                self._later(handover.id, task, holders[role], kind, holders)
        if kind == "waiting":
            who = holders[self._dice.choice(("pm", "delivery_manager", "sales_rep"))]
            moment = self._moment(who, timedelta(hours=self._dice.uniform(3, 40)))
            self.at(moment, lambda: self._pause(handover.id, who))

    def _later(self, handover: int, task: str, who: Worker, kind: str, holders: dict[str, Worker]) -> None:
        most = {"brisk": 6, "slow": 30, "stuck": 70, "waiting": 20, "dead": 1}[kind]
        moment = self._moment(who, timedelta(hours=self._dice.expovariate(1 / most)))
        self.at(moment, lambda: self._do(handover, task, who, kind, holders))

    def _moment(self, who: Worker, after: timedelta) -> datetime:
        # Most work in their hours; some at night.
        moment = self.two.clock.now() + after
        return moment if self._dice.random() < 0.08 else self._hours[who.key].next_open(moment)

    def _do(self, handover: int, task: str, who: Worker, kind: str, holders: dict[str, Worker]) -> None:
        taken = self._tried(handover, task, who)
        if not taken:
            self._tries[handover, task] += 1
            if self._tries[handover, task] < TRIES:
                again = self._moment(who, AGAIN)
                self.at(again, lambda: self._do(handover, task, who, kind, holders))
            return
        before = set(self.done[handover])
        self.done[handover].add(task)
        for other, (role, needs) in TASKS.items():
            fresh = needs and set(needs) <= self.done[handover] and not set(needs) <= before
            if fresh and not (kind == "stuck" and self._dice.random() < 0.2):
                self._later(handover, other, holders[role], kind, holders)

    def _tried(self, handover: int, task: str, who: Worker) -> bool:
        if not self.slack_up:
            return False
        try:
            taken = _taken(DEEDS[task](self, handover, who))
        except (NotThere, LookupError, StopIteration):
            return False
        self._note(who.key, task, handover, taken=taken)
        return taken

    def click(self, who: Worker, handover: int, post: str, action_id: str, value: str | None = None) -> Reaction:
        """A click on one of the thread's messages."""
        self.two.balance()
        return self.two.hands.click(who.id, HANDOVERS_CHANNEL, self.ts(handover, post), action_id, value=value)

    def submit(self, who: Worker, values: dict[str, Any]) -> Reaction:
        """Submits the modal on top."""
        view = self.two.world.slack.views(who.id)[-1]
        wanted = {block.get("block_id") for block in view["blocks"]}
        return self.two.hands.submit(who.id, view["id"], {k: v for k, v in values.items() if k in wanted})

    def ts(self, handover: int, post: str) -> str:
        """Where that message of the thread stands; LookupError when it is not there yet."""
        with self.two.deps.store.read() as reader:
            found = reader.handover(handover)
        place = found.post(post) if found else None
        if place is None:
            raise LookupError(post)
        return place.ts

    def _pause(self, handover: int, who: Worker) -> None:
        if not self.slack_up or not self.two.up:
            return
        days = self._dice.choice((1, 1, 2, 3, 5))
        expected = self.two.clock.now().date()
        place = next(iter(company.PLACES))
        with self.two.deps.store.read() as reader:
            found = reader.handover(handover)
        place = next((one for one in company.PLACES if found and one.name == found.office), place)
        for _ in range(days):
            expected = Hours.of(place, place.tz).next_day(expected)
        try:
            self.two.balance()
            menu = f"pause.begin:{handover}"
            self.two.hands.choose(who.id, HANDOVERS_CHANNEL, self.ts(handover, "root"), "root.menu", menu)
            values = {"reason": {"reason": "test data"}, "expected": {"expected": expected.isoformat()}}
            taken = _taken(self.submit(who, values))
        except (NotThere, LookupError):
            return
        self._note(who.key, "pause", handover, taken=taken, expected=expected)
        if taken and self._dice.random() < 0.5:
            hours = timedelta(hours=self._dice.uniform(2, 24 * days + 24))
            self.at(self._moment(who, hours), lambda: self._resume(handover, who))

    def _resume(self, handover: int, who: Worker) -> None:
        if not self.slack_up or not self.two.up:
            return
        try:
            taken = _taken(self.click(who, handover, "root", "pause.end"))
        except (NotThere, LookupError):
            return
        self._note(who.key, "resume", handover, taken=taken)

    def _read(self, call: dict[str, Any]) -> None:
        # A fifth of those who are reminded put it off, soon after; some heads and managers take what is late.
        options = [
            option["value"]
            for block in call["args"].get("blocks") or []
            for element in block.get("elements", [])
            if element.get("action_id") == "reminder.later"
            for option in element["options"]
        ]
        takes = [
            block["accessory"]["value"]
            for block in call["args"].get("blocks") or []
            if block.get("accessory", {}).get("action_id") == "late.take"
        ]
        room = call["args"]["channel"]
        found = [m for m in self.two.world.slack.members(room) if m in BY_ID]
        if len(found) != 1:
            return
        who = BY_ID[found[0]]
        soon = self.two.clock.now() + timedelta(minutes=self._dice.randint(2, 45))
        if options and self._dice.random() < 0.2:
            chosen = self._dice.choice(options)
            self.at(soon, lambda: self._put_off(who, room, call, chosen))
        if takes and self._dice.random() < 0.1:
            self.at(soon, lambda: self._take(who, room, call, takes[0]))

    def _put_off(self, who: Worker, room: str, call: dict[str, Any], option: str) -> None:
        if not self.slack_up or not self.two.up:
            return
        try:
            self.two.balance()
            ts = self._stands(room, call)
            taken = _taken(self.two.hands.choose(who.id, room, ts, "reminder.later", option))
        except (NotThere, LookupError):
            return
        until = datetime.fromisoformat(option.partition(":")[2])
        self._note(who.key, "later", 0, taken=taken, until=until, named=named(call["args"]))

    def _take(self, who: Worker, room: str, call: dict[str, Any], value: str) -> None:
        if not self.slack_up or not self.two.up:
            return
        try:
            self.two.balance()
            taken = _taken(self.two.hands.click(who.id, room, self._stands(room, call), "late.take", value=value))
        except (NotThere, LookupError):
            return
        self._note(who.key, "take", int(value), taken=taken)

    def _stands(self, room: str, call: dict[str, Any]) -> str:
        key = marker(call)
        for message in self.two.world.slack.messages(room):
            if message.get("metadata", {}).get("event_payload", {}).get("key") == key:
                return str(message["ts"])
        raise LookupError(key)

    def _note(self, who: str, what: str, handover: int, *, taken: bool, **data: Any) -> None:
        self.journal.append(Deed(self.two.clock.now(), who, what, handover, taken, data))

    def prefer(self, who: Worker, *, reminders: str = "now", away: datetime | None = None, deputy: str = "") -> None:
        """`/handover prefs`: when reminders come, until which day they are away, and who stands in."""
        if not self.slack_up or not self.two.up:
            again = self.two.clock.now() + HOUR
            self.at(again, lambda: self.prefer(who, reminders=reminders, away=away, deputy=deputy))
            return
        self.two.balance()
        self.two.hands.command(who.id, HANDOVERS_CHANNEL, "prefs")
        day = away.date().isoformat() if away else None
        values: dict[str, Any] = {"reminders": {"reminders": reminders}, "away_until": {"away_until": day}}
        if deputy:
            values["deputy"] = {"deputy": company.BY_KEY[deputy].id}
        taken = _taken(self.submit(who, values))
        self._note(who.key, "prefs", 0, taken=taken, reminders=reminders, away=away, deputy=deputy)

    def status(self, who: Worker, until: datetime) -> None:
        """A palm tree in Slack, until that moment."""
        self.two.balance()
        self.two.hands.set_status(who.id, ":palm_tree:", "Vacationing", int(until.timestamp()))
        self._note(who.key, "status", 0, taken=True, until=until)


def named(args: dict[str, Any]) -> list[int]:
    """The deals that a message names, by their number."""
    return sorted({int(found) for found in re.findall(r"\bC(\d{3})\b", f"{args.get('text')} {args.get('blocks')}")})


def marker(call: dict[str, Any]) -> str:
    """The key that a new message carries."""
    return str(((call["args"].get("metadata") or {}).get("event_payload") or {}).get("key", ""))


def _taken(reaction: Reaction) -> bool:
    body = reaction.body if isinstance(reaction.body, dict) else {}
    return reaction.error is None and not body.get("errors")


def _scope(dice: Dice, handover: int, who: Worker) -> Reaction:
    dice.click(who, handover, "root", "scope.confirm")
    values = {
        "link": {"link": f"https://docs.month.example/{handover}"},
        "start": {"start": "2026-05-04"},
        "end": {"end": "2026-09-25"},
    }
    return dice.submit(who, values)


def _team(dice: Dice, handover: int, who: Worker) -> Reaction:
    ts = dice.ts(handover, "list:pm")
    message = dice.two.world.slack.book.get(HANDOVERS_CHANNEL, ts) or {}
    boxes = [e for b in message["blocks"] for e in b.get("elements", []) if e.get("type") == "checkboxes"]
    if not boxes:
        raise LookupError("no box")
    dice.two.balance()
    value = boxes[0]["options"][0]["value"]
    return dice.two.hands.tick(who.id, HANDOVERS_CHANNEL, ts, "item.tick", [value])


def _access(dice: Dice, handover: int, who: Worker) -> Reaction:
    dice.click(who, handover, "list:csm", "access.review")
    return dice.submit(who, {"nobody": {"nobody": "They are named after the kickoff."}})


DEEDS: dict[str, Callable[[Dice, int, Worker], Reaction]] = {
    "scope": _scope,
    "promise": lambda dice, n, who: dice.click(who, n, "list:sales_rep", "none.commitment"),
    "date": lambda dice, n, who: dice.click(who, n, "list:sales_rep", "none.real_deadline"),
    "stance": lambda dice, n, who: dice.click(who, n, "list:sales_rep", "none.stakeholder"),
    "read": lambda dice, n, who: dice.click(who, n, "list:pm", "document.all_read"),
    "team": _team,
    "sign_dm": lambda dice, n, who: dice.click(who, n, "list:delivery_manager", "gate.sign"),
    "sign_pm": lambda dice, n, who: dice.click(who, n, "list:pm", "gate.sign"),
    "sign_rep": lambda dice, n, who: dice.click(who, n, "list:sales_rep", "gate.sign"),
    "access": _access,
}
