"""The private views behind the digest's buttons: all open handovers, or mine, by pages. Here people have names.

A page shows what everyone of the company may see of a handover: client, project, state, dates and people.
"""

from collections.abc import Mapping, Sequence

from blocks import ids, kit, mrkdwn, thread
from blocks.digest import words
from blocks.digest.message import counts
from blocks.frame import Block, Frame
from blocks.modal import submission
from blocks.mrkdwn import Safe
from blocks.render import sentence
from bot.digest import Detail, Digest, OpenRow
from bot.handover import LIVE, State

PAGE = 20  # rows of a page; Slack takes 100 blocks in a view
TITLE = 80


def view(
    digest: Digest,
    shown: Sequence[OpenRow],
    details: Mapping[int, Detail],
    links: Mapping[int, str],
    frame: Frame,
    *,
    which: str,
    page: int,
) -> Block:
    """A page of the view: `which` is all or mine, `page` its number from 0, `shown` its rows."""
    total = len(digest.rows)
    title = "My handovers" if which == "mine" else "All handovers"
    metadata = submission.metadata(0, "")
    if not shown:
        nothing = kit.section(sentence("digest.view_none", mine=which == "mine"))
        return kit.modal(title, [nothing], callback_id=ids.VIEW_READ, close="Close", metadata=metadata)
    blocks = [kit.section(counts(digest, frame)), kit.divider()]
    blocks += [kit.section(_row(row, details.get(row.id, Detail()), links, digest, frame)) for row in shown]
    first = page * PAGE + 1
    place = sentence("digest.view_place", first=f"{first:,}", last=f"{first + len(shown) - 1:,}", n=f"{total:,}")
    blocks += [kit.context(place), *_turning(which, page, total)]
    return kit.modal(title, blocks, callback_id=ids.VIEW_READ, close="Close", metadata=metadata)


def _turning(which: str, page: int, total: int) -> list[Block]:
    left = total - (page + 1) * PAGE
    buttons = []
    if page:
        buttons.append(kit.button(f"Previous {PAGE}", ids.DIGEST_BACK, f"{which}:{page - 1}"))
    if left > 0:
        buttons.append(kit.button(f"Next {min(left, PAGE)}", ids.DIGEST_NEXT, f"{which}:{page + 1}"))
    return [kit.actions(*buttons)] if buttons else []


def _row(row: OpenRow, detail: Detail, links: Mapping[int, str], digest: Digest, frame: Frame) -> Safe:
    late = not row.wait and row.state not in LIVE and row.due is not None and row.due < frame.now
    standing = row.wait.kind if row.wait else "late" if late else row.state.value
    wait = row.wait
    return sentence(
        "digest.view_row",
        state=f"{thread.SYMBOLS[standing]} {thread.WORDS[standing]}",
        title=words.titled(row, links.get(row.id, ""), TITLE),
        when=thread.wanted(scoped=row.state is not State.WON, past=late),
        due="" if wait or row.state in LIVE else thread.token(row.due, frame),
        since=thread.token(wait.since if wait else row.live_at if row.state in LIVE else None, frame),
        expected=words.near(wait.expected, digest.day) if wait and wait.expected else "",
        waits="" if wait or row.state in LIVE else _waits(detail, frame),
        topic=words.TOPICS.get(detail.action, ""),
    )


def _waits(detail: Detail, frame: Frame) -> Safe:
    person = frame.people.get(detail.person)
    if person is not None:
        return mrkdwn.name(person.name, words.NAME)
    return Safe(words.role(detail.role) if detail.role else "")
