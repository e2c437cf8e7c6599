"""Rows that stand there twice: equal in every column, under one key, or one thing under two keys."""

from __future__ import annotations

from tradewind.checks.looked import Looked
from tradewind.core.trouble import Severity, Trouble, clean_lines

MINUTES = 10
"""An order of the same customer and amount so soon after is taken for a second click."""


def find_duplicates(looked: Looked) -> list[Trouble]:
    """Find equal rows, and one person, order or deal under two keys."""
    found: list[Trouble | None] = [_collapsed(looked)]
    if looked.name in ("customers", "leads"):
        found += [_same_mail(looked), _same_phone(looked)]
    if looked.name == "orders":
        found.append(_second_click(looked))
    if looked.name in ("deals", "leads", "subscriptions"):
        found.append(_all_but_the_key(looked))
    return [trouble for trouble in found if trouble is not None]


def _key(looked: Looked) -> str:
    return looked.contract.key[0] if looked.contract.key else looked.time or next(iter(looked.shapes))


def _collapsed(looked: Looked) -> Trouble | None:
    """Rows equal in every column; they count once already."""
    count = looked.given.collapsed
    if not count or not looked.shapes:
        return None
    of = looked.rows + count
    severity: Severity = "misleads" if count > 0.05 * of else "cosmetic"
    return Trouble(
        looked.name, _key(looked), "duplicate rows", severity,
        f"{count:,} rows are equal to another one in every column; they count once", count, of,
        do="look whether a file was exported or appended twice",
    )  # fmt: skip


def _twins(looked: Looked, same: str, given: str) -> str:
    """SQL of rows that share an expression with a row of another key."""
    key = f'"{_key(looked)}"'
    again = f'SELECT {same} FROM "{looked.name}" WHERE {given} GROUP BY 1 HAVING count(DISTINCT {key}) BETWEEN 2 AND 20'
    return f"{given} AND {same} IN ({again})"


def _same_mail(looked: Looked) -> Trouble | None:
    if "email" not in looked.shapes:
        return None
    return looked.trouble(
        _key(looked), "near duplicates", "misleads",
        "{rows} rows ({share}) share their e-mail address with another one",
        _twins(looked, "lower(trim(email))", "contains(email, '@')"), hidden=True,
        treat=clean_lines(looked.name, _key(looked), {"keep": ["near duplicates"]}),
        do="one person under two numbers is two customers who seem to leave: let identity join them",
    )  # fmt: skip


def _same_phone(looked: Looked) -> Trouble | None:
    if not {"phone", "name"} <= set(looked.shapes):
        return None
    digits = "regexp_replace(phone, '[^0-9]', '', 'g')"
    same = f"concat(lower(trim(name)), '|', {digits})"
    return looked.trouble(
        _key(looked), "near duplicates", "misleads", "{rows} rows ({share}) share name and telephone with another one",
        _twins(looked, same, f"name IS NOT NULL AND length({digits}) >= 6"), hidden=True,
        treat=clean_lines(looked.name, _key(looked), {"keep": ["near duplicates"]}),
        do="one person under two numbers is two customers who seem to leave: let identity join them",
    )  # fmt: skip


def _second_click(looked: Looked) -> Trouble | None:
    """The same customer and amount within minutes; where times are days only, nothing can be said."""
    if not {"customer_id", "amount", "happened_at"} <= set(looked.shapes):
        return None
    timed = looked.one(
        f"SELECT count(*) FILTER (WHERE date_trunc('hour', happened_at) <> happened_at) FROM \"{looked.name}\""
    )[0]
    if timed < 0.5 * looked.rows:
        return None
    # Only orders of a day on which the same customer pays the same again are sorted by time.
    same = "hash(customer_id, amount, date_trunc('day', happened_at))"
    bought = f'SELECT order_id, customer_id, amount, happened_at, {same} AS same FROM "{looked.name}" WHERE amount > 0'
    again = f"SELECT same FROM ({bought} AND customer_id IS NOT NULL) GROUP BY 1 HAVING count(*) > 1"
    pairs = (
        "SELECT order_id, happened_at - lag(happened_at) "
        "OVER (PARTITION BY customer_id, amount ORDER BY happened_at, order_id) "
        f"AS gap FROM ({bought}) SEMI JOIN ({again}) USING (same)"
    )
    repeats = f"SELECT order_id FROM ({pairs}) WHERE gap < INTERVAL {MINUTES} MINUTE"
    return looked.trouble(
        "order_id", "near duplicates", "misleads",
        f"{{rows}} orders ({{share}}) repeat the customer and amount of one less than {MINUTES} minutes before",
        f"order_id IN ({repeats})",
        shown="concat(customer_id, ', ', amount, ', ', happened_at)",
        treat=clean_lines(looked.name, "order_id", {"keep": ["near duplicates"]}),
        do="look whether both were paid; leave the second out in the source, or with `where` of the table",
    )  # fmt: skip


def _all_but_the_key(looked: Looked) -> Trouble | None:
    """Rows equal in all but the key, where the rest is telling enough not to be equal by chance."""
    key = _key(looked)
    # A time in the key (when a subscription began) is no name: rows that differ in it are two.
    rest = [shape for shape in looked.shapes.values() if shape.name not in looked.contract.key or not shape.identity]
    if len(rest) < 3 or not any(shape.distinct > 0.5 * looked.rows for shape in rest):
        return None
    columns = ", ".join(f'"{shape.name}"' for shape in rest)
    twins = f'SELECT unnest(list("{key}")) FROM "{looked.name}" GROUP BY {columns} HAVING count(*) > 1'
    return looked.trouble(
        key, "near duplicates", "misleads", f"{{rows}} rows ({{share}}) are equal to another one in all but {key}",
        f'"{key}" IN ({twins})',
        treat=clean_lines(looked.name, key, {"keep": ["near duplicates"]}), do="look which of the two is meant",
    )  # fmt: skip
