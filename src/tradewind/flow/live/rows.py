"""One call of a web SDK (track, identify, page, screen, group, alias) as rows of contract tables, or why it is none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tradewind.core.errors import ContractError
from tradewind.flow.live.times import unusable, when_it_happened
from tradewind.flow.live.values import CONTROL, address_of, device_of, mapping, money, snake, text_of

Row = dict[str, Any]
Rows = list[tuple[str, Row]]

KINDS = ("track", "identify", "page", "screen", "group", "alias")
LONGEST_ID = 255
DEEPEST = 8
MOST_TRAITS = 100
MOST_LINES = 500

_IDS = {
    "customer_id": ("userId", "user_id", "customer_id"),
    "anonymous_id": ("anonymousId", "anonymous_id"),
    "account_id": ("groupId", "group_id", "account_id"),
    "lead_id": ("leadId", "lead_id"),
    "deal_id": ("dealId", "deal_id"),
}
_NOBODY = frozenset({"", "null", "undefined", "none", "nan", "nil", "[object object]", "false", "true", "-1"})
"""What scripts send as an id where they know none."""

_PERSONAL = frozenset(
    {"email", "e_mail", "phone", "phone_number", "mobile", "first_name", "last_name", "full_name", "address", "street",
     "shipping_address", "billing_address", "birthday", "date_of_birth", "password", "card_number", "iban", "ip"}
)  # fmt: skip
"""Properties that are not kept with an event: they belong to the customer, where they are marked personal."""

_NOT_TRAITS = _PERSONAL | {
    "id", "user_id", "customer_id", "anonymous_id", "name", "avatar", "description", "username", "website", "country",
    "created_at", "postcode", "postal_code", "zip", "company", "account_id", "known_at", "valid_to", "first_seen_at",
    "first_order_at", "happened_at",
}  # fmt: skip
_ORDERS = frozenset(
    {"order_completed", "completed_order", "order_placed", "placed_order", "purchase", "checkout_completed"}
)
_PACK = json.JSONEncoder(sort_keys=True).encode
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class Message:
    """One event that can be taken.

    Args:
        kind: see `KINDS`.
        message_id: as sent; empty where none was.
        happened_at: naive UTC.
        ids: entity columns that it names.
        rows: (contract table, row) of each row it makes, `happened_at` and `known_at` left out; amounts as text.
    """

    kind: str
    message_id: str
    happened_at: datetime
    ids: Mapping[str, str]
    rows: Rows = field(default_factory=list)


def read_message(sent: object, kind: str, received_at: datetime, sent_at: object = None) -> Message:
    """Read one call.

    Args:
        sent: what the SDK sent, out of JSON.
        kind: what the path says it is; empty where the message says so itself.
        received_at: naive UTC.
        sent_at: of the batch, where the message has none of its own.
    Raises:
        ContractError: it is no event, with the reason.
    """
    if not isinstance(sent, dict):
        raise unusable("an event is an object of names and values")
    if _deep(sent, DEEPEST):
        raise unusable(f"it is nested deeper than {DEEPEST} levels")
    kind = kind or text_of(sent.get("type")).lower() or ("track" if _event_name(sent) else "")
    if kind not in KINDS:
        raise unusable(f"its type is none of: {', '.join(KINDS)}")
    happened_at = when_it_happened(sent, received_at, sent_at)
    ids = _ids(sent, kind)
    rows: Rows = [("events", _event(sent, kind, ids))]
    if kind == "identify" and "customer_id" in ids:
        rows += _described("customers", "customer_id", ids, _person(mapping(sent, "traits")))
    if kind == "group" and "account_id" in ids:
        rows += _described("accounts", "account_id", ids, _company(mapping(sent, "traits")))
        if "customer_id" in ids:
            rows += _described("customers", "customer_id", ids, {"account_id": ids["account_id"]})
    if kind == "track" and rows[0][1]["name"] in _ORDERS:
        rows += _order(sent, ids, rows[0][1])
    message_id = text_of(sent.get("messageId") or sent.get("message_id"))
    return Message(kind, message_id, happened_at, ids, rows)


def _ids(sent: Mapping[str, Any], kind: str) -> dict[str, str]:
    ids = {column: found for column, names in _IDS.items() if (found := _id(sent, names))}
    if kind == "alias":
        before = _id(sent, ("previousId", "previous_id"))
        if not before or "customer_id" not in ids:
            raise unusable("an alias names previousId and userId")
        ids["anonymous_id"] = before
    if kind == "group" and "account_id" not in ids:
        raise unusable("a group call names groupId")
    if not ids:
        raise unusable("it says of nobody who it was: userId or anonymousId is missing")
    return ids


def _id(sent: Mapping[str, Any], names: tuple[str, ...]) -> str:
    value = next((sent[name] for name in names if sent.get(name) is not None), None)
    if value is None or isinstance(value, bool):
        return ""
    if not isinstance(value, str | int | float):
        raise unusable(f"{names[0]} is neither text nor a number")
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    text = text.strip()
    if text.lower() in _NOBODY:
        return ""
    if len(text) > LONGEST_ID:
        raise unusable(f"{names[0]} is longer than {LONGEST_ID} characters")
    if not text.isprintable() and CONTROL.search(text):
        raise unusable(f"{names[0]} holds characters that cannot be shown")
    return text


def _event_name(sent: Mapping[str, Any]) -> str:
    return text_of(sent.get("event") or sent.get("name"))


def _event(sent: Mapping[str, Any], kind: str, ids: Mapping[str, str]) -> Row:
    """The row of `events`: what was done, where, and what goes with it; no personal data."""
    context, properties = mapping(sent, "context"), mapping(sent, "properties")
    page, campaign, device = (mapping(context, name) for name in ("page", "campaign", "device"))
    name = snake(_event_name(sent))[:LONGEST_ID] if kind == "track" else ""
    if kind == "track" and not name:
        name = CONTROL.sub("", _event_name(sent)).strip()[:LONGEST_ID]  # a name in another script
    if kind == "track" and not name:
        raise unusable("a track call names its event")
    kept = {each: value for each, value in properties.items() if snake(str(each)) not in _PERSONAL}
    if kind in ("page", "screen") and sent.get("name"):
        kept.setdefault("title", text_of(sent["name"]))
    if campaign.get("source"):
        kept.setdefault("utm_source", text_of(campaign["source"]))
    row = {
        **ids,
        "name": {"page": "page_view", "screen": "screen_view"}.get(kind, name or kind),
        "session_id": text_of(context.get("sessionId") or context.get("session_id") or properties.get("session_id")),
        "url": address_of(page.get("url") or properties.get("url") or page.get("path")),
        "campaign": text_of(campaign.get("name") or properties.get("utm_campaign")),
        "channel": text_of(campaign.get("medium") or properties.get("utm_medium") or properties.get("channel")),
        "device": text_of(device.get("type")) or device_of(text_of(context.get("userAgent"))),
        "ip": text_of(context.get("ip")),
        "value": money(properties.get("revenue"), properties.get("total"), properties.get("value")),
        "properties": _as_json(kept),
    }
    return {column: value for column, value in row.items() if value not in (None, "")}


def _described(table: str, key: str, ids: Mapping[str, str], row: Row) -> Rows:
    return [(table, {key: ids[key], **row})]


def _person(traits: Mapping[str, Any]) -> Row:
    """What an identify call says of a customer: the contract's columns, and other plain values as attributes."""
    address, company = mapping(traits, "address"), mapping(traits, "company")
    said = {snake(str(name)): value for name, value in traits.items()}
    name = text_of(said.get("name") or said.get("full_name"))
    row = {
        "email": text_of(said.get("email")), "phone": text_of(said.get("phone") or said.get("phone_number")),
        "name": name or f"{text_of(said.get('first_name'))} {text_of(said.get('last_name'))}".strip(),
        "country": text_of(said.get("country") or address.get("country")),
        "postcode": text_of(
            said.get("postcode") or said.get("postal_code") or address.get("postalCode") or address.get("zip")
        ),
        "account_id": text_of(company.get("id") or said.get("account_id")),
    }  # fmt: skip
    return {**{column: value for column, value in row.items() if value}, **_attributes(said)}


def _company(traits: Mapping[str, Any]) -> Row:
    said = {snake(str(name)): value for name, value in traits.items()}
    employees = said.get("employees")
    row = {
        "name": text_of(said.get("name")), "domain": text_of(said.get("domain") or said.get("website")),
        "industry": text_of(said.get("industry")),
        "employees": float(employees) if isinstance(employees, int | float) and not isinstance(employees, bool) else "",
    }  # fmt: skip
    others = {name: value for name, value in _attributes(said).items() if name not in row}
    return {**{column: value for column, value in row.items() if value != ""}, **others}


def _attributes(said: Mapping[str, Any]) -> Row:
    """Traits that are plain values, under names that columns can have; lists and objects are none."""
    kept: Row = {}
    for name, value in said.items():
        if name in _NOT_TRAITS or not _NAME.fullmatch(name) or name.endswith("_id") or len(kept) >= MOST_TRAITS:
            continue
        if isinstance(value, bool):
            kept[name] = "true" if value else "false"
        elif isinstance(value, int | float):
            kept[name] = float(value)
        elif isinstance(value, str) and text_of(value):
            kept[name] = text_of(value)
    return kept


def _order(sent: Mapping[str, Any], ids: Mapping[str, str], event: Row) -> Rows:
    """The order that a commerce event tells of, and its lines; none where it names no order or no amount."""
    properties = mapping(sent, "properties")
    names = ("order_id", "orderId", "order_number", "transaction_id")
    try:
        order_id = _id(properties, names)
    except ContractError:
        return []
    lines = _lines(properties.get("products"), order_id)
    added = sum((Decimal(line["amount"]) for line in lines), Decimal(0))
    amount = money(properties.get("total"), properties.get("revenue"), properties.get("value"))
    amount = amount if amount is not None else str(added) if lines else None
    if not order_id or amount is None:
        return []
    currency = text_of(properties.get("currency")).upper()
    shared = {
        "order_id": order_id, "customer_id": ids.get("customer_id"), "channel": event.get("channel"),
        "currency": currency if re.fullmatch(r"[A-Z]{3}", currency) else None,
    }  # fmt: skip
    order = {**shared, "amount": amount, "discount": money(properties.get("discount"))}
    return [(name, {k: v for k, v in row.items() if v is not None})
            for name, row in [("orders", order), *(("order_lines", {**shared, **line}) for line in lines)]]  # fmt: skip


def _lines(products: object, order_id: str) -> list[Row]:
    lines: list[Row] = []
    for place, product in enumerate(products[:MOST_LINES] if isinstance(products, list) else ()):
        if not isinstance(product, dict) or not order_id:
            continue
        name = next((product[each] for each in ("product_id", "productId", "sku", "id") if product.get(each)), None)
        price, quantity = money(product.get("price")), money(product.get("quantity")) or "1"
        if not text_of(name) or price is None:
            continue
        amount = money(str(Decimal(price) * Decimal(quantity)))
        if amount is not None:
            lines.append({"product_id": text_of(name), "line": str(place + 1), "amount": amount, "quantity": quantity})
    return lines


def _as_json(properties: Mapping[str, Any]) -> str:
    return _PACK(properties) if properties else ""


def _deep(value: object, left: int) -> bool:
    """Whether anything lies deeper than that many levels."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return bool(inner) and (left == 0 or any(_deep(each, left - 1) for each in inner if isinstance(each, dict | list)))
