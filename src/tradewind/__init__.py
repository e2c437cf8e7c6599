"""Tradewind: customer data into decisions, explained in money and proved by tests.

>>> import tradewind as tw
>>> tw.days(30)
Days(count=30)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from tradewind.core.errors import TradewindError
    from tradewind.core.finding import Finding, Number
    from tradewind.core.money import Money
    from tradewind.core.time import Cutoff, Days, Horizon, days, weeks
    from tradewind.core.use_case import UseCase
    from tradewind.flow.answers.notebook import charts
    from tradewind.flow.learning.compare import compare
    from tradewind.flow.learning.explain import explain
    from tradewind.flow.quality.look import check
    from tradewind.flow.run import run, score, train, write_report
    from tradewind.store.workspace import Workspace
    from tradewind.store.workspace import open_workspace as open

_PUBLIC = {
    "Cutoff": "core.time",
    "Days": "core.time",
    "Finding": "core.finding",
    "Horizon": "core.time",
    "Money": "core.money",
    "Number": "core.finding",
    "TradewindError": "core.errors",
    "UseCase": "core.use_case",
    "Workspace": "store.workspace",
    "charts": "flow.answers.notebook",
    "check": "flow.quality.look",
    "compare": "flow.learning.compare",
    "days": "core.time",
    "explain": "flow.learning.explain",
    "open": "store.workspace:open_workspace",
    "run": "flow.run",
    "score": "flow.run",
    "train": "flow.run",
    "weeks": "core.time",
    "write_report": "flow.run",
}
"""Public name to the module that defines it; imported only when asked for, so that importing Tradewind is quick."""

__all__ = [
    "Cutoff",
    "Days",
    "Finding",
    "Horizon",
    "Money",
    "Number",
    "TradewindError",
    "UseCase",
    "Workspace",
    "charts",
    "check",
    "compare",
    "days",
    "explain",
    "open",
    "run",
    "score",
    "train",
    "weeks",
    "write_report",
]


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"tradewind has no {name!r}; it has {', '.join(_PUBLIC)}")
    module, _, attribute = _PUBLIC[name].partition(":")
    return getattr(import_module(f"tradewind.{module}"), attribute or name)


def __dir__() -> list[str]:
    return sorted([*_PUBLIC, "__version__"])
