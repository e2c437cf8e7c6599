"""What every use case must pass, whatever it asks: its folder, words and statements, and its blindness to the future.

A use case's own test inherits these tests and gives a name, a shop small enough to compute by hand, and its answers.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import tradewind as tw
from small_shop import NOW
from small_worlds import write_workspace
from tradewind.core.errors import LeakError, NotAnswerable
from tradewind.core.terms import statistical_terms
from tradewind.core.time import Cutoff
from tradewind.core.use_case import UseCase
from tradewind.features.catalog import with_starts
from tradewind.features.compute import eligible_step_rows, find_eligible
from tradewind.features.labels import outcome_at, value_at
from tradewind.features.probe import Computation, probe_time_travel
from tradewind.flow.data import Data, contract_tables, open_data
from tradewind.flow.learning.additions import additions_of, adjusted
from tradewind.flow.learning.learned import Learned
from tradewind.flow.learning.lesson import candidates_of, label_of, prepare_lesson, seed_of, try_lesson
from tradewind.flow.learning.model_files import save_version
from tradewind.flow.learning.require import require_answerable
from tradewind.flow.learning.score import ask_everybody
from tradewind.flow.learning.tell import tell_refusal
from tradewind.flow.orders.lifetime import panel_question, score_lifetime, train_lifetime
from tradewind.flow.questions.asked import Question, find_question, list_use_cases
from tradewind.models.protocol import fit_deployed
from tradewind.sources.load import load_tables
from tradewind.store.workspace import Workspace

README_PARTS = (
    "**The question.**", "**Who is asked about.**", "**The action it drives.**", "**The money at stake.**",
    "**When not to use it.**", "**How it is measured.**",
)  # fmt: skip

Answers = Mapping[str, tuple[float | None, float | None]]
"""Entity to outcome and value; None where one that is asked about has none."""

TINY_CONFIG = """
[workspace]
currency = "USD"
timezone = "America/New_York"
threads = 1
[sources.tiny]
path = "*.csv"
timezone = "America/New_York"
[tables.orders]
from = "tiny.orders"
order_id = "row_number"
customer_id = "who"
happened_at = "at"
amount = "amount"
known_at = "coalesce(nullif(known, ''), at)"
[tables.touches]
from = "tiny.touches"
customer_id = "who"
happened_at = "at"
kind = "kind"
channel = "'mail'"
[tables.events]
from = "tiny.events"
customer_id = "who"
happened_at = "at"
name = "name"
"""


@dataclass(frozen=True)
class TinyShop:
    """A shop in New York whose answers at one midnight are computed by hand.

    Args:
        answers: who is asked about, with outcome and value.
        orders: customer, local time, amount and, where it was later, when the order became known.
        touches: customer, local time, kind.
        events: customer, local time, name.
        day: the cutoff: the midnight that ends the day on which New York's clocks go forward.
        known_by: the day of learning; far ahead, so that everything is known.
    """

    answers: Answers
    orders: Sequence[tuple[object, ...]]
    touches: Sequence[tuple[str, str, str]] = (("nobody", "2021-01-01", "seen"),)
    events: Sequence[tuple[str, str, str]] = (("nobody", "2021-01-01", "page_view"),)
    day: date = date(2021, 3, 15)
    known_by: date = date(2022, 1, 1)
    headers: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "orders": ("who", "at", "amount", "known"), "touches": ("who", "at", "kind"),
            "events": ("who", "at", "name"),
        }
    )  # fmt: skip

    def write(self, folder: Path) -> Path:
        """Write the shop as a user's files would lie there."""
        for name, header in self.headers.items():
            with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(header)
                for row in getattr(self, name):
                    writer.writerow([*row, *[""] * (len(header) - len(row))])
        (folder / "tradewind.toml").write_text(TINY_CONFIG, encoding="utf-8")
        return folder


@dataclass(frozen=True)
class TinyWorld:
    """A business in New York whose answers at one midnight are computed by hand, whatever its tables are.

    Args:
        answers: who is asked about, with outcome and value.
        tables: contract table to its columns: `{"leads": {"lead_id": [...], "created_at": [...]}}`; times are local
            text, `known_at` says when a row became known.
        day: the cutoff.
        known_by: the day of learning; far ahead, so that everything is known.
        stable: table to the columns of which today's value may be used for the past.
        config: further sections.
    """

    answers: Answers
    tables: Mapping[str, Mapping[str, Sequence[object]]]
    day: date = date(2021, 3, 15)
    known_by: date = date(2022, 1, 1)
    stable: Mapping[str, Sequence[str]] = field(default_factory=dict)
    config: str = ""

    def write(self, folder: Path) -> Path:
        """Write the business as a user's files would lie there."""
        tables = {name: pa.table({key: list(values) for key, values in columns.items()})
                  for name, columns in self.tables.items()}  # fmt: skip
        written = write_workspace(
            folder, "Tiny", tables, self.config, "", "America/New_York", self.stable
        ) / "tradewind.toml"  # fmt: skip
        text = written.read_text(encoding="utf-8")
        written.write_text(text.replace('timezone = "UTC"', 'timezone = "America/New_York"'), encoding="utf-8")
        return folder


class UseCaseContract:
    """The shared tests; a use case's own class says which folder, which tiny business and when time stops."""

    name: str
    tiny: TinyShop | TinyWorld
    world = "shop"
    """The small business that it is tried on, by the name of its fixture: shop, sales or subscriptions."""
    stop = date(2024, 2, 1)
    """The probe's cutoff: twelve weeks before the small business's data end."""
    as_of_today: Mapping[str, Sequence[str]] = {"customers": ("country",)}
    """Columns without history, which the probe changes everywhere."""

    @pytest.fixture
    def small(self, request: pytest.FixtureRequest) -> Workspace:
        """The small business, loaded."""
        found: Workspace = request.getfixturevalue(self.world)
        return found

    @pytest.fixture
    def small_on_postgres(self, request: pytest.FixtureRequest) -> Workspace:
        """The same, with its steps run on Postgres."""
        found: Workspace = request.getfixturevalue(f"{self.world}_on_postgres")
        return found

    @property
    def case(self) -> UseCase:
        return next(case for case in list_use_cases() if case.name == self.name)

    def test_the_folder_has_all_its_parts(self) -> None:
        folder = files("tradewind.use_cases").joinpath(self.name)
        assert self.case.name == self.name
        assert folder.joinpath("use_case.py").read_text(encoding="utf-8").startswith('"""')
        readme = folder.joinpath("README.md").read_text(encoding="utf-8")
        assert readme.startswith(f"# {Question(self.case, '').words(self.case.title)}\n")
        assert [part for part in README_PARTS if part not in readme] == []
        label = label_of(Question(self.case, folder.joinpath("label.sql").read_text(encoding="utf-8")))
        assert (label.value is not None) == (self.case.task == "classification")
        assert self.case.baselines

    def test_people_understand_its_sentences(self) -> None:
        case, economics = self.case, self.case.economics
        sentences = [case.title, case.question, case.action, case.positive, economics.success]
        sentences += [economics.value_sentence, *(rule.name for rule in case.baselines)]
        for sentence in map(Question(case, "").words, sentences):
            assert sentence
            assert not statistical_terms(sentence), sentence
            assert not {"{", "}", "_"} & set(sentence), sentence

    def test_the_tiny_business_is_answered_as_by_hand(self, tmp_path: Path) -> None:
        workspace = tw.open(self.tiny.write(tmp_path), clock=lambda: datetime(2023, 1, 1))
        load_tables(workspace)
        assert answers(workspace, self.name, self.tiny.day, self.tiny.known_by) == self.tiny.answers

    def test_both_engines_give_equal_answers(self, small: Workspace, small_on_postgres: Workspace) -> None:
        told = answers(small, self.name, self.stop, date(2024, 4, 25))
        assert len(told) >= 10
        assert len({outcome for outcome, _ in told.values()}) >= 2
        assert answers(small_on_postgres, self.name, self.stop, date(2024, 4, 25)) == told

    def test_nothing_moves_with_what_was_not_known(self, small: Workspace) -> None:
        self.travel(small)

    def travel(self, workspace: Workspace, rounds: int = 1) -> None:
        """Put the whole chain of the question through the time-travel probe."""
        question, stop = find_question(workspace.config, self.name), Cutoff(self.stop, "Europe/Berlin")
        with open_data(workspace) as data:
            tables = {name: workspace.table(name) for name in contract_tables(data.manifest)}
            probe_time_travel(
                chain(data, question, stop), tables, stop, np.random.default_rng(7),
                self.as_of_today, rounds,
            )  # fmt: skip

    def test_without_its_tables_it_says_what_is_missing(self, small: Workspace, tmp_path: Path) -> None:
        for table in self.case.requires:
            told = told_without(small, table, self.name, tmp_path / table)
            assert f"[tables.{table}]" in told
            assert not statistical_terms(told)


def told_without(workspace: Workspace, table: str, name: str, folder: Path) -> str:
    """Return what a question says of a copy of a workspace in which one table is not mapped."""
    folder.mkdir()
    shutil.copytree(workspace.root / "data", folder / "data")
    before, _, after = (workspace.root / "tradewind.toml").read_text(encoding="utf-8").partition(f"[tables.{table}]\n")
    after = f"{after}\n[end]"
    config = before + after[after.index("\n[") :].removesuffix("\n[end]")
    (folder / "tradewind.toml").write_text(config, encoding="utf-8")
    copy = tw.open(folder, clock=lambda: NOW)
    load_tables(copy)
    question = find_question(copy.config, name)
    with pytest.raises(NotAnswerable) as refused, open_data(copy) as data:
        require_answerable(data, question.use_case)
    finding = tell_refusal(question, refused.value.problems)
    return " ".join((*finding.found, finding.approach, finding.money, finding.next))


def answers(workspace: Workspace, name: str, day: date, known_by: date) -> Answers:
    """Run a use case's statements on the workspace's engine, at one cutoff as known by a day."""
    question = find_question(workspace.config, name)
    if question.use_case.task == "lifetime":
        question = panel_question(question)
    case, label = question.use_case, label_of(question)
    with open_data(workspace) as data:
        engine, catalog, cutoff = data.engine, data.catalog, Cutoff(day, data.catalog.zone)
        find_eligible(engine, catalog, case, label, case.settings, [cutoff])
        eligible = eligible_step_rows(case.entity, f"eligible_{name}")
        origin = Cutoff(known_by, data.catalog.zone)
        outcome = outcome_at(label, catalog, case.entity, eligible, [cutoff], case.settings, case.horizon, origin)
        value = value_at(label, catalog, case.entity, eligible, [cutoff], case.settings)
        outcomes = _by_entity(engine.fetch(*outcome), case.entity, "outcome")
        values = {} if value is None else _by_entity(engine.fetch(*value), case.entity, "value")
        who = engine.fetch(eligible, {"cutoff_day": day}).column(case.entity).to_pylist()
    assert set(outcomes) <= set(who)
    return {one: (outcomes.get(one), values.get(one)) for one in who}


def _by_entity(rows: pa.Table, entity: str, name: str) -> dict[str, float]:
    assert str(rows.schema.field(name).type) == "double"
    found = dict(zip(rows.column(entity).to_pylist(), rows.column(name).to_pylist(), strict=True))
    assert len(found) == rows.num_rows
    return found


def chain(data: Data, question: Question, stop: Cutoff) -> Computation:
    """Everything from the tables to today's answers, "today" being `stop`: a computation for the probe."""

    def compute(tables: Mapping[str, pa.Table]) -> dict[str, object]:
        for name, rows in tables.items():
            data.engine.load_table(name, rows)
        then = replace(data, catalog=with_starts(data.engine, data.catalog), score_at=stop, made={}, kept={})
        results = _lifetimes(then, question) if question.use_case.task == "lifetime" else _learned(then, question)
        assert results.pop("customers") > 0
        return results

    return compute


def _learned(data: Data, question: Question) -> dict[str, object]:
    lesson = prepare_lesson(data, question)
    assert lesson.question.use_case.baselines == question.use_case.baselines, "a rule of thumb has no feature"
    candidates = candidates_of(question)
    trial = try_lesson(data, lesson, candidates)
    deployed, newest = fit_deployed(lesson.table, trial, candidates, seed_of(question.name))
    deployed = adjusted(data, lesson, trial, deployed)
    added = [each.learn(data, lesson, trial, deployed) for each in additions_of(question) if each.learn is not None]
    card = {"feature_set": lesson.feature_set.to_json()}
    version, _ = save_version(data.workspace.root, question.name, deployed, card)
    asked = ask_everybody(data, question, version, data.score_at)
    table = lesson.table
    return {
        "customers": len(asked.mean),
        "when": lesson.schedule,
        "which features": lesson.feature_set,
        "who was learned from": table.features.entity_id.tolist(),
        "features": table.features.numbers,
        **{f"the feature {name}": values.tolist() for name, values in table.features.categories.items()},
        **{f"outcomes as known on {day}": labels for day, labels in table.labels.items()},
        **{f"the rule {name}": scores for name, scores in table.baselines.items()},
        "money at stake then": table.value,
        "choice": (trial.chosen, dict(trial.settings), newest),
        "out-of-time predictions": trial.earlier_mean,
        "predictions at the test": trial.test_mean,
        "model, correction and interval": version,
        "who is asked today": asked.features.entity_id.tolist(),
        "features today": asked.features.numbers,
        "scores": np.column_stack([asked.mean, asked.low, asked.high, asked.value]),
        **{f"the table {role}": rows.to_pylist() for tables in added for role, rows in tables.items()},
    }


def _lifetimes(data: Data, question: Question) -> dict[str, object]:
    trained = train_lifetime(data, question)
    learned = Learned.from_json(trained.values["learned"])
    learned.require()
    scored = score_lifetime(data, question, learned)
    tables = {name: [file.path for file in entry.files] for name, entry in {**trained.tables, **scored.tables}.items()}
    rows = scored.tables[f"scores_{question.name}"].rows
    return {"customers": rows, "learned": trained.values["learned"], "sums": scored.values["scored"], **tables}


def caught_leaks(workspace: Workspace, name: str, stop: Cutoff, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What the probe says has moved when every view shows what became known only later."""
    from tradewind.features import as_of

    real = as_of.visible_rows

    def careless(*arguments: object) -> object:
        select = real(*arguments)  # type: ignore[arg-type]
        kept = [part for part in select.args["where"].this.flatten() if "known_at" not in part.sql()]
        return select.where(*kept, append=False)

    monkeypatch.setattr(as_of, "visible_rows", careless)
    with open_data(workspace) as data:
        tables = {name: workspace.table(name) for name in contract_tables(data.manifest)}
        question = find_question(workspace.config, name)
        try:
            probe_time_travel(chain(data, question, stop), tables, stop, np.random.default_rng(1), rounds=1)
        except LeakError as error:
            return {problem.where for problem in error.problems}
    return set()
