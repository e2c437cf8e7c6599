"""Whatever a file holds, each of its rows is good, rejected, collapsed, superseded or left out: none is lost."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import ContractError
from tradewind.sources.files import read_file
from tradewind.sources.mapping import Place, map_table
from tradewind.store.config import Source, TableMapping

CELLS = st.one_of(
    st.sampled_from(
        ["1", "2", "a", "", " ", "NA", "-3.5", "1,5", "inf", "1e400", "2024-01-02", "31/02/2024", "é€", 'q"']
    )
)
TIMES = st.sampled_from(
    ["2024-01-02", "2024-03-31 02:30:00", "2025-01-01", "02/01/2024", "", "soon", "2024-01-02T10:00Z"]
)
ROWS = st.lists(st.tuples(CELLS, CELLS, TIMES, CELLS, st.booleans()), max_size=12)
PLACE = Place("Europe/Berlin", datetime(2024, 6, 1), "Europe/Berlin")
COLUMNS = {"happened_at": "at", "customer_id": "who"}


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("orders", {**COLUMNS, "order_id": "id", "amount": "paid"}),
        ("events", {**COLUMNS, "name": "id", "value": "paid"}),
        ("order_lines", {**COLUMNS, "order_id": "id", "product_id": "who", "amount": "paid * 2"}),
    ],
)
@given(rows=ROWS, where=st.sampled_from([None, "id <> '2'"]))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_in_equals_rows_out(
    tmp_path: Path, table: str, columns: dict[str, str], rows: list[tuple[str, str, str, str, bool]], where: str | None
) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["id", "who", "at", "paid"])
    for *cells, extra in rows:
        writer.writerow([*cells, "too many"] if extra else cells)
    path = tmp_path / "t.csv"
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    raw = read_file(path, Source(path="t.csv"))
    assert raw.rows == len(rows)
    mapping = TableMapping.model_validate({"from": "s", "columns": columns, "where": where})
    try:
        mapped = map_table(CONTRACT[table], mapping, {"s": raw}, PLACE)
    except ContractError:
        assert rows  # refused as a whole, with a message: not lost in silence
        return
    counts = mapped.counts
    assert counts.rows_in == len(rows)
    assert counts.rows_in == counts.good + counts.rejected + counts.collapsed + counts.left_out + counts.superseded
    assert (mapped.good.num_rows, mapped.rejected.num_rows) == (counts.good, counts.rejected)
    rejected = mapped.rejected["row"].to_pylist()
    assert len(set(rejected)) == len(rejected)
    assert all(mapped.rejected["reason"].to_pylist())
