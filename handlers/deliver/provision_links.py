"""The way back: links and state in the CRM (properties, one note), and the workspace as a bookmark of the channel."""

from blocks.brief import crm_note
from bot.errors import Declined
from bot.handover import Handover
from handlers.deliver.ledger import Ledger, Result
from handlers.deliver.provision_slack import bookmark


def crm_links(ledger: Ledger, handover: Handover) -> Result:
    """Writes links and state; no words of the record ever go there."""
    deps = ledger.deps
    workspace_bookmark(ledger, handover)
    crm = deps.crm_of(handover.connection, "write links")
    if crm is None:
        raise Declined("CRM", "write links", words="This handover has no CRM: nothing to write.")
    channel = f"{deps.identity.team_url}archives/{handover.channel_id}" if handover.channel_id else ""
    marker = f"baton:{deps.store.nonce}:{handover.shown_id}:links"

    def properties() -> Result:
        crm.write_links(
            handover.deal_id, status="workspace_ready", workspace_url=handover.workspace_url, channel_url=channel
        )
        return {}

    def find(_: float) -> Result | None:
        note = crm.find_note(handover.deal_id, marker)
        return {"id": note.id} if note else None

    def note() -> Result:
        return {"id": crm.make_note(handover.deal_id, text=crm_note(handover), marker=marker).id}

    ledger.step("properties", properties, again=True)
    return ledger.step("note", note, find=find)


def workspace_bookmark(ledger: Ledger, handover: Handover) -> None:
    """The workspace, among the channel's bookmarks."""
    if handover.channel_id and handover.workspace_url:
        bookmark(ledger, handover, "Workspace", handover.workspace_url)
