"""The CRM's side: read deliveries and deals, act on the edge, write back links and state; search for a person."""

import logging
from dataclasses import replace

from blocks.brief import crm_note
from bot import split
from bot.actions import intake
from bot.deal import Deal, Standing
from bot.effects import Effect, MarkMigrated, ReadDeal, ReadInbox, SearchCrm, TellAdmin, Whisper, WriteStage
from bot.errors import Declined, Unrecognised
from bot.handover import State
from bot.people import Person
from bot.ports import Crm
from handlers.deliver import provision_links
from handlers.deliver.identify import known
from handlers.deliver.ledger import Ledger, Result
from store.jobs import ClaimedJob
from store.unit import StoreUnit

log = logging.getLogger("baton.deliver")
HUNDRED = 100


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
        fresh = {hint.deal_id: hint for hint in parsed.hints if unit.seen(f"hint:{crm.key}:{hint.dedupe}")}
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
    deal = crm.read_deal(effect.deal_id, known_standing=Standing.WON if ours else None)
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
    """A note about the new stage, and the state itself where the mark leaves it room; no words of the record."""
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
        ledger.step("note", lambda: {"id": crm.make_note(deal_id, text=crm_note(now), marker=marker).id}, find=find)
    except Declined as declined:
        _tell_disabled(ledger, crm, declined)
        raise


def search_crm(effect: Effect, ledger: Ledger) -> None:
    """Looks deals up for a person and answers where they asked; best five, logged."""
    assert isinstance(effect, SearchCrm)  # noqa: S101 - the performer of exactly this kind
    deps = ledger.deps
    hits = []
    for crm in deps.crms.values():
        found = crm.search(effect.words[:HUNDRED], limit=5)
        hits += [[crm.key, brief.id, brief.name, brief.client, brief.standing.value] for brief in found]
    with deps.store.write() as unit:
        person = unit.person(effect.person_id)
        if person is not None:
            data = {"words": effect.words, "rows": hits[:5]}
            unit.emit(Whisper(person.slack_id, effect.nonce, response_url=effect.response_url, name="found", data=data))


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
        return Whisper(asker.slack_id, nonce, response_url=url, name="line", data={"text": words})
    return Whisper(asker.slack_id, nonce, response_url=url, name="card", handover_id=handovers[-1].id)
