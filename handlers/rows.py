"""Rows of lists: what one handover says in a line, for lists, choices and Home."""

from collections.abc import Iterable, Mapping

from blocks.card import Row
from blocks.company.deputy import Place
from blocks.thread import late, shown_due, state_words, when
from bot.clock.absence import stands_for
from bot.gate import turns
from bot.handover import Event, Handover
from bot.people import TITLES, Person, may_capture
from handlers.deps import Deps
from store.read import Reader


def people_of(reader: Reader, *handovers: Handover) -> dict[int, Person]:
    """Everyone whom these records name, by id."""
    return reader.people(set().union(*(handover.people for handover in handovers)))


def named_in(events: Iterable[Event]) -> set[int]:
    """Everyone whom the timeline names: who did it, and who held a role before and after."""
    found = {event.person for event in events}
    return found | {one for event in events for key in ("was", "now") if isinstance(one := event.data.get(key), int)}


def choices(reader: Reader, person: Person | None, words: str = "") -> list[tuple[int, str]]:
    """Records to which this person may add, by id and title: one's own first, else what the words find."""
    if person is None:
        return []
    mine = reader.mine(person.id)
    wanted = words.strip().lower()
    hits = [h for h in mine if wanted in h.title.lower()]
    if wanted:
        hits += [h for h in reader.search(words, limit=20) if h.id not in {m.id for m in hits}]
    return [(handover.id, handover.title) for handover in hits if may_capture(person, handover.roles)]


def at_place(reader: Reader, channel: str, ts: str) -> Handover | None:
    """The record to which this thread or this project channel belongs."""
    return reader.by_thread(channel, ts) or reader.by_channel(channel)


def row(deps: Deps, handover: Handover, people: Mapping[int, Person]) -> Row:
    """One handover in a line: state, due time, and for whom it waits, by name."""
    waiting = turns(handover)
    holder = people.get(waiting[0].person) if waiting else None
    waits_for = holder.name if holder else (TITLES[waiting[0].role] if waiting else "")
    root = handover.post("root")
    return Row(
        handover_id=handover.id,
        title=handover.title,
        state_line=state_words(handover, deps.clock.now()),
        due=shown_due(handover),
        waits_for=waits_for,
        link=deps.permalink(root.channel, root.ts) if root else "",
        when=when(handover, past=late(handover, deps.clock.now())),
    )


def places(deps: Deps, reader: Reader, deputy: Person) -> list[Place]:
    """The roles that this person may take over now, as the deputy of whoever is away: the nearest due time first."""
    return [
        Place(holder, handover.id, role, handover.title)
        for holder in stands_for(reader, deputy, deps.settings, deps.clock.now())
        for handover in reader.mine(holder.id)
        for role in handover.roles_of(holder.id)
    ]


def late_rows(deps: Deps, reader: Reader) -> list[Row]:
    """The late ones, longest late first, with the names of those for whom they wait."""
    late = reader.late(deps.clock.now())
    people = people_of(reader, *late)
    return [row(deps, handover, people) for handover in late]
