"""What goes with an answer for everybody together: each family's share, direction, and how stable its place is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.core.feature import FeatureTable, TrainingTable
from tradewind.models.candidates import Candidate, named
from tradewind.models.deployed import Deployed, Predictor
from tradewind.models.fitting import Learner
from tradewind.models.protocol import Trial
from tradewind.models.reason_words import plain
from tradewind.models.reasons import Families, alike_matrix, by_family

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]

MOST_ROWS = 1_500
CLEAR = 0.2
"""A rank correlation of at least this between a feature and its contributions is a direction."""


def global_drivers(
    deployed: Deployed,
    features: FeatureTable,
    rng: np.random.Generator,
    refits: Sequence[Predictor] = (),
    most: int = 8,
    resamples: int = 100,
) -> pa.Table:
    """Rank the families of features by how much they move scores.

    Args:
        deployed: the model.
        features: (n) rows to look at; at most 1,500 of them are, drawn by `rng`.
        rng: for the draws.
        refits: the same model learned again from resampled entities (see `bootstrap_refits`). Without them entities
            are resampled under the one model, which shows less of the uncertainty.
        most: rows of the table; also the top within which a family must stay to count as stable.
        resamples: how many times entities are resampled without refits.
    Returns:
        Table: sentence, family, importance (share of all mean absolute contributions), direction, influence,
        stability (share of refits, or of resamples, in which the family stays among the first `most`).
    """
    import pyarrow as pa

    if len(features) > MOST_ROWS:
        features = features.rows(np.sort(rng.choice(len(features), MOST_ROWS, replace=False)))
    design = deployed.predictor.design
    parts = deployed.predictor.contributions(features)
    families = by_family(parts, design.features)
    strength = np.abs(families.total)
    weight = strength.mean(axis=0)
    speakers = _speakers(families, len(design.features))
    alike = alike_matrix(design.features, deployed.usual)
    first = _distinct(weight, speakers, alike, most)
    if refits:
        totals = [by_family(refit.contributions(features), design.features).total for refit in refits]
        again = [np.abs(total).mean(axis=0) for total in totals]
    else:
        again = _resampled(strength, features.entity_id, rng, resamples)
    kept = np.mean([np.isin(first, _distinct(each, speakers, alike, most)) for each in again], axis=0)
    shown = [design.features[speakers[family]] for family in first]
    return pa.table(
        {
            "sentence": [plain(feature.sentence) for feature in shown],
            "family": [families.names[family] for family in first],
            "importance": [float(weight[family] / weight.sum()) for family in first],
            "direction": [
                direction_of(features, feature.name, feature.kind == "number", parts[:, speakers[family]])
                for family, feature in zip(first, shown, strict=True)
            ],
            "influence": [feature.influence for feature in shown],
            "stability": [float(share) for share in kept],
        },
        schema=pa.schema(
            [("sentence", pa.string()), ("family", pa.string()), ("importance", pa.float64()),
             ("direction", pa.string()), ("influence", pa.string()), ("stability", pa.float64())]
        ),
    )  # fmt: skip


def bootstrap_refits(
    refit: Callable[[NDArray[np.intp], int], Predictor],
    entity_id: NDArray[np.object_],
    rng: np.random.Generator,
    count: int,
) -> list[Predictor]:
    """Learn a model again from resampled entities.

    Args:
        refit: fits on the rows given, drawn with repetition as whole entities, with the seed given.
        entity_id: (n,) whose rows they are.
        rng: for the draws.
        count: how many refits.
    """
    _, code = np.unique(entity_id.astype(str), return_inverse=True)
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(code.max(initial=-1) + 2))
    made = []
    for _ in range(count):
        drawn = rng.integers(0, len(starts) - 1, len(starts) - 1)
        rows = np.concatenate([order[starts[one] : starts[one + 1]] for one in drawn])
        made.append(refit(rows, int(rng.integers(2**31))))
    return made


def resampled_refits(
    table: TrainingTable,
    trial: Trial,
    candidates: Sequence[Candidate],
    rng: np.random.Generator,
    count: int = 20,
    num_threads: int = 2,
) -> list[Predictor]:
    """Learn the chosen model again from resampled customers, all else as `fit_deployed` does it.

    Args:
        table: the table of the trial.
        trial: what was chosen.
        candidates: those of the trial.
        rng: for the draws.
        count: how many refits; each costs as much as one fit.
        num_threads: threads for fitting.
    """
    newest = max(table.labels)
    candidate = named(trial.chosen, candidates)
    known = Learner(table, trial.task, newest, 0, num_threads).rows

    def refit(rows: NDArray[np.intp], seed: int) -> Predictor:
        drawn = known[rows]
        labels = {newest: table.labels[newest][drawn]}
        sample = TrainingTable(table.features.rows(drawn), labels, {}, table.value[drawn], {}, table.weight[drawn])
        return Learner(sample, trial.task, newest, seed, num_threads).fit(candidate, trial.settings)

    return bootstrap_refits(refit, table.features.entity_id[known], rng, count)


def _speakers(families: Families, offered: int) -> NDArray[np.intp]:
    """Return the feature that speaks most often for each family, people counted by how much it moves them."""
    speakers = np.zeros(len(families.names), dtype=np.intp)
    for family in range(len(families.names)):
        votes = np.bincount(families.speaker[:, family], np.abs(families.total[:, family]), minlength=offered)
        held = np.bincount(families.speaker[:, family], minlength=offered) > 0
        speakers[family] = np.where(held, votes, -1.0).argmax()
    return speakers


def _distinct(weight: Array, speakers: NDArray[np.intp], alike: NDArray[np.bool_], most: int) -> NDArray[np.intp]:
    """Return the heaviest families, leaving out those that say what a heavier one says."""
    first: list[int] = []
    for family in np.argsort(-weight, kind="stable"):
        if weight[family] > 0 and not alike[speakers[family], speakers[first]].any():
            first.append(int(family))
    return np.array(first[:most], dtype=np.intp)


def _resampled(strength: Array, entity_id: NDArray[np.object_], rng: np.random.Generator, count: int) -> list[Array]:
    _, code = np.unique(entity_id.astype(str), return_inverse=True)
    sums = np.zeros((int(code.max(initial=-1)) + 1, strength.shape[1]))
    np.add.at(sums, code, strength)
    return [rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums))) @ sums for _ in range(count)]


def direction_of(features: FeatureTable, name: str, number: bool, parts: Array) -> str:
    """Say whether more of a feature raises or lowers scores.

    Args:
        features: (n) rows.
        name: of the feature.
        number: whether it is one.
        parts: (n,) its contributions.
    """
    if not number:
        return "no clear direction"
    from scipy.stats import rankdata

    values = features.column(name).astype(np.float64)
    known = np.isfinite(values)
    if known.sum() < 3 or values[known].min() == values[known].max() or parts[known].min() == parts[known].max():
        return "no clear direction"
    correlation = float(np.corrcoef(rankdata(values[known]), rankdata(parts[known]))[0, 1])
    return "no clear direction" if abs(correlation) < CLEAR else f"more {'raises' if correlation > 0 else 'lowers'} it"
