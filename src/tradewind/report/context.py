"""What a report says about itself: whose it is, which data it stands on, when and with what it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from tradewind.core.brand import Brand
from tradewind.core.finding import Check
from tradewind.core.score import ModelCard
from tradewind.core.trouble import Trouble

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class ReportContext:
    """The frame around a run's findings.

    Args:
        company: name of the workspace, as its owner writes it.
        currency: ISO code of all amounts.
        amounts_are: whether amounts are gross margin or only revenue.
        as_of: the local day at whose midnight everything was known.
        snapshot_id: which state of the data.
        generated_at: naive UTC instant at which the report was written.
        period: first and last local day with data; None where there are none.
        assumptions: what was assumed, one plain sentence each.
        rejected: rows that broke the contract: counts (columns table, reason, rows), or the raw table `rejected`.
        checks: checks of the data (not of one question).
        troubles: what is wrong in the data, worst first.
        versions: name to version of what made the report.
        rules: use case to the name of the rule of thumb beside which it is shown.
        cards: use case to the card of its saved model.
        simulated: whether the data are made up.
        people: what those asked about are called ("leads and deals").
        brand: the company's own colour and logo.
    """

    company: str
    currency: str
    amounts_are: Literal["profit", "revenue"]
    as_of: date
    snapshot_id: str
    generated_at: datetime
    period: tuple[date, date] | None = None
    assumptions: tuple[str, ...] = ()
    rejected: pa.Table | None = None
    checks: tuple[Check, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    cards: Mapping[str, ModelCard] = field(default_factory=dict)
    simulated: bool = False
    people: str = "customers"
    brand: Brand = Brand()
