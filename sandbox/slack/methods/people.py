"""users.*, team.info, dnd.info, auth.test and friends (https://docs.slack.dev/reference/methods/users.info)."""

from sandbox.company import APP_ID, BOT_ID, BOT_USER, TEAM
from sandbox.shelf import Doc
from sandbox.slack.limits import OTHER
from sandbox.slack.methods.call import Call
from sandbox.slack.refusal import Refused
from sandbox.slack.wire.payloads import DOMAIN

TEAM_NAME = "Acme"


def auth_test(call: Call) -> Doc:
    """Who the token belongs to."""
    url = call.slack.ground.base_url + "/"
    names = {"url": url, "team": TEAM_NAME, "user": "baton", "team_id": TEAM, "user_id": BOT_USER}
    return {**names, "bot_id": BOT_ID, "app_id": APP_ID, "app_name": "Baton", "is_enterprise_install": False}


def api_test(call: Call) -> Doc:
    """Answers what it was asked, an error included."""
    if call.text("error"):
        raise Refused(call.text("error"), args=call.args)
    return {"args": call.args}


def team_info(_call: Call) -> Doc:
    """The workspace."""
    team = {"id": TEAM, "name": TEAM_NAME, "domain": DOMAIN, "email_domain": "acme.example", "icon": {}}
    return {"team": team}


def _shown(call: Call, user: Doc) -> Doc:
    shown = dict(user)
    if not call.slack.manifest.granted("users:read.email"):
        shown["profile"] = {key: value for key, value in user["profile"].items() if key != "email"}
    if not call.flag("include_locale"):
        shown.pop("locale", None)
    return shown


def _user(call: Call) -> Doc:
    user = call.slack.user(call.need("user"))
    if user is None:
        raise Refused("user_not_found")
    return user


def info(call: Call) -> Doc:
    """One user; the address needs users:read.email."""
    return {"user": _shown(call, _user(call))}


def listing(call: Call) -> Doc:
    """Everybody, deactivated people included."""
    users = [_shown(call, user) for user in call.slack.users()]
    page, metadata = call.page(users, default=200, most=OTHER["list_limit"])
    return {"members": page, "cache_ts": int(call.slack.clock.time()), "response_metadata": metadata}


def by_email(call: Call) -> Doc:
    """The active user with an address; `users_not_found` (plural) otherwise."""
    user = call.slack.people.by_email(call.need("email"))
    if user is None:
        raise Refused("users_not_found")
    return {"user": _shown(call, user)}


def profile(call: Call) -> Doc:
    """A user's profile."""
    return {"profile": _shown(call, _user(call))["profile"]}


def presence(call: Call) -> Doc:
    """Everybody who is active in the company counts as online."""
    return {"presence": "away" if _user(call)["deleted"] else "active"}


def dnd(call: Call) -> Doc:
    """Nobody is in do-not-disturb, unless the user document has a `dnd` field."""
    quiet = {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": False}
    return {**quiet, **_user(call).get("dnd", {})}


def usergroups(_call: Call) -> Doc:
    """The workspace has no user groups."""
    return {"usergroups": []}


def connections_open(call: Call) -> Doc:
    """A Socket Mode address for one connection; refused while the workspace delivers over HTTP."""
    if not call.slack.ground.socket:
        raise Refused("socket_mode_not_enabled")
    base = call.slack.ground.base_url.replace("http", "ws", 1)
    return {"url": f"{base}/slack/link/{call.slack.socket.ticket()}"}


METHODS = {
    "auth.test": auth_test,
    "api.test": api_test,
    "team.info": team_info,
    "users.info": info,
    "users.list": listing,
    "users.lookupByEmail": by_email,
    "users.profile.get": profile,
    "users.getPresence": presence,
    "dnd.info": dnd,
    "usergroups.list": usergroups,
    "apps.connections.open": connections_open,
}
