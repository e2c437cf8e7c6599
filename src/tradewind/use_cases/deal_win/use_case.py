"""Which open deals are won within the horizon."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase

USE_CASE = UseCase(
    name="deal_win",
    title="Deals that will be won",
    question="Which of our open deals will be won in the next {horizon}?",
    action="Look at the deals at the top first: they are the likeliest to be won soon, whoever calls.",
    task="classification",
    entity="deal_id",
    horizon=Horizon(days(60)),
    positive="is won within {horizon}",
    does="are won",
    economics=Economics(
        success="a deal that is won",
        value_sentence="the amount of the deal",
        contact_cost=20.0,
    ),
    requires=("deals",),
    columns=("deals.created_at", "deals.closed_at", "deals.won"),
    baselines=(
        Baseline("win rate of the stage", "stage_now", of_rate=True),
        Baseline("larger first", "amount", +1),
        Baseline("newest first", "days_since_created_at", -1),
    ),
    minimum_history=days(60),
    every=days(14),
    cutoffs=26,
    caveat="A deal counts as open until its closing date is known.",
    also=("won in the end",),
)
