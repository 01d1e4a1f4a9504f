"""The message of the day: at most 9 blocks and 2,500 characters, rows of at most 110, no mention, roles and no names.

Where guests or other organisations read along, the words of a pause are left out: they may be a quote.
"""

import re
from collections.abc import Mapping, Sequence

from blocks import ids, kit, limits, mrkdwn
from blocks.digest import words
from blocks.frame import Block, Frame, Message
from blocks.mrkdwn import Safe
from blocks.render import sentence
from blocks.thread import SYMBOLS
from bot.digest import ROWS, Detail, Digest, OpenRow

ROOM = 2_500  # characters of all texts, addresses of links included
LINE = 110  # characters of a row on screen
HEADS = 60  # characters that the heading of a section may take
REASON = 40
NAMES = 3  # in a list of names within a sentence
# A row of "Waiting on the client" with its reason, as `digest.row` and `digest.pause_words` have it.
WORDED = re.compile(r"(: since [^()\n]*) \(.*\)$", re.MULTILINE)
GROUPS = ("late", "due_today", "on_track", "waiting", "live")


def message(digest: Digest, details: Mapping[int, Detail], links: Mapping[int, str], frame: Frame) -> Message:
    """The digest; one line of plain text without buttons when nothing is late and nothing is due today.

    `details` are those of `digest.detailed`, `links` the addresses of the threads, both by record.
    """
    if digest.empty:
        return none()
    if digest.quiet:
        return limits.check_message(Message(_quiet(digest, frame)))
    head = [kit.header(_head(digest)), kit.section(counts(digest, frame))]
    foot = [*_live(digest, links, frame), *_notes_block(digest, frame), _buttons(digest)]
    room = ROOM - limits.text_size(head) - limits.text_size(foot)
    blocks = [*head, *_sections(digest, details, links, frame, room), *foot]
    return limits.check_message(Message(_text(digest, details, frame), blocks))


def without_reasons(posted: Message) -> Message:
    """A digest that was posted, without the words that people typed for pauses; the same when it has none."""
    return Message(posted.text, [_without(block) for block in posted.blocks])


def _without(block: Block) -> Block:
    text = block.get("text")
    if block.get("type") != "section" or not isinstance(text, dict):
        return block
    return {**block, "text": {**text, "text": WORDED.sub(r"\1", str(text.get("text", "")))}}


def none() -> Message:
    """What somebody reads who asks while nothing is open."""
    said = sentence("digest.none")
    return Message(said, [kit.section(said)])


def _head(digest: Digest) -> Safe:
    return sentence("digest.head", day=words.day(digest.day), late=words.late_by(digest))


def counts(digest: Digest, frame: Frame) -> Safe:
    """`🔴 1 late · 🟡 2 due today · …`: the groups that are not empty; '' when all are."""
    found = [(name, len(getattr(digest, name))) for name in GROUPS]
    since = words.since(digest, frame)
    return Safe(" · ".join(sentence(f"digest.{name}_count", n=n, since=since) for name, n in found if n))


def _sections(
    digest: Digest, details: Mapping[int, Detail], links: Mapping[int, str], frame: Frame, room: int
) -> list[Block]:
    said = {
        "late": [(SYMBOLS["late"], row, _late(row, details)) for row in digest.late[:ROWS]],
        "due_today": [(SYMBOLS["scoped"], row, _due(row, details, frame)) for row in digest.due_today[:ROWS]],
        "waiting": [(SYMBOLS["pause"], row, _waiting(row, digest, frame)) for row in digest.waiting[:ROWS]],
    }
    lines: dict[str, list[str]] = {name: [] for name, rows in said.items() if rows}
    room -= HEADS * len(lines)
    # The first row of each section, then the second of each: a long section never crowds another out.
    for place, name in ((place, name) for place in range(ROWS) for name in lines):
        if place < len(said[name]):
            symbol, row, about = said[name][place]
            line = _row(symbol, row, about, links)
            room -= len(line) + 1
            if room < 0:
                break
            lines[name].append(line)
    heads = {name: _section_head(name, digest, len(shown)) for name, shown in lines.items()}
    return [kit.section("\n".join([heads[name], *shown])) for name, shown in lines.items() if shown]


def _section_head(name: str, digest: Digest, shown: int) -> Safe:
    rows: Sequence[OpenRow] = getattr(digest, name)
    kinds = {row.wait.kind for row in rows if row.wait}
    head = sentence(f"digest.{name}_head", pauses="pause" in kinds, holds="hold" in kinds)
    return Safe(head + (sentence("digest.first_of", shown=shown, n=len(rows)) if shown < len(rows) else ""))


def _row(symbol: str, row: OpenRow, about: Safe, links: Mapping[int, str]) -> Safe:
    room = LINE - words.visible(sentence("digest.row", symbol=symbol, title="", words=about))
    return sentence("digest.row", symbol=symbol, title=words.titled(row, links.get(row.id, ""), room), words=about)


def _late(row: OpenRow, details: Mapping[int, Detail]) -> Safe:
    detail = details.get(row.id, Detail())
    return sentence("digest.late_words", span=words.span(detail), waits=words.waits(detail, topic=True))


def _due(row: OpenRow, details: Mapping[int, Detail], frame: Frame) -> Safe:
    detail = details.get(row.id, Detail())
    due = mrkdwn.date_token(row.due, "{time}", frame.tz) if row.due else ""
    said = {"due": _short(due, row, frame), "waits": words.waits(detail), "signed": detail.signed}
    return sentence(f"digest.due_{row.state}", **said)


def _short(token: str, row: OpenRow, frame: Frame) -> Safe:
    # The fallback of a date token says the whole date; here the date is today and stands in the header.
    whole = mrkdwn.clock(row.due, frame.tz, zone=True) if row.due else ""
    return Safe(token.replace(f"|{whole}>", f"|{whole.split(' ', 3)[-1]}>"))


def _waiting(row: OpenRow, digest: Digest, frame: Frame) -> Safe:
    wait = row.wait
    if wait is None:
        return Safe("")
    return sentence(
        f"digest.{wait.kind}_words",
        since=words.near(mrkdwn.local_day(wait.since, frame.tz), digest.day),
        expected=words.near(wait.expected, digest.day) if wait.expected else "",
        reason=mrkdwn.name(wait.reason, REASON) if frame.open_here or wait.kind == "hold" else "",
    )


def _live(digest: Digest, links: Mapping[int, str], frame: Frame) -> list[Block]:
    if not digest.live:
        return []
    since = words.since(digest, frame)
    names: list[str] = []
    for row in digest.live[:ROWS]:
        named = words.titled(row, links.get(row.id, ""), LINE // 2)
        line = sentence("digest.live_line", since=since, names=Safe(", ".join([*names, named])), more=len(digest.live))
        if names and words.visible(line) > LINE:
            break
        names.append(named)
    shown = Safe(", ".join(names))
    return [kit.section(sentence("digest.live_line", since=since, names=shown, more=len(digest.live) - len(names)))]


def _notes(digest: Digest, frame: Frame) -> Safe:
    notes = digest.notes
    parts: list[str] = []
    if notes.points and notes.oldest:
        old = words.age(notes.oldest, digest, frame)
        parts.append(sentence("digest.points", n=notes.points, age=old, client=words.client(notes.oldest_client)))
    if notes.no_kickoff_count:
        names = [words.client(name) for name in notes.no_kickoff[:NAMES]]
        more = notes.no_kickoff_count - len(names)
        parts.append(sentence("digest.no_kickoff", names=Safe(", ".join(names)), more=more))
    if notes.overrides:
        parts.append(sentence("digest.overrides", n=notes.overrides))
    return Safe(" · ".join(parts))


def _notes_block(digest: Digest, frame: Frame) -> list[Block]:
    return [kit.context(_notes(digest, frame))] if digest.notes.any else []


def _buttons(digest: Digest) -> Block:
    everything = kit.button(f"All {len(digest.rows):,}", ids.DIGEST_ALL, label="All open handovers, for your eyes only")
    mine = kit.button("Only mine", ids.DIGEST_MINE, label="Only handovers in which you hold a role")
    return kit.actions(everything, mine)


def _quiet(digest: Digest, frame: Frame) -> Safe:
    return sentence(
        "digest.quiet",
        head=_head(digest),
        on_track=len(digest.on_track),
        waiting=len(digest.waiting),
        live=len(digest.live),
        since=words.since(digest, frame),
        notes=_notes(digest, frame),
    )


def _text(digest: Digest, details: Mapping[int, Detail], frame: Frame) -> Safe:
    late = [
        sentence(
            "digest.text_late_row", client=words.client(row.short), waits=words.waits(details.get(row.id, Detail()))
        )
        for row in digest.late[:NAMES]
    ]
    due = [
        sentence("digest.text_due_row", client=words.client(row.short), due=_spoken(row, frame))
        for row in digest.due_today[:NAMES]
    ]
    parts = [
        _named("text_late", late, "; ", len(digest.late)),
        _named("text_due", due, ", ", len(digest.due_today)),
        sentence("digest.on_track_count", n=len(digest.on_track)) if digest.on_track else "",
        sentence("digest.text_waiting", n=len(digest.waiting)) if digest.waiting else "",
        sentence("digest.text_live", n=len(digest.live), since=words.since(digest, frame)) if digest.live else "",
    ]
    said = Safe(", ".join(part for part in parts if part))
    return sentence("digest.text", day=words.day(digest.day), late=words.late_by(digest), parts=said)


def _named(name: str, names: list[Safe], joint: str, total: int) -> Safe:
    if not names:
        return Safe("")
    more = [sentence("digest.text_more", n=total - len(names))] if total > len(names) else []
    return sentence(f"digest.{name}", n=total, names=Safe(joint.join([*names, *more])))


def _spoken(row: OpenRow, frame: Frame) -> str:
    return mrkdwn.clock(row.due, frame.tz).rsplit(" ", 1)[-1] if row.due else ""
