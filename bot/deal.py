"""What every CRM connector must produce: one normalised deal, read whole.

Values which the CRM does not hold are None or empty, and named in `gaps`: never invented.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

MANUAL = "manual"  # the connection of handovers that have no deal in a CRM


class Standing(StrEnum):
    """How a deal stands in the CRM, by the metadata of its stage, never by the stage's name."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    DELETED = "deleted"


class ContactRole(StrEnum):
    """The roles of a client's people which a handover wants filled; the CRM's own word stays in `role_raw`."""

    ECONOMIC_BUYER = "economic_buyer"
    CHAMPION = "champion"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    OTHER = "other"


# Whom a handover wants named, in the words in which a CRM's gaps name them.
WANTED = {ContactRole.CHAMPION: "champion", ContactRole.ECONOMIC_BUYER: "economic buyer"}


class DocumentKind(StrEnum):
    """What a document of a deal is."""

    PROPOSAL = "proposal"
    CONTRACT = "contract"
    SCOPE = "scope"
    PRESALE = "presale"
    OTHER = "other"


class PresaleKind(StrEnum):
    """The four presale artefacts, each with its deliverable."""

    DISCOVERY = "discovery"
    SCOPING = "scoping"
    PROPOSAL = "proposal"
    PRICING = "pricing"


@dataclass(frozen=True)
class Money:
    """An amount in one currency (ISO 4217); amounts of two currencies are never added."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class CrmPerson:
    """A person as the CRM names them: the deal's owner."""

    name: str
    email: str


@dataclass(frozen=True)
class Contact:
    """One of the client's people, with the roles they have on this deal."""

    id: str
    name: str
    email: str = ""
    phone: str = ""
    title: str = ""
    roles: tuple[ContactRole, ...] = ()
    role_raw: str = ""


@dataclass(frozen=True)
class LineItem:
    """One line of what was sold. `discount` is the absolute discount, `discount_percent` the relative one."""

    id: str
    name: str
    sku: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount: Decimal | None = None
    discount_percent: Decimal | None = None
    total: Decimal | None = None
    currency: str = ""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class Document:
    """A document of the deal, as a link to the CRM's record; `signed` where the CRM or the name says so."""

    id: str
    name: str
    kind: DocumentKind
    url: str
    signed: bool = False
    presale: PresaleKind | None = None


@dataclass(frozen=True)
class Note:
    """A note of the CRM as plain text."""

    id: str
    text: str
    at: datetime | None = None
    author: str = ""


@dataclass(frozen=True)
class PresaleTicket:
    """A presale artefact which the CRM tracks."""

    id: str
    kind: PresaleKind
    title: str
    signed_off: bool = False
    deliverable: str = ""


@dataclass(frozen=True)
class Deal:
    """One deal, read whole. `won_epoch` is when the present run of won stages began (UTC); None while it is not won."""

    connection: str
    id: str
    name: str
    client: str
    standing: Standing
    url: str = ""
    client_id: str = ""
    client_domain: str = ""
    pipeline: str = ""
    stage: str = ""
    stage_label: str = ""
    project: str = ""
    amount: Money | None = None
    close_date: date | None = None
    start: date | None = None
    end: date | None = None
    won_epoch: datetime | None = None
    closing: bool = False
    owner: CrmPerson | None = None
    contacts: tuple[Contact, ...] = ()
    line_items: tuple[LineItem, ...] = ()
    documents: tuple[Document, ...] = ()
    notes: tuple[Note, ...] = ()
    presale: tuple[PresaleTicket, ...] = ()
    meddpicc: tuple[tuple[str, str], ...] = ()
    risks: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    industry: str = ""
    region: str = ""
    service_line: str = ""
    repository: str = ""
    merged_from: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """What delivery needs and the CRM does not hold, in words, each once: people, then fields."""
        if self.connection == MANUAL:
            return ()
        roles = {role for contact in self.contacts for role in contact.roles}
        people = (words for role, words in WANTED.items() if role not in roles)
        return tuple(dict.fromkeys((*people, *self.gaps)))

    @property
    def outward(self) -> tuple[Document, ...]:
        """What may hang where the client comes: not the papers of the presale, whose names tell of prices."""
        return tuple(document for document in self.documents if document.kind is not DocumentKind.PRESALE)
