"""Asana's own tags, which hang on tasks: found by name, made once, put where they are missing."""

from connectors.http import path
from connectors.projects.asana.api import Api, Thing

_CALL = "tag the project"


class Tags:
    """The tags of a workspace."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def put(self, workspace: str, tasks: list[Thing], names: tuple[str, ...]) -> None:
        """Each of these tasks carries each of these tags afterwards."""
        missing = [(task, name) for task in tasks for name in names if name not in _names(task)]
        if not missing:
            return
        gids = self._gids(workspace)
        for task, name in missing:
            if name not in gids:
                data = {"name": name, "workspace": workspace}
                gids[name] = str(self._api.write("POST", "/tags", data, call=_CALL).get("gid", ""))
            address = "/tasks" + path(str(task.get("gid")), "addTag")
            self._api.write("POST", address, {"tag": gids[name]}, call=_CALL)

    def _gids(self, workspace: str) -> dict[str, str]:
        found = self._api.all("/workspaces" + path(workspace, "tags"), call=_CALL, fields="name")
        return {str(tag.get("name")): str(tag.get("gid")) for tag in reversed(found)}


def _names(task: Thing) -> set[str]:
    return {str(tag.get("name")) for tag in task.get("tags") or [] if isinstance(tag, dict)}
