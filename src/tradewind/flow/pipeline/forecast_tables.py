"""The tables of a forecast: by period and seller, day by day, past quarters, rules of thumb."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from tradewind.flow.pipeline.forecasted import Forecasted
from tradewind.flow.pipeline.past_quarters import PastQuarter
from tradewind.models.pipeline.backtest import BEST, COMMIT, compare_misses, levels_of, widen
from tradewind.models.pipeline.rules import RULES
from tradewind.models.pipeline.simulate import Futures

if TYPE_CHECKING:
    import pyarrow as pa


def forecast_table(found: Forecasted) -> pa.Table:
    """Return one row for each quarter and all, each team, each seller; amounts in the workspace's currency."""
    import pyarrow as pa

    rows = [
        {
            "period": str(each.quarter),
            "period_starts": each.quarter.starts,
            "period_ends": each.quarter.ends,
            "kind": each.kind,
            "who": "all" if each.kind == "all" else each.who,
            "won_already": each.won,
            "open_deals": each.open,
            "new_deals": each.new,
            "mean": each.mean,
            "low": each.low,
            "high": each.high,
            "commit": each.low,
            "best": each.high,
            "downside": each.downside,
            "target": found.target if each.chance is not None else None,
            "p_target": each.chance,
        }
        for each in found.forecasts
    ]
    number = [(name, pa.float64()) for name in list(rows[0])[5:]]
    days = [("period_starts", pa.date32()), ("period_ends", pa.date32())]
    texts = [("kind", pa.string()), ("who", pa.string())]
    return pa.Table.from_pylist(rows, pa.schema([("period", pa.string()), *days, *texts, *number]))


def fan_table(found: Forecasted, futures: Futures, scale: float, today: date) -> pa.Table:
    """Return what will have been won by each day of this quarter: as it came until today, then expected and range."""
    import pyarrow as pa

    pipeline, running = found.known.pipeline, found.running
    offset = float((running.starts - date(1970, 1, 1)).days)
    rows: list[dict[str, object]] = []
    for number in range((today - running.starts).days + 1):
        won = float(pipeline.revenue(offset, offset + number).sum())
        rows.append({"day": running.starts + timedelta(days=number), "won": won, "mean": None, "low": None,
                     "high": None})  # fmt: skip
    ahead = np.arange((running.ends - today).days + 1, dtype=np.float64)
    won = float(futures.won.sum())
    paths = np.stack([widen(each, scale, won) for each in futures.path(ahead).T])
    low, high = np.stack([levels_of(each, (COMMIT, BEST)) for each in paths], axis=1)
    mean = futures.path(ahead).mean(0)
    rows[-1] |= {"mean": won, "low": won, "high": won}
    for number in range(1, len(ahead)):
        rows.append({"day": today + timedelta(days=number), "won": None, "mean": float(mean[number]),
                     "low": float(low[number]), "high": float(high[number])})  # fmt: skip
    for row in rows:
        row["target"] = found.target if found.target > 0 else None
    number_columns = [(name, pa.float64()) for name in ("won", "mean", "low", "high", "target")]
    return pa.Table.from_pylist(rows, pa.schema([("day", pa.date32()), *number_columns]))


def past_table(past: Sequence[PastQuarter]) -> pa.Table:
    """Return the forecasts of past quarters beside what came."""
    import pyarrow as pa

    return pa.Table.from_pylist(
        [
            {
                "period": str(each.quarter),
                "period_starts": each.quarter.starts,
                "forecast_on": each.day,
                "won_already": each.won,
                "mean": each.shown.mean,
                "low": each.shown.low,
                "high": each.shown.high,
                "actual": each.actual[0],
                "inside": each.shown.low <= each.actual[0] <= each.shown.high,
                **{rule.replace(" ", "_"): each.rules.get(rule) for rule in RULES},
            }
            for each in past
        ]
    )


def rules_table(found: Forecasted) -> pa.Table:
    """Return what each rule of thumb says of this quarter, and what it missed by in the past beside the forecast."""
    import pyarrow as pa

    rows = []
    for rule in RULES:
        ours, theirs, came = misses(found.past, rule)
        gap = compare_misses(ours, theirs)
        rows.append({"rule": rule, "forecast": found.rules.get(rule), "quarters": len(ours),
                     "miss": float(theirs.sum() / came.sum()) if len(ours) and came.sum() > 0 else None,
                     "our_miss": float(ours.sum() / came.sum()) if len(ours) and came.sum() > 0 else None,
                     "gap": gap and gap[0], "gap_low": gap and gap[1], "gap_high": gap and gap[2]})  # fmt: skip
    numbers = [(name, pa.float64()) for name in ("miss", "our_miss", "gap", "gap_low", "gap_high")]
    head = [("rule", pa.string()), ("forecast", pa.float64()), ("quarters", pa.int64())]
    return pa.Table.from_pylist(rows, pa.schema([*head, *numbers]))


def misses(past: Sequence[PastQuarter], rule: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return our misses, a rule's, and what came, in the past quarters in which the rule could be used."""
    both = [(each.shown.mean, each.rules[rule], each.actual[0]) for each in past if rule in each.rules]
    ours, theirs, came = np.array(both, dtype=np.float64).reshape(-1, 3).T
    return np.abs(ours - came), np.abs(theirs - came), np.abs(came)
