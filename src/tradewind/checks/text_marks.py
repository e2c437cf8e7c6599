"""One pass over every column of text: in how many rows stands a mark that some detector looks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tradewind.checks.looked import Looked

DATE_FORMS: Mapping[str, str] = {
    "2024-01-31": r"\d{4}-\d{1,2}-\d{1,2}([ T].*)?",
    "2024/01/31": r"\d{4}/\d{1,2}/\d{1,2}([ T].*)?",
    "31.01.2024": r"\d{1,2}\.\d{1,2}\.(\d{4}|\d{2})( .*)?",
    "31/01/2024": r"\d{1,2}/\d{1,2}/(\d{4}|\d{2})( .*)?",
    "31-01-2024": r"\d{1,2}-\d{1,2}-\d{4}( .*)?",
    "31 Jan 2024": r"\d{1,2}[ -][A-Za-zäéûô]{3,9}\.?[ -]\d{2,4}( .*)?",
    "Jan 31, 2024": r"[A-Za-z]{3,9}\.? \d{1,2},? \d{4}( .*)?",
}
"""How dates are written, and the pattern of each form."""

_DAMAGED = "[ÃÂ][\u00a0-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ\u0080-\u009f]"

MARKS: Mapping[str, str] = {
    "filled": ":v <> ''",
    "spaced": ":v <> trim(:v, ' \t\r\n\u00a0\u200b\ufeff') OR contains(:v, '  ') OR contains(:v, '\u00a0')",
    "damaged": "contains(:v, '\ufffd') OR contains(:v, 'â€') OR "
    f"((contains(:v, 'Ã') OR contains(:v, 'Â')) AND regexp_matches(:v, '{_DAMAGED}'))",
    "formula": "left(:v, 1) IN ('=', '@', '''', '+', '-') AND regexp_matches(:v, '^([=@''][^\\s=@'']|[+-][A-Za-z(])')",
    "mail": "contains(:v, '@') AND regexp_matches(:v, '[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}')",
    "number": "regexp_full_match(:t, '[+-]?[0-9][0-9.,''’ ]*|[+-]?[.,][0-9]+')",
    "comma": "contains(:t, ',') AND regexp_full_match(:t, '[+-]?([0-9]{1,3}([. ''’][0-9]{3})+|[0-9]+),[0-9]+') "
    "AND NOT regexp_full_match(:t, '[+-]?[0-9]{1,3}(,[0-9]{3})+')",
    "point": "contains(:t, '.') AND regexp_full_match(:t, '[+-]?([0-9]{1,3}([, ''’][0-9]{3})+|[0-9]+)\\.[0-9]+') "
    "AND NOT regexp_full_match(:t, '[+-]?[0-9]{1,3}(\\.[0-9]{3})+')",
    "signed": "regexp_full_match(:t, '[+-]?\\s*([$€£¥₹₽]|[A-Z]{3})\\s*[+-]?[0-9][0-9.,]*|"
    "[+-]?[0-9][0-9.,]*\\s*([$€£¥₹₽]|[A-Z]{3})')",
    "date": f"regexp_full_match(:t, '{'|'.join(f'({form})' for form in DATE_FORMS.values())}')",
}
"""Mark to SQL over `:v`, a value as it stands, and `:t`, the value trimmed; see `marked`."""

_TRIMMED = "trim({}, ' \t\r\n\u00a0\ufeff')"


@dataclass(frozen=True)
class Marks:
    """In how many rows each mark stands in one column.

    Args:
        column: the contract column.
        relation: the view that was looked at.
        raw: whether that is the source's rows.
        counts: mark to rows.
    """

    column: str
    relation: str
    raw: bool
    counts: Mapping[str, int]

    def share(self, mark: str) -> float:
        """Rows with the mark, of those with a value."""
        return self.counts[mark] / self.counts["filled"] if self.counts["filled"] else 0.0


def count_marks(looked: Looked) -> dict[str, Marks]:
    """Return the marks of every column of text: of the source's rows where they are at hand, else of the table's."""
    found = {}
    for column in looked.texts:
        found[column] = _count(looked, column, looked.raw, raw=True)
    for shape in looked.of_kind("text"):
        if shape.name not in found:
            found[shape.name] = _count(looked, shape.name, looked.name, raw=False)
    return found


def marked(mark: str, column: str) -> str:
    """Return the SQL that says whether a column's value has the mark."""
    quoted = f'"{column}"'
    return "(" + MARKS[mark].replace(":v", quoted).replace(":t", _TRIMMED.format(quoted)) + ")"


def _count(looked: Looked, column: str, relation: str, raw: bool) -> Marks:
    counted = ", ".join(f"sum(n) FILTER (WHERE {marked(mark, 'v')})" for mark in MARKS)
    # Values that repeat are looked at once.
    counts = looked.one(
        f'SELECT {counted} FROM (SELECT "{column}" AS v, count(*) AS n FROM "{relation}" '
        f'WHERE "{column}" IS NOT NULL GROUP BY 1)'
    )
    return Marks(column, relation, raw, {mark: int(count or 0) for mark, count in zip(MARKS, counts, strict=True)})
