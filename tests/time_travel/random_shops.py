"""Random small shops: late rows, row versions, returns, unknown rates, equal instants, days on which clocks change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from slow_features import Row, local, midnight

from tradewind.features.catalog import Catalog, catalog_of
from tradewind.store.manifest import TableEntry
from tradewind.store.tables import sql_type

ZONE = "America/New_York"
CUTOFFS = (date(2021, 3, 14), date(2021, 3, 15), date(2021, 4, 12), date(2021, 11, 8))
"""The first two begin and end the day on which New York's clocks go forward; the last ends the day they go back."""

START, END = date(2020, 9, 1), date(2021, 12, 1)
MONEY, QUANTITY = pa.decimal128(18, 4), pa.decimal128(18, 4)
TIME, TEXT = pa.timestamp("us"), pa.string()
SYSTEM = {"known_at": TIME, "valid_to": TIME, "first_seen_at": TIME}
LOCAL = {"happened_on": pa.date32(), "happened_hour": pa.int16()}
SCHEMAS: Mapping[str, dict[str, pa.DataType]] = {
    "customers": {"customer_id": TEXT, "created_at": TIME, "email": TEXT, "country": TEXT, "level": TEXT}
    | {"points": pa.float64(), "mood": TEXT},
    "orders": {"order_id": TEXT, "customer_id": TEXT, "happened_at": TIME, "amount": MONEY, "discount": MONEY}
    | {"channel": TEXT, "store_id": TEXT, "status": TEXT, **LOCAL, "amount_base": MONEY},
    "order_lines": {"order_id": TEXT, "product_id": TEXT, "line": TEXT, "amount": MONEY, "quantity": QUANTITY}
    | {"happened_at": TIME, "customer_id": TEXT, **LOCAL, "amount_base": MONEY},
    "products": {"product_id": TEXT, "category": TEXT, "brand": TEXT},
    "events": {"customer_id": TEXT, "happened_at": TIME, "name": TEXT, "session_id": TEXT, "value": MONEY, **LOCAL},
    "touches": {"customer_id": TEXT, "happened_at": TIME, "channel": TEXT, "campaign_id": TEXT, "kind": TEXT, **LOCAL},
    "subscriptions": {"customer_id": TEXT, "started_at": TIME, "ended_at": TIME, "monthly_amount": MONEY}
    | {"renews_at": TIME, "payment_failed_at": TIME, "plan": TEXT, "trial_ends_at": TIME},
    "texts": {"text_id": TEXT, "happened_at": TIME, "text": TEXT, "customer_id": TEXT, "rating": pa.float64(), **LOCAL},
}
AS_OF_TODAY = {"customers": ("mood",)}


class Shop:
    """One random shop, as rows and as Arrow tables."""

    schemas = SCHEMAS
    changing = ("amount", "amount_base", "discount", "level", "points", "monthly_amount", "country")

    def __init__(self, seed: int, customers: int = 5, size: int = 40) -> None:
        self.rng = np.random.default_rng(seed)
        self.size, self.ids = size, [f"c{number}" for number in range(customers)]
        self.rows: dict[str, list[Row]] = {name: [] for name in self.schemas}
        self.fill()

    def fill(self) -> None:
        self._customers()
        self._products()
        self._orders()
        self._contacts()

    @property
    def tables(self) -> dict[str, pa.Table]:
        """The shop as stored contract tables."""
        return {
            name: pa.Table.from_pylist(rows, schema=pa.schema(list({**self.schemas[name], **SYSTEM}.items())))
            for name, rows in self.rows.items()
        }

    def pick(self, *choices: Any) -> Any:
        return choices[int(self.rng.integers(len(choices)))]

    def money(self) -> Decimal:
        return Decimal(int(self.rng.integers(-20_000, 400_000))).scaleb(-4 if self.rng.random() < 0.2 else -2)

    def instant(self) -> datetime:
        """Any instant; often a local midnight, a microsecond beside it, or within a day of changing clocks."""
        kind = self.rng.random()
        if kind < 0.25:
            day = self.pick(*CUTOFFS) - timedelta(days=int(self.pick(0, 1, 7, 30, 90)))
            return midnight(day) + timedelta(microseconds=int(self.pick(-1, 0, 1)))
        if kind < 0.4:
            day = self.pick(date(2021, 3, 14), date(2021, 11, 7))
            return midnight(day) + timedelta(hours=float(self.rng.random() * 25))
        span = (END - START).days * 86_400
        return midnight(START) + timedelta(seconds=int(self.rng.integers(span)))

    def add(self, table: str, row: Row, versions: int = 1) -> None:
        """Store a row with its times; more versions give the same key new values and a later `known_at`."""
        times = (row.get(name) for name in ("happened_at", "entered_at", "started_at", "created_at"))
        when = next((time for time in times if time), datetime(1970, 1, 1))
        late = timedelta(days=float(self.rng.random() * 60)) if self.rng.random() < 0.15 else timedelta()
        row = {**row, "known_at": when + late, "valid_to": None, "first_seen_at": when}
        if "happened_at" in row:
            row["happened_on"] = local(row["happened_at"]).date()
            row["happened_hour"] = local(row["happened_at"]).hour
        self.rows[table].append(row)
        for _ in range(versions - 1):
            then = row["known_at"] + timedelta(days=float(self.rng.random() * 120))
            row["valid_to"] = then
            row = {**row, "known_at": then, "valid_to": None}
            key = next(iter(self.schemas[table]))
            for name in self.changing:
                if name in row and name != key:
                    row[name] = self.money() if self.schemas[table][name] == MONEY else self.value(name)
            self.rows[table].append(row)

    def value(self, name: str) -> Any:
        values = {"level": self.pick("gold", "silver"), "points": float(self.rng.integers(100))}
        return values.get(name, self.pick("DE", "US"))

    def versions(self) -> int:
        return int(self.pick(1, 1, 1, 1, 2, 3))

    def _customers(self) -> None:
        for name in self.ids:
            row = {"customer_id": name, "created_at": self.instant(), "email": f"{name}@x.example", "country": "DE"}
            row |= {"level": self.value("level"), "points": self.value("points"), "mood": self.pick("good", "bad")}
            self.add("customers", row, self.versions())

    def _products(self) -> None:
        for number in range(8):
            row = {"product_id": f"p{number}", "category": self.pick("tea", "BREAD", "ice_cream", "ham", None)}
            self.add("products", row | {"brand": self.pick("own", "big", None)})

    def _orders(self) -> None:
        last = self.instant()
        for number in range(self.size):
            customer, when = self.pick(*self.ids, None), last if self.rng.random() < 0.1 else self.instant()
            last, amount = when, self.money()
            row = {"order_id": f"o{number}", "customer_id": customer, "happened_at": when, "amount": amount}
            row |= {"discount": self.pick(None, Decimal(0), Decimal("1.25")), "channel": self.pick("web", "shop", None)}
            row |= {"store_id": self.pick("s1", "s2", None), "status": self.pick("paid", "open")}
            self.add("orders", row | {"amount_base": self.pick(amount, amount, None)}, self.versions())
            for line in range(int(self.rng.integers(3))):
                amount = self.money()
                row = {"order_id": f"o{number}", "product_id": f"p{self.rng.integers(8)}", "line": str(line)}
                row |= {"amount": amount, "quantity": self.pick(Decimal(2), Decimal(-1), None), "happened_at": when}
                self.add("order_lines", row | {"customer_id": customer, "amount_base": self.pick(amount, amount, None)})

    def _contacts(self) -> None:
        for number in range(self.size):
            who, when = self.pick(*self.ids, None), self.instant()
            row = {"customer_id": who, "happened_at": when, "name": self.pick("view", "cart", "log_in")}
            self.add("events", row | {"session_id": self.pick("1", "2", None), "value": self.pick(None, self.money())})
            row = {"customer_id": who, "happened_at": self.instant(), "channel": self.pick("mail", "ad", "call", "sms")}
            row |= {"campaign_id": self.pick("1", "2", None), "kind": self.pick("sent", "open", "click")}
            self.add("touches", row)
            row = {"text_id": f"t{number}", "happened_at": self.instant(), "text": "words", "customer_id": who}
            self.add("texts", row | {"rating": self.pick(None, 1.0, 4.5, 0.1)})
        for customer in self.ids:
            for start in {self.instant(), self.instant()}:
                row = {"customer_id": customer, "started_at": start, "monthly_amount": self.pick(None, self.money())}
                row |= {"ended_at": self.pick(None, start + timedelta(days=40)), "renews_at": self.instant()}
                row |= {"payment_failed_at": self.pick(None, self.instant()), "plan": self.pick("big", "small", None)}
                row |= {"trial_ends_at": self.pick(None, start + timedelta(days=14))}
                self.add("subscriptions", row, self.versions())


def catalog(tables: Mapping[str, pa.Table], as_of_today: Mapping[str, tuple[str, ...]] = AS_OF_TODAY) -> Catalog:
    """The catalog of a shop's tables."""
    entries = {
        name: TableEntry(
            name,
            (),
            tuple((field.name, sql_type(name, field)) for field in data.schema),
            data.num_rows,
            {"as_of_today": list(as_of_today.get(name, ()))},
        )
        for name, data in tables.items()
    }
    return catalog_of(entries, ZONE)
