"""Random small businesses that sell to companies: people, leads, deals, stages and whatever is about any of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
from random_shops import LOCAL, MONEY, TEXT, TIME, Shop
from slow_features import Row

WHOM = {"customer_id": TEXT, "lead_id": TEXT, "deal_id": TEXT, "account_id": TEXT}
SCHEMAS: Mapping[str, dict[str, pa.DataType]] = {
    "accounts": {"account_id": TEXT, "name": TEXT, "industry": TEXT, "employees": pa.float64()},
    "customers": {"customer_id": TEXT, "created_at": TIME, "account_id": TEXT},
    "leads": {"lead_id": TEXT, "created_at": TIME, "source": TEXT, "owner": TEXT, "converted_at": TIME}
    | {"customer_id": TEXT, "account_id": TEXT, "lost_at": TIME},
    "deals": {"deal_id": TEXT, "created_at": TIME, "stage": TEXT, "amount": MONEY, "account_id": TEXT, "lead_id": TEXT}
    | {"expected_close_at": TIME, "closed_at": TIME, "won": pa.bool_(), "amount_base": MONEY},
    "deal_stages": {"deal_id": TEXT, "stage": TEXT, "entered_at": TIME},
    "activities": {"activity_id": TEXT, "happened_at": TIME, "kind": TEXT, **WHOM, "owner": TEXT, "outcome": TEXT}
    | {"direction": TEXT, **LOCAL},
    "events": {**WHOM, "happened_at": TIME, "name": TEXT, "session_id": TEXT, "value": MONEY, **LOCAL},
    "touches": {**WHOM, "happened_at": TIME, "channel": TEXT, "campaign_id": TEXT, "kind": TEXT, **LOCAL},
    "texts": {"text_id": TEXT, "happened_at": TIME, "text": TEXT, **WHOM, "rating": pa.float64(), **LOCAL},
    "orders": {"order_id": TEXT, "customer_id": TEXT, "happened_at": TIME, "amount": MONEY, **LOCAL}
    | {"discount": MONEY, "store_id": TEXT, "amount_base": MONEY},
    "subscriptions": {"customer_id": TEXT, "started_at": TIME, "subscription_id": TEXT, "account_id": TEXT}
    | {"ended_at": TIME, "plan": TEXT, "monthly_amount": MONEY, "trial_ends_at": TIME, "renews_at": TIME}
    | {"payment_failed_at": TIME},
}
STAGES = ("new", "offer", "talks", "signed")
AS_OF_TODAY = {"leads": ("owner",)}


class Business(Shop):
    """One random business, as rows and as Arrow tables."""

    schemas = SCHEMAS
    changing = ("amount", "industry", "employees", "account_id", "stage", "monthly_amount", "plan", "expected_close_at")

    def fill(self) -> None:
        count = len(self.ids)
        self.people = self.ids
        self.accounts, self.leads, self.deals = ([f"{kind}{n}" for n in range(count)] for kind in "ald")
        for one in self.accounts:
            row = {"account_id": one, "name": f"{one} Ltd", "industry": self.value("industry")}
            self.add("accounts", row | {"employees": self.value("employees")}, self.versions())
        for one in self.people:
            row = {"customer_id": one, "created_at": self.pick(None, self.instant(), self.instant())}
            self.add("customers", row | {"account_id": self.pick(*self.accounts, None)}, self.versions())
        for one in self.leads:
            row = {"lead_id": one, "created_at": self.instant(), "source": self.pick("web", "fair", None)}
            row |= {"owner": self.pick("ann", "ben"), "converted_at": self.pick(None, self.instant())}
            row |= {"customer_id": self.pick(*self.people), "account_id": self.pick(*self.accounts, None)}
            self.add("leads", row | {"lost_at": self.pick(None, self.instant())}, self.versions())
        for one in self.deals:
            self._deal(one)
        for number in range(self.size):
            self._contacts_of(number)

    def value(self, name: str) -> object:
        if name == "account_id":
            return self.pick(*self.accounts, None)
        if name == "expected_close_at":
            return self.instant()
        values = {"industry": ("toys", "tools"), "stage": STAGES, "plan": ("big", "small", "free")}
        return float(self.rng.integers(500)) if name == "employees" else self.pick(*values[name])

    def _deal(self, one: str) -> None:
        amount = self.money()
        row = {"deal_id": one, "created_at": self.instant(), "stage": self.pick(*STAGES), "amount": amount}
        row |= {"account_id": self.pick(*self.accounts, None), "lead_id": self.pick(*self.leads, None)}
        row |= {"closed_at": self.pick(None, self.instant()), "won": self.pick(True, False)}
        row |= {"expected_close_at": self.pick(None, self.instant()), "amount_base": self.pick(amount, None)}
        self.add("deals", row, self.versions())
        at = self.instant()
        for _ in range(int(self.rng.integers(6))):
            at = at if self.rng.random() < 0.2 else self.instant()
            self.add("deal_stages", {"deal_id": one, "stage": self.pick(*STAGES), "entered_at": at})

    def _whom(self) -> Row:
        """One or two of those that a row may be about."""
        ids = {"customer_id": self.people, "lead_id": self.leads, "deal_id": self.deals, "account_id": self.accounts}
        kept = self.rng.choice(list(ids), size=int(self.pick(1, 1, 2)), replace=False)
        return {name: self.pick(*those) if name in kept else None for name, those in ids.items()}

    def _contacts_of(self, number: int) -> None:
        at = self.instant()
        for again in range(int(self.pick(1, 1, 2))):  # two of one instant may be of different kinds
            row = {"activity_id": f"{number}.{again}", "happened_at": at, **self._whom()}
            row |= {"kind": self.pick("call", "meeting", "Brief"), "owner": self.pick("ann", "ben", None)}
            row |= {"outcome": self.pick("held", "no answer", None), "direction": self.pick("INBOUND", "out", None)}
            self.add("activities", row)
        row = {**self._whom(), "happened_at": self.instant(), "name": self.pick("view", "price", "log_in")}
        self.add("events", row | {"session_id": self.pick("1", "2", None), "value": self.pick(None, self.money())})
        row = {**self._whom(), "happened_at": self.instant(), "channel": self.pick("mail", "ad")}
        self.add("touches", row | {"campaign_id": self.pick("1", None), "kind": self.pick("sent", "open", "click")})
        row = {"text_id": str(number), "happened_at": self.instant(), "text": "words", **self._whom()}
        self.add("texts", row | {"rating": self.pick(None, 1.0, 4.5)})
        amount = self.money()
        row = {"order_id": str(number), "customer_id": self.pick(*self.people, None), "happened_at": self.instant()}
        row |= {"amount": amount, "discount": self.pick(None, Decimal(1)), "store_id": self.pick("s", None)}
        self.add("orders", row | {"amount_base": self.pick(amount, None)}, self.versions())
        start = self.instant()
        row = {"customer_id": self.pick(*self.people), "started_at": start, "subscription_id": str(number)}
        row |= {"account_id": self.pick(None, None, *self.accounts), "plan": self.value("plan")}
        row |= {"ended_at": self.pick(None, start + timedelta(days=50)), "monthly_amount": self.money()}
        row |= {"trial_ends_at": self.pick(None, start + timedelta(days=14)), "renews_at": self.instant()}
        self.add("subscriptions", row | {"payment_failed_at": self.pick(None, self.instant())}, self.versions())
