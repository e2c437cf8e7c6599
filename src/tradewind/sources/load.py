"""Every mapped table of a workspace, read where its source has changed, merged with what was known, and published."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import ConfigError, ContractError, Problem, SourceError, TradewindError, UnsafeExpression
from tradewind.sources.changed import Before, changes, explain_changes
from tradewind.sources.derived import derive_orders, fill_lines
from tradewind.sources.found import SourceTables
from tradewind.sources.joining import used_columns
from tradewind.sources.load_job import Job
from tradewind.sources.load_result import LoadResult
from tradewind.sources.load_step import CODE, Policy, merge_and_publish
from tradewind.sources.mapping import Mapped, NothingUsable, Place, map_table
from tradewind.sources.rejected import publish_cleaned, publish_rejects, write_rejects
from tradewind.store.live import loaded_entry, loaded_fingerprints, loaded_name
from tradewind.store.manifest import TableEntry, publish
from tradewind.store.steps import Progress, code_version, fingerprint
from tradewind.store.tables import read_table

if TYPE_CHECKING:
    from tradewind.sources.raw import Raw
    from tradewind.store.workspace import Workspace


_REFUSALS = (ConfigError, SourceError, ContractError, UnsafeExpression)
_ORDER = sorted(CONTRACT, key=lambda name: (name != "rates", list(CONTRACT).index(name)))


def load_tables(workspace: Workspace, progress: Progress | None = None) -> list[LoadResult]:
    """Bring every mapped contract table up to date with its source.

    Args:
        workspace: the open workspace; its clock gives the instant of the load.
        progress: told which table is being loaded, and the share that is done.
    Returns:
        one result for each contract table, in the order of loading.
    Raises:
        ConfigError, SourceError, ContractError: with every problem of every table; tables without problems are loaded.
        WorkspaceLocked: another process is writing.
    """
    tell = progress or (lambda _name, _share: None)
    job = Job(workspace, SourceTables(workspace), workspace.clock(), lambda _name, _share: None)
    unknown = [name for name in workspace.config.tables if name not in CONTRACT]
    problems: list[TradewindError] = [
        ConfigError(Problem(f"tables.{name}", "there is no such contract table", "", f"one of: {', '.join(CONTRACT)}"))
        for name in unknown
    ]
    names = [name for name in _ORDER if name in workspace.config.tables]
    results: list[LoadResult] = []
    with workspace.lock("load"):
        for place, name in enumerate(names):
            tell(f"load {name}", place / len(names))
            try:
                results.append(_with_neighbours(job, _load(job, name)))
                if name == "order_lines" and job.derives_orders():
                    orders = _load_derived(job)
                    results += [orders] if orders is not None else []
            except _REFUSALS as error:
                problems.append(error)
                if isinstance(error, NothingUsable):
                    job.rejected[name] = write_rejects(job, name, error.rejected)
        publish_rejects(job)
        publish_cleaned(job)
        if not problems:
            _forget_unmapped(job, {result.table for result in results})
    tell("load", 1.0)
    if problems:
        kind = next(kind for kind in _REFUSALS if any(isinstance(error, kind) for error in problems))
        raise kind(list(dict.fromkeys(problem for error in problems for problem in error.problems)))
    return results


def _with_neighbours(job: Job, result: LoadResult) -> LoadResult:
    """Tell of files that lie beside the ones that were read and are not read: last month's export, perhaps."""
    mappings = job.mappings.values()
    used = {name for mapping in mappings for name in (mapping.from_, *(look.table for look in mapping.lookup))}
    beside = job.sources.beside(result.source, f"tables.{result.table}", used)
    if not beside:
        return result
    note = f'{", ".join(beside)} {"lies" if len(beside) == 1 else "lie"} beside it unread; from = "…*" reads them all'
    return replace(result, notes=(*result.notes, note))


def _load(job: Job, name: str) -> LoadResult:
    """Load one mapped table, or find that nothing has changed since the last load."""
    mapping, where = job.mappings[name], f"tables.{name}"
    references = [mapping.from_, *(look.table for look in mapping.lookup)]
    settings = job.workspace.config.workspace
    inputs: dict[str, object] = {ref: job.sources.fingerprint(ref, where) for ref in references}
    rules = {column: rule for column, rule in job.workspace.config.clean.get(name, {}).items() if rule.treats}
    # What it means that a row is missing is no part of how rows are made.
    made = mapping.model_copy(update={"missing": "keep"})
    how: dict[str, object] = {"mapping": made, "zone": job.zone, "code": code_version(CODE), "clean": rules}
    beside = {
        "currency": settings.currency,
        "missing": mapping.missing,
        **loaded_fingerprints(job.workspace.manifest(), _depends_on(job, name)),
    }

    def make() -> Mapped:
        raws = {ref: job.sources.read(ref, where, used_columns(mapping)) for ref in references}
        source = job.sources.settings(mapping.from_, where)
        with TemporaryDirectory(prefix="tradewind-") as scratch:
            place = Place(
                job.zone, job.loaded_at, mapping.timezone or source.timezone, source.decimal,
                settings.memory_limit, settings.threads, Path(scratch),
            )  # fmt: skip
            try:
                mapped = map_table(CONTRACT[name], mapping, raws, place, rules)
            except ConfigError as error:
                raise _as_change(job, name, error) from None
        return _completed(job, name, mapped)

    key = {column: mapping.columns.get(column) for column in CONTRACT[name].key}
    which = {"from": mapping.from_, "where": mapping.where, "key": key}
    policy = Policy(mapping.known_at is not None, mapping.missing, fingerprint(which))
    return merge_and_publish(job, CONTRACT[name], mapping.from_, inputs, how, beside, make, policy)


def _as_change(job: Job, name: str, error: ConfigError) -> ConfigError:
    """What is wrong with a mapping that fitted at the last load is a change of the source, told as one."""
    before = _before(job, name)
    if before is None:
        return error
    return explain_changes(error, f"tables.{name}", job.mappings[name], _sources_of(job, name), before)


def _before(job: Job, name: str) -> Before | None:
    stored, last = job.stored(name), job.workspace.state().last_load(name)
    if stored is None or last is None:
        return None
    return Before(stored, tuple(last.details.get("columns", ())))


def _sources_of(job: Job, name: str) -> dict[str, Raw]:
    mapping, where = job.mappings[name], f"tables.{name}"
    references = [mapping.from_, *(look.table for look in mapping.lookup)]
    return {ref: job.sources.read(ref, where) for ref in references}


def find_changes(workspace: Workspace) -> list[Problem]:
    """Return what no longer fits between the mappings and the sources they were loaded from; nothing is loaded."""
    job = Job(workspace, SourceTables(workspace), workspace.clock(), lambda _name, _share: None)
    found: list[Problem] = []
    for name, mapping in job.mappings.items():
        before = _before(job, name)
        try:
            if before is not None:
                found += changes(f"tables.{name}", mapping, _sources_of(job, name), before)
        except (ConfigError, SourceError) as error:
            found += error.problems
    return found


def _load_derived(job: Job) -> LoadResult | None:
    """Make `orders` from the stored order lines."""
    lines = loaded_entry(job.workspace.manifest(), "order_lines")
    if lines is None or not {"customer_id", "happened_at"} <= {name for name, _ in lines.columns}:
        return None
    last = job.workspace.state().last_load("order_lines")
    how = {"derived": True, "code": code_version(CODE), "lines": last.details["how"] if last is not None else ""}
    beside = {
        "currency": job.workspace.config.workspace.currency,
        **loaded_fingerprints(job.workspace.manifest(), ["rates"]),
    }

    def make() -> Mapped:
        mapped = derive_orders(read_table(job.workspace.root, lines))
        if mapped is None:
            raise ContractError(Problem("tables.order_lines", "no orders can be made of these lines"))
        if mapped.good.num_rows and mapped.good["customer_id"].null_count == mapped.good.num_rows:
            where, what = "tables.order_lines.customer_id", "no order can be made: this column is blank in every row"
            do = "map the column that says who bought"
            raise ContractError(Problem(where, what, "", "a customer in some rows", do))
        return mapped

    policy = Policy(False, job.mappings["order_lines"].missing)
    inputs = {"lines": lines.fingerprint}
    return merge_and_publish(job, CONTRACT["orders"], "order_lines", inputs, how, beside, make, policy)


def _depends_on(job: Job, name: str) -> list[str]:
    needs = ["rates"] if name in ("orders", "order_lines", "deals") else []
    return [*needs, "orders"] if name == "order_lines" and _lacks_order(job) else needs


def _lacks_order(job: Job) -> bool:
    columns = job.mappings["order_lines"].columns
    return "orders" in job.mappings and not {"customer_id", "happened_at"} <= set(columns)


def _completed(job: Job, name: str, mapped: Mapped) -> Mapped:
    if name != "order_lines" or not _lacks_order(job):
        return mapped
    orders = job.stored("orders")
    if orders is None:
        return mapped
    good, orphans = fill_lines(mapped.good, orders, job.zone)
    note = (f"{orphans:,} lines name an order that is not there",) if orphans else ()
    return replace(mapped, good=good, notes=(*mapped.notes, *note))


def _forget_unmapped(job: Job, loaded: set[str]) -> None:
    """Take tables that no mapping makes any more out of the snapshot; earlier snapshots keep them."""
    manifest = job.workspace.manifest()
    gone: dict[str, TableEntry | None] = {
        loaded_name(manifest, name): None for name in CONTRACT
        if name not in loaded and (entry := loaded_entry(manifest, name)) is not None
        and "inbox" not in entry.meta  # what people told needs no source
    }  # fmt: skip
    if gone:
        publish(job.workspace.root, manifest, gone, job.workspace.clock)
