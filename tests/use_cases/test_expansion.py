"""Ready for more: a payment is held against the same person's last one, and a switch of plans is not another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from contract.use_case_contract import TinyWorld, UseCaseContract, told_without
from tradewind.store.workspace import Workspace

# Company and only person, subscriptions (began, ended), payments (when, amount); asked on 15 March 2021 until 13 June.
ROWS = (
    ("pays 21 in 100 more", [("2020-06-01", None)], [("2021-03-01", 100), ("2021-04-01", 121)]),
    ("pays 20 in 100 more", [("2020-06-01", None)], [("2021-03-01", 100), ("2021-04-01", 120)]),
    ("paid more long ago", [("2020-06-01", None)], [("2020-06-01", 10), ("2021-03-01", 100), ("2021-04-01", 100)]),
    ("pays more too late", [("2020-06-01", None)], [("2021-03-01", 100), ("2021-06-13", 300)]),
    ("takes another", [("2020-06-01", None), ("2021-05-01", None)], [("2021-03-01", 100)]),
    ("switches", [("2020-06-01", "2021-05-01"), ("2021-05-01", None)], [("2021-03-01", 100)]),
    ("is given money back", [("2020-06-01", None)], [("2021-03-01", 100), ("2021-03-02", -90), ("2021-04-01", 100)]),
    # Not asked about:
    ("never paid", [("2020-06-01", None)], []),
    ("pays from now on", [("2020-06-01", None)], [("2021-03-15", 100)]),
    ("ended", [("2020-06-01", "2021-03-01")], [("2021-02-01", 100)]),
)
CONTRACTS = [(who, *contract) for who, contracts, _ in ROWS for contract in contracts]
PAYMENTS = [(who, *payment) for who, _, payments in ROWS for payment in payments]

TINY = TinyWorld(
    answers={
        "pays 21 in 100 more": (1.0, 24.0),
        "pays 20 in 100 more": (0.0, 24.0),
        "paid more long ago": (0.0, 24.0),
        "pays more too late": (0.0, 24.0),
        "takes another": (1.0, 24.0),
        "switches": (0.0, 24.0),
        "is given money back": (0.0, 24.0),
    },
    tables={
        "subscriptions": {
            "customer_id": [row[0] for row in CONTRACTS],
            "started_at": [row[1] for row in CONTRACTS],
            "ended_at": [row[2] for row in CONTRACTS],
            "monthly_amount": [10] * len(CONTRACTS),
        },
        "customers": {"customer_id": [row[0] for row in ROWS], "account_id": [row[0] for row in ROWS]},
        "orders": {
            "order_id": [str(number) for number in range(len(PAYMENTS))],
            "customer_id": [row[0] for row in PAYMENTS],
            "happened_at": [row[1] for row in PAYMENTS],
            "amount": [row[2] for row in PAYMENTS],
        },
    },
    stable={"subscriptions": ("monthly_amount",)},
)


class TestExpansion(UseCaseContract):
    name = "expansion"
    world = "subscriptions"
    tiny = TINY
    as_of_today: Mapping[str, Sequence[str]] = {"customers": ("role",)}

    def test_without_its_tables_it_says_what_is_missing(self, small: Workspace, tmp_path: Path) -> None:
        """One of them stands for all, since each costs a load; the test of who leaves lacks subscriptions."""
        assert "[tables.customers]" in told_without(small, "customers", self.name, tmp_path / "without")
