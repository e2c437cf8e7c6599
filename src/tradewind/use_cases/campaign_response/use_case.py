"""Which contacted customers redeem a coupon of a campaign."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase

USE_CASE = UseCase(
    name="campaign_response",
    title="Will use a coupon",
    question="If we send the next campaign, who will redeem a coupon within {horizon}?",
    action="Send the next campaign to the top of the list first and stop where it no longer pays.",
    task="classification",
    entity="customer_id",
    horizon=Horizon(days(60)),
    positive="redeems a coupon within {horizon}",
    economics=Economics(
        success="a customer who redeems a coupon because of the campaign",
        value_sentence="what the customer brought in over the last {spend_within}",
    ),
    settings={"active_within": days(90), "contact_within": days(30), "spend_within": days(30)},
    requires=("orders", "touches", "events"),
    baselines=(
        Baseline("most active before first", "events_count_all", +1),
        Baseline("highest spend first", "spend_90d", +1),
    ),
    every=days(30),
    caveat="Learned from customers who were sent a campaign; customers unlike them are judged with less certainty.",
)
