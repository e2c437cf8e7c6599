"""Marks that do not belong to a value: stray spaces, damaged letters, spreadsheet formulas and apostrophes."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.checks.looked import Looked
from tradewind.checks.text_marks import Marks, marked
from tradewind.core.trouble import Trouble, clean_lines

_ENOUGH = 1


def find_stray_marks(looked: Looked, marks: Mapping[str, Marks]) -> list[Trouble]:
    """Find columns of text with stray spaces, damaged letters or spreadsheet marks."""
    found: list[Trouble | None] = []
    for column, seen in marks.items():
        shape = looked.shapes.get(column)
        if shape is not None and shape.kind != "text":
            continue  # a number or a time is read the same with a space around it
        free = shape is not None and seen.counts["filled"] and shape.distinct > 0.5 * seen.counts["filled"]
        if seen.counts["spaced"] >= _ENOUGH and not (free and not _around(looked, seen)):
            found.append(_spaces(looked, seen))
        if seen.counts["damaged"] >= _ENOUGH:
            found.append(_damaged(looked, seen))
        if seen.counts["formula"] >= _ENOUGH:
            found.append(_formulas(looked, seen))
    return [trouble for trouble in found if trouble is not None]


def _around(looked: Looked, seen: Marks) -> bool:
    """Whether spaces stand around whole values; inside of free text they are nobody's trouble."""
    column = f'"{seen.column}"'
    sql = f"SELECT count(*) FROM \"{seen.relation}\" WHERE {column} <> trim({column}, ' \t\r\n\u00a0')"
    return bool(looked.one(sql)[0])


def _spaces(looked: Looked, seen: Marks) -> Trouble | None:
    return looked.trouble(
        seen.column, "whitespace", "cosmetic", "{rows} values ({share}) have spaces around or doubled inside",
        marked("spaced", seen.column), shown=f"'“' || \"{seen.column}\" || '”'", raw=seen.raw,
        treat=clean_lines(looked.name, seen.column, {"keep": ["whitespace"]}),
        do="spaces around a value are taken away while reading; those inside are kept: map the values that matter",
    )  # fmt: skip


def _damaged(looked: Looked, seen: Marks) -> Trouble | None:
    where = marked("damaged", seen.column)
    worst = looked.ask(
        f'SELECT "{seen.column}", count(*) FROM "{seen.relation}" WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5'
    )
    shape = looked.shapes.get(seen.column)
    mended = {text: repaired for text, _ in worst if (repaired := _repaired(text)) is not None}
    private = shape is not None and shape.personal
    treat = clean_lines(looked.name, seen.column, {"map": mended}) if mended and not private else ""
    return looked.trouble(
        seen.column, "encoding", "misleads", "{rows} values ({share}) have damaged letters", where, raw=seen.raw,
        treat=treat, do='state the file\'s encoding (encoding = "utf-8" in its [sources] section), or export it again',
    )  # fmt: skip


def _repaired(text: str) -> str | None:
    """The text as it was before its UTF-8 was read as Western; None where that cannot be told."""
    try:
        return text.encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None


def _formulas(looked: Looked, seen: Marks) -> Trouble | None:
    where = marked("formula", seen.column)
    worst = looked.ask(
        f'SELECT "{seen.column}" FROM "{seen.relation}" WHERE {where} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3'
    )
    bare = {text: text.lstrip("'") if text.startswith("'") else "" for (text,) in worst}
    shape = looked.shapes.get(seen.column)
    treat = "" if not bare or (shape is not None and shape.personal) else clean_lines(
        looked.name, seen.column, {"map": bare}
    )  # fmt: skip
    return looked.trouble(
        seen.column, "formula", "misleads",
        "{rows} values ({share}) begin like a spreadsheet formula or with an apostrophe", where, raw=seen.raw,
        treat=treat, do="export values instead of formulas; opened in a spreadsheet they would run",
    )  # fmt: skip
