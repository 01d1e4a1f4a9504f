"""HubSpot's files, quotes and tickets as documents and presale artefacts, told apart by their names.

A document links to the deal's page with a fragment of its own (so that two of them stay two): bytes are never fetched,
and the access which HubSpot gives to its files stays HubSpot's.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.deal import Document, DocumentKind, PresaleKind, PresaleTicket
from connectors.crm.hubspot.values import flag, text, web_address

_SIGNED = re.compile(r"\b(signed|executed|accepted|countersigned)\b")
_KINDS: tuple[tuple[DocumentKind, re.Pattern[str]], ...] = (
    (DocumentKind.PRESALE, re.compile(r"\bpre ?sales?\b|\bpricing\b|\bdiscovery\b")),
    (DocumentKind.SCOPE, re.compile(r"\b(scope|statement of work) confirmation\b")),
    (DocumentKind.CONTRACT, re.compile(r"\b(contract|agreement|msa|sow|order form|dpa)\b")),
    (DocumentKind.PROPOSAL, re.compile(r"\b(proposal|quote|offer)\b")),
    (DocumentKind.SCOPE, re.compile(r"\bscop(e|ing)\b")),
)
_PRESALE: tuple[tuple[PresaleKind, re.Pattern[str]], ...] = (
    (PresaleKind.DISCOVERY, re.compile(r"discovery|requirement|qualification")),
    (PresaleKind.SCOPING, re.compile(r"scop|solution design|estimate")),
    (PresaleKind.PROPOSAL, re.compile(r"proposal|quote|offer")),
    (PresaleKind.PRICING, re.compile(r"pricing|discount|approval|margin")),
)
_FIELDS = (
    ("proposal_url", "Signed proposal", DocumentKind.PROPOSAL),
    ("contract_url", "Contract", DocumentKind.CONTRACT),
    ("scope_document_url", "Scope confirmation", DocumentKind.SCOPE),
)
_SIGNED_FIELDS = frozenset({DocumentKind.PROPOSAL, DocumentKind.CONTRACT})


def read_documents(
    properties: Mapping[str, Any],
    fields: Mapping[str, str],
    *,
    files: Iterable[Mapping[str, Any]],
    quotes: Iterable[Mapping[str, Any]],
    deal_url: str,
) -> tuple[Document, ...]:
    """The deal's documents: linked by property, then files of its notes, then quotes; each once."""
    found = [
        *_from_fields(properties, fields),
        *(_named(text(entry, "id"), _file_name(entry), f"{deal_url}#file-{text(entry, 'id')}") for entry in files),
        *(_quote(entry, deal_url) for entry in quotes),
    ]
    return tuple({document.url: document for document in reversed(found)}.values())[::-1]


def read_presale(
    tickets: Iterable[Mapping[str, Any]], closed_stages: frozenset[str], documents: tuple[Document, ...]
) -> tuple[PresaleTicket, ...]:
    """The tickets that are one of the four presale artefacts; the deliverable is the document of the same kind."""
    found = []
    for ticket in tickets:
        properties = ticket.get("properties") or {}
        subject = text(properties, "subject")
        kind = presale_kind(subject) or presale_kind(text(properties, "hs_ticket_category"))
        if kind:
            done = text(properties, "hs_pipeline_stage") in closed_stages or flag(properties, "hs_is_closed")
            deliverable = next((entry.name for entry in documents if entry.presale is kind), "")
            found.append(PresaleTicket(text(ticket, "id"), kind, subject, done, deliverable))
    return tuple(found)


def document_kind(name: str) -> DocumentKind:
    """What a document is, by the words in its name."""
    words = _words(name)
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), DocumentKind.OTHER)


def presale_kind(name: str) -> PresaleKind | None:
    """Which presale artefact a name speaks of."""
    words = _words(name)
    return next((kind for kind, pattern in _PRESALE if pattern.search(words)), None)


def _from_fields(properties: Mapping[str, Any], fields: Mapping[str, str]) -> Iterable[Document]:
    for field, title, kind in _FIELDS:
        url = web_address(text(properties, fields.get(field, "")))
        if url:
            yield Document(fields[field], title, kind, url, signed=kind in _SIGNED_FIELDS)


def _named(document_id: str, name: str, url: str) -> Document:
    kind = document_kind(name)
    presale = presale_kind(name) if kind is DocumentKind.PRESALE else None
    return Document(document_id, name, kind, url, signed=bool(_SIGNED.search(_words(name))), presale=presale)


def _quote(quote: Mapping[str, Any], deal_url: str) -> Document:
    properties = quote.get("properties") or {}
    title = text(properties, "hs_title") or "Quote"
    signed = bool(_SIGNED.search(_words(title)))
    return Document(
        text(quote, "id"), title, DocumentKind.PROPOSAL, f"{deal_url}#quote-{text(quote, 'id')}", signed=signed
    )


def _file_name(entry: Mapping[str, Any]) -> str:
    """HubSpot keeps the extension apart from the name (files guide)."""
    name, extension = text(entry, "name") or text(entry, "id"), text(entry, "extension")
    return name if not extension or name.lower().endswith(f".{extension.lower()}") else f"{name}.{extension}"


def _words(name: str) -> str:
    return " ".join(re.split(r"[\W_]+", name.casefold()))
