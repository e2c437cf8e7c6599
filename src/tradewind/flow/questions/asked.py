"""The business questions: every folder of `use_cases/`, with the workspace's settings laid over it."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.time import Days, Horizon, parse_days
from tradewind.core.use_case import UseCase
from tradewind.flow.labels.question import label_question
from tradewind.flow.learning.team_rule import find_rule
from tradewind.flow.questions.folders import folder_question
from tradewind.flow.questions.in_words import own_question
from tradewind.flow.questions.question import Question, speak_days
from tradewind.models.budget import parse_budget
from tradewind.store.config import Config

__all__ = ["Question", "asked_questions", "find_question", "list_questions", "list_use_cases", "speak_days"]


_ORDER = (
    "lapse", "next_spend", "lifetime_value", "campaign_response", "repeat_purchase", "new_customer_value",
    "health", "churn", "account_churn", "expansion", "win_back",
    "lead_conversion", "lead_routing", "sales_ready", "lead_source_quality",
    "pipeline_forecast", "pipeline_health", "deal_win", "activity_effect",
)  # fmt: skip


@cache  # what comes with Tradewind does not change while it runs
def list_use_cases() -> tuple[UseCase, ...]:
    """Return the use cases of all folders, in the order in which one would ask them."""
    root = files("tradewind.use_cases")
    names = sorted(entry.name for entry in root.iterdir() if entry.joinpath("use_case.py").is_file())
    found = [importlib.import_module(f"tradewind.use_cases.{name}.use_case").USE_CASE for name in names]
    return tuple(sorted(found, key=lambda case: (_ORDER.index(case.name) if case.name in _ORDER else 99, case.name)))


def list_questions(config: Config) -> tuple[str, ...]:
    """Return the names of all questions that a workspace can name: its labels, its own, and the use cases."""
    return tuple(dict.fromkeys([*config.labels, *own_names(config), *(case.name for case in list_use_cases())]))


def own_names(config: Config) -> tuple[str, ...]:
    """Return the names of the workspace's own questions: those in business words, and its folders."""
    return (*config.questions, *config.folders)


def find_question(config: Config, name: str) -> Question:
    """Return one question with the workspace's settings; a label takes the place of a use case of its name.

    Raises:
        ConfigError: no such use case or label, or a setting that it does not have or cannot read.
    """
    known = {case.name: case for case in list_use_cases()}
    if name in config.labels:
        return label_question(config, name)
    if name in own_names(config):
        return _own(config, name, known)
    if name not in known:
        asked = [*config.labels, *own_names(config), *known]
        close = difflib.get_close_matches(name, asked, 1)
        do = f"tradewind run --only {close[0]}" if close else "tradewind use-cases"
        raise ConfigError(Problem("", "there is no such question", name, ", ".join(asked), do))
    return _as_config_asks(config, known[name])


def shipped_question(config: Config, name: str) -> Question:
    """Return the use case of that name with the workspace's settings, even where a label has taken its place."""
    case = next(case for case in list_use_cases() if case.name == name)
    return _as_config_asks(config, case)


def _as_config_asks(config: Config, case: UseCase) -> Question:
    name = case.name
    file = files("tradewind.use_cases").joinpath(name, "label.sql")
    label_sql = file.read_text(encoding="utf-8") if file.is_file() else ""
    return _as_config_says(config, Question(case, label_sql, cutoffs=case.cutoffs))


def _own(config: Config, name: str, known: Mapping[str, UseCase]) -> Question:
    """One of the workspace's own questions; none may take the name of one that comes with Tradewind."""
    where = f"questions.{name}" if name in config.questions else f"use_cases/{name}"
    if name in known:
        raise ConfigError(Problem(where, "a question that comes with Tradewind has this name", name, "another name"))
    if name in config.questions:
        return own_question(config, name)
    return _as_config_says(config, folder_question(config, name))


def _as_config_says(config: Config, question: Question) -> Question:
    """A question with the settings of its section laid over it."""
    settings = config.use_cases.get(question.name)
    if settings is None:
        return question
    given: dict[str, object] = {**settings.spans, **settings.extra}
    for key in ("horizon", "contact_cost", "success_share", "time_limit_seconds", "models", "cutoffs", "tune"):
        if getattr(settings, key) is not None:
            given[key] = getattr(settings, key)
    rule = find_rule(config, settings.rule)
    return _with_settings(replace(question, rule=rule), given)


def asked_questions(config: Config) -> tuple[Question, ...]:
    """Return the questions this workspace asks: its labels, its own, and those of its config.

    Where it names none, those are asked whose first table is mapped; beside labels or questions of its own, only those
    with all their tables.

    Raises:
        ConfigError: all problems of all questions together.
    """
    cases = [case for case in list_use_cases() if case.name not in config.labels]
    known = [case.name for case in cases]
    off = {name for name, settings in config.use_cases.items() if not settings.enabled}
    wanted = [name for name in known if name in config.use_cases and name not in off]
    if not wanted:
        mapped = {*config.tables, *(("orders",) if "order_lines" in config.tables else ())}
        others = bool(config.labels or own_names(config))
        asked = [case for case in cases if set(case.requires if others else case.requires[:1]) <= mapped]
        wanted = [case.name for case in asked if case.name not in off]
    own = [name for name, settings in config.labels.items() if settings.enabled]
    own += [name for name, settings in config.questions.items() if settings.enabled]
    own += [name for name in config.folders if name not in off]
    wanted = own + wanted + [name for name in config.use_cases if name not in (*known, *config.folders)]
    questions: list[Question] = []
    problems: list[Problem] = []
    for name in wanted:
        try:
            questions.append(find_question(config, name))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return tuple(questions)


def _with_settings(question: Question, given: Mapping[str, object]) -> Question:
    case = question.use_case
    problems: list[Problem] = []
    where = f"use_cases.{case.name}"
    spans, options = dict(case.settings), dict(case.options)
    horizon, economics, every = case.horizon, case.economics, case.every
    models, limit, most, tune = question.models, question.time_limit_seconds, question.cutoffs, question.tune
    for key, value in given.items():
        try:
            if key == "horizon":
                horizon = Horizon(_span(value, f"{where}.{key}"), case.horizon.lag)
            elif key == "every":
                every = _span(value, f"{where}.{key}")
            elif key == "contact_cost":
                economics = replace(economics, contact_cost=float(str(value)))
            elif key == "success_share":
                economics = replace(economics, success_share=float(str(value)))
            elif key == "models":
                models = (value,) if isinstance(value, str) else tuple(map(str, value))  # type: ignore[call-overload]
            elif key == "time_limit_seconds":
                limit = float(str(value))
            elif key == "cutoffs":
                most = int(str(value))
            elif key == "tune":
                tune = parse_budget(str(value), f"{where}.tune")
            elif key in spans:
                spans[key] = _span(value, f"{where}.{key}")
            elif key in options:
                options[key] = _option(value, options[key], f"{where}.{key}")
            else:
                own = ["horizon", *spans, *options]
                close = difflib.get_close_matches(key, [*own, "contact_cost", "success_share"], 1)
                problems.append(
                    Problem(f"{where}.{key}", "this question has no such setting", key,
                            ", ".join(own), f'did you mean "{close[0]}"?' if close else "remove it")
                )  # fmt: skip
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    if case.waits:
        horizon = Horizon(horizon.length, spans[case.waits])
    asked = replace(case, horizon=horizon, every=every, settings=spans, economics=economics, options=options)
    return replace(question, use_case=asked, models=models, time_limit_seconds=limit, cutoffs=most, tune=tune)


def _option(value: object, default: object, where: str) -> object:
    """A setting as its default's type; a whole number may stand for one with a fraction, one word for a list."""
    if isinstance(value, Days):
        value = str(value)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(default, tuple):
        value = tuple(value) if isinstance(value, list | tuple) else (value,)
    kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", tuple: "a list",
             dict: "a table { name = value }"}  # fmt: skip
    if type(value) is not type(default):
        raise ConfigError(Problem(where, "this setting cannot be read", repr(value), kinds[type(default)]))
    return value


def _span(value: object, where: str) -> Days:
    span = value if isinstance(value, Days) else parse_days(str(value), where)
    if span.count == 0:
        raise ConfigError(Problem(where, "a span of zero days leaves nothing to look at", str(value), "1 day or more"))
    return span
