"""What each customer is worth over the next year."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase

USE_CASE = UseCase(
    name="lifetime_value",
    title="Worth over the next {horizon}",
    question="What is each customer worth over the next {horizon}?",
    action="Spend on keeping a customer in proportion to what the customer will still bring in.",
    task="lifetime",
    entity="customer_id",
    horizon=Horizon(days(365)),
    positive="spend within {horizon}",
    economics=Economics(
        success="a customer who stays",
        value_sentence="what the customer is expected to bring in over the next {horizon}, later money counting less",
    ),
    settings={"active_within": days(90), "panel_horizon": days(60)},
    baselines=(Baseline("each customer's own past rate", "spend_90d", +1, scale_days=90),),
)
