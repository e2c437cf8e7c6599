"""The workspace's configuration: `tradewind.toml` as typed values, all of its problems told together."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.feature import Influence, Unit
from tradewind.core.time import Days
from tradewind.store.config_clean import CleanRule, Parse
from tradewind.store.config_identity import IdentitySettings
from tradewind.store.config_labels import LabelSettings, RuleSettings, label_problems
from tradewind.store.config_problems import arrange, problems_of, validation_problems
from tradewind.store.config_questions import QuestionSettings, question_problems
from tradewind.store.config_secrets import fill_secrets
from tradewind.store.config_section import Name, Section, Span, TuningBudget
from tradewind.store.question_folders import QuestionFolder, read_question_folders

CONFIG_FILE = "tradewind.toml"
LARGEST = 1_000_000
"""Bytes that the file may have."""


class WorkspaceSettings(Section):
    """`[workspace]`: whose data these are and what machine they are worked on with.

    Args:
        name: what to call the workspace in reports; the folder's name when absent.
        currency: ISO 4217 code of `amount_base`.
        timezone: IANA name of the zone whose midnights divide days.
        margin: share of revenue that is gross margin, when products carry no cost.
        keep: how long unpinned snapshots stay.
        engine: Postgres URL to run the SQL steps there; DuckDB when absent.
        state: Postgres URL for the state; `state.db` in the folder when absent.
        as_of: pretend that today is this local day.
        first_orders: whether the first order that the data show is the customer's first: complete or partial;
            judged from the data when absent.
        memory_limit: what the engine may take before it spills to disk.
        threads: processors to use; all when absent.
        allow_paths: folders outside the workspace that sources may read.
        simulated: whether the data are made up; reports then say so.
    """

    name: str = ""
    currency: Name
    timezone: Name
    margin: Annotated[float, Field(gt=0, le=1)] | None = None
    keep: Span = Days(396)
    engine: Annotated[str | None, Field(repr=False)] = None
    state: Annotated[str | None, Field(repr=False)] = None
    as_of: date | None = None
    first_orders: Literal["complete", "partial"] | None = None
    memory_limit: Annotated[str, Field(pattern=r"^\d+(\.\d+)?\s*[KMGT]i?B$")] = "2GB"
    threads: Annotated[int, Field(ge=1)] | None = None
    allow_paths: tuple[str, ...] = ()
    simulated: bool = False


class Source(Section):
    """`[sources.<name>]`: files or one database.

    Args:
        path: a glob relative to the workspace; several files are named by their stems (`shop.transactions`).
        url: database address, from one environment variable when it holds a secret.
        format: csv, tsv, xlsx, jsonl, json or parquet; by the file's ending when absent.
        delimiter: between the fields of a text file; detected when absent.
        encoding: of a text file; detected when absent.
        decimal: the decimal sign of a text file.
        sheet: of an Excel file; the only filled one when absent.
        header_row: line on which the column names stand, where others stand above it.
        header_rows: how many lines the column names take; two are read as one ("Q1 / Sales").
        totals: skip: rows of totals, and lines of text beneath the table, are no rows of it.
        timezone: IANA name of the zone of naive times.
        table: of a database.
        query: SELECT for a database.
    """

    path: str | None = None
    url: Annotated[str | None, Field(repr=False)] = None
    format: Literal["csv", "tsv", "xlsx", "jsonl", "json", "parquet"] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: str | None = None
    decimal: Literal[".", ","] | None = None
    sheet: str | None = None
    header_row: Annotated[int, Field(ge=1, le=1000)] | None = None
    header_rows: Annotated[int, Field(ge=1, le=5)] | None = None
    totals: Literal["skip"] | None = None
    timezone: str | None = None
    table: str | None = None
    query: str | None = None


class Lookup(Section):
    """A table joined to the mapped one, at most one row for each.

    Args:
        table: source table (`shop.products`).
        on: the column both share, or `left = right`.
    """

    table: Name
    on: Name


class TableMapping(Section):
    """`[tables.<contract table>]`: how a contract table is made from a source table.

    Args:
        from_: source table (`shop.transactions`).
        lookup: source tables joined to it.
        columns: contract column or attribute to scalar expression over the source's columns.
        known_at: expression for when a row became known.
        known_after: how long after it happened a row becomes known.
        where: boolean expression; other rows are left out.
        format: contract column to the strptime format of its text.
        stable: attributes that never change, so that today's value may be used for the past.
        timezone: IANA name of the zone of naive times in this table, when it is not the source's.
        fill_down: source columns written only on the first of the rows they hold for; the rows below get the value.
        within: source column that names the group (an order, say) beyond whose rows nothing is filled down.
        once_for: words for each of which every row counts once, such as the ways to reach people where each has a
            column of its own; expressions read the word as `row_for`.
        missing: what it means that a row is no longer in the source: `keep` where files may hold only the newest
            rows, `deleted` where every file is complete, so that a cancelled order vanishes from it.
    """

    from_: Annotated[str, Field(alias="from", min_length=1)]
    lookup: tuple[Lookup, ...] = ()
    columns: Mapping[str, str]
    known_at: str | None = None
    known_after: Span | None = None
    where: str | None = None
    format: Mapping[str, str] = Field(default_factory=dict)
    stable: tuple[str, ...] = ()
    timezone: str | None = None
    fill_down: tuple[Name, ...] = ()
    within: Name | None = None
    once_for: tuple[Name, ...] = ()
    missing: Literal["keep", "deleted"] = "keep"


class UseCaseSettings(Section):
    """`[use_cases.<name>]`: one question's settings; what is absent is the use case's own.

    Args:
        horizon: how far ahead.
        contact_cost: cost of one contact in the workspace's currency.
        success_share: assumed share of contacted people whom the contact changes.
        time_limit_seconds: for choosing a model.
        models: names of the models to compare, or `auto`.
        enabled: whether `run` answers it.
        cutoffs: how many earlier days to learn from.
        tune: how long to look for better settings of each model (`60 seconds`, `40 trials`); not at all when absent.
        rule: the team's own rule, beside which the model is shown: a `[rules.<name>]`, or a column with a score
            (with a minus before it where a low score means more of the outcome).
        spans: the question's own look-back settings (`active_within`).
        extra: any other key, for the question to judge.
    """

    horizon: Span | None = None
    contact_cost: Annotated[float, Field(ge=0)] | None = None
    success_share: Annotated[float, Field(ge=0, le=1)] | None = None
    time_limit_seconds: Annotated[float, Field(gt=0)] | None = None
    models: Literal["auto"] | tuple[str, ...] = "auto"
    enabled: bool = True
    cutoffs: Annotated[int, Field(ge=1)] | None = None
    tune: TuningBudget | None = None
    rule: str = ""
    spans: Mapping[str, Span] = Field(default_factory=dict)
    extra: Mapping[str, Any] = Field(default_factory=dict)


class UserFeature(Section):
    """`[features.<name>]`: a feature of the user's own.

    Args:
        sql: one SELECT of (entity, value) for one `:cutoff`.
        sentence: plain words for it.
        unit: what a value of 1 means.
        family: which features it is a form of; its own name when absent.
        influence: whether one can act on it.
    """

    sql: Name
    sentence: Name
    unit: Unit = "number"
    family: str | None = None
    influence: Influence = "signal only"


class Config(Section):
    """The whole of `tradewind.toml`.

    Args:
        workspace: `[workspace]`.
        sources: `[sources.*]` by name.
        tables: `[tables.*]` by contract table.
        use_cases: `[use_cases.*]` by folder name.
        features: `[features.*]` by name.
        labels: `[labels.*]` by name.
        rules: `[rules.*]` by name.
        questions: `[questions.*]` by name.
        folders: the workspace's own folders of questions, `use_cases/<name>/`.
        identity: `[identity]`; None where it does not stand.
        clean: `[clean.*.*]` by contract table and column.
        config_text: the file as written, secrets not filled in.
    """

    workspace: WorkspaceSettings
    sources: Mapping[str, Source] = Field(default_factory=dict)
    tables: Mapping[str, TableMapping] = Field(default_factory=dict)
    use_cases: Mapping[str, UseCaseSettings] = Field(default_factory=dict)
    features: Mapping[str, UserFeature] = Field(default_factory=dict)
    labels: Mapping[str, LabelSettings] = Field(default_factory=dict)
    rules: Mapping[str, RuleSettings] = Field(default_factory=dict)
    questions: Mapping[str, QuestionSettings] = Field(default_factory=dict)
    folders: Annotated[Mapping[str, QuestionFolder], Field(repr=False)] = Field(default_factory=dict)
    identity: IdentitySettings | None = None
    clean: Mapping[str, Mapping[str, CleanRule]] = Field(default_factory=dict)
    config_text: Annotated[str, Field(repr=False)] = ""


MODELS: Mapping[str, type[Section]] = {
    "": Config,
    "workspace": WorkspaceSettings,
    "sources": Source,
    "tables": TableMapping,
    "lookup": Lookup,
    "use_cases": UseCaseSettings,
    "features": UserFeature,
    "labels": LabelSettings,
    "rules": RuleSettings,
    "questions": QuestionSettings,
    "identity": IdentitySettings,
    "clean": CleanRule,
    "parse": Parse,
}
"""The model of each kind of section: what may stand in it."""


def load_config(root: Path, environ: Mapping[str, str]) -> Config:
    """Read a workspace's `tradewind.toml`, and the text of its own folders of questions.

    Args:
        root: the workspace folder.
        environ: environment variables, for `${NAME}`.
    Returns:
        The configuration, secrets filled in.
    Raises:
        ConfigError: with every problem of the file and the folders.
    """
    text = _read_text(root / CONFIG_FILE)
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(
            Problem(CONFIG_FILE, "this is not valid TOML", str(error), 'sections and lines such as name = "Shop"')
        ) from error
    problems: list[Problem] = []
    return parse_config(raw, environ, text, read_question_folders(root, problems), problems)


def parse_config(
    raw: Mapping[str, Any],
    environ: Mapping[str, str],
    text: str = "",
    folders: Mapping[str, QuestionFolder] | None = None,
    known: Sequence[Problem] = (),
) -> Config:
    """Turn the parsed TOML into a configuration; see `load_config`.

    Args:
        raw: the file as parsed.
        environ: environment variables.
        text: the file as written.
        folders: the workspace's own folders of questions.
        known: what is wrong with those.
    """
    problems = [*problems_of(raw), *label_problems(raw), *known, *question_problems(raw, folders or {})]
    filled = fill_secrets(raw, environ, problems)
    try:
        config = Config.model_validate({**arrange(filled), "config_text": text, "folders": folders or {}})
    except ValidationError as error:
        fields = {kind: [field.alias or name for name, field in m.model_fields.items()] for kind, m in MODELS.items()}
        problems += validation_problems(error, fields)
        raise ConfigError(problems) from None  # pydantic's own message would print values
    if problems:
        raise ConfigError(problems)
    return config


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigError(Problem(str(path), "this is too large for a configuration", "", f"{LARGEST} bytes"))
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            Problem(str(path), "there is no configuration here", "", "a workspace folder", "tradewind demo DIR")
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Problem(str(path), "this file cannot be read", str(error), "a text file in UTF-8")) from error
