"""What the CRM holds, as lines: documents, presale work, the client's people, risks and dependencies."""

from collections.abc import Sequence

from blocks import mrkdwn
from blocks.frame import Frame
from blocks.mrkdwn import Safe
from blocks.render import sentence
from blocks.words import entries
from bot.deal import Contact, ContactRole, Document
from bot.handover import Presale


def document(found: Document) -> Safe:
    """A document of the deal as a link to the CRM's record."""
    url = found.url if len(found.url) <= entries.LONG_LINK else ""
    return sentence(
        "entries.document", link=mrkdwn.link(url, found.name or "document"), kind=found.kind.value, signed=found.signed
    )


def presale(found: Presale, frame: Frame, documents: Sequence[Document] = ()) -> Safe:
    """A presale artefact: its deliverable, as a link where a document of that name is known, and who signed it off."""
    same = next((one.url for one in documents if one.name == found.deliverable and mrkdwn.address(one.url)), "")
    linked = mrkdwn.link(same, found.deliverable) if same and len(same) <= entries.LONG_LINK else ""
    return sentence(
        "entries.presale",
        kind=mrkdwn.name(found.title or found.kind.capitalize()),
        signed=found.signed_off,
        deliverable=linked or entries.link_or_words(found.deliverable),
        external=mrkdwn.name(found.external, entries.DETAIL),
        who=entries.who(found.by, mrkdwn.local_day(found.at, frame.tz), frame) if found.at and found.by else "",
    )


def contact(found: Contact) -> Safe:
    """One of the client's people, with the roles they have on this deal."""
    roles = ", ".join(role.value.replace("_", " ") for role in found.roles if role is not ContactRole.OTHER)
    return sentence(
        "entries.contact",
        person=mrkdwn.name(found.name or "somebody", entries.DETAIL),
        title=mrkdwn.name(found.title, entries.DETAIL),
        roles=roles or mrkdwn.name(found.role_raw, entries.DETAIL),
    )


def from_crm(words: str) -> Safe:
    """A risk or a dependency that the CRM holds."""
    return sentence("entries.from_crm", words=mrkdwn.quote(words, entries.WORDS))
