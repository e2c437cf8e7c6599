"""One question as it is served: the last run's list, the deployed model, and how anybody is computed afresh."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlglot import exp

from tradewind.core.errors import TradewindError
from tradewind.core.time import Cutoff, Days, local_day
from tradewind.features.feature_set import FeatureSet
from tradewind.features.labels import LabelSQL
from tradewind.flow.data import Data
from tradewind.flow.learning.lesson import label_of
from tradewind.flow.learning.model_files import model_folder
from tradewind.flow.learning.newest_load import moments_of
from tradewind.flow.orders.lifetime import panel_question
from tradewind.flow.questions.question import Question, speak_days
from tradewind.flow.serving.columns import NotKnownHere
from tradewind.flow.serving.listed import Listed
from tradewind.flow.serving.payload import Payload
from tradewind.flow.serving.statements import Statements, compile_question, value_needs_others, why_not_alone
from tradewind.models.deployed import Deployed
from tradewind.models.files import load_model
from tradewind.models.reasons import Teller

TOGETHER = "this answer is worked out for everybody together, from the rows of all"


@dataclass(frozen=True)
class Model:
    """The deployed model of a question, with the statements that it reads.

    Args:
        version: which one.
        deployed: the model.
        teller: words its reasons.
        feature_set: saved with it.
        label: who is asked about, and what is at stake.
        statements: the same compiled; None where only the engine can run them.
        value_of_others: whether what is at stake is worked out from everybody's rows.
        payload: scores features that a product computed itself.
    """

    version: str
    deployed: Deployed
    teller: Teller
    feature_set: FeatureSet
    label: LabelSQL
    statements: Statements | None
    value_of_others: bool
    payload: Payload


@dataclass(frozen=True)
class Served:
    """One question.

    Args:
        question: with the workspace's settings.
        listed: what the last run said; None before the first.
        model: None where a score cannot be computed for one alone.
        why_not: why it cannot, in plain words.
        asked_about: whom the question is about, in plain words.
        moments: of each table that says who is asked about: its newest moment, and its newest load.
    """

    question: Question
    listed: Listed | None
    model: Model | None
    why_not: str
    asked_about: str
    moments: Mapping[str, tuple[datetime | None, datetime | None]]

    @property
    def spans(self) -> Mapping[str, Days]:
        """Look-back spans of its statements."""
        return self.question.use_case.settings

    def known_by(self, day: Cutoff, today: Cutoff | None, newer: Mapping[str, datetime]) -> Cutoff:
        """Return by when rows may be known that tell whether somebody is still asked about as of a day.

        See `flow.learning.newest_load.known_today`, which this is for any day, over what has arrived since as well.

        Args:
            day: of the answer.
            today: the present day, where the workspace is not set to another one.
            newer: table to the newest moment of the rows that arrived since the run.
        """
        newest = day
        for name, (moment, seen) in self.moments.items():
            later = max((each for each in (moment, newer.get(name)) if each is not None), default=None)
            if day != today and later is not None and later >= day.at:
                return day
            if seen is not None:
                newest = max(newest, Cutoff(local_day(seen, day.zone) + timedelta(days=1), day.zone))
        return newest


def serve_question(data: Data, question: Question, listed: Listed | None, version: str) -> Served:
    """Prepare one question.

    Args:
        data: the open snapshot.
        question: with the workspace's settings.
        listed: what the last run said.
        version: of the deployed model; empty where there is none.
    """
    if question.label is not None or not question.label_sql or not version:
        return Served(question, listed, None, TOGETHER, "", {})
    folder = model_folder(data.workspace.root, question.name, version)
    if question.use_case.task == "lifetime":
        if not (folder / "design.json").exists():
            return Served(question, listed, None, "a lifetime is worked out from everybody's rhythm", "", {})
        question = panel_question(question)
    try:
        model, why_not = _model(data, question, version)
    except TradewindError as error:
        return Served(question, listed, None, error.problems[0].what, "", {})
    tables = () if model is None else {table.name for table in model.label.eligible.find_all(exp.Table)}
    moments = {name: moments_of(data, name) for name in sorted(tables) if data.catalog.table(name) is not None}
    return Served(question, listed, model, why_not, _asked_about(question), moments)


def _model(data: Data, question: Question, version: str) -> tuple[Model | None, str]:
    deployed, card = load_model(model_folder(data.workspace.root, question.name, version))
    feature_set, label = FeatureSet.from_json(card["feature_set"]), label_of(question)
    why = why_not_alone(data.catalog, label, feature_set)
    if why:
        return None, f"{TOGETHER} ({why})"
    of_others = value_needs_others(data.catalog, label, feature_set.entity)
    statements: Statements | None = None
    try:
        statements = compile_question(
            data.catalog, label, feature_set, question.use_case.settings, _reads_value(data, question, label, of_others)
        )
    except NotKnownHere:
        statements = None
    teller = Teller(deployed, data.workspace.config.workspace.currency)
    payload = Payload(deployed, version=version)
    if question.use_case.task != "classification":
        currency = data.workspace.config.workspace.currency
        payload = Payload(deployed, question.amount_factor(data.margin), version, currency)
    return Model(version, deployed, teller, feature_set, label, statements, of_others, payload), ""


def _reads_value(data: Data, question: Question, label: LabelSQL, of_others: bool) -> bool:
    """Whether what is at stake is read by the question's statement; see `features.training.money_at_stake`."""
    if label.value is None or of_others or question.use_case.options.get("value"):
        return False
    read = {table.name for table in label.value.find_all(exp.Table)} - {"eligible"}
    return read <= {*data.catalog.tables, *{cte.alias for cte in label.value.find_all(exp.CTE)}}


def _asked_about(question: Question) -> str:
    """The words above `eligible` in the question's statements, with its spans in them."""
    found = re.search(r"--\s*name:\s*eligible\s*\n((?:\s*--(?!\s*name:).*\n)*)", question.label_sql)
    text = " ".join(line.strip().lstrip("-").strip() for line in (found.group(1).splitlines() if found else ()))
    text = re.sub(r"\s*\((or|unless) :\w+\)", "", text)
    settings: dict[str, Any] = {name: speak_days(span) for name, span in question.use_case.settings.items()}
    settings |= dict(question.use_case.options)
    for name in sorted(settings, key=len, reverse=True):
        text = text.replace(f":{name}", str(settings[name]))
    return text.strip()
