"""`/handover`: one root command. Each verb answers within the request, from our own database; longer work is a job.

Unknown words get the nearest verbs; an unknown name offers the CRM search to those who may. Only the asker sees it.
"""

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import Ack, App

from blocks.card import choice, no_match
from blocks.frame import Message
from bot.company.setup import NOT_YET
from bot.effects import Identify
from bot.people import Sight, may_start, sight
from handlers.deps import Deps
from handlers.ears import pause, prefs, settings, verbs
from handlers.ears.asked import Asked, line
from handlers.ears.company import setup, template
from handlers.ears.digest import digest
from handlers.ears.guard import OUTSIDERS, Click, Deed, outsider, whisper
from handlers.ears.record import presale, split, stage
from handlers.rows import people_of, row
from store.read import Reader

Verb = Callable[[Deps, Asked], Message | None]
VERBS: Mapping[str, Verb] = {
    "help": verbs.helped,
    "mine": verbs.mine,
    "list": verbs.listed,
    "new": verbs.new,
    "assign": verbs.assign,
    "scope": verbs.scope,
    "brief": verbs.brief,
    "find": verbs.find,
    "audit": verbs.audit,
    "cancel": verbs.cancel,
    "presale": presale.verb,
    "stage": stage.verb,
    "split": split.verb,
    "digest": digest,
    "pause": pause.pause,
    "resume": pause.resume,
    "prefs": prefs.verb,
    "settings": settings.verb,
    "setup": setup.verb,
    "template": template.verb,
    "health": settings.healthy,
}
# These find their record in the very read in which the asker was found; what they give back is done after it.
PROMISING: Mapping[str, Callable[[Deps, Reader, Asked], Deed | Message]] = {"commit": verbs.commit}
WORDS = (*VERBS, *PROMISING)
ALIASES = {
    "promise": "commit",
    "role": "assign",
    "roles": "assign",
    "history": "audit",
    "search": "find",
    "wait": "pause",
    "?": "help",
    "preferences": "prefs",
    "away": "prefs",
    "deputy": "prefs",
    "checklist": "template",
    "templates": "template",
}


def register(bolt: App, deps: Deps) -> None:
    """Registers the command and the global shortcut."""

    @bolt.command("/handover")
    def handover(ack: Ack, command: dict[str, Any]) -> None:
        message = answer(deps, command)
        if message is None:
            ack()
        else:
            ack({"response_type": "ephemeral", "text": message.text, "blocks": message.blocks})

    @bolt.shortcut("handover_new")
    def shortcut(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of(body)
        refused = verbs.open_new(deps, click)
        if refused is not None:
            with deps.store.write() as unit:
                whisper(unit, click, "refused", {"sentence": refused.text})
        ack()


def answer(deps: Deps, command: Mapping[str, Any]) -> Message | None:
    """What the person sees under their command; None when a modal opened instead."""
    with deps.store.read() as reader:
        person = reader.by_slack(str(command.get("user_id")))
        asked = Asked.of(command, person)
        verb = ALIASES.get(asked.verb, asked.verb)
        known = asked.words and asked.person.id and not outsider(asked.person) and not deps.settings.missing
        if known and verb not in WORDS:
            return looked_up(deps, reader, asked)
        deed = PROMISING[verb](deps, reader, asked) if known and verb in PROMISING else None
    if deed is not None:
        return deed if isinstance(deed, Message) else verbs.done(deps, asked, deed)
    if deps.settings.missing and asked.verb != "setup" and not (person and person.guest):
        return unfinished(deps, asked)
    if person is None:
        with deps.store.write() as unit:
            unit.emit(Identify(asked.slack_id, "", nonce=deps.new_id(), response_url=asked.response_url))
        return line(deps, "One moment: I do not know you yet. I am asking Slack, and then you can go on.")
    if outsider(person):
        return line(deps, OUTSIDERS)
    return VERBS[verb](deps, asked) if asked.words else verbs.here(deps, asked)


def unfinished(deps: Deps, asked: Asked) -> Message:
    """Baton is not set up yet: how that is done. Whoever asked is known when they do it."""
    if not asked.person.id:
        with deps.store.write() as unit:
            unit.emit(Identify(asked.slack_id, "", nonce=deps.new_id()))
    return line(deps, NOT_YET)


def looked_up(deps: Deps, reader: Reader, asked: Asked) -> Message:
    """`/handover ABC`: the card; several matches give a choice; none offers near verbs and the CRM search."""
    hits = reader.search(asked.words, limit=verbs.FEW)
    shown = [h for h in hits if sight(asked.person, h.roles) is not Sight.NOTHING]
    if len(shown) == 1:
        return verbs.card_of(deps, reader, shown[0], asked.person)
    people = people_of(reader, *shown)
    if shown:
        rows = [row(deps, handover, people) for handover in shown[:10]]
        return choice(rows, deps.frame(None, people), more=len(shown) > 10)  # noqa: PLR2004 - ten rows fit
    near = difflib.get_close_matches(asked.verb, [*WORDS, *ALIASES], n=3, cutoff=0.6)
    return no_match(asked.words, near=near, may_search=may_start(asked.person) and bool(deps.crms))
