"""What customers are worth over time: how often they buy, whether they are still there, what they spend."""

from tradewind.models.lifetime.bg_nbd import BetaGeometric, fit_bg_nbd
from tradewind.models.lifetime.choose import fit_purchases, fit_spend
from tradewind.models.lifetime.expect import PurchaseModel
from tradewind.models.lifetime.files import LifetimeModel, card_numbers, load_model, save_model
from tradewind.models.lifetime.gamma_gamma import GammaGamma, fit_gamma_gamma
from tradewind.models.lifetime.holdout import HoldoutComparison, compare_holdout, naive_purchases
from tradewind.models.lifetime.next_order import expected_next_order_days
from tradewind.models.lifetime.orders import count_purchases, count_weeks, summarise_orders
from tradewind.models.lifetime.pareto_nbd import ParetoNbd, fit_pareto_nbd
from tradewind.models.lifetime.summary import LifetimeSummary, new_customers, summary_from_arrays
from tradewind.models.lifetime.track import track_weeks
from tradewind.models.lifetime.value import LifetimeValues, draw_purchases, expected_value

__all__ = [
    "BetaGeometric",
    "GammaGamma",
    "HoldoutComparison",
    "LifetimeModel",
    "LifetimeSummary",
    "LifetimeValues",
    "ParetoNbd",
    "PurchaseModel",
    "card_numbers",
    "compare_holdout",
    "count_purchases",
    "count_weeks",
    "draw_purchases",
    "expected_next_order_days",
    "expected_value",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "fit_pareto_nbd",
    "fit_purchases",
    "fit_spend",
    "load_model",
    "naive_purchases",
    "new_customers",
    "save_model",
    "summarise_orders",
    "summary_from_arrays",
    "track_weeks",
]
