"""The purchase model for these customers: by likelihood alone where it can be, leaning on typical values where not."""

from __future__ import annotations

from typing import Literal

from tradewind.core.errors import ModelError
from tradewind.core.finding import Check
from tradewind.models.lifetime.bg_nbd import BetaGeometric, fit_bg_nbd
from tradewind.models.lifetime.expect import refuse_unfit
from tradewind.models.lifetime.gamma_gamma import GammaGamma, fit_gamma_gamma
from tradewind.models.lifetime.pareto_nbd import ParetoNbd, fit_pareto_nbd
from tradewind.models.lifetime.summary import LifetimeSummary

PurchaseModelName = Literal["bg_nbd", "pareto_nbd"]
_NAME = "The customers alone determine the model"


def fit_purchases(
    summary: LifetimeSummary, name: PurchaseModelName = "bg_nbd"
) -> tuple[BetaGeometric | ParetoNbd, Check]:
    """Fit a purchase model; where the likelihood is flat, lean on typical values and say so.

    Few customers, customers of whom nobody is seen to leave, or who all leave alike leave the likelihood flat. The
    forecasts hardly depend on the flat direction, and their intervals carry it.

    Returns:
        The model, and a check that passes when nothing had to be leaned on.

    Raises:
        ModelError: nothing can be learned from these customers; says why.
    """
    refuse_unfit(summary, "BG/NBD" if name == "bg_nbd" else "Pareto/NBD")
    fit = fit_bg_nbd if name == "bg_nbd" else fit_pareto_nbd
    try:
        return fit(summary), Check(_NAME, "pass", f"{len(summary):,} customers were enough")
    except ModelError as flat:
        return fit(summary, lean=True), _leaned(flat)


def fit_spend(summary: LifetimeSummary) -> tuple[GammaGamma, Check]:
    """Fit the spend model as `fit_purchases` fits the purchase model.

    Raises:
        ModelError: fewer than two different mean amounts.
    """
    try:
        model = fit_gamma_gamma(summary)
        return model, Check(_NAME, "pass", f"{model.estimate.customers:,} customers with repeat purchases were enough")
    except ModelError as flat:
        return fit_gamma_gamma(summary, lean=True), _leaned(flat)


def _leaned(flat: ModelError) -> Check:
    return Check(
        _NAME,
        "warn",
        f"typical values were leaned on: {flat.problems[0].what}",
        "use more customers or a longer history; read the intervals rather than the means",
    )
