"""The charts of the newest report, kept as a run drew them, so that pages only have to read them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tradewind.report.charts import Chart
from tradewind.store.manifest import replace_file
from tradewind.store.workspace import Workspace

FILE = "reports/charts.json"


@dataclass(frozen=True)
class SavedChart:
    """One chart.

    Args:
        role: which result table it draws.
        title: the finding it shows.
        caption: how to read it and what it assumes.
        alt: the chart in words.
        spec: its Vega-Lite form; empty where there is nothing to draw, then `caption` says why.
        table: the numbers drawn, header and rows.
    """

    role: str
    title: str
    caption: str
    alt: str
    spec: Mapping[str, Any]
    table: tuple[tuple[str, ...], ...]


def saved_chart(chart: Chart) -> SavedChart:
    """Return a chart as it is kept."""
    return SavedChart(chart.role, chart.title, chart.caption, chart.alt, chart.spec(), chart.table)


def save_charts(workspace: Workspace, snapshot_id: str, charts: Mapping[str, Sequence[Chart]]) -> None:
    """Keep the charts of a report.

    Args:
        workspace: whose.
        snapshot_id: of the report.
        charts: by question, in reading order.

    Raises:
        StoreError: the disk is full or the folder cannot be written.
    """
    kept = {name: [asdict(saved_chart(chart)) for chart in drawn] for name, drawn in charts.items()}
    text = json.dumps({"snapshot_id": snapshot_id, "charts": kept}, ensure_ascii=False, allow_nan=False)
    replace_file(workspace.path(FILE), text.encode())


def load_charts(workspace: Workspace, snapshot_id: str) -> dict[str, tuple[SavedChart, ...]] | None:
    """Return the charts of a report by question; None where none of this very report are kept."""
    try:
        written = json.loads(workspace.path(FILE).read_text(encoding="utf-8"))
        if written["snapshot_id"] != snapshot_id:
            return None
        return {name: tuple(_chart(each) for each in drawn) for name, drawn in written["charts"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _chart(written: Mapping[str, Any]) -> SavedChart:
    table = tuple(tuple(str(cell) for cell in row) for row in written["table"])
    return SavedChart(**{**written, "table": table})
