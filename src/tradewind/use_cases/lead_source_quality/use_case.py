"""What a won customer costs by source, with young sources corrected for conversions still to come."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Economics, UseCase

USE_CASE = UseCase(
    name="lead_source_quality",
    title="What leads of each source are worth",
    question="How many leads of each source become customers in the end, and what does one of them cost?",
    action="Move money, in steps, from sources whose customers are dear to those whose customers are cheap.",
    task="analysis",
    entity="lead_id",
    horizon=Horizon(days(180)),
    requires=("leads",),
    columns=("leads.created_at", "leads.source"),
    positive="becomes a customer within {horizon}",
    does="become customers",
    economics=Economics("a lead that becomes a customer", "what the source's customers brought in"),
    options={"counts": "auto"},
    caveat="Leads of all sources are taken to need the same time, unless the data say otherwise; what comes later than "
    "{horizon} is not counted.",
)
