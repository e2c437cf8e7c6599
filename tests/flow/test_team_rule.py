"""The team's own rule, points or a score, beside a label and beside questions about past dates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import tradewind as tw
from flow.labelled_people import answer_people, make_people, open_people, write_people
from small_shop import CONFIG, NOW, write_small_shop
from tradewind.core.errors import ConfigError
from tradewind.flow.data import open_data
from tradewind.flow.learning.lesson import prepare_lesson
from tradewind.flow.learning.team_rule import TeamRule, apply_rule
from tradewind.flow.questions.asked import find_question
from tradewind.sources.load import load_tables
from tradewind.store.duckdb_engine import DuckDBEngine
from tradewind.store.postgres_engine import PostgresEngine

ROWS = pa.table(
    {
        "job": ["Manager", "manager", None, "Cook"],
        "tenure": [1.0, 5.0, None, 40.0],
        "health": [0.1, None, 0.5, 0.9],
        "Großer Wert": [1.0, 2.0, 3.0, 4.0],
    }
)
_CONDITIONS = (("job = 'Manager'", 10.0), ("lower(job) = 'manager' AND tenure < 6", 5.0), ("tenure IS NULL", -2.5))
POINTS = TeamRule("fit", _CONDITIONS)


@pytest.mark.parametrize("kind", ["duckdb", "postgres"])
def test_points_and_scores_are_equal_on_every_engine(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    engine = (
        DuckDBEngine(tmp_path)
        if kind == "duckdb"
        else PostgresEngine(tmp_path, request.getfixturevalue("postgres_url"))
    )
    with engine:
        assert apply_rule(POINTS, engine, ROWS, "asked").tolist() == [15.0, 5.0, -2.5, 0.0]
        score = apply_rule(TeamRule("health", (), -1), engine, ROWS, "asked")
        np.testing.assert_array_equal(score, [-0.1, np.nan, -0.5, -0.9])
        odd = TeamRule("odd", (('"Großer Wert" > 2', 1.0),))
        assert apply_rule(odd, engine, ROWS, "asked").tolist() == [0.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize(("rule", "words"), [
    (TeamRule("fit", (("nothing = 1", 1.0),)), "reads what is not there"),
    (TeamRule("job"), "cannot be computed"),
    (TeamRule("fit", (("job + 1 > 2", 1.0),)), "cannot be computed"),
])  # fmt: skip
def test_a_rule_that_cannot_be_computed_is_refused(rule: TeamRule, words: str, tmp_path: Path) -> None:
    with DuckDBEngine(tmp_path) as engine, pytest.raises(ConfigError, match=words):
        apply_rule(rule, engine, ROWS, "asked")


def test_points_are_the_headline_rule_of_a_label(tmp_path: Path) -> None:
    more = """
[rules.gut_feeling]
"plan = 'monthly'" = 10
"tenure < 12" = 5
"""
    workspace = open_people(write_people(tmp_path, make_people(), label='rule = "gut_feeling"', more=more))
    finding = answer_people(workspace)
    assert finding.rule == "most points of “gut feeling” first"
    beside = workspace.table("rules_churn").column("rule").to_pylist()
    assert beside[0] == finding.rule
    assert len(beside) == 2, "the best single column stands beside the team's own rule"
    gap = finding.numbers["baseline_gap"]
    assert gap.low is not None


def test_a_score_made_elsewhere_is_a_rule_and_not_learned_from(tmp_path: Path) -> None:
    rows = [
        {**row, "health": 100 - 40 * (row["left"] == "Yes") + place % 30} for place, row in enumerate(make_people())
    ]
    folder = write_people(tmp_path, rows, columns='health = "health"', label='rule = "-health"')
    workspace = open_people(folder)
    finding = answer_people(workspace)
    assert finding.rule == "lowest health first"
    assert finding.status == "not distinguishable"
    assert finding.found[0].startswith("The rule “lowest health first” does as well")
    assert "health" not in workspace.table("training_churn").column_names


SHOP_RULE = """
rule = "regulars"
[rules.regulars]
"{condition}" = 3
"""


def lesson_rules(folder: Path, condition: str, more: Mapping[str, str] | None = None) -> tuple[list[str], str]:
    """The rules beside the lapse question, and why the team's own was refused."""
    config = CONFIG + SHOP_RULE.format(condition=condition)
    for old, new in (more or {}).items():
        config = config.replace(old, new)
    workspace = tw.open(write_small_shop(folder, customers=120, config=config), clock=lambda: NOW)
    load_tables(workspace)
    with open_data(workspace) as data:
        lesson = prepare_lesson(data, find_question(workspace.config, "lapse"))
    refused = lesson.rule_refused
    return list(lesson.table.baselines), "" if refused is None else f"{refused.what}; {refused.do}"


def test_a_rule_on_what_was_known_at_the_time_stands_first(tmp_path: Path) -> None:
    rules, refused = lesson_rules(tmp_path, "days_since_last_order > 40 AND orders_count_all < 3")
    assert (rules[0], refused) == ("most points of “regulars” first", "")
    assert len(rules) >= 2


def test_a_rule_on_what_is_only_known_today_is_refused_with_the_reason(tmp_path: Path) -> None:
    rules, refused = lesson_rules(tmp_path / "today", "country = 'DE'")
    assert "look into the future" in refused
    assert 'stable = ["country"]' in refused
    assert not any("regulars" in rule for rule in rules)
    stable = {'country = "country"': 'country = "country"\nstable = ["country"]'}
    rules, refused = lesson_rules(tmp_path / "stable", "country = 'DE'", stable)
    assert (rules[0], refused) == ("most points of “regulars” first", "")


def test_a_rule_on_nothing_we_have_is_refused_with_what_there_is(tmp_path: Path) -> None:
    _, refused = lesson_rules(tmp_path, "shoe_size > 44")
    assert "not known at past dates" in refused
    assert "training_lapse" in refused
