"""Which first-time buyers buy again within the horizon."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase

USE_CASE = UseCase(
    name="repeat_purchase",
    title="First-time buyers who come back",
    question="Which of our new customers will buy a second time in the next {horizon}?",
    action="Win the second order: contact those who could go either way, soon after the first order.",
    task="classification",
    entity="customer_id",
    horizon=Horizon(days(60)),
    positive="buys a second time within {horizon}",
    economics=Economics(
        success="a first-time buyer who buys again",
        value_sentence="what the first order brought in, expected again",
    ),
    settings={"first_within": days(60)},
    needs=("first orders",),
    baselines=(
        Baseline("most recent first order first", "days_since_last_order", -1),
        Baseline("largest first order first", "spend_all", +1),
    ),
    minimum_history=days(60),
    every=days(30),
    caveat="The money counts those likeliest to come back; a contact may change more among the undecided.",
)
