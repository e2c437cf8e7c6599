"""Rows that could not be used, told by their column: unread values, doubled keys, times that lie ahead."""

from __future__ import annotations

from tradewind.checks.disguised import WORDS
from tradewind.checks.looked import Looked
from tradewind.core.trouble import MOST_EXAMPLES, Example, Severity, Trouble, clean_lines


def find_unread(looked: Looked) -> list[Trouble]:
    """Tell why rows were rejected, by column and kind; and attributes that are numbers but for a few words."""
    found = [*_rejected(looked)]
    for column in looked.texts:
        shape = looked.shapes.get(column)
        if shape is not None and shape.declared is None and shape.kind == "text":
            trouble = _words_among_numbers(looked, column)
            found += [trouble] if trouble is not None else []
    return found


def _rejected(looked: Looked) -> list[Trouble]:
    rows = looked.given.rejected
    if rows is None or not rows.num_rows:
        return []
    by: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
    columns = (rows[name].to_pylist() for name in ("column", "reason", "row", "value"))
    for column, reason, row, value in zip(*columns, strict=True):
        kind = _kind(reason)
        by.setdefault((column or "", kind), []).append((row or 0, value or "", reason))
    of = looked.rows + rows.num_rows
    return [_tell(looked, column, kind, those, of) for (column, kind), those in by.items()]


def _kind(reason: str) -> str:
    if reason.startswith("another row has the same"):
        return "key not unique"
    if "future" in reason:
        return "impossible"
    return "missing" if reason == "missing" else "unread"


def _tell(looked: Looked, column: str, kind: str, those: list[tuple[int, str, str]], of: int) -> Trouble:
    reason = those[0][2].split(";")[0]
    severity: Severity = "breaks" if kind == "key not unique" or len(those) > 0.01 * of else "misleads"
    words = {
        "key not unique": f"{len(those):,} rows share their {column} with another row and differ; the last counts",
        "impossible": f"{len(those):,} rows lie in the future and are left out",
        "missing": f"{len(those):,} rows have no {column} and are left out",
        "unread": f"{len(those):,} rows are left out: {reason}",
    }
    examples = tuple(Example(f"row {row}", value[:80]) for row, value, _ in those[:MOST_EXAMPLES])
    do = f"tradewind check {looked.name} --rejected"
    if kind == "key not unique":
        do = "find what tells the rows apart and make it part of the key, or export one row for each"
    return Trouble(
        looked.name, column or looked.contract.key[0] if looked.contract.key else column or looked.time, kind, severity,
        words[kind], len(those), of, examples, do=do,
    )  # fmt: skip


def _words_among_numbers(looked: Looked, column: str) -> Trouble | None:
    """A column of the source that is numbers but for a few words is kept as text: no model can use it as a number."""
    number = f"TRY_CAST(replace(trim(\"{column}\"), ',', '.') AS DOUBLE) IS NOT NULL"
    filled, numbers, kinds = looked.one(
        f'SELECT count(*), count(*) FILTER (WHERE {number}), count(DISTINCT "{column}") FILTER (WHERE {number}) '
        f'FROM "{looked.raw}" WHERE trim("{column}") <> \'\''
    )
    if not filled or numbers < 0.7 * filled or numbers == filled or kinds < 5:
        return None
    where = f"trim(\"{column}\") <> '' AND NOT ({number})"
    words = f'SELECT "{column}" FROM "{looked.raw}" WHERE {where} GROUP BY 1 ORDER BY count(*) DESC, 1'
    worst = looked.ask(f"{words} LIMIT 8")
    if all(word.strip().lower() in WORDS for (word,) in looked.ask(words)):
        return None  # stand-ins for "no value" are told as such
    return looked.trouble(
        column, "unread", "misleads", "{rows} values ({share}) are words among numbers: the column is kept as text",
        where, raw=True, treat=clean_lines(looked.name, column, {"map": {word: "" for (word,) in worst}}),
    )  # fmt: skip
