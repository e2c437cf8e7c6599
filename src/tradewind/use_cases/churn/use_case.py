"""Which customers with a running subscription end it within the horizon."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase

USE_CASE = UseCase(
    name="churn",
    title="About to leave",
    question="Which of our customers with a running subscription will end it in the next {horizon}?",
    action="Talk to the customers at the top of the list before they leave.",
    task="classification",
    entity="customer_id",
    horizon=Horizon(days(60), days(7)),
    positive="ends every subscription within {horizon}",
    economics=Economics(
        success="a customer who would have left and stays",
        value_sentence="twelve monthly amounts of each customer's running subscriptions",
        contact_cost=5.0,
    ),
    settings={"switch_within": days(7)},
    options={"with_trials": False},
    requires=("subscriptions",),
    columns=("subscriptions.ended_at",),
    waits="switch_within",
    baselines=(
        Baseline("longest without activity first", "days_since_last_visit", +1),
        Baseline("newest subscription first", "days_since_first_subscription", -1),
    ),
    every=days(30),
    caveat="Whoever is still in the trial is not asked about, unless `with_trials = true`.",
    does="leave",
    also=("driver groups", "time to leave"),
)
