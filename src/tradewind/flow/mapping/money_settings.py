"""What answers assume about money, seen and changed from a page; it stands in `tradewind.toml` for the next run."""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradewind.core.errors import ConfigError, Problem, Stale
from tradewind.core.time import Clock
from tradewind.flow.mapping.draft import Change, changing, share_of
from tradewind.flow.mapping.edit_config import edit_config
from tradewind.flow.questions.asked import asked_questions
from tradewind.flow.questions.question import Question
from tradewind.store.config import CONFIG_FILE, Config, parse_config
from tradewind.store.manifest import replace_file
from tradewind.store.question_folders import read_question_folders

FIELDS = {"contact_cost": "cost of one contact", "success_share": "share whom a contact changes"}


@dataclass(frozen=True)
class Assumed:
    """What one question assumes.

    Args:
        name: of the question.
        title: in plain words.
        success: what a success is.
        value_sentence: how its value is worked out.
        section: of `tradewind.toml`, in which it is written.
        contact_cost: as it is used now, as text.
        success_share: as it is used now, as text: of 100 people.
    """

    name: str
    title: str
    success: str
    value_sentence: str
    section: str
    contact_cost: str
    success_share: str


@dataclass(frozen=True)
class MoneySettings:
    """All that stands on the page.

    Args:
        version: what a form must name to be saved over it.
        currency: ISO code.
        margin: of 100, as text; empty where none is written.
        questions: that have a cost and a share.
    """

    version: str
    currency: str
    margin: str
    questions: tuple[Assumed, ...]

    def values(self) -> dict[str, str]:
        """Return the fields of a form by name."""
        found = {"currency": self.currency, "margin": self.margin}
        for each in self.questions:
            found |= {f"{each.name}.contact_cost": each.contact_cost, f"{each.name}.success_share": each.success_share}
        return found


def money_settings(config: Config) -> MoneySettings:
    """Return what the configuration says about money.

    Raises:
        ConfigError: a question has problems.
    """
    return _settings(config.config_text, config)


def save_money(
    root: Path, environ: Mapping[str, str], clock: Clock, version: str, was: Mapping[str, str], now: Mapping[str, str]
) -> tuple[str, ...]:
    """Write what a form changed.

    Args:
        root: the workspace folder.
        environ: environment variables, for the check of the configuration.
        clock: the present instant.
        version: as the form saw it.
        was: the values that the form showed.
        now: the values that it sends.
    Returns:
        Keys of the configuration that were changed.
    Raises:
        Stale: somebody else changed one of the shown values meanwhile; says which, from what to what.
        ConfigError: a value cannot be used; all problems together. Nothing is written.
    """
    with changing(root, clock):
        text, config = _read(root, environ)
        present = _settings(text, config)
        if present.version != version:
            _refuse_stale(present, was)
        changes = _changes(present, config, now)
        if not changes:
            return ()
        changed = edit_config(text, changes)
        parse_config(tomllib.loads(changed), environ, changed, read_question_folders(root, []))
        replace_file(root / CONFIG_FILE, changed.encode())
    return tuple(change.key for change in changes)


def _read(root: Path, environ: Mapping[str, str]) -> tuple[str, Config]:
    try:
        text = (root / CONFIG_FILE).read_text(encoding="utf-8-sig")
        raw: dict[str, Any] = tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigError(Problem(CONFIG_FILE, "there is no workspace here yet", do="bring your data first")) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(Problem(CONFIG_FILE, "this cannot be read", str(error)[:200], "valid TOML")) from error
    return text, parse_config(raw, environ, text, read_question_folders(root, []))


def _settings(text: str, config: Config) -> MoneySettings:
    workspace = config.workspace
    questions = tuple(
        _assumed(question, config) for question in asked_questions(config) if question.use_case.task == "classification"
    )
    version = hashlib.sha256(text.encode()).hexdigest()
    return MoneySettings(version, workspace.currency, _of_100(workspace.margin), questions)


def _assumed(question: Question, config: Config) -> Assumed:
    case, name = question.use_case, question.name
    kind = "labels" if name in config.labels else "questions" if name in config.questions else "use_cases"
    return Assumed(
        name, question.words(case.title), case.economics.success, question.words(case.economics.value_sentence),
        f"{kind}.{name}", _plain(case.economics.contact_cost), _of_100(case.economics.success_share),
    )  # fmt: skip


def _refuse_stale(present: MoneySettings, was: Mapping[str, str]) -> None:
    """Name what somebody else changed of what the form showed; other parts of the file are no reason to refuse."""
    titles = {each.name: each.title for each in present.questions}
    problems = []
    for name, value in present.values().items():
        if name in was and was[name] != value:
            question, _, field = name.rpartition(".")
            where = f"{titles[question]}: {FIELDS[field]}" if question else name
            found = f"{was[name] or 'nothing'} became {value or 'nothing'}"
            problems.append(Problem(where, "somebody else changed this meanwhile", found))
    if problems:
        raise Stale(problems)


def _changes(present: MoneySettings, config: Config, now: Mapping[str, str]) -> list[Change]:
    sections = {each.name: each.section for each in present.questions}
    changes, problems = [], []
    for name, value in present.values().items():
        text = now.get(name, value).strip()
        if text == value:
            continue
        question, _, field = name.rpartition(".")
        key = f"{sections[question]}.{field}" if question else f"workspace.{name}"
        if name == "currency":
            changes.append(Change(key, value, text.upper()))
            continue
        number = _number(text, (field or name) != "contact_cost")
        if number is None and not (name == "margin" and not text):
            expected = "an amount, 0 or more" if field == "contact_cost" else "a number of 100, from 0 to 100"
            problems.append(Problem(key, "this is no number that can be used", text[:40], expected))
        else:
            changes.append(Change(key, value, "" if number is None else repr(number)))
    if problems:
        raise ConfigError(problems)
    return [*changes, *_named(changes, present, config)]


def _named(changes: list[Change], present: MoneySettings, config: Config) -> list[Change]:
    """Where no question is named, naming one would leave out the others: then all that are asked are named."""
    if config.use_cases or not any(change.key.startswith("use_cases.") for change in changes):
        return []
    asked = [question.name for question in asked_questions(config)]
    own = {each.name for each in present.questions if not each.section.startswith("use_cases.")}
    own |= {*config.labels, *config.questions, *config.folders}
    return [Change(f"use_cases.{name}.enabled", "", "true") for name in asked if name not in own]


def _number(text: str, of_100: bool) -> float | None:
    if of_100:
        return share_of(text)
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _of_100(share: float | None) -> str:
    return "" if share is None else _plain(share * 100)


def _plain(number: float) -> str:
    return f"{round(number, 6):.6f}".rstrip("0").rstrip(".")
