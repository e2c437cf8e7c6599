"""Columns of a labelled table that look filled in after the outcome, by what they are called and by their data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.checks.single_features import measure_single_features
from tradewind.core.feature import Feature, FeatureTable
from tradewind.stats.ranking import Values

TOO_GOOD = 0.85
"""A column alone that tells so much of the outcome (2 · AUC − 1) knows it from later."""
STRONG = 0.6
"""So much from one column alone is rare enough to ask how it came to be known."""
CHANCE = 1e-6
"""What is seen in one class only must be less likely than this by chance."""
LEAST_SHARE = 0.05
"""Groups with one outcome count where they hold at least so much of the rows: a rare group may be all of a kind."""
NEARLY = 0.03
"""Up to this share of the other outcome a group counts as being of one kind."""
EMPTY = 0.1
"""A judgement that is missing in at least so many of the rows is made while people work on the row."""

_LAST = r"(last|latest|most recent|newest|letzte[rs]?|derni[eè]re?|[uú]ltim[oa]|laatste|ostatni\w*)"
_DONE = r"(activit\w+|action|contact|interaction|event|touch\w*|modif\w+|updated?|status|stage|aktivit\w+|kontakt)"
_ENDING = (
    r"(clos\w+|cancel\w*|end(ed)?|terminat\w+|churn\w*|exit\w*|lost|loss|won|convert\w*|refund\w*|k[uü]ndigung\w*)"
)
_AFTERWARDS = re.compile(rf"\b{_LAST}( \w+)? {_DONE}\b|\b{_ENDING} (date|on|at|day|reason|month|value|by|datum)\b")
_PAST = re.compile(r"\b(previous|prior|past|before|former|first|initial|vorherig\w+|pr[eé]c[eé]dent\w*|anterior)\b")
_JUDGED = re.compile(
    r"\b(quality|score|index|profile|grade|rating|priority|ranking|qualit[aä]t|bewertung|note|calidad|qualit[eé])\b"
)
_WORKED_ON = re.compile(
    r"\b(status|stage|tags?|notes?|remarks?|comments?|feedback|reason|disposition|resolution|result|outcome|grund|"
    r"bemerkung\w*|kommentar\w*|ergebnis|motif|motivo|resultado|etiquetas?|fase|phase)\b"
)
_LENGTH = re.compile(
    r"\b(duration|talk time|call length|length of call|dauer|gespr[aä]chsdauer|dur[eé]e|duraci[oó]n)\b"
)


@dataclass(frozen=True)
class Suspect:
    """A column that looks filled in after the outcome.

    Args:
        column: its name.
        reason: why it is thought so, in plain words that complete "because …".
    """

    column: str
    reason: str


def find_suspects(
    features: FeatureTable, outcome: Values, rng: np.random.Generator, stated: Mapping[str, str] | None = None
) -> tuple[Suspect, ...]:
    """Name the columns that look filled in after the outcome, with the clearest reason for each.

    What is looked for: a column that is empty wherever the outcome is still open; that is filled, or empty, in one
    class only; that alone nearly tells the outcome; whose groups are all of one kind in both directions; whose low or
    high end never had the outcome although it tells much; and names of last activities, of endings, and of judgements
    or remarks, these where their data agree.

    Args:
        features: (n) one row per entity.
        outcome: (n,) 1, 0, or NaN where the outcome is still open.
        rng: for folds and samples.
        stated: reasons known from elsewhere by column (config, history); they come first.
    Returns:
        The suspects in the order of the columns.
    """
    known = ~np.isnan(outcome)
    stated = stated or {}
    measured = measure_single_features(features.rows(known), outcome[known], rng) if known.any() else ()
    gini = {single.feature.name: single.gini for single in measured}
    found = []
    for feature in features.features:
        column = _Column(feature, _values(features, feature), outcome, gini.get(feature.name, 0.0))
        reason = stated.get(feature.name) or next(_reasons(column), "")
        if reason:
            found.append(Suspect(feature.name, reason))
    return tuple(found)


@dataclass(frozen=True)
class _Column:
    """One column with the outcome beside it."""

    feature: Feature
    values: NDArray[np.object_] | NDArray[np.float64]
    outcome: Values
    gini: float

    @property
    def known(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.outcome)

    @property
    def filled(self) -> NDArray[np.bool_]:
        if self.values.dtype == object:
            return np.array([value is not None and value != "" for value in self.values], dtype=bool)
        return np.isfinite(self.values.astype(np.float64))

    @property
    def name(self) -> str:
        return self.feature.name.replace("_", " ").lower()


def _values(features: FeatureTable, feature: Feature) -> NDArray[np.object_] | NDArray[np.float64]:
    if feature.kind == "category":
        return features.categories[feature.name]
    return features.column(feature.name).astype(np.float64)


def _reasons(column: _Column) -> Iterator[str]:
    """Reasons to suspect a column, the clearest first."""
    if column.known.any():
        yield from _empty_while_open(column)
        yield from _one_class_only(column)
        if column.gini >= TOO_GOOD:
            yield f"alone it nearly tells the outcome ({column.gini:.2f} of 1)"
        yield from _all_of_a_kind(column)
        yield from _dead_end(column)
    yield from _by_name(column)


def _empty_while_open(column: _Column) -> Iterator[str]:
    open_rows, filled = ~column.known, column.filled
    if open_rows.sum() < 20 or filled[column.known].mean() < 0.2:
        return
    if filled[open_rows].mean() <= 0.01:
        yield "it is empty wherever the outcome is still open"


def _one_class_only(column: _Column) -> Iterator[str]:
    """Filled, or empty, in rows of one class only, and in too many of them for chance."""
    y, filled = column.outcome[column.known], column.filled[column.known]
    for what, rows in (("filled in", filled), ("empty", ~filled)):
        count = int(rows.sum())
        if not 0 < count < len(y):
            continue
        for happened, where in ((1.0, "where it happened"), (0.0, "where it did not happen")):
            of_class = float((y == happened).mean())
            if (y[rows] == happened).all() and 0 < of_class < 1 and of_class**count < CHANCE:
                share = count / max(1, (y == happened).sum())
                if share >= LEAST_SHARE:
                    yield f"it is {what} only {where}"


def _all_of_a_kind(column: _Column) -> Iterator[str]:
    """Groups of a category that nearly all had the outcome, and others of which nearly none had."""
    if column.feature.kind != "category":
        return
    y = column.outcome[column.known]
    text = np.array(["" if value is None else str(value) for value in column.values[column.known]], dtype=str)
    _, group = np.unique(text, return_inverse=True)
    size, hits = np.bincount(group), np.bincount(group, y)
    base = float(y.mean())
    enough = (size * base >= 10) & (size * (1 - base) >= 10)
    all_yes = enough & (hits / size >= 1 - NEARLY)
    all_no = enough & (hits / size <= NEARLY)
    share = size[all_yes | all_no].sum() / len(y)
    if all_yes.any() and all_no.any() and share >= LEAST_SHARE:
        yield f"some of its values nearly always go with the outcome and others never: {100 * share:.0f} in 100 rows"


def _dead_end(column: _Column) -> Iterator[str]:
    """A number that tells much, and one end of whose range hardly ever had the outcome."""
    if column.feature.kind == "category" or column.gini < STRONG:
        return
    values, y = column.values.astype(np.float64), column.outcome
    rows = np.flatnonzero(column.known & np.isfinite(values))
    if len(rows) < 200:
        return
    values, y = values[rows], y[rows]
    for end, edge in (("lowest", np.quantile(values, 0.1)), ("highest", np.quantile(values, 0.9))):
        inside = values <= edge if end == "lowest" else values >= edge
        expected = inside.sum() * y.mean()
        if inside.mean() <= 0.3 and expected >= 20 and y[inside].sum() <= NEARLY * expected:
            yield f"alone it tells much of the outcome, and among the {end} tenth of its values it hardly ever happened"


def _by_name(column: _Column) -> Iterator[str]:
    """Names that say "afterwards"; a judgement or remark only where its data agree."""
    if _PAST.search(column.name):
        return
    if _AFTERWARDS.search(column.name):
        yield "its name says that it is about what came last"
        return
    empty = float((~column.filled).mean())
    if empty >= EMPTY and (_JUDGED.search(column.name) or _WORKED_ON.search(column.name)):
        yield f"by its name it is filled in while somebody works on the row; it is empty in {100 * empty:.0f} of 100"
    elif column.gini >= STRONG and _WORKED_ON.search(column.name):
        yield "by its name it is filled in while somebody works on the row, and alone it tells much of the outcome"
    elif column.gini >= STRONG - 0.2 and _LENGTH.search(column.name):
        yield "how long something took is only known when it is over"
