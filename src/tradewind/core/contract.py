"""The contract tables: which columns a company's data are brought into. Docs, mapping, checks and advice read this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "time", "day", "money", "quantity", "number", "flag"]
TableKind = Literal["fact", "keyed"]

SYSTEM_COLUMNS: Mapping[str, str] = {
    "known_at": "TIMESTAMP",
    "valid_to": "TIMESTAMP",
    "first_seen_at": "TIMESTAMP",
}
"""Columns every stored contract table ends with: a row version is known in `[known_at, valid_to)`, UTC."""

LOCAL_COLUMNS: Mapping[str, str] = {"happened_on": "DATE", "happened_hour": "SMALLINT"}
"""Added where a table has `happened_at`: its calendar day and hour in the workspace's zone."""

SQL_TYPES: Mapping[ColumnType, str] = {
    "text": "VARCHAR",
    "time": "TIMESTAMP",
    "day": "DATE",
    "money": "DECIMAL(18,4)",
    "quantity": "DECIMAL(18,4)",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
}


@dataclass(frozen=True)
class Column:
    """One column of a contract table.

    Args:
        name: column name.
        type: how it is stored; see `SQL_TYPES`.
        doc: what it holds, in plain words.
        required: whether a row without it is rejected.
        may_be_blank: whether it must be mapped although single rows may lack it: guests' orders name no customer.
        revealed_by: the time column whose instant reveals this one; before it, the value is NULL.
        personal: never a feature in clear, never in logs or reports.
        stable: does not change over an entity's life, so today's value may be used for the past.
        replaced: whether a later value takes the place of an earlier one: without a history, that it stands tells that
            none came after it, so it is not used for the past.
        unlocks: what having it makes possible.
    """

    name: str
    type: ColumnType
    doc: str
    required: bool = False
    may_be_blank: bool = False
    revealed_by: str = ""
    personal: bool = False
    stable: bool = False
    replaced: bool = False
    unlocks: str = ""

    @property
    def must_be_mapped(self) -> bool:
        """Whether a mapping without it is refused."""
        return self.required or self.may_be_blank


@dataclass(frozen=True)
class Table:
    """One contract table.

    Args:
        name: table name.
        doc: what a row is.
        kind: `fact` (something that happened) or `keyed` (something that exists and changes).
        key: columns that name a row; empty where rows have no key of their own.
        columns: its columns, key first.
        any_of: at least one of these must be present in each row.
        attributes: whether columns beyond these may be mapped (kept as text or number).
        dated: whether a row of a keyed table begins at its time: one without is known from the load that first saw it,
            and not, as a product or a person is, from ever.
    """

    name: str
    doc: str
    kind: TableKind
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    any_of: tuple[str, ...] = ()
    attributes: bool = False
    dated: bool = False

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def time(self) -> str:
        """The column that says when the row happened or began, or an empty string."""
        for candidate in ("happened_at", "entered_at", "created_at", "started_at", "day"):
            if self.column(candidate) is not None:
                return candidate
        return ""


_ENTITY = (
    Column("customer_id", "text", "who"),
    Column("anonymous_id", "text", "a visitor not yet known by name"),
    Column("lead_id", "text", "which lead"),
    Column("deal_id", "text", "which deal"),
    Column("account_id", "text", "which company"),
)
_ENTITY_NAMES = tuple(column.name for column in _ENTITY)

_TABLES = (
    Table(
        "customers",
        "a person who can buy",
        "keyed",
        ("customer_id",),
        (
            Column("customer_id", "text", "who", required=True),
            Column("created_at", "time", "when the person became known", unlocks="value of new customers"),
            Column(
                "first_order_at",
                "time",
                "the first order ever, when orders before the data exist",
                stable=True,
                unlocks="lifetimes although the history starts mid-life",
            ),
            Column("email", "text", "e-mail address", personal=True, unlocks="contact lists"),
            Column("phone", "text", "telephone number", personal=True, unlocks="contact lists"),
            Column("name", "text", "name", personal=True, unlocks="contact lists"),
            Column("country", "text", "country"),
            Column("postcode", "text", "postcode", personal=True),
            Column("account_id", "text", "the company it belongs to", stable=True, unlocks="companies as their people"),
        ),
        attributes=True,
    ),
    Table(
        "accounts",
        "a company that can buy",
        "keyed",
        ("account_id",),
        (
            Column("account_id", "text", "which company", required=True),
            Column("name", "text", "company name"),
            Column("domain", "text", "internet domain"),
            Column("industry", "text", "industry", stable=True),
            Column("employees", "number", "number of employees"),
            Column("parent_account_id", "text", "the company above it"),
        ),
        attributes=True,
    ),
    Table(
        "orders",
        "one purchase",
        "fact",
        ("order_id",),
        (
            Column("order_id", "text", "which order", required=True),
            Column("customer_id", "text", "who bought; blank in the orders of guests", may_be_blank=True),
            Column("happened_at", "time", "when it was placed", required=True),
            Column("amount", "money", "what was paid after discounts; negative for returns", required=True),
            Column("currency", "text", "ISO currency code; the workspace's where absent"),
            Column("discount", "money", "discount given", unlocks="what discounts do"),
            Column("channel", "text", "where it came from", unlocks="value of new customers per channel"),
            Column("store_id", "text", "which store"),
            Column("status", "text", "present state of the order"),
        ),
    ),
    Table(
        "order_lines",
        "one product within an order",
        "fact",
        ("order_id", "product_id", "line"),
        (
            Column("order_id", "text", "which order", required=True),
            Column("product_id", "text", "which product", required=True),
            Column("line", "text", "which of several lines with one product; numbered when absent"),
            Column("amount", "money", "what was paid for the line; negative for returns", required=True),
            Column("currency", "text", "ISO currency code; the workspace's where absent"),
            Column("quantity", "quantity", "how many; negative for returns"),
            Column("discount", "money", "discount given"),
            Column("happened_at", "time", "when it was placed; needed where orders are absent"),
            Column("customer_id", "text", "who bought, blank for guests; needed where orders are absent"),
            Column("channel", "text", "where it came from"),
            Column("store_id", "text", "which store"),
        ),
    ),
    Table(
        "products",
        "something that can be bought",
        "keyed",
        ("product_id",),
        (
            Column("product_id", "text", "which product", required=True),
            Column("name", "text", "its name", stable=True),
            Column("category", "text", "its category", stable=True, unlocks="what people buy, as features"),
            Column("brand", "text", "its brand", stable=True),
            Column("price", "money", "present price"),
            Column("cost", "money", "present cost", unlocks="profit instead of revenue"),
            Column("text", "text", "description"),
        ),
        attributes=True,
    ),
    Table(
        "events",
        "something a person did",
        "fact",
        (),
        (
            *_ENTITY,
            Column("happened_at", "time", "when", required=True),
            Column("name", "text", "what (page_view, add_to_cart, login …)", required=True),
            Column("session_id", "text", "visit"),
            Column("url", "text", "page"),
            Column("campaign", "text", "campaign"),
            Column("channel", "text", "channel"),
            Column("device", "text", "device"),
            Column("ip", "text", "network address", personal=True),
            Column("value", "money", "amount that goes with it"),
            Column("properties", "text", "anything else, as JSON text"),
        ),
        any_of=_ENTITY_NAMES,
    ),
    Table(
        "touches",
        "something we sent or showed to a person",
        "fact",
        (),
        (
            *_ENTITY,
            Column("happened_at", "time", "when", required=True),
            Column("channel", "text", "mail, ad, call …", required=True),
            Column("campaign_id", "text", "which campaign", unlocks="who responds to campaigns"),
            Column("kind", "text", "sent, seen, open or click"),
            Column("variant", "text", "which variant"),
            Column("cost", "money", "what it cost"),
        ),
        any_of=_ENTITY_NAMES,
    ),
    Table(
        "campaigns",
        "a planned set of touches",
        "keyed",
        ("campaign_id",),
        (
            Column("campaign_id", "text", "which campaign", required=True),
            Column("name", "text", "its name"),
            Column("channel", "text", "its channel"),
            Column("started_at", "time", "first day", stable=True),
            Column("ended_at", "time", "last day", revealed_by="ended_at"),
            Column("budget", "money", "planned spend"),
        ),
        attributes=True,
    ),
    Table(
        "spend",
        "advertising cost of a day",
        "fact",
        ("day", "channel", "campaign_id", "region"),
        (
            Column("day", "day", "calendar day", required=True),
            Column("channel", "text", "channel", required=True),
            Column("cost", "money", "amount spent", required=True),
            Column("campaign_id", "text", "which campaign"),
            Column("region", "text", "region"),
            Column("impressions", "number", "times shown"),
            Column("clicks", "number", "clicks"),
        ),
    ),
    Table(
        "subscriptions",
        "a running contract of a customer",
        "keyed",
        ("customer_id", "started_at", "subscription_id"),
        (
            Column("customer_id", "text", "who", required=True),
            Column("started_at", "time", "when it began", required=True, stable=True),
            Column("subscription_id", "text", "which of several that began at once; not needed where none do"),
            Column("account_id", "text", "the company that pays; else the customer's", stable=True),
            Column("ended_at", "time", "when it ended", revealed_by="ended_at"),
            Column("plan", "text", "plan"),
            Column("monthly_amount", "money", "amount per month"),
            Column("trial_ends_at", "time", "end of the trial, as agreed when it began", stable=True),
            Column("renews_at", "time", "next renewal; it moves on with each"),
            Column(
                "term_months",
                "number",
                "months that the contract binds at a time: 1 where it can be left every month, 12 where once a year",
                stable=True,
                unlocks="when a yearly contract can be left at all",
            ),
            Column("payment_failed_at", "time", "last failed payment", revealed_by="payment_failed_at", replaced=True),
        ),
    ),
    Table(
        "leads",
        "somebody who may become a customer",
        "keyed",
        ("lead_id",),
        (
            Column("lead_id", "text", "which lead", required=True),
            Column("created_at", "time", "when it came in", stable=True, unlocks="questions about leads in time"),
            Column("source", "text", "where it came from", stable=True),
            Column("owner", "text", "who works on it"),
            Column("converted_at", "time", "when it became a customer", revealed_by="converted_at"),
            Column("customer_id", "text", "the customer it became", revealed_by="converted_at"),
            Column("deal_id", "text", "the deal it became", revealed_by="converted_at"),
            Column("account_id", "text", "its company; often filled in when it is converted"),
            Column("status", "text", "present state: new, working, given up …"),
            Column("lost_at", "time", "when it was given up", revealed_by="lost_at"),
            Column("name", "text", "name", personal=True, unlocks="contact lists"),
            Column("email", "text", "e-mail address", personal=True, unlocks="contact lists"),
            Column("phone", "text", "telephone number", personal=True, unlocks="contact lists"),
        ),
        attributes=True,
        dated=True,
    ),
    Table(
        "deals",
        "a sale in progress",
        "keyed",
        ("deal_id",),
        (
            Column("deal_id", "text", "which deal", required=True),
            Column("created_at", "time", "when it was opened", stable=True, unlocks="questions about deals in time"),
            Column("stage", "text", "present stage", required=True),
            Column("amount", "money", "present amount"),
            Column("currency", "text", "ISO currency code; the workspace's where absent"),
            Column("owner", "text", "who works on it"),
            Column("account_id", "text", "its company", stable=True),
            Column("lead_id", "text", "the lead it came from", stable=True),
            Column("product", "text", "what is sold"),
            Column(
                "expected_close_at",
                "time",
                "when it is hoped to close; it moves",
                unlocks="forecasts by the reps' dates",
            ),
            Column("closed_at", "time", "when it was won or lost", revealed_by="closed_at"),
            Column("won", "flag", "whether it was won", revealed_by="closed_at"),
        ),
        attributes=True,
        dated=True,
    ),
    Table(
        "deal_stages",
        "a deal entering a stage",
        "fact",
        ("deal_id", "stage", "entered_at"),
        (
            Column("deal_id", "text", "which deal", required=True),
            Column("stage", "text", "stage", required=True),
            Column("entered_at", "time", "when", required=True),
        ),
    ),
    Table(
        "activities",
        "something a colleague did for a lead, deal, account or customer",
        "fact",
        ("activity_id",),
        (
            Column("activity_id", "text", "which activity", required=True),
            Column("happened_at", "time", "when", required=True),
            Column("kind", "text", "call, mail, meeting or demo", required=True),
            Column("lead_id", "text", "which lead"),
            Column("deal_id", "text", "which deal"),
            Column("account_id", "text", "which company"),
            Column("customer_id", "text", "which customer"),
            Column("owner", "text", "who did it"),
            Column("outcome", "text", "how it went"),
            Column("direction", "text", "inbound where they came to us, outbound where we went to them"),
        ),
        any_of=("lead_id", "deal_id", "account_id", "customer_id"),
    ),
    Table(
        "texts",
        "something a person wrote or said",
        "fact",
        ("text_id",),
        (
            Column("text_id", "text", "which text", required=True),
            Column("happened_at", "time", "when", required=True),
            Column("text", "text", "the words", required=True, personal=True),
            Column("customer_id", "text", "who"),
            Column("lead_id", "text", "which lead"),
            Column("deal_id", "text", "which deal"),
            Column("account_id", "text", "which company"),
            Column("kind", "text", "review, ticket, survey, call or chat"),
            Column("rating", "number", "stars or score"),
            Column("speaker", "text", "who spoke"),
        ),
    ),
    Table(
        "consents",
        "a permission given or withdrawn",
        "fact",
        (),
        (
            Column("customer_id", "text", "who", unlocks="lists of those alone who may be contacted"),
            Column("lead_id", "text", "which lead, where a lead said it"),
            Column("purpose", "text", "what for (email, ads, profiling …)", required=True),
            Column("granted", "flag", "given or withdrawn", required=True),
            Column("happened_at", "time", "when", required=True),
            Column("source", "text", "where it was recorded"),
        ),
        any_of=("customer_id", "lead_id"),
    ),
    Table(
        "outcomes",
        "an answer that came in from elsewhere",
        "fact",
        (),
        (
            Column("entity_type", "text", "customer, lead, deal or account", required=True),
            Column("entity_id", "text", "which one", required=True),
            Column("name", "text", "what happened", required=True),
            Column("happened_at", "time", "when", required=True),
            Column("value", "money", "amount that goes with it"),
        ),
    ),
    Table(
        "rates",
        "an exchange rate of a day",
        "fact",
        ("day", "from_currency", "to_currency"),
        (
            Column("day", "day", "calendar day", required=True),
            Column("from_currency", "text", "ISO currency code", required=True),
            Column("to_currency", "text", "ISO currency code", required=True),
            Column("rate", "number", "units of `to_currency` for one of `from_currency`", required=True),
        ),
    ),
)

CONTRACT: Mapping[str, Table] = {table.name: table for table in _TABLES}
"""Every contract table by name."""

BASE_AMOUNTS: Mapping[str, str] = {"orders": "amount", "order_lines": "amount", "deals": "amount"}
"""Tables that also store `amount_base`: the amount in the workspace's currency, NULL where no rate is known."""
