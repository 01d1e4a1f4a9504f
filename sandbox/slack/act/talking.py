"""Talking and calling: messages, slash commands, shortcuts, the Home tab, joining and inviting."""

from typing import Any

from sandbox.shelf import Doc
from sandbox.slack.act.person import Person, Reaction
from sandbox.slack.act.typed import rich_text, written
from sandbox.slack.checks.payloads import refuse_blocks
from sandbox.slack.refusal import NotThere, Refused
from sandbox.slack.response_urls import show
from sandbox.slack.wire import payloads


class Talking(Person):
    """What a person does without touching a block."""

    def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> str:
        """Posts a message, or a reply, and waits until the bot heard of it. Returns its ts."""
        who = self.user(user)
        if self.place(who, channel).get("is_archived"):
            raise NotThere(f"{channel!r} is archived, nobody can write there")
        if thread_ts:
            self.message(who, channel, thread_ts)
        with self.world.shelf.lock:
            said = written(self.slack, text, labels=False)
            message: Doc = {"user": who["id"], "text": said, "blocks": [rich_text(said)]}
            kept, sent = self.slack.post(channel, message | ({"thread_ts": thread_ts} if thread_ts else {}))
        self.settle(sent)
        return str(kept["ts"])

    def command(self, user: str, channel: str, text: str, *, name: str = "/handover") -> Reaction:
        """Types a slash command; the answer in the body is shown to the person or the channel."""
        who = self.user(user)
        room = self.place(who, channel)
        escaped = written(self.slack, text, labels=True) if self.slack.manifest.escapes(name) else text
        token = self.slack.handles.source(who["id"], channel, command=True)
        form = payloads.command(
            who,
            room,
            command=name,
            text=escaped.strip(),
            response_url=self.response_url(token),
            trigger_id=self.slack.handles.trigger(who["id"]),
        )
        answer = self.send("command", form)
        reaction = self.reaction("command", answer)
        body = {"text": reaction.body} if isinstance(reaction.body, str) else reaction.body
        if reaction.error is None and isinstance(body, dict) and (body.get("text") or body.get("blocks")):
            return self._shown(token, body, reaction)
        return reaction

    def _shown(self, token: str, body: Any, reaction: Reaction) -> Reaction:
        source = self.slack.handles.peek_source(token)
        try:
            with self.world.shelf.lock:
                self._refuse(body)
                show(self.slack, source, body)
        except Refused as refused:
            return Reaction(reaction.status, reaction.body, reaction.ms, refused.error)
        self.world.changed()
        return reaction

    @staticmethod
    def _refuse(body: Any) -> None:
        if body.get("blocks") is not None:
            refuse_blocks(body["blocks"])

    def set_status(self, user: str, emoji: str, text: str = "", until: int = 0) -> None:
        """Sets the person's status until that moment (seconds, 0 for no end); no emoji and no text clears it."""
        who = self.user(user)
        with self.world.shelf.lock:
            sent = self.slack.set_status(who["id"], emoji, text, until)
        self.settle(sent)

    def open_home(self, user: str, tab: str = "home") -> Reaction:
        """Opens the app's Home tab (or `messages`)."""
        who = self.user(user)
        with self.world.shelf.lock:
            room = self.slack.rooms.direct(who["id"])
        sent = self.slack.events.home_opened(who["id"], room, self.slack.home(who["id"]), tab)
        self.settle(sent)
        answer = sent[0].result() if sent and sent[0].done() else None
        return self.reaction("event", answer) if answer else Reaction(0)

    def message_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Reaction:
        """Picks a shortcut from a message's menu; works where the bot is no member, too."""
        who = self.user(user)
        message = self.message(who, channel, ts)
        room = self.place(who, channel)
        token = self.slack.handles.source(who["id"], channel, thread_ts=message.get("thread_ts", ""))
        payload = payloads.interaction(
            "message_action",
            who,
            callback_id=callback_id,
            trigger_id=self.slack.handles.trigger(who["id"]),
            response_url=self.response_url(token),
            action_ts=self.now(),
            channel={"id": channel, "name": payloads.channel_name(room)},
            message_ts=ts,
            message=message,
        )
        return self.reaction("shortcut", self.send("shortcut", payload))

    def global_shortcut(self, user: str, callback_id: str) -> Reaction:
        """Picks a shortcut from the shortcuts menu."""
        who = self.user(user)
        trigger = self.slack.handles.trigger(who["id"])
        payload = payloads.interaction(
            "shortcut", who, callback_id=callback_id, trigger_id=trigger, action_ts=self.now()
        )
        return self.reaction("shortcut", self.send("shortcut", payload))

    def join(self, user: str, channel: str) -> None:
        """Joins a public channel."""
        who = self.user(user)
        self.place(who, channel)
        with self.world.shelf.lock:
            sent = self.slack.enter(channel, who["id"])
        self.settle(sent)

    def leave(self, user: str, channel: str) -> None:
        """Leaves a channel."""
        who = self.user(user)
        self._inside(who, channel)
        with self.world.shelf.lock:
            sent = self.slack.leave(channel, who["id"])
        self.settle(sent)

    def invite(self, user: str, channel: str, who: str) -> None:
        """Invites somebody, the bot included, into a channel that the user is in."""
        inviter = self.user(user)
        self._inside(inviter, channel)
        guest = self.slack.user(who) or self.slack.people.named(who)
        if guest is None:
            raise NotThere(f"nobody is called {who!r}")
        with self.world.shelf.lock:
            sent = self.slack.enter(channel, guest["id"], inviter["id"])
        self.settle(sent)

    def share(self, user: str, channel: str, team: str = "T0EXTERN1") -> None:
        """Shares a channel that the user is in with another company (Slack Connect)."""
        self._inside(self.user(user), channel)
        with self.world.shelf.lock:
            sent = self.slack.share(channel, team)
        self.settle(sent)

    def _inside(self, user: Doc, channel: str) -> None:
        if user["id"] not in self.slack.members(channel):
            raise NotThere(f"{user['name']} is not in {channel!r}")
