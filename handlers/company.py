"""What was set in Slack, taken up by a running Baton: read when it starts, and again whenever it changed.

Every replica looks by itself, a second after a change at the latest; nothing is sent from one to the other. What
baton.toml says stays. The calendars and the checklist are made anew only when what they are made of has changed.
"""

import json
import logging
from dataclasses import replace
from pathlib import Path

from bot.company.checklist import Version
from bot.company.setup import TABLE
from bot.settings.stored import with_stored
from bot.template import Template
from handlers.deps import Deps
from handlers.sweep import notice_changes
from store.calendars import read_offices
from store.playbooks import checklist_of

log = logging.getLogger("baton.company")
PLAYBOOKS = Path(__file__).resolve().parent.parent / "playbooks"
LOOK = 1.0  # machine seconds between two looks at what is stored


def looked(deps: Deps) -> bool:
    """Takes up what changed, at most once a second; whether anything did."""
    if deps.clock.tick() - deps.looked_at < LOOK:
        return False
    return take_up(deps)


def take_up(deps: Deps, *, noticed: bool = True) -> bool:
    """Takes up what changed since the last look; whether anything did. `noticed`: open records are looked at again."""
    deps.looked_at = deps.clock.tick()
    with deps.store.read() as reader:
        stored = reader.setting(TABLE)
        version = reader.checklist_in_force(deps.settings.checklist)
    # By its text as well: whom somebody erases is named in it no more, and it stays the same version.
    seen = (stored, version.id if version else 0, version.text if version else "")
    if seen == deps.taken_up:
        return False
    settings = with_stored(deps.settings, json.loads(stored) if stored else {})
    offices = read_offices(settings.offices, year=deps.clock.now().year)
    deps.terms = replace(deps.terms, settings=settings, offices=offices, template=checklist(deps, version))
    deps.settings = settings
    deps.store.know(settings.roles, settings.office_of)
    deps.taken_up = seen
    if noticed:
        notice_changes(deps)
    return True


def checklist_text(name: str) -> str:
    """The text of the checklist under playbooks/checklists, which is in force until somebody applies another."""
    return (PLAYBOOKS / "checklists" / f"{name}.toml").read_text(encoding="utf-8-sig")


def checklist(deps: Deps, version: Version | None) -> Template:
    """The checklist of that version; the file's when there is none, or when it can't be used any more."""
    if version is None or not version.text:
        return deps.file_checklist or deps.terms.template
    template, problems = checklist_of(version.text, name=version.name)
    if template is None:
        log.error("the checklist in force can't be used, the file's is", extra={"why": " ".join(problems)})
        return deps.file_checklist or deps.terms.template
    return template
