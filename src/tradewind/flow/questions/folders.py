"""The workspace's own folders of questions, `use_cases/<name>/`, as questions like any other."""

from __future__ import annotations

import re
from dataclasses import replace

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import ConfigError, Problem, TradewindError
from tradewind.core.time import Days, Horizon
from tradewind.core.use_case import Baseline, Economics, UseCase
from tradewind.features.labels import parse_label_sql
from tradewind.flow.questions.question import Question
from tradewind.flow.questions.trusted_code import load_question, placeholder
from tradewind.store.config import Config
from tradewind.store.expressions import check_query
from tradewind.store.question_folders import FolderSettings, QuestionFolder


def folder_question(config: Config, name: str) -> Question:
    """Return the question of one of the workspace's own folders, without the config's settings.

    Raises:
        ConfigError: something in the folder cannot be used, or its Python is not trusted; all problems together.
    """
    folder = config.folders[name]
    where = f"use_cases/{name}"
    problems: list[Problem] = []
    question = Question(placeholder(name), folder.label_sql)
    try:
        question = load_question(folder) if folder.code else question
    except ConfigError as error:
        problems += error.problems
    if folder.settings is not None:
        problems += folder_problems(where, folder.settings)
    problems += statement_problems(folder.label_sql, f"{where}/label.sql")
    if problems:
        raise ConfigError(problems)
    return question if folder.settings is None else replace(question, use_case=case_of(folder, folder.settings))


def statement_problems(text: str, where: str) -> list[Problem]:
    """Return why statements cannot be run: they are not the three that are needed, or hold what is not on the list."""
    try:
        label = parse_label_sql(text, where)
        for statement in (label.eligible, label.outcome, label.value):
            if statement is not None:
                check_query(statement, {*CONTRACT, "eligible"}, where)
    except TradewindError as error:
        return list(error.problems)
    return []


def folder_problems(where: str, settings: FolderSettings) -> list[Problem]:
    """Return what is wrong with a `use_case.toml` beyond the types of its values."""
    tables = f"one of: {', '.join(CONTRACT)}"
    problems = [
        Problem(f"{where}/use_case.toml: requires", "there is no such contract table", name, tables)
        for name in settings.requires if name not in CONTRACT
    ]  # fmt: skip
    for needed in settings.columns:
        table, _, column = needed.partition(".")
        if table not in CONTRACT or not re.fullmatch(r"[a-z][a-z0-9_]*", column):
            problems.append(Problem(f"{where}/use_case.toml: columns", "this is no column", needed, "table.column"))
    known = {"horizon", *settings.settings}
    for key in ("title", "question", "action", "positive", "does", "success", "value_sentence", "caveat"):
        written = getattr(settings, key).replace("{{", "").replace("}}", "")  # doubled, a brace stands for itself
        named = re.findall(r"\{([^{}]*)\}", written)
        bare = re.sub(r"\{[^{}]*\}", "", written)
        wrong = [f"{{{word}}}" for word in named if word not in known] + [sign for sign in "{}" if sign in bare]
        if wrong:
            problems.append(
                Problem(f"{where}/use_case.toml: {key}", "this cannot be filled in", wrong[0][:80],
                        " or ".join(f"{{{word}}}" for word in sorted(known)))
            )  # fmt: skip
    if settings.horizon.count < 1:
        problems.append(Problem(f"{where}/use_case.toml: horizon", "nothing can happen within no time", "0 days"))
    return problems


def case_of(folder: QuestionFolder, settings: FolderSettings) -> UseCase:
    """Return the declaration that a `use_case.toml` makes."""
    return UseCase(
        name=folder.name,
        title=settings.title,
        question=settings.question,
        action=settings.action,
        task="classification",
        entity=settings.entity,
        horizon=Horizon(settings.horizon),
        positive=settings.positive,
        economics=Economics(settings.success, settings.value_sentence, settings.contact_cost, settings.success_share),
        settings=settings.settings,
        requires=settings.requires,
        columns=settings.columns,
        baselines=tuple(Baseline(rule.name, rule.feature, rule.sign) for rule in settings.baselines),
        minimum_history=settings.minimum_history or Days(90),
        every=settings.every,
        caveat=settings.caveat,
        does=settings.does or settings.positive,
    )
