"""Which active customers buy nothing within the horizon."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase

USE_CASE = UseCase(
    name="lapse",
    title="About to stop buying",
    question="Which of our active customers will buy nothing in the next {horizon}?",
    action="Contact the customers at the top of the list with a reason to come back.",
    task="classification",
    entity="customer_id",
    horizon=Horizon(days(30)),
    positive="buys nothing within {horizon}",
    economics=Economics(
        success="a customer who would have stopped and buys on",
        value_sentence="what the customer brought in over the last {active_within}, expected again if kept",
    ),
    settings={"active_within": days(90)},
    baselines=(
        Baseline("longest without an order first", "days_since_last_order", +1),
        Baseline("fewest orders first", "orders_count_90d", -1),
    ),
)
