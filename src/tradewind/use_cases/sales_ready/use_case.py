"""Which recent actions of a lead, in which order, precede a sale."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Economics, UseCase

USE_CASE = UseCase(
    name="sales_ready",
    title="What leads do before they buy",
    question="Which recent actions of a lead, in which order, come before it converts in the next {horizon}?",
    action="Call the leads that do just that today.",
    task="analysis",
    entity="lead_id",
    horizon=Horizon(days(30)),
    settings={"open_within": days(90), "recent": days(7), "lately": days(30)},
    requires=("leads",),
    columns=(
        "leads.created_at",
        "leads.converted_at",
        "events.lead_id|touches.lead_id|activities.lead_id|texts.lead_id",
    ),
    positive="converts within {horizon}",
    does="convert",
    economics=Economics("a lead that converts", "what a customer brings in", contact_cost=5.0),
    minimum_history=days(30),
    every=days(7),
    cutoffs=104,
    caveat="It comes before a sale and need not be its cause: who looks at prices may have made up their mind already.",
)
