"""A month of twenty deals in rough weather: what happens to each, and the log of whom Baton rang for it.

People click twice, Slack sends everything twice, the CRM's events come late, shuffled, again, or not at all. Each
script tells one deal; at each `yield` the next working day comes.
"""

import contextlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.handover import Handover, State
from bot.people import Role
from bot.worktime import add_work_dates
from handlers.digest import tick
from handlers.schedule import reconcile
from sandbox import company
from sandbox.slack.hands import Hands, NotThere, Reaction
from tests.stories.insisting import HERE, Insisting
from tests.stories.road import Road, answered, disposed, points_of, promised
from tests.stories.selling import sold
from tests.stories.stage import Stage

Script = Callable[[Road, str], Iterator[None]]
NUMBER = re.compile(r"HO-(\d+)")
KEYS = ("ana", "ben", "chloe", "dev", "hana", "olga", "rafi")


class Hasty(Hands):
    """People who click twice, in a Slack that brings everything twice."""

    def click(self, user: str, channel: str, ts: str, action_id: str, **chosen: Any) -> Reaction:
        """Clicks, and clicks again while the button is still there."""
        self.slack.deliver.duplicate_next()
        first = super().click(user, channel, ts, action_id, **chosen)
        with contextlib.suppress(NotThere):
            super().click(user, channel, ts, action_id, **chosen)
        return first

    def tick(self, user: str, channel: str, ts: str, action_id: str, values: list[str], **chosen: Any) -> Reaction:
        """Ticks, and the payload comes twice."""
        self.slack.deliver.duplicate_next()
        return super().tick(user, channel, ts, action_id, values, **chosen)

    def command(self, user: str, channel: str, text: str, **chosen: Any) -> Reaction:
        """Types it, and types it once more."""
        first = super().command(user, channel, text, **chosen)
        super().command(user, channel, text, **chosen)
        return first

    def submit(self, user: str, view_id: str, values: dict[str, dict[str, Any]] | None = None) -> Reaction:
        """Sends the modal, and the payload comes twice."""
        self.slack.deliver.duplicate_next()
        return super().submit(user, view_id, values)

    def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> str:
        """Says it, and the event comes twice."""
        self.slack.deliver.duplicate_next()
        return super().say(user, channel, text, thread_ts)


class Brisk(Road):
    """The same road with less to say: one promise, and it is in the scope."""

    def context(self, deal: str) -> None:
        """One promise; nothing more is known."""
        table, words = self.table, f"promise {self.deals[deal]}"
        table.until(deal, lambda r: r.post("know") is not None, "the thread")
        table.command("ana", deal, f"commit {{}} {words}", promised(words))
        table.press("ana", deal, "list:sales_rep", "none.real_deadline", answered("none:real_deadline"))
        table.press("ana", deal, "list:sales_rep", "none.stakeholder", answered("none:stakeholder"))
        table.press("ben", deal, "list:pm", "document.all_read", answered("presale_read"))

    def points(self, deal: str) -> None:
        """Ben takes it into the scope."""
        ids = points_of(self.table.known(deal))
        chosen = {f"point:{one}": {"points.choice": "in_scope"} for one in ids}
        opener = ("list:pm", "points.answer", "view.points")
        self.table.fill("ben", deal, opener, lambda *_: chosen, lambda r: bool(ids) and disposed(r, ids))

    def answers(self, deal: str) -> None:
        """Nobody asked."""


class Month:
    """The stage, its hasty people, and the days."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        stage.hands = Hasty(stage.world)
        hooks = stage.world.hubspot.webhooks
        hooks.duplicate, hooks.shuffle = 1, True
        first = monday(stage.clock.now())
        stage.world.clock.advance((first - stage.clock.now()).total_seconds())
        stage.clock.advance(first - stage.clock.now())
        stage.start()
        tick(stage.deps)  # digests begin with the first look
        self.table = Insisting(stage, stage.deps.store)
        self.deals: dict[str, str] = {}
        self.days = 0

    def play(self, scripts: list[tuple[str, type[Road], Script]]) -> None:
        """One deal a day, from its win to the end of its script."""
        running: list[Iterator[None]] = []
        for number, (name, kind, script) in enumerate(scripts, start=1):
            deal = sold(self.stage, number)
            self.deals[deal] = name
            self.win(deal, number)
            running.append(script(kind(self.table, {deal: number}), deal))
            running = [one for one in running if next(one, self) is not self]
            self.next_day()
        while running:
            running = [one for one in running if next(one, self) is not self]
            self.next_day()

    def win(self, deal: str, number: int) -> None:
        """The deal is won, and the CRM tells of it as the weather is that day."""
        hub = self.stage.world.hubspot
        hooks = hub.webhooks
        hooks.drop_all = number % 4 == 0
        hooks.paused = number % 3 == 0
        hub.edit(deal, amount=str(2_000 + number))
        hub.win(deal)
        hub.edit(deal, description=f"Sold as number {number}")
        if hooks.drop_all:
            hooks.drop_all = False
            reconcile(self.stage.deps, "hubspot")
        elif hooks.paused:
            self.stage.world.travel.jump("hour")
        hooks.paused = False
        self.stage.settle()

    def next_day(self) -> None:
        """What is due by the next morning is done on the way; then the CRM tells yesterday's news once more."""
        self.stage.settle()
        self.stage.world.travel.jump("working_day")
        self.days += 1
        for delivery in self.stage.world.hubspot.webhooks.deliveries[-6:]:
            self.stage.world.hubspot.webhooks.deliver(delivery["events"][::-1], attempt=3)
        self.stage.settle()


def monday(now: datetime) -> datetime:
    """The first Monday of the next year's February, 09:05 in Berlin: no public holiday for a month."""
    first = datetime(now.year + 1, 2, 1, 8, 5, tzinfo=UTC)
    return first + timedelta(days=-first.weekday() % 7)


def smooth(road: Road, deal: str) -> Iterator[None]:
    """Everything on the day of the win."""
    for step in road.steps:
        step(deal)
    yield


def slow(road: Road, deal: str) -> Iterator[None]:
    """The scope on the day of the win, the signatures the day after."""
    for step in road.steps[:4]:
        step(deal)
    yield
    for step in road.steps[4:]:
        step(deal)


def late(road: Road, deal: str) -> Iterator[None]:
    """Nobody does anything for three days; the scope ends what is late."""
    for _ in range(3):
        yield
    for step in road.steps[:4]:
        step(deal)
    told = "reply:late_over:"  # waited for: were the gate open before anybody looked, that would say it instead
    road.table.until(deal, lambda r: any(post.name.startswith(told) for post in r.posts), "the end of what was late")
    for step in road.steps[4:]:
        step(deal)


def lost(road: Road, deal: str) -> Iterator[None]:
    """The client calls it off after the scope is confirmed."""
    for step in road.steps[:4]:
        step(deal)
    road.table.until(deal, lambda r: r.reached(State.PROVISIONED), "the workspace")
    road.table.stage.world.hubspot.lose(deal)
    road.table.until(deal, lambda r: r.running("hold") is not None, "the hold")
    yield


def regained(road: Road, deal: str) -> Iterator[None]:
    """Reopened in the CRM, and won again two days later."""
    for step in road.steps[:4]:
        step(deal)
    road.table.until(deal, lambda r: r.reached(State.PROVISIONED), "the workspace")
    road.table.stage.world.hubspot.reopen(deal)
    road.table.until(deal, lambda r: r.running("hold") is not None, "the hold")
    yield
    yield
    road.table.stage.world.hubspot.win(deal)
    road.table.until(deal, lambda r: r.running("hold") is None, "the end of the hold")
    for step in road.steps[4:]:
        step(deal)


def cancelled(road: Road, deal: str) -> Iterator[None]:
    """Opened by mistake: Dev cancels it, with the reason."""
    road.context(deal)
    hands = road.table.stage.hands

    def deed() -> Reaction:
        hands.command("dev", HERE, f"cancel {road.table.known(deal).shown_id}")
        view = road.table.stage.world.slack.views(company.by_key("dev").id)[-1]
        return hands.submit("dev", view["id"], {"reason": {"reason": "A test order"}})

    road.table.insist(deal, "dev cancels", deed, lambda r: r.end_reason == "A test order")
    yield


def waiting(road: Road, deal: str) -> Iterator[None]:
    """It waits on the client for two days, until Ana says that the answer is here."""
    for step in road.steps[:4]:
        step(deal)
    table, hands = road.table, road.table.stage.hands
    terms = road.table.stage.deps.terms

    def deed() -> Reaction:
        record = table.known(deal)
        root = record.post("root")
        assert root is not None
        day = add_work_dates(terms.office(record), terms.today(record, road.table.stage.clock.now()), 4)
        hands.choose("ben", HERE, root.ts, "root.menu", f"pause.begin:{record.id}")
        view = road.table.stage.world.slack.views(company.by_key("ben").id)[-1]
        values = {"reason": {"reason": "test data"}, "expected": {"expected": day.isoformat()}}
        return hands.submit("ben", view["id"], values)

    def paused(record: Handover) -> bool:
        return [(one.kind, one.reason) for one in record.intervals] == [("pause", "test data")]

    table.insist(deal, "ben pauses", deed, paused)
    yield
    yield
    table.press("ana", deal, "root", "pause.end", lambda r: paused(r) and r.running("pause") is None)
    for step in road.steps[4:]:
        step(deal)


def amended(road: Road, deal: str) -> Iterator[None]:
    """The amount changes after Dev and Ben have signed: Dev signs again."""
    for step in road.steps[:4]:
        step(deal)
    table = road.table
    table.until(deal, lambda r: r.reached(State.PROVISIONED), "the workspace")
    road.sign(deal, "dev", Role.DELIVERY_MANAGER)
    road.table.stage.world.hubspot.edit(deal, amount="7777")
    table.until(deal, lambda r: r.signed(Role.DELIVERY_MANAGER) is None, "the signature's end")
    for step in road.steps[4:]:
        step(deal)
    yield


def posted(stage: Stage) -> list[tuple[str, dict[str, Any]]]:
    """The log of new messages: the key of each, and its call. Edits are not in it, as they ring nobody."""
    found = []
    for call in stage.world.slack.call_log("chat.postMessage"):
        data = call["args"].get("metadata") or {}
        data = json.loads(data) if isinstance(data, str) else data
        if call["ok"]:
            found.append((str((data.get("event_payload") or {}).get("key", "")), call))
    return found


def rings(stage: Stage) -> dict[int, Counter[str]]:
    """By handover, how often each person was rung for it: mentioned in a new message, or by a direct one."""
    users = {company.by_key(key).id: key for key in KEYS}
    rooms = {room["id"]: key for user, key in users.items() for room in stage.world.slack.dms(user)}
    found: dict[int, Counter[str]] = {}
    for key, call in posted(stage):
        number = NUMBER.search(key)
        if number:
            counted = found.setdefault(int(number[1]), Counter())
            blocks, room = str(call["args"].get("blocks")), rooms.get(call["args"]["channel"])
            counted.update([room] if room else [who for user, who in users.items() if f"<@{user}>" in blocks])
    return found


def replies(stage: Stage, number: int) -> Counter[str]:
    """The new replies of a handover's thread, by what they tell."""
    here = [key.split(":") for key, call in posted(stage) if call["args"]["channel"] == HERE]
    names = [parts[3] for parts in here if parts[2] == f"HO-{number}"]
    return Counter(name for name in names if name not in ("root", "list", "know", "progress"))
