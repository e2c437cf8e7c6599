"""Score everybody who can be asked about today, with the saved model, and say why."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.feature import FeatureTable
from tradewind.core.finding import Number, missing
from tradewind.core.score import Reason
from tradewind.core.time import Cutoff
from tradewind.features.feature_set import FeatureSet
from tradewind.features.training import build_features, find_eligible, money_at_stake
from tradewind.flow.answers.margin import Margin
from tradewind.flow.data import Data
from tradewind.flow.learning.additions import additions_of
from tradewind.flow.learning.learned import Learned, Scored
from tradewind.flow.learning.lesson import label_of
from tradewind.flow.learning.model_files import model_folder
from tradewind.flow.learning.rule_today import in_rule_order
from tradewind.flow.learning.still_asked import leave_out_ended
from tradewind.flow.questions.asked import Question
from tradewind.models.deployed import Deployed
from tradewind.models.files import load_model
from tradewind.models.reasons import explain
from tradewind.store.steps import StepOutput
from tradewind.store.tables import write_table

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]

MOST_EXPLAINED = 100_000
"""Nobody reads a longer list: those further down have their score, and their reasons when they are asked for."""

DRIVER_GROUPS = "driver groups"
"""The addition that groups reasons as well: each then says to which part of the business it belongs."""


@dataclass(frozen=True)
class Asked:
    """Everybody asked about at one cutoff, with what the saved model reads and says.

    Args:
        features: one row per entity.
        value: (n,) gross margin at stake (revenue where no margin is known).
        deployed: the saved model.
        mean: (n,) probability or expected amount: spend, or gross margin where the question is about worth.
        low: (n,) lower end of the 80 % interval.
        high: (n,) upper end.
    """

    features: FeatureTable
    value: Array
    deployed: Deployed
    mean: Array
    low: Array
    high: Array


def ask_everybody(data: Data, question: Question, version: str, cutoff: Cutoff) -> Asked:
    """Compute features and scores as of a cutoff.

    Raises:
        NotAnswerable: nobody is asked about at the cutoff.
        ModelError: the saved model is missing or damaged.
    """
    deployed, card = load_model(model_folder(data.workspace.root, question.name, version))
    return ask_with(data, question, deployed, FeatureSet.from_json(card["feature_set"]), cutoff)


def ask_with(data: Data, question: Question, deployed: Deployed, feature_set: FeatureSet, cutoff: Cutoff) -> Asked:
    """Compute features and scores as of a cutoff with a model at hand; see `ask_everybody`."""
    case, label = question.use_case, label_of(question)
    if find_eligible(data.engine, data.catalog, case, label, case.settings, [cutoff]) == 0:
        raise NotAnswerable(
            Problem(case.name, f"nobody can be asked about on {cutoff}", f"0 {question.people}",
                    f"{question.people} to ask about", "load newer data")
        )  # fmt: skip
    features = build_features(data.engine, data.catalog, feature_set, case.name, [cutoff], case.settings)
    catalog = data.catalog.as_it_stands() if cutoff == data.score_at else data.catalog
    value = money_at_stake(data.engine, catalog, case, label, case.settings, [cutoff], features)
    return weigh(question, data.margin, deployed, features, value)


def weigh(question: Question, margin: Margin, deployed: Deployed, features: FeatureTable, value: Array) -> Asked:
    """Score rows of features, in the question's amounts.

    Args:
        question: what is asked.
        margin: share of revenue that is gross margin.
        deployed: the model.
        features: (n) rows as of their cutoff.
        value: (n,) what is at stake before the margin, NaN where there is none; amounts have their own.
    """
    mean, low, high = deployed.score(features)
    if question.use_case.task == "classification":
        return Asked(features, np.nan_to_num(value) * margin.factor, deployed, mean, low, high)
    factor = question.amount_factor(margin)
    return Asked(features, mean * margin.factor, deployed, mean * factor, low * factor, high * factor)


def score_question(data: Data, question: Question, learned: Learned) -> StepOutput:
    """Score everybody as of the newest cutoff, with the three most telling reasons each.

    Returns:
        The table `scores_<use case>` and the `Scored` record under `scored`.
    """
    learned.require()
    asked = leave_out_ended(data, question, ask_everybody(data, question, learned.version, data.score_at))
    currency = data.workspace.config.workspace.currency
    reasons = _reasons(asked, currency)
    more = _added_columns(data, question, learned, asked)
    rows = score_rows(data, question, learned.version, asked, reasons, more)
    name, notes = f"scores_{question.name}", {}
    if learned.by_rule:
        with suppress(
            NotAnswerable
        ):  # without what the rule reads, the list stays the model's, and no note says otherwise
            rows, notes = in_rule_order(data, question, learned, asked.features, rows), {"rule": learned.rule}
    scored = Scored(data.score_at.day, learned.version, name, sums(data, question, asked))
    entries = {name: write_table(data.workspace.root, name, rows, meta=notes)}
    return StepOutput(entries, {"scored": scored.to_json()})


def _reasons(asked: Asked, currency: str) -> list[tuple[Reason, ...]]:
    """The reasons of each, in the rows' order; of a very long list only of its first `MOST_EXPLAINED`."""
    if len(asked.mean) <= MOST_EXPLAINED:
        return explain(asked.deployed, asked.features, currency=currency)
    first = np.sort(np.argsort(-asked.mean, kind="stable")[:MOST_EXPLAINED])
    told: list[tuple[Reason, ...]] = [()] * len(asked.mean)
    for place, reasons in zip(
        first, explain(asked.deployed, asked.features.rows(first), currency=currency), strict=True
    ):
        told[place] = reasons
    return told


def _added_columns(data: Data, question: Question, learned: Learned, asked: Asked) -> dict[str, pa.Array]:
    added: dict[str, pa.Array] = {}
    for addition in additions_of(question):
        if addition.columns is not None:
            added |= addition.columns(data, question, learned, asked)
    return added


def expected_gain(question: Question, data: Data, mean: Array, value: Array) -> Array:
    """Return (n,) what contacting each customer is expected to bring: success share × chance × value − cost.

    NaN where amounts are revenue: a contact's cost is not to be held against revenue.
    """
    economics = question.use_case.economics
    if data.margin.share is None:
        return np.full(len(mean), np.nan)
    return economics.success_share * mean * value - economics.contact_cost


def score_rows(
    data: Data,
    question: Question,
    version: str,
    asked: Asked,
    reasons: list[tuple[Reason, ...]],
    more: Mapping[str, pa.Array] | None = None,
) -> pa.Table:
    """Return the table of scores, highest first: who, mean, interval, value, gain, three reasons, day, version; `more`
    columns stand before the day."""
    import pyarrow as pa

    n = len(asked.mean)
    columns: dict[str, Any] = {
        question.use_case.entity: pa.array(asked.features.entity_id, pa.string()),
        "mean": pa.array(asked.mean),
        "low": pa.array(asked.low),
        "high": pa.array(asked.high),
        "value": pa.array(asked.value),
    }
    if question.use_case.task == "classification":
        gain = expected_gain(question, data, asked.mean, asked.value)
        columns["expected_gain"] = pa.array(gain, from_pandas=True)
        columns["worth_contacting"] = pa.array([None] * n if np.isnan(gain).all() else gain > 0, pa.bool_())
    for place in range(3):
        texts = [row[place].text if place < len(row) else None for row in reasons]
        influence = [row[place].influence if place < len(row) else None for row in reasons]
        columns[f"reason_{place + 1}"] = pa.array(texts, pa.string())
        columns[f"influence_{place + 1}"] = pa.array(influence, pa.string())
        if DRIVER_GROUPS in question.use_case.also:
            groups = [row[place].group if place < len(row) else None for row in reasons]
            columns[f"group_{place + 1}"] = pa.array(groups, pa.string())
    columns |= more or {}
    columns["cutoff"] = pa.array([data.score_at.day] * n, pa.date32())
    columns["model_version"] = pa.array([version] * n, pa.string())
    order = np.argsort(-asked.mean, kind="stable")
    return pa.table(columns).take(order)


def sums(data: Data, question: Question, asked: Asked) -> Mapping[str, Number]:
    """What the scores add up to, in people and money."""
    currency = data.workspace.config.workspace.currency
    customers = {"customers": Number(float(len(asked.mean)), unit=question.people)}
    if question.use_case.task != "classification":
        tenth = max(1, round(len(asked.mean) / 10))
        total = float(asked.mean.sum())
        top = float(np.sort(asked.mean)[::-1][:tenth].sum())
        return customers | {
            "expected_total": Number(total, unit=currency),
            "expected_mean": Number(float(asked.mean.mean()), unit=currency),
            "top_tenth_share": Number(top / total) if total > 0 else missing("nothing is expected"),
        }
    expected = {"expected_customers": Number(float(asked.mean.sum()), unit=question.people)}
    return customers | expected | _money_sums(data, question, asked, currency)


def _money_sums(data: Data, question: Question, asked: Asked, currency: str) -> dict[str, Number]:
    """What is at stake and what contacting those for whom it pays would leave; a reason where nobody can say."""
    names = ("contacts", "expected_profit", "contact_total_cost", "contacts_break_even_share")
    if question.label is not None and not question.label.value:
        why = f"what a success is worth is not known: value = … in [labels.{question.name}]"
        return {name: missing(why) for name in ("money_at_stake", *names)}
    if not asked.value.any():
        why = f"no amount is known in {currency}"
        return {name: missing(why) for name in ("money_at_stake", *names)}
    stake = asked.mean * asked.value
    at_stake = {"money_at_stake": Number(float(stake.sum()), unit=currency)}
    if data.margin.share is None:
        return at_stake | {name: missing("amounts are revenue, not profit") for name in names}
    gain = expected_gain(question, data, asked.mean, asked.value)
    worth = gain > 0
    cost = float(worth.sum()) * question.use_case.economics.contact_cost
    even = Number(cost / float(stake[worth].sum())) if worth.any() else missing("nobody is worth contacting")
    return at_stake | {
        "contacts": Number(float(worth.sum()), unit=question.people),
        "expected_profit": Number(float(gain[worth].sum()), unit=currency),
        "contact_total_cost": Number(cost, unit=currency),
        "contacts_break_even_share": even,
    }
