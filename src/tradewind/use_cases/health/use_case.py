"""A traffic light for every customer with a running subscription, with a reason and a task."""

from tradewind.core.time import Horizon, days
from tradewind.core.use_case import Economics, UseCase

USE_CASE = UseCase(
    name="health",
    title="Whom to call this morning",
    question="Which customers with a running subscription need us now, why, and what is there to do?",
    action="Work through the red ones from the top, then the amber ones; each says what to do.",
    task="analysis",
    entity="customer_id",
    horizon=Horizon(days(60), days(7)),
    positive="leaves within {horizon}",
    economics=Economics(
        success="a customer who would have left and stays",
        value_sentence="twelve monthly amounts of each customer's running subscriptions",
    ),
    settings={"switch_within": days(7)},
    options={"red_from": 2.0, "amber_from": 1.3, "failed_payment": "payment_failed", "with_trials": False},
    requires=("subscriptions",),
    columns=("subscriptions.ended_at",),
    waits="switch_within",
    minimum_history=days(0),
    does="leave",
)
