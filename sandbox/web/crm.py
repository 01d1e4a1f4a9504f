"""The small CRM: deals in a table, one deal whole, and buttons that win, lose, reopen and edit it."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sandbox.web.clock import shown
from sandbox.web.site import page
from sandbox.world import World

OURS = "baton_"
BREAKS = re.compile(r"<br\s*/?>|</(?:p|div|li|h\d)>", re.IGNORECASE)


def table(world: World) -> Callable[[Request], Response]:
    """All deals, open ones first."""

    def show(request: Request) -> Response:
        deals = sorted(world.hubspot.deals(), key=lambda deal: (deal["is_closed"], int(deal["id"])))
        just = request.query_params.get("just", "")
        return page("crm.html", at="crm", clock=shown(world), deals=deals, just=just, starting=world.starting)

    return show


def detail(world: World) -> Callable[[Request], Response]:
    """One deal with everything that hangs on it, and what Baton wrote back."""

    def show(request: Request) -> Response:
        deal = world.hubspot.deal(request.path_params["deal"])
        given = {name: value for name, value in deal["properties"].items() if value}
        written = {name: value for name, value in given.items() if name.startswith(OURS)}
        notes = [lines(note.get("hs_note_body") or "") for note in deal["notes"]]
        return page("deal.html", at="crm", clock=shown(world), deal=deal, given=given, written=written, notes=notes)

    return show


def lines(body: str) -> list[str]:
    """A note's lines as plain text; HubSpot keeps HTML."""
    broken = (Markup(part).striptags() for part in BREAKS.split(body))
    return [line for line in broken if line]


def change(world: World) -> Callable[[Request], Any]:
    """A button was pressed; back to the table, which says so when the bot is not up yet and nothing was done."""

    async def act(request: Request) -> Response:
        deal = request.path_params["deal"]
        form = parse_qs((await request.body()).decode())
        amount = (form.get("amount") or [""])[0]
        acts: dict[str, Callable[[], Any]] = {
            "win": lambda: world.hubspot.win(deal),
            "lose": lambda: world.hubspot.lose(deal),
            "reopen": lambda: world.hubspot.reopen(deal),
            "amount": lambda: world.hubspot.edit(deal, amount=amount),
        }
        chosen = acts.get(request.path_params["act"])
        from_here = request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
        if chosen is None or not from_here or world.starting:
            return RedirectResponse("/crm", status_code=303)
        await run_in_threadpool(chosen)
        return RedirectResponse(f"/crm?just={deal}", status_code=303)

    return act
