"""The parts of the leak audit by name: probe, single features, shuffled outcomes, split; refusals become checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tradewind.checks import shuffle, single_features, split
from tradewind.core.errors import LeakError
from tradewind.core.finding import Check

LEAK_CHECKS: Mapping[str, str] = {
    "probe": "What was not yet known changes nothing",
    "single_features": single_features.NAME,
    "shuffled": shuffle.NAME,
    "split": split.NAME,
}
"""The parts of the audit and the plain names of their checks."""


def refused_as_check(part: str, run: Callable[[], Check]) -> Check:
    """Run a part of the audit and turn its refusal into a failed check, for surfaces that list all problems.

    Args:
        part: name in `LEAK_CHECKS`.
        run: the part; may raise LeakError.
    """
    try:
        return run()
    except LeakError as error:
        problem = error.problems[0]
        return Check(LEAK_CHECKS[part], "fail", f"{problem.what} ({problem.found})", problem.do)


def check_probe(moved: Mapping[str, int], rows: int) -> Check:
    """Judge a time-travel probe: after changing all that was not known at the cutoff, nothing may move.

    Args:
        moved: what was compared (features, scores, decisions) to the number of rows in which it moved.
        rows: rows compared.
    """
    name = LEAK_CHECKS["probe"]
    if rows == 0 or not moved:
        return Check(name, "unknown", "nothing was compared", "give the probe a cutoff with eligible rows")
    guilty = {what: count for what, count in moved.items() if count}
    if guilty:
        seen = ", ".join(f"{what} in {count:,} of {rows:,} rows" for what, count in guilty.items())
        return Check(name, "fail", f"moved: {seen}", "give the columns behind them a known_at, or leave them out")
    return Check(name, "pass", f"{', '.join(moved)} stayed equal in all {rows:,} rows")
