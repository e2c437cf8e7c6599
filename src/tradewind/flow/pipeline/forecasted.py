"""A forecast as values: one quarter of one seller, team or all; and everything that is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tradewind.flow.pipeline.known import KnownPipeline
from tradewind.flow.pipeline.past_quarters import PastQuarter
from tradewind.flow.pipeline.quarters import FiscalQuarter


@dataclass(frozen=True)
class Forecast:
    """The forecast of one quarter for one seller, team or all.

    Args:
        quarter: which.
        kind: "all", "owner" or "team".
        who: their name; empty for all, and for deals of nobody.
        won: what was won already.
        open: expected of deals open now.
        new: expected of deals not yet born.
        low: `COMMIT` of the futures end below it; what can be committed to.
        high: `BEST` of the futures end below it; the best to be hoped for.
        downside: `DOWNSIDE` of the futures end below it.
        chance: to reach the target; None where there is none.
    """

    quarter: FiscalQuarter
    kind: str
    who: str
    won: float
    open: float
    new: float
    low: float
    high: float
    downside: float
    chance: float | None = None

    @property
    def mean(self) -> float:
        """Expected in all."""
        return self.won + self.open + self.new


@dataclass(frozen=True)
class Forecasted:
    """Everything that is told of a forecast.

    Args:
        known: the pipeline as known today.
        running: the quarter that today lies in.
        forecasts: of all first, then teams and sellers, this quarter before the next.
        past: the forecasts of past quarters, oldest first.
        rules: what the rules of thumb say of this quarter.
        target: per quarter; 0 where there is none.
        currency: of all amounts.
        draws: how many futures.
    """

    known: KnownPipeline
    running: FiscalQuarter
    forecasts: tuple[Forecast, ...]
    past: tuple[PastQuarter, ...]
    rules: Mapping[str, float]
    target: float
    currency: str
    draws: int

    def of_all(self, place: int) -> Forecast:
        """Return the forecast of all for this quarter (0) or the next (1)."""
        return [each for each in self.forecasts if each.kind == "all"][place]

    def of_sellers(self) -> list[Forecast]:
        """Return this quarter's forecasts by seller, the largest first."""
        return [each for each in self.forecasts if each.kind == "owner" and each.quarter == self.running]
