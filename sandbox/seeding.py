"""Handovers in several states, so that lists and Home are alive: made by people acting through the front door.

Northwind waits for its scope, with a promise; Ovo has its scope and its workspace; Lumen was reopened and is on hold.
"""

import time
from collections.abc import Callable
from typing import Any

from sandbox.company import HANDOVERS_CHANNEL, PEOPLE
from sandbox.slack.hands import Hands, NotThere
from sandbox.world import World

PATIENCE = 60.0


def seed(world: World) -> None:
    """Wins three deals and lets people act on them; what cannot be done in time is left as it is."""
    hands = Hands(world)
    deals = {deal["name"].split(" – ")[0]: deal for deal in world.hubspot.deals()}
    for client in ("Northwind", "Lumen", "Ovo"):
        if client in deals:
            world.hubspot.win(deals[client]["id"])
    _promise(world, hands, deals, "Northwind", "two extra training days in January")
    if "Lumen" in deals and _until(lambda: _message(world, "Lumen", "what we know")):
        world.hubspot.reopen(deals["Lumen"]["id"])
    _promise(world, hands, deals, "Ovo", "single sign-on before the first users")
    _scope(world, hands, "Ovo")


def _promise(world: World, hands: Hands, deals: dict[str, Any], client: str, words: str) -> None:
    owner = next((p for p in PEOPLE if p.name == deals.get(client, {}).get("owner_name")), None)
    if owner and _until(lambda: _message(world, client, "what we know")):
        hands.command(owner.id, HANDOVERS_CHANNEL, f"commit {client} {words}")


def _scope(world: World, hands: Hands, client: str) -> None:
    found = _until(lambda: _message(world, client, "scope wanted"))
    if not found:
        return
    dev = next(p for p in PEOPLE if p.key == "dev")
    try:
        hands.click(dev.id, HANDOVERS_CHANNEL, found["ts"], "scope.confirm")
        view = world.slack.views(dev.id)[-1]
        values = {"link": {"link": "https://docs.acme.example/ovo-scope"}} if "link" in str(view["blocks"]) else {}
        days = {"start": {"start": "2027-01-11"}, "end": {"end": "2027-05-28"}}
        hands.submit(dev.id, view["id"], {**values, **days})
    except (NotThere, IndexError):
        return


def _message(world: World, client: str, words: str) -> dict[str, Any] | None:
    for message in world.slack.messages(HANDOVERS_CHANNEL):
        if client in str(message.get("text")) and words in f"{message.get('text')} {message.get('blocks')}":
            return message
    return None


def _until(found: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        message = found()
        if message:
            return message
        time.sleep(0.2)
    return None
