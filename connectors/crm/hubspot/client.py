"""HubSpot behind our port: one small object that hands each call to the part which knows how."""

from collections.abc import Mapping
from datetime import datetime

from bot.deal import Deal, Standing
from bot.ports import Belonging, Check, DealBrief, Made, Parsed, PollPage
from connectors.crm.hubspot import signature, webhook
from connectors.crm.hubspot.api import Api
from connectors.crm.hubspot.config import Config
from connectors.crm.hubspot.doctor import Doctor
from connectors.crm.hubspot.finder import Finder
from connectors.crm.hubspot.poll import Poll
from connectors.crm.hubspot.reader import Reader
from connectors.crm.hubspot.writer import Writer
from connectors.http import VendorHttp

TITLE = "HubSpot"


class HubSpot:
    """Fulfils `bot.ports.Crm`; what each method promises is said there."""

    def __init__(self, config: Config, http: VendorHttp) -> None:
        api = Api(http, version=config.api_version)
        self.key = config.key
        self.title = http.vendor
        self.takes_webhooks = bool(config.client_secret)
        self._config = config
        self._reader = Reader(api, config)
        self._writer = Writer(api, config, self._reader)
        self._poll = Poll(api, config)
        self._finder = Finder(api, config)
        self._doctor = Doctor(api, config, self._reader, self._writer)

    def belong(self, belonging: Belonging) -> None:
        """By the portal's id. One that the settings name takes the place of the one that was known."""
        self._reader.belonging = belonging

    def verify(self, *, body: bytes, headers: Mapping[str, str], url: str, now: datetime) -> None:
        """By signature v3, or an older one where the settings allow it."""
        config = self._config
        signature.verify(body, headers, url=url, now=now, secret=config.client_secret, minimum=config.signature)

    def sign(self, *, body: bytes, url: str, now: datetime) -> dict[str, str]:
        """With our copy of the client secret, as HubSpot would."""
        return signature.sign(body, url=url, now=now, secret=self._config.client_secret)

    def parse(self, body: bytes) -> Parsed:
        """Events of another portal than the configured one, or the one that is known, are ignored."""
        known = self._reader.belonging
        return webhook.parse(body, portal_id=self._config.portal_id or (known.known() if known else ""))

    def read_deal(self, deal_id: str, *, known_standing: Standing | None = None) -> Deal:
        """About ten calls; with `known_standing` a deal that HubSpot forgot is a deleted one."""
        return self._reader.read(deal_id, known_standing=known_standing)

    def poll(self, cursor: str, *, since: datetime) -> PollPage:
        """Every deal changed or deleted since, in any stage."""
        self._reader.account()
        return self._poll.run(cursor, since=since)

    def search(self, words: str, *, limit: int) -> tuple[DealBrief, ...]:
        """HubSpot's own search over the deals' default properties."""
        self._reader.account()
        return self._finder.find(words, limit=limit)

    def mark_migrated(self, deal_id: str, *, workspace_url: str, channel_url: str, at: datetime) -> None:
        """By property, or by a won-type stage when one is configured."""
        self._writer.mark_migrated(deal_id, workspace_url=workspace_url, channel_url=channel_url, at=at)

    def write_links(self, deal_id: str, *, status: str, workspace_url: str, channel_url: str) -> None:
        """State and links as properties of the deal."""
        self._writer.write_links(deal_id, status=status, workspace_url=workspace_url, channel_url=channel_url)

    def find_note(self, deal_id: str, marker: str) -> Made | None:
        """Among all notes of the deal."""
        return self._writer.find_note(deal_id, marker)

    def make_note(self, deal_id: str, *, text: str, marker: str) -> Made:
        """Sent once; after a lost answer `find_note` tells."""
        return self._writer.make_note(deal_id, text=text, marker=marker)

    def check(self) -> tuple[Check, ...]:
        """Credential, webhooks, scopes, stages, write-back, properties."""
        return self._doctor.check()
