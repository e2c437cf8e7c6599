"""The analyses, by the name of their question: how each is answered. Their code is imported when one is asked."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from tradewind.flow.analyse import Analysis

ANALYSES: Mapping[str, str] = {
    # One line each: question → module under `tradewind.flow` that has `answer(data, question) -> Analysed`.
    "lead_routing": "lead_routing",
    "lead_source_quality": "lead_source_quality",
    "pipeline_health": "pipeline_health",
    "pipeline_forecast": "pipeline_forecast",
    "sales_ready": "sales_ready",
    "activity_effect": "activity_effect",
    "health": "health",
}


def find_analysis(name: str) -> Analysis:
    """Return the work of an analysis."""
    answer: Analysis = importlib.import_module(f"tradewind.flow.{ANALYSES[name]}").answer
    return answer
