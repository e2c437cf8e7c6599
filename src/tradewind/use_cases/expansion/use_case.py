"""Which companies pay more, or begin another subscription, within the horizon."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase

USE_CASE = UseCase(
    name="expansion",
    title="Ready for more",
    question="Which companies with a running subscription will pay more, or take another, in the next {horizon}?",
    action="Offer more to the companies at the top of the list: a larger plan, more seats, another product.",
    task="classification",
    entity="account_id",
    horizon=Horizon(days(90)),
    positive="pays more or takes another subscription within {horizon}",
    economics=Economics(
        success="a company that takes more because of the offer",
        value_sentence="what the smallest rise that counts brings in twelve months",
        contact_cost=10.0,
    ),
    options={"rise": 0.2},
    requires=("subscriptions", "customers", "orders"),
    columns=("customers.account_id|subscriptions.account_id", "subscriptions.ended_at"),
    baselines=(
        Baseline("most active first", "events_count_30d", +1),
        Baseline("longest with us first", "days_since_first_subscription", +1),
    ),
    every=days(30),
    does="take more",
    also=("driver groups",),
)
