"""How much each active customer will spend within the horizon."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase

USE_CASE = UseCase(
    name="next_spend",
    title="What customers will spend next",
    question="How much will each active customer spend in the next {horizon}?",
    action="Plan stock and budgets on the total; give the best treatment to the customers who will bring the most.",
    task="regression",
    entity="customer_id",
    horizon=Horizon(days(30)),
    positive="spend within {horizon}",
    economics=Economics(
        success="a customer who spends as expected",
        value_sentence="what the customer is expected to bring in over the next {horizon}",
    ),
    settings={"active_within": days(90)},
    amounts="spend",
    baselines=(
        Baseline("average of the last 90 days", "spend_90d", +1, scale_days=90),
        Baseline("the last 30 days again", "spend_30d", +1, scale_days=30),
    ),
)
