"""One question's statements, compiled once: who is asked about, what is at stake, every group of features."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from tradewind.core.contract import CONTRACT, SYSTEM_COLUMNS
from tradewind.core.identity import ID_COLUMNS, LINKS
from tradewind.core.time import Cutoff, Days
from tradewind.features.as_of import bound_value, parse_select, placeholders
from tradewind.features.catalog import Catalog
from tradewind.features.compute import group_at
from tradewind.features.feature_set import FeatureSet, Group
from tradewind.features.labels import LabelSQL, Statement, eligible_at, value_at
from tradewind.flow.serving.columns import Column, NotKnownHere, Words, constant
from tradewind.flow.serving.held import LINK_COLUMNS
from tradewind.flow.serving.joins import Source
from tradewind.flow.serving.own_rows import needs_others
from tradewind.flow.serving.selects import Tables, compile_select
from tradewind.store.engines import divide_safely

_SOME_DAY = date(2000, 1, 1)
ELIGIBLE = "asked about"
"""Name of the one row that stands for who is asked about."""


@dataclass(frozen=True)
class Compiled:
    """One statement as a function.

    Args:
        source: the function.
        names: its placeholders that depend on the day.
        constants: its other parameters.
        where: for errors.
        reads: the tables of whose rows it is worked out, of those whose rows belong to entities.
    """

    source: Source
    names: tuple[str, ...]
    constants: Mapping[str, object]
    where: str
    reads: tuple[str, ...] = ()

    def bind(self, cutoff: Cutoff, spans: Mapping[str, Days], known_by: Cutoff, words: Words) -> dict[str, Column]:
        """Return its parameters as of a day."""
        bound = {name: bound_value(name, cutoff, spans, None, known_by, self.where) for name in self.names}
        values = {**self.constants, **{f"{name}_0": value for name, value in bound.items()}}
        return {name: constant(value, words) for name, value in values.items()}


@dataclass(frozen=True)
class Statements:
    """Everything that a question reads about one entity.

    Args:
        entity: key column.
        eligible: who is asked about at a day.
        still: the same, by all that a later load knows.
        value: what is at stake; None where nothing is, or where it needs others' rows.
        value_now: the same as of today, when columns of today may be read.
        groups: features, group by group.
        columns: table to its columns that are read.
    """

    entity: str
    eligible: Compiled
    still: Compiled
    value: Compiled | None
    value_now: Compiled | None
    groups: tuple[tuple[Group, Compiled], ...]
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def named(self) -> Iterator[tuple[str, Compiled]]:
        """Yield every statement under the name of its result."""
        yield "eligible", self.eligible
        yield "still", self.still
        if self.value is not None and self.value_now is not None:
            yield "value", self.value
            yield "value_now", self.value_now
        for group, compiled in self.groups:
            yield f"group {group.name}", compiled


def why_not_alone(catalog: Catalog, label: LabelSQL, feature_set: FeatureSet) -> str:
    """Return why a score needs rows of other entities; an empty string where it does not."""
    own = own_tables(catalog, feature_set.entity)
    said = needs_others(label.eligible, feature_set.entity, own)
    if said:
        return f"who is asked about: {said}"
    for group in feature_set.groups:
        said = needs_others(parse_select(group.select, group.name), feature_set.entity, own)
        if said:
            return f"{group.derivations[0].feature.sentence}: {said}"
    return ""


def value_needs_others(catalog: Catalog, label: LabelSQL, entity: str) -> bool:
    """Whether what is at stake is worked out from the rows of others too."""
    return label.value is not None and bool(
        needs_others(label.value, entity, own_tables(catalog, entity), ("eligible",))
    )


def own_tables(catalog: Catalog, entity: str) -> frozenset[str]:
    """Return the tables whose rows belong to entities of that key."""
    beside = {column for kind, column in ID_COLUMNS.items() if kind in catalog.linked and entity == "customer_id"}
    return frozenset(
        name for name, table in catalog.tables.items()
        if entity in table.columns or (beside & set(table.columns) and table.contract.kind == "fact")
    )  # fmt: skip


def compile_question(
    catalog: Catalog, label: LabelSQL, feature_set: FeatureSet, spans: Mapping[str, Days], with_value: bool
) -> Statements:
    """Compile a question's statements.

    Raises:
        NotKnownHere: one of them is left to the engine.
    """
    entity = feature_set.entity
    day = Cutoff(_SOME_DAY, catalog.zone)
    tables = _tables(catalog, entity)
    asked = exp.select(exp.column(entity)).from_(exp.Table(this=exp.to_identifier(ELIGIBLE, quoted=True)))

    def value(view: Catalog) -> Compiled | None:
        statement = value_at(label, view, entity, asked, [day], spans) if with_value else None
        return None if statement is None else _compiled(statement, tables, {}, "value")

    def group(each: Group) -> Compiled:
        statement = group_at(each, catalog, entity, None, [day], spans)
        return _compiled(statement, tables, each.constants(), each.name)

    return Statements(
        entity,
        _compiled(eligible_at(label, catalog, entity, [day], spans), tables, {}, "eligible"),
        _compiled(eligible_at(label, catalog, entity, [day], spans, known_by=day), tables, {}, "eligible"),
        value(catalog),
        value(catalog.as_it_stands()),
        tuple((each, group(each)) for each in feature_set.groups),
        columns_read(catalog, label, feature_set),
    )


def _compiled(statement: Statement, tables: Tables, constants: Mapping[str, object], where: str) -> Compiled:
    select = statement[0]
    start = select.args.get("from_") or select.args.get("from")
    if not isinstance(select, exp.Select) or start is None:
        raise NotKnownHere(type(select).__name__)
    inner = divide_safely(start.this.this)
    daily = tuple(name.removesuffix("_0") for name in placeholders(inner) if name not in constants)
    reads = sorted({table.name for table in inner.find_all(exp.Table)} & tables.own.keys() - {ELIGIBLE})
    return Compiled(compile_select(inner, tables), daily, constants, where, tuple(reads))


def _tables(catalog: Catalog, entity: str) -> Tables:
    own = own_tables(catalog, entity)
    stored = {name: tuple({**table.columns, **SYSTEM_COLUMNS}) for name, table in catalog.tables.items()}
    looked_up = {name: columns for name, columns in stored.items() if name not in own}
    if catalog.linked:
        looked_up[LINKS] = LINK_COLUMNS
    return Tables({**{name: stored[name] for name in own}, ELIGIBLE: (entity,)}, looked_up)


def columns_read(catalog: Catalog, label: LabelSQL, feature_set: FeatureSet) -> dict[str, frozenset[str]]:
    """Return the stored columns that a question's statements may look at, by table."""
    templates = [label.eligible, *([label.value] if label.value is not None else [])]
    templates += [parse_select(group.select, group.name) for group in feature_set.groups]
    wanted: dict[str, set[str]] = {}
    for template in templates:
        names = {column.name for column in template.find_all(exp.Column)}
        for table in {found.name for found in template.find_all(exp.Table)} & set(catalog.tables):
            wanted.setdefault(table, set()).update(names)
    return {name: frozenset(_with_times(catalog, name, names)) for name, names in wanted.items()}


def _with_times(catalog: Catalog, name: str, names: Collection[str]) -> set[str]:
    """Columns with those that say when they were known, and whose they are."""
    table = catalog.tables[name]
    late = {table.revealed_by(each) for each in names}
    ids = {*ID_COLUMNS.values(), "account_id", "deal_id", *CONTRACT[name].key}
    return ({*names, *late, "known_at", "valid_to", table.contract.time} | ids) & {*table.columns, *SYSTEM_COLUMNS}
