"""The Web API's door: reads a call whatever its encoding, refuses in Slack's order, and writes it down.

A call is refused for its token, then its name, its scope, its rate, and last by the method itself. Unknown methods
answer `unknown_method`: this stand-in does not have them (`coverage.toml`).
"""

import json
from email.utils import formatdate
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from sandbox import faults
from sandbox.shelf import Doc
from sandbox.slack.limits import METHODS as KNOWN
from sandbox.slack.methods import chat, conversations, files, history, keeping, people, views
from sandbox.slack.methods.call import Call
from sandbox.slack.refusal import Refused
from sandbox.slack.response_urls import respond

if TYPE_CHECKING:
    from sandbox.world import World

BOT_TOKEN = "xoxb-sandbox"
APP_TOKEN = "xapp-sandbox"
FREE = ("api.test", "blocks.validate")
MODULES = (chat, conversations, files, history, keeping, people, views)
METHODS = {name: method for module in MODULES for name, method in module.METHODS.items()}


async def arguments(request: Request) -> Doc:
    """Query, form and JSON body as one map."""
    args: Doc = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        body = await request.body()
        given = json.loads(body) if body else {}
        return {**args, **given} if isinstance(given, dict) else args
    if kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        args |= {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    return args


class Door:
    """The door of one world's Slack."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._slack = world.slack

    async def method(self, request: Request) -> Response:
        """Answers one Web API call."""
        name = request.path_params["method"]
        try:
            args = await arguments(request)
        except ValueError:
            return JSONResponse({"ok": False, "error": "invalid_form_data"})

        async def work() -> Response:
            return await run_in_threadpool(self._work, name, args, request.headers)

        fault = self._world.faults.take("slack", name)
        if fault is not None:
            self._note_fault(name, args, fault)
        return await faults.answer(request, fault, work)

    def _note_fault(self, name: str, args: Doc, fault: faults.Fault) -> None:
        if fault.kind in faults.DONE:
            return
        status = int(fault.kind) if fault.kind.isdigit() else 200 if fault.kind.startswith(("ok", "garb")) else 0
        self._slack.calls.note(name, _logged(args), error=f"fault:{fault.kind}", status=status)

    def _work(self, name: str, args: Doc, headers: Headers) -> Response:
        args.pop("token", None)
        try:
            with self._world.shelf.lock:
                self._admit(name, headers.get("authorization", ""))
                body: Doc = {"ok": True, **METHODS[name](Call(self._slack, name, args))}
            error, status, extra = None, 200, {}
        except Refused as refused:
            body, error, status, extra = refused.body(), refused.error, refused.status, refused.headers
        self._slack.calls.note(name, _logged(args), error=error, status=status)
        granted = ",".join(self._slack.manifest.scopes or _all_scopes())
        told = {"x-oauth-scopes": granted, "date": formatdate(usegmt=True), **extra}  # real time, as in signatures
        return JSONResponse(body, status_code=status, headers=told)

    def _admit(self, name: str, authorization: str) -> None:
        token = authorization.removeprefix("Bearer ").strip()
        if name not in FREE:
            self._check_token(name, token)
        if name not in METHODS:
            raise Refused("unknown_method", req_method=name)
        Call(self._slack, name, {}).require(*KNOWN[name]["scopes"])
        self._slack.rates.call(name)

    def _check_token(self, name: str, token: str) -> None:
        if not token:
            raise Refused("not_authed")
        if token not in (BOT_TOKEN, APP_TOKEN):
            raise Refused("invalid_auth")
        if (name == "apps.connections.open") != (token == APP_TOKEN):
            raise Refused("not_allowed_token_type")
        if self._slack.token_error:
            raise Refused(self._slack.token_error)

    async def response(self, request: Request) -> Response:
        """Answers a post to a response URL."""
        try:
            body = json.loads(await request.body())
        except ValueError:
            return PlainTextResponse("invalid_payload", status_code=400)

        async def work() -> Response:
            return await run_in_threadpool(self._respond, request.path_params["token"], body)

        return await faults.answer(request, self._world.faults.take("slack", "response_url"), work)

    def _respond(self, token: str, body: Doc) -> Response:
        try:
            with self._world.shelf.lock:
                respond(self._slack, token, body)
        except Refused as refused:
            self._slack.calls.note("response_url", body, error=refused.error, status=refused.status)
            return PlainTextResponse(refused.error, status_code=refused.status, headers=refused.headers)
        self._slack.calls.note("response_url", body, error=None, status=200)
        return PlainTextResponse("ok")

    async def upload(self, request: Request) -> Response:
        """Takes the bytes of an announced file, raw or as one part of a form."""
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            parts = (await request.form()).values()
            content = b"".join([await part.read() for part in parts if not isinstance(part, str)])
        else:
            content = await request.body()
        try:
            await run_in_threadpool(self._slack.drive.upload, request.path_params["file"], content)
        except Refused as refused:
            return PlainTextResponse(refused.error, status_code=refused.status)
        return PlainTextResponse(f"OK - {len(content)}")

    async def download(self, request: Request) -> Response:
        """The bytes of a file, in the bot's hands."""

        async def work() -> Response:
            return await run_in_threadpool(self._download, request)

        return await faults.answer(request, self._world.faults.take("slack", "download"), work)

    def _download(self, request: Request) -> Response:
        """For the bot's token with `files:read`; a login page with 200 for anybody else, as Slack does."""
        token = request.headers.get("authorization") == f"Bearer {BOT_TOKEN}"
        if not token or self._slack.token_error or not self._slack.manifest.granted("files:read"):
            return Response("<!DOCTYPE html><html><title>Sign in</title></html>", media_type="text/html")
        try:
            file = self._slack.drive.get(request.path_params["file"])
            return Response(self._slack.drive.content(file["id"]), media_type=file["mimetype"])
        except Refused:
            return PlainTextResponse("not found", status_code=404)


def _all_scopes() -> list[str]:
    return sorted({scope for method in KNOWN.values() for scope in method["scopes"]} | {"commands"})


def _logged(args: Doc) -> Doc:
    """Arguments for the log: JSON given as text is parsed, so that a reader sees one form."""
    parsed = dict(args)
    for name in ("blocks", "view", "metadata", "files"):
        if isinstance(parsed.get(name), str):
            try:
                parsed[name] = json.loads(parsed[name])
            except ValueError:
                continue
    return parsed


def routes(world: "World") -> list[BaseRoute]:
    """The routes of Slack's side."""
    door = Door(world)
    return [
        Route("/slack/api/{method}", door.method, methods=["GET", "POST"]),
        Route("/slack/response/{token}", door.response, methods=["POST"]),
        Route("/slack/upload/{file}", door.upload, methods=["POST", "PUT"]),
        Route("/slack/files/{file}/{name:path}", door.download),
        WebSocketRoute("/slack/link/{ticket}", world.slack.socket.serve),
    ]
