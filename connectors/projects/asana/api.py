"""Asana over HTTP: the `data` envelope, pages, and plain words where the plan forbids something (HTTP 402)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from bot.errors import Declined, Surprise
from connectors.answers import Answer
from connectors.http import VendorHttp
from connectors.pages import pages
from connectors.projects.asana import words

_PAGE = "100"
Thing = dict[str, Any]


class Api:
    """Calls with Asana's envelope; `call` is what errors say."""

    def __init__(self, http: VendorHttp) -> None:
        self._http = http

    def one(self, address: str, *, call: str, fields: str) -> Thing:
        """One thing with these fields."""
        return _thing(self._get(address, call=call, params={"opt_fields": fields}), call)

    def one_or_none(self, address: str, *, call: str, fields: str) -> Thing | None:
        """One thing, or None when Asana does not show it to us."""
        try:
            return self.one(address, call=call, fields=fields)
        except Declined as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
            return None

    def all(self, address: str, *, call: str, fields: str, asked: Mapping[str, str] | None = None) -> list[Thing]:
        """All things of a list, page by page. Surprise when its pages go in circles."""
        params = {"opt_fields": fields, "limit": _PAGE, **(asked or {})}

        def ask(offset: str) -> tuple[list[Thing], str]:
            answer = self._get(address, call=call, params=params | ({"offset": offset} if offset else {}))
            return _things(answer, call), _next_offset(answer.body)

        return [thing for page in pages(ask, vendor="Asana", call=call) for thing in page]

    def write(self, method: str, address: str, data: Thing, *, call: str, fields: str = "") -> Thing:
        """Changes something; a refusal of the plan comes with what to do by hand."""
        params = {"opt_fields": fields} if fields else None
        try:
            return _thing(self._http.write(method, address, call=call, json={"data": data}, params=params), call)
        except Declined as refused:
            raise in_plain_words(refused) from refused

    def attach(self, form: Mapping[str, str], *, call: str) -> Thing:
        """An attachment; this one call is multipart (developers.asana.com, attachments)."""
        try:
            return _thing(self._http.write("POST", "/attachments", call=call, form=form), call)
        except Declined as refused:
            raise in_plain_words(refused) from refused

    def _get(self, address: str, *, call: str, params: Mapping[str, str]) -> Answer:
        try:
            return self._http.get(address, call=call, params=params)
        except Declined as refused:
            raise in_plain_words(refused) from refused


def in_plain_words(refused: Declined) -> Declined:
    """The same refusal; one of the plan, and one of what somebody removed, says what a person does by hand."""
    plain = ""
    if refused.status == HTTPStatus.PAYMENT_REQUIRED:
        plain = words.plan(refused.call)
    elif refused.status == HTTPStatus.NOT_FOUND:
        plain = words.gone(refused.call)
    return Declined(refused.vendor, refused.call, plain or refused.words, refused.status, refused.request_id)


def _thing(answer: Answer, call: str) -> Thing:
    found = answer.body.get("data")
    if not isinstance(found, dict):
        raise Surprise("Asana", call, "the answer has no data")
    return found


def _things(answer: Answer, call: str) -> list[Thing]:
    found = answer.body.get("data")
    if not isinstance(found, list):
        raise Surprise("Asana", call, "the answer has no list of data")
    return [entry for entry in found if isinstance(entry, dict)]


def _next_offset(body: Thing) -> str:
    following = body.get("next_page")
    return str(following.get("offset") or "") if isinstance(following, dict) else ""
