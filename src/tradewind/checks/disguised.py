"""Stand-ins for "no value": words such as "Select", numbers such as -1 and 9999, days such as 1 January 1900."""

from __future__ import annotations

from tradewind.checks.looked import Looked, Shape
from tradewind.core.trouble import Trouble, clean_lines

WORDS = frozenset((
    "#div/0!", "#n/a", "#ref!", "#value!", "(blank)", "(empty)", "(none)", "(null)", "-", "- select -", "--",
    "-- choose --", "-- select --", "---", "--select--", ".", "..", "...", "?", "??", "???", "_", "auswählen",
    "bitte wählen", "blank", "choose", "choose one", "desconocido", "dummy", "empty", "inconnu", "k. a.", "k.a.",
    "keine angabe", "missing", "n.a", "n.a.", "n/a", "na", "nan", "nat", "nicht bekannt", "nieznany", "nil",
    "no data", "no disponible", "no value", "non renseigné", "none", "not applicable", "not available",
    "not known", "not provided", "not set", "not specified", "null", "onbekend", "please choose", "please select",
    "sconosciuto", "seleccionar", "seleccione", "select", "selecteer", "seleziona", "sin datos", "sélectionner",
    "tba", "tbd", "test", "unbekannt", "undefined", "unknown", "unkown", "wybierz", "x", "xx", "xxx",
))  # fmt: skip
"""What forms and tools write where nobody said anything, in several languages; compared in small letters."""

NUMBERS = (-1, -9, -99, -999, -9999, -99999, 99, 999, 9999, 99999, 999999, 9999999, 99999999, 999999999)
"""Numbers that systems write for "no number"."""

DAYS = ("1900-01-01", "1899-12-30", "1899-12-31", "1970-01-01", "0001-01-01", "1753-01-01", "1601-01-01", "1904-01-01",
        "9999-12-31", "2999-12-31", "2099-12-31", "1980-01-01")  # fmt: skip
"""First and last days of calendars and computers."""

_LEAST = 2

_PRICES = 20
"""Money with at most so many different amounts is a list of prices, of which 99 is a usual one."""


def find_disguised(looked: Looked) -> list[Trouble]:
    """Find stand-ins for "no value" in text, numbers and times."""
    found: list[Trouble | None] = [*(_in_text(looked, shape) for shape in looked.of_kind("text"))]
    found += [_in_numbers(looked, shape) for shape in looked.of_kind("number")]
    found += [_in_times(looked, shape) for shape in looked.of_kind("time")]
    return [trouble for trouble in found if trouble is not None]


def _in_text(looked: Looked, shape: Shape) -> Trouble | None:
    words = ", ".join("'" + word.replace("'", "''") + "'" for word in sorted(WORDS))
    where = f'lower("{shape.name}") IN ({words})'
    if shape.distinct <= 3:  # "none" may be one of two answers
        where = f"({where}) AND lower(\"{shape.name}\") NOT IN ('none', 'unknown', 'x', '-', 'na')"
    worst = looked.ask(
        f'SELECT "{shape.name}", count(*) FROM "{looked.name}" WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5'
    )
    if not worst or sum(count for _, count in worst) < _LEAST:
        return None
    said = ", ".join(f"“{word}”" for word, _ in worst)
    return looked.trouble(
        shape.name, "disguised missing", "misleads", "{rows} values ({share}) say that there is none: " + said,
        where, treat=clean_lines(looked.name, shape.name, {"map": {word: "" for word, _ in worst}}),
    )  # fmt: skip


def _in_numbers(looked: Looked, shape: Shape) -> Trouble | None:
    """A number from the list that lies at the end of all others and apart from them."""
    name = f'"{shape.name}"'
    listed = ", ".join(map(str, NUMBERS))
    seen = looked.ask(
        f'SELECT CAST({name} AS DOUBLE), count(*) FROM "{looked.name}" WHERE {name} IN ({listed}) GROUP BY 1 ORDER BY 1'
    )
    for value, count in seen:
        if count < _LEAST or count > 0.98 * shape.filled:
            continue
        low, high, middle = looked.one(
            f"SELECT min(v), max(v), median(v) FROM (SELECT CAST({name} AS DOUBLE) AS v, count(*) AS n "
            f'FROM "{looked.name}" WHERE {name} <> {value} GROUP BY 1)'
        )
        if low is None:
            continue
        spread = max(high - low, abs(middle), 1.0)
        below = value < 0 <= low
        price = _is_money(shape) and shape.distinct <= _PRICES and count > 0.05 * shape.filled
        above = value >= 99 and value > high + 0.5 * spread and count > 1 and not price
        if not (below or above):
            continue
        return looked.trouble(
            shape.name, "disguised missing", "misleads",
            f"{{rows}} values ({{share}}) are {value:,.0f}, apart from all others ({low:,.6g} to {high:,.6g})",
            f"{name} = {value}", treat=clean_lines(looked.name, shape.name, {"map": {f"{value:.0f}": ""}}),
        )  # fmt: skip
    return None


def _is_money(shape: Shape) -> bool:
    return shape.declared is not None and shape.declared.type == "money"


def _in_times(looked: Looked, shape: Shape) -> Trouble | None:
    """A day on which computers begin to count, far from all other days."""
    name = f'"{shape.name}"'
    days = ", ".join(f"DATE '{day}'" for day in DAYS)
    where = f"CAST({name} AS DATE) IN ({days})"
    first, last = looked.one(
        f'SELECT min(CAST({name} AS DATE)), max(CAST({name} AS DATE)) FROM "{looked.name}" WHERE NOT ({where})'
    )
    worst = looked.ask(
        f'SELECT CAST({name} AS DATE) AS day, count(*) FROM "{looked.name}" WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1'
    )
    apart = [day for day, _ in worst if first is None or day < first or day > last]
    if not apart:
        return None
    said = ", ".join(f"{day}" for day in apart)
    chosen = ", ".join(f"DATE '{day}'" for day in apart)
    return looked.trouble(
        shape.name, "disguised missing", "misleads", f"{{rows}} times ({{share}}) are {said}: nobody entered a day",
        f"CAST({name} AS DATE) IN ({chosen})",
        treat=clean_lines(looked.name, shape.name, {"map": {f"{day}": "" for day in apart}}),
    )  # fmt: skip
