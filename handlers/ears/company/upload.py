"""`/handover template`, Upload: a changed file goes the way of the form, from its text to the preview."""

from datetime import datetime
from typing import Any

from slack_bolt import Ack, App

from blocks import ids
from blocks.company import checklist as face
from blocks.forms import note_view
from blocks.frame import FieldErrors
from blocks.render import sentence
from bot.errors import Refused, VendorError
from handlers import slack_files
from handlers.deps import Deps
from handlers.ears.company import template
from handlers.ears.guard import Click, act, open_view
from handlers.slack_api import SlackRefused

MOST = 50_000  # bytes; the checklist that comes with Baton has 4,000


def register(bolt: App, deps: Deps) -> None:
    """Registers the listeners of this conversation."""

    @bolt.action(ids.TEMPLATE_UPLOAD)
    def choose(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of(body)
        if template.may(deps, click):
            _open(deps, click)
        ack()

    @bolt.view(ids.VIEW_TEMPLATE_FILE)
    def chosen(ack: Ack, body: dict[str, Any]) -> None:
        ack(**template.answer(_checked(deps, Click.of(body), deps.clock.now())))


def _open(deps: Deps, click: Click) -> None:
    # The button may stand on a screen from a time when files could be read.
    if template.reads_files(deps):
        open_view(deps, click, face.upload_view(nonce=deps.new_id()))
    else:
        act(deps, click, lambda *_: Refused(sentence("checklist.no_scope")))


def _checked(deps: Deps, click: Click, now: datetime) -> FieldErrors | dict[str, Any]:
    """What is wrong with the file, or its preview. For whoever may not change checklists nothing is fetched."""
    no = template.refused(deps, click)
    if no is not None:
        return note_view("Not possible", no.sentence)
    text = _text(deps, face.upload_read(click.view))
    if isinstance(text, FieldErrors):
        return text
    return template.checked(deps, click, template.in_a_file(deps, text), now)


def _text(deps: Deps, chosen: face.Chosen | None) -> str | FieldErrors:
    """What stands in the file, or why it cannot be read."""
    if chosen is None:
        return face.refused_file("no_file")
    if chosen.size > MOST:
        return face.refused_file(slack_files.TOO_LARGE, most=MOST // 1000)
    try:
        text = slack_files.fetched(deps, chosen.link, most=MOST).decode("utf-8-sig")
    except SlackRefused as refused:
        return face.refused_file(refused.code, most=MOST // 1000)
    except VendorError:
        return face.refused_file("late")
    except UnicodeDecodeError:
        return face.refused_file("no_text")
    if text.lstrip().startswith("<"):
        return face.refused_file(slack_files.WEB_PAGE)
    return text.replace("\r\n", "\n")  # as a file of the server is read: line ends are no change
