"""A workspace made of a vendor's files alone: recognise their headers, write the config they ask for, load."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from tradewind.simulate.world import Simulated
from tradewind.sources.found import SourceTables
from tradewind.sources.layouts import recognise
from tradewind.sources.load import LoadResult, load_tables
from tradewind.sources.proposal import ProposedTable
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


def load_exports(root: Path, simulated: Simulated, pattern: str = "data/*") -> Loaded:
    """Recognise the files that lie in `data/` and load what they hold."""
    head = _head(simulated, pattern)
    (root / "tradewind.toml").write_text(head, encoding="utf-8")
    sources = SourceTables(open_workspace(root, lambda: AFTER, {}))
    names = [table.name for table in sources.resolve("files.*", "test")]
    proposed = recognise({name: sources.read(name, "test").names for name in names})
    (root / "tradewind.toml").write_text(head + "".join(_section(table) for table in proposed), encoding="utf-8")
    workspace = open_workspace(root, lambda: AFTER, {})
    return Loaded(workspace, {result.table: result for result in load_tables(workspace)})


def truth_of(simulated: Simulated) -> dict[str, Decimal]:
    """What must be found again."""
    rows: list[dict[str, Any]] = simulated.truth["totals"].to_pylist()
    return {row["what"]: row["value"] for row in rows}


def _head(simulated: Simulated, pattern: str) -> str:
    world = simulated.world
    return (
        f'[workspace]\ncurrency = "{world.currency}"\ntimezone = "{world.timezone}"\nthreads = 1\n\n'
        f'[sources.files]\npath = "{pattern}"\ntimezone = "{world.timezone}"\n'
    )


def _section(table: ProposedTable) -> str:
    settings: dict[str, object] = {"from": table.from_}
    for key in ("where", "known_after", "timezone", "within"):
        if value := getattr(table, key):
            settings[key] = value
    for key in ("fill_down", "stable"):
        if value := getattr(table, key):
            settings[key] = list(value)
    settings |= {guess.column: guess.expression for guess in table.guesses}
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    formats = [f"{guess.column} = {json.dumps(guess.format)}" for guess in table.guesses if guess.format]
    lines += [f"format = {{ {', '.join(formats)} }}"] if formats else []
    lookups = [f"{{ table = {json.dumps(name)}, on = {json.dumps(on)} }}" for name, on in table.lookups]
    lines += [f"lookup = [{', '.join(lookups)}]"] if lookups else []
    return f"\n[tables.{table.table}]\n" + "\n".join(lines) + "\n"
