"""Asana behind our port: projects, sections, tasks, links, tags; people are in `people`.

`make_*` sends once. `find_*` reads lists, which are true right after a write, and never the search, which lags.
"""

from collections.abc import Collection, Iterable
from datetime import date
from http import HTTPStatus

from bot.errors import Declined
from bot.ports import Access, Check, Made, Member, ProjectSpec, TaskSpec, ToolTask
from connectors.http import path
from connectors.projects.asana import doctor, words
from connectors.projects.asana.api import Api, Thing
from connectors.projects.asana.config import Config
from connectors.projects.asana.mapping import (
    TASK_FIELDS,
    in_section,
    oldest,
    project_request,
    tags_line,
    task_request,
    to_made,
    to_task,
)
from connectors.projects.asana.people import People
from connectors.projects.asana.rich_text import has_marker, with_tags
from connectors.projects.asana.tags import Tags

TITLE = "Asana"
_PAGE = "permalink_url"


class Asana:
    """Fulfils `bot.ports.ProjectTool`; what each method promises is said there."""

    def __init__(self, config: Config, api: Api, *, title: str = TITLE) -> None:
        self.key = config.key
        self.title = title
        self.client_rights: tuple[str, ...] = ("comment", "view")
        self._config = config
        self._api = api
        self._people = People(api, config)
        self._tags = Tags(api)

    def forget(self) -> None:
        """Whose address is whose id."""
        self._people.forget()

    def find_project(self, marker: str) -> Made | None:
        """Among all projects of the workspace, archived ones too."""
        address = "/workspaces" + path(self._people.workspace(), "projects")
        found = self._api.all(address, call="find the project", fields=f"notes,{_PAGE}")
        return _made_or_none([project for project in found if has_marker(project.get("notes"), marker)])

    def make_project(self, spec: ProjectSpec) -> Made:
        """Private, owned by the spec's owner if Asana knows them; with a team only where Asana insists on one."""
        owner, workspace = self._people.gid(spec.owner_email), self._people.workspace()
        paid = project_request(spec, workspace=workspace, owner=owner, paid=True)
        plain = project_request(spec, workspace=workspace, owner=owner, paid=False)
        try:
            return to_made(self._create("/projects", paid, plain, call="make the project", fields=_PAGE))
        except Declined as refused:
            if refused.status != HTTPStatus.BAD_REQUEST or "team" not in refused.words.lower():
                raise
            if not self._config.team:
                raise Declined("Asana", "make the project", words.TEAM_NEEDED, refused.status) from refused
        team = {"team": self._config.team}
        return to_made(self._create("/projects", paid | team, plain | team, call="make the project", fields=_PAGE))

    def find_section(self, project_id: str, name: str) -> Made | None:
        """By its name, spaces at the ends aside."""
        found = self._sections(project_id)
        return _made_or_none([section for section in found if str(section.get("name")).strip() == name.strip()])

    def make_section(self, project_id: str, name: str) -> Made:
        """After the last section."""
        sections = self._sections(project_id)
        last = {"insert_after": str(sections[-1].get("gid"))} if sections else {}
        address = "/projects" + path(project_id, "sections")
        return to_made(self._api.write("POST", address, {"name": name.strip(), **last}, call="make the section"))

    def find_task(self, project_id: str, marker: str) -> Made | None:
        """Among all tasks of the project."""
        found = self._tasks(project_id, call="find the task", fields=f"notes,{_PAGE}")
        return _made_or_none([task for task in found if has_marker(task.get("notes"), marker)])

    def make_task(self, project_id: str, section_id: str, spec: TaskSpec) -> Made:
        """In its section; an owner whom Asana does not know is named in the description instead."""
        assignee = self._people.gid(spec.owner_email)
        place = {"memberships": [{"project": project_id, "section": section_id}]}
        paid = task_request(spec, assignee=assignee, paid=True) | place
        plain = task_request(spec, assignee=assignee, paid=False) | place
        fields = f"{_PAGE},memberships.section.gid"
        task = self._create("/tasks", paid, plain, call="make the task", fields=fields)
        if not in_section(task, section_id):
            # The pages disagree whether `memberships` may be sent on creation; this call is certain and harmless twice.
            address = "/sections" + path(section_id, "addTask")
            self._api.write("POST", address, {"task": str(task.get("gid"))}, call="make the task")
        return to_made(task)

    def add_member(self, project_id: str, member: Member) -> Made:
        """By e-mail; Declined when the person is not in the workspace."""
        return self._people.add(project_id, member)

    def find_link(self, project_id: str, url: str) -> Made | None:
        """By the address which Asana shows for it."""
        asked, fields = {"parent": project_id}, "name,view_url,resource_subtype"
        found = self._api.all("/attachments", call="find the link", fields=fields, asked=asked)
        return _made_or_none([entry for entry in found if entry.get("view_url") == url])

    def make_link(self, project_id: str, *, name: str, url: str) -> Made:
        """Under the project's key resources."""
        form = {"parent": project_id, "resource_subtype": "external", "name": name, "url": url}
        return to_made(self._api.attach(form, call="add the link"))

    def tag(self, project_id: str, tags: Iterable[str]) -> None:
        """As a line of the description, and as Asana's own tags on the milestones that are there by then."""
        wanted = tuple(dict.fromkeys(filter(None, (tag.strip() for tag in tags))))
        if not wanted:
            return
        address = "/projects" + path(project_id)
        html = str(self._api.one(address, call="tag the project", fields="html_notes").get("html_notes") or "<body/>")
        changed = with_tags(html, tags_line(wanted))
        if changed != html:
            self._api.write("PUT", address, {"html_notes": changed}, call="tag the project")
        fields = "resource_subtype,tags.name"
        tasks = self._tasks(project_id, call="tag the project", fields=fields)
        milestones = [task for task in tasks if task.get("resource_subtype") == "milestone"]
        self._tags.put(self._people.workspace(), milestones, wanted)

    def invite_client(self, project_id: str, member: Member) -> Made:
        """As a guest of the workspace, with exactly that right."""
        return self._people.invite(project_id, member)

    def access(self, project_id: str, *, also: Collection[str] = ()) -> tuple[Access, ...]:
        """Told from our people by the domain of their address."""
        return self._people.access(project_id, also)

    def tasks(self, project_id: str) -> tuple[ToolTask, ...]:
        """In the project's own order."""
        found = self._tasks(project_id, call="read the tasks", fields=TASK_FIELDS)
        return tuple(to_task(task, project_id=project_id) for task in found)

    def set_dates(self, task_id: str, *, due: date, owner_email: str) -> None:
        """Only what differs; a start that would not lie before the new due date is taken out, as Asana refuses it."""
        call, address = "set the task's dates", "/tasks" + path(task_id)
        task = self._api.one(address, call=call, fields="due_on,start_on,assignee.gid")
        wanted: Thing = {} if task.get("due_on") == due.isoformat() else {"due_on": due.isoformat()}
        if str(task.get("start_on") or "") >= due.isoformat():
            wanted |= {"start_on": None, "due_on": due.isoformat()}
        gid = self._people.gid(owner_email)
        if owner_email and not gid:
            raise Declined("Asana", call, words.NO_SUCH_PERSON)
        if gid and (task.get("assignee") or {}).get("gid") != gid:
            wanted["assignee"] = gid
        if wanted:
            self._api.write("PUT", address, wanted, call=call)

    def check(self) -> tuple[Check, ...]:
        """Credential, workspace, plan."""
        return doctor.check(self._api, self._people)

    def _create(self, address: str, paid: Thing, plain: Thing, *, call: str, fields: str) -> Thing:
        """Sends; when the plan refuses what only a paid one has (402: nothing was made), sends what any plan takes."""
        try:
            return self._api.write("POST", address, paid, call=call, fields=fields)
        except Declined as refused:
            if plain == paid or refused.status != HTTPStatus.PAYMENT_REQUIRED:
                raise
        return self._api.write("POST", address, plain, call=call, fields=fields)

    def _sections(self, project_id: str) -> list[Thing]:
        return self._api.all("/projects" + path(project_id, "sections"), call="read the sections", fields="name")

    def _tasks(self, project_id: str, *, call: str, fields: str) -> list[Thing]:
        return self._api.all("/projects" + path(project_id, "tasks"), call=call, fields=fields)


def _made_or_none(found: list[Thing]) -> Made | None:
    first = oldest(found)
    return to_made(first) if first else None
