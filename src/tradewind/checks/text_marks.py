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

_PHONE = (
    r"(^|[^0-9A-Za-z])(\+[0-9]{1,3}[ ./-]?(\(?[0-9]{1,5}\)?[ ./-]?){1,5}[0-9]{2,}|0[0-9]{2,5}[ /-][0-9]{4,9}|"
    r"\([0-9]{3}\) ?[0-9]{3}-[0-9]{4})([^0-9]|$)"
)

_SPACES = ", ".join(f"'{mark}'" for mark in " \t\r\n\u00a0\u200b\ufeff")

MARKS: Mapping[str, str] = {
    "filled": ":v <> ''",
    "spaced": f"left(:v, 1) IN ({_SPACES}) OR right(:v, 1) IN ({_SPACES}) OR "
    "contains(:v, '  ') OR contains(:v, '\u00a0')",
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
    "phone": f"regexp_matches(:v, '{_PHONE}')",
    "date": f"regexp_full_match(:t, '{'|'.join(f'({form})' for form in DATE_FORMS.values())}')",
}
"""Mark to SQL over `:v`, a value as it stands, and `:t`, the value trimmed; see `marked`."""

_TRIMMED = "trim({}, ' \t\r\n\u00a0\ufeff')"


ROLES: Mapping[str, tuple[str, ...]] = {
    "key": ("filled", "spaced", "damaged", "formula"),
    "time": ("filled",),
    "money": ("filled", "number", "comma", "point", "signed"),
    "text": tuple(MARKS),
}
"""What is looked for in a column that names something, in one of times, of amounts, and in any other."""


@dataclass(frozen=True)
class Marks:
    """In how many rows each mark stands in one column.

    Args:
        column: the contract column.
        relation: the view that was looked at.
        raw: whether that is the source's rows.
        counts: mark to rows; 0 for marks that were not looked for.
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


def digits_alike(column: str) -> str:
    """Return SQL of a column's text with every digit made a 9: millions of times have a handful of forms."""
    return f"translate(\"{column}\", '0123456789', '9999999999')"


def _count(looked: Looked, column: str, relation: str, raw: bool) -> Marks:
    role = _role(looked, column)
    counted = ", ".join(f"sum(n) FILTER (WHERE {marked(mark, 'v')})" for mark in ROLES[role])
    # Values that repeat are looked at once; keys and times hardly do.
    values = f'SELECT "{column}" AS v, count(*) AS n FROM "{relation}" WHERE "{column}" IS NOT NULL GROUP BY 1'
    if role in ("key", "time"):
        values = f'SELECT "{column}" AS v, 1 AS n FROM "{relation}" WHERE "{column}" IS NOT NULL'
    counts = looked.one(f"SELECT {counted} FROM ({values})")
    seen = {mark: int(count or 0) for mark, count in zip(ROLES[role], counts, strict=True)}
    return Marks(column, relation, raw, {mark: seen.get(mark, 0) for mark in MARKS})


def _role(looked: Looked, column: str) -> str:
    declared = looked.contract.column(column)
    if column.endswith("_id"):
        return "key"
    if declared is not None and declared.type in ("time", "day"):
        return "time"
    return "money" if declared is not None and declared.type in ("money", "quantity") else "text"
