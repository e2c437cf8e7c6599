"""Fitting lifetimes: the published CDNOW figures, millions of customers in days, and the `lifetimes` package beside.

Every time is measured from arrays in memory to the fitted model, checks and grouping included.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np

from tradewind.models.lifetime import (
    LifetimeSummary,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_pareto_nbd,
    summarise_orders,
    summary_from_arrays,
)
from tradewind.models.lifetime.groups import group_customers
from tradewind.models.lifetime.simulate import simulate_bg_nbd

Row = dict[str, object]
Fitted = TypeVar("Fitted")
PUBLISHED = {
    "BG/NBD": "r 0.2426, alpha 4.4136, a 0.7929, b 2.4259, log-likelihood -9582.43",
    "Pareto/NBD": "r 0.553, alpha 10.58, s 0.606, beta 11.67, log-likelihood -9595.0",
    "Gamma-Gamma": "p 6.25, q 3.74, gamma 15.44, log-likelihood -4055.9",
}
_DIGITS = {"BG/NBD": (4, 4, 4, 4, 2), "Pareto/NBD": (3, 2, 3, 2, 1), "Gamma-Gamma": (2, 2, 2, 1)}
_PEER = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np
import lifetimes
x, tx, t = np.load(sys.argv[1])
times = []
for _ in range(int(sys.argv[2]) + 1):
    start = time.perf_counter()
    model = lifetimes.BetaGeoFitter(penalizer_coef=0.0).fit(x, tx, t)
    times.append(time.perf_counter() - start)
p = model.params_
print(json.dumps({"times": times[1:], "version": lifetimes.__version__,
                  "parameters": [float(p[k]) for k in ("r", "alpha", "a", "b")]}))
"""


def run(data: Path, peer_python: str | None = None, runs: int = 7) -> list[Row]:
    """Measure everything.

    Args:
        data: the folder with the shared data sets (`cdnow/cdnow_sample.parquet`).
        peer_python: interpreter of an environment that has `lifetimes`; None leaves the comparison out.
        runs: repetitions of short measurements; long ones get three.

    Returns:
        Rows with what, figure, unit, target, reached (True, False, or None where there is no target), note.
    """
    cdnow = _cdnow(data)
    rows = [_published(cdnow, name, fit) for name, fit in _fits().items()]
    rows += _against_lifetimes(cdnow, peer_python, runs)
    rows += [_millions(1_000_000, 3.0), _millions(10_000_000, 20.0)]
    return rows


def _fits() -> dict[str, Callable[[LifetimeSummary], object]]:
    return {"BG/NBD": fit_bg_nbd, "Pareto/NBD": fit_pareto_nbd, "Gamma-Gamma": fit_gamma_gamma}


def _cdnow(data: Path) -> LifetimeSummary:
    import pyarrow.parquet as pq

    table = pq.read_table(data / "cdnow" / "cdnow_sample.parquet")
    columns = (table[name].to_numpy() for name in ("sample_id", "date", "value"))
    return summarise_orders(*columns, date(1997, 10, 1), first_order_known=True)


def _published(cdnow: LifetimeSummary, name: str, fit: Callable[[LifetimeSummary], object]) -> Row:
    times, model = timed(lambda: fit(cdnow), 5)
    estimate = model.estimate  # type: ignore[attr-defined]
    labels = (*estimate.names, "log-likelihood")
    figures = (*estimate.values, estimate.log_likelihood)
    told = ", ".join(f"{n} {v:.{d}f}" for n, v, d in zip(labels, figures, _DIGITS[name], strict=True))
    return {
        "what": f"{name} on the CDNOW 1/10 sample (weeks)",
        "figure": told,
        "unit": "",
        "target": PUBLISHED[name],
        "reached": told == PUBLISHED[name],
        "note": f"{spread(times)}; gradient norm {estimate.gradient_norm:.0e}, {estimate.evaluations} evaluations",
    }


def _against_lifetimes(cdnow: LifetimeSummary, peer_python: str | None, runs: int) -> list[Row]:
    x, tx, t = cdnow.frequency, cdnow.recency_days / 7, cdnow.age_days / 7
    times, model = timed(lambda: fit_bg_nbd(summary_from_arrays(x, tx, t)), runs)
    what = "BG/NBD on CDNOW, from arrays: ours against lifetimes"
    if peer_python is None:
        return [
            {
                "what": what,
                "figure": spread(times),
                "unit": "",
                "target": ">= 10 x",
                "reached": None,
                "note": "peer absent",
            }
        ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cdnow.npy"
        np.save(path, np.array([x, tx, t], dtype=np.float64))
        done = subprocess.run(
            [peer_python, "-c", _PEER, str(path), str(runs)], capture_output=True, text=True, check=True
        )
    peer = json.loads(done.stdout.strip().splitlines()[-1])
    ratio = statistics.median(peer["times"]) / statistics.median(times)
    apart = max(abs(a / b - 1) for a, b in zip(peer["parameters"], model.parameters, strict=True))
    return [
        {
            "what": what,
            "figure": round(ratio, 1),
            "unit": "x faster (medians)",
            "target": ">= 10 x",
            "reached": ratio >= 10,
            "note": f"ours {spread(times)}; lifetimes {peer['version']} {spread(peer['times'])}; "
            f"parameters differ by at most {apart:.1e}",
        }
    ]


def _millions(customers: int, target: float) -> Row:
    rng = np.random.default_rng(2005)
    age = np.ceil(rng.uniform(1, 730, customers))
    lives = simulate_bg_nbd((0.2426, 4.4136 * 7, 0.7929, 2.4259), age, 1.0, rng, unit_days=1.0, whole_days=True)
    x, tx, t = lives.summary.frequency, lives.summary.recency_days, lives.summary.age_days
    del lives
    times, model = timed(lambda: fit_bg_nbd(summary_from_arrays(x, tx, t, unit_days=1.0)), 3)
    groups = len(group_customers(summary_from_arrays(x, tx, t, unit_days=1.0)).x)
    told = ", ".join(f"{n} {v:.4f}" for n, v in zip(model.estimate.names, model.estimate.values, strict=True))
    return {
        "what": f"BG/NBD, {customers:,} customers simulated in days (ages up to 2 years)",
        "figure": round(statistics.median(times), 2),
        "unit": "s (median)",
        "target": f"< {target:g} s",
        "reached": statistics.median(times) < target,
        "note": f"{spread(times)}; {groups:,} groups; {told} (alpha in days; truth 0.2426, 30.8952, 0.7929, 2.4259, "
        "before rounding to days)",
    }


def timed(work: Callable[[], Fitted], runs: int) -> tuple[list[float], Fitted]:
    """Do the work once to warm up, then `runs` times."""
    result = work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return times, result


def spread(times: list[float]) -> str:
    """Minimum and median in words."""
    unit, factor = ("ms", 1e3) if statistics.median(times) < 0.5 else ("s", 1.0)
    return f"min {min(times) * factor:.3g}, median {statistics.median(times) * factor:.3g} {unit} of {len(times)} runs"


if __name__ == "__main__":
    for row in run(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None):
        print("\n".join(f"{key}: {value}" for key, value in row.items()), end="\n\n")
