"""What a question can speak of: four entities, the things that happen to them, and the words for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tradewind.core.contract import CONTRACT


@dataclass(frozen=True)
class State:
    """What a thing can be said to have done or to be.

    Args:
        time: the column that says when; empty for what is the case at the cutoff.
        rows: further conditions on its rows, in SQL over the thing's table.
        words: how people say it; the first is how we do.
        before: whether our word for it stands before the thing ("running subscription").
    """

    time: str
    rows: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    before: bool = False

    @property
    def is_now(self) -> bool:
        """Whether it is the case at the cutoff, rather than having happened at a time."""
        return not self.time


@dataclass(frozen=True)
class Thing:
    """Something that happens to an entity, or belongs to it.

    Args:
        table: contract table of its rows.
        words: singular and plural, and other words for them in pairs.
        states: by name; the empty name is what is meant when nothing is said.
        amount: column of its amounts in the workspace's currency; empty where it has none.
        named: column that `named '…'`, or a text right behind the thing, speaks of; empty where none does.
        kind: the one kind of the table's rows that are meant; empty where all are.
    """

    table: str
    words: tuple[str, ...]
    states: Mapping[str, State]
    amount: str = ""
    named: str = ""
    kind: str = ""

    @property
    def one(self) -> str:
        """The thing in the singular."""
        return self.words[0]

    @property
    def many(self) -> str:
        """The thing in the plural."""
        return self.words[1]


def _happened(table: str, *words: str, kind: str = "", named: str = "", rows: tuple[str, ...] = ()) -> Thing:
    only = (f"{table}.kind = '{kind}'",) if kind else rows
    return Thing(table, words, {"": State("happened_at", only)}, named=named, kind=kind)


_RUNNING = ("subscriptions.started_at < :cutoff", "subscriptions.ended_at IS NULL")

THINGS: Mapping[str, Thing] = {
    "order": Thing(
        "orders", ("order", "orders", "purchase", "purchases"),
        {"": State("happened_at", ("orders.amount >= 0",))}, amount="amount_base",
    ),
    "return": Thing(
        "orders", ("return", "returns"), {"": State("happened_at", ("orders.amount < 0",))}, amount="amount_base"
    ),
    "event": Thing(
        "events", ("event", "events"), {"": State("happened_at")}, amount="value", named="name"
    ),
    "touch": _happened("touches", "touch", "touches", named="kind"),
    "text": _happened("texts", "text", "texts", named="kind"),
    "ticket": _happened("texts", "ticket", "tickets", kind="ticket"),
    "review": _happened("texts", "review", "reviews", kind="review"),
    "survey": _happened("texts", "survey", "surveys", kind="survey"),
    "chat": _happened("texts", "chat", "chats", kind="chat"),
    "activity": _happened("activities", "activity", "activities", named="kind"),
    "call": _happened("activities", "call", "calls", kind="call"),
    "meeting": _happened("activities", "meeting", "meetings", kind="meeting"),
    "demo": _happened("activities", "demo", "demos", kind="demo"),
    "subscription": Thing(
        "subscriptions", ("subscription", "subscriptions"),
        {
            "": State("started_at"),
            "started": State("started_at", (), ("started", "starts", "start", "begins", "begun", "began")),
            "ended": State("ended_at", (), ("ended", "ends", "end", "cancelled", "canceled")),
            "running": State("", _RUNNING, ("running", "active"), before=True),
            "in trial": State("", (*_RUNNING, "subscriptions.trial_ends_at >= :cutoff"), ("in trial",)),
        },
        amount="monthly_amount",
    ),
    "failed payment": Thing(
        "subscriptions", ("failed payment", "failed payments"), {"": State("payment_failed_at")}
    ),
    "deal": Thing(
        "deals", ("deal", "deals", "opportunity", "opportunities"),
        {
            "": State("created_at"),
            "opened": State("created_at", (), ("opened", "opens", "created")),
            "won": State("closed_at", ("deals.won",), ("won",)),
            "lost": State("closed_at", ("NOT deals.won",), ("lost",)),
            "closed": State("closed_at", (), ("closed", "closes")),
            "open": State("", ("deals.created_at < :cutoff", "deals.closed_at IS NULL"), ("open",), before=True),
        },
        amount="amount_base",
    ),
    "lead": Thing(
        "leads", ("lead", "leads"),
        {
            "": State("created_at"),
            "created": State("created_at", (), ("created", "arrived", "arrives")),
            "converted": State("converted_at", (), ("converted", "converts", "convert")),
            "open": State("", ("leads.created_at < :cutoff", "leads.converted_at IS NULL"), ("open",), before=True),
        },
    ),
    "customer": Thing(
        "customers", ("customer", "customers"),
        {"": State("created_at"), "created": State("created_at", (), ("created", "added"))},
    ),
}  # fmt: skip
"""Every thing by name. Of an order with a return, only the order is one: a negative amount is no purchase."""


@dataclass(frozen=True)
class Entity:
    """Whom a question can be about.

    Args:
        key: key column.
        table: contract table with one row for each.
        words: singular, plural, and other words for them in pairs.
        own: the thing whose states are the entity's own ("a lead converts"); empty where it has none.
        final: the own states after which it is no longer asked about, where the outcome is one of them.
    """

    key: str
    table: str
    words: tuple[str, ...]
    own: str = ""
    final: frozenset[str] = field(default_factory=frozenset)

    @property
    def many(self) -> str:
        """The entity in the plural."""
        return self.words[1]


ENTITIES: Mapping[str, Entity] = {
    "customer": Entity(
        "customer_id", "customers", ("customer", "customers", "person", "people", "buyer", "buyers"), "customer"
    ),
    "account": Entity("account_id", "accounts", ("company", "companies", "account", "accounts")),
    "lead": Entity("lead_id", "leads", ("lead", "leads"), "lead", frozenset({"converted"})),
    "deal": Entity(
        "deal_id", "deals", ("deal", "deals", "opportunity", "opportunities"), "deal",
        frozenset({"won", "lost", "closed"}),
    ),
}  # fmt: skip

THING_WORDS: Mapping[str, str] = {word: name for name, thing in THINGS.items() for word in thing.words}
ENTITY_WORDS: Mapping[str, str] = {word: name for name, entity in ENTITIES.items() for word in entity.words}


def is_tied(thing: str, entity: str) -> bool:
    """Whether the thing's rows can say whom of these entities they are about; of a company, through its people too."""
    table = CONTRACT[THINGS[thing].table]
    keys = [ENTITIES[entity].key, *(["customer_id"] if entity == "account" and thing != "customer" else [])]
    return any(table.column(key) is not None for key in keys)


def tied_things(entity: str) -> tuple[str, ...]:
    """Return the things that can be said of an entity, in the plural."""
    return tuple(thing.many for name, thing in THINGS.items() if is_tied(name, entity) and name != entity)
