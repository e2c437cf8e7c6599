"""Which open leads become customers within the horizon."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Baseline, Economics, UseCase

USE_CASE = UseCase(
    name="lead_conversion",
    title="Leads that will convert",
    question="Which of our open leads will convert in the next {horizon}?",
    action="Call the leads at the top of the list first, today.",
    task="classification",
    entity="lead_id",
    horizon=Horizon(days(30)),
    positive="converts within {horizon}",
    does="convert",
    economics=Economics(
        success="a lead that converts",
        value_sentence="what a converted lead has brought so far, won or lost",
        contact_cost=5.0,
    ),
    settings={"open_within": days(90)},
    requires=("leads",),
    columns=("leads.created_at", "leads.converted_at"),
    baselines=(
        Baseline("newest first", "days_since_created_at", -1),
        Baseline("most active first", "activities_count_all", +1),
    ),
    minimum_history=days(30),
    every=days(7),
    cutoffs=26,
    caveat="A lead is asked about until it converts or is older than {open_within}.",
    options={"value": 0.0, "tiers": ()},
    also=("tiers",),
)
