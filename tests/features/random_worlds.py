"""Random small worlds of customers, accounts, leads and deals: late rows, row versions, equal instants, odd texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from tradewind.core.time import local_midnight
from tradewind.features.catalog import Catalog, catalog_table

ZONE = "America/New_York"
CUTOFF, KNOWN_BY = date(2021, 3, 15), date(2021, 5, 20)
"""The cutoff is the midnight that ends the day on which New York's clocks go forward."""

TEXT, TIME, MONEY, FLAG = pa.string(), pa.timestamp("us"), pa.decimal128(18, 4), pa.bool_()
SYSTEM = {"known_at": TIME, "valid_to": TIME, "first_seen_at": TIME}
SCHEMAS: Mapping[str, dict[str, pa.DataType]] = {
    "customers": {"customer_id": TEXT, "created_at": TIME, "country": TEXT, "group": TEXT, "points": pa.float64()}
    | {"account_id": TEXT},
    "accounts": {"account_id": TEXT, "industry": TEXT, "employees": pa.float64()},
    "leads": {"lead_id": TEXT, "created_at": TIME, "source": TEXT, "converted_at": TIME, "customer_id": TEXT}
    | {"account_id": TEXT, "deal_id": TEXT, "points": pa.float64()},
    "deals": {"deal_id": TEXT, "created_at": TIME, "stage": TEXT, "amount": MONEY, "amount_base": MONEY}
    | {"account_id": TEXT, "lead_id": TEXT, "closed_at": TIME, "won": FLAG},
    "orders": {"order_id": TEXT, "customer_id": TEXT, "happened_at": TIME, "amount": MONEY, "channel": TEXT}
    | {"amount_base": MONEY},
    "order_lines": {"order_id": TEXT, "product_id": TEXT, "line": TEXT, "amount": MONEY, "quantity": MONEY}
    | {"happened_at": TIME, "customer_id": TEXT, "channel": TEXT, "amount_base": MONEY},
    "products": {"product_id": TEXT, "name": TEXT, "category": TEXT, "brand": TEXT},
    "events": {"customer_id": TEXT, "lead_id": TEXT, "deal_id": TEXT, "account_id": TEXT, "happened_at": TIME}
    | {"name": TEXT, "value": MONEY},
    "touches": {"customer_id": TEXT, "lead_id": TEXT, "deal_id": TEXT, "account_id": TEXT, "happened_at": TIME}
    | {"channel": TEXT, "kind": TEXT},
    "texts": {"text_id": TEXT, "customer_id": TEXT, "lead_id": TEXT, "deal_id": TEXT}
    | {"account_id": TEXT, "happened_at": TIME, "kind": TEXT, "rating": pa.float64()},
    "activities": {"activity_id": TEXT, "lead_id": TEXT, "deal_id": TEXT, "account_id": TEXT, "happened_at": TIME}
    | {"customer_id": TEXT, "kind": TEXT, "outcome": TEXT},
    "subscriptions": {"customer_id": TEXT, "account_id": TEXT, "started_at": TIME, "ended_at": TIME, "plan": TEXT}
    | {"monthly_amount": MONEY, "trial_ends_at": TIME, "payment_failed_at": TIME},
}
ODD = ("it's", 'say "x"', "100 %s", ":cutoff", "back\\slash", "Zoë ☕", "a; DROP TABLE x --", "{x} $1", "")
"""Texts that a careless compiler would let out of their quotes."""

KEYS = {"customer": "customer_id", "account": "account_id", "lead": "lead_id", "deal": "deal_id"}
Row = dict[str, Any]


class World:
    """One random world, as rows and as Arrow tables."""

    def __init__(self, seed: int, size: int = 30) -> None:
        self.rng = np.random.default_rng(seed)
        self.ids = {kind: [f"{kind[0]}{number}" for number in range(4)] for kind in KEYS}
        self.rows: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
        self._entities()
        for number in range(size):
            self._facts(number)

    @property
    def tables(self) -> dict[str, pa.Table]:
        """The world as stored contract tables."""
        return {
            name: pa.Table.from_pylist(rows, schema=pa.schema(list({**SCHEMAS[name], **SYSTEM}.items())))
            for name, rows in self.rows.items()
        }

    @property
    def catalog(self) -> Catalog:
        """What there is: nothing in it is only as of today."""
        return Catalog({name: catalog_table(name, _types(name)) for name in SCHEMAS}, ZONE)

    def pick(self, *choices: Any) -> Any:
        return choices[int(self.rng.integers(len(choices)))]

    def money(self) -> Decimal:
        return Decimal(int(self.rng.integers(-3_000, 20_000))).scaleb(-2)

    def instant(self) -> datetime:
        """Any instant around the cutoff; often a midnight that a window begins or ends at, or a microsecond beside."""
        if self.rng.random() < 0.4:
            day = CUTOFF + timedelta(days=int(self.pick(-60, -30, -14, -7, -1, 0, 7, 30)))
            return local_midnight(day, ZONE) + timedelta(microseconds=int(self.pick(-1, 0, 1)))
        return local_midnight(CUTOFF, ZONE) + timedelta(days=float(self.rng.uniform(-100, 50)))

    def maybe(self, value: Any, chance: float = 0.7) -> Any:
        return value if self.rng.random() < chance else None

    def add(self, table: str, row: Row, when: datetime, changes: Row | None = None) -> None:
        """Store a row; now and then it is known late, and now and then a later version has other values."""
        late = timedelta(days=float(self.rng.uniform(0, 40))) if self.rng.random() < 0.15 else timedelta()
        row = {**row, "known_at": when + late, "valid_to": None, "first_seen_at": when}
        self.rows[table].append(row)
        if changes is not None and self.rng.random() < 0.4:
            then = row["known_at"] + timedelta(days=float(self.rng.uniform(1, 60)))
            row["valid_to"] = then
            self.rows[table].append({**row, **changes, "known_at": then, "valid_to": None})

    def _entities(self) -> None:
        begin = datetime(1970, 1, 1)
        for number in range(5):
            row = {
                "product_id": f"p{number}",
                "name": self.pick("cup", *ODD),
                "category": self.pick("tea", "coffee", None),
            }
            self.add("products", row | {"brand": self.pick("own", None)}, begin)
        for name in self.ids["customer"]:
            row = {
                "customer_id": name,
                "created_at": self.maybe(self.instant()),
                "country": self.pick("DE", "US", None),
            }
            row |= {"group": self.pick(*ODD, None), "points": self.pick(None, 1.0, 2.5)}
            row |= {"account_id": self.pick(*self.ids["account"], None)}
            self.add("customers", row, begin, {"country": "FR", "points": 7.0})
        for name in self.ids["account"]:
            row = {"account_id": name, "industry": self.pick("food", None), "employees": self.pick(5.0, 50.0, None)}
            self.add("accounts", row, begin, {"industry": "steel"})
        for name in self.ids["lead"]:
            when = self.instant()
            row = {"lead_id": name, "created_at": when, "source": self.pick("web", "fair", None)}
            row |= {"converted_at": self.maybe(when + timedelta(days=float(self.rng.uniform(0, 90)))), "points": 3.0}
            row |= {
                "customer_id": self.pick(*self.ids["customer"]),
                "account_id": self.pick(*self.ids["account"], None),
            }
            row |= {"deal_id": self.pick(*self.ids["deal"], None)}
            self.add("leads", row, when, {"points": 4.0})
        for name in self.ids["deal"]:
            when, amount = self.instant(), self.money()
            row = {"deal_id": name, "created_at": when, "stage": self.pick("first", "last"), "amount": amount}
            row |= {"amount_base": self.pick(amount, None), "account_id": self.pick(*self.ids["account"])}
            row |= {"lead_id": self.pick(*self.ids["lead"], None)}
            row |= {"closed_at": self.maybe(when + timedelta(days=float(self.rng.uniform(0, 90))))}
            self.add("deals", row | {"won": self.pick(True, False, None)}, when, {"stage": "last"})

    def _facts(self, number: int) -> None:
        who, when, amount = self.pick(*self.ids["customer"], None), self.instant(), self.money()
        row = {"order_id": f"o{number}", "customer_id": who, "happened_at": when, "amount": amount}
        self.add(
            "orders", row | {"channel": self.pick("web", "shop", None), "amount_base": self.pick(amount, None)}, when
        )
        for line in range(int(self.rng.integers(3))):
            part = self.money()
            row = {
                "order_id": f"o{number}",
                "product_id": f"p{self.rng.integers(6)}",
                "line": str(line),
                "amount": part,
            }
            row |= {"quantity": self.pick(Decimal(1), Decimal(2), None), "happened_at": when, "customer_id": who}
            row |= {"channel": self.pick("web", "shop", None)}
            self.add("order_lines", row | {"amount_base": self.pick(part, None)}, when)
        when = self.instant()
        of = {key: self.pick(*self.ids[kind], None) for kind, key in KEYS.items()}
        self.add(
            "events", of | {"happened_at": when, "name": self.pick("login", "view", *ODD), "value": self.money()}, when
        )
        when = self.instant()
        row = of | {"happened_at": when, "channel": "mail", "kind": self.pick("sent", "open")}
        self.add("touches", row, when)
        when = self.instant()
        row = {"text_id": f"t{number}", **of}
        row |= {"happened_at": when}
        self.add("texts", row | {"kind": self.pick("ticket", "review"), "rating": self.pick(1.0, 4.5, None)}, when)
        when = self.instant()
        row = {"activity_id": f"a{number}", **of}
        row |= {"happened_at": when, "kind": self.pick("call", "meeting", "mail"), "outcome": self.pick("good", None)}
        self.add("activities", row, when)
        if number % 3 == 0:
            when = self.instant()
            row = {
                "customer_id": self.pick(*self.ids["customer"]),
                "started_at": when,
                "plan": self.pick("small", "big"),
            }
            row |= {"ended_at": self.maybe(self.instant(), 0.4), "monthly_amount": self.pick(self.money(), None)}
            row |= {"trial_ends_at": self.maybe(self.instant()), "payment_failed_at": self.maybe(self.instant(), 0.3)}
            self.add("subscriptions", row, when, {"plan": "big"})


def _types(name: str) -> list[tuple[str, str]]:
    words = {TEXT: "VARCHAR", TIME: "TIMESTAMP", MONEY: "DECIMAL(18,4)", FLAG: "BOOLEAN", pa.float64(): "DOUBLE"}
    return [(column, words[kind]) for column, kind in {**SCHEMAS[name], **SYSTEM}.items()]
