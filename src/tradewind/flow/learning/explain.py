"""Why one entity's score is what it is: the score, what is usual, and every reason in plain words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.score import Score
from tradewind.core.time import Cutoff
from tradewind.flow.answers.versions import version_in_use
from tradewind.flow.data import Data, open_data
from tradewind.flow.labels.score import ask_label
from tradewind.flow.learning.score import Asked, ask_everybody
from tradewind.flow.orders.lifetime import panel_question
from tradewind.flow.questions.asked import Question, find_question
from tradewind.models.reasons import explain as explain_rows
from tradewind.store.workspace import Workspace

MOST_REASONS = 6


@dataclass(frozen=True)
class Explanation:
    """One entity's score beside everybody's.

    Args:
        question: what was asked, with the workspace's settings.
        score: the entity's score with its reasons.
        value: money at stake.
        usual: median score of everybody asked about.
        rank: place on the list, 1 is first.
        asked: how many were asked about.
        currency: of amounts.
    """

    question: Question
    score: Score
    value: float
    usual: float
    rank: int
    asked: int
    currency: str


def explain(workspace: Workspace, name: str, customer_id: str) -> Explanation:
    """Explain one score as of the newest cutoff, with the newest saved model.

    Args:
        workspace: an open workspace.
        name: of the question.
        customer_id: whose score; the key of a lead or deal where the question is about those.
    Raises:
        NotAnswerable: no model is saved yet, the customer is not asked about, or the answer is a lifetime, which has
            no reasons beyond the customer's own rhythm.
    """
    question = find_question(workspace.config, name)
    if question.use_case.task == "analysis":
        raise NotAnswerable(
            Problem(name, "this question gives no score to explain", customer_id, "a question that scores",
                    f"tradewind run --only {name}")
        )  # fmt: skip
    newest = version_in_use(workspace, name)
    if newest is None:
        raise NotAnswerable(
            Problem(name, "nothing has been learned yet", "", "a saved model", f"tradewind train {name}")
        )
    if question.use_case.task == "lifetime":
        if not (workspace.path(newest.path) / "design.json").exists():
            raise NotAnswerable(
                Problem(name, "a lifetime is read from the customer's own rhythm, no more", customer_id,
                        "a question with reasons", f'tradewind sql "SELECT * FROM scores_{name}"')
            )  # fmt: skip
        question = panel_question(question)
    with open_data(workspace) as data:
        asked = _asked(workspace, data, question, newest.version)
    found = np.flatnonzero(asked.features.entity_id == customer_id)
    if len(found) == 0:
        raise NotAnswerable(
            Problem(name, f"nobody of this key is among the {question.people} asked about", customer_id,
                    "one of the list" if question.label is None
                    else "one of the list; whoever's outcome has come already is not on it",
                    f'tradewind sql "SELECT * FROM scores_{name} LIMIT 10"')
        )  # fmt: skip
    row = int(found[0])
    currency = workspace.config.workspace.currency
    reasons = explain_rows(asked.deployed, asked.features.rows(found), currency=currency, most=MOST_REASONS)[0]
    day = asked.features.cutoff[row].item()
    score = Score(
        customer_id, name, newest.version, day, float(asked.mean[row]), float(asked.low[row]), float(asked.high[row]),
        reasons,
    )  # fmt: skip
    rank = int((asked.mean > asked.mean[row]).sum()) + 1
    usual = float(np.median(asked.mean))
    return Explanation(question, score, float(asked.value[row]), usual, rank, len(asked.mean), currency)


def _asked(workspace: Workspace, data: Data, question: Question, version: str) -> Asked:
    """Everybody on the list, scored as the list is."""
    if question.label is not None:
        return ask_label(data, question, version, workspace.table(f"predictions_{question.name}")).asked
    return ask_everybody(data, question, version, Cutoff(data.score_at.day, data.catalog.zone))
