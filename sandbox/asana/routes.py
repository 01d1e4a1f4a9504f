"""Asana's paths under `/asana/api/1.0`: which call each one is.

The paths are those of the vendor's OpenAPI description.
"""

from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

from starlette.routing import BaseRoute

from sandbox.asana import (
    attachment_api,
    field_api,
    people_api,
    place_api,
    project_api,
    report_api,
    section_api,
    task_api,
)
from sandbox.asana.envelope import PREFIX
from sandbox.asana.errors import Refusal, bad_request, too_many, unauthorised
from sandbox.door import Call, Door, RefusedError

if TYPE_CHECKING:
    from sandbox.world import World

TABLE: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/users/{gid}", people_api.user),
    ("GET", "/users", people_api.users),
    ("GET", "/workspaces", people_api.workspaces),
    ("GET", "/workspaces/{workspace}", people_api.workspace),
    ("GET", "/workspaces/{workspace}/users", people_api.users),
    ("POST", "/workspaces/{workspace}/addUser", people_api.add_user),
    ("GET", "/workspaces/{workspace}/projects", project_api.listed),
    ("POST", "/workspaces/{workspace}/projects", project_api.create),
    ("GET", "/workspaces/{workspace}/tags", field_api.tags),
    ("POST", "/workspaces/{workspace}/tags", field_api.create_tag),
    ("GET", "/workspaces/{workspace}/custom_fields", field_api.listed),
    ("GET", "/projects", project_api.listed),
    ("POST", "/projects", project_api.create),
    ("GET", "/projects/{gid}", project_api.read),
    ("PUT", "/projects/{gid}", project_api.update),
    ("DELETE", "/projects/{gid}", project_api.delete),
    ("GET", "/projects/{gid}/sections", section_api.listed),
    ("POST", "/projects/{gid}/sections", section_api.create),
    ("GET", "/projects/{gid}/tasks", place_api.of_project),
    ("GET", "/projects/{gid}/task_counts", report_api.task_counts),
    ("POST", "/projects/{gid}/addCustomFieldSetting", field_api.add_to_project),
    ("POST", "/projects/{gid}/project_briefs", report_api.create_brief),
    ("GET", "/project_briefs/{gid}", report_api.read_brief),
    ("GET", "/sections/{gid}", section_api.read),
    ("PUT", "/sections/{gid}", section_api.update),
    ("GET", "/sections/{gid}/tasks", place_api.of_section),
    ("POST", "/sections/{gid}/addTask", place_api.add_to_section),
    ("POST", "/tasks", task_api.create),
    ("GET", "/tasks/{gid}", task_api.read),
    ("PUT", "/tasks/{gid}", task_api.update),
    ("DELETE", "/tasks/{gid}", task_api.delete),
    ("GET", "/tasks/{gid}/dependencies", task_api.dependencies),
    ("POST", "/tasks/{gid}/addDependencies", task_api.add_dependencies),
    ("POST", "/tasks/{gid}/addTag", task_api.add_tag),
    ("POST", "/tasks/{gid}/addFollowers", task_api.add_followers),
    ("POST", "/tags", field_api.create_tag),
    ("POST", "/custom_fields", field_api.create),
    ("GET", "/memberships", people_api.memberships),
    ("POST", "/memberships", people_api.add_member),
    ("GET", "/memberships/{gid}", people_api.read_member),
    ("PUT", "/memberships/{gid}", people_api.update_member),
    ("DELETE", "/memberships/{gid}", people_api.remove_member),
    ("GET", "/attachments", attachment_api.listed),
    ("POST", "/attachments", attachment_api.create),
    ("GET", "/attachments/{gid}", attachment_api.read),
    ("DELETE", "/attachments/{gid}", attachment_api.delete),
    ("GET", "/status_updates", report_api.statuses),
    ("POST", "/status_updates", report_api.create_status),
)


def routes(world: "World") -> list[BaseRoute]:
    """Every route of the project tool's API."""
    asana = world.asana

    def admit(call: Call) -> dict[str, str]:
        if call.token != asana.token:
            raise unauthorised()
        if not asana.window.enter():
            raise too_many(ceil(asana.window.wait()))
        return {}

    unread = bad_request("Could not parse request data, invalid JSON")
    door = Door(world, "asana", PREFIX, admit, _broken, unread)
    found = [door.route(method, path, partial(work, asana)) for method, path, work in TABLE]
    return [*found, *(door.route(method, "/{rest:path}", _unknown) for method in ("GET", "POST", "PUT", "DELETE"))]


def _broken(status: int, retry_after: int) -> RefusedError:
    """A fault in Asana's words."""
    if status == 429:
        return too_many(retry_after)
    return Refusal(status, "Server Error" if status == 500 else "Service Unavailable")


def _unknown(_call: Call) -> Any:
    raise Refusal(404, "No matching route for request")
