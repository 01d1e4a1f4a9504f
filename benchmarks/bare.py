"""The least that a slash command can be: Bolt, its signature check, one durable insert; for `benchmarks.ack`.

Same engine, pragmas, door, thread pool and Bolt settings as Baton's own. `python -m benchmarks.bare PORT DATABASE_URL`
with SLACK_SIGNING_SECRET in the environment.
"""

import os
import sys
from typing import Any

import uvicorn
from slack_bolt import Ack, App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_bolt.authorization import AuthorizeResult
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from store.engine import Db


def made(db: Db, secret: str) -> Starlette:
    """The application: each command is one row."""
    with db.write() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS heard (at TEXT, words TEXT)"))
    bolt = App(
        token="xoxb-none",
        signing_secret=secret,
        process_before_response=True,
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T", bot_token="xoxb-none"),
    )

    @bolt.command("/handover")
    def handover(ack: Ack, command: dict[str, Any]) -> None:
        with db.write() as session:
            session.execute(text("INSERT INTO heard VALUES ('now', :words)"), {"words": command["text"]})
        ack({"response_type": "ephemeral", "text": "Noted."})

    async def slack(request: Request) -> Response:
        body = await request.body()
        return to_starlette_response(await run_in_threadpool(bolt.dispatch, to_bolt_request(request, body)))

    async def ready(_: Request) -> Response:
        return PlainTextResponse("ready")

    return Starlette(routes=[Route("/slack/events", slack, methods=["POST"]), Route("/readyz", ready)])


if __name__ == "__main__":
    secret = os.environ["SLACK_SIGNING_SECRET"]  # noqa: TID251 - a command of its own
    uvicorn.run(made(Db(sys.argv[2]), secret), port=int(sys.argv[1]), log_config=None, access_log=False)
