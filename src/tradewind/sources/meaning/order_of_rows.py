"""Whether the rows of a table stand in the order of time: a time that rises, or months that run through the year."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from tradewind.core.contract import CONTRACT
from tradewind.sources.profile import ColumnProfile, SourceProfile
from tradewind.sources.proposal import ProposedTable

_MONTHS = tuple(
    frozenset(names.split("/"))
    for names in (
        "jan/january/januar/janvier/enero/gennaio/janeiro/januari/ene/gen",
        "feb/february/februar/fevrier/fev/febrero/febbraio/fevereiro/februari",
        "mar/march/marz/maerz/mars/marzo/marco/maart/mrz/mrt",
        "apr/april/avril/avr/abril/aprile/abr",
        "may/mai/mayo/maggio/maio/mei/mag",
        "jun/june/juni/juin/junio/giugno/junho/giu",
        "jul/july/juli/juillet/julio/luglio/julho/lug",
        "aug/august/aout/agosto/ago/augustus",
        "sep/sept/september/septembre/septiembre/settembre/setembro/set",
        "oct/october/oktober/okt/octobre/octubre/ottobre/outubro/ott/out",
        "nov/november/novembre/noviembre/novembro",
        "dec/december/dezember/dez/decembre/diciembre/dicembre/dezembro/dic",
    )
)


def order_of_rows(table: SourceProfile, proposed: ProposedTable) -> str:
    """Return what orders the rows in time: a mapped time column, `rows` for the file's own order, or nothing."""
    for name in ("created_at", "started_at", "happened_at"):
        if proposed.guess(name) is not None and CONTRACT[proposed.table].column(name) is not None:
            return name
    return "rows" if any(runs_through_the_year(table, column) for column in table.columns) else ""


def runs_through_the_year(table: SourceProfile, column: ColumnProfile) -> bool:
    """Whether names of months change down the file only to a later month of the year, or on to the next year."""
    if column.kind not in ("category", "code") or not 3 <= column.distinct <= 12:
        return False
    numbers = {value: number for value, _ in column.top if (number := _month(value)) is not None}
    if len(numbers) < column.distinct:
        return False
    months = [numbers[text] for text in table.texts[column.place] if text in numbers]
    steps = [(b - a) % 12 for a, b in pairwise(months) if a != b]
    return 2 <= len(steps) <= 0.02 * len(months) + 3 and sum(step <= 6 for step in steps) >= 0.9 * len(steps)


def _month(value: str) -> int | None:
    plain = "".join(c for c in unicodedata.normalize("NFKD", value.lower().strip(". ")) if not unicodedata.combining(c))
    return next((number for number, names in enumerate(_MONTHS) if plain in names), None)
