"""The forecast of a pipeline, on the small sales team."""

from __future__ import annotations

from contract.analysis_contract import AnalysisContract


class TestPipelineForecast(AnalysisContract):
    name = "pipeline_forecast"
