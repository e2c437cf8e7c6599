"""Why a score is what it is: exact contributions, summed by family, told in plain words, no two alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.driver_groups import group_of
from tradewind.core.feature import PRESENT_STAGE, Feature, FeatureTable
from tradewind.core.score import Reason
from tradewind.models.deployed import Deployed
from tradewind.models.reason_words import LAST_ORDER, OWN_GAP, Speaker, plain
from tradewind.models.usual import Usual

Array = NDArray[np.float64]
Places = NDArray[np.intp]

CHUNK = 50_000
"""Rows explained at a time, so that memory stays small."""
HARD_TO_SAY = ("ratio", "number")
"""Units that people read less easily than counts, amounts, days and shares."""
PLAIN_FIRST = 0.2
"""A feature hard to say speaks for its family only where it pulls five times as hard as a plain one."""
LEAST = 0.02
"""A family with a smaller share than this of all a person's contributions is no reason."""


@dataclass(frozen=True)
class Families:
    """Contributions by family, and which feature speaks for each.

    Args:
        names: the families.
        total: (n, families) sum of the family's contributions.
        speaker: (n, families) position of the feature that speaks for the family: the one that pulls hardest in the
            direction of the sum.
    """

    names: tuple[str, ...]
    total: Array
    speaker: Places


def explain(
    deployed: Deployed, features: FeatureTable, currency: str = "USD", most: int = 3
) -> list[tuple[Reason, ...]]:
    """Tell each person's most telling reasons.

    Args:
        deployed: the model that scored them.
        features: (n) rows as of their cutoff.
        currency: ISO code of amounts.
        most: at most so many reasons each.
    Returns:
        Per row its reasons, strongest first: of different families, none highly correlated with a stronger one.
    """
    told: list[tuple[Reason, ...]] = []
    teller = Teller(deployed, currency)
    for start in range(0, len(features), CHUNK):
        told += teller.tell(features.rows(slice(start, start + CHUNK)), most)
    return told


class Teller:
    """Tells reasons of one model again and again: what does not change from row to row is made once.

    Args:
        deployed: the model.
        currency: ISO code of amounts.
    """

    def __init__(self, deployed: Deployed, currency: str) -> None:
        self._deployed = deployed
        self._voice = Speaker(deployed.usual, currency, deployed.predictor.design.features)
        self._alike = alike_matrix(deployed.predictor.design.features, deployed.usual)
        self._members = members_of(deployed.predictor.design.features)
        self._names = tuple((name, members) for name, (members, _) in self._members.items())
        sizes = [len(members) for _, members in self._names]
        self._order = np.concatenate([members for _, members in self._names])
        self._starts = np.cumsum([0, *sizes[:-1]])
        self._of = np.empty(sum(sizes), dtype=np.intp)
        self._of[self._order] = np.repeat(np.arange(len(sizes)), sizes)
        self._weight = np.empty(sum(sizes))
        self._weight[self._order] = np.concatenate([weight for _, weight in self._members.values()])
        self._groups = tuple(group_of(feature) for feature in deployed.predictor.design.features)
        self._sights = Sights(deployed.predictor.design.features, deployed.usual)

    def tell(self, features: FeatureTable, most: int = 3) -> list[tuple[Reason, ...]]:
        """Return each row's reasons; see `explain`."""
        if len(features) == 1:
            return [self._tell_one(features, most)]
        return _explain(self._deployed, features, self._voice, (self._members, self._alike), most)

    def _tell_one(self, features: FeatureTable, most: int) -> tuple[Reason, ...]:
        """The same for one row, whose families are looked at from the strongest on, and no further than needed."""
        offered = self._deployed.predictor.design.features
        values = _Values(offered, features, self._deployed.usual, self._sights)
        parts = self._deployed.predictor.contributions(features)[0]
        total = np.array([parts[members].sum() for members, _ in self._members.values()])
        pulls = np.where(values.unusual()[0], parts[:-1] * self._weight, 0.0) * np.where(total < 0, -1.0, 1.0)[self._of]
        in_order = pulls[self._order]
        total[np.maximum.reduceat(in_order, self._starts) <= 0] = 0.0
        strength = np.abs(total)
        least = LEAST * strength.sum()
        reasons: list[Reason] = []
        said: list[int] = []
        for family in np.argsort(-strength, kind="stable").tolist():
            if len(reasons) == most or not strength[family] > least:
                break
            name, members = self._names[family]
            speaker = int(members[pulls[members].argmax()])
            if self._alike[speaker, said].any():
                continue
            said.append(speaker)
            feature, part = offered[speaker], float(total[family])
            text = values.named(self._voice.say(feature, values.of(feature, 0), values.rhythm(0)), 0)
            direction = "raises" if part > 0 else "lowers"
            reasons.append(Reason(text, name, direction, feature.influence, part, self._groups[speaker]))
        return tuple(reasons)


def _explain(
    deployed: Deployed, features: FeatureTable, voice: Speaker, fixed: tuple[Members, NDArray[np.bool_]], most: int
) -> list[tuple[Reason, ...]]:
    members, alike = fixed
    design = deployed.predictor.design
    values = _Values(design.features, features, deployed.usual)
    families = by_family(deployed.predictor.contributions(features), design.features, values.unusual(), members)
    chosen = choose_families(families, alike, most)
    told = []
    for row in range(len(features)):
        reasons = []
        for family in chosen[row]:
            if family < 0:
                break
            feature = design.features[families.speaker[row, family]]
            part = float(families.total[row, family])
            text = values.named(voice.say(feature, values.of(feature, row), values.rhythm(row)), row)
            direction = "raises" if part > 0 else "lowers"
            reasons.append(Reason(text, families.names[family], direction, feature.influence, part, group_of(feature)))
        told.append(tuple(reasons))
    return told


Members = dict[str, tuple[Places, Array]]
"""Family to the positions of its features, and how hard each must pull to speak for it."""


def members_of(offered: Sequence[Feature]) -> Members:
    """Return the features of each family."""
    made: Members = {}
    for name in dict.fromkeys(feature.family for feature in offered):
        members = np.flatnonzero([feature.family == name for feature in offered])
        plain = [1.0 if offered[int(member)].unit not in HARD_TO_SAY else PLAIN_FIRST for member in members]
        made[name] = members, np.array(plain)
    return made


def by_family(
    parts: Array,
    offered: Sequence[Feature],
    tellable: NDArray[np.bool_] | None = None,
    members_by_name: Members | None = None,
) -> Families:
    """Sum contributions by family.

    Args:
        parts: (n, features + 1) contributions by feature.
        offered: the features.
        tellable: (n, features) which features may speak for their family; a family with none counts as zero.
        members_by_name: `members_of` the features, where it is at hand.
    """
    by_name = members_of(offered) if members_by_name is None else members_by_name
    names = tuple(by_name)
    total = np.zeros((len(parts), len(names)))
    speaker = np.zeros((len(parts), len(names)), dtype=np.intp)
    for at, (members, weight) in enumerate(by_name.values()):
        own = np.ascontiguousarray(parts[:, members])  # so that a row's sum has the same bits among many as alone
        total[:, at] = own.sum(axis=1)
        pull = own * np.where(total[:, at] < 0, -1.0, 1.0)[:, None] * weight
        if tellable is not None:
            pull = np.where(tellable[:, members], pull, 0.0)
            total[pull.max(axis=1) <= 0, at] = 0.0  # whoever pulls this way is as usual: that is no reason
        speaker[:, at] = members[pull.argmax(axis=1)]
    return Families(names, total, speaker)


def choose_families(families: Families, alike: NDArray[np.bool_], most: int) -> Places:
    """Pick the strongest families of each row whose speakers do not say what a stronger one said.

    Args:
        families: contributions by family.
        alike: (features, features) whether two features are two forms of the same thing.
        most: at most so many.
    Returns:
        (n, most) positions of families, strongest first; −1 where there are no more.
    """
    strength = np.abs(families.total)
    rows = np.arange(len(strength))
    chosen = np.full((len(strength), most), -1, dtype=np.intp)
    free = strength > LEAST * strength.sum(axis=1, keepdims=True)
    for place in range(most):
        best = np.where(free, strength, -1.0).argmax(axis=1)
        some = free[rows, best]
        chosen[some, place] = best[some]
        said = families.speaker[rows, best]
        same = alike[families.speaker, said[:, None]]
        same[rows, best] = True
        free &= ~(same & some[:, None])
    return chosen


def alike_matrix(features: Sequence[Feature], usual: Usual) -> NDArray[np.bool_]:
    """Return (features, features) whether two features are two forms of the same thing on the training rows."""
    places = {feature.name: at for at, feature in enumerate(features)}
    # All that is said of the time since the last order is worded in one way, so it is one thing.
    silent = np.array([feature.sentence.startswith(LAST_ORDER) for feature in features], dtype=bool)
    matrix = np.eye(len(places), dtype=bool) | np.outer(silent, silent)
    for first, second in usual.alike:
        if first in places and second in places:
            matrix[places[first], places[second]] = matrix[places[second], places[first]] = True
    return matrix


@dataclass(frozen=True)
class Sight:
    """Where the values of the features stand in a table.

    Args:
        offered: the table's features.
        places: name of a number to its column.
        rhythm: the sentences of days since the last order and between orders, to their columns.
        held: positions of the features with a usual number, their columns, and that number.
        texts: positions of the categories, their names and what is usual.
    """

    offered: tuple[Feature, ...]
    places: dict[str, int]
    rhythm: dict[str, int]
    held: tuple[Places, Places, Array]
    texts: tuple[tuple[int, str, object], ...]


class Sights:
    """The same for one table of features after another; the last is remembered.

    Args:
        used: the model's features.
        usual: what is usual.
    """

    def __init__(self, used: Sequence[Feature], usual: Usual) -> None:
        self._used, self._usual = used, usual
        self._last: Sight | None = None

    def of(self, features: FeatureTable) -> Sight:
        """Return where the values stand in a table."""
        last = self._last
        if last is None or last.offered is not features.features:
            last = self._last = self._look(features)
        return last

    def _look(self, features: FeatureTable) -> Sight:
        places = {feature.name: at for at, feature in enumerate(features.number_features)}
        rhythm = {
            feature.sentence: places[feature.name]
            for feature in self._used
            if feature.sentence in (LAST_ORDER, OWN_GAP) and feature.name in places
        }
        held: list[tuple[int, int, float]] = []
        texts: list[tuple[int, str, object]] = []
        for at, feature in enumerate(self._used):
            middle = self._usual.middle.get(feature.name)
            if feature.kind == "number" and feature.name in places and middle is not None:
                held.append((at, places[feature.name], float(middle)))
            elif feature.name in features.categories:
                texts.append((at, feature.name, middle))
        ats, columns = (np.array([each[part] for each in held], dtype=np.intp) for part in (0, 1))
        return Sight(
            features.features, places, rhythm, (ats, columns, np.array([each[2] for each in held])), tuple(texts)
        )


class _Values:
    """Looks up people's values."""

    def __init__(
        self, used: Sequence[Feature], features: FeatureTable, usual: Usual, sights: Sights | None = None
    ) -> None:
        self._used, self._features = used, features
        self._sight = (sights or Sights(used, usual)).of(features)
        self._places, self._rhythm = self._sight.places, self._sight.rhythm

    def of(self, feature: Feature, row: int) -> float | str | None:
        """Return one person's value of a feature."""
        if feature.kind == "category":
            value = self._features.categories[feature.name][row]
            return None if value is None or value != value else str(value)
        return float(self._features.numbers[row, self._places[feature.name]])

    def rhythm(self, row: int) -> dict[str, float]:
        """Return one person's days since the last order and usual days between orders, by sentence."""
        return {sentence: float(self._features.numbers[row, at]) for sentence, at in self._rhythm.items()}

    def named(self, text: str, row: int) -> str:
        """Return a reason with the stage by its name: "12 days in Proposal"."""
        stages = self._features.categories.get("stage_now")
        known = stages is not None and stages[row] is not None and PRESENT_STAGE in text
        return text.replace(PRESENT_STAGE, plain(str(stages[row]))) if stages is not None and known else text

    def unusual(self) -> NDArray[np.bool_]:
        """Return (n, features) whether a person's value is known and differs from the usual one."""
        different = np.ones((len(self._features), len(self._used)), dtype=bool)
        for at, name, middle in self._sight.texts:
            different[:, at] = self._features.categories[name] != middle
        ats, columns, usual = self._sight.held
        if len(ats):
            values = self._features.numbers[:, columns].astype(np.float64)
            with np.errstate(invalid="ignore"):
                near = np.abs(values - usual) <= 1e-6 + 0.02 * np.abs(usual)
            different[:, ats] = np.isfinite(values) & ~near
        return different
