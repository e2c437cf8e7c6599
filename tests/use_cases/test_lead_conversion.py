"""Leads that will convert: who is open, what counts, what one brings; nothing of it from after the cutoff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contract.use_case_contract import TinyWorld, UseCaseContract

LEADS = (
    # lead, came in, converted
    ("first instant", "2020-12-15 00:00:00", "2021-03-15 00:00:00"),
    ("last instant", "2021-03-14 23:59:59", "2021-04-13 23:59:59"),
    ("horizon over", "2021-03-01 12:00:00", "2021-04-14 00:00:00"),
    ("never", "2021-03-01 12:00:00", None),
    # Not asked about:
    ("an instant too old", "2020-12-14 23:59:59", "2021-03-20 12:00:00"),
    ("comes in at the cutoff", "2021-03-15 00:00:00", "2021-03-20 12:00:00"),
    ("converted before", "2021-03-01 12:00:00", "2021-03-14 23:59:59"),
    ("converted before it came in", "2021-03-20 12:00:00", "2021-03-10 12:00:00"),
)
DEALS = (
    # deal, opened, closed, won, amount
    ("won", "2021-01-01 12:00:00", "2021-02-01 12:00:00", True, 900.0),
    ("won too", "2021-01-01 12:00:00", "2021-03-14 23:59:59", True, 100.0),
    ("lost", "2021-01-01 12:00:00", "2021-02-01 12:00:00", False, 5000.0),
    ("closed at the cutoff", "2021-01-01 12:00:00", "2021-03-15 00:00:00", True, 7777.0),
    ("open", "2021-01-01 12:00:00", None, None, 7777.0),
)
BROUGHT = 333.33
"""Won 500 on average, two of three closed."""

TINY = TinyWorld(
    tables={
        "leads": dict(zip(("lead_id", "created_at", "converted_at"), zip(*LEADS, strict=True), strict=True)),
        "deals": {
            **dict(zip(("deal_id", "created_at", "closed_at", "won", "amount"), zip(*DEALS, strict=True), strict=True)),
            "stage": ["any"] * len(DEALS),
        },
    },
    stable={"deals": ("amount",)},
    answers={
        "first instant": (1.0, BROUGHT),
        "last instant": (1.0, BROUGHT),
        "horizon over": (0.0, BROUGHT),
        "never": (0.0, BROUGHT),
    },
)


class TestLeadConversion(UseCaseContract):
    name = "lead_conversion"
    tiny = TINY
    world = "sales"
    as_of_today: Mapping[str, Sequence[str]] = {"leads": ("owner", "pages_viewed"), "deals": ("stage", "owner")}
