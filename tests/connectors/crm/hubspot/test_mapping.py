"""One HubSpot deal as ours: everything of it, the odd values, and what is missing by name."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.deal import ContactRole, CrmPerson, DocumentKind, Money, PresaleKind, Standing
from connectors.crm.hubspot.documents import document_kind, presale_kind
from connectors.crm.hubspot.mapping import to_deal
from connectors.crm.hubspot.names import project_name, split_name
from connectors.crm.hubspot.values import day, lines, plain_text, readable, web_address
from tests.connectors.crm.hubspot.files import CONFIG, snapshot

WHOLE = to_deal(snapshot("deal__whole"), CONFIG, asked_id="9001")
EMPTY = to_deal(snapshot("deal__nearly_empty"), CONFIG, asked_id="9006")
ODD = to_deal(snapshot("deal__odd_text"), CONFIG, asked_id="9008")


@pytest.mark.req("R11", "R97")
def test_name_value_stage_and_close_date() -> None:
    assert (WHOLE.name, WHOLE.client, WHOLE.project) == (
        "ABC Fintech – Cloud Migration",
        "ABC Fintech",
        "Cloud Migration",
    )
    assert WHOLE.amount == Money(Decimal("84000.10"), "EUR")
    assert (WHOLE.stage, WHOLE.stage_label, WHOLE.standing) == ("1190044", "Closed → Migrated", Standing.WON)
    assert (WHOLE.client_id, WHOLE.client_domain) == ("500001", "abcfintech.example")


def test_the_close_date_is_a_day_of_the_portals_zone() -> None:
    """Half past eleven at night UTC is the next day in Berlin."""
    assert WHOLE.close_date == date(2026, 11, 19)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Lima"])
@pytest.mark.parametrize(
    "never",
    [
        "9999-12-31",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-05:00",
        "253402300799000",
        "0001-01-01",
        "0001-01-01T00:00:00+05:00",
        "1900-01-01",
    ],
)
def test_a_date_at_the_end_of_all_time_is_none(never: str, zone: str) -> None:
    """Who knows no date writes the last one that there is, or a sheet wrote its first."""
    assert day({"closedate": never}, "closedate", zone=ZoneInfo(zone)) is None


def test_a_pure_date_is_no_matter_of_zones() -> None:
    assert (WHOLE.start, WHOLE.end) == (date(2026, 12, 7), date(2027, 4, 6))


def test_the_present_run_of_won_stages_began_with_its_first_one() -> None:
    """Won → another won stage begins no new run, and an earlier win that was reopened is another run."""
    assert WHOLE.won_epoch == datetime(2026, 11, 18, 11, 46, 40, 120000, tzinfo=UTC)


@pytest.mark.req("R12")
def test_contacts_have_typed_roles_and_keep_the_vendors_word() -> None:
    people = {contact.name: (contact.roles, contact.role_raw) for contact in WHOLE.contacts}
    assert people == {
        "Maria Klein": ((ContactRole.ECONOMIC_BUYER,), "Economic buyer"),
        "Jonas Weber": ((ContactRole.CHAMPION, ContactRole.PRIMARY), "Internal Champion, Project lead"),
        "Petra Voss": ((ContactRole.OTHER,), "LEGAL_AND_COMPLIANCE"),
    }
    assert [contact.phone for contact in WHOLE.contacts] == ["+49 69 2", "", "+49 69 1"]


def test_the_settings_may_name_a_role_in_the_accounts_own_words() -> None:
    config = replace(CONFIG, contact_roles={"legal and compliance": ContactRole.SECONDARY})
    petra = to_deal(snapshot("deal__whole"), config, asked_id="9001").contacts[-1]
    assert petra.roles == (ContactRole.SECONDARY,)


def test_the_only_contact_is_the_primary_one() -> None:
    whole = snapshot("deal__whole")
    only = to_deal(replace(whole, contacts=whole.contacts[:1]), CONFIG, asked_id="9001").contacts
    assert [contact.roles for contact in only] == [(ContactRole.PRIMARY,)]


@pytest.mark.req("R13", "R15")
def test_documents_are_told_apart_and_each_has_its_own_address() -> None:
    found = {document.name: (document.kind, document.signed) for document in WHOLE.documents}
    assert found == {
        "Signed proposal": (DocumentKind.PROPOSAL, True),
        "ABC signed proposal.pdf": (DocumentKind.PROPOSAL, True),
        "ABC MSA contract.pdf": (DocumentKind.CONTRACT, False),
        "Scope confirmation ABC.pdf": (DocumentKind.SCOPE, False),
        "Presale discovery notes.pdf": (DocumentKind.PRESALE, False),
        "Quote 2026-7 (accepted)": (DocumentKind.PROPOSAL, True),
    }
    assert len({document.url for document in WHOLE.documents}) == len(WHOLE.documents)


def test_an_address_that_is_none_of_the_web_is_no_document() -> None:
    assert not any("javascript" in document.url for document in WHOLE.documents)


@pytest.mark.req("R14")
def test_meddpicc_notes_come_from_properties_and_people_from_their_roles() -> None:
    assert dict(WHOLE.meddpicc) == {
        "metrics": "5 days to 2",
        "economic_buyer": "Maria Klein",
        "champion": "Jonas Weber",
    }


@pytest.mark.req("R16")
def test_risks_and_dependencies_are_lists() -> None:
    assert WHOLE.risks == ("Data centre lease ends", "Key person on leave")
    assert WHOLE.dependencies == ("VPN",)


@pytest.mark.req("R20")
def test_the_three_tags() -> None:
    assert (WHOLE.industry, WHOLE.region, WHOLE.service_line) == ("Financial services", "DACH", "Cloud")


@pytest.mark.req("R124", "R128")
def test_line_items_with_both_kinds_of_discount_in_their_own_currency() -> None:
    migration, run = WHOLE.line_items
    assert (migration.unit_price, migration.discount, migration.total) == (
        Decimal("60000.10"),
        Decimal("500.05"),
        Decimal("59500.05"),
    )
    assert (migration.currency, run.currency) == ("EUR", "USD")
    assert (run.quantity, run.discount_percent, run.discount) == (Decimal(12), Decimal(20), Decimal(3000))
    assert (run.start, run.end) == (date(2027, 1, 1), date(2027, 12, 31))


def test_dates_fall_back_on_what_is_billed() -> None:
    whole = snapshot("deal__whole")
    config = replace(CONFIG, fields={})
    deal = to_deal(whole, config, asked_id="9001")
    assert (deal.start, deal.end) == (date(2027, 1, 1), date(2027, 12, 31))


def test_notes_are_plain_text_and_our_own_note_is_none_of_them() -> None:
    (note,) = WHOLE.notes
    assert note.text == "We promised a dry run.\nfirst\nsecond"
    assert (note.author, note.at) == ("Ana Ruiz", datetime(2026, 11, 1, 10, tzinfo=UTC))


def test_presale_tickets_are_done_by_their_stage_and_others_are_left_out() -> None:
    found = [(ticket.kind, ticket.signed_off, ticket.deliverable) for ticket in WHOLE.presale]
    assert found == [
        (PresaleKind.DISCOVERY, True, "Presale discovery notes.pdf"),
        (PresaleKind.PRICING, False, ""),
    ]


def test_a_merged_deal_keeps_its_old_ids() -> None:
    merged = to_deal(snapshot("deal__whole"), CONFIG, asked_id="8003")
    assert merged.id == "9001"
    assert merged.merged_from == ("8001", "8002", "8003")


def test_a_whole_deal_has_no_gap() -> None:
    assert WHOLE.gaps == ()


@pytest.mark.req("R12")
def test_what_is_missing_is_none_and_named_never_invented() -> None:
    assert (EMPTY.amount, EMPTY.close_date, EMPTY.owner, EMPTY.contacts) == (None, None, None, ())
    assert {"amount", "close date", "owner", "champion", "economic buyer", "signed proposal"} <= set(EMPTY.gaps)
    assert (EMPTY.client, EMPTY.project) == ("Fern", "Support")
    assert "client company" in EMPTY.gaps
    assert EMPTY.url.endswith("/contacts/24680135/record/0-3/9006")


def test_a_deactivated_owner_is_named_and_a_gap() -> None:
    whole = snapshot("deal__whole")
    deal = to_deal(replace(whole, owner={**whole.owner, "archived": True}), CONFIG, asked_id="9001")
    assert deal.owner == CrmPerson("Ana Ruiz", "ana@acme.example")
    assert deal.gaps == ("active owner",)


def test_odd_text_is_cleaned_and_odd_values_are_none() -> None:
    assert ODD.name == "<!channel> *Söhne* 🚀 – بوابة ?"
    assert (ODD.amount, ODD.close_date) == (None, None)
    ODD.name.encode()


def test_of_a_stage_which_no_pipeline_has_hubspots_own_reckoning_decides() -> None:
    assert ODD.standing is Standing.WON
    assert ODD.won_epoch is None


def test_an_archived_deal_is_deleted_whatever_its_stage() -> None:
    whole = snapshot("deal__whole")
    deal = to_deal(replace(whole, deal={**whole.deal, "archived": True}), CONFIG, asked_id="9001")
    assert (deal.standing, deal.won_epoch) == (Standing.DELETED, None)


def test_the_closing_stage_is_a_setting() -> None:
    config = replace(CONFIG, closing_stages=("contractsent",))
    assert to_deal(snapshot("deal__nearly_empty"), config, asked_id="9006").closing
    assert not EMPTY.closing


@pytest.mark.parametrize(
    ("name", "client", "project"),
    [
        ("ABC Fintech – Cloud Migration", "ABC Fintech", "Cloud Migration"),
        ("abc fintech: Cloud", "ABC Fintech", "Cloud"),
        ("Cloud Migration", "ABC Fintech", "Cloud Migration"),
        ("ABC Fintechnology", "ABC Fintech", "ABC Fintechnology"),
        ("ABC Fintech", "ABC Fintech", "ABC Fintech"),
        ("ABC Fintech – ", "ABC Fintech", "ABC Fintech – "),
        ("", "ABC Fintech", ""),
    ],
)
def test_the_project_is_the_name_without_the_client(name: str, client: str, project: str) -> None:
    assert project_name(name, client) == project


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("Ovo – Portal", ("Ovo", "Portal")),
        ("Ovo: Portal: two", ("Ovo", "Portal: two")),
        ("Jean-Luc 2026–2027 renewal", ("", "Jean-Luc 2026–2027 renewal")),
        ("– Portal", ("", "– Portal")),
    ],
)
def test_a_name_is_split_only_at_a_real_separator(name: str, split: tuple[str, str]) -> None:
    assert split_name(name) == split


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Master Services Agreement.docx", DocumentKind.CONTRACT),
        ("SOW_v2.pdf", DocumentKind.CONTRACT),
        ("Order form 12.pdf", DocumentKind.CONTRACT),
        ("Offer 2026.pdf", DocumentKind.PROPOSAL),
        ("Scoping.xlsx", DocumentKind.SCOPE),
        ("Statement of Work confirmation.pdf", DocumentKind.SCOPE),
        ("Pre-sale pricing rationale.pdf", DocumentKind.PRESALE),
        ("Telescope brochure.pdf", DocumentKind.OTHER),
        ("logo.png", DocumentKind.OTHER),
    ],
)
def test_kinds_of_documents(name: str, kind: DocumentKind) -> None:
    assert document_kind(name) is kind


def test_kinds_of_presale_work() -> None:
    names = ("Requirements list", "Solution design", "Offer build", "Discount approval", "Kick-off")
    assert [presale_kind(name) for name in names] == [*PresaleKind, None]


def test_small_readers() -> None:
    assert lines("• a\n\n2) b\r\n - c") == ("a", "b", "c")
    assert plain_text("a<br>b&amp;c<style>p{}</style><div>d</div>") == "a\nb&c\nd"
    assert [readable(word) for word in ("INFORMATION_TECHNOLOGY", "DACH", "Cloud", "RETAIL")] == [
        "Information technology",
        "DACH",
        "Cloud",
        "Retail",
    ]
    assert [
        web_address(url) for url in ("https://a.example/x", "ftp://a", "https://", "http://[", "https://a/<b>")
    ] == [
        "https://a.example/x",
        "",
        "",
        "",
        "",
    ]
