"""What every surface tells about a finding, as plain data: the page and the terminal only differ in how it looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tradewind.core.finding import Check, Finding, Number
from tradewind.core.label_words import infinitive
from tradewind.core.score import ModelCard
from tradewind.core.terms import TERMS, Term
from tradewind.core.words import CHECKS, EVIDENCE, STATUS, WORDS, say, say_do
from tradewind.report.drawing import NotDrawable, rows_of
from tradewind.report.numbers import say_count, say_day, say_interval, say_one_in, say_value
from tradewind.report.time_charts import IN_100, LESS_IS_BETTER, NEAR_ZERO_IS_BEST

SUMS = ("expected_profit", "money_at_stake", "expected_total")
"""Numbers that may head the summary, the most telling first."""

MOST_FIGURES = 6
"""Large figures shown, in the order of the table of words."""

MOST_GROUPS = 8
"""Groups shown where an answer is less reliable, the largest first."""

FIGURES = tuple(name.removeprefix("figure.") for name in WORDS if name.startswith("figure."))
"""Numbers that a section shows at its top; all others stand under "How do we know?"."""


@dataclass(frozen=True)
class Badge:
    """A sign, its words and what the words mean: never colour alone."""

    kind: str
    sign: str
    words: str
    meaning: str = ""


@dataclass(frozen=True)
class Figure:
    """One figure large enough to be read first."""

    value: str
    label: str
    between: str = ""


@dataclass(frozen=True)
class Statistic:
    """One figure for "How do we know?"."""

    label: str
    value: str
    between: str
    meaning: str


@dataclass(frozen=True)
class Section:
    """One finding in the words of every surface.

    Args:
        name: the use case's name; anchors and file names are made of it.
        title: plain-word title.
        question: one sentence.
        answered: whether there is an answer to act on.
        status: badge of the status.
        evidence: badge of the evidence grade.
        answer: the first sentence of what was found.
        more: the other sentences.
        figures: large figures.
        money: what it means in money.
        next: what to do next.
        caption: what it rests on.
        approach: how it was worked out.
        statistics: every other number.
        checks: badge, name, what was seen, what to do.
        card: rows of the model card, label and text.
        reliable: header and rows of the groups where it is less reliable; empty where none was looked at.
        tables: names of the workspace tables behind it.
    """

    name: str
    title: str
    question: str
    answered: bool
    status: Badge
    evidence: Badge
    answer: str
    more: tuple[str, ...]
    figures: tuple[Figure, ...]
    money: str
    next: str
    caption: str
    approach: str
    statistics: tuple[Statistic, ...]
    checks: tuple[tuple[Badge, Check], ...]
    card: tuple[tuple[str, str], ...]
    reliable: tuple[tuple[str, ...], ...]
    tables: tuple[str, ...]


def tell(finding: Finding, tables: Mapping[str, pa.Table], card: ModelCard | None = None) -> Section:
    """Return a finding in the words of every surface.

    Args:
        finding: the finding.
        tables: role to result table; `slices` is read here.
        card: card of the model behind it.
    """
    sign, words, meaning = EVIDENCE[finding.evidence]
    answered = finding.status in ("answered", "not distinguishable")
    found = finding.found or (STATUS[finding.status],)
    kinds = {"answered": "good", "not distinguishable": "even", "not answerable": "open", "failed": "bad"}
    signs = {"answered": "✓", "not distinguishable": "≈", "not answerable": "–", "failed": "✕"}
    return Section(
        name=finding.name,
        title=finding.title,
        question=finding.question,
        answered=answered,
        status=Badge(kinds[finding.status], signs[finding.status], STATUS[finding.status]),
        evidence=Badge(finding.evidence, sign, words, meaning),
        answer=found[0],
        more=tuple(found[1:]),
        figures=_figures(finding) if answered else (),
        money=finding.money,
        next=finding.next,
        caption=finding.caption,
        approach=finding.approach,
        statistics=tuple(_statistics(finding.numbers)),
        checks=tuple((check_badge(check), check) for check in finding.checks),
        card=tuple(_card(card)) if card is not None else (),
        reliable=_less_reliable(tables.get("slices"), finding.numbers),
        tables=tuple(finding.tables.values()),
    )


def check_badge(check: Check) -> Badge:
    """Return the sign and words of a check's result."""
    return Badge(check.status, *CHECKS[check.status])


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that can be acted on: first the money that an action can move, largest sum first.

    A total that comes in anyway (`expected_total`) stands behind money at stake, however large it is, and an answer
    no better than the rule of thumb behind those that are.
    """
    open_to_act = [finding for finding in findings if finding.status in ("answered", "not distinguishable")]
    return sorted(open_to_act, key=_urgency)


def _urgency(finding: Finding) -> tuple[bool, bool, float]:
    name, value = headline(finding)
    return finding.status != "answered", name not in SUMS[:2], -value


def headline(finding: Finding) -> tuple[str, float]:
    """Return the name and value of the sum that heads a finding; an empty name and 0 where there is none."""
    for name in SUMS:
        number = finding.numbers.get(name)
        if number is not None and number.value is not None:
            return name, number.value
    return "", 0.0


def headline_figure(finding: Finding) -> Figure | None:
    """Return the sum that heads a finding in the summary, or None."""
    name, _ = headline(finding)
    return _figure(name, finding.numbers[name], finding) if name else None


def _figures(finding: Finding) -> tuple[Figure, ...]:
    return tuple(figure for _, figure in named_figures(finding))


def named_figures(finding: Finding) -> tuple[tuple[str, Figure], ...]:
    """Return the large figures of a finding with the names of their numbers, in the order of the table of words."""
    shown = [
        (name, _figure(name, finding.numbers[name], finding))
        for name in FIGURES
        if name in finding.numbers and finding.numbers[name].value is not None
    ]
    return tuple(shown[:MOST_FIGURES])


def _figure(name: str, number: Number, finding: Finding) -> Figure:
    """Return a number as a large figure; what it counts stands in its label, so words as units are left out."""
    assert number.value is not None
    does = finding.does or say_do(finding.name)
    do = infinitive(does) if name == "expected_customers" else does
    label = say(f"figure.{name}", do=do, people=finding.people)
    if name == "contacts_break_even_share":
        return Figure(say_one_in(number.value), label)
    unit = number.unit if len(number.unit) == 3 and number.unit.isupper() else "count"
    if name.endswith(("_share", "_rate")):
        unit = "share"
    plain = Number(number.value, number.low, number.high, unit)
    return Figure(say_value(number.value, unit, number.low, number.high), label, say_interval(plain))


def _statistics(numbers: Mapping[str, Number]) -> Iterable[Statistic]:
    for name, number in numbers.items():
        if name in FIGURES and name not in TERMS and number.value is not None:
            continue
        term = TERMS.get(
            name, Term(WORDS.get(f"figure.{name}", name.replace("_", " ")).format(do=say("do"), people="customers"), "")
        )
        if number.value is None:
            yield Statistic(term.label, f"not known: {number.reason}", "", term.meaning)
            continue
        between = say_interval(number).removeprefix("between ").replace(" and ", " to ")
        value = say_value(number.value, number.unit, number.low, number.high)
        yield Statistic(term.label, value, between, term.meaning)


def _card(card: ModelCard) -> Iterable[tuple[str, str]]:
    yield "Version", card.version
    yield "Method", card.algorithm
    yield "Learned from", f"{say_count(card.rows)} rows up to {say_day(card.trained_through)}"
    if card.positives is not None:
        yield "Outcomes among them", say_count(card.positives)
    yield "Tested at", f"{say_day(card.test_cutoff)}; the figures belong to the procedure, not to this very model"
    yield "Features", str(len(card.features))
    yield "Data", card.snapshot_id
    yield "Code", card.code_version
    for name, value in {**card.settings, **card.economics}.items():
        yield name.replace("_", " ").capitalize(), str(value)


def _less_reliable(slices: pa.Table | None, numbers: Mapping[str, Number]) -> tuple[tuple[str, ...], ...]:
    """Return header and rows of the groups that are clearly worse than all together; only the header where none is."""
    if slices is None:
        return ()
    try:
        rows = rows_of(slices, ("attribute", "value", "metric", "metric_value"), ("n", "low", "high", "different"))
    except NotDrawable:
        return ()
    head = tuple(say(f"column.{name}") for name in ("attribute", "value", "n", "metric", "there", "range", "overall"))
    worst = [row for row in rows if row["different"] and _worse(row["metric"], row["metric_value"], numbers)]
    worst.sort(key=lambda row: -(row["n"] or 0))
    return (head, *(_group(row, numbers) for row in worst[:MOST_GROUPS]))


def _group(row: Mapping[str, Any], numbers: Mapping[str, Number]) -> tuple[str, ...]:
    metric, low, high = str(row["metric"]), row["low"], row["high"]
    overall = _overall(metric, numbers)
    return (
        str(row["attribute"]).replace("_", " "),
        str(row["value"]),
        say_count(row["n"]) if row["n"] else "",
        WORDS.get(f"metric.{metric}", metric.replace("_", " ")),
        _metric(metric, row["metric_value"]),
        "" if low is None or high is None else f"{_metric(metric, low)} to {_metric(metric, high)}",
        "" if overall is None else _metric(metric, overall),
    )


def _worse(metric: str, there: float, numbers: Mapping[str, Number]) -> bool:
    """Whether a group's figure is worse than that of all; a group that is better is no warning."""
    overall = _overall(metric, numbers)
    if overall is None:
        return True
    if metric in NEAR_ZERO_IS_BEST:
        return abs(there) > abs(overall)
    return there > overall if metric in LESS_IS_BETTER else there < overall


def _overall(metric: str, numbers: Mapping[str, Number]) -> float | None:
    if metric == "relative_mae":
        miss, mean = _overall("mae", numbers), _overall("mean_actual", numbers)
        return miss / mean if miss is not None and mean else None
    number = numbers.get(metric)
    return None if number is None else number.value


def _metric(metric: str, value: float) -> str:
    text = f"{100 * value:.0f}" if metric in IN_100 else f"{value:,.2f}"
    return text.replace("-", "−")


def rejected_rows(rejected: pa.Table | None) -> list[tuple[str, str, str]]:
    """Return table, reason and count of the rows that could not be used, most first; values are never shown.

    Args:
        rejected: counts (table, reason, rows), or the raw table with one row per rejected cell.
    """
    if rejected is None or rejected.num_rows == 0:
        return []
    counts: dict[tuple[str, str], int] = {}
    for row in rejected.to_pylist():
        column = row.get("column")
        reason = f"{column}: {row.get('reason')}" if column else str(row.get("reason"))
        key = (str(row.get("table")), reason)
        counts[key] = counts.get(key, 0) + int(row.get("rows") or 1)
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return [(table, reason, say_count(count)) for (table, reason), count in ordered]
