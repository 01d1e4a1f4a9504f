"""People who go on: when Slack says that it did not work, they do it once more, until it is taken.

Each act that was taken is kept as a deed, with what the record must show for it from then on.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.handover import Handover
from sandbox import company
from sandbox.slack.hands import NotThere, Reaction
from store.store import Store
from tests.stories.stage import Stage

HERE = company.HANDOVERS_CHANNEL
PATIENCE = 240.0
Shows = Callable[[Handover], bool]
Values = Callable[[dict[str, Any], Handover], dict[str, dict[str, Any]]]


@dataclass(frozen=True)
class Deed:
    """What somebody did on a deal and was told that it is taken.

    `shows` says whether the record has it; `job` is the kind of work that must have followed from it, if any.
    """

    what: str
    deal: str
    shows: Shows
    job: str = ""


@dataclass
class Insisting:
    """The hands of everybody at one table; `undone` is what was never taken, `failed` what was not taken at once."""

    stage: Stage
    store: Store
    deeds: list[Deed] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    repeated: int = 0

    def record(self, deal: str) -> Handover | None:
        """The record of that deal as it is stored now."""
        with self.store.read() as reader:
            return next(iter(reader.by_deal("hubspot", deal)), None)

    def known(self, deal: str) -> Handover:
        """The same; NotThere before it is opened."""
        record = self.record(deal)
        if record is None:
            raise NotThere(f"no record of {deal}")
        return record

    def until(self, deal: str, true: Shows, what: str) -> None:
        """Waits until the record shows it; what never comes stays undone."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            record = self.record(deal)
            if record is not None and true(record):
                return
            time.sleep(0.1)
        self.undone.append(f"{what} of deal {deal} never came")

    def insist(self, deal: str, what: str, deed: Callable[[], Reaction | None], shows: Shows, *, job: str = "") -> None:
        """Does it until it is taken. `deed` gives None when it has to be done again to be complete."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                reaction = deed()
            except NotThere:
                time.sleep(0.1)
                continue
            if reaction is not None and reaction.error is None:
                self.deeds.append(Deed(what, deal, shows, job))
                return
            self.repeated += 1
            if reaction is not None:
                self.failed.append(f"{what} on deal {deal}: {reaction.error}")
            time.sleep(0.1)
        self.undone.append(f"{what} on deal {deal} was never taken")

    def press(self, who: str, deal: str, post: str, action_id: str, shows: Shows) -> None:
        """Clicks a button of one of our messages."""
        self.insist(deal, f"{who} {action_id}", lambda: self._clicked(who, deal, post, action_id), shows)

    def command(self, who: str, deal: str, words: str, shows: Shows, *, job: str = "") -> None:
        """Types `/handover VERB HO-42 …`; `words` has `{}` where the record is named."""

        def deed() -> Reaction:
            typed = words.format(self.known(deal).shown_id)
            return self.stage.hands.command(who, HERE, typed)

        self.insist(deal, f"{who} types {words}", deed, shows, job=job)

    def mention(self, who: str, deal: str, words: str, shows: Shows) -> None:
        """Says it to Baton in the thread, once: Slack sends the event again until it is taken."""
        root = self.known(deal).post("root")
        assert root is not None
        self.stage.hands.say(who, HERE, f"<@{company.BOT_USER}> {words}", thread_ts=root.ts)
        self.deeds.append(Deed(f"{who} says {words}", deal, shows))

    def tick(self, who: str, deal: str, post: str, key: str, shows: Shows) -> None:
        """Ticks an item of a list by hand."""

        def deed() -> Reaction:
            record = self.known(deal)
            value = f"{record.id}:{key}"
            channel, ts = self._place(record, post)
            return self.stage.hands.tick(who, channel, ts, "item.tick", [value])

        self.insist(deal, f"{who} ticks {key}", deed, shows)

    def fill(self, who: str, deal: str, opener: tuple[str, str, str], values: Values, shows: Shows) -> None:
        """Opens a modal by a click (`opener`: message, button, the modal's callback id), fills and sends it.

        A second look is sent as it is. A sentence that says no is no acceptance: it stays undone.
        """
        post, action_id, callback = opener

        def deed() -> Reaction | None:
            view = self._top(who)
            if view is None or view["callback_id"] != callback:
                self._close(who)
                opened = self._clicked(who, deal, post, action_id)
                view = self._top(who)
                if view is None or view["callback_id"] != callback:
                    return opened if opened.error else None
            sent = self.stage.hands.submit(who, view["id"], values(view, self.known(deal)))
            wish = sent.body.get("response_action", "") if isinstance(sent.body, dict) else ""
            if sent.error is None and wish in ("push", "errors"):
                self.undone.append(f"{who} {action_id} on deal {deal} is refused: {sent.body}")
            return None if sent.error is None and wish == "update" else sent

        self.insist(deal, f"{who} {action_id}", deed, shows)

    def _clicked(self, who: str, deal: str, post: str, action_id: str) -> Reaction:
        channel, ts = self._place(self.known(deal), post)
        return self.stage.hands.click(who, channel, ts, action_id)

    @staticmethod
    def _place(record: Handover, name: str) -> tuple[str, str]:
        found = next((post for post in record.posts if post.name.startswith(name)), None)
        if found is None:
            raise NotThere(name)
        return found.channel, found.ts

    def _top(self, who: str) -> dict[str, Any] | None:
        views = self.stage.world.slack.views(company.by_key(who).id)
        return views[-1] if views else None

    def _close(self, who: str) -> None:
        view = self._top(who)
        if view is not None:
            self.stage.hands.close(who, view["id"], everything=True)
