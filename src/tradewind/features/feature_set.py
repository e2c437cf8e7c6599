"""A feature set as data: named SELECTs for one cutoff, and which formula turns their columns into features.

It is fitted as of the first training cutoff (the vocabulary of top categories) and saved with the model as JSON, so
that a score tomorrow is computed from exactly the statements the model learned from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, cast

from tradewind.core.errors import FormatError, Problem
from tradewind.core.feature import Feature

Formula = Literal["count", "sum", "value", "days_since", "ratio", "silence", "variation", "category"]
FORMAT = 1


@dataclass(frozen=True)
class Derivation:
    """How one feature is computed from the raw columns of its group; see `derive.FORMULAS`.

    Args:
        feature: the feature and its words.
        formula: name of the formula.
        inputs: raw columns of the group that it takes, in the formula's order.
        scale: factor on the result (`ratio`), 1 otherwise.
    """

    feature: Feature
    formula: Formula
    inputs: tuple[str, ...]
    scale: float = 1.0


@dataclass(frozen=True)
class Vocabulary:
    """Frequent values of a column, chosen from what was known at the first training cutoff and then frozen.

    Args:
        select: SELECT for one cutoff giving (word, weight); the heaviest words are taken.
        size: how many words.
        words: the chosen words; empty until fitted.
    """

    select: str
    size: int
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """One named step: a SELECT for one cutoff with one row per entity, and the features derived from it.

    Args:
        name: step name; its table is `<name>_<use case>`.
        select: the template; it names contract tables, which are replaced by as-of views.
        derivations: the features.
        vocabulary: words bound as `:word_0`, `:word_1` …, or None.
        own_rows_only: whether the template needs no rows but those of the entities asked for.
    """

    name: str
    select: str
    derivations: tuple[Derivation, ...]
    vocabulary: Vocabulary | None = None
    own_rows_only: bool = True

    def constants(self) -> dict[str, object]:
        """Return the words as bound parameters; a word that was never seen is NULL and matches nothing."""
        if self.vocabulary is None:
            return {}
        words: list[str | None] = [*self.vocabulary.words]
        words += [None] * (self.vocabulary.size - len(words))
        return {f"word_{number}": word for number, word in enumerate(words)}


@dataclass(frozen=True)
class FeatureSet:
    """All features of one kind of entity.

    Args:
        entity: key column (`customer_id`).
        groups: the steps, most important first.
    """

    entity: str
    groups: tuple[Group, ...] = field(default=())

    @property
    def derivations(self) -> tuple[Derivation, ...]:
        """Every derivation, in column order."""
        return tuple(derivation for group in self.groups for derivation in group.derivations)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Every feature, in column order."""
        return tuple(derivation.feature for derivation in self.derivations)

    def without(self, names: set[str]) -> FeatureSet:
        """Return the set without the features of these names; groups that are left empty disappear."""
        groups = (
            replace(group, derivations=tuple(d for d in group.derivations if d.feature.name not in names))
            for group in self.groups
        )
        return FeatureSet(self.entity, tuple(group for group in groups if group.derivations))

    def to_json(self) -> dict[str, Any]:
        """Return the set as JSON data."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FeatureSet:
        """Read a set back; equal to the one written.

        Raises:
            FormatError: the data were written by another format version or are damaged.
        """
        if data.get("format") != FORMAT:
            raise FormatError(Problem("feature set", "unknown format", str(data.get("format")), str(FORMAT)))
        try:
            return cls(str(data["entity"]), tuple(_group(group) for group in data["groups"]))
        except (KeyError, TypeError) as error:
            raise FormatError(Problem("feature set", "it is damaged", str(error), "", "train again")) from error


def _group(data: Mapping[str, Any]) -> Group:
    words = data["vocabulary"]
    vocabulary = None if words is None else Vocabulary(words["select"], words["size"], tuple(words["words"]))
    derivations = tuple(
        Derivation(Feature(**each["feature"]), cast(Formula, each["formula"]), tuple(each["inputs"]), each["scale"])
        for each in data["derivations"]
    )
    return Group(data["name"], data["select"], derivations, vocabulary, data["own_rows_only"])
