"""What each customer is worth: a lifetime where first orders are known, the next months' spend where they are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind import __version__
from tradewind.core.errors import ModelError, NotAnswerable, Problem
from tradewind.core.finding import Number, missing
from tradewind.core.time import Cutoff, Days, Horizon, local_day
from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data
from tradewind.flow.learning.learned import Learned, Scored
from tradewind.flow.learning.lesson import seed_of
from tradewind.flow.learning.model_files import model_folder, save_files
from tradewind.flow.learning.require import first_orders, mid_life_problem
from tradewind.flow.learning.score import score_question
from tradewind.flow.learning.tell import LIFETIME_NUMBERS
from tradewind.flow.learning.train import train_question
from tradewind.flow.orders.cohorts import cohort_table
from tradewind.flow.questions.asked import Question
from tradewind.models.fitting import LEAST_ENTITIES
from tradewind.models.lifetime.choose import fit_purchases, fit_spend
from tradewind.models.lifetime.files import LifetimeModel, card_numbers, load_model
from tradewind.models.lifetime.files import save_model as save_lifetime
from tradewind.models.lifetime.holdout import HoldoutComparison, compare_holdout
from tradewind.models.lifetime.next_order import expected_next_order_days
from tradewind.models.lifetime.orders import count_purchases, count_weeks, summarise_orders
from tradewind.models.lifetime.summary import LifetimeSummary
from tradewind.models.lifetime.track import track_weeks
from tradewind.models.lifetime.value import LifetimeValues, expected_value
from tradewind.store.steps import StepOutput
from tradewind.store.tables import write_table

ANNUAL_DISCOUNT_RATE = 0.10
"""Money a year ahead is worth 1/1.10 of money today; the usual rate of the literature (Fader, Hardie, Lee 2005)."""

CALIBRATION_SHARE = 0.6
"""Part of the history that the tested model is fitted on; the rest is held out."""

PANEL = "panel_horizon"

_ORDERS = (
    "SELECT customer_id, happened_on, CAST(amount_base AS DOUBLE) AS amount FROM orders WHERE customer_id IS NOT NULL"
)
_FIRSTS = "SELECT customer_id, first_order_at FROM customers WHERE first_order_at IS NOT NULL"


@dataclass(frozen=True)
class Orders:
    """Every order as lifetime models take them.

    Args:
        entity_id: (m,) who.
        day: (m,) datetime64[D], local day.
        amount: (m,) amount in the workspace's currency.
        first_known: whether the first order seen is the first one of those whose first order ever is not known.
        first_at: (m,) each row's customer's first order ever, NaT where unknown; None where no such dates exist.
    """

    entity_id: NDArray[Any]
    day: NDArray[np.datetime64]
    amount: NDArray[np.float64]
    first_known: bool
    first_at: NDArray[np.datetime64] | None

    def summary(self, end: date) -> LifetimeSummary:
        """Summarise every customer as of a local midnight."""
        return summarise_orders(
            self.entity_id, self.day, self.amount, end, first_order_known=self.first_known, first_order_at=self.first_at
        )


def panel_question(question: Question) -> Question:
    """Return the question that a panel without first orders can answer: spend over the next `panel_horizon`."""
    case = question.use_case
    horizon = Horizon(case.settings[PANEL], case.horizon.lag)
    settings = {name: span for name, span in case.settings.items() if name != PANEL}
    asked = replace(case, task="regression", horizon=horizon, settings=settings, every=Days(30))
    return replace(question, use_case=asked)


def train_lifetime(data: Data, question: Question) -> StepOutput:
    """Fit the lifetime model and test it on held-out months; without first orders, learn the next months' spend."""
    try:
        orders = read_orders(data, data.score_at)
    except NotAnswerable as error:
        return _train_panel(data, question, error.problems)
    try:
        return _fit(data, question, orders)
    except (NotAnswerable, ModelError) as error:
        return StepOutput(values={"learned": Learned(question.name, refused=error.problems).to_json()})


def _train_panel(data: Data, question: Question, why: tuple[Problem, ...]) -> StepOutput:
    output = train_question(data, panel_question(question))
    learned = Learned.from_json(output.values["learned"])
    if not learned.answerable:
        return StepOutput(values={"learned": Learned(question.name, refused=(*why, *learned.refused)).to_json()})
    reason = f"{why[0].what} ({why[0].found})"
    numbers = {**learned.numbers, **{name: missing(reason) for name in LIFETIME_NUMBERS}}
    return StepOutput(output.tables, {"learned": replace(learned, numbers=numbers).to_json()}, output.files)


def score_lifetime(data: Data, question: Question, learned: Learned) -> StepOutput:
    """Score everybody with whichever model was learned."""
    if is_panel(learned):
        return score_question(data, panel_question(question), learned)
    return _score(data, question, learned)


def is_panel(learned: Learned) -> bool:
    """Whether the answer is the next months' spend, because lifetimes cannot be told."""
    r = learned.numbers.get("r")
    return r is None or r.value is None


def read_orders(data: Data, known_by: Cutoff) -> Orders:
    """Return every order as it was known by a day, and what is known of first orders.

    Args:
        data: the open snapshot.
        known_by: what became known later is not there: a model of that day must not see it.
    Raises:
        NotAnswerable: the history starts in mid-life and no first-order dates are known.
    """
    if data.catalog.table("orders") is None:
        raise NotAnswerable(Problem("lifetime_value", "it needs orders", "", "the table orders", "map [tables.orders]"))
    # Sorted, because engines give rows in any order, and sums of floats and random draws depend on it.
    rows = ask_known(data.engine, data.catalog, _ORDERS, known_by).sort_by(
        [(name, "ascending") for name in ("customer_id", "happened_on", "amount")]
    )
    entity = np.asarray(rows.column("customer_id").to_pylist(), dtype=object).astype(str)
    day = rows.column("happened_on").to_numpy().astype("datetime64[D]")
    amount = rows.column("amount").to_numpy(zero_copy_only=False).astype(np.float64)
    dated, history = _first_dates(data, entity, known_by), first_orders(data)
    if dated is None and history.answer != "complete":
        raise NotAnswerable(mid_life_problem("lifetime_value", history, or_dates=True))
    return Orders(entity, day, amount, history.answer == "complete", dated)


def _first_dates(data: Data, entity: NDArray[Any], known_by: Cutoff) -> NDArray[np.datetime64] | None:
    """The local day of the first order ever of each row's customer; None where nobody's is known."""
    table = data.catalog.table("customers")
    if table is None or "first_order_at" not in table.columns:
        return None
    rows, zone = ask_known(data.engine, data.catalog, _FIRSTS, known_by).to_pylist(), data.catalog.zone
    first = {row["customer_id"]: local_day(row["first_order_at"], zone) for row in rows}
    return np.array([first.get(name) for name in entity], dtype="datetime64[D]") if first else None


def _fit(data: Data, question: Question, orders: Orders) -> StepOutput:
    rng = np.random.default_rng(seed_of(question.name))
    start, end = data.first_day.day, data.score_at.day
    split = start + (end - start) * CALIBRATION_SHARE
    ahead = Horizon(Days((end - split).days))
    before = read_orders(data, Cutoff(split, data.catalog.zone)).summary(split)
    tested, tested_check = fit_purchases(before)
    later = count_purchases(before, orders.entity_id, orders.day, orders.amount, split, ahead)
    holdout = compare_holdout(tested, before, later, ahead, rng)
    weeks = count_weeks(before, orders.entity_id, orders.day, orders.amount, split, ahead)
    summary = orders.summary(end)
    model, check = fit_purchases(summary)
    spend, spend_check = fit_spend(summary)
    numbers = {**card_numbers(model), **_holdout_numbers(holdout), "holdout_days": Number(float(ahead.length.count))}
    numbers |= {
        name: number for name, number in card_numbers(spend).items() if name in ("p", "q", "gamma", "correlation")
    }
    tables = {"weekly": track_weeks(tested, before, weeks, rng), "cohorts": cohort_table(data)}
    root, name = data.workspace.root, question.name
    version, files = save_files(
        root,
        name,
        lambda folder: _write_models(folder, model, spend),
        _card(data, question, model.name, numbers, len(summary)),
    )
    low = holdout.error_gap.low
    learned = Learned(
        name,
        version=version,
        algorithm=f"{model.name} and gamma_gamma",
        test_cutoff=split,
        trained_through=end,
        rule=question.use_case.baselines[0].name,
        better=low is not None and low > 0 and len(before) >= LEAST_ENTITIES,
        numbers=numbers,
        tables={role: f"{role}_{name}" for role in tables},
        checks=(tested_check, check, spend_check, spend.check_independence()),
        dates=1,
        margin=data.margin,
    )
    entries = {f"{role}_{name}": write_table(root, f"{role}_{name}", rows) for role, rows in tables.items()}
    return StepOutput(entries, {"learned": learned.to_json()}, files)


def _write_models(folder: Path, purchases: LifetimeModel, spend: LifetimeModel) -> None:
    save_lifetime(purchases, folder / "purchases.json")
    save_lifetime(spend, folder / "spend.json")


def _holdout_numbers(holdout: HoldoutComparison) -> Mapping[str, Number]:
    return {
        "holdout_bias": holdout.bias,
        "holdout_baseline_bias": holdout.naive_bias,
        "holdout_predicted": holdout.predicted,
        "holdout_actual": Number(holdout.actual, unit="purchases"),
        "holdout_error": holdout.error,
        "holdout_baseline_error": holdout.naive_error,
        "baseline_gap": holdout.error_gap,
    }


def _card(data: Data, question: Question, algorithm: str, numbers: Mapping[str, Number], rows: int) -> dict[str, Any]:
    return {
        "use_case": question.name,
        "algorithm": algorithm,
        "trained_through": data.score_at.day.isoformat(),
        "rows": rows,
        "snapshot_id": data.manifest.snapshot_id,
        "code_version": __version__,
        "metrics": {name: asdict(number) for name, number in numbers.items()},
        "settings": {"horizon_days": question.use_case.horizon.length.count, "discount": ANNUAL_DISCOUNT_RATE},
        "economics": {"margin": data.margin.share},
    }


def _score(data: Data, question: Question, learned: Learned) -> StepOutput:
    import pyarrow as pa

    folder = model_folder(data.workspace.root, question.name, learned.version)
    summary = read_orders(data, data.score_at).summary(data.score_at.day)
    values = lifetime_values(data, question, folder, summary)
    model = load_model(folder / "purchases.json")
    waits = expected_next_order_days(model, summary)  # type: ignore[arg-type]
    rows = values.to_arrow().rename_columns({"entity_id": question.use_case.entity})
    for name in ("median_days", "low_days", "high_days"):
        rows = rows.append_column(f"next_order_{name}", waits.column(name))
    rows = rows.append_column("cutoff", pa.array([data.score_at.day] * len(rows), pa.date32()))
    rows = rows.append_column("model_version", pa.array([learned.version] * len(rows)))
    rows = rows.sort_by([("mean", "descending")])
    name = f"scores_{question.name}"
    scored = Scored(data.score_at.day, learned.version, name, _sums(data, values))
    return StepOutput({name: write_table(data.workspace.root, name, rows)}, {"scored": scored.to_json()})


def lifetime_values(data: Data, question: Question, folder: Path, summary: LifetimeSummary) -> LifetimeValues:
    """Return what each customer is worth over the horizon, by the saved models."""
    rng = np.random.default_rng([seed_of(question.name), 5])
    purchases, spend = load_model(folder / "purchases.json"), load_model(folder / "spend.json")
    return expected_value(
        purchases, spend, summary, question.use_case.horizon, ANNUAL_DISCOUNT_RATE, data.margin.share, rng  # type: ignore[arg-type]
    )  # fmt: skip


def _sums(data: Data, values: LifetimeValues) -> Mapping[str, Number]:
    currency = data.workspace.config.workspace.currency
    total = float(values.mean.sum())
    tenth = max(1, round(len(values.mean) / 10))
    top = float(np.sort(values.mean)[::-1][:tenth].sum())
    return {
        "customers": Number(float(len(values.mean)), unit="customers"),
        "expected_total": replace(values.total, unit=currency),
        "expected_mean": Number(float(values.mean.mean()), unit=currency),
        "still_customers": Number(float(values.p_alive.sum()), unit="customers"),
        "top_tenth_share": Number(top / total) if total > 0 else missing("nothing is expected"),
    }
