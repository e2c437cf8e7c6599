"""Batch scores as a file: CSV that no spreadsheet runs, or Parquet."""

from __future__ import annotations

import csv
import io

from tradewind.flow.batch.scores import BatchScores
from tradewind.flow.lists.morning_list import neutral

HEAD = ("id", "status", "score", "low", "high", "reason_1", "reason_2", "reason_3", "model_version", "as_of")


def batch_csv(batch: BatchScores) -> bytes:
    """Return the scores as CSV, one line for each row that was sent."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for row in _cells(batch):
        writer.writerow([neutral(cell) if isinstance(cell, str) else ("" if cell is None else cell) for cell in row])
    return text.getvalue().encode()


def batch_parquet(batch: BatchScores) -> bytes:
    """Return the scores as Parquet, one row for each that was sent."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text, number = pa.string(), pa.float64()
    kinds = (text, text, number, number, number, text, text, text, text, text)
    columns = list(zip(*_cells(batch), strict=True)) or [()] * len(HEAD)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    sink = io.BytesIO()
    pq.write_table(pa.table(arrays, names=list(HEAD)), sink, compression="zstd")
    return sink.getvalue()


def _cells(batch: BatchScores) -> list[tuple[str | float | None, ...]]:
    day = None if batch.as_of is None else batch.as_of.isoformat()
    rows: list[tuple[str | float | None, ...]] = []
    for row in batch.rows:
        texts = [text for text, _ in row.reasons][:3]
        reasons = [*texts, *([None] * (3 - len(texts)))]
        rows.append((row.id, row.status, row.score, row.low, row.high, *reasons, batch.model_version, day))
    return rows
