"""What customers are worth over a horizon: expected purchases × spend × margin, with the range of what may happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ContractError, Problem
from tradewind.core.finding import Number
from tradewind.core.time import Horizon
from tradewind.models.lifetime.expect import PurchaseModel, expected_given_alive
from tradewind.models.lifetime.gamma_gamma import GammaGamma
from tradewind.models.lifetime.summary import Floats, Ints, LifetimeSummary

if TYPE_CHECKING:
    import pyarrow as pa

_CHUNK = 20_000
"""Customers whose futures are drawn at a time, to bound memory."""


@dataclass(frozen=True)
class LifetimeValues:
    """What each customer is worth over the horizon, one row per customer.

    `low` and `high` hold what the customer will turn out to be worth in `level` of all cases: uncertainty of the
    parameters (drawn from their asymptotic normal distribution) and of the customer's own future (drawn from the
    model) together. `high` is never below the mean: most who are worth a little on average are worth nothing, a few
    much.

    Args:
        entity_id: (n,) who.
        p_alive: (n,) probability of still being a customer.
        purchases, purchases_low, purchases_high: (n,) expected purchases in the horizon, not discounted, and the whole
            numbers between which they will lie in `level` of all cases (both may be 0 although 0.1 is expected).
        amount: (n,) expected amount per purchase, before margin.
        mean, low, high: (n,) discounted value in the currency of the amounts, after margin.
        total: sum over all customers, with the 95 % interval of the sum.
        segments: the same sum for each segment asked for.
        margin: share of revenue that is gross margin; None: the values are revenue.
        level: share of cases that the customers' intervals hold.
    """

    entity_id: NDArray[Any]
    p_alive: Floats
    purchases: Floats
    purchases_low: Floats
    purchases_high: Floats
    amount: Floats
    mean: Floats
    low: Floats
    high: Floats
    total: Number
    segments: Mapping[str, Number] = field(default_factory=dict)
    margin: float | None = None
    level: float = 0.8

    def to_arrow(self) -> pa.Table:
        """Return the rows as a table: entity_id, mean, low, high, p_alive, purchases …, amount."""
        import pyarrow as pa

        names = ("mean", "low", "high", "p_alive", "purchases", "purchases_low", "purchases_high", "amount")
        return pa.table({"entity_id": pa.array(self.entity_id)} | {name: getattr(self, name) for name in names})


def expected_value(
    model: PurchaseModel,
    spend_model: GammaGamma,
    summary: LifetimeSummary,
    horizon: Horizon,
    annual_discount_rate: float,
    margin: float | None,
    rng: np.random.Generator,
    *,
    draws: int = 200,
    level: float = 0.8,
    segments: NDArray[Any] | None = None,
) -> LifetimeValues:
    """Value of each customer over the horizon after the observation.

    Mean = margin × E[discounted purchases] × E[amount per purchase] (Fader, Hardie, Lee 2005, "RFM and CLV"), exact.
    Intervals by drawn futures; in them the discount is the one that the expected purchases of a customer carry.

    Args:
        model: fitted purchase model.
        spend_model: fitted spend model.
        summary: customers as of the cutoff.
        horizon: how far ahead.
        annual_discount_rate: 0.1 makes money a year ahead worth 1/1.1.
        margin: share of revenue that is gross margin; None to tell revenue.
        draws: futures drawn; each with its own parameters.
        level: share of cases that a customer's interval holds.
        segments: (n,) segment of each customer whose sums are wanted too.

    Raises:
        ContractError: a margin or level that is no share, or segments that do not fit.
        NotAnswerable: no finite average amount; see `GammaGamma.expected_amount`.
    """
    _check_shares(margin, level, draws)
    if segments is not None and len(segments) != len(summary):
        raise ContractError(Problem("segments", "one segment per customer", f"{len(segments)}", f"{len(summary)}"))
    share = 1.0 if margin is None else margin
    alive, amount = model.probability_alive(summary), spend_model.expected_amount(summary)
    plain = expected_given_alive(model, summary, horizon)
    discounted = expected_given_alive(model, summary, horizon, annual_discount_rate)
    worth = share * np.divide(discounted, plain, out=np.ones(len(plain)), where=plain > 0)
    names, where = _segment_codes(segments, len(summary))
    sums = np.zeros((len(names) + 1, draws))
    bands = [np.empty(len(summary)) for _ in range(4)]
    tails = [(1 - level) / 2, (1 + level) / 2]
    for part, counts, spends in _futures(model, spend_model, summary, horizon, rng, draws):
        spends *= worth[part, None]
        sums[0] += spends.sum(axis=0)
        if len(names):
            np.add.at(sums, where[part] + 1, spends)
        low, high = np.quantile(counts, tails, axis=1, method="inverted_cdf")
        bands[0][part], bands[1][part] = low, high
        bands[2][part], bands[3][part] = np.quantile(spends, tails, axis=1)
    mean = share * alive * discounted * amount
    purchases = alive * plain
    total = _sum_number(mean, sums[0])
    each = {name: _sum_number(mean[where == i], sums[i + 1]) for i, name in enumerate(names)}
    return LifetimeValues(
        summary.entity_id,
        alive,
        purchases,
        bands[0],
        bands[1],
        amount,
        mean,
        np.minimum(bands[2], mean),
        np.maximum(bands[3], mean),
        total,
        each,
        margin,
        level,
    )


def draw_purchases(
    model: PurchaseModel, summary: LifetimeSummary, horizon: Horizon, rng: np.random.Generator, draws: int = 200
) -> Ints:
    """Draw each customer's purchases in the horizon, each draw with parameters of its own.

    Returns:
        (n, draws) purchases: their spread is uncertainty of parameters and of the customers' futures together.
    """
    out = np.empty((len(summary), draws), dtype=np.int64)
    exposure = np.array([[float(horizon.length.count)]])
    for j in range(draws):
        drawn = model.with_parameters(model.estimate.draw(rng))
        alive = drawn.probability_alive(summary)
        out[:, j] = drawn.draw_counts(summary.frequency, summary.age_days, alive, exposure, rng)[:, 0]
    return out


def _futures(
    model: PurchaseModel,
    spend_model: GammaGamma,
    summary: LifetimeSummary,
    horizon: Horizon,
    rng: np.random.Generator,
    draws: int,
) -> Iterator[tuple[slice, Ints, Floats]]:
    """Draw purchases and spend of a chunk of customers at a time; draw j has the same parameters in every chunk."""
    worlds = [
        (
            model.with_parameters(model.estimate.draw(rng)),
            spend_model.with_parameters(spend_model.estimate.draw(rng)),
        )
        for _ in range(draws)
    ]
    exposure = np.array([[float(horizon.length.count)]])
    for first in range(0, len(summary), _CHUNK):
        part = slice(first, min(first + _CHUNK, len(summary)))
        some = summary.rows(np.arange(part.start, part.stop))
        counts, spends = np.empty((len(some), draws), dtype=np.int64), np.empty((len(some), draws))
        for j, (buying, spending) in enumerate(worlds):
            alive = buying.probability_alive(some)
            counts[:, j] = buying.draw_counts(some.frequency, some.age_days, alive, exposure, rng)[:, 0]
            spends[:, j] = spending.draw_spend(some, counts[:, j], rng)
        yield part, counts, spends


def _sum_number(mean: Floats, drawn: Floats) -> Number:
    """The sum of the means, with the 95 % interval of the drawn sums."""
    low, high = np.quantile(drawn, [0.025, 0.975])
    value = float(mean.sum())
    return Number(value, min(float(low), value), max(float(high), value))


def _segment_codes(segments: NDArray[Any] | None, n: int) -> tuple[list[str], NDArray[np.intp]]:
    if segments is None:
        return [], np.zeros(n, dtype=np.intp)
    names, index = np.unique(np.asarray([str(s) for s in segments]), return_inverse=True)
    return names.tolist(), index


def _check_shares(margin: float | None, level: float, draws: int) -> None:
    problems = []
    if margin is not None and not (np.isfinite(margin) and 0 < margin <= 1):
        problems.append(Problem("margin", "a margin is a share of revenue", repr(margin), "more than 0, at most 1"))
    if not 0 < level < 1:
        problems.append(Problem("level", "a level is a share of cases", repr(level), "between 0 and 1"))
    if draws < 20:
        problems.append(Problem("draws", "too few draws for an interval", repr(draws), "20 or more"))
    if problems:
        raise ContractError(problems)
