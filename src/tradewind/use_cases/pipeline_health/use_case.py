"""Which open deals stand still, and in which stage deals are held up or lost."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Economics, UseCase

USE_CASE = UseCase(
    name="pipeline_health",
    title="Deals that stand still",
    question="Which open deals have stood in their stage for too long, and where are deals held up or lost?",
    action="Work through the list from the top: each deal says what to do next.",
    task="analysis",
    entity="deal_id",
    horizon=Horizon(days(90)),
    positive="stand still",
    economics=Economics(success="a deal that moves again", value_sentence="the amount of the deal"),
    settings={"quiet": days(14), "owner_quiet": days(60)},
    requires=("deals",),
    columns=("deals.created_at", "deals.closed_at"),
    minimum_history=days(0),
    does="stand still",
)
