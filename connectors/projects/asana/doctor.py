"""Asana's self-check: harmless calls that show whether credential, workspace and plan are right."""

from http import HTTPStatus

from bot.errors import Declined, VendorError
from bot.ports import Check
from connectors.http import path
from connectors.projects.asana import words
from connectors.projects.asana.api import Api
from connectors.projects.asana.people import People


def check(api: Api, people: People) -> tuple[Check, ...]:
    """Credential, workspace, plan; it ends at the first that fails, as the next ones need it."""
    try:
        people.me()
    except VendorError as failed:
        return (Check("credential", ok=False, words=_words(failed), error=failed),)
    try:
        workspace = people.workspace()
        api.one("/workspaces" + path(workspace), call="read the workspace", fields="name")
    except VendorError as failed:
        return Check("credential", ok=True), Check("workspace", ok=False, words=_words(failed), error=failed)
    return Check("credential", ok=True), Check("workspace", ok=True), _plan(api, workspace)


def _plan(api: Api, workspace: str) -> Check:
    """Asana names no plan; its custom fields are refused with 402 on one that has no comment-only guests either."""
    address = "/workspaces" + path(workspace, "custom_fields")
    try:
        api.all(address, call="read the plan", fields="gid")
    except Declined as refused:
        if refused.status == HTTPStatus.PAYMENT_REQUIRED:
            return Check("plan", ok=True, words=words.FREE_PLAN)
        return Check("plan", ok=False, words=_words(refused), error=refused)
    except VendorError as failed:
        return Check("plan", ok=False, words=_words(failed), error=failed)
    return Check("plan", ok=True)


def _words(failed: VendorError) -> str:
    return f"{(failed.words or str(failed)).rstrip('.')}."
