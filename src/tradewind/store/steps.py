"""A step's work is done once: the same inputs, settings and code find what it left before."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.util
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from tradewind.core.errors import Problem, StoreError
from tradewind.store.manifest import TableEntry, inside, publish
from tradewind.store.tables import missing_file

if TYPE_CHECKING:
    from tradewind.store.workspace import Workspace

Progress = Callable[[str, float], None]
"""Called with what is being done and the share of it that is done, 0 to 1."""


@dataclass(frozen=True)
class StepOutput:
    """What a step leaves.

    Args:
        tables: entries to publish, by name; from `write_table`.
        values: JSON values that later steps and the report need.
        files: paths of other files it wrote (models), relative to the workspace; they must still stand for a skip.
        skipped: whether it was found rather than made.
    """

    tables: Mapping[str, TableEntry] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    skipped: bool = False


def run_step(
    workspace: Workspace,
    name: str,
    parts: Mapping[str, object],
    work: Callable[[], StepOutput],
    progress: Progress | None = None,
    code: Iterable[str] = (),
) -> StepOutput:
    """Do a step's work, or find what it left when it ran with the same parts and code; publish its tables.

    A process that dies at any moment leaves the last published snapshot; the same call does the rest.

    Args:
        workspace: whose tables and state.
        name: of the step, unique for what it makes (`features lapse`).
        parts: everything the result depends on: fingerprints of the tables read, settings, seeds.
        work: makes the tables (`write_table`) and values; it publishes nothing.
        progress: told when the step begins and ends.
        code: modules whose source the result depends on (`tradewind.features`).
    Raises:
        StoreError: a part cannot be written down, or the disk is full.
        WorkspaceLocked: another process is writing to the workspace.
    """
    tell = progress or (lambda _name, _share: None)
    print_of_parts = fingerprint({"parts": parts, "code": code_version(tuple(code))})
    with workspace.lock(name):
        state = workspace.state()
        found = state.find_step(name, print_of_parts)
        if found is not None:
            output = _from_record(found)
            if _stands(workspace.root, output):
                publish(workspace.root, workspace.manifest(), output.tables, workspace.clock)
                tell(name, 1.0)
                return output
        tell(name, 0.0)
        output = work()
        # Dying between these two lines is harmless: the work is done again and its files have the same names.
        publish(workspace.root, workspace.manifest(), output.tables, workspace.clock)
        state.record_step(name, print_of_parts, _to_record(output), workspace.clock())
        tell(name, 1.0)
        return output


def fingerprint(value: object) -> str:
    """Return a digest that is equal for equal values, whatever the process or machine.

    Raises:
        StoreError: the value holds something without a written form.
    """
    return hashlib.sha256(json.dumps(_plain(value), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@cache
def code_version(modules: tuple[str, ...]) -> str:
    """Return a digest of the source of these modules; of a package, all its files."""
    digest = hashlib.sha256()
    for name in sorted(modules):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise StoreError(Problem(name, "there is no such module", do="name a module of Tradewind"))
        origin = Path(spec.origin)
        files = sorted(origin.parent.rglob("*")) if spec.submodule_search_locations else [origin]
        for path in files:
            if path.suffix in (".py", ".sql", ".toml"):
                digest.update(path.relative_to(origin.parent).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _plain(value: object) -> object:
    """Return the value in JSON's terms; types that look alike stay apart."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return {"float": value.hex()}
    if isinstance(value, Decimal | date | datetime | PurePath):
        return {type(value).__name__ if not isinstance(value, PurePath) else "path": str(value)}
    if isinstance(value, Mapping):
        return {"map": [[_plain(key), _plain(value[key])] for key in sorted(value, key=str)]}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return {"set": sorted(json.dumps(_plain(item), sort_keys=True) for item in value)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return {type(value).__name__: _plain(fields)}
    if hasattr(value, "model_fields_set"):  # a part of the configuration; what its text does not show is a secret
        known: Mapping[str, Any] = getattr(type(value), "model_fields")  # noqa: B009
        return {type(value).__name__: _plain({name: getattr(value, name) for name, f in known.items() if f.repr})}
    raise StoreError(Problem("", "a step cannot depend on this value", type(value).__name__, "plain values"))


def _to_record(output: StepOutput) -> dict[str, Any]:
    tables = {name: dataclasses.asdict(entry) for name, entry in output.tables.items()}
    return {"tables": tables, "values": dict(output.values), "files": list(output.files)}


def _from_record(record: Mapping[str, Any]) -> StepOutput:
    try:
        tables = {name: TableEntry.from_json(str(entry["name"]), entry) for name, entry in record["tables"].items()}
        return StepOutput(tables, dict(record["values"]), tuple(map(str, record["files"])), skipped=True)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(
            Problem(
                "state", "the record of a step cannot be read", type(error).__name__, do="remove state.db, run again"
            )
        ) from error


def _stands(root: Path, output: StepOutput) -> bool:
    return all(missing_file(root, entry) is None for entry in output.tables.values()) and all(
        inside(root, path).exists() for path in output.files
    )
