"""A business that lives on subscriptions: companies, their people, contracts, payments, logins and tickets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from tradewind.simulate.accounts import Accounts, account_ids, accounts_table, domains, draw_accounts
from tradewind.simulate.columns import DAY, Flags, Ints, at_some_hour, ids, moments, money, words
from tradewind.simulate.contracts import MONTH, RETRY, Lives, Months, Starts, draw_starts, live
from tradewind.simulate.names import COUNTRIES, FIRST, LAST, full_names, plain
from tradewind.simulate.people import customer_ids
from tradewind.simulate.tickets import SERVICE, write_texts
from tradewind.simulate.world import Simulated, World

if TYPE_CHECKING:
    import pyarrow as pa

ENDS = ("", "trial not continued", "left", "payment failed")


def simulate_subscriptions(world: World, seed: int) -> Simulated:
    """Simulate a business that sells subscriptions to companies.

    Args:
        world: its settings.
        seed: the same seed and settings give the same tables again, byte for byte.
    Returns:
        `accounts, customers, subscriptions, orders, events, texts`: one customer of each account pays, the others use
        it too; orders are payments. Truth: `subscriptions` (why each ended), `months` (true risk of each month),
        `payments` (failed ones too), `totals`.
    """
    parts = np.random.default_rng(seed).spawn(6)  # one each, so that a change to one part leaves the others alone
    accounts = draw_accounts(world.subscriptions.accounts, 0.0, parts[0])
    starts = draw_starts(world, parts[1])
    lives = live(world, starts, parts[2])
    begun = at_some_hour(starts.day, parts[3])
    payments = _payments(world, starts, lives)
    tables = {
        "accounts": accounts_table(accounts),
        "customers": _customers(world, starts, begun, parts[4]),
        "subscriptions": _subscriptions(world, starts, lives, begun),
        "orders": _orders(payments),
        "events": _events(world, starts, lives.months, payments, parts[5]),
        "texts": _texts(world, starts, lives.months, parts[5]),
    }
    truth = {
        "subscriptions": _subscriptions_truth(world, starts, lives),
        "months": _months_truth(lives.months),
        "payments": payments,
        "totals": _totals(accounts, lives, payments),
    }
    return Simulated(world, seed, tables, truth)


def payers(starts: Starts) -> Ints:
    """Return the customer number of each subscription's first person, who pays."""
    return np.asarray(np.cumsum(starts.seats) - starts.seats)


def _customers(world: World, starts: Starts, begun: Ints, rng: np.random.Generator) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    account = np.repeat(np.arange(len(starts.day)), starts.seats)
    numbers = np.arange(len(account))
    first, last = rng.integers(0, len(FIRST), len(account)), rng.integers(0, len(LAST), len(account))
    given, family = words([plain(n) for n in FIRST], first), words([plain(n) for n in LAST], last)
    local = pc.binary_join_element_wise(given, family, ids("", numbers), ".")
    country = rng.integers(0, len(COUNTRIES), len(starts.day))[account]
    return pa.table(
        {
            "customer_id": customer_ids(numbers),
            "created_at": moments(world, begun[account]),
            "email": pc.binary_join_element_wise(local, domains(account), "@"),
            "name": full_names(first, last),
            "country": words([name for name, _ in COUNTRIES], country),
            "account_id": account_ids(account),
            "role": words(["member", "owner"], np.isin(numbers, payers(starts)).astype(np.int64)),
        }
    )


def _subscriptions(world: World, starts: Starts, lives: Lives, begun: Ints) -> pa.Table:
    import pyarrow as pa

    settings = world.subscriptions
    length = np.where(starts.yearly, 12, 1) * MONTH
    trial_ends = starts.day + settings.trial_days
    passed = np.maximum(world.days - trial_ends, 0)
    renews = trial_ends + (passed // length + 1) * length
    running, no_failure = lives.ended < 0, lives.failed < 0
    plans = [f"{plan.name} {term}" for plan in settings.plans for term in ("monthly", "yearly")]
    return pa.table(
        {
            "customer_id": customer_ids(payers(starts)),
            "started_at": moments(world, begun),
            "ended_at": _noon(world, lives.ended, running),
            "plan": words(plans, lives.plan * 2 + starts.yearly),
            "monthly_amount": money(lives.monthly),
            "trial_ends_at": _noon(world, trial_ends, np.zeros(len(trial_ends), dtype=bool)),
            "renews_at": _noon(world, renews, ~running),
            "payment_failed_at": _noon(world, lives.failed, no_failure),
        }
    )


def _noon(world: World, days: Ints, absent: Flags) -> pa.Array:
    return moments(world, np.where(absent, 0, days) * DAY + DAY // 2, absent)


def _payments(world: World, starts: Starts, lives: Lives) -> pa.Table:
    """Every attempt to charge, by time: a failed first attempt is tried again once."""
    import pyarrow as pa

    months = lives.months
    due = np.flatnonzero(months.due > 0)
    again = due[months.failed[due]]
    of = np.concatenate([due, again])
    second = np.arange(len(of)) >= len(due)
    day = months.begin[of] + second * RETRY
    paid = np.where(second, months.paid[of], ~months.failed[of])
    order = np.argsort(day, kind="stable")
    order = order[day[order] < world.days]
    of, day, paid = of[order], day[order], paid[order]
    return pa.table(
        {
            "payment_id": ids("P", np.arange(len(of)) + 1, 7),
            "customer_id": customer_ids(payers(starts)[months.who[of]]),
            "happened_at": _noon(world, day, np.zeros(len(day), dtype=bool)),
            "amount": money(months.due[of]),
            "currency": words([world.currency], of * 0),
            "status": words(["failed", "paid"], paid.astype(np.int64)),
        }
    )


def _orders(payments: pa.Table) -> pa.Table:
    import pyarrow.compute as pc

    paid = payments.filter(pc.equal(payments["status"], "paid"))
    return paid.rename_columns(["order_id", *payments.column_names[1:]])


def _events(world: World, starts: Starts, months: Months, payments: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Logins spread over each month and over the company's people, and payments that failed, by time."""
    import pyarrow as pa
    import pyarrow.compute as pc

    month = np.repeat(np.arange(len(months.who)), months.logins)
    at = at_some_hour(months.begin[month] + rng.integers(0, MONTH, len(month)), rng)
    seat = (rng.random(len(month)) * starts.seats[months.who[month]]).astype(np.int64)
    person = payers(starts)[months.who[month]] + seat
    kept = np.flatnonzero(at < world.days * DAY)
    kept = kept[np.argsort(at[kept], kind="stable")]
    failed = payments.filter(pc.equal(payments["status"], "failed"))
    logins = pa.table(
        {
            "customer_id": customer_ids(person[kept]),
            "account_id": account_ids(months.who[month[kept]]),
            "happened_at": moments(world, at[kept]),
            "name": words(["login"], kept * 0),
            "value": money(kept * 0, np.ones(len(kept), dtype=bool)),
        }
    )
    failures = pa.table(
        {
            "customer_id": failed["customer_id"],
            "account_id": pa.nulls(failed.num_rows, pa.string()),
            "happened_at": failed["happened_at"],
            "name": words(["payment_failed"], np.zeros(failed.num_rows, dtype=np.int64)),
            "value": failed["amount"],
        }
    )
    return pa.concat_tables([logins, failures]).combine_chunks()


def _texts(world: World, starts: Starts, months: Months, rng: np.random.Generator) -> pa.Table:
    wrote = np.flatnonzero(months.ticket)
    at = at_some_hour(months.begin[wrote] + rng.integers(0, MONTH, len(wrote)), rng)
    inside = at < world.days * DAY
    person = payers(starts)[months.who[wrote[inside]]]
    return write_texts(world, SERVICE, person, np.zeros(len(person), dtype=bool), at[inside], rng)


def _subscriptions_truth(world: World, starts: Starts, lives: Lives) -> pa.Table:
    import pyarrow as pa

    prices = np.array([round(plan.monthly * 100) for plan in world.subscriptions.plans])
    return pa.table(
        {
            "customer_id": customer_ids(payers(starts)),
            "seats": starts.seats,
            "yearly": pa.array(starts.yearly),
            "unit_amount": money(prices[lives.plan] * np.where(starts.yearly, 10, 1)),
            "ended": words(ENDS, lives.why),
        }
    )


def _months_truth(months: Months) -> pa.Table:
    """The true risk of each month lived through; the last one of a subscription is the one it ended with."""
    import pyarrow as pa

    return pa.table(
        {
            "account_id": account_ids(months.who),
            "begin_day": months.begin,
            "logins": months.logins,
            "ticket": pa.array(months.ticket),
            "risk": months.risk,
            "paid": pa.array(months.paid),
            "left": pa.array(months.left),
        }
    )


def _totals(accounts: Accounts, lives: Lives, payments: pa.Table) -> pa.Table:
    """What must be found again on the world's last day."""
    import pyarrow as pa
    import pyarrow.compute as pc

    paid = payments.filter(pc.equal(payments["status"], "paid"))
    running = lives.ended < 0
    what = {
        "subscriptions": Decimal(accounts.count),
        "running": Decimal(int(running.sum())),
        "monthly": Decimal(int(lives.monthly[running].sum())) / 100,
        "orders": Decimal(paid.num_rows),
        "revenue": Decimal(pc.sum(paid["amount"]).as_py() or 0),
        "failed": Decimal(payments.num_rows - paid.num_rows),
    }
    return pa.table({"what": list(what), "value": pa.array(list(what.values()), pa.decimal128(18, 4))})
