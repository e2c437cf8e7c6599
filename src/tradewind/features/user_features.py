"""A user's own features: one SELECT in config becomes a step like any other, and cannot see past the cutoff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast, get_args

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.feature import Feature, Influence, Unit
from tradewind.features.as_of import parse_select
from tradewind.features.feature_set import Derivation, Group


class UserFeature(Protocol):
    """What `[features.<name>]` of the config gives."""

    @property
    def sql(self) -> str:
        """One SELECT."""

    @property
    def sentence(self) -> str:
        """Plain words."""

    @property
    def unit(self) -> str:
        """What a value of 1 means."""

    @property
    def family(self) -> str | None:
        """Which features it is a form of."""

    @property
    def influence(self) -> str | None:
        """Whether one can act on it."""


def user_groups(features: Mapping[str, UserFeature], entity: str) -> tuple[Group, ...]:
    """Return one step per user feature.

    Args:
        features: name to SQL and words; the SQL gives the entity and `value`, one row per entity.
        entity: key column of the entity.
    Raises:
        ConfigError: the unit or influence is unknown; all problems together.
        UnsafeExpression: the SQL is not one SELECT.
    """
    problems = [problem for name, feature in features.items() for problem in _problems(name, feature)]
    if problems:
        raise ConfigError(problems)
    return tuple(_group(name, feature, entity) for name, feature in features.items())


def _problems(name: str, feature: UserFeature) -> list[Problem]:
    found = []
    for key, given, allowed in (
        ("unit", feature.unit, get_args(Unit)),
        ("influence", feature.influence or "signal only", get_args(Influence)),
    ):
        if given not in allowed:
            found.append(Problem(f"features.{name}.{key}", "this is not known", given, " or ".join(allowed)))
    return found


def _group(name: str, feature: UserFeature, entity: str) -> Group:
    asked = parse_select(feature.sql, f"features.{name}")
    # Cast in SQL: a user's value may be any number, and every engine then gives the same type.
    select = f"SELECT {entity}, CAST(value AS DOUBLE) AS value FROM ({asked.sql('duckdb')}) AS asked"
    words = Feature(
        name,
        feature.sentence,
        cast(Unit, feature.unit),
        f"features.{name}",
        feature.family or name,
        cast(Influence, feature.influence or "signal only"),
    )
    return Group(f"feature_{name}", select, (Derivation(words, "value", ("value",)),), own_rows_only=False)
