"""HubSpot's line items as ours: what was sold, at which price, with which discount.

Amounts are exact decimals; the currency of a line is its own before the deal's.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.deal import LineItem
from connectors.crm.hubspot.values import day, number, text

LINE_ITEM_PROPERTIES = (
    "name",
    "hs_sku",
    "quantity",
    "price",
    "amount",
    "hs_line_item_currency_code",
    "hs_discount_percentage",
    "discount",
    "hs_total_discount",
    "hs_recurring_billing_start_date",
    "hs_recurring_billing_end_date",
)


def read_line_items(records: list[dict[str, Any]], *, currency: str) -> tuple[LineItem, ...]:
    """The lines in the order of their ids; `currency` is the deal's."""
    items = [_line_item(record, currency) for record in records]
    return tuple(sorted(items, key=lambda item: (len(item.id), item.id)))


def _line_item(record: Mapping[str, Any], currency: str) -> LineItem:
    properties = record.get("properties") or {}
    return LineItem(
        id=text(record, "id"),
        name=text(properties, "name"),
        sku=text(properties, "hs_sku"),
        quantity=number(properties, "quantity"),
        unit_price=number(properties, "price"),
        discount=_discount(properties),
        discount_percent=number(properties, "hs_discount_percentage"),
        total=number(properties, "amount"),
        currency=text(properties, "hs_line_item_currency_code") or currency,
        start=day(properties, "hs_recurring_billing_start_date"),
        end=day(properties, "hs_recurring_billing_end_date"),
    )


def _discount(properties: Mapping[str, Any]) -> Decimal | None:
    """The absolute discount: as typed in, else as HubSpot calculates it; which of both an account fills varies."""
    typed, calculated = number(properties, "discount"), number(properties, "hs_total_discount")
    return typed or calculated or (typed if typed is not None else calculated)
