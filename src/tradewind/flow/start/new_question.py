"""A new question in business words, written as a folder of the workspace: `use_case.toml`, `label.sql`, `README.md`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradewind.core.errors import ConfigError, Problem, StoreError
from tradewind.core.use_case import UseCase
from tradewind.core.words import say, say_span
from tradewind.features.questions.compile import compile_question
from tradewind.features.questions.needs import texts_of
from tradewind.features.questions.parse import parse_question
from tradewind.features.questions.said import say_what, say_who, say_worth
from tradewind.features.questions.tree import Asked
from tradewind.flow.questions.asked import list_questions
from tradewind.flow.questions.in_words import company_members, require_mapped, use_case_of
from tradewind.flow.start.write_config import toml
from tradewind.store.config_questions import QUESTION_NAME, QuestionSettings
from tradewind.store.manifest import cannot_write, replace_file
from tradewind.store.workspace import Workspace

MOST_VALUES = 2_000
"""Different values of a column among which a near one is looked for."""


@dataclass(frozen=True)
class Words:
    """A question as a person says it.

    Args:
        name: of the question and its folder.
        who: whom it is about.
        what: what happens.
        within: how far ahead.
        worth: what one is worth; may be empty.
        title: plain-word title; may be empty.
    """

    name: str
    who: str
    what: str
    within: str
    worth: str = ""
    title: str = ""


@dataclass(frozen=True)
class NewQuestion:
    """What was understood and written.

    Args:
        name: of the question.
        folder: where it lies.
        understood: who, what, within and worth as they were understood.
        question: the whole question in one sentence.
        remarks: what to look at, in plain sentences.
    """

    name: str
    folder: Path
    understood: tuple[tuple[str, str], ...]
    question: str
    remarks: tuple[str, ...]


def write_question(workspace: Workspace, words: Words) -> NewQuestion:
    """Understand a question and write its folder; nothing is written where anything is wrong.

    Raises:
        ConfigError: the name is taken, or words cannot be understood; all problems together.
        StoreError: the folder cannot be written.
    """
    config, problems = workspace.config, name_problems(workspace, words.name)
    where, asked = f"new {words.name}"[:80], None
    try:
        asked = parse_question(words.who, words.what, words.within, words.worth, where)
        require_mapped(config, asked, company_members(config), where)
        problems += [slip for slip in _slips(workspace, asked) if slip.do]
    except ConfigError as error:
        problems += error.problems
    if problems or asked is None:
        raise ConfigError(problems)
    members = company_members(config)
    settings = QuestionSettings(who=words.who, what=words.what, within=words.within, title=words.title)
    case = use_case_of(words.name, settings, asked, members)
    files = {
        "use_case.toml": case_toml(case, asked),
        "label.sql": compile_question(asked, members),
        "README.md": readme(case, asked),
    }
    folder = _write(workspace, words.name, files)
    remarks = [f"{slip.what}: {slip.found}" for slip in _slips(workspace, asked)]
    lacking = [table for table in case.requires if table not in _mapped(workspace)]
    remarks += [f"it needs the table {table}, which is not mapped: [tables.{table}]" for table in lacking]
    remarks += [] if asked.worth is not None else ["nobody said what one is worth, so no money is told"]
    return NewQuestion(words.name, folder, tuple(_told(asked)), _sentence(case), tuple(remarks))


def _write(workspace: Workspace, name: str, files: Mapping[str, str]) -> Path:
    """Write the folder whole or not at all."""
    partial, folder = workspace.path(f"use_cases/.{name}"), workspace.path(f"use_cases/{name}")
    try:
        partial.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            replace_file(partial / file, text.encode())
        partial.rename(folder)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder


def name_problems(workspace: Workspace, name: str) -> list[Problem]:
    """Return why a question cannot have a name: it is taken, or is none."""
    if not QUESTION_NAME.fullmatch(name):
        return [
            Problem(
                "the name", "this cannot be a question's name", repr(name[:80]), "small letters, digits, underscores"
            )
        ]
    if name in list_questions(workspace.config):
        return [Problem("the name", "there is a question of that name already", name, "another name")]
    if workspace.path(f"use_cases/{name}").exists():
        return [Problem("the name", f"there is something at use_cases/{name} already", name, "another name")]
    return []


def _mapped(workspace: Workspace) -> set[str]:
    tables = workspace.config.tables
    return {*tables, *(("orders",) if "order_lines" in tables else ())}


def _told(asked: Asked) -> list[tuple[str, str]]:
    told = [("who", say_who(asked)), ("what", say_what(asked)), ("within", say_span(asked.within))]
    return [*told, ("worth", say_worth(asked.worth))] if asked.worth is not None else told


def _sentence(case: UseCase) -> str:
    return case.question.format(horizon=say_span(case.horizon.length.count))


def _slips(workspace: Workspace, asked: Asked) -> list[Problem]:
    """Texts that never occur in the column they are held against; with what may have been meant where one is near."""
    found = []
    for place, text in texts_of(asked, company_members(workspace.config)):
        values = _values(workspace, *place.split("."))
        if not values or text in values:
            continue
        near = difflib.get_close_matches(text.lower(), [value.lower() for value in values], 1, 0.75)
        meant = next((value for value in values if near and value.lower() == near[0]), "")
        do = f"did you mean '{meant}'?" if meant else ""
        found.append(
            Problem(place, f"“{text}” stands nowhere in {place}", _few(values), "a value as it stands there", do)
        )
    return found


def _few(values: Sequence[str]) -> str:
    shown = ", ".join(f"'{value[:30]}'" for value in values[:6])
    return f"{shown} …" if len(values) > 6 else shown


def _values(workspace: Workspace, table: str, column: str) -> list[str]:
    """The different texts of a stored column; none where the table was not loaded yet, or has too many."""
    try:
        entry = workspace.manifest().entry(table)
        if dict(entry.columns).get(column) != "VARCHAR":
            return []
        query = (
            f'SELECT DISTINCT "{column}" AS value FROM "{table}" WHERE "{column}" IS NOT NULL LIMIT {MOST_VALUES + 1}'
        )
        found = sorted(workspace.sql(query).column("value").to_pylist())
    except StoreError:
        return []
    return found if len(found) <= MOST_VALUES else []


def case_toml(case: UseCase, asked: Asked) -> str:
    """Return the text of a `use_case.toml`."""
    lines = ["# A question of your own. Change what you like; label.sql beside it says who and what in SQL."]
    economics = case.economics
    values: dict[str, object] = {
        "title": case.title, "question": case.question, "action": case.action, "entity": case.entity,
        "horizon": f"{case.horizon.length.count} days", "positive": case.positive, "does": case.does,
        "success": economics.success, "value_sentence": economics.value_sentence,
        "contact_cost": economics.contact_cost, "success_share": economics.success_share,
        "requires": list(case.requires), "columns": list(case.columns),
        "minimum_history": f"{case.minimum_history.count} days",
    }  # fmt: skip
    if case.every is not None:
        values["every"] = f"{case.every.count} days"
    lines += [f"{key} = {toml(value)}" for key, value in values.items()]
    lines += ["", "[asked]  # the words it was made from"]
    lines += [f"{key} = {toml(value)}" for key, value in _told(asked)]
    for rule in case.baselines:
        lines += [
            "",
            "[[baselines]]",
            f"name = {toml(rule.name)}",
            f"feature = {toml(rule.feature)}",
            f"sign = {rule.sign}",
        ]
    return "\n".join([*lines, ""])


def readme(case: UseCase, asked: Asked) -> str:
    """Return the page of a question: what it asks, of whom, what for, and when not to use it."""
    span = say_span(case.horizon.length.count)
    title = case.title.format(horizon=span)
    worth = say("own.readme.worth", worth=case.economics.value_sentence.format(horizon=span))
    parts = (
        ("The question.", _sentence(case)),
        ("Who is asked about.", f"{say_who(asked)[:1].upper()}{say_who(asked)[1:]}."),
        ("The action it drives.", case.action.format(horizon=span)),
        ("The money at stake.", worth),
        ("When not to use it.", say("own.readme.not")),
        ("How it is measured.", say("own.readme.measured")),
    )
    return "\n\n".join([f"# {title}", *(f"**{head}** {text}" for head, text in parts)]) + "\n"
