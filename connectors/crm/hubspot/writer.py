"""Writes back to HubSpot: the mark, the links, a note. It reads first and writes only what differs.

The mark is never taken back: once "Closed → Migrated" stands there, a later state leaves it alone. A stage is written
only if it is won in its pipeline and the deal is won right now, else revenue reports and our own edge would be wrong.
"""

from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from typing import Any

from bot.deal import Standing
from bot.errors import Declined
from bot.ports import Made
from connectors.answers import Answer
from connectors.crm.hubspot.api import Api
from connectors.crm.hubspot.config import STATUS_PROPERTY, Config
from connectors.crm.hubspot.mapping import properties_of
from connectors.crm.hubspot.names import deal_url
from connectors.crm.hubspot.reader import Reader
from connectors.crm.hubspot.schema import CHANNEL_PROPERTY, MIGRATED_AT_PROPERTY, WORKSPACE_PROPERTY, Schema
from connectors.crm.hubspot.stages import read_stages, standing_of
from connectors.crm.hubspot.values import moment, plain_text, text

_NOTE_TO_DEAL = 214  # association type of a note to its deal (associations guide)
_NOTE_LIMIT = 65_536
_OWN = (STATUS_PROPERTY, WORKSPACE_PROPERTY, CHANNEL_PROPERTY, MIGRATED_AT_PROPERTY)


class Writer:
    """Writes to the deals of one account."""

    def __init__(self, api: Api, config: Config, reader: Reader) -> None:
        self._api = api
        self._config = config
        self._reader = reader
        self._schema = Schema(api)

    def mark_migrated(self, deal_id: str, *, workspace_url: str, channel_url: str, at: datetime) -> None:
        """Marks the deal by stage or by property, with its links; the moment of the first mark stays."""
        deal = self._deal(deal_id).body
        properties = properties_of(deal)
        wanted = _links(workspace_url=workspace_url, channel_url=channel_url)
        if not text(properties, MIGRATED_AT_PROPERTY):
            wanted[MIGRATED_AT_PROPERTY] = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if self._config.migrated_stage:
            self._require_won_stage(properties)
            wanted["dealstage"] = self._config.migrated_stage
        else:
            wanted[self._config.migrated_property] = self._config.migrated_value
        self._write(deal, wanted)

    def write_links(self, deal_id: str, *, status: str, workspace_url: str, channel_url: str) -> None:
        """Writes the links and, unless the deal is marked already, the handover's state; '' leaves that as it is."""
        deal = self._deal(deal_id).body
        wanted = _links(workspace_url=workspace_url, channel_url=channel_url)
        config, properties = self._config, properties_of(deal)
        marked = text(properties, config.migrated_property) == config.migrated_value
        if status and (config.migrated_stage or config.migrated_property != STATUS_PROPERTY or not marked):
            wanted[STATUS_PROPERTY] = status
        self._write(deal, wanted)

    def find_note(self, deal_id: str, marker: str) -> Made | None:
        """The oldest note of the deal of which a whole line is the marker."""
        self._reader.account()
        ids = [str(entry.get("toObjectId")) for entry in self._api.linked(deal_id, "notes")]
        found = [
            text(note, "id")
            for note in self._api.records("notes", ids, properties=("hs_note_body",))
            if marker in plain_text(text(properties_of(note), "hs_note_body")).splitlines()
        ]
        return Made(min(found, key=lambda one: (len(one), one)), self._url(self._deal(deal_id).body)) if found else None

    def make_note(self, deal_id: str, *, text: str, marker: str) -> Made:
        """Adds the note; its time is HubSpot's own, from reading the deal just before."""
        answer = self._deal(deal_id)
        at = answer.date or moment(answer.body.get("updatedAt")) or datetime(1970, 1, 1, tzinfo=UTC)
        # HubSpot may strip comments and styles from a note, so the marker is visible text on a line of its own.
        tail = f"<p><small>{escape(marker)}</small></p>"
        body = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
        if len(body) + len(tail) > _NOTE_LIMIT:
            raise Declined("HubSpot", "add a note", "the note is longer than HubSpot takes: shorten it")
        link = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": _NOTE_TO_DEAL}
        properties = {"hs_timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "hs_note_body": body + tail}
        made = self._api.create_note(properties, [{"to": {"id": str(answer.body.get("id"))}, "types": [link]}])
        return Made(str(made.get("id", "")), self._url(answer.body))

    def mapping_problem(self) -> str:
        """Why the configured stage may not be written, in a sentence; '' when it may or none is configured."""
        if not self._config.migrated_stage:
            return ""
        stage = read_stages(self._api.pipelines("deals"), counted=()).get(self._config.migrated_stage)
        if not stage:
            return "The stage for migrated deals is in no pipeline: correct migrated.stage, or mark by property."
        if stage.standing is not Standing.WON:
            return "The stage for migrated deals is not a won one: give it probability 100 %, or mark by property."
        return ""

    def _require_won_stage(self, properties: dict[str, Any]) -> None:
        """The last look before a stage is written: HubSpot has no locking."""
        problem = self.mapping_problem()
        stages = read_stages(self._api.pipelines("deals"), counted=())
        if not problem and standing_of(properties, stages) is not Standing.WON:
            problem = "The deal is not won any more: decide what happens, then try again."
        if not problem and stages[self._config.migrated_stage].pipeline != text(properties, "pipeline"):
            problem = "The stage for migrated deals is in another pipeline than this deal: mark by property instead."
        if problem:
            raise Declined("HubSpot", "mark the deal", problem)

    def _deal(self, deal_id: str) -> Answer:
        self._reader.account()  # another account may have a deal of that number
        asked = dict.fromkeys((*_OWN, self._config.migrated_property, "dealstage", "pipeline", "hs_is_closed_won"))
        answer = self._api.deal(deal_id, properties=filter(None, asked))
        if not answer:
            raise Declined("HubSpot", "write to the deal", "the deal is not there any more: nothing was written", 404)
        return answer

    def _write(self, deal: dict[str, Any], wanted: dict[str, str]) -> None:
        """Only what differs, under the deal's surviving id."""
        properties = properties_of(deal)
        changed = {name: value for name, value in wanted.items() if text(properties, name) != value}
        if not changed:
            return
        self._schema.ensure(changed)
        try:
            self._api.update_deal(str(deal.get("id")), changed)
        except Declined as refused:
            if refused.status != HTTPStatus.BAD_REQUEST:
                raise
            # Nothing was written. An admin may have removed a property of ours since we saw it.
            self._schema.forget()
            self._schema.ensure(changed)
            self._api.update_deal(str(deal.get("id")), changed)

    def _url(self, deal: dict[str, Any]) -> str:
        return deal_url(deal, self._reader.account())


def _links(*, workspace_url: str, channel_url: str) -> dict[str, str]:
    """The links that there are; an empty one never clears what stands there."""
    links = {WORKSPACE_PROPERTY: workspace_url, CHANNEL_PROPERTY: channel_url}
    return {name: url for name, url in links.items() if url}
