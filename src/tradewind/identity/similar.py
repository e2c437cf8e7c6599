"""Likeness: pairs that no rule joins get a probability of being one person, learned from the records themselves.

The model is that of Fellegi and Sunter (1969), fitted by Splink: what strangers have in common is counted on random
pairs, what one person's records have in common is learned by expectation maximisation, and rare values weigh more.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradewind.identity.blocking import Block, choose_blocks
from tradewind.identity.columns import comparable_table
from tradewind.identity.comparisons import Comparison, choose_comparisons
from tradewind.identity.links import SIMILARITY, Link
from tradewind.identity.records import Records

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

FEWEST_RECORDS = 200
"""Records below which weights are not learned: the stated ones are used."""

FEWEST_PAIRS = 100
"""Pairs that a round of learning needs."""

MOST_TRAINING_PAIRS, RANDOM_PAIRS = 1_000_000, 300_000
RULES_FIND = 0.8
"""Share of all true pairs that rules are taken to find; it sets how many to expect, and results hardly depend on it."""

Chances = NDArray[np.float64]

MISSING = 'likeness was left out, as Splink is not installed: pip install "tradewind[identity]"'

REVIEWED = 0.2
"""Probability from which a pair that is not joined is worth a look."""


@dataclass(frozen=True)
class Likeness:
    """What likeness found.

    Args:
        links: pairs from `REVIEWED` on; those below the threshold carry a doubt.
        said: what it was learned from, and what not.
        threshold: probability from which a pair is joined.
        compared: how many pairs were looked at.
    """

    links: list[Link]
    said: list[str]
    threshold: float
    compared: int


def find_similar(
    records: Records,
    known: Sequence[Link],
    precision: float = 0.98,
    threshold: float | None = None,
    once: bool = False,
    seed: int = 1,
) -> Likeness:
    """Find pairs by likeness.

    Args:
        records: their present values are compared.
        known: links that rules made: how many true pairs to expect is estimated from them.
        precision: expected share of right ones among the links made.
        threshold: probability from which to join; None sets it for `precision`, and never below one half.
        once: whether every kind of record holds each person once, so that only pairs across kinds are compared.
        seed: for the random pairs.
    Returns:
        no links, and the reason in words, where there is nothing to compare or Splink is not installed.
    """
    roles = [role for role in records.roles if role in COMPARED]
    comparisons = choose_comparisons(roles)
    if len(comparisons) < 2 or len(records) < 2:
        return Likeness([], [f"likeness needs two kinds of value to compare, there are {len(comparisons)}"], 1.0, 0)
    if once and len(set(records.record_type)) < 2:
        return Likeness([], ["every record is a person of its own: there is one table, and it holds each once"], 1.0, 0)
    if not is_installed():
        return Likeness([], [MISSING], 1.0, 0)
    import duckdb

    table = comparable_table(records, roles)
    with duckdb.connect() as connection, _quiet():
        connection.register("records_of_people", table)
        across = "kind" if once else ""
        blocks, left_out = choose_blocks(connection, "records_of_people", roles, len(records), across)
        if not blocks:
            return Likeness([], ["no two records agree on anything that likeness could begin with"], 1.0, 0)
        model = _Model(connection, table, comparisons, blocks, once, known, seed)
        said = _fit(model)
        pairs = _predict(model)
    if left_out:
        said.append(f"not looked at, as too many pairs agree on it: {', '.join(left_out)}")
    return _judge(records, pairs, comparisons, precision, threshold, said, sum(block.pairs for block in blocks))


COMPARED = frozenset((
    "email", "phone", "name", "given_name", "surname", "birth_date", "postcode", "house_number", "street", "city",
    "company", "identifier", "title", "year",
))  # fmt: skip


class _Model:
    """A Splink linker with what belongs to it."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, table: pa.Table, comparisons: list[Comparison],
        blocks: list[Block], once: bool, known: Sequence[Link], seed: int,
    ) -> None:  # fmt: skip
        from splink import DuckDBAPI, Linker, SettingsCreator, block_on

        self.possible = max(_possible(table, once), 1.0)
        self.expected = _expected(known, self.possible)
        settings = SettingsCreator(
            probability_two_random_records_match=self.expected,
            link_type="link_only" if once else "dedupe_only",
            unique_id_column_name="place",
            comparisons=[_splink_comparison(each, table.num_rows >= FEWEST_RECORDS) for each in comparisons],
            blocking_rules_to_generate_predictions=[block_on(*block.expressions) for block in blocks],
            retain_matching_columns=True,
        )
        api = DuckDBAPI(connection=connection)
        self.tables = _registered(api, table, once)
        self.linker = Linker(self.tables, settings, log_level=None)
        self.comparisons, self.blocks, self.records, self.seed = comparisons, blocks, table.num_rows, seed
        self.connection = connection

    def restore(self, settings: dict[str, Any]) -> None:
        """Go back to weights as they were before a round of learning that failed half-way."""
        from splink import Linker

        self.linker = Linker(self.tables, settings, log_level=None)


def _registered(api: Any, table: pa.Table, once: bool) -> Any:
    import pyarrow.compute as pc

    if not once:
        return api.register(table)
    kinds = sorted(pc.unique(table["kind"]).to_pylist())
    return [api.register(table.filter(pc.equal(table["kind"], kind))) for kind in kinds]


def _expected(known: Sequence[Link], possible: float) -> float:
    """First guess of how likely two random records are one person: from the links that rules made."""
    pairs = max(len({link.pair for link in known if not link.doubt}), 1) / RULES_FIND
    return min(0.5, pairs / possible)


def _possible(table: pa.Table, once: bool) -> float:
    total = float(table.num_rows)
    if not once:
        return total * (total - 1) / 2
    sizes = [float(each["counts"].as_py()) for each in table["kind"].value_counts()]
    return (total**2 - sum(size**2 for size in sizes)) / 2


def _splink_comparison(comparison: Comparison, frequencies: bool) -> Any:
    """Return a comparison in Splink's terms; among few records it means nothing how often a value stands."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    first = comparison.columns[0]
    sides = {"l": f'"{first}_l"', "r": f'"{first}_r"'}
    levels: list[Any] = [cll.NullLevel(first)]
    by_chance = comparison.by_chance
    for level, u in zip(comparison.levels, by_chance, strict=True):
        made: Any = cll.CustomLevel(level.sql.format(**sides), level.words)
        frequency = {"tf_adjustment_column": comparison.role} if level.frequency and frequencies else {}
        levels.append(made.configure(m_probability=level.m, u_probability=u, **frequency))
    rest = 1 - sum(level.m for level in comparison.levels)
    different: Any = cll.ElseLevel()
    levels.append(different.configure(m_probability=rest, u_probability=1 - sum(by_chance)))
    return cl.CustomComparison(output_column_name=comparison.role, comparison_levels=levels)


def _fit(model: _Model) -> list[str]:
    """Learn the weights; return what was learned from how many pairs, and what was not."""
    from splink import block_on
    from splink.internals.exceptions import SplinkException

    if model.records < FEWEST_RECORDS:
        return [f"{model.records:,} records are too few to learn from: the stated weights are used"]
    model.connection.execute("SET threads = 1")  # each thread would draw its own sample, another one in every run
    model.linker.training.estimate_u_using_random_sampling(
        RANDOM_PAIRS, model.seed, min_count_per_level=None, num_chunks=1
    )
    model.connection.execute("RESET threads")
    learned: set[str] = set()
    used = []
    for block in _training_blocks(model):
        before = model.linker.misc.save_model_to_json()
        try:
            model.linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*block.expressions), estimate_without_term_frequencies=True
            )
        except (ValueError, SplinkException):  # nothing is to be learned from these pairs; others may do
            model.restore(before)
            continue
        learned |= {each.role for each in model.comparisons} - set(block.roles)
        used.append(block.pairs)
    if not used:
        return ["no key holds enough pairs to learn from: the stated weights are used"]
    missing = [each.role.replace("_", " ") for each in model.comparisons if each.role not in learned]
    said = f"weights estimated from {sum(used):,} pairs"
    return [f"{said}; not estimated: {', '.join(missing)} (stated weights)" if missing else said]


def _training_blocks(model: _Model) -> list[Block]:
    """Keys whose pairs are learned from: few roles each, so that between them every role is learned."""
    usable = [block for block in model.blocks if FEWEST_PAIRS <= block.pairs <= MOST_TRAINING_PAIRS]
    chosen: list[Block] = []
    for block in sorted(usable, key=lambda each: (len(each.roles), each.pairs)):
        if all(not set(block.roles) & set(other.roles) for other in chosen):
            chosen.append(block)
    return chosen[:4]


def _predict(model: _Model) -> pa.Table:
    """Return place_l, place_r, `match_probability` and the level of each comparison, of pairs from `REVIEWED` on.

    How many pairs are true is worked out again from the pairs themselves: the share is set to the mean probability that
    it leads to (the update of expectation maximisation for that share, the weights being fixed).
    """
    import pyarrow as pa

    prior = np.log2(model.expected / (1 - model.expected))
    # Everybody has a handful of records at most: a pair with far less evidence than there are people cannot be true.
    least = np.log2(model.possible) / 3
    found = model.linker.inference.predict(threshold_match_weight=float(prior + least))
    columns = ["place_l", "place_r", "match_weight", *(f"gamma_{each.role}" for each in model.comparisons)]
    rows = found.as_duckdbpyrelation().select(", ".join(f'"{name}"' for name in columns)).to_arrow_table()
    rows = rows.sort_by([("place_l", "ascending"), ("place_r", "ascending")])  # sums of floats depend on the order
    evidence = np.clip(rows["match_weight"].to_numpy() - prior, -200, 200)
    chance = expected_chance(evidence, model.expected, model.possible)
    rows = rows.append_column("match_probability", pa.array(chance))
    return rows.filter(pa.array(chance >= REVIEWED))


def expected_chance(evidence: Chances, share: float, possible: float, rounds: int = 200) -> Chances:
    """Return (n,) match probabilities whose sum is the expected number of true pairs.

    Args:
        evidence: (n,) log2 of the likelihood ratio of each pair that was looked at.
        share: first guess of the share of true pairs among all possible ones.
        possible: how many pairs are possible; those not looked at are taken to be false.
        rounds: the most steps to take.
    """
    ratio = np.exp2(evidence)
    for _ in range(rounds):
        chance = share * ratio / (1 - share + share * ratio)
        new = min(max(float(chance.sum()), 0.5) / possible, 0.5)
        if abs(new - share) <= 1e-6 * share:
            break
        share = new
    return np.asarray(share * ratio / (1 - share + share * ratio))


def _judge(
    records: Records, pairs: pa.Table, comparisons: list[Comparison], precision: float, threshold: float | None,
    said: list[str], compared: int,
) -> Likeness:  # fmt: skip
    left, right = (pairs[f"place_{side}"].to_numpy() for side in "lr")
    chance = np.clip(pairs["match_probability"].to_numpy(), 0.0, 1.0)
    limit = set_threshold(chance, precision) if threshold is None else threshold
    when = np.maximum.reduce([records.known_of(each.role) for each in comparisons])
    gammas = [pairs[f"gamma_{each.role}"].to_numpy() for each in comparisons]
    other_names = names_differ({each.role: gamma for each, gamma in zip(comparisons, gammas, strict=True)}, comparisons)
    links = []
    for row in np.lexsort((np.maximum(left, right), np.minimum(left, right))):
        one, other = sorted((int(left[row]), int(right[row])))
        parts = (each.words_of(int(gamma[row])) for each, gamma in zip(comparisons, gammas, strict=True))
        doubt = "" if chance[row] >= limit else "alike, but not enough to be sure"
        doubt = "alike, but the names differ" if other_names[row] and not doubt else doubt
        words = "; ".join(part for part in parts if part)
        links.append(Link(one, other, SIMILARITY, float(chance[row]), words, max(when[one], when[other]), doubt))
    joined = sum(not link.doubt for link in links)
    said.append(f"{compared:,} pairs looked at, {joined:,} alike from {100 * limit:.0f} in 100 on")
    return Likeness(links, said, limit, compared)


def names_differ(reached: Mapping[str, NDArray[np.integer]], comparisons: Sequence[Comparison]) -> NDArray[np.bool_]:
    """Return (n,) whether every name known on both sides is another one, and nothing that is one person's agrees.

    That is e-mail and phone to the letter, birth date and identifier but for a slip or two.

    Neighbours share a postcode and nearly a phone number, and learning takes them for one person where there are many.
    """
    top = {each.role: len(each.levels) for each in comparisons}
    some = next(iter(reached.values()))
    names = [reached[role] for role in ("given_name", "surname", "name") if role in reached]
    owned = [reached[role] == top[role] for role in ("email", "phone") if role in reached]
    owned += [reached[role] > 0 for role in ("birth_date", "identifier") if role in reached]
    compared = np.logical_or.reduce([name >= 0 for name in names], initial=False, axis=0) if names else some != some
    alike = np.logical_or.reduce([*(name > 0 for name in names), *owned]) if names or owned else some != some
    return np.asarray(compared & ~alike)


def set_threshold(chance: np.ndarray, precision: float) -> float:
    """Return the lowest probability, at least one half, from which the mean probability is `precision`.

    If probabilities are right, the mean of those above a threshold is the expected share of right ones among them.
    """
    above = np.sort(chance[chance >= 0.5])[::-1]
    if len(above) == 0:
        return 0.5
    mean = np.cumsum(above) / np.arange(1, len(above) + 1)
    enough = np.flatnonzero(mean >= precision)
    if len(enough) == len(above):
        return 0.5
    return float(above[enough[-1]]) if len(enough) else float(np.nextafter(above[0], 2.0))


def is_installed() -> bool:
    """Whether Splink can be imported."""
    try:
        import splink  # noqa: F401
    except ImportError:
        return False
    return True


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Splink's log and warnings away: what matters of them is said by us."""
    log, before = logging.getLogger("splink"), logging.getLogger("splink").level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(before)
