"""A workspace made of a vendor's files alone, as `tradewind init` makes it, and loaded."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as arrow_csv

from tradewind.flow.start.init import init
from tradewind.simulate.world import Simulated
from tradewind.sources.load import LoadResult, load_tables
from tradewind.store.workspace import Workspace, open_workspace

AFTER = datetime(2030, 1, 1)


@dataclass(frozen=True)
class Loaded:
    """A workspace and what loading it said."""

    workspace: Workspace
    results: dict[str, LoadResult]

    def table(self, name: str) -> pa.Table:
        """The current rows of a contract table."""
        rows = self.workspace.table(name)
        return rows.filter(pa.compute.is_null(rows["valid_to"]))

    def total(self, table: str, column: str) -> Decimal:
        """The exact sum of a money column."""
        value = pa.compute.sum(self.table(table)[column]).as_py()
        return Decimal(value or 0)

    def rejected(self) -> int:
        """How many rows could not be used."""
        return sum(result.counts.rejected for result in self.results.values())


def load_exports(root: Path, simulated: Simulated) -> Loaded:
    """Let `init` find out what the files in `data/` are, answer what only their owner knows, and load them."""
    answers = {"currency": simulated.world.currency, "timezone": simulated.world.timezone}
    init(
        root / "shop", [str(root / "data")], lambda question: answers.get(question.key, question.options[0]), environ={}
    )
    workspace = open_workspace(root / "shop", lambda: AFTER, {})
    return Loaded(workspace, {result.table: result for result in load_tables(workspace)})


def truth_of(simulated: Simulated) -> dict[str, Decimal]:
    """What must be found again."""
    rows: list[dict[str, Any]] = simulated.truth["totals"].to_pylist()
    return {row["what"]: row["value"] for row in rows}


def masked(path: Path) -> tuple[pa.Table, dict[str, str]]:
    """A file's rows under meaningless headers in another order, and which masked header was which."""
    table = arrow_csv.read_csv(path)
    table = arrow_csv.read_csv(
        path,
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(table.column_names, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
    order = list(table.column_names)
    random.Random(4).shuffle(order)
    names = {f"c{place}": name for place, name in enumerate(order)}
    return table.select(order).rename_columns(list(names)), names
