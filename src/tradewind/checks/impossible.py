"""Values that cannot be: ended before begun, born in the future, more than all, before there was a business."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from tradewind.checks.looked import Looked, Shape
from tradewind.core.trouble import Trouble, clean_lines

PERCENT = re.compile(
    r"(^|_)(pct|percent|percentage|prozent|porcentaje|pourcentage|percentuale|procent|probability|prob|likelihood|"
    r"wahrscheinlichkeit|probabilidad|probabilite)(_|$)"
)
"""Names of columns that hold percentages, in several languages."""

OLDEST = 115
"""Years that nobody is older than."""

_NEVER_NEGATIVE = ("discount", "price", "cost", "monthly_amount", "employees", "impressions", "clicks", "budget",
                   "rating", "rate", "quantity")  # fmt: skip
_SPANS = (("started_at", "ended_at"), ("created_at", "closed_at"), ("created_at", "converted_at"),
          ("created_at", "lost_at"), ("started_at", "trial_ends_at"), ("started_at", "payment_failed_at"),
          ("started_at", "renews_at"))  # fmt: skip


def find_impossible(looked: Looked, tables: Mapping[str, Looked]) -> list[Trouble]:
    """Find values that cannot be, in one table and between it and its customers."""
    found: list[Trouble | None] = [*_spans(looked), *_negative(looked), _discount(looked)]
    for shape in looked.of_kind("number"):
        found += [_year(looked, shape), _percent(looked, shape)]
    for shape in looked.of_kind("time"):
        found.append(_before_the_business(looked, shape))
    if looked.name == "customers" and "orders" in tables:
        found.append(_before_the_customer(looked, tables["orders"]))
    return [trouble for trouble in found if trouble is not None]


def _none(looked: Looked, column: str, condition: str) -> str:
    return clean_lines(looked.name, column, {"drop": f"rows where {condition}"})


def _spans(looked: Looked) -> Iterator[Trouble | None]:
    for begin, end in _SPANS:
        if {begin, end} <= set(looked.shapes):
            words = f"{{rows}} rows ({{share}}) have {end} before {begin}"
            shown = f"concat({begin}, ' … ', {end})"
            yield looked.trouble(
                end, "impossible", "breaks", words, f"{end} < {begin} - INTERVAL 1 DAY", shown=shown,
                treat=_none(looked, end, f"{end} < {begin}"), do="look which of the two was written in another format",
            )  # fmt: skip


def _negative(looked: Looked) -> Iterator[Trouble | None]:
    for name in _NEVER_NEGATIVE:
        shape = looked.shapes.get(name)
        if shape is None or shape.kind != "number":
            continue
        where = f"{name} < 0"
        if name in ("quantity", "discount") and "amount" in looked.shapes:
            where += " AND amount > 0"  # a return takes its discount and quantity back
        elif name == "quantity":
            continue
        share = looked.one(f'SELECT count(*) FILTER (WHERE {where}) FROM "{looked.name}"')[0] / max(shape.filled, 1)
        if share > 0.5:  # a sign by habit, not by accident
            continue
        yield looked.trouble(
            name, "impossible", "breaks", f"{{rows}} rows ({{share}}) have a negative {name}", where,
            treat=_none(looked, name, where),
        )  # fmt: skip
    for shape in looked.of_kind("number"):
        if shape.declared is None and not shape.identity:
            yield _hardly_ever_negative(looked, shape)


def _hardly_ever_negative(looked: Looked, shape: Shape) -> Trouble | None:
    """Several negative values where nearly all are not, and never small ones: a sign that slipped in."""
    name = f'CAST("{shape.name}" AS DOUBLE)'
    below, kinds, closest, middle = looked.one(
        f"SELECT count(*) FILTER (WHERE {name} < 0), count(DISTINCT {name}) FILTER (WHERE {name} < 0), "
        f'max({name}) FILTER (WHERE {name} < 0), median({name}) FILTER (WHERE {name} >= 0) FROM "{looked.name}"'
    )
    if (
        not below
        or kinds < 2
        or below > 0.01 * shape.filled
        or middle is None
        or middle <= 0
        or closest > -0.1 * middle
    ):
        return None
    return looked.trouble(
        shape.name, "impossible", "misleads", "{rows} values ({share}) are negative, all others are not", f"{name} < 0",
        treat=_none(looked, shape.name, f"{shape.name} < 0"),
    )  # fmt: skip


def _discount(looked: Looked) -> Trouble | None:
    """A discount of more than nine tenths, where that is not what discounts here are like."""
    if looked.name not in ("orders", "order_lines") or not {"discount", "amount"} <= set(looked.shapes):
        return None
    where = "amount > 0 AND discount > 10 * amount"
    given, over = looked.one(
        f'SELECT count(*) FILTER (WHERE discount > 0), count(*) FILTER (WHERE {where}) FROM "{looked.name}"'
    )
    if not over or over > 0.6 * given:
        return None
    return looked.trouble(
        "discount", "impossible", "misleads", "{rows} discounts ({share}) are more than ten times what was paid", where,
        shown="concat(discount, ' off, ', amount, ' paid')", treat=_none(looked, "discount", where),
    )  # fmt: skip


def _year(looked: Looked, shape: Shape) -> Trouble | None:
    """Years of birth or founding: a column most of whose values are years of one person's life before today."""
    name = f'CAST("{shape.name}" AS DOUBLE)'
    this = looked.today.year
    if shape.distinct > 400 or shape.distinct < 8 or shape.declared is not None:
        return None
    low, high, whole = looked.one(
        f"SELECT quantile_cont({name}, 0.25), quantile_cont({name}, 0.75), bool_and({name} = trunc({name})) "
        f'FROM "{looked.name}"'
    )
    if not whole or low < this - OLDEST or high > this - 5 or high - low < 2:
        return None
    where = f"{name} < {this - OLDEST} OR {name} > {this}"
    stand_in = looked.ask(
        f'SELECT {name}, count(*) FROM "{looked.name}" WHERE {where} OR {name} = 1900 '
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
    )
    if stand_in and stand_in[0][0] in (0, 1, 1900, 1901) and stand_in[0][1] >= 2:
        value = int(stand_in[0][0])
        return looked.trouble(
            shape.name, "disguised missing", "misleads", f"{{rows}} values ({{share}}) are {value}, which is no year",
            f"{name} = {value}", treat=clean_lines(looked.name, shape.name, {"map": {str(value): ""}}),
        )  # fmt: skip
    return looked.trouble(
        shape.name, "impossible", "misleads",
        f"{{rows}} values ({{share}}) are no years between {this - OLDEST} and {this}", where,
        treat=clean_lines(looked.name, shape.name, {"cap": [this - OLDEST, this]}),
        do="or drop these rows: a capped year is still a guess",
    )  # fmt: skip


def _percent(looked: Looked, shape: Shape) -> Trouble | None:
    if not PERCENT.search(shape.name.lower()):
        return None
    name = f'CAST("{shape.name}" AS DOUBLE)'
    usual = looked.one(f'SELECT quantile_cont({name}, 0.7) FROM "{looked.name}"')[0]
    if usual is None or usual > 100:
        return None
    return looked.trouble(
        shape.name, "impossible", "misleads", "{rows} values ({share}) are above 100 %", f"{name} > 100",
        treat=clean_lines(looked.name, shape.name, {"cap": [0, 100]}),
    )  # fmt: skip


def _before_the_business(looked: Looked, shape: Shape) -> Trouble | None:
    """Times before an empty stretch of a year, when nearly all rows come after it."""
    if shape.declared is not None and shape.name not in (looked.time, "closed_at", "ended_at"):
        return None
    name = f'"{shape.name}"'
    months = looked.ask(
        f"SELECT date_trunc('month', {name}) AS month, count(*) FROM \"{looked.name}\" WHERE {name} IS NOT NULL "
        "GROUP BY 1 ORDER BY 1"
    )
    before, start = 0, None
    for (one, count), (two, _) in pairwise(months):
        before += count
        if (two - one).days > 366 and before <= 0.25 * shape.filled:
            start = two
    if start is None:
        return None
    return looked.trouble(
        shape.name, "impossible", "misleads",
        f"{{rows}} rows ({{share}}) lie before {start:%B %Y}, with more than a year of nothing between",
        f"{name} < TIMESTAMP '{start:%Y-%m-%d}'",
        treat=_none(looked, shape.name, f"{shape.name} < CAST('{start:%Y-%m-%d}' AS TIMESTAMP)"),
    )  # fmt: skip


def _before_the_customer(looked: Looked, orders: Looked) -> Trouble | None:
    if "created_at" not in looked.shapes or "customer_id" not in orders.shapes or not orders.time:
        return None
    return looked.trouble(
        "created_at", "impossible", "misleads",
        "{rows} customers ({share}) ordered more than a day before they existed",
        "customer_id IN (SELECT c.customer_id FROM customers c JOIN (SELECT customer_id, min(happened_at) AS first "
        "FROM orders GROUP BY 1) o USING (customer_id) WHERE o.first < c.created_at - INTERVAL 1 DAY)",
        treat=clean_lines(looked.name, "created_at", {"drop": "column"}),
        do="created_at may be the day they were moved to another system: map an older date",
    )  # fmt: skip
