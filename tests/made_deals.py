"""Histories of deals written by hand, and pipelines drawn with known chances and durations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from tradewind.models.pipeline.stages import DealEnds, Entries, StageHistory, build_history

START = np.datetime64("2024-01-01", "D")


def history_of(
    deals: Mapping[str, Sequence[tuple[str, int]]],
    as_of: int,
    won: Sequence[str] = ("Won",),
    lost: Sequence[str] = ("Lost",),
    closed: Mapping[str, tuple[int, float]] | None = None,
) -> StageHistory:
    """Return the history of deals given as (stage, day of entering) in order, as of a day number."""
    ids = sorted(deals)
    entries = [(ids.index(name), stage, day) for name in ids for stage, day in deals[name]]
    never = np.datetime64("NaT", "D")
    closed = closed or {}
    ends = DealEnds(
        np.array(ids, dtype=object),
        np.array([START + deals[name][0][1] if deals[name] else START for name in ids], dtype="datetime64[D]"),
        np.array([START + closed[name][0] if name in closed else never for name in ids], dtype="datetime64[D]"),
        np.array([closed[name][1] if name in closed else np.nan for name in ids]),
    )
    return build_history(
        day_of(as_of),
        ends,
        Entries(
            np.array([each[0] for each in entries], dtype=np.int64),
            np.array([each[1] for each in entries], dtype=object),
            np.arange(len(entries), dtype=np.float64),
            np.array([START + each[2] for each in entries], dtype="datetime64[D]"),
        ),
        frozenset(won),
        frozenset(lost),
    )


def day_of(number: int) -> date:
    """The calendar day with that number."""
    found: date = (START + number).item()
    return found


def drawn_history(
    rng: np.random.Generator, deals: int, forward: Sequence[float], days: Sequence[float], span: int = 365
) -> StageHistory:
    """Return a pipeline of stages A, B …: deals open evenly over the span, stay geometric times and go on by chance.

    A deal's stay does not depend on whether it goes on, as of the last day of the span some are still under way.
    """
    rows: dict[str, list[tuple[str, int]]] = {}
    for number in range(deals):
        at = int(rng.integers(0, span))
        path = []
        for place, (chance, mean) in enumerate(zip(forward, days, strict=True)):
            path.append((chr(ord("A") + place), at))
            at += int(rng.geometric(1 / mean))
            if rng.random() >= chance:
                path.append(("Lost", at))
                break
        else:
            path.append(("Won", at))
        rows[f"D{number:05d}"] = [(stage, day) for stage, day in path if day < span]
    return history_of(rows, span)
