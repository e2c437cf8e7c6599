"""Which activities go with winning a deal, or converting a lead."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Economics, UseCase

USE_CASE = UseCase(
    name="activity_effect",
    title="Activities that go with winning",
    question="Which activities in the first {first} of a deal go with winning it within {horizon} after that?",
    action="Try what goes with winning on deals drawn at random, and see whether it helps.",
    task="analysis",
    entity="deal_id",
    horizon=Horizon(days(180)),
    settings={"first": days(30)},
    requires=("deals", "activities"),
    columns=("deals.created_at", "deals.closed_at"),
    positive="is won within {horizon}",
    does="are won",
    economics=Economics("a deal that is won", "the amount of the deal", contact_cost=20.0),
    every=days(7),
    cutoffs=156,
    options={"of": "deals"},
    caveat="It goes with winning and need not be its cause: colleagues do more where a deal looks good.",
)
