"""`/handover template`: the checklist without a server. Changed in a form or a file, checked, shown, put in force.

The text is kept as a draft before its preview: a modal carries 3,000 characters, a checklist has more.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from blocks import ids
from blocks.company import checklist as face
from blocks.forms import note_view
from blocks.frame import FieldErrors, Message
from blocks.modal import submission
from bot.actions.company import templates as actions
from bot.company.checklist import Version, compared
from bot.company.effects import SendChecklist
from bot.errors import Refused
from bot.people import Person
from bot.template import Template
from bot.terms import Said
from handlers.company import checklist, checklist_text, take_up
from handlers.deps import Deps
from handlers.ears.asked import Asked, line
from handlers.ears.guard import OUTSIDERS, Click, act, does, open_view, outsider
from handlers.ears.modals import submits
from handlers.scopes import lacks
from store.playbooks import checklist_of, long_line, read_toml
from store.unit import StoreUnit

NOTHING = "Nothing is changed yet."


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.action(ids.TEMPLATE_EDIT)
    def edit(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of(body)
        if may(deps, click):
            current = _current(deps)
            open_view(deps, click, face.edit_view(_name(deps), _text(deps, current), _n(current), nonce=deps.new_id()))
        ack()

    does(bolt, deps, ids.TEMPLATE_GET, _send)

    @bolt.action(ids.TEMPLATE_BACK)
    def back(ack: Ack, body: dict[str, Any]) -> None:
        click, now = Click.of(body), deps.clock.now()
        if may(deps, click):
            _go_back(deps, click, now)
        ack()

    @bolt.view(ids.VIEW_TEMPLATE)
    def written(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of(body)
        ack(**answer(checked(deps, click, face.edit_read(click.view), deps.clock.now())))

    submits(bolt, deps, ids.VIEW_TEMPLATE_APPLY, face.preview_read, _apply)


def verb(deps: Deps, asked: Asked) -> Message:
    """`template`: what is in force and its versions, for those who keep checklists."""
    if not actions.may_keep(asked.person):
        with deps.store.read() as reader:
            return line(deps, actions.no(reader).sentence)
    take_up(deps)
    with deps.store.read() as reader:
        versions = reader.checklists(_name(deps))
        people = reader.people({version.applied_by for version in versions})
    return face.overview(deps.terms.template, versions, deps.frame(None, people), upload=reads_files(deps))


def reads_files(deps: Deps) -> bool:
    """Whether Slack lets us read files, as far as it said."""
    return not lacks(deps.identity.scopes, "files:read")


def may(deps: Deps, click: Click) -> bool:
    """Whether this person keeps checklists; whoever does not is told whom to ask."""
    if refused(deps, click) is None:
        return True
    act(deps, click, lambda unit, _: actions.no(unit))
    return False


def refused(deps: Deps, click: Click) -> Refused | None:
    """Why this person may not change checklists, None when they may."""
    with deps.store.read() as reader:
        person = reader.by_slack(click.slack_id)
        if person is not None and outsider(person):
            return Refused(OUTSIDERS)
        return None if person is not None and actions.may_keep(person) else actions.no(reader)


def in_a_file(deps: Deps, text: str) -> face.Written:
    """The text of a file, as written on what is in force now: the preview shows all in which the two differ."""
    return face.Written(_name(deps), _n(_current(deps)), text, {face.FILE: text})


def answer(found: FieldErrors | dict[str, Any]) -> dict[str, Any]:
    """What Slack is answered: all problems under their fields, or the preview on top of the form."""
    if isinstance(found, FieldErrors):
        return {"response_action": "errors", "errors": dict(found)}
    return {"response_action": "push", "view": found}


def _name(deps: Deps) -> str:
    return deps.settings.checklist


def _current(deps: Deps) -> Version | None:
    with deps.store.read() as reader:
        return reader.checklist_in_force(_name(deps))


def _n(version: Version | None) -> int:
    return version.n if version else 0


def _text(deps: Deps, version: Version | None) -> str:
    return version.text if version and version.text else checklist_text(_name(deps))


def _send(deps: Deps, unit: StoreUnit, who: Person, click: Click, _: datetime) -> Said | Refused:
    if not actions.may_keep(who):
        return actions.no(unit)
    n = int(click.value) if click.value.isdigit() else 0
    unit.emit(SendChecklist(_name(deps), n, who.id, nonce=click.key))
    return Said("The checklist comes as a file, by direct message.")


def checked(deps: Deps, click: Click, written: face.Written, now: datetime) -> FieldErrors | dict[str, Any]:
    """All problems of what was written, or its preview, with the text kept as a draft."""
    for field, text in written.fields.items():
        problem = long_line(text) or read_toml(text)
        if isinstance(problem, str):
            return face.unreadable(field, problem)
    template, problems = checklist_of(written.text, name=written.name)
    if template is None:
        return face.errors_of(problems, written.fields)
    old = checklist(deps, _current(deps))
    if _same(template, old):
        return face.errors_of([NOTHING], written.fields)

    def keep(unit: StoreUnit, who: Person) -> int | Refused:
        return actions.draft(
            unit, who, written.text, name=written.name, version=template.version, base=written.base, now=now
        )

    view = _previewed(deps, click, keep, old, template)
    return submission.placed(
        view, channel=click.channel, thread_ts=click.thread_ts, response_url=submission.origin(click.view).response_url
    )


def _same(new: Template, old: Template) -> bool:
    # Blank lines and comments are no change.
    def read(one: Template) -> Template:
        return replace(one, version=one.version.partition("+")[0])

    return read(new) == read(old)


def _previewed(deps: Deps, click: Click, keep: Any, old: Template, new: Template) -> dict[str, Any]:
    with deps.store.write() as unit:
        who = unit.by_slack(click.slack_id)
        draft = actions.no(unit) if who is None else Refused(OUTSIDERS) if outsider(who) else keep(unit, who)
    if isinstance(draft, Refused):
        return note_view("Not possible", draft.sentence)
    return face.preview_view(compared(old, new), draft=draft, nonce=deps.new_id())


def _go_back(deps: Deps, click: Click, now: datetime) -> None:
    n = int(click.value) if click.value.isdigit() else 0
    current = _current(deps)
    with deps.store.read() as reader:
        earlier = reader.checklist_at(_name(deps), n)

    def keep(unit: StoreUnit, who: Person) -> int | Refused:
        return actions.draft_back(unit, who, name=_name(deps), n=n, base=_n(current), now=now)

    view = _previewed(deps, click, keep, checklist(deps, current), checklist(deps, earlier))
    open_view(deps, click, view)


def _apply(deps: Deps, unit: StoreUnit, who: Person, draft: int, _: Click, now: datetime) -> Said | Refused:
    outcome = actions.apply(unit, who, draft, now=now)
    deps.looked_at = 0.0  # this process looks at once; the others do within a second
    return outcome
