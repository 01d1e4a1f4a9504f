"""The two moves of every modal: a click opens it; a submission is read, done once, and answered in its place."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from slack_bolt import Ack, App

from blocks.forms import note_view
from blocks.frame import FieldErrors, Frame
from bot.actions.rights import name_you
from bot.errors import Refused
from bot.handover import Handover
from bot.people import Person, Sight, sight
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.guard import OUTSIDERS, UNKNOWN, Click, act, open_view, outsider, say, turned_away
from handlers.rows import people_of
from store.read import Reader
from store.unit import StoreUnit

View = dict[str, Any]
May = Callable[[Reader, Handover, Person], str]
Make = Callable[[Handover, Frame, Person, Click], View | Refused]
Deed = Callable[[Deps, StoreUnit, Person, Any, Click, datetime], Said | Refused]


class Face(Protocol):
    """A modal for which the record is enough."""

    def __call__(self, handover: Handover, frame: Frame, /, *, nonce: str) -> View:
        """The modal, under this nonce."""


def form(deps: Deps, face: Face) -> Make:
    """Draws this modal, whoever clicks and on what."""
    return lambda handover, frame, *_: face(handover, frame, nonce=deps.new_id())


def opens(bolt: App, deps: Deps, action_id: str, make: Make, *, may: May | None = None, whole: bool = True) -> None:
    """A click on this action opens the modal that `make` draws, for those who see the whole record.

    `may` says why this person cannot do it, before they type anything ('' when they can); saving asks once more.
    Without `whole` the modal shows nothing of the record, and `may` alone decides. `make` refuses what depends on the
    click.
    """

    @bolt.action(action_id)
    def clicked(ack: Ack, body: dict[str, Any]) -> None:
        open_on(deps, Click.of(body), make, may=may, whole=whole)
        ack()


def open_on(deps: Deps, click: Click, make: Make, *, may: May | None = None, whole: bool = True) -> None:
    """Opens the modal for this click, or says why not."""
    person, handover, people, no = _asked(deps, click, may, whole=whole)
    if person is None:
        act(deps, click, lambda *_: Said())
    elif turned_away(deps, click, person):
        return
    elif handover is None:
        _say(deps, click, "This handover is not there any more. Type /handover to see yours.")
    elif no:
        _say(deps, click, no)
    elif isinstance(drawn := make(handover, deps.frame(handover, people), person, click), Refused):
        _say(deps, click, drawn.sentence)
    else:
        open_view(deps, click, drawn)


def submits(
    bolt: App,
    deps: Deps,
    callback_id: str,
    read: Callable[[View], Any],
    deed: Deed,
    *,
    early: Callable[[Deps, Click], View | None] | None = None,
    second: Callable[[Deps, Click, Any], View | None] | None = None,
    may: May | None = None,
) -> None:
    """A submission of this modal is read (errors stand in their fields), done once, and answered.

    `early` may put another view in its place before it is read, `second` after: a second look, with nothing done yet.
    Nothing is read for outsiders, nor for whom `may` refuses: what is said of a field may tell of the record.
    """

    @bolt.view(callback_id)
    def submitted(ack: Ack, body: dict[str, Any]) -> None:
        click = Click.of(body)
        no = _unread(deps, click, may)
        if no:
            ack(response_action="push", view=note_view("Not saved", no))
            return
        instead = early(deps, click) if early else None
        command = None if instead else read(click.view)
        instead = instead or _second(second, deps, click, command)
        if instead:
            ack(response_action="update", view=instead)
            return
        if isinstance(command, FieldErrors):
            ack(response_action="errors", errors=dict(command))
            return
        now = deps.clock.now()

        def told(unit: StoreUnit, who: Person) -> Said | Refused:
            outcome = deed(deps, unit, who, command, click, now)
            if isinstance(outcome, Said):
                say(unit, click, outcome)
            return outcome

        outcome = act(deps, click, told, quiet=True)
        if isinstance(outcome, Refused):
            # On top of the form, not in its place: what was typed can be corrected, or taken elsewhere.
            ack(response_action="push", view=note_view("Not saved", outcome.sentence))
        else:
            ack(response_action="clear")


def _asked(
    deps: Deps, click: Click, may: May | None, *, whole: bool
) -> tuple[Person | None, Handover | None, dict[int, Person], str]:
    # One read of our own database: the trigger lasts for three seconds.
    with deps.store.read() as reader:
        person = reader.by_slack(click.slack_id)
        handover = reader.handover(click.handover_id) if click.handover_id else None
        people = people_of(reader, handover) if handover else {}
        no = may(reader, handover, person) if may and handover and person else ""
        if whole and handover and person and sight(person, handover.roles) is not Sight.WHOLE:
            no = f"Only people of this handover see that. {name_you(reader, handover)}"
    return person, handover, people, no


def _second(second: Callable[[Deps, Click, Any], View | None] | None, deps: Deps, click: Click, command: Any) -> Any:
    return second(deps, click, command) if second and not isinstance(command, FieldErrors) else None


def _unread(deps: Deps, click: Click, may: May | None) -> str:
    """Why this person's form is not even read; '' when it is."""
    with deps.store.read() as reader:
        person = reader.by_slack(click.slack_id)
        handover = reader.handover(click.handover_id) if may and click.handover_id else None
        no = may(reader, handover, person) if may and handover and person else ""
    if person is None:
        act(deps, click, lambda *_: Said(), quiet=True)  # asks Slack who they are
        return UNKNOWN
    return OUTSIDERS if outsider(person) else no


def _say(deps: Deps, click: Click, sentence: str) -> None:
    with deps.store.write() as unit:
        say(unit, click, Refused(sentence))
