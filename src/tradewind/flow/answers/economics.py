"""What contacting a list leaves, at any cost of a contact and any share whom it changes: the one definition.

Contacting somebody is expected to leave `share × stake − cost`, the stake being chance × value. It pays where the
stake is above `cost / share`. Pages compute the same from the same `Curve`, line by line (`web/static/economics.js`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ConfigError, NotAnswerable, Problem
from tradewind.flow.questions.question import Question
from tradewind.store.tables import read_columns
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]

EXACT = 2_500
"""People up to which a curve holds everybody."""

FIRST = 1_000
"""Of a longer list, so many of the largest stakes are all held."""

RATIO = 1.005
"""Beyond them each knot's rank is at most so many times the one before."""

MOST_COST = 1e9
PASSES = 200


@dataclass(frozen=True)
class Curve:
    """A list's stakes, small enough for a page.

    The stakes are sorted, largest first: the first `ranks[j]` of them are at least `stakes[j]`, and `sums[j]` together.
    Of up to `EXACT` people each is a knot, and every figure is exact. Of more, a figure between two knots is read off
    the straight line between them. The true number of people then lies between the knots' ranks, which beyond the first
    `FIRST` differ by at most `RATIO`; as stakes fall, so do their sums: both are off by less than 0.5 in 100. The
    threshold of the question's own settings lies between two neighbouring ranks: there nothing is off.

    The list itself is in the order of the chances. Where to stop on it is a corner of the upper hull of (place, sum of
    the stakes so far), whatever the cost and the share; `places` and `reached` are these corners (of more than `EXACT`
    of them every one whose place is not within `RATIO` of another).

    Args:
        people: how many are on the list.
        ranks: rising, from 1 to `people`.
        stakes: stake at each rank, falling.
        sums: sum of the stakes up to each rank.
        places: corners: how far down the list.
        reached: corners: sum of the stakes down to there.
    """

    people: int
    ranks: tuple[int, ...]
    stakes: tuple[float, ...]
    sums: tuple[float, ...]
    places: tuple[int, ...]
    reached: tuple[float, ...]

    def to_json(self) -> dict[str, object]:
        """Return the curve as a page embeds it."""
        return asdict(self)


@dataclass(frozen=True)
class Reckoning:
    """What contacting leaves at one cost and one share.

    Args:
        contact_cost: of one contact.
        success_share: share of contacted people whom the contact changes.
        contacts: people for whom a contact pays.
        cost: of contacting them.
        gain: what is expected to be left after the cost.
        at_stake: sum of their stakes.
        break_even_share: share at which contacting these very people pays for itself; None where it pays for nobody.
        best_length: how far down the list one goes where everybody down to there is contacted.
        best_gain: what that is expected to leave.
    """

    contact_cost: float
    success_share: float
    contacts: int
    cost: float
    gain: float
    at_stake: float
    break_even_share: float | None
    best_length: int
    best_gain: float

    def to_json(self) -> dict[str, object]:
        """Return the figures as the API gives them."""
        return asdict(self)


def reckon(curve: Curve, contact_cost: float, success_share: float) -> Reckoning:
    """Return what contacting leaves.

    Raises:
        ConfigError: a cost or share that cannot be.
    """
    if not 0 <= contact_cost <= MOST_COST:
        raise ConfigError(Problem("contact_cost", "a contact cannot cost this", f"{contact_cost:g}", "0 or more"))
    if not 0 <= success_share <= 1:
        raise ConfigError(Problem("success_share", "this is no share", f"{success_share:g}", "0 to 1"))
    contacts, at_stake = _above(curve, contact_cost / success_share if success_share > 0 else float("inf"))
    cost = contacts * contact_cost
    best_length, best_gain = 0, 0.0
    for place, reached in zip(curve.places, curve.reached, strict=True):
        left = success_share * reached - place * contact_cost
        if left > best_gain:
            best_length, best_gain = place, left
    return Reckoning(
        contact_cost=contact_cost,
        success_share=success_share,
        contacts=contacts,
        cost=cost,
        gain=success_share * at_stake - cost,
        at_stake=at_stake,
        break_even_share=cost / at_stake if at_stake > 0 else None,
        best_length=best_length,
        best_gain=best_gain,
    )


def _above(curve: Curve, threshold: float) -> tuple[int, float]:
    """How many stakes are above a threshold, and their sum."""
    above = sum(stake > threshold for stake in curve.stakes)
    if above == 0:
        return 0, 0.0
    rank, total = curve.ranks[above - 1], curve.sums[above - 1]
    gap = curve.ranks[above] - rank if above < len(curve.ranks) else 1
    if gap == 1:
        return rank, total
    upper, lower = curve.stakes[above - 1], curve.stakes[above]
    more = min(int((upper - threshold) / (upper - lower) * gap), gap - 1)
    return rank + more, total + more * (upper + threshold) / 2


def read_curve(workspace: Workspace, question: Question) -> Curve:
    """Return the curve of a question's list as the last run left it.

    Raises:
        NotAnswerable: no run has made one, or nobody knows what a contact may cost there.
    """
    name = f"scores_{question.name}"
    entry = workspace.manifest().tables.get(name)
    where, do = f"the money of {question.name}", f"tradewind run --only {question.name}"
    if question.use_case.task != "classification":
        raise NotAnswerable(Problem(where, "it is no list of whom to contact", "", "a question about who does it"))
    if entry is None:
        raise NotAnswerable(Problem(where, "nobody has been scored yet", "", f"a table {name}", do))
    rows = read_columns(workspace.root, entry, ("mean", "value", "expected_gain"))
    if rows.num_rows == 0 or rows["expected_gain"].null_count == rows.num_rows:
        what = "when a contact pays is not known, because amounts are revenue, not profit"
        raise NotAnswerable(Problem(where, what, "", "a margin, or a cost of each product", "margin in [workspace]"))
    economics = question.use_case.economics
    threshold = economics.contact_cost / economics.success_share if economics.success_share > 0 else 0.0
    return curve_of(_stakes(rows), threshold)


def _stakes(rows: pa.Table) -> Array:
    mean, value = (rows[name].to_numpy().astype(np.float64) for name in ("mean", "value"))
    return np.asarray(np.nan_to_num(mean * value))


def curve_of(stakes: Array, threshold: float) -> Curve:
    """Return the curve of a list.

    Args:
        stakes: (n,) chance × value, in the order of the list.
        threshold: cost of a contact / share changed, as the question's settings say.
    """
    falling = np.sort(stakes)[::-1]
    ranks = _knots(len(falling), int((falling > threshold).sum()))
    sums = np.cumsum(falling)
    places, reached = _corners(stakes)
    return Curve(
        people=len(falling),
        ranks=tuple(ranks.tolist()),
        stakes=tuple(falling[ranks - 1].tolist()),
        sums=tuple(sums[ranks - 1].tolist()),
        places=tuple(places.tolist()),
        reached=tuple(reached.tolist()),
    )


def _knots(people: int, known: int = 0) -> NDArray[np.int64]:
    """The ranks that a curve holds: all, or the first and then ever fewer; always those around a known one."""
    if people <= EXACT:
        return np.arange(1, people + 1)
    steps = np.arange(1, np.log(people / FIRST) / np.log(RATIO))
    sparse = np.floor(FIRST * RATIO**steps).astype(np.int64)
    around = [rank for rank in (known, known + 1, people) if 1 <= rank <= people]
    return np.unique(np.concatenate([np.arange(1, FIRST + 1), sparse, around]))


def _corners(stakes: Array) -> tuple[NDArray[np.int64], Array]:
    """The corners of the upper hull of (place, sum so far), after the first point (0, 0)."""
    place = np.arange(len(stakes) + 1)
    total = np.concatenate([[0.0], np.cumsum(stakes)])
    for _ in range(PASSES):  # whoever lies under the line between two others is no corner
        if len(place) < 3:
            break
        rise, run = np.diff(total), np.diff(place)
        corner = np.concatenate([[True], rise[:-1] * run[1:] > rise[1:] * run[:-1], [True]])
        if corner.all():
            break
        place, total = place[corner], total[corner]
    if len(place) > EXACT:
        kept = _knots(len(place)) - 1
        place, total = place[kept], total[kept]
    return place[1:], total[1:]
