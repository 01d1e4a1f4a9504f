"""SIGKILL at random points of the walk: nothing acknowledged is lost, nothing created is there twice.

The sandbox lives in this process, Baton in children that are killed and started again, one or two on one database.
Lost = an acknowledged click, event or begun step without its effect. Doubled = a created thing (message, channel,
bookmark, task, file, member, note) that is there twice; edits and ephemeral words do not count.
"""

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.handover import Handover, State
from bot.people import Role
from handlers.clock import Clock
from sandbox import company
from sandbox.slack.hands import NotThere, Reaction
from store.engine import Db
from store.migrate import migrate
from store.store import Store
from tests.stories.stage import Stage, free_port

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
[slack]
handovers_channel = "{channel}"
[people.roles]
delivery_manager = ["dev@acme.example"]
pm = ["ben@acme.example"]
csm = ["chloe@acme.example"]
sales_ops = ["olga@acme.example"]
head_of_delivery = ["hana@acme.example"]
sales_rep = ["ana@acme.example", "rafi@acme.example"]
[offices.berlin]
timezone = "Europe/Berlin"
country = "DE"
[connections.hubspot]
[connections.asana]
workspace = "1200000000000001"
[delivery]
poll_seconds = 5
rate_share = 1000
lease_seconds = 2
"""


@dataclass
class Tally:
    """What was counted."""

    kills: int = 0
    handovers: int = 0
    clicks: int = 0
    refused_by_dead: int = 0
    seconds: float = 0.0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


class Replicas:
    """Children running `app.py serve`, killed and started again; Slack's and the CRM's calls go to one that lives."""

    def __init__(self, stage: Stage, url: str, count: int) -> None:
        self.stage = stage
        self.config = stage.folder / "baton.toml"
        self.config.write_text(CONFIG.format(channel=company.HANDOVERS_CHANNEL))
        self.url = url
        self.ports = [free_port() for _ in range(count)]
        self.controls = [free_port() for _ in range(count)]
        self.children: list[subprocess.Popen[bytes] | None] = [None] * count
        self.logs = [(stage.folder / f"replica{n}.log").open("ab") for n in range(count)]

    def start(self, n: int) -> None:
        """Starts one child and waits until it is ready."""
        env = {
            **os.environ,  # noqa: TID251 - a child needs the path
            **self.stage.env,
            "DATABASE_URL": self.url,
            "BATON_CONFIG": str(self.config),
            "BATON_PORT": str(self.ports[n]),
            "BATON_REHEARSAL_PORT": str(self.controls[n]),
            "BATON_PUBLIC_URL": self.stage.world.public_url,
        }
        command = [sys.executable, str(ROOT / "app.py"), "serve", "--rehearsal"]
        self.children[n] = subprocess.Popen(command, env=env, cwd=ROOT, stderr=self.logs[n])  # noqa: S603 - our own
        until = time.monotonic() + 30
        while not self.ready(n):
            assert time.monotonic() < until, f"replica {n} did not start, see {self.logs[n].name}"
            time.sleep(0.05)
        self.point()

    def ready(self, n: int) -> bool:
        """Whether that child answers."""
        import httpx  # noqa: PLC0415

        try:
            return httpx.get(f"http://127.0.0.1:{self.ports[n]}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self, n: int) -> None:
        """SIGKILL: no goodbye."""
        child = self.children[n]
        if child is not None:
            child.kill()
            child.wait()
            self.children[n] = None
        self.point()

    def point(self) -> None:
        """Slack and the CRM call a child that lives, if there is one."""
        alive = [n for n, child in enumerate(self.children) if child is not None]
        if alive:
            self.stage.world.bot_url = f"http://127.0.0.1:{self.ports[random.choice(alive)]}"  # noqa: S311

    def stop(self) -> None:
        """Ends them all."""
        for n in range(len(self.children)):
            self.kill(n)
        for log in self.logs:
            log.close()


def run(stage: Stage, *, url: str, replicas: int, kills: int, deals: list[str], seed: int = 1) -> Tally:
    """Walks the deals while replicas are killed; then lets everything end, and counts."""
    began = time.monotonic()
    stage.world.public_url = "http://127.0.0.1:1"
    migrate(url)
    db = Db(url)
    roles = {Role.DELIVERY_MANAGER: ("dev@acme.example",)}
    clock = Clock()
    store = Store(db, clock=clock.now, tick=clock.tick, role_map=roles, office_of=lambda _: "berlin")
    pack = Replicas(stage, url, replicas)
    tally = Tally(handovers=len(deals))
    walker = Walker(stage, store, tally)
    done = threading.Event()
    try:
        for n in range(replicas):
            pack.start(n)
        killer = threading.Thread(target=_kill, args=(pack, tally, kills, done, random.Random(seed)))  # noqa: S311
        killer.start()
        for deal in deals:
            stage.world.hubspot.win(deal)
        walker.walk(len(deals))
        while tally.kills < kills:
            time.sleep(0.2)
        done.set()
        killer.join()
        walker.finish(len(deals))
    finally:
        done.set()
        pack.stop()
        db.dispose()
    count_doubles(stage, tally)
    tally.seconds = time.monotonic() - began
    return tally


def _kill(pack: Replicas, tally: Tally, kills: int, done: threading.Event, dice: random.Random) -> None:
    while tally.kills < kills and not done.is_set():
        time.sleep(dice.uniform(0.4, 2.0))
        n = dice.randrange(len(pack.children))
        pack.kill(n)
        tally.kills += 1
        pack.start(n)


class Walker:
    """People who go on clicking: when Slack says that it did not work, they do it once more."""

    def __init__(self, stage: Stage, store: Store, tally: Tally) -> None:
        self.stage = stage
        self.store = store
        self.tally = tally

    def record(self, number: int) -> Handover | None:
        """The record as it is stored now."""
        with self.store.read() as reader:
            return reader.handover(number)

    def until(self, true: Callable[[], Any], what: str, timeout: float = 120.0) -> None:
        """Waits; what never comes is lost."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            if true():
                return
            time.sleep(0.05)
        self.tally.lost.append(what)

    def insist(self, deed: Callable[[], Reaction], what: str) -> bool:
        """Does it until Slack shows no error; only then it counts as acknowledged."""
        until = time.monotonic() + 90
        while time.monotonic() < until:
            try:
                reaction = deed()
            except NotThere:
                time.sleep(0.1)
                continue
            if reaction.error is None:
                self.tally.clicks += 1
                return True
            self.tally.refused_by_dead += 1
            time.sleep(0.1)
        self.tally.lost.append(f"never acknowledged: {what}")
        return False

    def press(self, who: str, number: int, post: str, action_id: str) -> bool:
        """Clicks a button of one of our messages."""

        def deed() -> Reaction:
            record = self.record(number)
            found = record.post(post) if record else None
            if found is None:
                raise NotThere(post)
            return self.stage.hands.click(who, found.channel, found.ts, action_id)

        return self.insist(deed, f"{who} {action_id} HO-{number}")

    def command(self, who: str, text: str) -> bool:
        """Types a command; its answer is the acknowledgement."""
        return self.insist(lambda: self.stage.hands.command(who, company.HANDOVERS_CHANNEL, text), text)

    def fill(self, who: str, number: int, post: str, action_id: str, values: dict[str, dict[str, Any]]) -> None:
        """Opens a modal and submits it; when either fails, both are done once more."""
        person = company.by_key(who).id

        def deed() -> Reaction:
            if not self.stage.world.slack.views(person):
                record = self.record(number)
                found = record.post(post) if record else None
                if found is None:
                    raise NotThere(post)
                opened = self.stage.hands.click(who, found.channel, found.ts, action_id)
                if opened.error or not self.stage.world.slack.views(person):
                    return Reaction(0, "", 0.0, opened.error or "no modal")
            return self.stage.hands.submit(who, self.stage.world.slack.views(person)[-1]["id"], values)

        self.insist(deed, f"{who} {action_id} HO-{number}")

    def walk(self, count: int) -> None:
        """Every handover through capture, points and scope; then the signatures."""
        numbers = range(1, count + 1)
        for n in numbers:
            self.until(lambda n=n: (r := self.record(n)) and r.post("know"), f"no thread for HO-{n}")  # type: ignore[misc]
            self.command("ana", f"commit HO-{n} promise one of {n}")
            self.press("ana", n, "list:sales_rep", "none.real_deadline")
            self.press("ana", n, "list:sales_rep", "none.stakeholder")
            self.press("ben", n, "list:pm", "document.all_read")
        for n in numbers:
            self.until(lambda n=n: self._answered(n), f"HO-{n} has open points", 60)  # type: ignore[misc]
            self.fill("dev", n, "root", "scope.confirm", self._scope(n))

    def finish(self, count: int) -> None:
        """No more kills: everything begun must end."""
        for n in range(1, count + 1):
            self.until(
                lambda n=n: (r := self.record(n)) and r.reached(State.PROVISIONED),  # type: ignore[misc]
                f"HO-{n} is not provisioned",
            )
            record = self.record(n)
            promises = [e for e in record.entries if e.standing and e.text == f"promise one of {n}"] if record else []
            if len(promises) < 1:
                self.tally.lost.append(f"promise of HO-{n}")
            if len(promises) > 1:
                self.tally.doubled.append(f"promise of HO-{n}")
        self.until(lambda: not self.store.outbox.waiting(), f"work left: {self.store.outbox.waiting()}")
        self.tally.lost += [f"parked: {job.kind} {job.error}" for job in self.store.outbox.jobs(("dead",))]

    def _answered(self, n: int) -> bool:
        record = self.record(n)
        points = [e for e in record.entries if e.open] if record else []
        if not points:
            return True
        values = {f"point:{e.id}": {"points.choice": "in_scope"} for e in points}
        self.fill("ben", n, "list:pm", "points.answer", values)
        return False

    def _scope(self, n: int) -> dict[str, dict[str, Any]]:
        record = self.record(n)
        values: dict[str, dict[str, Any]] = {}
        if record and record.start is None:
            values["start"] = {"start": "2027-02-01"}
        if record and record.end is None:
            values["end"] = {"end": "2027-06-30"}
        if record and not any(d.kind == "scope" for d in record.deal.documents):
            values["link"] = {"link": "https://docs.acme.example/scope.pdf"}
        return values


def count_doubles(stage: Stage, tally: Tally) -> None:
    """Every created thing, by what makes it one."""
    found = Counter([*in_slack(stage), *in_tool(stage), *in_crm(stage)])
    tally.doubled += [f"{name} × {count}" for name, count in found.items() if count > 1]


def in_slack(stage: Stage) -> Iterator[str]:
    """Channels by our marker, messages by their key, bookmarks by their link."""
    slack = stage.world.slack
    for room in slack.channels():
        purpose = (room.get("purpose") or {}).get("value", "")
        if "baton:" in purpose:
            yield f"channel {purpose.split()[-1]}"
        for message in slack.messages(room["id"]):
            key = ((message.get("metadata") or {}).get("event_payload") or {}).get("key")
            if key:
                yield f"message {key}"
        yield from (f"bookmark {room['id']} {bookmark['link']}" for bookmark in slack.bookmarks(room["id"]))


def in_tool(stage: Stage) -> Iterator[str]:
    """Projects, sections, tasks, members and links by name within their place."""
    for project in stage.world.asana.projects():
        place = project["gid"]
        yield f"project {project['name']}"
        for section in project["sections"]:
            yield f"section {place} {section['name']}"
            yield from (f"task {place} {section['name']} {task['name']}" for task in section["tasks"])
        yield from (f"member {place} {member['email']}" for member in project["members"])
        yield from (f"link {place} {link.get('url') or link.get('view_url')}" for link in project["attachments"])


def in_crm(stage: Stage) -> Iterator[str]:
    """Our notes by their marker."""
    for deal in stage.world.hubspot.deals():
        bodies = [str(note.get("hs_note_body", "")) for note in deal["notes"]]
        yield from (f"note {deal['id']} {body[body.index('baton:') :][:40]}" for body in bodies if "baton:" in body)
