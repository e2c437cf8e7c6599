"""What learning and scoring one question left behind, as plain data that a later run or surface reads back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.finding import Check, Number
from tradewind.flow.answers.margin import Margin


@dataclass(frozen=True)
class Labelled:
    """What learning from a labelled table adds.

    Args:
        design: `shuffled` or `ordered`: how the headline was tested.
        timed: whether the rows have a time.
        folds: parts into which the rows were dealt.
        repeats: how many times.
        answered: rows with an answer.
        happened: outcomes among them.
        waiting: rows without an answer.
        suspects: (column, reason) of the columns left out.
        kept: columns that config keeps.
    """

    design: Literal["shuffled", "ordered"]
    timed: bool
    folds: int
    repeats: int
    answered: int
    happened: int
    waiting: int
    suspects: tuple[tuple[str, str], ...] = ()
    kept: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Labelled:
        """Return the record as it was before JSON made lists of its tuples."""
        suspects = tuple((str(column), str(reason)) for column, reason in data["suspects"])
        return cls(**{**data, "suspects": suspects, "kept": tuple(data["kept"])})


@dataclass(frozen=True)
class Learned:
    """The outcome of training one question.

    Args:
        question: the use case's name.
        refused: why it cannot be answered; everything else is then empty.
        version: the saved model's version; empty where none is saved.
        algorithm: the estimator that was chosen.
        test_cutoff: where the procedure was tested.
        trained_through: newest cutoff the deployed model learned from.
        rule: the headline rule of thumb, in words.
        better: whether the whole interval of the paired difference from the rule is on the good side.
        numbers: every figure by name.
        tables: role to workspace table.
        checks: checks of this question.
        said: what was left out or done differently, in plain sentences.
        part: that only a part of the people was learned from, in a plain sentence; empty where all were.
        dates: how many past cutoffs were learned from.
        tests: at how many dates it was tested.
        margin: what share of revenue is gross margin; None where it was never looked for.
        labelled: how it was learned where the answer stands in a column; None for other questions.
        by_rule: whether its list is put in the order of the rule.
    """

    question: str
    refused: tuple[Problem, ...] = ()
    version: str = ""
    algorithm: str = ""
    test_cutoff: date = date.min
    trained_through: date = date.min
    rule: str = ""
    better: bool = False
    numbers: Mapping[str, Number] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    said: tuple[str, ...] = ()
    part: str = ""
    dates: int = 0
    tests: int = 1
    margin: Margin | None = None
    labelled: Labelled | None = None
    by_rule: bool = False

    @property
    def answerable(self) -> bool:
        """Whether there is an answer at all."""
        return not self.refused

    def require(self) -> None:
        """Do nothing when there is an answer.

        Raises:
            NotAnswerable: why there is none.
        """
        if self.refused:
            raise NotAnswerable(self.refused)

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON data."""
        data = asdict(self)
        data["test_cutoff"] = self.test_cutoff.isoformat()
        data["trained_through"] = self.trained_through.isoformat()
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Learned:
        """Return the record that `to_json` wrote."""
        return cls(
            **{
                **data,
                "refused": tuple(Problem(**problem) for problem in data["refused"]),
                "test_cutoff": date.fromisoformat(data["test_cutoff"]),
                "trained_through": date.fromisoformat(data["trained_through"]),
                "numbers": {name: Number(**number) for name, number in data["numbers"].items()},
                "checks": tuple(Check(**check) for check in data["checks"]),
                "said": tuple(data["said"]),
                "margin": None if data["margin"] is None else Margin(**data["margin"]),
                "labelled": None if data.get("labelled") is None else Labelled.from_json(data["labelled"]),
            }
        )


@dataclass(frozen=True)
class Scored:
    """The outcome of scoring everybody for one question.

    Args:
        cutoff: as of which local day.
        version: the model's version.
        table: name of the table of scores.
        numbers: sums over the scores (customers, expected outcomes, money at stake …).
        people: what those scored are called.
    """

    cutoff: date
    version: str
    table: str
    numbers: Mapping[str, Number] = field(default_factory=dict)
    people: str = "customers"

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON data."""
        return {**asdict(self), "cutoff": self.cutoff.isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Scored:
        """Return the record that `to_json` wrote."""
        numbers = {name: Number(**number) for name, number in data["numbers"].items()}
        return cls(
            date.fromisoformat(data["cutoff"]), data["version"], data["table"], numbers, data.get("people", "customers")
        )
