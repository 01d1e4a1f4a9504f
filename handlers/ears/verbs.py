"""The verbs of `/handover`. Each has its one-line form; each refuses kindly and says the next step."""

from collections.abc import Sequence
from dataclasses import replace

from blocks import forms, mrkdwn
from blocks import scope as scope_face
from blocks.brief import internal
from blocks.card import card, choice, help_, listing
from blocks.frame import Message
from blocks.thread import urgency
from blocks.whisper import whisper
from bot.actions import capture, rights
from bot.actions import people as people_actions
from bot.actions import scope as scoping
from bot.company.setup import NOT_YET, OWNER, owner_of
from bot.context import Kind, Source, lines_of
from bot.effects import Identify, SendHistory
from bot.errors import Refused
from bot.handover import Handover
from bot.people import HANDOVER_ROLES, Person, Role, Sight, may_capture, sight
from bot.rights.whom import whom
from bot.terms import Said
from handlers.deps import Deps
from handlers.ears.asked import NOBODY, Asked, line, said
from handlers.ears.guard import OUTSIDERS, Click, Deed, act, open_view, outsider
from handlers.rows import named_in, people_of, row
from store.mapping.names import Found
from store.read import Reader
from store.unit import StoreUnit

ROLE_WORDS = {
    "rep": Role.SALES_REP,
    "sales": Role.SALES_REP,
    "sales_rep": Role.SALES_REP,
    "pm": Role.PM,
    "csm": Role.CSM,
    "dm": Role.DELIVERY_MANAGER,
    "delivery": Role.DELIVERY_MANAGER,
    "delivery_manager": Role.DELIVERY_MANAGER,
}
NOT_YOURS = "/handover list shows them. For another one, ask its delivery manager to name you."
LISTS = {"mine": "My handovers", "late": "Late handovers", "all": "Open handovers"}
PAGE = 20  # rows of a list under one command
FEW = 11  # records of one name that are looked for: ten rows fit, one more says that there are others


def helped(deps: Deps, asked: Asked) -> Message:
    """Help: only what this person may do."""
    with deps.store.read() as reader:
        held = reader.mine(asked.person.id)
        owner = owner_of(reader.setting(OWNER))
        asks = _asks(reader, held)
    roles = {role for handover in held for role in handover.roles_of(asked.person.id)}
    return help_(asked.person, roles, asks, owner=owner == asked.person.id)


def _asks(reader: Reader, held: Sequence[Handover]) -> dict[str, str]:
    # A role of a record has a name here where all that somebody is in have the same holder.
    each = {role: {handover.roles.get(role, 0) for handover in held} for role in HANDOVER_ROLES}
    holders = {role: found.pop() for role, found in each.items() if len(found) == 1}
    return {
        "start": whom(reader, {}, Role.SALES_OPS),
        "assign": whom(reader, holders, *rights.IN_CHARGE),
        "stage": whom(reader, holders, Role.PM),
    }


def here(deps: Deps, asked: Asked) -> Message:
    """Bare `/handover`: in a project channel this handover, elsewhere my items and the help."""
    with deps.store.read() as reader:
        handover = reader.by_channel(asked.channel)
        if handover is not None:
            return card_of(deps, reader, handover, asked.person)
    return mine(deps, asked)


def mine(deps: Deps, asked: Asked) -> Message:
    """My items over all handovers, what blocks most first, and what I may do."""
    with deps.store.read() as reader:
        held = reader.mine(asked.person.id)
        people = people_of(reader, *held)
    roles = {role for handover in held for role in handover.roles_of(asked.person.id)}
    data = {"handovers": held, "person": asked.person, "roles": roles}
    return whisper("mine", None, replace(deps.frame(None, people), links=deps.links(held)), data)


def listed(deps: Deps, asked: Asked) -> Message:
    """`list mine|late|all`."""
    which = asked.rest.lower() or "mine"
    if which not in LISTS:
        return line(deps, f"There is no list {mrkdwn.quote(which, 40)}. Write /handover list mine, late or all.")
    with deps.store.read() as reader:
        if which == "late":
            held = reader.late(deps.clock.now())
        elif which == "all":
            held = reader.open_all(limit=PAGE + 1)
        else:
            held = reader.mine(asked.person.id)
        people = people_of(reader, *held)
    seen = [h for h in held if sight(asked.person, h.roles) is not Sight.NOTHING]
    rows = [row(deps, handover, people) for handover in sorted(seen, key=urgency)[:PAGE]]
    return listing(rows, deps.frame(None, people), LISTS[which], more=len(seen) > PAGE)


def new(deps: Deps, asked: Asked) -> Message | None:
    """`new`: opens the form for a deal that no CRM tells us about."""
    return open_new(deps, clicked(asked))


def open_new(deps: Deps, click: Click) -> Message | None:
    """The form, for those who may start a handover."""
    with deps.store.read() as reader:
        person = reader.by_slack(click.slack_id)
        no = rights.to_start(reader, person or NOBODY, "start a handover")
    if deps.settings.missing:
        return line(deps, NOT_YET)
    if person is not None and outsider(person):
        return line(deps, OUTSIDERS)
    if no:
        return line(deps, no)
    open_view(deps, click, forms.new_view(nonce=deps.new_id()))
    return None


def assign(deps: Deps, asked: Asked) -> Message:
    """`assign ABC pm @ben`."""
    words = [word for word in asked.rest.split() if not word.startswith("<@")]
    role = next((ROLE_WORDS[word.lower()] for word in reversed(words) if word.lower() in ROLE_WORDS), None)
    name = " ".join(word for word in words if word.lower() not in ROLE_WORDS)
    if role is None or not asked.mentioned or not name:
        return line(deps, "Write it like this: /handover assign ABC pm @ben. Roles: rep, pm, csm, dm.")
    found = one(deps, asked, name)
    if isinstance(found, Message):
        return found

    def deed(unit: StoreUnit, who: Person) -> Said | Refused:
        person = unit.by_slack(asked.mentioned[0])
        if person is None:
            unit.emit(Identify(asked.mentioned[0], "", nonce=deps.new_id()))
            return Refused("I do not know this person yet: I am asking Slack. Please write that once more.")
        now = deps.clock.now()
        return people_actions.assign(unit, found.id, who, role=role, person=person, terms=deps.terms, now=now)

    return done(deps, asked, deed)


def commit(deps: Deps, reader: Reader, asked: Asked) -> Deed | Message:
    """`commit ABC weekly call until go-live`: one promise in one line; on one's own records, then on any."""
    found, words = first_words(deps, reader, asked)
    if isinstance(found, Message) and may_capture(asked.person, {}):
        other, rest = first_words(deps, reader, asked, everywhere=True)
        found, words = (other, rest) if isinstance(other, int) else (found, words)
    if isinstance(found, Message):
        return found
    taken = capture.Capture(kind=Kind.COMMITMENT, lines=lines_of(words), batch=asked.trigger_id, source=Source.COMMAND)
    now = deps.clock.now()
    return lambda unit, who: capture.add(unit, found, who, taken, terms=deps.terms, now=now)


def scope(deps: Deps, asked: Asked) -> Message | None:
    """`scope ABC`: opens the scope confirmation."""
    found = one(deps, asked, asked.rest)
    if isinstance(found, Message):
        return found
    with deps.store.read() as reader:
        people = people_of(reader, found)
        no = scoping.cannot(reader, found, asked.person)
    if no:
        return line(deps, no)
    open_view(deps, clicked(asked), scope_face.scope_view(found, deps.frame(found, people), nonce=deps.new_id()))
    return None


def brief(deps: Deps, asked: Asked) -> Message:
    """`brief ABC`: what the project manager needs to know, on one screen."""
    found = one(deps, asked, asked.rest)
    if isinstance(found, Message):
        return found
    with deps.store.read() as reader:
        people = people_of(reader, found)
    return internal(found, deps.frame(found, people))


def find(deps: Deps, asked: Asked) -> Message:
    """`find weekly call`: entries of the handovers that this person sees whole, also months later."""
    if not asked.rest:
        return line(deps, "Write what you look for, e.g. /handover find weekly call")
    with deps.store.read() as reader:
        hits = reader.find_entries(asked.rest, holder=within(asked.person), limit=50)
        seen = [hit for hit in hits if sight(asked.person, hit.holders) is Sight.WHOLE][:PAGE]
        people = reader.people({hit.entry.author for hit in seen})
    rows = [(hit.handover_id, f"{hit.client} – {hit.project}", hit.entry) for hit in seen]
    return whisper("find", None, deps.frame(None, people), {"words": asked.rest, "rows": rows})


def audit(deps: Deps, asked: Asked) -> Message:
    """`audit ABC`: the timeline; `audit ABC file` sends it as a file by direct message."""
    as_file = asked.rest.lower().endswith(" file")
    found = one(deps, asked, asked.rest[: -len(" file")] if as_file else asked.rest)
    if isinstance(found, Message):
        return found
    with deps.store.read() as reader:
        no = rights.to_read_history(reader, found, asked.person)
    if no:
        return line(deps, no)
    if as_file:
        with deps.store.write() as unit:
            unit.emit(SendHistory(found.id, asked.person.id, nonce=asked.trigger_id))
        return line(deps, "The history comes as a file, by direct message.")
    with deps.store.read() as reader:
        events = reader.events(found.id)
        people = {**people_of(reader, found), **reader.people(named_in(events))}
    return whisper("history", found, deps.frame(found, people), {"events": events})


def cancel(deps: Deps, asked: Asked) -> Message | None:
    """`cancel ABC`: opens the form that asks for the reason."""
    found = one(deps, asked, asked.rest)
    if isinstance(found, Message):
        return found
    with deps.store.read() as reader:
        no = rights.to_cancel(reader, found, asked.person)
    if no:
        return line(deps, no)
    open_view(deps, clicked(asked), forms.cancel_view(found, nonce=deps.new_id()))
    return None


def one(deps: Deps, asked: Asked, name: str) -> Handover | Message:
    """The one record of that name which this person sees whole; else a message that says what to do."""
    with deps.store.read() as reader:
        return only(deps, reader, asked, name)


def only(deps: Deps, reader: Reader, asked: Asked, name: str, *, everywhere: bool = False) -> Handover | Message:
    """The same. `everywhere`: whosever it is, for a deed that does not show the record."""
    if not name.strip():
        return line(deps, f"Name the handover too, e.g. /handover {asked.verb} ABC")
    found = reader.search(name, holder=None if everywhere else within(asked.person), limit=FEW)
    hits = [h for h in found if everywhere or sight(asked.person, h.roles) is Sight.WHOLE]
    if len(hits) == 1:
        return hits[0]
    if not hits:
        return line(deps, f"None of your handovers matches “{name[:60]}”. {NOT_YOURS}")
    people = people_of(reader, *hits)
    return choice([row(deps, h, people) for h in hits[:10]], deps.frame(None, people), more=len(hits) > 10)  # noqa: PLR2004


def within(person: Person) -> int | None:
    """Whose records are searched: one's own, or all (None) for those who see every record whole."""
    return None if sight(person, {}) is Sight.WHOLE else person.id


def first_words(deps: Deps, reader: Reader, asked: Asked, *, everywhere: bool = False) -> tuple[int | Message, str]:
    """The longest beginning of the words that names one handover: its id, and what follows it."""
    words = asked.rest.split()
    holder = None if everywhere else within(asked.person)
    named, length = 0, 0
    known: list[Found] | None = None
    for count in range(1, min(len(words) - 1, 6) + 1):
        found = reader.named(" ".join(words[:count]), holder=holder, limit=FEW, among=known)
        known = found if 0 < len(found) < FEW else None
        hits = [one.id for one in found]
        if holder is not None:  # else a person who sees every record whole, or a deed that shows none
            held = reader.holders(hits)
            hits = [one for one in hits if sight(asked.person, held[one]) is Sight.WHOLE]
        if len(hits) == 1:
            named, length = hits[0], count
        if not found and count > 1:  # more words find no more; only "HO 42" is found by two words and not by one
            break
    if named:
        return named, " ".join(words[length:])
    if len(words) < 2:  # noqa: PLR2004 - a name and at least one word
        return line(deps, f"Write it like this: /handover {asked.verb} ABC weekly call until go-live"), ""
    named_first = only(deps, reader, asked, words[0], everywhere=everywhere)
    return (named_first.id if isinstance(named_first, Handover) else named_first), ""


def clicked(asked: Asked) -> Click:
    """The command as a click: what opens a modal and where its answer goes."""
    return Click(
        slack_id=asked.slack_id,
        key=f"command:{asked.trigger_id}",
        trigger_id=asked.trigger_id,
        channel=asked.channel,
        response_url=asked.response_url,
    )


def done(deps: Deps, asked: Asked, deed: Deed) -> Message:
    """Does it once per command, and says what came of it."""
    click = Click(slack_id=asked.slack_id, key=f"command:{asked.trigger_id}")
    outcome = act(deps, click, deed, quiet=True)
    return said(deps, outcome or Said("That is done already."))


def card_of(deps: Deps, reader: Reader, handover: Handover, person: Person) -> Message:
    """The card, as much of it as this person may see."""
    people = people_of(reader, handover)
    return card(handover, deps.frame(handover, people), sight=sight(person, handover.roles))
