"""The digest's buttons, and `/handover digest`: all open handovers or mine, for the one who asks."""

from typing import Any

from slack_bolt import Ack, App

from blocks import ids
from blocks.frame import Message
from bot.people import Person
from bot.terms import Said
from handlers.deps import Deps
from handlers.digest import gather, private_view
from handlers.ears.asked import Asked
from handlers.ears.guard import Click, act, change_view, open_view, turned_away


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.action(ids.DIGEST_ALL)
    def everything(ack: Ack, body: dict[str, Any]) -> None:
        _open(deps, Click.of(body), "all")
        ack()

    @bolt.action(ids.DIGEST_MINE)
    def mine(ack: Ack, body: dict[str, Any]) -> None:
        _open(deps, Click.of(body), "mine")
        ack()

    for action_id in (ids.DIGEST_NEXT, ids.DIGEST_BACK):

        @bolt.action(action_id)
        def turned(ack: Ack, body: dict[str, Any]) -> None:
            _turn(deps, Click.of(body))
            ack()


def digest(deps: Deps, asked: Asked) -> Message:
    """`digest`: what the digest would say now, to the asker only."""
    del asked  # everyone of the company sees the same: client, project, state, dates, roles
    return gather(deps, deps.clock.now(), open_here=False).message()


def _open(deps: Deps, click: Click, which: str) -> None:
    person = _reader_of(deps, click)
    if person is not None:
        open_view(deps, click, _view(deps, person, which, 0))


def _turn(deps: Deps, click: Click) -> None:
    which, _, number = click.value.partition(":")
    person = _reader_of(deps, click)
    if person is not None:
        change_view(deps, click, _view(deps, person, which, int(number) if number.isdigit() else 0))


def _view(deps: Deps, person: Person, which: str, number: int) -> dict[str, Any]:
    return private_view(deps, deps.clock.now(), which=which, person_id=person.id, number=number)


def _reader_of(deps: Deps, click: Click) -> Person | None:
    """Who clicked, when they may see handovers at all; else they are told, and it is None."""
    with deps.store.read() as reader:
        person = reader.by_slack(click.slack_id)
    if person is None:
        act(deps, click, lambda *_: Said())
        return None
    return None if turned_away(deps, click, person) else person
