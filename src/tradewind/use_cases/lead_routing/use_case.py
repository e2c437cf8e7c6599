"""Who calls which lead today."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Economics, UseCase

USE_CASE = UseCase(
    name="lead_routing",
    title="Who calls which lead today",
    question="Who of us should call which of our open leads today?",
    action="Give each colleague the leads of their own list for today.",
    task="analysis",
    entity="lead_id",
    horizon=Horizon(days(30)),
    positive="converts within {horizon}",
    does="convert",
    economics=Economics("a lead that converts", "what a converted lead has brought so far, times its chance"),
    settings={"left_after": days(60)},
    requires=("leads",),
    columns=("leads.created_at", "leads.converted_at"),
    options={"capacity": 10, "capacities": {}, "away": (), "keep_owner": True, "fair": False, "skill": False},
    after=("lead_conversion",),
    caveat="What a call changes is not measured: a lead's worth is its chance times what converted leads bring.",
)
