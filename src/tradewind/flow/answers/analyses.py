"""The analyses, by the name of their question: how each is answered. Their code is imported when one is asked."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from tradewind.flow.answers.analyse import Analysis

ANALYSES: Mapping[str, str] = {
    # One line each: question → module under `tradewind.flow` that has `answer(data, question) -> Analysed`.
    "lead_routing": "leads.routing",
    "lead_source_quality": "leads.source_quality",
    "pipeline_health": "pipeline.health",
    "pipeline_forecast": "pipeline.forecast",
    "sales_ready": "leads.sales_ready",
    "activity_effect": "leads.activity_effect",
    "health": "subscriptions.health",
}


def find_analysis(name: str) -> Analysis:
    """Return the work of an analysis."""
    answer: Analysis = importlib.import_module(f"tradewind.flow.{ANALYSES[name]}").answer
    return answer
