"""Trouble in data: what is wrong, where, in how many rows, what it does to an answer, and the config that treats it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tradewind.core.finding import Number, missing

Severity = Literal["breaks", "misleads", "cosmetic"]

SEVERITIES: Mapping[Severity, str] = {
    "breaks": "makes figures wrong",
    "misleads": "can mislead",
    "cosmetic": "untidy",
}
"""How bad trouble is, worst first, in plain words."""

KINDS: Mapping[str, str] = {
    "missing": "values are missing",
    "disguised missing": "a stand-in for “no value”",
    "duplicate rows": "rows stand there twice",
    "near duplicates": "one thing stands there under two names",
    "key not unique": "a key is used more than once",
    "outliers": "values far from all others",
    "impossible": "values that cannot be",
    "spelling": "one word spelled in several ways",
    "mixed units": "several units in one column",
    "mixed currencies": "several currencies in one column",
    "mixed dates": "several date formats in one column",
    "mixed decimals": "several decimal signs in one column",
    "unread": "values that could not be read",
    "broken reference": "points to rows that do not exist",
    "volume": "gaps and jumps over time",
    "truncated": "the last days are incomplete",
    "as of today": "known only as of today",
    "late label": "an answer that arrives late",
    "two at once": "two open subscriptions of one customer",
    "imbalance": "one answer is rare",
    "constant": "one value in every row",
    "id-like": "a different value in every row",
    "personal": "personal data where none belong",
    "encoding": "damaged letters",
    "whitespace": "stray spaces",
    "formula": "spreadsheet formulas and apostrophes",
    "row count": "the table is smaller or larger than last time",
    "refund sign": "returns with the wrong sign",
    "time zone": "clock times are shifted",
    "no closing date": "ended, and nobody says when",
    "hoped for": "a date that is only hoped for",
    "filled at the end": "filled in when the deal closes",
    "one outcome": "hardly ever another outcome",
    "no customer": "converted, and nobody says into whom",
    "at once": "it ended the moment it began",
    "owner gone": "the owner gives no sign of life",
    "backwards": "deals go back to an earlier stage",
    "no order": "stages have no order",
    "one stage": "there is one stage only",
    "renamed": "one name ends where another begins",
}
"""Every kind of trouble, in plain words."""

MOST_EXAMPLES = 20
"""Example rows kept of one trouble."""


@dataclass(frozen=True)
class Example:
    """One row that shows the trouble.

    Args:
        row: the row's key in words (`order_id = 1001`), or the source's row number.
        value: what stands there; never a personal value.
    """

    row: str
    value: str


@dataclass(frozen=True)
class Harm:
    """What a trouble does to one question: its score as it is, and with the rows or the column left out.

    Args:
        question: the question's name.
        gain: score without the trouble minus score with it, with the 95 % interval of the paired difference;
            or the reason why it was not measured.
        score: name of the score (`auc`, or `mae` where less is better).
        touched: people whose answer rests on the rows.
    """

    question: str
    gain: Number = field(default_factory=lambda: missing("not measured"))
    score: str = ""
    touched: int = 0


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong with one column of one table.

    Args:
        table: contract table.
        column: its column; that of the key, or of the time, where the trouble is of whole rows.
        kind: one of `KINDS`.
        severity: how bad.
        what: what was seen, one plain sentence without a full stop.
        rows: rows that are touched.
        of: rows that were looked at.
        examples: at most `MOST_EXAMPLES` of them.
        treat: the lines of `tradewind.toml` that treat it; empty where config cannot.
        do: what to do besides, or instead.
        money: amount that the rows carry, in the workspace's currency; None where they carry none.
        harm: which questions it hurts and by how much.
        where: SQL condition of the rows over the contract table; empty where rows cannot be named.
    """

    table: str
    column: str
    kind: str
    severity: Severity
    what: str
    rows: int
    of: int
    examples: tuple[Example, ...] = ()
    treat: str = ""
    do: str = ""
    money: float | None = None
    harm: tuple[Harm, ...] = ()
    where: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of trouble")
        if not 0 <= self.rows <= self.of:
            raise ValueError(f"{self.rows} of {self.of} rows cannot be")

    @property
    def share(self) -> float:
        """Rows touched, of those looked at."""
        return self.rows / self.of if self.of else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return it in JSON's terms."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        plain["share"] = self.share
        plain["examples"] = [vars(example) for example in self.examples]
        plain["harm"] = [{**vars(harm), "gain": harm.gain.to_json()} for harm in self.harm]
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Trouble:
        """Return what `to_json` wrote."""
        known = {name: data[name] for name in cls.__dataclass_fields__}
        known["examples"] = tuple(Example(**example) for example in data["examples"])
        known["harm"] = tuple(Harm(**{**harm, "gain": Number(**harm["gain"])}) for harm in data["harm"])
        return cls(**known)


def worst_first(troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
    """Return troubles by severity, then by the money they touch, then by their share of rows."""
    order = list(SEVERITIES)
    return tuple(
        sorted(
            troubles,
            key=lambda each: (
                order.index(each.severity), -abs(each.money or 0.0), -each.share, each.table, each.column, each.kind,
            ),
        )
    )  # fmt: skip


def clean_lines(table: str, column: str, settings: Mapping[str, object]) -> str:
    """Return the lines of `tradewind.toml` that treat a column.

    Args:
        table: contract table.
        column: its column.
        settings: key of `[clean.*]` to value: text, number, flag, list or mapping.
    """
    lines = [f"[clean.{table}.{_key(column)}]"]
    return "\n".join([*lines, *(f"{_key(key)} = {toml_value(value)}" for key, value in settings.items())])


def toml_value(value: object) -> str:
    """Return a value as TOML writes it on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(key))} = {toml_value(part)}" for key, part in value.items()) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(toml_value(part) for part in value) + "]"
    text = str(value)
    marks = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    escaped = "".join(marks.get(mark, mark if mark.isprintable() else f"\\u{ord(mark):04x}") for mark in text)
    return f'"{escaped}"'


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else toml_value(name)
