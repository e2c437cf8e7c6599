"""When somebody said that the list is wrong about a row, who was right: told once the row's own outcome is complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import TradewindError
from tradewind.core.feedback import Feedback
from tradewind.core.finding import Check
from tradewind.core.time import Cutoff
from tradewind.core.words import say
from tradewind.features.compute import eligible_step_rows, find_eligible
from tradewind.features.labels import outcome_at
from tradewind.flow.data import Data, OpenData
from tradewind.flow.depends import question_step
from tradewind.flow.labels.answer import read_answer
from tradewind.flow.learning.lesson import label_of
from tradewind.flow.questions.question import Question
from tradewind.report.numbers import say_of_100
from tradewind.stats.agreement import jeffreys_interval, sign_test, surprise
from tradewind.store.steps import StepOutput
from tradewind.store.workspace import Workspace

SURPRISING = 0.05
"""Probability below which a count is not put down to chance."""


@dataclass(frozen=True)
class Tally:
    """Overrides of a question, or of one person, as far as their outcome is known.

    Args:
        given: how many there are.
        complete: of how many the outcome is known.
        right: how often the person who disagreed was right; the list was right of the others.
        expected: how often they would have been, were the chances true and the person no wiser.
        low: lower end of the 95 % interval of the share right (Jeffreys).
        high: upper end.
        even: probability of a split so uneven between person and list, were both as often right (sign test).
        surprise: probability of a count so far from the expected one, were the chances true.
    """

    given: int
    complete: int = 0
    right: int = 0
    expected: float = 0.0
    low: float = 0.0
    high: float = 1.0
    even: float = 1.0
    surprise: float = 1.0

    @property
    def list_right(self) -> int:
        """How often the list was right."""
        return self.complete - self.right

    @property
    def verdict(self) -> str:
        """Who told more: `person`, `list`, `open` where it may be chance, `none` where nothing is complete."""
        if self.complete == 0:
            return "none"
        if self.surprise >= SURPRISING:
            return "open"
        return "person" if self.right > self.expected else "list"


@dataclass(frozen=True)
class Overrides:
    """What became of the overrides of a question.

    Args:
        question: its name.
        all: of everybody.
        by: of each person.
    """

    question: str
    all: Tally
    by: Mapping[str, Tally]

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Overrides:
        """Return the record that `to_json` wrote."""
        by = {name: Tally(**tally) for name, tally in data["by"].items()}
        return cls(data["question"], Tally(**data["all"]), by)


def measure_overrides(
    workspace: Workspace, data: OpenData, question: Question, feedback: Sequence[Feedback]
) -> Overrides:
    """Return what became of the overrides; worked out again only where feedback, data or question have changed."""
    said = first_overrides(feedback)
    if not said or question.use_case.task != "classification":
        return Overrides(question.name, Tally(len(_of_each_entity(said))), {})
    parts = {"overrides": [each.feedback_id for each in said], "called": sorted(called(said).values())}
    output = question_step(
        workspace, f"overrides {question.name}", question, parts, lambda: _measured(data(), question, said)
    )
    return Overrides.from_json(output.values["overrides"])


def first_overrides(feedback: Sequence[Feedback]) -> list[Feedback]:
    """Return each person's first override of an entity: saying it again, of a later list too, is no new evidence."""
    first: dict[tuple[str, tuple[str, str]], Feedback] = {}
    for each in feedback:
        if each.is_override:
            first.setdefault((each.entity_id, each.giver), each)
    return list(first.values())


def called(said: Sequence[Feedback]) -> dict[tuple[str, str], str]:
    """Return what each of those who disagreed is called; of several of one name, all but the first have a number."""
    names: dict[tuple[str, str], str] = {}
    for each in said:
        if each.giver not in names:
            many = sum(1 for name in names.values() if name.rsplit(" (", 1)[0] == each.by)
            names[each.giver] = f"{each.by} ({many + 1})" if many else each.by
    return names


def _of_each_entity(said: Sequence[Feedback]) -> list[Feedback]:
    """One override of each entity: what happens to it happens once, whoever foretold it."""
    first: dict[str, Feedback] = {}
    for each in said:
        first.setdefault(each.entity_id, each)
    return list(first.values())


def _measured(data: Data, question: Question, said: Sequence[Feedback]) -> StepOutput:
    came = outcomes_of(data, question, said)
    names = sorted(called(said).items(), key=lambda pair: pair[1])
    by = {name: tally([each for each in said if each.giver == giver], came) for giver, name in names}
    return StepOutput({}, {"overrides": Overrides(question.name, tally(_of_each_entity(said), came), by).to_json()})


def outcomes_of(data: Data, question: Question, said: Sequence[Feedback]) -> dict[tuple[str, date | None], float]:
    """Return whether it happened, by entity and day of the list, as far as the question's own label is complete."""
    if question.label is not None:
        return _answers_by_now(data, question, said)
    zone, case = data.catalog.zone, question.use_case
    label, known_by = label_of(question), data.score_at
    found: dict[tuple[str, date | None], float] = {}
    for day in sorted({each.as_of for each in said if each.as_of is not None}):
        cutoff = Cutoff(day, zone)
        if cutoff.ahead(case.horizon.length).ahead(case.horizon.lag) > known_by:
            continue
        find_eligible(data.engine, data.catalog, case, label, case.settings, [cutoff])
        eligible = eligible_step_rows(case.entity, f"eligible_{case.name}")
        rows = data.engine.fetch(
            *outcome_at(label, data.catalog, case.entity, eligible, [cutoff], case.settings, case.horizon, known_by)
        )
        pairs = zip(rows.column(case.entity).to_pylist(), rows.column("outcome").to_pylist(), strict=True)
        found |= {(str(entity), day): float(outcome) for entity, outcome in pairs if outcome is not None}
    return found


def _answers_by_now(data: Data, question: Question, said: Sequence[Feedback]) -> dict[tuple[str, date | None], float]:
    """Where the answer stands in a column: the answers of those who had none when somebody disagreed.

    Who had one then, such as a present customer among those who have not left, has no outcome that ends.
    """
    settings = question.label
    assert settings is not None
    stored = data.workspace.table(settings.table)
    answers = read_answer(stored.column(settings.column), settings, question.name)
    columns = (CONTRACT[settings.table].key[0], "known_at", "valid_to")
    rows = zip(*(stored.column(name).to_pylist() for name in columns), answers.tolist(), strict=True)
    versions: dict[str, list[tuple[datetime, datetime | None, float]]] = {}
    for key, known_at, valid_to, answer in rows:
        versions.setdefault(str(key), []).append((known_at, valid_to, answer))
    found = {}
    for each in said:
        mine = versions.get(each.entity_id, [])
        then = [answer for begin, end, answer in mine if begin <= each.at and (end is None or end > each.at)]
        now = [answer for _, end, answer in mine if end is None]
        if then and np.isnan(then[-1]) and now and not np.isnan(now[-1]):
            found[each.entity_id, each.as_of] = float(now[-1])
    return found


def tally(said: Sequence[Feedback], came: Mapping[tuple[str, date | None], float]) -> Tally:
    """Count who was right.

    Args:
        said: overrides.
        came: outcome, 0 or 1, by entity and day of the list; those without are not complete.
    """
    complete = [each for each in said if (each.entity_id, each.as_of) in came]
    if not complete:
        return Tally(len(said))
    right = [each.says_it_happens == (came[each.entity_id, each.as_of] >= 0.5) for each in complete]
    # Were the person no wiser than the list, its own chances would say how often the person is right.
    chances = [float(each.score or 0.0) for each in complete]
    by_chance = [chance if each.says_it_happens else 1 - chance for each, chance in zip(complete, chances, strict=True)]
    wins, n = sum(right), len(complete)
    low, high = jeffreys_interval(wins, n)
    return Tally(
        len(said), n, wins, float(np.sum(by_chance)), low, high, sign_test(wins, n - wins), surprise(wins, by_chance)
    )


def say_times(count: int) -> str:
    """Say how often: once, 3 times."""
    return "once" if count == 1 else f"{count:,} times"


def say_overrides(measured: Tally) -> str:
    """Return who was right, in a sentence or two."""
    if measured.complete == 0:
        return say("own.overrides.none", times=say_times(measured.given))
    share = measured.right / measured.complete
    first = say(
        "own.overrides.right", complete=measured.complete, right=measured.right, listed=measured.list_right,
        share=say_of_100(share), low=say_of_100(measured.low), high=say_of_100(measured.high),
    )  # fmt: skip
    second = say(f"own.overrides.{measured.verdict}", expected=f"{measured.expected:.1f}")
    waiting = measured.given - measured.complete
    third = [say("own.overrides.waiting", waiting=waiting)] if waiting else []
    return " ".join([first, second, *third])


def override_check(measured: Overrides) -> Check:
    """Return what became of the overrides as a check of the question."""
    status = {"none": "unknown", "open": "pass", "list": "pass", "person": "warn"}[measured.all.verdict]
    do = say("own.overrides.do") if status == "warn" else ""
    return Check(say("own.overrides.name"), status, say_overrides(measured.all), do)  # type: ignore[arg-type]


def checks_of_overrides(workspace: Workspace, data: OpenData, question: Question) -> tuple[Check, ...]:
    """Return the check on the question's overrides; none where nobody has disagreed."""
    feedback = workspace.state().feedback(question.name)
    if not first_overrides(feedback) or question.use_case.task != "classification":
        return ()
    try:
        return (override_check(measure_overrides(workspace, data, question, feedback)),)
    except TradewindError as error:
        return (Check(say("own.overrides.name"), "unknown", error.problems[0].what),)
