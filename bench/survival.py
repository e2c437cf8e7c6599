"""A simulated subscription business: do the ranges told hold, and is the order as good as the simulator's own?

Each seed is a business of its own. It is loaded and learned from as a user's would be, as it stood on its last day;
then every running subscription is lived on with the simulator's hazards. Held against that are the ranges of days told
(eight in ten promised), and the order of leaving (concordance) beside the order by the simulator's own hazards given
all that can be seen of the past (`known_risk`), which nothing can beat but by luck.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import tradewind as tw
from known_risk import known_survival
from tradewind.features.training import build_features, find_eligible, fit_features
from tradewind.flow.data import open_data
from tradewind.flow.learning.lesson import label_of
from tradewind.flow.questions.asked import find_question
from tradewind.flow.subscriptions import time_to_leave as leave
from tradewind.flow.subscriptions.contracts import read_contracts
from tradewind.flow.subscriptions.landmarks import follow
from tradewind.models.survival.concordance import harrell
from tradewind.models.survival.remaining import days_until, expected_days, survival_ahead
from tradewind.simulate.accounts import draw_accounts
from tradewind.simulate.contracts import draw_starts, live
from tradewind.simulate.futures import live_on
from tradewind.simulate.people import customer_ids
from tradewind.simulate.subscriptions import payers, simulate_subscriptions
from tradewind.simulate.world import SubscriptionSettings, World
from tradewind.sources.load import load_tables

START = date(2020, 1, 1)
DAYS = 1_440
WORLD = World(START, DAYS, timezone="UTC", subscriptions=SubscriptionSettings(accounts=3_000, hazard=0.08))
SEEDS = tuple(range(1_001, 1_013))
"""Settings were chosen on seeds below 100."""

CONFIG = """
[workspace]
name = "Subscriptions"
currency = "EUR"
timezone = "UTC"
margin = 0.8
first_orders = "complete"
threads = 2
as_of = {today}
[sources.made]
path = "data/*.parquet"
timezone = "UTC"
[tables.customers]
from = "made.customers"
customer_id = "customer_id"
seats = "seats"
stable = ["seats"]
[tables.subscriptions]
from = "made.subscriptions"
customer_id = "customer_id"
started_at = "started_at"
ended_at = "ended_at"
trial_ends_at = "trial_ends_at"
term_months = "term_months"
[tables.orders]
from = "made.orders"
order_id = "order_id"
customer_id = "customer_id"
happened_at = "happened_at"
amount = "amount"
known_after = "0 days"
[tables.events]
from = "made.events"
customer_id = "customer_id"
happened_at = "happened_at"
name = "name"
known_after = "0 days"
[tables.texts]
from = "made.texts"
customer_id = "customer_id"
happened_at = "happened_at"
text_id = "text_id"
text = "text"
known_after = "0 days"
[use_cases.churn]
"""


def run(seeds: Sequence[int] = SEEDS, world: World = WORLD) -> list[dict[str, Any]]:
    """Measure every seed; intervals are over seeds."""
    found = [measure(seed, world) for seed in seeds]
    for each in found:
        print({key: round(value, 4) if isinstance(value, float) else value for key, value in each.items()}, flush=True)
    held, held_low, held_high = _over_seeds([each["held"] for each in found])
    behind, behind_low, behind_high = _over_seeds([each["truth"] - each["ours"] for each in found])
    ours, truth = (float(np.mean([each[name] for each in found])) for name in ("ours", "truth"))
    closed = float(np.mean([each["closed"] for each in found]))
    early = float(np.mean([each["not_before_low"] for each in found]))
    people = sum(each["people"] for each in found)
    return [
        {
            "what": f"time to leave: 80 % ranges that are closed, {len(found)} businesses, {people:,} subscriptions",
            "figure": f"{100 * held:.1f} % hold ({100 * held_low:.1f} to {100 * held_high:.1f}, by business)",
            "target": "75–85 %",
            "reached": held_low >= 0.75 and held_high <= 0.85,
            "note": f"{100 * closed:.0f} % of the ranges are closed; the others say that their late end is not known, "
            f"and their early end (90 % promised) holds in {100 * early:.1f} %",
        },
        {
            "what": "order of leaving (concordance) against the simulator's own hazards given what can be seen",
            "figure": f"{ours:.3f} against {truth:.3f}: {behind:.3f} behind ({behind_low:.3f} to {behind_high:.3f})",
            "target": "within 0.02",
            "reached": behind_high <= 0.02,
            "note": f"by age alone {float(np.mean([each['age'] for each in found])):.3f}; knowing even how keen each "
            "is cannot be had from data",
        },
    ]  # fmt: skip


def _over_seeds(values: list[float]) -> tuple[float, float, float]:
    """Mean with its 95 % interval, Student's t over seeds."""
    from scipy.stats import t

    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, mean, mean
    half = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return mean, mean - half, mean + half


def measure(seed: int, world: World = WORLD) -> dict[str, Any]:
    """Simulate, load, learn and foretell one business, and live it on."""
    with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as folder:
        root = Path(folder)
        write(world, seed, root)
        ids, survival, truth_rows, period, kind, age = foretell(root, world)
    parts = np.random.default_rng(seed).spawn(6)  # as the simulator spends them
    draw_accounts(world.subscriptions.accounts, 0.0, parts[0])
    starts = draw_starts(world, parts[1])
    lives = live(world, starts, parts[2])
    rng = np.random.default_rng([seed, 77])
    sight = survival.shape[1] - 1
    ends = live_on(world, starts, lives, rng, sight * period + 60)
    number = {name: at for at, name in enumerate(customer_ids(payers(starts)).to_pylist())}
    who = np.array([number[each] for each in ids], dtype=np.int64)
    gone = (ends[who] - world.days).astype(np.float64)
    seen_logins, seen_ticket = truth_rows
    known = known_survival(world, starts, lives, seen_logins[who_index(starts)], seen_ticket[who_index(starts)], who,
                           sight * period, rng)  # fmt: skip
    limit = float(min(sight * period, (known.shape[1] - 1) * 30))
    time, left = np.minimum(gone, limit), gone < limit
    low, high = days_until(survival, period, 0.1), days_until(survival, period, 0.9)
    closed = ~np.isnan(high)
    true_low, true_high = days_until(known, 30, 0.1), days_until(known, 30, 0.9)
    true_closed = ~np.isnan(true_high)
    early = np.isnan(low) | (gone >= np.nan_to_num(low))
    return {
        "seed": seed, "people": len(who), "kind": kind, "sight": sight, "left": int(left.sum()),
        "closed": float(closed.mean()),
        "held": float(((gone >= low) & (gone <= high))[closed].mean()),
        "not_before_low": float(early[~closed].mean()) if (~closed).any() else float("nan"),
        "truth_held": float(((gone >= true_low) & (gone <= true_high))[true_closed].mean()),
        "width": float(np.median((high - low)[closed])),
        "ours": harrell(time, left, -expected_days(survival, period)).value,
        "truth": harrell(time, left, -expected_days(known, 30)).value,
        "age": harrell(time, left, -age).value,
    }  # fmt: skip


def who_index(starts: Any) -> Any:
    """Subscriptions are numbered as they start."""
    return np.arange(len(starts.day))


def write(world: World, seed: int, root: Path) -> None:
    """Write the business as a user's files: logins belong to the one who pays, as product logs are joined to bills."""
    made = simulate_subscriptions(world, seed)
    tables, truth = made.tables, made.truth["subscriptions"]
    people = tables["customers"]
    owners = people.filter(pc.equal(people["role"], "owner"))
    payer = owners["customer_id"].take(pc.index_in(people["account_id"], owners["account_id"].combine_chunks()))
    events = tables["events"]
    billed = payer.take(pc.index_in(events["customer_id"], people["customer_id"].combine_chunks()))
    plan = tables["subscriptions"]["plan"]
    term = pc.if_else(pc.ends_with(plan, "yearly"), 12, 1)
    seats = truth["seats"].take(pc.index_in(owners["customer_id"], truth["customer_id"].combine_chunks()))
    written = {
        "customers": pa.table({"customer_id": owners["customer_id"], "seats": seats}),
        "subscriptions": tables["subscriptions"].append_column("term_months", term),
        "orders": tables["orders"],
        "events": events.set_column(0, "customer_id", billed),
        "texts": tables["texts"],
    }
    (root / "data").mkdir()
    for name, table in written.items():
        pq.write_table(table, root / "data" / f"{name}.parquet")
    today = (world.start + timedelta(days=world.days)).isoformat()
    (root / "tradewind.toml").write_text(CONFIG.format(today=today), encoding="utf-8")


def foretell(root: Path, world: World) -> tuple[Any, ...]:
    """Learn as the addition to `churn` does, and return who runs today with their curves."""
    now = datetime.combine(world.start, datetime.min.time()) + timedelta(days=world.days, hours=6)
    workspace = tw.open(root, clock=lambda: now)
    load_tables(workspace)
    question = find_question(workspace.config, "churn")
    entity, case = question.use_case.entity, question.use_case
    with open_data(workspace) as data:
        today = read_contracts(data, entity, data.score_at, leave.switch_days(question))
        first = data.first_day_of("subscriptions").ahead(case.minimum_history)
        features = fit_features(data.engine, data.catalog, entity, first)
        study = leave.prepare(data, question, features, today)
        _, kind = leave.try_out(data, study)
        hazard = leave.fit(data, study, data.score_at, kind, today)
        find_eligible(data.engine, data.catalog, case, label_of(question), case.settings, [data.score_at])
        asked = build_features(data.engine, data.catalog, features, case.name, [data.score_at], case.settings)
        current = follow(asked, today, 0)
    survival = survival_ahead(hazard.chances(current.past))
    seen = _present_month(root, world)
    return current.past.features.entity_id, survival, seen, hazard.period, kind, current.past.age


def _present_month(root: Path, world: World) -> tuple[Any, Any]:
    """Logins and tickets of each subscription's present month that lie before today, from the files themselves."""
    subscriptions = pq.read_table(root / "data" / "subscriptions.parquet")
    epoch = datetime.combine(world.start, datetime.min.time())

    def day(column: Any) -> Any:
        micro = column.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(zero_copy_only=False)
        return (micro - int((epoch - datetime(1970, 1, 1)).total_seconds() * 1e6)) // 86_400_000_000

    ids = subscriptions["customer_id"].combine_chunks()
    first = day(subscriptions["trial_ends_at"])
    begin = first + np.maximum(world.days - 1 - first, 0) // 30 * 30
    counts = []
    for name in ("events", "texts"):
        table = pq.read_table(root / "data" / f"{name}.parquet")
        if name == "events":
            table = table.filter(pc.equal(table["name"], "login"))
        at = pc.index_in(table["customer_id"].combine_chunks(), ids).to_numpy(zero_copy_only=False)
        inside = day(table["happened_at"]) >= begin[at]
        counts.append(np.bincount(at[inside], minlength=len(ids)))
    return counts[0].astype(np.float64), counts[1] > 0


if __name__ == "__main__":
    for row in run([int(each) for each in sys.argv[1:]] or SEEDS):
        print(row)
