"""How many seeded defects `check` finds, and how often it cries wolf on tables in good order."""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from clean_world import MAPPING, TODAY, Rows, World, clean_world
from defects import DEFECTS, Defect, seed_defect
from tradewind.checks.look import look_for_trouble
from tradewind.checks.looked import Given
from tradewind.core.contract import CONTRACT
from tradewind.core.errors import ContractError
from tradewind.core.trouble import Trouble
from tradewind.sources.derived import add_base_amount
from tradewind.sources.mapping import Mapped, Place, map_table
from tradewind.sources.raw import Raw
from tradewind.store.config import TableMapping

Row = dict[str, Any]
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2)
PLACE = Place("Europe/Berlin", TODAY, "Europe/Berlin")


def given(name: str, rows: Rows) -> Given:
    """Map one export as a load would, and keep what its source looked like."""
    columns = {column: f'"{column}"' for column in rows}
    data = pa.table({column: pa.array(values, pa.string()) for column, values in rows.items()})
    mapping = TableMapping.model_validate({"from": f"shop.{name}", "columns": columns, **MAPPING[name]})
    raw = data.append_column("_row", pa.array(np.arange(1, data.num_rows + 1)))
    try:
        mapped: Mapped | None = map_table(CONTRACT[name], mapping, {f"shop.{name}": Raw(data, tuple(rows))}, PLACE)
    except ContractError:
        mapped = None
    if mapped is None:
        return Given(None, lambda: raw)
    based = add_base_amount(name, mapped.good, None, "EUR", "Europe/Berlin")
    return Given(based, lambda: raw, mapped.rejected, mapped.counts.collapsed)


def look(tables: dict[str, Given]) -> tuple[Trouble, ...]:
    """Look at the tables as `tradewind check` does."""
    import duckdb

    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        return look_for_trouble(con, tables, TODAY.date(), "EUR")


def given_world(world: World) -> dict[str, Given]:
    """Return the three tables of a world as the detectors are given them."""
    return {name: given(name, getattr(world, name)) for name in ("customers", "orders", "deals")}


def is_found(defect: Defect, troubles: tuple[Trouble, ...]) -> bool:
    """Whether the right kind is told of the right column of the right table."""
    return any(
        each.table == defect.table and each.column in defect.columns and each.kind in defect.kinds for each in troubles
    )


def rounds() -> list[list[Defect]]:
    """Every defect once, at most one in each table of a round, and none beside a broken key of another table."""
    waiting = {name: [each for each in DEFECTS if each.table == name] for name in ("customers", "orders", "deals")}
    alone = [each for each in waiting["orders"] if "broken reference" in each.kinds]
    waiting["orders"] = [each for each in waiting["orders"] if each not in alone]
    several = [[each for each in some if each is not None] for some in zip_longest(*waiting.values())]
    return [*several, *([each] for each in alone)]


def measure(seeds: range) -> tuple[dict[str, list[tuple[float, bool]]], list[tuple[Trouble, ...]]]:
    """Seed every defect once per seed, at a rate of its own, and look."""
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    clean = []
    numbers = {defect.name: place for place, defect in enumerate(DEFECTS)}
    for seed in seeds:
        world = clean_world(np.random.default_rng([2025, seed]), customers=1200, deals=1500)
        tables = given_world(world)
        clean.append(look(tables))
        for some in rounds():
            broken = dict(tables)
            rates = {}
            for defect in some:
                place = numbers[defect.name]
                rates[defect.name] = RATES[(seed + place) % len(RATES)]
                rng = np.random.default_rng([seed, place])
                there, _ = seed_defect(world, defect, rng, rates[defect.name])
                broken[defect.table] = given(defect.table, getattr(there, defect.table))
            troubles = look(broken)
            for defect in some:
                hit = is_found(defect, troubles)
                found[defect.name].append((max(rates[defect.name], defect.least), hit))
                if not hit:
                    print(f"seed {seed}: not found: {defect.name} in {rates[defect.name]:.1%}", flush=True)
        print(
            f"seed {seed}: {[(each.table, each.column, each.kind) for each in clean[-1]]} on clean tables", flush=True
        )
    return found, clean


def run(seeds: int = 8) -> list[Row]:
    """Measure and return the rows of the page."""
    started = time.monotonic()
    found, clean = measure(range(seeds))
    hits = [hit for each in found.values() for _, hit in each]
    alarms = Counter((each.table, number) for number, told in enumerate(clean) for each in told)
    worst = max(alarms.values(), default=0)
    missed = {name: sum(not hit for _, hit in each) for name, each in found.items() if not all(hit for _, hit in each)}
    low = [hit for each in found.values() for rate, hit in each if rate <= 0.001]
    return [
        {"what": f"{len(found)} kinds of defect, {seeds} seeds, in 0.1 % to 20 % of rows",
         "figure": f"{sum(hits)} of {len(hits)} found ({sum(hits) / len(hits):.1%}); in 0.1 % of rows "
                   f"{sum(low)} of {len(low)}",
         "target": "≥ 95 %", "reached": sum(hits) >= 0.95 * len(hits),
         "note": f"missed: {', '.join(f'{name} {count} ×' for name, count in missed.items()) or 'none'}; "
                 f"{time.monotonic() - started:.0f} s"},
        {"what": f"false alarms on {3 * seeds} clean tables",
         "figure": f"{sum(alarms.values())} in all, at most {worst} in one table", "target": "≤ 1 per table",
         "reached": worst <= 1, "note": ""},
    ]  # fmt: skip


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    for row in run(int(sys.argv[1]) if len(sys.argv) > 1 else 8):
        print(row)
