"""The way back: links and state in the CRM (properties, one note), and the workspace as a bookmark of the channel."""

from blocks.brief import crm_note
from bot import split
from bot.errors import Declined
from bot.handover import Handover, State
from bot.ports import Crm
from handlers.deliver.ledger import Ledger, Result
from handlers.deliver.provision_slack import bookmark
from handlers.deps import Deps

# What is written of a state; of the others nothing: the mark says it, or it is too early.
STATUS = {
    State.PROVISIONED: "workspace_ready",
    State.MITIGATION: "mitigation",
    State.MAINTENANCE: "maintenance",
    State.CLOSED: "closed",
}


def crm_links(ledger: Ledger, handover: Handover) -> Result:
    """Writes links and state; no words of the record ever go there."""
    deps = ledger.deps
    workspace_bookmark(ledger, handover)
    crm = deps.crm_of(handover.connection, "write links")
    if crm is None:
        raise Declined("CRM", "write links", words="This handover has no CRM: nothing to write.")
    marker = f"baton:{deps.store.nonce}:{handover.shown_id}:links"

    def properties() -> Result:
        write_properties(deps, crm, handover, State.PROVISIONED)
        return {}

    def find(_: float) -> Result | None:
        note = crm.find_note(handover.deal_id, marker)
        return {"id": note.id} if note else None

    def note() -> Result:
        return {"id": crm.make_note(handover.deal_id, text=crm_note(handover), marker=marker).id}

    ledger.step("properties", properties, again=True)
    return ledger.step("note", note, find=find)


def write_properties(deps: Deps, crm: Crm, handover: Handover, state: State) -> None:
    """State and links of the deal as a whole, which may have several workstreams: each has a note of its own."""
    with deps.store.read() as reader:
        parts = reader.by_deal(handover.connection, handover.deal_id)
    status = STATUS.get(split.speaks(parts, handover, state), "")
    crm.write_links(handover.deal_id, status=status, **links(deps, split.front(parts, handover)))


def links(deps: Deps, handover: Handover) -> dict[str, str]:
    """Where the work on it is done, as the CRM is told."""
    channel = f"{deps.identity.team_url}archives/{handover.channel_id}" if handover.channel_id else ""
    return {"workspace_url": handover.workspace_url, "channel_url": channel}


def workspace_bookmark(ledger: Ledger, handover: Handover) -> None:
    """The workspace, among the channel's bookmarks."""
    if handover.channel_id and handover.workspace_url:
        bookmark(ledger, handover, "Workspace", handover.workspace_url)
