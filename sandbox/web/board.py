"""The project tool's board: sections as columns, tasks as cards, members with their right, links, the brief."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from sandbox.web.clock import shown
from sandbox.web.site import page
from sandbox.world import World


def board(world: World) -> Callable[[Request], Response]:
    """One project by its id, else the newest, beside the list of all."""

    def show(request: Request) -> Response:
        projects = list(reversed(world.asana.projects()))
        wanted = request.path_params.get("gid")
        chosen = next((p for p in projects if p["gid"] == wanted), projects[0] if projects else None)
        return page("board.html", at="board", clock=shown(world), projects=projects, project=chosen)

    return show
