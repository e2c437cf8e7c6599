"""What customers will spend next: returns are taken off, nothing bought is zero."""

from __future__ import annotations

from contract.use_case_contract import TinyShop, UseCaseContract

TINY = TinyShop(
    orders=(
        ("first instant, last instant", "2020-12-15 00:00:00", 10),
        ("first instant, last instant", "2021-03-15 00:00:00", 1.25),
        ("first instant, last instant", "2021-04-13 23:59:59", 2.5),
        ("horizon over", "2021-03-14 23:59:59", 20),
        ("horizon over", "2021-04-14 00:00:00", 99),
        ("returns part", "2021-03-01 12:00:00", 8),
        ("returns part", "2021-03-20 12:00:00", 30),
        ("returns part", "2021-03-25 12:00:00", -12.5),
        ("returns all", "2021-03-10 12:00:00", 40),
        ("returns all", "2021-03-16 12:00:00", -40),
        ("known too late", "2021-03-01 12:00:00", 8),
        ("known too late", "2021-03-20 12:00:00", 5),
        ("known too late", "2021-03-21 12:00:00", 99, "2022-01-01 00:00:00"),
        # Not asked about:
        ("an instant too old", "2020-12-14 23:59:59", 10),
        ("begins at the cutoff", "2021-03-15 00:00:00", 10),
        ("only returns", "2021-02-01 12:00:00", -5),
    ),
    answers={
        "first instant, last instant": (3.75, None),
        "horizon over": (0.0, None),
        "returns part": (17.5, None),
        "returns all": (-40.0, None),
        "known too late": (5.0, None),
    },
)


class TestNextSpend(UseCaseContract):
    name = "next_spend"
    tiny = TINY
