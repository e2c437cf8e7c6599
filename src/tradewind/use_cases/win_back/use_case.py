"""Which customers who have left begin a new subscription within the horizon."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase

USE_CASE = UseCase(
    name="win_back",
    title="Lost, and may come back",
    question="Which of the customers who left in the last {left_within} will subscribe again in the next {horizon}?",
    action="Write to the customers at the top of the list with a reason to come back, and leave the rest in peace.",
    task="classification",
    entity="customer_id",
    horizon=Horizon(days(90)),
    positive="subscribes again within {horizon}",
    economics=Economics(
        success="a lost customer who comes back because of the contact",
        value_sentence="twelve monthly amounts of the subscription each of them had last",
        contact_cost=1.0,
    ),
    settings={"left_within": days(365)},
    options={"with_trials": False},
    requires=("subscriptions",),
    columns=("subscriptions.ended_at",),
    baselines=(
        Baseline("left most recently first", "days_since_cancelling", -1),
        Baseline("longest with us first", "days_since_first_subscription", +1),
    ),
    every=days(30),
    does="come back",
    also=("driver groups",),
)
