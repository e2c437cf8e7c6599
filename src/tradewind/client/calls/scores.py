"""Scores with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from tradewind.client.answers.scores import Batch, Explanation, Predictions, Score, Scores
from tradewind.client.call import Call, filled, path_of

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


def get_score(question: str, id: str, *, as_of: date | None = None, reasons: bool = True) -> Call[Score]:
    """Return one score with its reasons: of the last run, or of now where something has happened since.

    Args:
        question: which question.
        id: of whom.
        as_of: day as of which to answer; that of the last list, or of the newest event since, where absent.
        reasons: whether reasons are wanted.
    """
    return Call("GET", path_of("v1", "score", question, id), Score, {"as_of": as_of, "reasons": reasons})


def score(
    question: str,
    *,
    id: str | None = None,
    ids: Sequence[str] | None = None,
    as_of: date | None = None,
    reasons: bool = True,
) -> Call[Score | Scores]:
    """Return the score of `id`, or those of `ids`; see `get_score`."""
    body = filled(question=question, id=id, ids=None if ids is None else list(ids), as_of=as_of, reasons=reasons)
    return Call("POST", path_of("v1", "score"), cast("type[Score | Scores]", Score | Scores), body=body)


def get_explanation(question: str, id: str, *, as_of: date | None = None, features: bool = False) -> Call[Explanation]:
    """Return one score beside what is usual, its place, and up to six reasons.

    Args:
        question: which question.
        id: of whom.
        as_of: day as of which to answer.
        features: whether the features as used are wanted.
    """
    query = {"as_of": as_of, "features": features}
    return Call("GET", path_of("v1", "explain", question, id), Explanation, query)


def explain(question: str, id: str, *, as_of: date | None = None, features: bool = False) -> Call[Explanation]:
    """Return the same as `get_explanation`, asked in the body."""
    body = filled(question=question, id=id, as_of=as_of, features=features)
    return Call("POST", path_of("v1", "explain"), Explanation, body=body)


def score_features(question: str, columns: Sequence[str], data: Sequence[Sequence[Any]]) -> Call[Predictions]:
    """Score rows of features that a product computes itself; nothing is looked up or kept.

    Args:
        question: which question.
        columns: names of the model's features.
        data: a row of values for each.
    """
    body = {"columns": list(columns), "data": [list(row) for row in data]}
    return Call("POST", path_of("v1", "score", question, "features"), Predictions, body=body)
