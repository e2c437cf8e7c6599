"""Simulated leads: today's list orders them nearly as the truth would, the fresh ones too, and its chances hold."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

import tradewind as tw
from small_worlds import START, write_workspace
from tradewind.flow.data import open_data
from tradewind.flow.learning.scores_today import scores_today
from tradewind.flow.questions.asked import find_question
from tradewind.simulate.sales import simulate_sales
from tradewind.simulate.world import SalesSettings, World
from tradewind.sources.load import load_tables
from tradewind.stats.ranking import auc, rank

Array = NDArray[np.float64]
WORLD = World(START, 480, sales=SalesSettings(leads=2600, accounts=600, sellers=4))
HORIZON, FRESH = 30, 7
CONFIG = '\n[use_cases.lead_conversion]\nmodels = ["linear"]\ncutoffs = 20\n'
STABLE = {"leads": ("title", "pages_viewed")}
"""As they were filled in when the lead came in; the company's fit, which the truth knows, stays hidden."""


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Array, Array, Array]:
    """Today's chances, the true ones and the leads' ages in days, of all open leads."""
    made = simulate_sales(WORLD, 5)
    tables = {"leads": made.tables["leads"]}
    folder = write_workspace(tmp_path_factory.mktemp("leads"), "Team", tables, CONFIG, stable=STABLE)
    workspace = tw.open(folder, clock=lambda: datetime(2023, 1, 1) + timedelta(days=480, hours=6))
    load_tables(workspace)
    with open_data(workspace) as data:
        rows = scores_today(data, find_question(workspace.config, "lead_conversion"))
        today = data.score_at.day
    came = dict(
        zip(made.tables["leads"]["lead_id"].to_pylist(), made.tables["leads"]["created_at"].to_pylist(), strict=True)
    )
    chance = dict(
        zip(made.truth["leads"]["lead_id"].to_pylist(), made.truth["leads"]["chance"].to_pylist(), strict=True)
    )
    leads = rows["lead_id"].to_pylist()
    age = np.array([(today - came[lead].date()).days for lead in leads], dtype=np.float64)
    return rows["mean"].to_numpy(), _converts_soon(np.array([chance[lead] for lead in leads]), age), age


def _converts_soon(chance: Array, age: Array) -> Array:
    """The true chance to convert within the horizon of who has not by now: delays are geometric, in whole days."""
    stays = 1 - 1 / WORLD.sales.convert_days
    open_now, open_then = stays ** np.maximum(age - 1, 0), stays ** (np.maximum(age - 1, 0) + HORIZON)
    return np.asarray(chance * (open_now - open_then) / (1 - chance * (1 - open_now)))


def _order(score: Array, truth: Array) -> float:
    """The AUC to expect under the true chances: each lead counts as converted by its chance and as not by the rest."""
    label = np.r_[np.ones(len(truth)), np.zeros(len(truth))]
    return float(auc(label, rank(np.r_[score, score]), np.r_[truth, 1 - truth]))


def test_leads_are_ordered_nearly_as_by_the_truth(scored: tuple[Array, Array, Array]) -> None:
    said, truth, _ = scored
    assert len(said) > 300
    assert _order(said, truth) > _order(truth, truth) - 0.02


def test_fresh_leads_are_ordered_nearly_as_by_the_truth(scored: tuple[Array, Array, Array]) -> None:
    said, truth, age = scored
    fresh = age <= FRESH
    assert fresh.sum() > 25
    assert _order(said[fresh], truth[fresh]) > _order(truth[fresh], truth[fresh]) - 0.08
    assert _order(said[fresh], truth[fresh]) > _order(-age[fresh], truth[fresh]) + 0.05


def test_chances_hold_at_every_age(scored: tuple[Array, Array, Array]) -> None:
    said, truth, age = scored
    for low, high in ((0, 7), (7, 21), (21, 45), (45, 90)):
        here = (age > low) & (age <= high) if low else age <= high
        assert said[here].mean() == pytest.approx(truth[here].mean(), abs=0.06), (low, high)
