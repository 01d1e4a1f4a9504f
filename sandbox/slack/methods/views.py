"""views.*: modals and Home tabs (https://docs.slack.dev/reference/methods/views.open).

A trigger is spent by a view that was shown; a refused view leaves it as it was.
"""

from sandbox.shelf import Doc
from sandbox.slack.checks.payloads import refuse_view
from sandbox.slack.methods.call import Call
from sandbox.slack.refusal import Refused, bad_arguments


def shown(view: Doc) -> Doc:
    """A view as the methods answer it: what people typed does not come along."""
    return {**view, "state": {"values": {}}}


def _done(call: Call, view: Doc) -> Doc:
    call.slack.ground.changed()
    return {"view": shown(view)}


def opened(call: Call) -> Doc:
    """Opens a modal for whoever clicked."""
    trigger = call.slack.handles.check_trigger(call.need("trigger_id"))
    view = call.slack.modals.open(trigger.user, refuse_view(call.json("view"), "modal"))
    trigger.used = True
    return _done(call, view)


def push(call: Call) -> Doc:
    """Puts a modal on top of the open one."""
    trigger = call.slack.handles.check_trigger(call.need("trigger_id"))
    view = call.slack.modals.push(trigger.user, refuse_view(call.json("view"), "modal"))
    trigger.used = True
    return _done(call, view)


def update(call: Call) -> Doc:
    """Replaces an open modal, found by its id or its external id."""
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise bad_arguments("missing required field: view_id")
    _, old = call.slack.modals.find(view_id, external_id)
    view = refuse_view(call.json("view"), old["type"])
    return _done(call, call.slack.modals.update(old["id"], view, given_hash=call.text("hash")))


def publish(call: Call) -> Doc:
    """Replaces somebody's Home tab, also of who never opened it."""
    user = call.slack.user(call.need("user_id"))
    if user is None or user["is_bot"]:
        raise Refused("user_not_found")
    view = refuse_view(call.json("view"), "home")
    return _done(call, call.slack.modals.publish(user["id"], view, given_hash=call.text("hash")))


METHODS = {"views.open": opened, "views.push": push, "views.update": update, "views.publish": publish}
