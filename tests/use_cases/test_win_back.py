"""Lost, and may come back: whoever has anything running, or only ever had a trial, is not asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contract.use_case_contract import TinyWorld, UseCaseContract

# Who, began, ended, amount, end of the trial; asked on 15 March 2021, so that the horizon ends on 13 June.
ROWS = (
    ("comes back", "2019-06-01", "2021-01-01", 10),
    ("comes back", "2021-06-12 23:59:59", None, 30),
    ("comes back too late", "2019-06-01", "2021-01-01", 10),
    ("comes back too late", "2021-06-13", None, 30),
    ("stays away, left just within a year", "2019-06-01", "2020-03-15", 10),
    ("of two the last end counts", "2018-06-01", "2019-01-01", 5),
    ("of two the last end counts", "2019-06-01", "2021-02-01", 25),
    # Not asked about:
    ("left too long ago", "2018-06-01", "2020-03-14 23:59:59", 10),
    ("still has one", "2019-06-01", "2021-01-01", 10),
    ("still has one", "2019-07-01", None, 10),
    ("leaves at the cutoff", "2019-06-01", "2021-03-15", 10),
    ("only had a trial", "2021-01-01", "2021-01-15", 10, "2021-01-15"),
)
NAMES = ("customer_id", "started_at", "ended_at", "monthly_amount", "trial_ends_at")

TINY = TinyWorld(
    answers={
        "comes back": (1.0, 120.0),
        "comes back too late": (0.0, 120.0),
        "stays away, left just within a year": (0.0, 120.0),
        "of two the last end counts": (0.0, 300.0),
    },
    tables={"subscriptions": {name: [row[at] if at < len(row) else None for row in ROWS]
                              for at, name in enumerate(NAMES)}},
    stable={"subscriptions": ("monthly_amount",)},
)  # fmt: skip


class TestWinBack(UseCaseContract):
    name = "win_back"
    world = "comings"
    tiny = TINY
    as_of_today: Mapping[str, Sequence[str]] = {}
