"""Labelled tables: nested cross-validation on public sets, the honest score beside the flattering one, and by time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from tradewind.core.errors import LeakError
from tradewind.core.feature import Feature, FeatureTable
from tradewind.core.finding import Number
from tradewind.core.time import system_clock
from tradewind.models.candidates import LABELLED
from tradewind.models.labelled import LabelledTable, LabelledTrial, cross_validate, time_ordered
from tradewind.stats.bootstrap import bootstrap_by_entity, rarer_class
from tradewind.stats.probability import brier, log_loss
from tradewind.stats.ranking import Values, auc, rank

Row = dict[str, object]
PATIENCE = 3_600.0
"""Seconds for choosing among models, so that what is chosen does not depend on the machine."""
REPEATS = 2
"""Of the smaller sets; the largest is dealt once."""
AFTER_CONTACT = (
    "Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity", "Asymmetrique Activity Index",
    "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score",
)  # fmt: skip


def run(shared: Path) -> list[Row]:
    """Measure every set."""
    rows: list[Row] = []
    for measure in (_telco, _bank_churn, _leads, _bank_marketing):
        found = measure(shared)
        for row in found:
            print(f"  {row['what']}: {row['figure']}", flush=True)
        rows += found
    return rows


def _telco(shared: Path) -> list[Row]:
    table = SETS["Telco"](shared)
    trial, seconds = _validated(table)
    rows = [
        _row("Telco churn, nested 5-fold: AUC", trial, "auc", 0.848, seconds=seconds),
        _row("Telco churn, nested 5-fold: Brier score", trial, "brier", 0.134, smaller=True),
        _row("Telco churn, nested 5-fold: log-loss", trial, "log_loss", None),
    ]
    rng = np.random.default_rng(0)
    copies = np.r_[np.arange(len(table)), rng.choice(np.flatnonzero(table.outcome == 1), 3_000)]
    features = replace(
        table.features.rows(copies), entity_id=np.array([f"r{at}" for at in range(len(copies))], dtype=object)
    )
    try:
        cross_validate(LabelledTable(features, table.outcome[copies]), LABELLED, 0, 1, system_clock)
        refused = ""
    except LeakError as error:
        refused = error.problems[0].what
    rows.append(
        {"what": "Telco churn, oversampled before the split", "figure": "refused" if refused else "NOT REFUSED",
         "target": "refused", "reached": bool(refused), "note": refused}
    )  # fmt: skip
    return rows


def _leads(shared: Path) -> list[Row]:
    everything = _leads_table(shared, ())
    trial, seconds = _validated(SETS["X Education"](shared))
    flattering = cross_validate(everything, LABELLED[1:2], 0, PATIENCE, system_clock, repeats=1)
    return [
        _row("X Education, without columns filled in after contact: AUC", trial, "auc", 0.87, seconds=seconds),
        _row("X Education, with them (a leak): AUC", flattering, "auc", None),
    ]


def _bank_marketing(shared: Path) -> list[Row]:
    table = SETS["Bank marketing"](shared)
    trial, seconds = _validated(table, repeats=1)
    began = time.perf_counter()
    later = time_ordered(table, LABELLED, 0, PATIENCE, system_clock)
    parts = [f"{_area(later.label[later.fold[0] == part], later.mean[later.fold[0] == part]):.3f}"
             for part in np.unique(later.fold[0])]  # fmt: skip
    ordered = _row("Bank marketing, later calls from earlier ones: AUC", later, "auc", None)
    ordered["target"] = "beside it"
    ordered["note"] = f"part by part {', '.join(parts)}; {time.perf_counter() - began:.0f} s"
    return [_row("Bank marketing without call duration, nested 5-fold: AUC", trial, "auc", 0.80, seconds=seconds),
            ordered]  # fmt: skip


def _bank_churn(shared: Path) -> list[Row]:
    trial, seconds = _validated(SETS["Bank churn"](shared))
    row = _row("Bank churn, nested 5-fold: AUC", trial, "auc", 0.863, seconds=seconds)
    dropped = [text.split(":")[0] for text in trial.said if "left out" in text]
    row["note"] = f"{row['note']}; left out by themselves: {', '.join(dropped)}"
    row["reached"] = row["reached"] and dropped == ["RowNumber", "CustomerId", "Surname"]
    return [row]


def _validated(table: LabelledTable, repeats: int = REPEATS) -> tuple[LabelledTrial, float]:
    began = time.perf_counter()
    trial = cross_validate(table, LABELLED, 0, PATIENCE, system_clock, repeats=repeats)
    return trial, (time.perf_counter() - began) / repeats


def _row(
    what: str, trial: LabelledTrial, figure: str, target: float | None, smaller: bool = False, seconds: float = 0.0
) -> Row:
    """One figure: the mean over repeats, its interval from resampled rows, and the spread over repeats."""
    number = measured(trial, figure)
    each = [float(FIGURES[figure](trial.label, mean, np.ones(len(mean)))) for mean in trial.by_repeat]
    picked = {name: trial.picked.count(name) for name in dict.fromkeys(trial.picked)}
    note = f"repeats {min(each):.4f} to {max(each):.4f}; " if len(each) > 1 else ""
    note += "chosen " + ", ".join(f"{name} {times} ×" for name, times in picked.items())
    note += f"; {seconds:.0f} s a repeat" if seconds else ""
    value = float(number.value or 0.0)
    return {
        "what": what, "figure": f"{value:.4f} ({number.low:.4f} to {number.high:.4f})",
        "target": "" if target is None else f"{'≤' if smaller else '≥'} {target}",
        "reached": None if target is None else (value <= target if smaller else value >= target), "note": note,
    }  # fmt: skip


def measured(trial: LabelledTrial, figure: str) -> Number:
    """Return a figure averaged over repeats, with the interval of resampled rows (all repeats of a row together)."""

    def statistics(weight: Values) -> Mapping[str, Values]:
        found = [FIGURES[figure](trial.label, mean, weight) for mean in trial.by_repeat]
        return {figure: np.mean(found, axis=0)}

    weight, entity = np.ones(len(trial.label)), np.arange(len(trial.label))
    rng = np.random.default_rng(1)
    resamples = 400
    draws = bootstrap_by_entity(statistics, entity, weight, rng, resamples, rarer_class(trial.label, entity, weight))
    return draws.number(figure)


def _area(label: NDArray[np.float64], mean: NDArray[np.float64]) -> float:
    return float(auc(label, rank(mean), np.ones(len(label))))


FIGURES: Mapping[str, Callable[..., Any]] = {
    "auc": lambda label, mean, weight: auc(label, rank(mean), weight),
    "brier": lambda label, mean, weight: brier(label, mean, weight),
    "log_loss": lambda label, mean, weight: log_loss(label, mean, weight),
}


def table_of(
    data: pa.Table, outcome: str, positive: str, left_out: tuple[str, ...] = (), ordered: bool = False
) -> LabelledTable:
    """Return a flat table as it came: text that is all numbers becomes numbers, blanks are unknown."""
    features, numbers, categories = [], [], {}
    for name in data.column_names:
        if name in (outcome, *left_out):
            continue
        values = data.column(name).to_pylist()
        read = [_number(value) for value in values]
        if all(number is not None for number in read):
            numbers.append(np.array(read, dtype=np.float32))
            features.append(Feature(name, name, "number", "table", name))
        else:
            texts = np.empty(len(values), dtype=object)
            texts[:] = [None if value is None or str(value).strip() == "" else str(value) for value in values]
            categories[name] = texts
            features.append(Feature(name, name, "category", "table", name, kind="category"))
    rows = data.num_rows
    entity = np.array([f"r{at}" for at in range(rows)], dtype=object)
    label = np.array([float(str(value) == positive) for value in data.column(outcome).to_pylist()])
    table = FeatureTable(
        entity, np.full(rows, np.datetime64("2000-01-01")), tuple(features), np.column_stack(numbers), categories
    )
    return LabelledTable(table, label, np.arange(rows, dtype=np.float64) if ordered else None)


def _number(value: object) -> float | None:
    """Return a value as a number, NaN for a blank, None for a word."""
    if value is None or str(value).strip() == "":
        return float("nan")
    try:
        return float(str(value)) if not isinstance(value, bool) else float(value)
    except ValueError:
        return None


def _leads_table(shared: Path, left_out: tuple[str, ...]) -> LabelledTable:
    options = pyarrow.csv.ConvertOptions(strings_can_be_null=True)
    data = pyarrow.csv.read_csv(shared / "x_education_leads" / "leads.csv.gz", convert_options=options)
    return table_of(data, "Converted", "1", left_out)


SETS: Mapping[str, Callable[[Path], LabelledTable]] = {
    "Telco": lambda shared: table_of(
        pyarrow.csv.read_csv(shared / "telco_churn" / "telco_churn.csv.gz"), "Churn", "Yes"
    ),
    "X Education": lambda shared: _leads_table(shared, AFTER_CONTACT),
    "Bank marketing": lambda shared: table_of(
        pyarrow.parquet.read_table(shared / "bank_marketing" / "bank_additional_full.parquet"), "y", "yes",
        ("duration",), ordered=True,
    ),
    "Bank churn": lambda shared: table_of(
        pyarrow.parquet.read_table(shared / "bank_churn_10k" / "churn_modelling.parquet"), "Exited", "1"
    ),
}  # fmt: skip
