"""What HubSpot does not say about a deal, in words that a person reads: each one is a question for somebody."""

from collections.abc import Iterator
from dataclasses import replace

from bot.deal import ContactRole, Deal, DocumentKind

_ROLES = (
    (ContactRole.PRIMARY, "primary contact"),
    (ContactRole.CHAMPION, "champion"),
    (ContactRole.ECONOMIC_BUYER, "economic buyer"),
)
_DOCUMENTS = ((DocumentKind.CONTRACT, "contract"), (DocumentKind.SCOPE, "scope confirmation"))


def name_gaps(deal: Deal, *, owner_gone: bool, company_known: bool) -> Deal:
    """The deal with its `gaps`; a client which only the deal's name tells, and a deactivated owner, are gaps too."""
    return replace(deal, gaps=tuple(_gaps(deal, owner_gone=owner_gone, company_known=company_known)))


def _gaps(deal: Deal, *, owner_gone: bool, company_known: bool) -> Iterator[str]:
    values = {
        "client company": company_known,
        "amount": deal.amount,
        "close date": deal.close_date,
        "start date": deal.start,
        "end date": deal.end,
        "owner": deal.owner,
        "active owner": not owner_gone,
        "line items": deal.line_items,
        "industry": deal.industry,
        "region": deal.region,
        "service line": deal.service_line,
        "MEDDPICC notes": deal.meddpicc,
    }
    yield from (name for name, value in values.items() if not value)
    roles = {role for contact in deal.contacts for role in contact.roles}
    yield from (name for role, name in _ROLES if role not in roles)
    if not any(document.kind is DocumentKind.PROPOSAL and document.signed for document in deal.documents):
        yield "signed proposal"
    kinds = {document.kind for document in deal.documents}
    yield from (name for kind, name in _DOCUMENTS if kind not in kinds)
