"""Which companies end the last of their running subscriptions within the horizon."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase

USE_CASE = UseCase(
    name="account_churn",
    title="Companies about to leave",
    question="Which companies with a running subscription will end their last one in the next {horizon}?",
    action="Talk to the companies at the top of the list before they leave.",
    task="classification",
    entity="account_id",
    horizon=Horizon(days(60), days(7)),
    positive="ends its last subscription within {horizon}",
    economics=Economics(
        success="a company that would have left and stays",
        value_sentence="twelve monthly amounts of each company's running subscriptions",
        contact_cost=20.0,
    ),
    settings={"switch_within": days(7)},
    options={"with_trials": False},
    requires=("subscriptions", "customers"),
    columns=("subscriptions.ended_at", "customers.account_id|subscriptions.account_id"),
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
