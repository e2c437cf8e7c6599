"""The team's own rule beside a question about past dates: computed from what was known at each of them, or refused."""

from __future__ import annotations

from dataclasses import replace

from tradewind.core.errors import Problem
from tradewind.core.feature import TrainingTable
from tradewind.features.attributes import entity_table
from tradewind.features.training import training_rows
from tradewind.flow.data import Data
from tradewind.flow.learning.team_rule import TeamRule, apply_rule
from tradewind.flow.questions.question import Question

_NOT_COLUMNS = frozenset({"cutoff", "outcome", "value"})
"""Columns of a training table that a rule may not read."""


def with_team_rule(data: Data, question: Question, table: TrainingTable) -> tuple[TrainingTable, Problem | None]:
    """Put the team's own rule before the rules of thumb.

    Args:
        data: the open snapshot.
        question: names the rule.
        table: features at every cutoff; what the rule reads must be among them.
    Returns:
        The table with the rule as its first baseline; or the table as it was, and why the rule is refused.
    Raises:
        ConfigError: a condition cannot be computed.
    """
    rule = question.rule
    if rule is None:
        return table, None
    problem = _refusal(data, question, table, rule)
    if problem is not None:
        return table, problem
    rows = training_rows(table, question.use_case.entity)
    rows = rows.drop_columns([name for name in rows.column_names if name in _NOT_COLUMNS])
    score = apply_rule(rule, data.engine, rows, f"rule_{question.name}")
    return replace(table, baselines={rule.words: score, **table.baselines}), None


def _refusal(data: Data, question: Question, table: TrainingTable, rule: TeamRule) -> Problem | None:
    where = f"use_cases.{question.name}.rule"
    if question.use_case.task != "classification":
        what = "points can be held against a question of yes or no, not against amounts"
        return Problem(where, what, rule.name, "a question about who, not how much", "remove it here")
    known = {feature.name for feature in table.features.features}
    lacking = [name for name in rule.columns if name not in known]
    if not lacking:
        return None
    own = entity_table(data.catalog, question.use_case.entity)
    today = [name for name in lacking if own is not None and name in own.as_of_today]
    if own is not None and today:
        what = "what the rule reads is only known as it is today, so it would look into the future of every past date"
        do = f"stable = [{', '.join(repr(name) for name in today)}] in [tables.{own.name}], if it never changes"
        return Problem(
            where, what, ", ".join(today), "columns with a history, or that never change", do.replace("'", '"')
        )
    what = "the rule reads what is not known at past dates"
    expected = f"one of the features, such as {', '.join(sorted(known)[:5])}"
    return Problem(where, what, ", ".join(lacking), expected, f'tradewind sql "SELECT * FROM training_{question.name}"')
