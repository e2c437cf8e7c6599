"""How good the answers are on the demo shop at pinned dates: who lapses, and what customers spend next."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import numpy as np

import tradewind as tw
from tradewind.flow.data import Data, open_data
from tradewind.flow.learning.evaluate import evaluate_rows
from tradewind.flow.learning.lesson import candidates_of, prepare_lesson, try_lesson
from tradewind.flow.load import load
from tradewind.flow.questions.asked import find_question
from tradewind.flow.start.demo import set_up_demo

Row = dict[str, object]
SEEDS = 20
PATIENCE = 600.0
"""Seconds for choosing among models, so that what is chosen does not depend on the machine."""

LAPSE = {date(2017, 11, 1): 0.85, date(2017, 12, 1): 0.86}


def run(seeds: int = SEEDS) -> list[Row]:
    """Measure lapse at both pinned dates over all seeds, and next_spend at the first."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = tw.open(set_up_demo(Path(folder) / "demo"))
        load(workspace)
        with open_data(workspace) as data:
            rows = [row for test, target in LAPSE.items() for row in lapse(data, test, target, seeds)]
            rows += next_spend(data, date(2017, 11, 1))
        workspace.close()
    return rows


def lapse(data: Data, test: date, target: float, seeds: int) -> list[Row]:
    """Choose a model once, then fit and test it with every seed."""
    question = find_question(data.workspace.config, "lapse").with_models(("auto",), PATIENCE)
    lesson = prepare_lesson(data, question, test)
    chosen = try_lesson(data, lesson, candidates_of(question), seed=0).chosen
    only = candidates_of(question.with_models((chosen,), PATIENCE))
    found: dict[str, list[float]] = {name: [] for name in ("auc", "rule", "low", "ece", "band")}
    for seed in range(seeds):
        trial = try_lesson(data, lesson, only, seed=seed)
        numbers = evaluate_rows(data, lesson, trial.test_rows, trial.test_mean, trial.test_label, 300).numbers
        for key, name in (("auc", "auc"), ("rule", "baseline_auc"), ("ece", "ece"), ("band", "ece_band_high")):
            found[key].append(numbers[name].value or 0.0)
        found["low"].append(numbers["baseline_gap"].low or 0.0)
    mean = {name: float(np.mean(values)) for name, values in found.items()}
    what, note = f"lapse at {test}, mean of {seeds} seeds", f"model chosen: {chosen}"
    return [
        {"what": f"{what}: AUC", "figure": f"{mean['auc']:.4f} ({min(found['auc']):.4f} to {max(found['auc']):.4f})",
         "target": f"≥ {target}", "reached": mean["auc"] >= target, "note": f"{note}; recency rule {mean['rule']:.4f}"},
        {"what": f"{what}: lowest end of any paired interval over the rule", "figure": f"{min(found['low']):+.4f}",
         "target": "> 0", "reached": min(found["low"]) > 0, "note": ""},
        {"what": f"{what}: ECE", "figure": f"{mean['ece']:.4f}", "target": f"≤ {mean['band']:.4f} (95 % band)",
         "reached": mean["ece"] <= mean["band"],
         "note": f"{sum(e <= b for e, b in zip(found['ece'], found['band'], strict=True))} of {seeds} seeds inside"},
    ]  # fmt: skip


def next_spend(data: Data, test: date) -> list[Row]:
    """Test the chosen model against the average of the last 90 days."""
    question = find_question(data.workspace.config, "next_spend").with_models(("auto",), PATIENCE)
    lesson = prepare_lesson(data, question, test)
    trial = try_lesson(data, lesson, candidates_of(question))
    numbers = evaluate_rows(data, lesson, trial.test_rows, trial.test_mean, trial.test_label, 1000).numbers
    mae, rule, bias, gap = (numbers[name] for name in ("mae", "baseline_mae", "total_bias", "baseline_gap"))
    assert mae.value is not None
    assert rule.value is not None
    assert bias.value is not None
    return [
        {"what": f"next_spend at {test}: mean absolute error", "figure": f"{mae.value:.2f}",
         "target": f"< {rule.value:.2f} (the rule, same run)", "reached": mae.value < rule.value,
         "note": f"model chosen: {trial.chosen}; gap {gap.value:.2f} ({gap.low:.2f} to {gap.high:.2f})"},
        {"what": f"next_spend at {test}: total bias", "figure": f"{bias.value:+.1%}", "target": "within ±5 %",
         "reached": abs(bias.value) <= 0.05, "note": f"95 % interval {bias.low:+.1%} to {bias.high:+.1%}"},
    ]  # fmt: skip
