"""Scores with their reasons."""

from __future__ import annotations

from tradewind.client.answers import Batch
from tradewind.client.call import Call, path_of

CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"


def score_batch(question: str, content: bytes, *, media_type: str = CSV) -> Call[Batch]:
    """Score the rows of a file.

    Args:
        question: which question to answer.
        content: of the file: a column of ids, or columns named as the model's features.
        media_type: `text/csv` or `application/vnd.apache.parquet`.
    """
    query = {"question": question}
    return Call("POST", path_of("v1", "batch-scores"), Batch, query, file=content, media_type=media_type)
