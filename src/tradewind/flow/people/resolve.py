"""The step between load and questions: many records become people, and links say since when that was known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tradewind.checks.people import check_duplicates, check_resolved
from tradewind.core.contract import CONTRACT
from tradewind.core.errors import ConfigError
from tradewind.core.finding import Check
from tradewind.core.identity import ACCOUNTS, HISTORY, ID_COLUMNS, LINKS, MEMBERS, PAIRS, RECORD_TABLES, REVIEW
from tradewind.flow.ask import ask
from tradewind.flow.progress import Progress, stage
from tradewind.identity.accounts import Accounts, find_accounts
from tradewind.identity.links import BECAME, MANUAL, Link
from tradewind.identity.records import Records, Source, gather, texts_now
from tradewind.identity.resolve import Compare, Past, Resolved, Stated, resolve_people
from tradewind.identity.roles import check_roles, find_roles, parse_rule
from tradewind.identity.rules import WORDS, usual_rules
from tradewind.identity.tables import (
    ACCOUNT_COLUMNS,
    HISTORY_COLUMNS,
    LINK_COLUMNS,
    MEMBER_COLUMNS,
    PAIR_COLUMNS,
    table_of,
)
from tradewind.identity.visitors import link_visitors
from tradewind.store.config_identity import IdentitySettings
from tradewind.store.manifest import TableEntry
from tradewind.store.steps import StepOutput, code_version, fingerprint, run_step
from tradewind.store.tables import read_table, write_table
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

CODE = ("tradewind.identity", "tradewind.flow.people.resolve")
_READ = ("customers", "leads", "events", "touches", "accounts")
_SAID = {**WORDS, MANUAL: "hand", BECAME: "conversion"}
_MADE = (LINKS, HISTORY, PAIRS, REVIEW, ACCOUNTS, MEMBERS)


@dataclass(frozen=True)
class People:
    """What the step says of records and people.

    Args:
        summary: one sentence with the counts.
        said: what else people should know.
        skipped: whether nothing had changed.
    """

    summary: str
    said: tuple[str, ...] = ()
    skipped: bool = False


def resolve(workspace: Workspace, progress: Progress) -> People | None:
    """Bring `identity_links` and its companions up to date with the loaded tables; None without `[identity]`.

    Raises:
        ConfigError: rules or roles name something that records do not have.
        WorkspaceLocked: another process is writing to the workspace.
    """
    settings = workspace.config.identity
    if settings is None or not settings.enabled:
        return None
    with stage(progress, "Finding out who is one person") as notes, workspace.lock("resolve"):
        people = _resolve(workspace, settings)
        notes.append("nothing has changed" if people.skipped else people.summary)
    return people


def _resolve(workspace: Workspace, settings: IdentitySettings) -> People:
    state, manifest = workspace.state(), workspace.manifest()
    last = state.last_load(LINKS)
    details: Mapping[str, Any] = last.details if last is not None else {}
    rules_print = fingerprint({"settings": settings, "stable": _stable(workspace)})
    inputs = fingerprint(
        {
            "tables": manifest.fingerprints(_READ),
            "settings": rules_print,
            "decisions": [vars(each) for each in state.decisions()],
            "code": code_version(CODE),
        }
    )
    stands = {name: manifest.tables[name].fingerprint for name in _MADE if name in manifest.tables}
    if last is not None and last.fingerprint == inputs and details.get("made") == stands:
        state.record_load(LINKS, workspace.clock(), inputs, details)
        return People(details["summary"], tuple(details["said"]), skipped=True)
    previous = last.loaded_at if last is not None else None
    same = details.get("settings", rules_print) == rules_print
    now = workspace.clock()

    def work() -> StepOutput:
        return _work(workspace, settings, now, previous, same)

    output = run_step(workspace, "resolve people", {"inputs": inputs, "before": stands}, work, code=CODE)
    told = People(output.values["summary"], tuple(output.values["said"]))
    made = {name: entry.fingerprint for name, entry in output.tables.items()}
    remembered = {"made": made, "settings": rules_print, "summary": told.summary, "said": list(told.said)}
    state.record_load(LINKS, now, inputs, remembered)
    return told


def _work(
    workspace: Workspace, settings: IdentitySettings, now: datetime, previous: datetime | None, same: bool
) -> StepOutput:
    sources = record_sources(workspace, settings)
    records = gather(sources)
    past = Past(_stored(workspace, LINKS), _stored(workspace, PAIRS), previous, same)
    kinds = [RECORD_TABLES[name] for name in settings.one_to_one]
    resolved = resolve_people(
        records, rules_of(settings, records), now, past, _conversions(sources), workspace.state().decisions(),
        settings.shared_by, _comparer(settings, records) if settings.similarity else None, kinds,
    )  # fmt: skip
    _set_since(workspace, resolved.links)
    visitors = link_visitors(_sightings(workspace), resolved.links)
    written, said = _write(workspace, resolved, visitors), [*resolved.said, *_say_as_of_today(sources, resolved)]
    if settings.accounts:
        companies = _companies(workspace, sources, records)
        said += companies.said
        written[ACCOUNTS] = write_table(workspace.root, ACCOUNTS, table_of(companies.accounts, ACCOUNT_COLUMNS))
        written[MEMBERS] = write_table(workspace.root, MEMBERS, table_of(companies.links, MEMBER_COLUMNS))
    return StepOutput(written, {"summary": summarise(resolved), "said": said})


def _companies(workspace: Workspace, sources: Sequence[Source], records: Records) -> Accounts:
    known = _stored(workspace, "accounts")
    wanted = [] if known is None else [n for n in ("account_id", "name", "domain") if n in known.column_names]
    rows = [] if known is None else known.filter(known["valid_to"].is_null()).select(wanted).to_pylist()
    return find_accounts(records, texts_now(sources, records, "email"), texts_now(sources, records, "company"), rows)


def check_records(workspace: Workspace) -> list[Check]:
    """Say what bringing records together came to, or how many probable duplicates there are without it.

    Returns nothing where no table holds people.
    """
    manifest, settings = workspace.manifest(), workspace.config.identity
    if settings is not None and settings.enabled:
        last = workspace.state().last_load(LINKS)
        if last is None or REVIEW not in manifest.tables:
            return []
        return [check_resolved(last.details["summary"], last.details["said"], manifest.tables[REVIEW].rows)]
    off = settings is not None
    usual = IdentitySettings() if settings is None else settings
    if not any(name in manifest.tables for name in usual.tables):
        return []
    records = gather(record_sources(workspace, usual))
    rules = rules_of(usual, records)
    if not rules:
        return []
    found = resolve_people(records, rules, workspace.clock(), shared_by=usual.shared_by)
    return [check_duplicates(found.records, found.records - found.people, _say_rules(found), off)]


def _comparer(settings: IdentitySettings, records: Records) -> Compare:
    """Return what finds links by likeness under these settings."""
    from tradewind.identity.similar import find_similar

    once = {RECORD_TABLES[name] for name in settings.one_to_one} >= set(records.record_type)

    def compare(these: Records, known: Sequence[Link]) -> tuple[list[Link], list[str]]:
        found = find_similar(these, known, settings.precision, settings.threshold, once)
        return found.links, found.said

    return compare


def record_sources(workspace: Workspace, settings: IdentitySettings) -> list[Source]:
    """Return the stored tables that hold people, with what each of their columns says.

    Raises:
        ConfigError: a role or rule in config names something that no table has; all such problems together.
    """
    manifest, stable = workspace.manifest(), _stable(workspace)
    entries = {name: manifest.tables[name] for name in settings.tables if name in manifest.tables}
    columns = list(dict.fromkeys(column for entry in entries.values() for column, _ in entry.columns))
    problems = check_roles(settings.roles, columns)
    ruled: list[str] = []
    for text in settings.rules or ():
        try:
            ruled += parse_rule(text, columns)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    sources = []
    for name, entry in entries.items():
        own = [column for column, _ in entry.columns]
        kind = RECORD_TABLES[name]
        roles = find_roles((column for column in own if column not in ID_COLUMNS.values()), settings.roles)
        roles |= {column: column for column in ruled if column in own and column not in roles}
        today = frozenset(entry.meta.get("as_of_today", ())) - set(stable.get(name, ()))
        sources.append(Source(kind, read_table(workspace.root, entry), ID_COLUMNS[kind], roles, today))
    return sources


def rules_of(settings: IdentitySettings, records: Records) -> list[tuple[str, ...]]:
    """Return the rules that config states, or the usual ones for the roles there are."""
    if settings.rules is None:
        return usual_rules(records.roles)
    return [parse_rule(text, list(records.values)) for text in settings.rules if _has(text, records)]


def _has(text: str, records: Records) -> bool:
    return all(part.strip() in records.values for part in text.split("+"))


def summarise(resolved: Resolved) -> str:
    """Return the counts as one sentence."""
    by = _say_rules(resolved)
    text = f"{resolved.records:,} records are {resolved.people:,} people"
    text += f": {by}" if by else ""
    if resolved.review:
        text += f"; {resolved.review:,} pair{'s need' if resolved.review > 1 else ' needs'} your eye (table {REVIEW})"
    return text


def _say_as_of_today(sources: Sequence[Source], resolved: Resolved) -> list[str]:
    """What to do where links rest on columns of which only today's values are known."""
    if not resolved.by_rule:
        return []
    said = []
    for source in sources:
        columns = sorted({column for column in source.roles.values() if column in source.as_of_today})
        if columns:
            name = next(table for table, kind in RECORD_TABLES.items() if kind == source.record_type)
            listed = ", ".join(f'"{column}"' for column in columns)
            said.append(
                f"links that rest on {', '.join(columns)} of {name} count from their first load on; if these never "
                f"change, stable = [{listed}] in [tables.{name}] lets them count for the past"
            )
    return said


def _say_rules(resolved: Resolved) -> str:
    words = {rule: " and ".join(_SAID.get(part, part) for part in rule.split(" + ")) for rule in resolved.by_rule}
    return ", ".join(f"{count:,} by {words[rule]}" for rule, count in resolved.by_rule.items())


def _stable(workspace: Workspace) -> dict[str, list[str]]:
    return {
        name: list(workspace.config.tables[name].stable) for name in RECORD_TABLES if name in workspace.config.tables
    }


def _conversions(sources: Iterable[Source]) -> list[Stated]:
    """The customer that each lead became, known from when it became one."""
    stated = []
    for source in sources:
        names = source.rows.column_names
        if source.record_type != "lead" or not {"customer_id", "converted_at"} <= set(names):
            continue
        for row in source.rows.select(["lead_id", "customer_id", "converted_at", "known_at"]).to_pylist():
            if row["customer_id"] is not None and row["converted_at"] is not None:
                when = max(row["converted_at"], row["known_at"])
                stated.append(Stated(f"lead:{row['lead_id']}", row["customer_id"], BECAME, when))
    return stated


def _sightings(workspace: Workspace) -> list[tuple[str, str, datetime]]:
    """Every pair of visitor and customer that one event or touch names together, since when that was known."""
    manifest, both = workspace.manifest(), {"anonymous_id", "customer_id"}
    columns = {name: dict(entry.columns) for name, entry in manifest.tables.items() if name in ("events", "touches")}
    names = [name for name, own in columns.items() if both <= set(own)]
    if not names:
        return []
    named = "WHERE anonymous_id IS NOT NULL AND customer_id IS NOT NULL"
    parts = " UNION ALL ".join(f"SELECT anonymous_id, customer_id, known_at FROM {name} {named}" for name in names)
    query = f"""
        SELECT anonymous_id, customer_id, MIN(known_at) AS known_at FROM ({parts}) AS seen
        GROUP BY anonymous_id, customer_id
    """
    with workspace.engine(names, manifest) as engine:
        rows = ask(engine, query).to_pylist()
    return [(row["anonymous_id"], row["customer_id"], row["known_at"]) for row in rows]


def _set_since(workspace: Workspace, links: list[dict[str, Any]]) -> None:
    """A customer is there since its record or its first fact was known, whichever came first."""
    import pyarrow as pa
    import pyarrow.compute as pc

    manifest = workspace.manifest()
    names = [
        name for name, entry in manifest.tables.items()
        if name in CONTRACT and name != "customers" and "customer_id" in dict(entry.columns)
    ]  # fmt: skip
    linked = sorted({row["record_id"] for row in links if row["record_type"] == "customer"})
    if not names or not linked:
        return
    parts = " UNION ALL ".join(f"SELECT customer_id, MIN(known_at) AS at FROM {name} GROUP BY 1" for name in names)
    query = f"SELECT customer_id, MIN(at) AS at FROM ({parts}) AS facts GROUP BY customer_id"
    with workspace.engine(names, manifest) as engine:
        rows = ask(engine, query)
    ours = rows.filter(pc.is_in(rows["customer_id"], pa.array(linked, pa.string()))).to_pylist()
    first = {row["customer_id"]: row["at"] for row in ours}
    for row in links:
        if row["record_type"] == "customer" and row["record_id"] in first:
            row["since"] = min(row["since"], first[row["record_id"]])


def _stored(workspace: Workspace, name: str) -> pa.Table | None:
    entry = workspace.manifest().tables.get(name)
    return None if entry is None else read_table(workspace.root, entry)


def _write(workspace: Workspace, resolved: Resolved, visitors: list[dict[str, Any]]) -> dict[str, TableEntry]:
    import pyarrow as pa

    history = table_of(resolved.history, HISTORY_COLUMNS)
    before = _stored(workspace, HISTORY)
    tables = {
        LINKS: table_of([*resolved.links, *visitors], LINK_COLUMNS),
        HISTORY: history if before is None else pa.concat_tables([before, history]),
        PAIRS: table_of(resolved.pairs, PAIR_COLUMNS),
        REVIEW: table_of((row for row in resolved.pairs if row["state"] == "review"), PAIR_COLUMNS),
    }
    kinds = sorted({row["record_type"] for row in (*resolved.links, *visitors)})
    return {
        name: write_table(workspace.root, name, data, meta={"kinds": kinds} if name == LINKS else None)
        for name, data in tables.items()
    }
