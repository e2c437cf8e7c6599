"""What all simulations promise: the same bytes for one seed, and tables that fit the contract."""

from __future__ import annotations

import io
from datetime import datetime

import pyarrow as pa

from tradewind.core.contract import CONTRACT
from tradewind.simulate.world import Simulated
from tradewind.sources.mapping import Place, map_table
from tradewind.sources.raw import Raw
from tradewind.store.config import TableMapping


def assert_same_bytes(one: Simulated, other: Simulated) -> None:
    """Every table of both is equal, byte for byte."""
    for kind in ("tables", "truth"):
        mine, yours = getattr(one, kind), getattr(other, kind)
        assert list(mine) == list(yours)
        for name in mine:
            assert _bytes(mine[name]) == _bytes(yours[name]), name


def assert_fits_contract(simulated: Simulated) -> None:
    """Every table maps onto its contract table under its own names, and no row is refused."""
    for name, table in simulated.tables.items():
        mapping = TableMapping.model_validate({"from": "s.t", "columns": {c: c for c in table.column_names}})
        place = Place(simulated.world.timezone, datetime(2040, 1, 1), "UTC")
        mapped = map_table(CONTRACT[name], mapping, {"s.t": Raw(table, tuple(table.column_names))}, place)
        assert (mapped.counts.rejected, mapped.good.num_rows) == (0, table.num_rows), name


def _bytes(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()
