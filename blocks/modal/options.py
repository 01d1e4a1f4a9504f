"""What is offered while somebody types in a modal: contacts of the client, and deals.

Slack waits three seconds for these (docs.slack.dev/reference/interaction-payloads/block_suggestion-payload), so they
are drawn from what the caller has read from our own database.
"""

from collections.abc import Sequence

from blocks import kit, mrkdwn
from blocks.frame import Block
from bot.deal import Contact

MAX_OPTIONS = 100  # answers to one block_suggestion


def contact_options(contacts: Sequence[Contact], typed: str) -> list[Block]:
    """The answer to a search for one of the client's people: contacts that fit, then what was typed itself."""
    wanted = mrkdwn.plain(typed, 75)
    named = {mrkdwn.plain(c.name, 75): mrkdwn.plain(c.title, 75) for c in contacts if c.name.strip()}
    fitting = {name: title for name, title in named.items() if wanted.casefold() in name.casefold()}
    if wanted and wanted.casefold() not in {name.casefold() for name in fitting}:
        fitting = dict(list(fitting.items())[: MAX_OPTIONS - 1]) | {wanted: ""}
    return [kit.option(name, name, title or None) for name, title in list(fitting.items())[:MAX_OPTIONS]]


def deal_options(deals: Sequence[tuple[int, str]]) -> list[Block]:
    """The answer to a search for a deal: (handover id, its title), the asker's own open ones first."""
    return [kit.option(mrkdwn.plain(title, 75), str(number)) for number, title in deals[:MAX_OPTIONS]]
