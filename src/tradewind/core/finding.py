"""What surfaces show: numbers that know their interval or why they are missing, and findings made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Evidence = Literal["measured", "adjusted", "association", "assumed"]
Status = Literal["answered", "not distinguishable", "not answerable", "failed"]
CheckStatus = Literal["pass", "warn", "fail", "unknown"]


@dataclass(frozen=True)
class Number:
    """A measured value with its 95 % interval, or the reason why there is none.

    Args:
        value: the value; None exactly when `reason` is given.
        low: lower end of the 95 % interval, if one was computed.
        high: upper end.
        unit: unit in words or an ISO currency code; empty for pure numbers.
        reason: why there is no value.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.reason):
            raise ValueError("a Number is a value or a reason, never both and never neither")
        if self.value is not None and self.value != self.value:
            raise ValueError("a Number is never NaN: give the reason instead")

    def to_json(self) -> dict[str, float | str | None]:
        """Return the JSON form: value, low, high, unit; or reason."""
        if self.value is None:
            return {"reason": self.reason}
        return {"value": self.value, "low": self.low, "high": self.high, "unit": self.unit}


def missing(reason: str) -> Number:
    """Return the Number that says why there is no value."""
    return Number(reason=reason)


FEW_ROWS = 500
"""With fewer rows tested, the first tenth of a list is not spoken of as its "first 100"."""


def is_few(rows: Number | None) -> bool:
    """Whether so few rows were tested that a list's first hundred would be most of it."""
    return rows is not None and rows.value is not None and rows.value < FEW_ROWS


def is_chance(area: Number | None) -> bool:
    """Whether an order cannot be told from a random one: the interval of its AUC is not wholly above one half."""
    return area is not None and area.low is not None and area.low <= 0.5


@dataclass(frozen=True)
class Check:
    """The result of one check.

    Args:
        name: short name in plain words.
        status: `unknown` when it could not be computed; unknown never counts as pass.
        what: what was seen.
        do: what to do about it; empty for a pass.
    """

    name: str
    status: CheckStatus
    what: str
    do: str = ""


@dataclass(frozen=True)
class Finding:
    """One answer, as every surface shows it.

    Args:
        name: the use case's folder name.
        title: plain-word title.
        question: the question in one sentence.
        status: whether it was answered.
        evidence: how we know.
        approach: how it was answered, one or two plain sentences.
        found: the findings, one plain sentence each, most important first.
        money: what it means in money.
        next: what to do next.
        numbers: every figure by name.
        tables: role (`scores`, `gain`, `calibration` …) to the name of the workspace table that holds it.
        checks: model and data checks behind it.
        caption: assumptions that charts repeat.
        subtitle: the span or population of the answer, shown beside the title.
        does: what the people of the question do ("leave"); empty for the table of words to say it.
        people: what those asked about are called.
        rule: the rule beside which the answer is shown, in plain words; empty where the question itself names it.
    """

    name: str
    title: str
    question: str
    status: Status
    evidence: Evidence
    approach: str
    found: tuple[str, ...]
    money: str
    next: str
    numbers: Mapping[str, Number] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    caption: str = ""
    subtitle: str = ""
    does: str = ""
    people: str = "customers"
    rule: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the finding as `reports/latest.json` holds it."""
        return {
            "name": self.name,
            "title": self.title,
            "question": self.question,
            "status": self.status,
            "evidence": self.evidence,
            "approach": self.approach,
            "found": list(self.found),
            "money": self.money,
            "numbers": {name: number.to_json() for name, number in self.numbers.items()},
            "tables": dict(self.tables),
            "checks": [
                {"name": check.name, "status": check.status, "what": check.what, "do": check.do}
                for check in self.checks
            ],
            "next": self.next,
            "caption": self.caption,
            "subtitle": self.subtitle,
            "does": self.does,
            "people": self.people,
            "rule": self.rule,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        """Return the finding that `to_json` wrote."""
        numbers = {name: Number(**number) for name, number in data["numbers"].items()}
        checks = tuple(Check(**check) for check in data["checks"])
        return cls(**{**data, "found": tuple(data["found"]), "numbers": numbers, "checks": checks})
