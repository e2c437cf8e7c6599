"""Lays a workspace's tables out beside their sources, looks for trouble, and keeps what was found as tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tradewind.checks.look import look_for_trouble
from tradewind.checks.looked import Given
from tradewind.core.contract import CONTRACT
from tradewind.core.errors import TradewindError
from tradewind.core.time import local_day
from tradewind.core.trouble import Trouble
from tradewind.sources.found import SourceTables
from tradewind.sources.load_result import LoadResult
from tradewind.store.config import TableMapping
from tradewind.store.live import loaded_entry, loaded_fingerprints
from tradewind.store.steps import StepOutput, code_version, fingerprint, run_step
from tradewind.store.tables import read_table, write_table
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.sources.raw import Raw
    from tradewind.store.manifest import TableEntry

TROUBLE, TROUBLE_ROWS = "trouble", "trouble_rows"
"""The list of what is wrong, and example rows of each."""

FIND, MEASURE = "find trouble", "measure trouble"
"""The steps that look, and that say what it does to the answers."""

_CODE = ("tradewind.checks", "tradewind.core", "tradewind.flow.quality.trouble")


def find_trouble(workspace: Workspace, loads: Sequence[LoadResult] = ()) -> tuple[Trouble, ...]:
    """Look for trouble in every mapped table and in the source it is made from, worst first.

    What was found is kept as the tables `trouble` and `trouble_rows`; where nothing has changed it is found there.

    Args:
        workspace: an open workspace, loaded.
        loads: what the load just done did to each table.
    """

    parts = _parts(workspace, loads)
    measured = workspace.state().find_step(MEASURE, fingerprint({"parts": parts, "code": code_version(_CODE)}))
    if measured is not None:  # what was measured on these very data stands until they change
        return keep_measured(workspace, loads, lambda: _found(workspace, loads, parts))
    return _found(workspace, loads, parts)


def _found(workspace: Workspace, loads: Sequence[LoadResult], parts: Mapping[str, object]) -> tuple[Trouble, ...]:
    def work() -> StepOutput:
        given = {name: given_table(workspace, name, loads) for name in _names(workspace)}
        return _kept(workspace, _look(workspace, {name: each for name, each in given.items() if each is not None}))

    step = run_step(workspace, FIND, parts, work, code=_CODE)
    return tuple(Trouble.from_json(each) for each in step.values["troubles"])


def keep_measured(
    workspace: Workspace, loads: Sequence[LoadResult], measure: Callable[[], tuple[Trouble, ...]]
) -> tuple[Trouble, ...]:
    """Measure what the troubles do to the answers, once for the same data, and keep it in the table `trouble`."""
    step = run_step(workspace, MEASURE, _parts(workspace, loads), lambda: _kept(workspace, measure()), code=_CODE)
    return tuple(Trouble.from_json(each) for each in step.values["troubles"])


def _kept(workspace: Workspace, told: Sequence[Trouble]) -> StepOutput:
    root = workspace.root
    entries = {
        TROUBLE: write_table(root, TROUBLE, trouble_table(told)),
        TROUBLE_ROWS: write_table(root, TROUBLE_ROWS, example_table(told)),
    }
    return StepOutput(entries, {"troubles": [trouble.to_json() for trouble in told]})


def _parts(workspace: Workspace, loads: Sequence[LoadResult]) -> dict[str, object]:
    """Everything that what is found depends on."""
    manifest = workspace.manifest()
    wanted = [*workspace.config.tables, "orders"]
    tables = [name for name in CONTRACT if name in wanted and loaded_entry(manifest, name) is not None]
    state = workspace.state()
    last = {name: load.fingerprint if (load := state.last_load(name)) is not None else "" for name in tables}
    gone = {load.table: load.gone for load in loads}
    return {
        "tables": {**loaded_fingerprints(manifest, tables), **manifest.fingerprints(["rejected"])},
        "loads": last,
        "gone": gone,
        "mapping": workspace.config.tables,
        "clean": workspace.config.clean,
        "currency": workspace.config.workspace.currency,
        "day": _today(workspace),
    }


def _names(workspace: Workspace) -> list[str]:
    derived = ["orders"] if "orders" in workspace.manifest().tables else []
    return list(dict.fromkeys([*workspace.config.tables, *derived]))


def _today(workspace: Workspace) -> str:
    settings = workspace.config.workspace
    return (settings.as_of or local_day(workspace.clock(), settings.timezone)).isoformat()


def _look(workspace: Workspace, given: Mapping[str, Given]) -> tuple[Trouble, ...]:
    from datetime import date
    from tempfile import TemporaryDirectory

    import duckdb

    settings = workspace.config.workspace
    kept = {
        (table, column): rule.keep
        for table, columns in workspace.config.clean.items()
        for column, rule in columns.items()
    }
    with TemporaryDirectory(prefix="tradewind-") as scratch, duckdb.connect() as con:
        con.execute(f"SET memory_limit = '{settings.memory_limit}'")
        con.execute("SET temp_directory = $1", [scratch])
        con.execute("SET enable_progress_bar = false")
        if settings.threads is not None:
            con.execute(f"SET threads = {settings.threads:d}")
        return look_for_trouble(con, given, date.fromisoformat(_today(workspace)), settings.currency, kept)


def given_table(workspace: Workspace, name: str, loads: Sequence[LoadResult] = ()) -> Given | None:
    """Return one table with its source's text, as detectors take it; None where there is neither."""
    manifest = workspace.manifest()
    entry = loaded_entry(manifest, name)
    mapping = workspace.config.tables.get(name)
    if entry is None and mapping is None:
        return None
    load = next((each for each in loads if each.table == name), None)
    return Given(
        None if entry is None else [workspace.path(file.path) for file in entry.files],
        None if mapping is None else partial(_source_text, workspace, name, mapping),
        _rejected(workspace, manifest.tables.get("rejected"), name),
        0 if load is None or _finer(workspace, load, loads) else load.counts.collapsed,
        load.gone if load is not None else 0,
        load.new if load is not None else 0,
        tuple(entry.meta.get("as_of_today", ())) if entry is not None else (),
        labels=tuple(label.column for label in workspace.config.labels.values() if label.table == name),
        literal=frozenset() if mapping is None else _literals(mapping),
    )


def _finer(workspace: Workspace, load: LoadResult, loads: Sequence[LoadResult]) -> bool:
    """Whether another table has more rows from the same source: a file of order lines repeats orders and customers."""
    tables = workspace.config.tables
    source = tables[load.table].from_ if load.table in tables else None
    return any(
        each.table in tables and tables[each.table].from_ == source and each.counts.good > load.counts.good
        for each in loads
    )


def _rejected(workspace: Workspace, entry: TableEntry | None, name: str) -> pa.Table | None:
    import pyarrow.compute as pc

    if entry is None or not entry.rows:
        return None
    rows = read_table(workspace.root, entry)
    return rows.filter(pc.equal(rows["table"], name))


def _literals(mapping: TableMapping) -> frozenset[str]:
    """Columns that the mapping fills with one constant."""
    from sqlglot import exp, parse_one

    return frozenset(
        name for name, text in mapping.columns.items() if not list(parse_one(text, read="duckdb").find_all(exp.Column))
    )


def plain_columns(mapping: TableMapping) -> dict[str, str]:
    """Contract columns that are a source's column as it stands, to that column's name."""
    from sqlglot import exp, parse_one

    found = {}
    for name, text in mapping.columns.items():
        tree = parse_one(text, read="duckdb")
        if isinstance(tree, exp.Column) and not tree.args.get("db"):
            found[name] = tree.name
    return found


def _source_text(workspace: Workspace, name: str, mapping: TableMapping) -> pa.Table | None:
    """The source's columns of text under the contract's names; those that `[clean]` treats are looked at cleaned."""
    rules = workspace.config.clean.get(name, {})
    wanted = {
        column: source
        for column, source in plain_columns(mapping).items()
        if column not in rules or not rules[column].treats
    }
    if not wanted or mapping.where is not None:
        return None
    columns = {source.lower() for source in wanted.values()}
    try:
        raw = SourceTables(workspace).read(mapping.from_, f"tables.{name}", columns)
    except TradewindError:
        return None  # the load has said why
    return text_columns(raw, wanted)


def text_columns(raw: Raw, wanted: Mapping[str, str]) -> pa.Table | None:
    """Return a source's columns of text under other names, with their row number; None where there are none."""
    import pyarrow as pa

    places: dict[str, int] = {}
    for place, column in enumerate(raw.data.column_names):
        places.setdefault(column.lower(), place)
    arrays = {}
    for column, source in wanted.items():
        if source.lower() not in places:
            continue
        array = raw.data.column(places[source.lower()])
        if pa.types.is_dictionary(array.type):
            array = array.cast(array.type.value_type)
        if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
            arrays[column] = array
    if not arrays:
        return None
    return pa.table({**arrays, "_row": pa.array(np.asarray(raw.row_numbers()))})


def trouble_table(told: Sequence[Trouble]) -> pa.Table:
    """Return troubles as the workspace table `trouble`."""
    import pyarrow as pa

    text, number = pa.string(), pa.float64()
    return pa.table(
        {
            "trouble": pa.array(range(1, len(told) + 1), pa.int64()),
            "table": pa.array([each.table for each in told], text),
            "column": pa.array([each.column for each in told], text),
            "kind": pa.array([each.kind for each in told], text),
            "severity": pa.array([each.severity for each in told], text),
            "what": pa.array([each.what for each in told], text),
            "rows": pa.array([each.rows for each in told], pa.int64()),
            "share": pa.array([each.share for each in told], number),
            "money": pa.array([each.money for each in told], number),
            "treat": pa.array([each.treat for each in told], text),
            "do": pa.array([each.do for each in told], text),
            "harm": pa.array([_harm_text(each) for each in told], text),
        }
    )


def _harm_text(trouble: Trouble) -> str:
    return json.dumps([{**vars(harm), "gain": harm.gain.to_json()} for harm in trouble.harm]) if trouble.harm else ""


def example_table(told: Sequence[Trouble]) -> pa.Table:
    """Return example rows as the workspace table `trouble_rows`."""
    import pyarrow as pa

    rows = [(place, each, shown) for place, each in enumerate(told, 1) for shown in each.examples]
    return pa.table(
        {
            "trouble": pa.array([place for place, _, _ in rows], pa.int64()),
            "table": pa.array([each.table for _, each, _ in rows], pa.string()),
            "column": pa.array([each.column for _, each, _ in rows], pa.string()),
            "kind": pa.array([each.kind for _, each, _ in rows], pa.string()),
            "row": pa.array([shown.row for *_, shown in rows], pa.string()),
            "value": pa.array([shown.value for *_, shown in rows], pa.string()),
        }
    )
