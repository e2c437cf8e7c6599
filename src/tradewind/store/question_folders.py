"""The workspace's own folders of questions, `use_cases/<name>/`, read as text: nothing in them is run here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from tradewind.core.errors import Problem, StoreError
from tradewind.store.config_problems import validation_problems
from tradewind.store.config_questions import QUESTION_NAME
from tradewind.store.config_section import Name, Section, Span
from tradewind.store.manifest import inside

FOLDER = "use_cases"
LARGEST = 100_000
"""Bytes that a file of a folder may have."""

MOST = 200
"""Folders that a workspace may have."""


class BaselineSettings(Section):
    """`[[baselines]]` of a `use_case.toml`: a rule of thumb beside which the model is shown.

    Args:
        name: plain words ("longest without an order first").
        feature: the feature whose value is the rule's score.
        sign: 1 when a higher value means more of the outcome, -1 when less.
    """

    name: Name
    feature: Name
    sign: Literal[1, -1] = 1


class FolderSettings(Section):
    """`use_case.toml`: a question of your own whose statements stand in `label.sql` beside it.

    Args:
        title: plain-word title.
        question: the question in one sentence; {horizon} and the names of settings are filled in.
        action: what one does with the answer.
        entity: key column of whom it is about: customer_id, account_id, lead_id or deal_id.
        horizon: how far ahead it looks.
        positive: plain words for the outcome.
        does: what those with the outcome do, as a verb.
        success: plain words for a success.
        value_sentence: how its worth is worked out, in plain words.
        contact_cost: cost of one contact in the workspace's currency.
        success_share: assumed share of contacted people whom the contact changes.
        requires: contract tables without which it cannot be answered; history begins with the first one's first row.
        columns: columns without which it cannot be answered, as `table.column`.
        settings: named look-back spans that `label.sql` may use as `:<name>_ago`.
        minimum_history: history that a past date needs before it.
        every: from one past date that is learned from to the next.
        caveat: what the answer leans on beyond the data, in one plain sentence.
        baselines: rules of thumb; the first is the headline rule.
        asked: the business words it was made from, for people to read.
    """

    title: Name
    question: Name
    action: Name
    entity: Literal["customer_id", "account_id", "lead_id", "deal_id"]
    horizon: Span
    positive: Name
    does: str = ""
    success: str = "one that turned out well"
    value_sentence: str = "what label.sql says that one is worth"
    contact_cost: float = Field(default=0.5, ge=0)
    success_share: float = Field(default=0.05, ge=0, le=1)
    requires: tuple[Name, ...] = Field(min_length=1)
    columns: tuple[Name, ...] = ()
    settings: Mapping[str, Span] = Field(default_factory=dict)
    minimum_history: Span | None = None
    every: Span | None = None
    caveat: str = ""
    baselines: tuple[BaselineSettings, ...] = ()
    asked: Mapping[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class QuestionFolder:
    """One folder, as text.

    Args:
        name: of the folder.
        path: where it lies.
        settings: its `use_case.toml`; None where Python stands in for it.
        label_sql: its `label.sql`; empty where there is none.
        code: names of the Python files in it; they run only after `tradewind trust`.
    """

    name: str
    path: Path
    settings: FolderSettings | None
    label_sql: str
    code: tuple[str, ...] = ()


def read_question_folders(root: Path, problems: list[Problem]) -> dict[str, QuestionFolder]:
    """Return the workspace's own folders of questions by name.

    Args:
        root: the workspace folder.
        problems: gets everything that is wrong with any of them.
    """
    try:
        folder = inside(root, FOLDER)
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
    except (OSError, StoreError) as error:
        problems.append(
            Problem(FOLDER, "this folder cannot be read", type(error).__name__, "a folder in the workspace")
        )
        return {}
    found: dict[str, QuestionFolder] = {}
    entries = [entry for entry in entries if not entry.name.startswith((".", "__")) and entry.is_dir()]
    if len(entries) > MOST:
        problems.append(Problem(FOLDER, "these are too many questions", f"{len(entries)} folders", f"at most {MOST}"))
        return {}
    for entry in entries:
        where = f"{FOLDER}/{entry.name[:80]}"
        if not QUESTION_NAME.fullmatch(entry.name):
            problems.append(
                Problem(where, "this cannot be a question's name", "", "small letters, digits, underscores")
            )
            continue
        try:
            read = _read_folder(root, entry.name, problems)
        except (OSError, UnicodeDecodeError, StoreError) as error:
            told = error.problems if isinstance(error, StoreError) else (
                Problem(where, "this folder cannot be read", type(error).__name__, "text files in UTF-8"),
            )  # fmt: skip
            problems += told
            continue
        if read is not None:
            found[entry.name] = read
    return found


def _read_folder(root: Path, name: str, problems: list[Problem]) -> QuestionFolder | None:
    """One folder; None where something in it is wrong, or nothing in it makes it a question."""
    folder, where = inside(root, f"{FOLDER}/{name}"), f"{FOLDER}/{name}"
    code = tuple(sorted(path.name for path in folder.glob("*.py")))
    before = len(problems)
    texts = {}
    for file in ("use_case.toml", "label.sql"):
        path = inside(root, f"{where}/{file}")
        if not path.is_file():
            continue
        if path.stat().st_size > LARGEST:
            problems.append(Problem(f"{where}/{file}", "this file is too large", "", f"at most {LARGEST:,} bytes"))
            continue
        texts[file] = path.read_text(encoding="utf-8-sig")
    if len(problems) > before:
        return None
    if not texts and not code:
        return None
    settings = (
        _settings(f"{where}/use_case.toml", texts["use_case.toml"], problems) if "use_case.toml" in texts else None
    )
    declared = "use_case.toml" in texts or "use_case.py" in code
    if not declared:
        problems.append(Problem(where, "the question is not declared", "", f"a file {where}/use_case.toml"))
    if "label.sql" not in texts:
        problems.append(Problem(where, "its statements are missing", "", f"a file {where}/label.sql"))
    if len(problems) > before:
        return None
    return QuestionFolder(name, folder, settings, texts["label.sql"], code)


def _settings(where: str, text: str, problems: list[Problem]) -> FolderSettings | None:
    try:
        return FolderSettings.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        problems.append(Problem(where, "this is not valid TOML", str(error)[:200], 'lines such as title = "…"'))
    except ValidationError as error:
        fields = {"": list(FolderSettings.model_fields), "baselines": list(BaselineSettings.model_fields)}
        told = validation_problems(error, fields)
        problems += [Problem(f"{where}: {each.where}", each.what, each.found, each.expected, each.do) for each in told]
    return None
