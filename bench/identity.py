"""Identity beside Splink with the settings of its own documentation: pairwise precision, recall, F1 and seconds.

Sets: FEBRL 1 to 3 (one table with duplicates), FEBRL 4 (two tables of 5,000 to link), DBLP-ACM (two lists of papers).
Ours gets no setting but what each column holds, and for the last two that each table holds everybody once. Splink gets
the settings of its febrl3 and febrl4 examples, for papers those its guide recommends for texts (Jaro-Winkler levels on
cleaned text, exact year), and the best threshold in hindsight, plain or with each record linked once.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tradewind.identity.records import Source, gather
from tradewind.identity.resolve import resolve_people
from tradewind.identity.rules import usual_rules
from tradewind.identity.similar import find_similar

Row = dict[str, Any]
Pair = tuple[str, str]
THRESHOLDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)
PERSON = {
    "given_name": "given_name", "surname": "surname", "birth_date": "date_of_birth", "postcode": "postcode",
    "identifier": "soc_sec_id", "house_number": "street_number", "street": "address_1", "city": "suburb",
}  # fmt: skip
PAPER = {"title": "title", "name": "authors", "year": "year"}
LOADED = datetime(2024, 1, 1)


@dataclass(frozen=True)
class Task:
    """One set.

    Args:
        name: what to call it.
        tables: one to deduplicate, or two to link.
        key: column that names a record.
        roles: what the columns hold.
        truth: the true pairs.
        peer: Splink's settings for it.
    """

    name: str
    tables: tuple[pa.Table, ...]
    key: str
    roles: Mapping[str, str]
    truth: frozenset[Pair]
    peer: Callable[[Task], tuple[dict[Pair, float], float]]


def run(data: Path) -> list[Row]:
    """Measure both on every set, one after the other.

    Args:
        data: the folder `entity_resolution`.
    """
    rows = []
    for task in [*(_febrl(data, number) for number in (1, 2, 3, 4)), _papers(data)]:
        ours, seconds, said = _ours(task)
        chances, peer_seconds = task.peer(task)
        peer, threshold, way = _best(chances, task)
        mine = _figures(ours, task.truth)
        rows.append(
            {
                "what": f"{task.name}: pairwise F1",
                "figure": f"{mine[2]:.4f} (precision {mine[0]:.4f}, recall {mine[1]:.4f}, {seconds:.0f} s)",
                "target": f"≥ {peer[2]:.4f} (Splink: {peer[0]:.4f}, {peer[1]:.4f}, {peer_seconds:.0f} s)",
                "reached": mine[2] >= peer[2],
                "note": f"{len(task.truth):,} true pairs; Splink's best threshold {threshold:g}{way}; {said}",
            }
        )
    return rows


def _ours(task: Task) -> tuple[set[Pair], float, str]:
    started = time.monotonic()
    once = len(task.tables) > 1
    sources = [_source(task, table, kind) for table, kind in zip(task.tables, ("customer", "lead"), strict=False)]
    records = gather(sources)

    def compare(these: Any, known: Any) -> Any:
        found = find_similar(these, known, once=once)
        return found.links, found.said

    kinds = ("customer", "lead") if once else ()
    done = resolve_people(records, usual_rules(records.roles), LOADED, compare=compare, once=kinds)
    seconds = time.monotonic() - started
    people: dict[str, set[str]] = defaultdict(set)
    for row in done.links:
        people[row["person_id"]] |= {row["person_id"].removeprefix("lead:"), row["record_id"]}
    pairs = {_pair(one, other) for group in people.values() for one, other in combinations(group, 2)}
    return pairs, seconds, "; ".join(done.said[-2:])


def _source(task: Task, table: pa.Table, kind: Any) -> Source:
    count = table.num_rows
    for name in ("known_at", "first_seen_at"):
        table = table.append_column(name, pa.array([LOADED] * count, pa.timestamp("us")))
    return Source(kind, table.append_column("valid_to", pa.nulls(count, pa.timestamp("us"))), task.key, task.roles)


def _best(chances: Mapping[Pair, float], task: Task) -> tuple[tuple[float, float, float], float, str]:
    """The best that a peer's probabilities could have given."""
    found = []
    ways = {"": chances, ", each record once": _each_once(chances)} if len(task.tables) > 1 else {"": chances}
    for way, pairs in ways.items():
        for threshold in THRESHOLDS:
            kept = {pair for pair, chance in pairs.items() if chance >= threshold}
            found.append((_figures(kept, task.truth), threshold, way))
    return max(found, key=lambda each: each[0][2])


def _each_once(chances: Mapping[Pair, float]) -> dict[Pair, float]:
    kept: dict[Pair, float] = {}
    taken: set[str] = set()
    for pair, chance in sorted(chances.items(), key=lambda each: -each[1]):
        if taken.isdisjoint(pair):
            kept[pair] = chance
            taken |= set(pair)
    return kept


def _figures(found: set[Pair], truth: frozenset[Pair]) -> tuple[float, float, float]:
    right = len(found & truth)
    precision, recall = right / max(len(found), 1), right / len(truth)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def _febrl(data: Path, number: int) -> Task:
    files = (f"febrl_dataset{number}",) if number < 4 else ("febrl_dataset4a", "febrl_dataset4b")
    tables = tuple(pq.read_table(data / f"{file}.parquet") for file in files)
    people: dict[str, list[str]] = defaultdict(list)
    for table in tables:
        for key in table["rec_id"].to_pylist():
            people["-".join(key.split("-")[:2])].append(key)
    truth = frozenset(_pair(*two) for group in people.values() for two in combinations(group, 2))
    return Task(f"FEBRL {number}", tables, "rec_id", PERSON, truth, _peer_dedupe if number < 4 else _peer_link)


def _papers(data: Path) -> Task:
    """Ids of the two lists overlap: those of the second get a mark."""
    one, other = (pq.read_table(data / f"dblp_acm_{name}.parquet") for name in ("dblp", "acm"))
    marked = pa.array([f"acm {key}" for key in other["id"].to_pylist()])
    other = other.set_column(other.column_names.index("id"), "id", marked)
    matches = pq.read_table(data / "dblp_acm_matches.parquet")
    pairs = zip(matches["D1"].to_pylist(), matches["D2"].to_pylist(), strict=True)
    truth = frozenset(_pair(left, f"acm {right}") for left, right in pairs)
    return Task("DBLP-ACM", (one, other), "id", PAPER, truth, _peer_papers)


def _peer_dedupe(task: Task) -> tuple[dict[Pair, float], float]:
    """The settings of Splink's febrl3 example."""
    import splink.comparison_library as cl
    from splink import block_on

    comparisons = [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
    ]
    blocks = [block_on(c) for c in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")]
    swapped = "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth"
    sure = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth"), swapped]
    return _splink(task, comparisons, blocks, sure, 0.9, [block_on("date_of_birth"), block_on("postcode")], False)


def _peer_link(task: Task) -> tuple[dict[Pair, float], float]:
    """The settings of the detailed model of Splink's febrl4 example."""
    import splink.comparison_library as cl
    from splink import block_on

    comparisons = [
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison(
            "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
        ),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
    ]
    blocks: list[Any] = [
        block_on("given_name", "surname"), "l.given_name = r.surname and l.surname = r.given_name",
        block_on("date_of_birth"), block_on("soc_sec_id"), block_on("state", "address_1"),
        block_on("street_number", "address_1"), block_on("postcode"),
    ]  # fmt: skip
    sure = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    return _splink(task, comparisons, blocks, sure, 0.8, [block_on("date_of_birth"), block_on("postcode")], True)


def _peer_papers(task: Task) -> tuple[dict[Pair, float], float]:
    """What Splink's guide recommends for texts: cleaned, Jaro-Winkler levels, rare values of categories weigh more."""
    import splink.comparison_library as cl
    from splink import block_on

    tables = []
    for table in task.tables:
        for name in ("title", "authors", "venue"):
            table = table.set_column(table.column_names.index(name), name, pc.utf8_lower(table[name]))
        tables.append(table)
    clean = Task(task.name, tuple(tables), task.key, task.roles, task.truth, task.peer)
    comparisons = [
        cl.JaroWinklerAtThresholds("title", [0.95, 0.88]),
        cl.JaroWinklerAtThresholds("authors", [0.9, 0.7]),
        cl.JaroWinklerAtThresholds("venue", [0.9]),
        cl.ExactMatch("year").configure(term_frequency_adjustments=True),
    ]
    blocks = [block_on("substr(title, 1, 8)"), block_on("authors"), block_on("year", "substr(authors, 1, 5)")]
    sure = [block_on("title", "year")]
    return _splink(clean, comparisons, blocks, sure, 0.8, [block_on("title"), block_on("authors")], True)


def _splink(
    task: Task, comparisons: Sequence[Any], blocks: Sequence[Any], sure: Sequence[Any], recall: float,
    rounds: Sequence[Any], plain_frequencies: bool,
) -> tuple[dict[Pair, float], float]:  # fmt: skip
    import duckdb
    from splink import DuckDBAPI, Linker, SettingsCreator

    logging.getLogger("splink").setLevel(logging.ERROR)
    started = time.monotonic()
    with warnings.catch_warnings(), duckdb.connect() as connection:
        warnings.simplefilter("ignore")
        api = DuckDBAPI(connection=connection)
        tables = [api.register(table) for table in task.tables]
        settings = SettingsCreator(
            link_type="link_only" if len(tables) > 1 else "dedupe_only", unique_id_column_name=task.key,
            comparisons=list(comparisons), blocking_rules_to_generate_predictions=list(blocks),
        )  # fmt: skip
        linker = Linker(tables if len(tables) > 1 else tables[0], settings, log_level=None)
        linker.training.estimate_probability_two_random_records_match(list(sure), recall=recall)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=2)
        for block in rounds:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block, estimate_without_term_frequencies=plain_frequencies
            )
        found = linker.inference.predict(threshold_match_probability=min(THRESHOLDS)).as_duckdbpyrelation()
        rows = found.select(f"{task.key}_l AS l, {task.key}_r AS r, match_probability AS p").to_arrow_table()
    seconds = time.monotonic() - started
    both = zip(rows["l"].to_pylist(), rows["r"].to_pylist(), rows["p"].to_pylist(), strict=True)
    return {_pair(left, right): chance for left, right, chance in both}, seconds
