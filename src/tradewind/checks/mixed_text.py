"""One column written in several ways: date formats, decimal signs, currency signs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from tradewind.checks.looked import Looked
from tradewind.checks.text_marks import DATE_FORMS, Marks, digits_alike, marked
from tradewind.core.trouble import Trouble, clean_lines

PARSED = {
    "2024-01-31": "%Y-%m-%d",
    "2024/01/31": "%Y/%m/%d",
    "31.01.2024": "%d.%m.%Y",
    "31/01/2024": "%d/%m/%Y",
    "31-01-2024": "%d-%m-%Y",
    "31 Jan 2024": "%d %b %Y",
    "Jan 31, 2024": "%b %d, %Y",
}
"""Date form to the format that reads it; with slashes, points and dashes the day is taken to come first."""


def find_mixed_text(looked: Looked, marks: Mapping[str, Marks]) -> list[Trouble]:
    """Find columns of the source's text that are written in several ways."""
    found: list[Trouble | None] = []
    for column, seen in marks.items():
        if not seen.raw or not seen.counts["filled"]:
            continue
        if seen.share("date") > 0.5 or _declared(looked, column) in ("time", "day"):
            forms = _date_forms(looked, seen)
            if len(forms) > 1:
                found.append(_two_forms(looked, seen, forms))
            elif forms and forms[0].name in ("31.01.2024", "31/01/2024", "31-01-2024"):
                found.append(_day_and_month(looked, seen))
        elif seen.share("number") + seen.share("signed") > 0.5 or _declared(looked, column) in ("money", "quantity"):
            found += [_decimal_signs(looked, seen), _currency_signs(looked, seen)]
    return [trouble for trouble in found if trouble is not None]


def _declared(looked: Looked, column: str) -> str:
    declared = looked.contract.column(column)
    return declared.type if declared is not None else ""


def _trimmed(column: str) -> str:
    return f"trim(\"{column}\", ' \t\r\n\u00a0\ufeff')"


@dataclass(frozen=True)
class _Form:
    """One way in which dates of a column are written.

    Args:
        name: its key in `DATE_FORMS`.
        rows: dates written so.
        example: one of them.
    """

    name: str
    rows: int
    example: str


_LIKE = {
    "2024-01-31": "____-__-__%",
    "2024/01/31": "____/__/__%",
    "31.01.2024": "__.__.____%",
    "31/01/2024": "__/__/____%",
    "31-01-2024": "__-__-____%",
}
"""What most dates of a form look like; cheap enough to ask millions of them."""


def _date_forms(looked: Looked, seen: Marks) -> list[_Form]:
    """The forms of a column's dates, the most frequent first; only those unlike most are looked at one by one."""
    column, relation = f'"{seen.column}"', f'"{seen.relation}"'
    text = _trimmed(seen.column)
    found: dict[str, _Form] = {}
    first = looked.ask(f"SELECT {text} FROM {relation} WHERE {column} IS NOT NULL LIMIT 1000")
    names = Counter(name for (value,) in first if (name := _form_of(value)) in _LIKE)
    others = "true"
    if names:
        usual = names.most_common(1)[0][0]
        count, example = looked.one(
            f"SELECT count(*), min({column}) FROM {relation} WHERE {column} LIKE '{_LIKE[usual]}'"
        )
        found[usual] = _Form(usual, count, example.strip())
        others = f"{column} NOT LIKE '{_LIKE[usual]}'"
    rows = looked.ask(
        f"SELECT trim({digits_alike(seen.column)}) AS v, count(*), min({text}) FROM {relation} "
        f"WHERE {column} IS NOT NULL AND {others} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1000"
    )
    for alike, count, example in rows:
        name = _form_of(alike)
        if name:
            known = found.get(name)
            found[name] = _Form(name, count + (known.rows if known else 0), known.example if known else example)
    return sorted(found.values(), key=lambda form: -form.rows)


def _form_of(text: str) -> str:
    """The form that a date is written in; empty for what is no date."""
    return next((name for name, form in DATE_FORMS.items() if re.fullmatch(form, text)), "")


def _two_forms(looked: Looked, seen: Marks, forms: list[_Form]) -> Trouble | None:
    text = _trimmed(seen.column)
    usual = DATE_FORMS[forms[0].name]
    others = "|".join(f"({DATE_FORMS[form.name]})" for form in forms[1:])
    where = f"NOT regexp_full_match({text}, '{usual}') AND regexp_full_match({text}, '{others}')"
    return looked.trouble(
        seen.column, "mixed dates", "breaks",
        f"{{rows}} dates ({{share}}) are written like {forms[1].example}, the others like {forms[0].example}",
        where, raw=True,
        treat=clean_lines(
            looked.name, seen.column,
            {"parse": {"format": [PARSED[form.name] + _clock(form.example) for form in forms]}},
        ),
        do="where both orders of day and month are possible, ask where the rows come from before you state the format",
    )  # fmt: skip


def _clock(example: str) -> str:
    """The format of the clock time that stands behind a date."""
    tail = example.strip()
    colons = tail.count(":")
    if not colons:
        return ""
    between = "T" if "T" in tail else " "
    half_day = " %p" if tail[-2:].lower() in ("am", "pm") else ""
    hour = "%I" if half_day else "%H"
    return f"{between}{hour}:%M" + (":%S" if colons > 1 else "") + half_day


def _day_and_month(looked: Looked, seen: Marks) -> Trouble | None:
    """Dates of one form, in some of which the first number can only be a day, and in others only a month."""
    text = _trimmed(seen.column)
    form = r"^(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}"
    first, second = (f"TRY_CAST(regexp_extract({text}, '{form}', {place}) AS INTEGER)" for place in (1, 2))
    # Of millions of times only the days differ here.
    head = f"left({text}, 10)"
    a, b = (f"TRY_CAST(regexp_extract(head, '{form}', {place}) AS INTEGER)" for place in (1, 2))
    day_first, month_first, example = looked.one(
        f"SELECT sum(n) FILTER (WHERE {a} > 12 AND {b} <= 12), sum(n) FILTER (WHERE {b} > 12 AND {a} <= 12), "
        f"min(example) FILTER (WHERE {b} > 12) FROM (SELECT {head} AS head, count(*) AS n, min({text}) AS example "
        f'FROM "{seen.relation}" GROUP BY 1)'
    )
    if not day_first or not month_first:
        return None
    fewer = f"{second} > 12 AND {first} <= 12" if day_first >= month_first else f"{first} > 12 AND {second} <= 12"
    usual, other = ("%d", "%m") if day_first >= month_first else ("%m", "%d")
    sign = next(mark for mark in example if not mark.isdigit())
    forms = [f"{one}{sign}{two}{sign}%Y{_clock(example)}" for one, two in ((usual, other), (other, usual))]
    return looked.trouble(
        seen.column, "mixed dates", "breaks",
        "{rows} dates ({share}) can only be read with day and month in the other order, and more may be", fewer,
        raw=True, treat=clean_lines(looked.name, seen.column, {"parse": {"format": forms}}),
        do="dates that both orders can read stay unsure: export the column as 2024-01-31 instead",
    )  # fmt: skip


def _decimal_signs(looked: Looked, seen: Marks) -> Trouble | None:
    comma, point = seen.counts["comma"], seen.counts["point"]
    if not comma or not point:
        return None
    fewer, sign, words = ("comma", ",", "a decimal comma") if comma <= point else ("point", ".", "a decimal point")
    return looked.trouble(
        seen.column, "mixed decimals", "breaks",
        f"{{rows}} numbers ({{share}}) are written with {words}, the others not",
        marked(fewer, seen.column), raw=True,
        treat=clean_lines(looked.name, seen.column, {"parse": {"decimal": sign}}),
        do="a number such as 1.234 can be read in two ways: look at the examples",
    )  # fmt: skip


def _currency_signs(looked: Looked, seen: Marks) -> Trouble | None:
    if not seen.counts["signed"]:
        return None
    sign = f"regexp_extract({_trimmed(seen.column)}, '([$€£¥₹₽]|[A-Z]{{3}})', 1)"
    rows = looked.ask(
        f'SELECT {sign}, count(*) FROM "{seen.relation}" WHERE {marked("signed", seen.column)} GROUP BY 1 '
        "ORDER BY 2 DESC, 1"
    )
    if len(rows) == 1 and rows[0][1] > 0.98 * seen.counts["filled"]:
        return None
    signs = [row[0] for row in rows]
    return looked.trouble(
        seen.column, "mixed currencies", "breaks",
        f"{{rows}} values ({{share}}) carry {', '.join(signs)}, the others do not", marked("signed", seen.column),
        raw=True, treat=clean_lines(looked.name, seen.column, {"parse": {"strip": signs}}),
        do="taking a sign away does not convert: map `currency` from it where the currencies differ",
    )  # fmt: skip
