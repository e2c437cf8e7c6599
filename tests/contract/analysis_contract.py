"""What every analysis must pass, whatever it asks: its folder and words, the same answer twice, and blindness to the
future.

An analysis' own test inherits these tests and gives a name and the small business it is tried on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from contract.use_case_contract import README_PARTS, told_without
from tradewind.core.finding import Finding
from tradewind.core.terms import statistical_terms
from tradewind.core.time import Cutoff
from tradewind.core.use_case import UseCase
from tradewind.features.catalog import with_starts
from tradewind.features.probe import probe_time_travel
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.answers.analyses import ANALYSES, find_analysis
from tradewind.flow.data import contract_tables, open_data
from tradewind.flow.questions.asked import Question, find_question, list_use_cases
from tradewind.store.workspace import Workspace


class AnalysisContract:
    """The shared tests; an analysis' own class says which folder, which small business and when time stops."""

    name: str
    world = "sales"
    """The small business that it is tried on, by the name of its fixture: shop, sales or subscriptions."""
    stop = date(2024, 2, 1)
    """The probe's cutoff: twelve weeks before the small business's data end."""
    as_of_today: Mapping[str, Sequence[str]] = {}
    """Columns without history, which the probe changes everywhere."""
    list_role = ""
    """Role of the table to work from, where it gives one; its first column names the entity."""

    @pytest.fixture
    def small(self, request: pytest.FixtureRequest) -> Workspace:
        """The small business, loaded."""
        found: Workspace = request.getfixturevalue(self.world)
        return found

    @property
    def case(self) -> UseCase:
        return next(case for case in list_use_cases() if case.name == self.name)

    def test_the_folder_has_all_its_parts(self) -> None:
        folder = files("tradewind.use_cases").joinpath(self.name)
        assert self.case.name == self.name
        assert self.case.task == "analysis"
        assert self.name in ANALYSES
        readme = folder.joinpath("README.md").read_text(encoding="utf-8")
        assert readme.startswith(f"# {Question(self.case, '').words(self.case.title)}\n")
        assert [part for part in README_PARTS if part not in readme] == []

    def test_people_understand_its_sentences(self) -> None:
        for sentence in map(Question(self.case, "").words, (self.case.title, self.case.question, self.case.action)):
            assert sentence
            assert not statistical_terms(sentence), sentence
            assert not {"{", "}", "_"} & set(sentence), sentence

    def test_it_answers_in_plain_words_and_the_same_again(self, small: Workspace) -> None:
        first, again = self.analyse(small), self.analyse(small)
        finding = first.finding
        assert finding.status in ("answered", "not distinguishable")
        assert finding.found
        assert finding.next
        for sentence in (*finding.found[:2], finding.money, finding.next):
            assert not statistical_terms(sentence), sentence
        assert plain(first) == plain(again)
        assert Finding.from_json(finding.to_json()) == finding
        if self.list_role:
            rows = first.tables[self.list_role]
            assert rows.column_names[0] == self.case.entity
            assert rows.num_rows > 0

    def test_nothing_moves_with_what_was_not_known(self, small: Workspace) -> None:
        question, stop = find_question(small.config, self.name), Cutoff(self.stop, "Europe/Berlin")
        work = find_analysis(self.name)
        with open_data(small) as data:
            tables = {name: small.table(name) for name in contract_tables(data.manifest)}

            def compute(changed: Mapping[str, pa.Table]) -> dict[str, object]:
                for name, rows in changed.items():
                    data.engine.load_table(name, rows)
                catalog = with_starts(data.engine, data.catalog)
                return plain(work(replace(data, catalog=catalog, score_at=stop, made={}, kept={}), question))

            probe_time_travel(compute, tables, stop, np.random.default_rng(7), self.as_of_today, rounds=1)

    def test_without_its_tables_it_says_what_is_missing(self, small: Workspace, tmp_path: Path) -> None:
        for table in self.case.requires:
            told = told_without(small, table, self.name, tmp_path / table)
            assert f"[tables.{table}]" in told
            assert not statistical_terms(told)

    def analyse(self, workspace: Workspace) -> Analysed:
        """Return the answer as of the newest data."""
        with open_data(workspace) as data:
            return find_analysis(self.name)(data, find_question(workspace.config, self.name))


def plain(analysed: Analysed) -> dict[str, object]:
    """Return an answer as named values that can be compared bit for bit."""
    tables = {f"the table {role}": _comparable(rows) for role, rows in analysed.tables.items()}
    return {**tables, "the finding": repr(analysed.finding)}


def _comparable(rows: pa.Table) -> list[tuple[object, ...]]:
    return [tuple("not a number" if isinstance(value, float) and math.isnan(value) else value for value in row.values())
            for row in rows.to_pylist()]  # fmt: skip
