"""A source's rows into a contract table's rows: good ones typed and timed, the others set aside with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.core.contract import LOCAL_COLUMNS, SYSTEM_COLUMNS, Column, Table
from tradewind.core.errors import ConfigError, ContractError, Problem
from tradewind.sources.cleaning import clean_rows
from tradewind.sources.duplicates import Resolved, drop_repeats, in_source_order, number_lines, resolve_duplicates
from tradewind.sources.filling import expression_types, fill_typed
from tradewind.sources.joining import ROW, Joined, join_sources, register
from tradewind.sources.moments import Moments, set_times
from tradewind.sources.raw import Raw
from tradewind.sources.reading_anew import Treated, read_anew
from tradewind.sources.rejects import Rejects, explain_formats
from tradewind.sources.typed import Target, define_functions

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from tradewind.store.config import TableMapping
    from tradewind.store.config_clean import CleanRule


class NothingUsable(ContractError):
    """The source has rows, and none of them can be used.

    Args:
        problem: the most frequent reason.
        rejected: all of the rows.
    """

    def __init__(self, problem: Problem, rejected: pa.Table) -> None:
        super().__init__(problem)
        self.rejected = rejected


@dataclass(frozen=True)
class Place:
    """Where and when a table is mapped.

    Args:
        zone: the workspace's zone, in which a day begins and ends.
        loaded_at: the instant of this load, naive UTC; what happened after it is refused.
        source_zone: zone of the source's naive times; None refuses them.
        decimal: decimal sign of the source's text, as config states it.
        memory_limit: what the engine may take, such as `2GB`.
        threads: processors to use; all when None.
        scratch: folder for what does not fit.
    """

    zone: str
    loaded_at: datetime
    source_zone: str | None = None
    decimal: str | None = None
    memory_limit: str = "2GB"
    threads: int | None = None
    scratch: Path | None = None


@dataclass(frozen=True)
class Counts:
    """Where every source row went: `rows_in = good + rejected + collapsed + left_out + superseded + repeated`.

    Args:
        rows_in: rows of the source.
        good: rows of the contract table.
        rejected: rows that break the contract.
        collapsed: rows equal to another one in every column.
        left_out: rows that the mapping's `where` excludes.
        doubled_times: times that the wall clock showed twice (the first was taken).
        skipped_times: times that the wall clock never showed (moved past the gap).
        future: rejected rows that lie in the future, and may be good later.
        superseded: rows of an earlier file that a later one holds anew, with other contents.
        repeated: rows of a history that only say again what was known.
    """

    rows_in: int = 0
    good: int = 0
    rejected: int = 0
    collapsed: int = 0
    left_out: int = 0
    doubled_times: int = 0
    skipped_times: int = 0
    future: int = 0
    superseded: int = 0
    repeated: int = 0


@dataclass(frozen=True)
class Mapped:
    """A mapped table.

    Args:
        good: contract columns, attributes, local columns and `known_at` (as stated, before late rows are judged).
        rejected: row, column, value, reason.
        counts: where every row went.
        notes: what people should see.
        pieces: where the source was several tables: each one's name, and the row after which it begins.
        columns: every column that the source and its lookups have.
        treated: what each treatment of `[clean]` did.
    """

    good: pa.Table
    rejected: pa.Table
    counts: Counts
    notes: tuple[str, ...] = ()
    pieces: tuple[tuple[str, int], ...] = ()
    columns: tuple[str, ...] = ()
    treated: tuple[Treated, ...] = ()


def map_table(
    table: Table,
    mapping: TableMapping,
    sources: Mapping[str, Raw],
    place: Place,
    rules: Mapping[str, CleanRule] | None = None,
) -> Mapped:
    """Bring source rows into a contract table.

    Args:
        table: the contract.
        mapping: which expression fills which column.
        sources: the source tables that the mapping names.
        place: zone, instant, and how the source writes times and numbers.
        rules: how `[clean]` treats its columns.
    Returns:
        good and rejected rows; no row is lost between them.
    Raises:
        ConfigError: the mapping does not fit the source, with every problem.
        ContractError: the source has rows and none of them is good, or a column mixes two date formats.
    """
    import duckdb

    where = f"tables.{table.name}"
    joined = join_sources(where, mapping, sources)
    targets = _targets(table, mapping, joined.problems)
    treated: list[Treated] = []
    with duckdb.connect(config={"memory_limit": place.memory_limit}) as con:
        if place.scratch is not None:
            con.execute("SET temp_directory = $1", [str(place.scratch)])
        if place.threads is not None:
            con.execute(f"SET threads = {place.threads:d}")
        define_functions(con, place.decimal)
        register(con, joined)
        expressions = {target.name: joined.expression(target.name, _text(mapping, target.name)) for target in targets}
        condition = joined.expression("where", mapping.where) if mapping.where else "true"
        joined.from_clause()  # notes a lookup's key that is not there
        _raise(joined.problems)
        joined.check_lookups(con)
        types = expression_types(con, joined, expressions, condition)
        _raise(joined.problems)
        anew = {name: rule for name, rule in (rules or {}).items() if rule.treats}
        if anew:
            targets, treated = read_anew(con, joined, targets, expressions, condition, types, anew, place.decimal)
            types = expression_types(con, joined, expressions, condition)
        reasons = fill_typed(con, table, targets, joined, expressions, condition, types)
        rejects = Rejects(table, targets, reasons, joined.sides[0].raw)
        mapped = _finish(con, table, mapping, joined, targets, rejects, place)
    return _cleaned(table, mapped, anew, treated) if anew else mapped


def _cleaned(table: Table, mapped: Mapped, rules: Mapping[str, CleanRule], treated: list[Treated]) -> Mapped:
    """The mapped table after `[clean]`; rows that it drops count as left out."""
    good, more = clean_rows(table, mapped.good, rules)
    treated += more
    gone = mapped.good.num_rows - good.num_rows
    counts = replace(mapped.counts, good=good.num_rows, left_out=mapped.counts.left_out + gone)
    notes = (*mapped.notes, *(each.note() for each in treated))
    return replace(mapped, good=good, counts=counts, notes=notes, treated=tuple(treated))


def _text(mapping: TableMapping, name: str) -> str:
    return mapping.known_at or "" if name == "known_at" else mapping.columns[name]


def _targets(table: Table, mapping: TableMapping, problems: list[Problem]) -> list[Target]:
    """The columns to fill, in contract order, attributes after them."""
    where = f"tables.{table.name}"
    system = {*SYSTEM_COLUMNS, *LOCAL_COLUMNS, "amount_base"}
    known: list[Column] = [column for column in table.columns if column.name in mapping.columns]
    targets = [Target.of(column, mapping.format.get(column.name)) for column in known]
    for column in table.columns:
        if column.must_be_mapped and column.name not in mapping.columns:
            problems.append(
                Problem(f"{where}.{column.name}", f"this column ({column.doc}) is not mapped", "", "a column", "map it")
            )
    if table.any_of and not set(table.any_of) & set(mapping.columns):
        problems.append(Problem(where, "no column says whom this is about", "", f"one of: {', '.join(table.any_of)}"))
    for name in mapping.columns:
        if table.column(name) is not None:
            continue
        if not table.attributes or name in system:
            names = ", ".join(column.name for column in table.columns)
            problems.append(Problem(f"{where}.{name}", f"{table.name} has no such column", "", f"one of: {names}"))
        else:
            targets.append(Target(name, "attribute"))
    if mapping.known_at:
        targets.append(Target("known_at", "time", format=mapping.format.get("known_at")))
    return targets


def _raise(problems: list[Problem]) -> None:
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))


def _finish(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    mapping: TableMapping,
    joined: Joined,
    targets: list[Target],
    rejects: Rejects,
    place: Place,
) -> Mapped:
    """From the typed rows to the result: times to UTC, the future refused, duplicates resolved."""
    raw = joined.sides[0].raw
    rejects.take_typed(con)
    in_mapping = raw.data.num_rows
    kept = con.execute("SELECT count(*) FROM typed").fetchall()[0][0]
    wide = in_source_order(
        con.sql("SELECT * EXCLUDE (problem, offending) FROM typed WHERE problem IS NULL").to_arrow_table()
    )
    con.execute("DROP TABLE typed")
    moments = set_times(table, mapping, targets, wide, place.zone, place.loaded_at, place.source_zone)
    rejects.take_future(moments)
    numbered = table.name == "order_lines" and "line" not in mapping.columns
    timed = number_lines(con, moments.good, raw) if numbered else moments.good
    resolved = Resolved(timed)
    if not numbered or len(raw.pieces) > 1:
        resolved = resolve_duplicates(con, timed, table, mapping, rejects, raw)
    told = resolved.rows
    if table.kind == "keyed" and mapping.known_at is not None:
        told = drop_repeats(con, told, table)
    good = _output(told, table, targets)
    explain_formats(con, rejects, kept, f"tables.{table.name}")
    rejected = rejects.table()
    counts = Counts(
        raw.rows, good.num_rows, rejected.num_rows, resolved.collapsed, in_mapping - kept,
        moments.doubled, moments.skipped, moments.future_rows, resolved.superseded,
        resolved.rows.num_rows - told.num_rows,
    )  # fmt: skip
    _require_somebody(table, mapping, good)
    if raw.rows and not good.num_rows and rejected.num_rows:
        raise NothingUsable(rejects.summary(f"tables.{table.name}", "no row of this table can be used"), rejected)
    notes = (*raw.notes, *_notes(counts, moments), *_numbered_rows(table, mapping))
    columns = tuple(dict.fromkeys(name for side in joined.sides for name in side.raw.names))
    return Mapped(good, rejected, counts, notes, raw.pieces, columns)


def _require_somebody(table: Table, mapping: TableMapping, good: pa.Table) -> None:
    """Refuse a column that single rows may lack where every row lacks it: it was mapped to nothing."""
    for column in table.columns:
        if column.may_be_blank and good.num_rows and good[column.name].null_count == good.num_rows:
            found = f"{mapping.columns[column.name]}: blank in all {good.num_rows:,} rows"
            what, do = f"this column ({column.doc}) is blank in every row", "map the column that holds it"
            raise ContractError(Problem(f"tables.{table.name}.{column.name}", what, found, "a value in some rows", do))


def _output(timed: pa.Table, table: Table, targets: list[Target]) -> pa.Table:
    """The stored columns in their order: the contract's, attributes, local columns, `known_at`."""
    import pyarrow as pa

    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for column in table.columns:
        if column.name in timed.column_names:
            columns[column.name] = timed[column.name]
        elif column.name in table.key:
            columns[column.name] = pa.nulls(timed.num_rows, pa.string())
    rest = [target.name for target in targets if target.kind == "attribute"]
    rest += [name for name in (*LOCAL_COLUMNS, "known_at") if name in timed.column_names]
    return pa.table(columns | {name: timed[name] for name in rest})


def _notes(counts: Counts, moments: Moments) -> Iterator[str]:
    if counts.rows_in == 0:
        yield "the source has no rows"
    if counts.collapsed:
        yield f"{counts.collapsed:,} rows are equal to another one in every column; they count once"
    if counts.repeated:
        yield f"{counts.repeated:,} rows say again what was known; they make no new version"
    if counts.superseded:
        yield f"{counts.superseded:,} rows stand anew in a later file, with other contents; the later file counts"
    if counts.left_out:
        yield f"{counts.left_out:,} rows are left out, as `where` says"
    if counts.doubled_times:
        yield f"{counts.doubled_times:,} times fall in the hour the clock showed twice; the first was taken"
    if counts.skipped_times:
        yield f"{counts.skipped_times:,} times fall in the hour the clock skipped; they were moved past it"
    for column in moments.empty:
        yield f"column {column} holds no value in any row"


def _numbered_rows(table: Table, mapping: TableMapping) -> Iterator[str]:
    """A table without a key of its own may be keyed by the number of the row; it must be said what that is worth."""
    for key in table.key:
        if mapping.columns.get(key, "").strip().lower() == ROW:
            yield f"{key} is the number of the row: it means the same row only as long as the file keeps its order"
