"""Are the data fit for use? Each check takes counts and answers pass, warn, fail or unknown, with what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from tradewind.core.finding import Check
from tradewind.core.money import format_money
from tradewind.core.time import Days, days

FEW_TO_SHRINK = 20
"""Rows from which on a source that is suddenly half as large is worth a warning."""


def check_not_empty(table: str, rows: int) -> Check:
    """Check that a mapped table has rows."""
    name = f"{table} has rows"
    if rows == 0:
        return Check(name, "fail", "there are no rows", f"check the files behind [tables.{table}] and its `where`")
    return Check(name, "pass", f"{rows:,} rows")


def check_empty_columns(table: str, nulls: Mapping[str, int], rows: int) -> Check:
    """Check that no mapped column is empty throughout.

    Args:
        table: contract table.
        nulls: mapped column to its number of rows without a value.
        rows: rows of the table.
    """
    name = f"{table} has values in every mapped column"
    if rows == 0 or not nulls:
        return Check(name, "unknown", "there is nothing to look at", f"check the files behind [tables.{table}]")
    empty = sorted(column for column, count in nulls.items() if count >= rows)
    if empty:
        do = f"correct the expressions of these columns in [tables.{table}], or leave them out"
        return Check(name, "warn", f"no value in any of {rows:,} rows: {', '.join(empty)}", do)
    return Check(name, "pass", f"{len(nulls)} columns")


def check_rejected(table: str, rejected: int, rows: int) -> Check:
    """Check how many rows could not be used: up to 1 % passes, up to 10 % warns, more fails.

    Args:
        table: contract table.
        rejected: rows that went to `rejected`.
        rows: rows that were kept.
    """
    name = f"{table}: rows we could not use"
    read = rejected + rows
    if read == 0:
        return Check(name, "unknown", "no row was read", f"check the files behind [tables.{table}]")
    seen = f"{rejected:,} of {read:,} rows ({rejected / read:.1%})"
    if rejected <= read * 0.01:
        return Check(name, "pass", seen)
    do = f"read the reasons: tradewind check {table} --rejected"
    return Check(name, "warn" if rejected <= read * 0.10 else "fail", seen, do)


def check_load(
    table: str, brought: tuple[int, int, int], rows: int, before: int, deleted: bool, skipped: bool
) -> Check:
    """Say what a load brought, and warn of a source that holds half as many rows as the time before, or fewer.

    Args:
        table: contract table.
        brought: rows that are new, that changed, and that are no longer there.
        rows: rows of the source now.
        before: rows of the source at the load before; 0 where this is the first.
        deleted: whether rows that are gone count as deleted.
        skipped: whether the source is the same as at the load before.
    """
    name, (new, changed, gone) = f"{table}: what this load brought", brought
    if skipped:
        return Check(name, "pass", "the same source as last time: 0 new, 0 changed, 0 no longer there")
    fate = "" if not gone else " (they count as deleted)" if deleted else " (they are kept)"
    seen = f"{new:,} new, {changed:,} changed, {gone:,} no longer there{fate}"
    if before >= FEW_TO_SHRINK and rows * 2 <= before:
        do = f"look whether the export is complete; what is missing stays as [tables.{table}] missing says"
        return Check(name, "warn", f"{seen}; the source holds {rows:,} rows where it held {before:,}", do)
    return Check(name, "pass", seen)


def check_reading(table: str, notes: Sequence[str]) -> Check:
    """Tell what was decided while a table was read: a guessed encoding, clock changes, rows that stand there twice.

    Args:
        table: contract table.
        notes: at least one plain sentence.
    """
    return Check(f"{table}: decided while reading", "pass", "; ".join(notes))


def check_fresh(
    table: str, newest: date | None, today: date, warn_after: Days = days(7), fail_after: Days = days(60)
) -> Check:
    """Check that facts reach up to today; decisions on old data reach people who have moved on.

    Args:
        table: contract table of facts.
        newest: local day of its newest row; None where there is none.
        today: the day the answer is for, in the workspace's zone.
        warn_after: age from which it warns.
        fail_after: age from which it fails.
    """
    name = f"{table} reaches up to today"
    if newest is None:
        return Check(name, "unknown", "no row has a time", f"check `happened_at` of [tables.{table}]")
    age = (today - newest).days
    seen = f"the newest row is of {newest}, {age} days before {today}"
    if age <= warn_after.count:
        return Check(name, "pass", seen)
    do = "load newer data, or set as_of in [workspace] to answer as of then"
    return Check(name, "warn" if age <= fail_after.count else "fail", seen, do)


def check_future(table: str, future: int, rows: int, newest: datetime | None = None) -> Check:
    """Check that no fact lies in the future.

    Args:
        table: contract table of facts.
        future: rows that happened after the present instant.
        rows: all rows.
        newest: the latest of them, as an example.
    """
    name = f"{table} holds nothing from the future"
    if rows == 0:
        return Check(name, "unknown", "there are no rows", f"check the files behind [tables.{table}]")
    if future:
        example = f", as late as {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
        do = "check the time zone and the format of its times"
        return Check(name, "fail", f"{future:,} of {rows:,} rows{example}", do)
    return Check(name, "pass", f"none of {rows:,} rows")


def check_currency(table: str, without_rate: int, rows: int, currency: str) -> Check:
    """Check that amounts can be counted in the workspace's currency.

    Args:
        table: contract table with amounts.
        without_rate: rows with an amount but no amount in the workspace's currency.
        rows: rows with an amount.
        currency: the workspace's currency.
    """
    name = f"{table}: every amount is known in {currency}"
    if rows == 0:
        return Check(name, "unknown", "no row has an amount", f"map `amount` in [tables.{table}]")
    if without_rate:
        seen = f"{without_rate:,} of {rows:,} amounts have no rate to {currency}; they are counted but not added up"
        do = "map a `rates` table that covers their days and currencies"
        return Check(name, "fail" if without_rate > rows / 2 else "warn", seen, do)
    return Check(name, "pass", f"{rows:,} amounts")


def check_customers(table: str, guests: int, guest_amount: float, rows: int, amount: float, currency: str) -> Check:
    """Say how many orders, and how much money, belong to no customer: up to a tenth of either passes, more warns.

    Args:
        table: the contract table.
        guests: rows without a customer.
        guest_amount: what they sum to, in the workspace's currency.
        rows: all rows.
        amount: what all rows sum to.
        currency: the workspace's currency.
    """
    name = f"{table}: who bought is known"
    if rows == 0:
        return Check(name, "unknown", "there are no rows", f"check the files behind [tables.{table}]")
    if guests == 0:
        return Check(name, "pass", f"all {rows:,} rows name a customer")
    share = f" ({guest_amount / amount:.0%})" if amount > 0 and guest_amount >= 0 else ""
    seen = (
        f"{guests:,} of {rows:,} ({guests / rows:.0%}), worth {format_money(guest_amount, currency)}{share}, name no "
        "customer: they count in revenue and in nobody's history"
    )
    if guests <= rows * 0.1 and guest_amount <= amount * 0.1:
        return Check(name, "pass", seen)
    return Check(
        name, "warn", seen, f"map what names guests too, an e-mail address say, to customer_id in [tables.{table}]"
    )


def check_references(table: str, column: str, broken: int, rows: int) -> Check:
    """Check that what a table points to exists: up to 1 % of dangling rows passes, up to half warns, more fails.

    Args:
        table: the table that points.
        column: its key of the other table (`product_id`).
        broken: rows whose key is not in the other table.
        rows: rows with a key.
    """
    name = f"{table}.{column} points to rows that exist"
    if rows == 0:
        return Check(name, "unknown", "no row points anywhere", f"map `{column}` in [tables.{table}]")
    seen = f"{broken:,} of {rows:,} rows point to nothing"
    if broken <= rows * 0.01:
        return Check(name, "pass", seen)
    do = f"check that both sides write {column} in the same way (zeros in front, spaces, capitals)"
    return Check(name, "warn" if broken <= rows / 2 else "fail", seen, do)


def check_history_start(starts_mid_life: bool | None, seen: str) -> Check:
    """Say whether history begins with the business or in the middle of its customers' lives.

    Args:
        starts_mid_life: result of the detection; None where it could not tell.
        seen: what was seen, in plain words.
    """
    name = "History begins at the beginning"
    if starts_mid_life is None:
        return Check(name, "unknown", seen, "map customers.created_at, or load more history")
    if starts_mid_life:
        do = "map customers.created_at; questions about first orders stay unanswered until then"
        return Check(name, "warn", seen, do)
    return Check(name, "pass", seen)
