"""What will be won this quarter and the next, by seller and team."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Economics, UseCase

USE_CASE = UseCase(
    name="pipeline_forecast",
    title="What the pipeline will bring",
    question="How much will be won this quarter and the next, in all and by seller?",
    action="Commit to the level that is reached nine times in ten, and see early where the target will be missed.",
    task="analysis",
    entity="deal_id",
    horizon=Horizon(days(91)),
    positive="are won",
    economics=Economics(success="a forecast that holds", value_sentence="the amounts of the deals"),
    requires=("deals",),
    columns=("deals.created_at", "deals.closed_at"),
    minimum_history=days(0),
    does="are won",
    options={"fiscal_year_starts": 1, "target": 0.0, "stage_weights": {}, "past_quarters": 12},
)
