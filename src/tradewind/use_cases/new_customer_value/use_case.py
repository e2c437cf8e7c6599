"""What a new customer will bring in, and what acquiring one may cost."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase

USE_CASE = UseCase(
    name="new_customer_value",
    title="What a new customer is worth",
    question="What will each new customer spend in the next {horizon}, and what may winning one cost?",
    action="Pay up to the stated amount for a new customer of each channel, and no more.",
    task="regression",
    entity="customer_id",
    horizon=Horizon(days(180)),
    positive="spend within {horizon} after becoming a customer",
    economics=Economics(
        success="a new customer",
        value_sentence="what the customer is expected to bring in over the next {horizon}, besides the first order",
    ),
    settings={"first_within": days(30)},
    needs=("first orders",),
    baselines=(Baseline("the first order once more", "spend_all", +1),),
    minimum_history=days(30),
    every=days(30),
)
