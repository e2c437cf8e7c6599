"""What people ask about people: who was merged, why two records are one person, and their own word on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tradewind.core.errors import ConfigError, Problem, StoreError
from tradewind.core.identity import HISTORY, LINKS, PAIRS, Decision, Verdict, record_key, split_key
from tradewind.flow.people.resolve import People, resolve
from tradewind.flow.progress import Progress, Silent
from tradewind.store.workspace import Workspace

Row = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """One person, explained.

    Args:
        person_id: its id.
        customer_id: the customer that stands for it, or an empty string.
        records: record keys, the founding one first.
        evidence: rows of `identity_pairs` among them, and those that were refused or need an eye.
        history: rows of `identity_history` of these records, oldest first.
    """

    person_id: str
    customer_id: str
    records: tuple[str, ...]
    evidence: tuple[Row, ...]
    history: tuple[Row, ...]


def merged_people(workspace: Workspace) -> list[Row]:
    """Return each person of several records: person_id, records, keys of the others, why; most records first.

    Raises:
        StoreError: nothing was resolved yet.
    """
    _require(workspace)
    found: dict[str, Row] = {}
    for row in _present(workspace):
        key = record_key(row["record_type"], row["record_id"])
        person = found.setdefault(
            row["person_id"], {"person_id": row["person_id"], "records": 1, "others": [], "why": []}
        )
        if key != row["person_id"]:
            person["records"] += 1
            person["others"].append(key)
            person["why"] = list(dict.fromkeys([*person["why"], row["why"]]))
    several = [row for row in found.values() if row["records"] > 1]
    return sorted(several, key=lambda row: (-row["records"], row["person_id"]))


def explain_person(workspace: Workspace, name: str) -> Person:
    """Return the person that a record belongs to, with the evidence and the history.

    Args:
        workspace: an open workspace.
        name: a customer id, `lead:<id>`, or a person's id.
    Raises:
        StoreError: nothing was resolved yet, or no record has that name.
    """
    _require(workspace)
    key = known_key(workspace, name)
    present = {record_key(row["record_type"], row["record_id"]): row for row in _present(workspace)}
    person_id = present[key]["person_id"] if key in present else key
    records = [
        person_id,
        *sorted(each for each, row in present.items() if row["person_id"] == person_id and each != person_id),
    ]
    customer = present[key]["customer_id"] if key in present else key if split_key(key)[0] == "customer" else None
    inside = set(records)
    evidence = [row for row in workspace.table(PAIRS).to_pylist() if row["left"] in inside or row["right"] in inside]
    history = [
        row for row in workspace.table(HISTORY).to_pylist()
        if record_key(row["record_type"], row["record_id"]) in inside
    ]  # fmt: skip
    return Person(person_id, customer or "", tuple(records), tuple(evidence), tuple(history))


def decide(
    workspace: Workspace, one: str, other: str, verdict: Verdict, why: str = "", progress: Progress | None = None
) -> People:
    """Say that two records are the same person, or are to be kept apart, and bring the links in line with it.

    Raises:
        ConfigError: `[identity]` does not stand in the configuration.
        StoreError: there is no record of that name, or both names are of one record.
    """
    settings = workspace.config.identity
    if settings is None or not settings.enabled:
        raise ConfigError(
            Problem("identity", "records are not brought together here", "", "", "add the line [identity]")
        )
    left, right = known_key(workspace, one), known_key(workspace, other)
    if left == right:
        raise StoreError(Problem(one, "these are one record", other, "two records"))
    left, right = sorted((left, right))
    with workspace.lock(f"tradewind {'merge' if verdict == 'same' else 'unmerge'}"):
        workspace.state().record_decision(Decision(left, right, verdict, workspace.clock(), why))
        people = resolve(workspace, progress or Silent())
    assert people is not None
    return people


def known_key(workspace: Workspace, name: str) -> str:
    """Return the record key that a name means.

    Raises:
        StoreError: no record has that name.
    """
    manifest = workspace.manifest()
    for table, column, key in (("customers", "customer_id", name), ("leads", "lead_id", f"lead:{name}")):
        wanted = name.removeprefix("lead:") if table == "leads" else name
        if table in manifest.tables and wanted in set(workspace.table(table)[column].to_pylist()):
            return record_key("lead", wanted) if table == "leads" else key
    raise StoreError(
        Problem(name, "there is no such record", "", "a customer id, or lead:<lead id>", "tradewind people")
    )


def _require(workspace: Workspace) -> None:
    if LINKS not in workspace.manifest().tables:
        do = "tradewind run" if workspace.config.identity is not None else "add the line [identity], then tradewind run"
        raise StoreError(Problem(LINKS, "nobody has looked yet who is one person", do=do))


def _present(workspace: Workspace) -> list[Row]:
    rows = workspace.table(LINKS).to_pylist()
    return [row for row in rows if row["valid_to"] is None and row["record_type"] != "anonymous"]
