"""Default features from the days with an order and the gaps between them: the rhythm, and how this silence compares."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.features.feature_set import Group
from tradewind.features.wording import Words, in_window, since, suffix

LONG_GAPS = (14, 30)
"""Breaks of at least this many days are counted."""

LAST_DAYS = (2, 3, 5, 10)
_COUNTED = {2: "two", 3: "three", 5: "five", 10: "ten"}
"""How many order days back the rhythm of the latest orders is read."""

FADING = (30, 90, 180)
"""Windows in which an order day counts the less the longer ago it is: the full window today, nothing at its far end."""


def rhythm_group(entity: str, windows: Sequence[int]) -> Group:
    """Return the step over order days."""
    words = Words("orders")
    columns = ["MAX(happened_on) AS last_on", "COUNT(gap) AS gaps", "CAST(SUM(gap) AS BIGINT) AS gap_sum"]
    _order_days(words, columns, windows)
    _gaps(words, columns)
    _silences(words)
    # The usual gap is the lower median: the first, in order of length, that at least half of all gaps do not exceed.
    select = f"""
        WITH order_days AS (SELECT {entity}, happened_on FROM orders GROUP BY {entity}, happened_on),
        gaps AS (
            SELECT {entity}, happened_on,
                happened_on - LAG(happened_on) OVER (PARTITION BY {entity} ORDER BY happened_on) AS gap,
                ROW_NUMBER() OVER (PARTITION BY {entity} ORDER BY happened_on DESC) AS newest
            FROM order_days
        ),
        ranked AS (
            SELECT {entity}, happened_on, gap, newest,
                ROW_NUMBER() OVER (PARTITION BY {entity} ORDER BY gap NULLS LAST) AS place,
                COUNT(gap) OVER (PARTITION BY {entity}) AS places
            FROM gaps
        )
        SELECT {entity}, {", ".join(columns)} FROM ranked GROUP BY {entity}"""
    return Group("order_days", select, tuple(words.derivations))


def _order_days(words: Words, columns: list[str], windows: Sequence[int]) -> None:
    for window in [*windows, None]:
        end, when = suffix(window), in_window(window)
        columns.append(f"COUNT(*){since(window)} AS days{end}")
        words.add(f"order_days{end}", f"days with an order {when}", "count", "frequency", "count", f"days{end}", window)
    for window in (window for window in windows if window in FADING):
        weight = f"CAST(SUM({window} + 1 - (:cutoff_day - happened_on)){since(window)} AS BIGINT)"
        columns.append(f"{weight} AS fading_{window}")
        sentence = f"order days in the last {window} days, the latest counting most"
        # Halved and divided by the window: about the number of order days when they are spread evenly.
        words.add(
            f"fading_order_days_{window}d",
            sentence,
            "number",
            "frequency",
            "count",
            f"fading_{window}",
            window,
            2.0 / window,
        )
    for back in LAST_DAYS:
        columns.append(f"MAX(happened_on) FILTER (WHERE newest = {back}) AS day_{back}")
        sentence = f"days that the last {_COUNTED[back]} orders reach back"
        words.add(f"days_since_order_day_{back}", sentence, "days", "recent rhythm", "days_since", f"day_{back}")


def _gaps(words: Words, columns: list[str]) -> None:
    columns += [
        "MIN(gap) FILTER (WHERE 2 * place >= places) AS usual_gap",
        "MIN(gap) FILTER (WHERE 10 * place >= 9 * places) AS long_gap",
        "MAX(gap) AS longest_gap",
        "MAX(gap) FILTER (WHERE newest = 1) AS latest_gap",
        "CAST(SUM(gap * gap) AS BIGINT) AS gap_squares",
    ]
    for name, sentence in (
        ("usual_gap", "usual days between orders"),
        ("longest_gap", "longest time without an order, in days"),
        ("long_gap", "days of silence that only one in ten of the own breaks exceeded"),
        ("latest_gap", "days between the last two orders"),
    ):
        words.add(name, sentence, "days", "rhythm", "value", name)
    words.add("gap_mean", "average days between orders", "days", "rhythm", "ratio", ("gap_sum", "gaps"))
    squares = ("gaps", "gap_sum", "gap_squares")
    words.add("gap_variation", "how irregular the days between orders are", "ratio", "rhythm", "variation", squares)
    for gap in LONG_GAPS:
        columns.append(f"COUNT(*) FILTER (WHERE gap >= {gap}) AS gaps_of_{gap}")
        sentence = f"breaks of {gap} days or more so far"
        words.add(f"gaps_of_{gap}_days", sentence, "count", "breaks", "count", f"gaps_of_{gap}")


def _silences(words: Words) -> None:
    """The present silence against gaps of several kinds."""
    for name, compared, inputs in (
        ("usual_gap", "the usual gap", ("last_on", "usual_gap")),
        ("long_gap", "a long break", ("last_on", "long_gap")),
        ("longest_gap", "the longest break so far", ("last_on", "longest_gap")),
        ("mean_gap", "the average gap", ("last_on", "gap_sum", "gaps")),
    ):
        sentence = f"days since the last order compared with {compared}"
        words.add(f"silence_to_{name}", sentence, "ratio", "silence", "silence", inputs)
