"""The CRM's side: read deliveries and deals, act on the edge, write back links and state; search for a person."""

import logging
from dataclasses import replace
from http import HTTPStatus

from blocks.brief import crm_note
from bot import split
from bot.actions import intake
from bot.deal import Deal, Standing
from bot.effects import Effect, MarkMigrated, ReadDeal, ReadInbox, SearchCrm, TellAdmin, Whisper, WriteStage
from bot.errors import Declined, NeedsReauth, RateLimited, Surprise, Unavailable, Unrecognised, VendorError
from bot.handover import State
from bot.people import Person
from bot.ports import Crm
from handlers.deliver import provision_links
from handlers.deliver.identify import known
from handlers.deliver.ledger import Ledger, Result
from handlers.deliver.provision import why
from handlers.health import pulse
from store.jobs import ClaimedJob
from store.unit import StoreUnit

log = logging.getLogger("baton.deliver")
HUNDRED = 100
SOON = 10.0  # seconds that somebody who searches is let wait without a word
TRIES = 3


def read_inbox(effect: Effect, ledger: Ledger) -> None:
    """Turns a stored delivery into reads of the deals it names; each event once, also when it comes again."""
    assert isinstance(effect, ReadInbox)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    with deps.store.read() as reader:
        delivery = reader.inbox.get(effect.inbox_id)
    crm = deps.crm_of(delivery.connection, "read a webhook") if delivery else None
    if delivery is None or crm is None:
        return
    try:
        parsed = crm.parse(delivery.body)
    except Unrecognised:
        with deps.store.write() as unit:
            unit.inbox.mark(effect.inbox_id, "unrecognised")
        return
    with deps.store.write() as unit:
        fresh = {
            hint.deal_id: hint for hint in parsed.hints if not hint.dedupe or unit.seen(f"hint:{crm.key}:{hint.dedupe}")
        }
        for hint in fresh.values():
            unit.emit(ReadDeal(crm.key, hint.deal_id, "event", nonce=f"inbox:{effect.inbox_id}"))
        unit.inbox.mark(effect.inbox_id, "read", hints=len(fresh), ignored=parsed.ignored)
    log.info("webhook read", extra={"inbox": effect.inbox_id, "hints": len(fresh), "ignored": parsed.ignored})


def read_deal(effect: Effect, ledger: Ledger) -> None:
    """Re-reads a deal whole and acts on what changed. Finds the people it names in Slack first."""
    assert isinstance(effect, ReadDeal)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    crm = deps.crm_of(effect.connection, "read the deal")
    if crm is None:
        return
    with deps.store.read() as reader:
        ours = bool(reader.by_deal(effect.connection, effect.deal_id))
    try:
        deal = crm.read_deal(effect.deal_id, known_standing=Standing.WON if ours else None)
    except VendorError as error:
        if _not_there(ledger, effect, error):
            return
        raise
    _find_people(ledger, deal)
    read = intake.Read(deal, effect.deal_id, cause=effect.cause, asked_by=effect.asked_by)
    now = deps.clock.now()
    with deps.store.write() as unit:
        unit.ledger.renew(ledger.job)
        outcome = intake.applied(unit, read, terms=deps.terms, now=now)
        asker = unit.person(effect.asked_by)
        if asker and effect.response_url:
            unit.emit(_answer(unit, asker, effect, ledger.job, f"{deal.name}: nothing to track ({outcome})."))
    log.info("deal read", extra={"connection": effect.connection, "cause": effect.cause, "came": outcome})


def mark_migrated(effect: Effect, ledger: Ledger) -> None:
    """Writes "Closed → Migrated" once the gate of each workstream is open. Reading first makes a repeat harmless."""
    assert isinstance(effect, MarkMigrated)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    with deps.store.read() as reader:
        handover = reader.handover(effect.handover_id)
        parts = reader.by_deal(handover.connection, handover.deal_id) if handover else []
    crm = deps.crm_of(handover.connection, "mark the deal") if handover else None
    if handover is None or crm is None:
        return
    if any(part.live_at is None and part.state is not State.CANCELLED for part in parts):
        return  # a deal in several workstreams is migrated with the last of them
    at = handover.live_at or deps.clock.now()
    where = provision_links.links(deps, split.front(parts, handover))

    def do() -> Result:
        crm.mark_migrated(handover.deal_id, **where, at=at)
        return {}

    def keep(unit: StoreUnit, _: Result) -> None:
        record = unit.handover(handover.id)
        if record is not None:
            record.note(deps.clock.now(), "crm_marked")
            unit.save(record)

    try:
        ledger.step("mark", do, again=True, keep=keep)
    except Declined as declined:
        _tell_disabled(ledger, crm, declined)
        raise


def write_stage(effect: Effect, ledger: Ledger) -> None:
    """A note about the new stage, and the state itself where the mark leaves it room; no words of the record.

    No note where a workstream was given up: nothing of it goes on, and the state is that of the others.
    """
    assert isinstance(effect, WriteStage)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    with deps.store.read() as reader:
        handover = reader.handover(effect.handover_id)
    crm = deps.crm_of(handover.connection, "write to the deal") if handover else None
    if handover is None or crm is None:
        return
    deal_id, now = handover.deal_id, replace(handover, state=State(effect.state))
    marker = f"baton:{deps.store.nonce}:{handover.shown_id}:stage:{effect.nonce}"

    def state() -> Result:
        provision_links.write_properties(deps, crm, handover, State(effect.state))
        return {}

    def find(_: float) -> Result | None:
        note = crm.find_note(deal_id, marker)
        return {"id": note.id} if note else None

    try:
        ledger.step("state", state, again=True)
        if now.state is not State.CANCELLED:
            ledger.step("note", lambda: {"id": crm.make_note(deal_id, text=crm_note(now), marker=marker).id}, find=find)
    except Declined as declined:
        _tell_disabled(ledger, crm, declined)
        raise


def search_crm(effect: Effect, ledger: Ledger) -> None:
    """Looks deals up for a person and answers where they asked; best five, logged."""
    assert isinstance(effect, SearchCrm)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    hits: list[list[str]] = []
    failed: VendorError | None = None
    for crm in deps.crms.values():
        try:
            found = crm.search(effect.words[:HUNDRED], limit=5)
        except VendorError as error:
            failed = error
            continue
        hits += [[crm.key, brief.id, brief.name, brief.client, brief.standing.value] for brief in found]
    if failed is not None and not hits:
        _not_searched(ledger, effect, failed)
        return
    with deps.store.write() as unit:
        person = unit.person(effect.person_id)
        if person is not None:
            data = {"words": effect.words, "rows": hits[:5]}
            unit.emit(Whisper(person.slack_id, effect.nonce, response_url=effect.response_url, name="found", data=data))


def _not_there(ledger: Ledger, effect: ReadDeal, error: VendorError) -> bool:
    """Says to whoever waits why there is no answer, once; whether it is a deal that was nobody's and is not there.

    So it is with the events by which a vendor tries an address out, and with a deal that was made and thrown away.
    """
    gone = isinstance(error, Declined) and error.status == HTTPStatus.NOT_FOUND
    words = f"{error.vendor}: {error.words.rstrip('.')}." if isinstance(error, Declined | Surprise) else why(error)
    if effect.asked_by and effect.response_url:
        with ledger.deps.store.write() as unit:
            asker = unit.person(effect.asked_by)
            if asker:
                unit.emit(_line(asker, f"why:{ledger.job.id}", effect.response_url, words))
    log.info("deal not read", extra={"connection": effect.connection, "cause": effect.cause, "why": error.words})
    return gone and effect.cause != "released"


def _not_searched(ledger: Ledger, effect: SearchCrm, error: VendorError) -> None:
    """Says why to whoever searched: an answer that comes in an hour finds nobody waiting, so nothing is tried again."""
    match error:
        case RateLimited(after=after) if after <= SOON and ledger.job.attempts < TRIES:
            raise error
        case RateLimited():
            words = f"{error.vendor} asks Baton to slow down: search once more in some minutes."
        case NeedsReauth():
            words = f"{error.vendor} refuses Baton's access. The admin is told: search once more when it works."
            pulse.refused(ledger.deps, error)
        case Unavailable():
            words = f"{error.vendor} does not answer: search once more in some minutes."
        case _:
            words = f"{error.vendor} cannot be searched now. The admin is told."
    with ledger.deps.store.write() as unit:
        person = unit.person(effect.person_id)
        if person is not None:
            unit.emit(_line(person, f"why:{ledger.job.id}", effect.response_url, words))
    if not isinstance(error, RateLimited | NeedsReauth | Unavailable):
        raise error


def _line(person: Person, nonce: str, response_url: str, words: str) -> Whisper:
    return Whisper(person.slack_id, nonce, response_url=response_url, name="line", data={"text": words})


def _tell_disabled(ledger: Ledger, crm: Crm, declined: Declined) -> None:
    # A refusal of which the self-check says the same lies in the settings, not in this one deal: once a day.
    if any(line.words == declined.words for line in crm.check() if not line.ok):
        serial = f"{crm.key}:{ledger.deps.clock.now():%Y-%m-%d}"
        with ledger.deps.store.write() as unit:
            unit.emit(TellAdmin("write_back_disabled", serial, {"vendor": crm.title, "why": declined.words}))


def _find_people(ledger: Ledger, deal: Deal) -> None:
    settings = ledger.deps.settings
    wanted = {email for emails in settings.roles.values() for email in emails}
    wanted |= {email for rule in settings.routing for emails in rule.roles.values() for email in emails}
    wanted |= {email.lower() for emails in settings.functions.values() for email in emails}
    if deal.owner and deal.owner.email:
        wanted.add(deal.owner.email.lower())
    for email in sorted(wanted):
        known(ledger, email)


def _answer(unit: StoreUnit, asker: Person, effect: ReadDeal, job: ClaimedJob, words: str) -> Effect:
    handovers = unit.by_deal(effect.connection, effect.deal_id)
    nonce, url = f"read:{job.id}", effect.response_url
    if not handovers:
        return _line(asker, nonce, url, words)
    return Whisper(asker.slack_id, nonce, response_url=url, name="card", handover_id=handovers[-1].id)
