"""Who is about to leave is ordered as the simulator's own risk orders them, and better than by the rule of thumb."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

import tradewind as tw
from small_worlds import DAYS, NOW, START, write_workspace
from tradewind.flow.data import open_data
from tradewind.flow.learning.lesson import candidates_of, prepare_lesson, try_lesson
from tradewind.flow.questions.asked import find_question
from tradewind.simulate.subscriptions import simulate_subscriptions
from tradewind.simulate.world import SubscriptionSettings, World
from tradewind.sources.load import load_tables

WORLD = World(START, DAYS, subscriptions=SubscriptionSettings(accounts=500, logins=4.0, usage=1.5, colleagues=0.5))
CONFIG = '[use_cases.churn]\nmodels = ["tree"]\ncutoffs = 6\n'


def _true_risk(truth: dict[str, list[object]], day: date) -> dict[str, float]:
    """The simulator's chance to leave at the end of the month that each company is in on a day."""
    today = (day - START).days
    rows = zip(truth["account_id"], truth["begin_day"], truth["risk"], strict=True)
    return {str(who): float(str(risk)) for who, begin, risk in rows if 0 <= today - int(str(begin)) < 30}


def test_the_order_is_that_of_the_true_risk(tmp_path: Path) -> None:
    made = simulate_subscriptions(WORLD, 11)
    kept = {name: made.tables[name] for name in ("subscriptions", "events", "texts")}
    stable = {"subscriptions": ("plan", "monthly_amount")}
    workspace = tw.open(write_workspace(tmp_path, "Recovery", kept, CONFIG, stable=stable), clock=lambda: NOW)
    load_tables(workspace)
    question = find_question(workspace.config, "churn")
    with open_data(workspace) as data:
        lesson = prepare_lesson(data, question)
        trial = try_lesson(data, lesson, candidates_of(question))
    people = made.tables["customers"].select(["customer_id", "account_id"]).to_pydict()
    company = dict(zip(people["customer_id"], people["account_id"], strict=True))
    risk = _true_risk(made.truth["months"].to_pydict(), trial.test_cutoff)
    who = [company[one] for one in lesson.table.features.entity_id[trial.test_rows]]
    known = np.array([one in risk for one in who])
    true = np.array([risk.get(one, np.nan) for one in who])
    ours = spearmanr(trial.test_mean[known], true[known]).statistic
    rule = lesson.table.baselines["longest without activity first"][trial.test_rows]
    theirs = spearmanr(rule[known], true[known]).statistic
    assert known.sum() > 100
    assert ours > 0.5
    assert ours > theirs + 0.1
