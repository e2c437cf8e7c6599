"""What a test on a labelled table gave: rows predicted where they had not been seen, and what the folds agreed on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from tradewind.models.candidates import Settings
from tradewind.models.choose import Attempt
from tradewind.models.learn import Learnt
from tradewind.models.tuning import Tuning

Array = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class LabelledTrial:
    """What the procedure chose, and how it did on rows it had not learned from.

    Args:
        design: `shuffled` (repeated cross-validation) or `ordered` (later rows predicted from earlier ones).
        chosen: name of the candidate that did best inside the training rows, over all folds and repeats.
        settings: its settings.
        attempts: every candidate and setting, with its inner score averaged over folds and repeats.
        rows: (m,) positions of the rows predicted: all with a known outcome, or the later ones.
        mean: (m,) calibrated probabilities, averaged over repeats; this is what is evaluated.
        label: (m,) their outcomes.
        by_repeat: (repeats, m) calibrated probabilities of each repeat.
        fold: (repeats, m) fold or part in which each row was predicted.
        picked: the candidate chosen in each fold of each repeat, in order.
        training_rows: rows the deployed model learns from.
        training_positives: outcomes among them.
        features: names of the features used, those that only number rows left out.
        seconds: time taken.
        said: what was left out or done differently, in plain sentences.
        tunings: what looking for better settings brought, fold by fold.
    """

    design: Literal["shuffled", "ordered"]
    chosen: str
    settings: Settings
    attempts: tuple[Attempt, ...]
    rows: Places
    mean: Array
    label: Array
    by_repeat: Array
    fold: Places
    picked: tuple[str, ...]
    training_rows: int
    training_positives: int
    features: tuple[str, ...]
    seconds: float
    said: tuple[str, ...]
    tunings: tuple[Tuning, ...] = ()

    @property
    def repeats(self) -> int:
        """How many times every row was predicted."""
        return len(self.by_repeat)


@dataclass(frozen=True)
class Choice:
    """What most folds chose.

    Args:
        name: the candidate chosen most often.
        settings: its usual settings.
        attempts: each candidate once, best first: usual settings, and the mean over folds of its best inner score.
        said: what was wrong with some of them.
    """

    name: str
    settings: Settings
    attempts: tuple[Attempt, ...]
    said: tuple[str, ...]


def agree(learned: Sequence[Learnt]) -> Choice:
    """Return what the folds chose, told as one choice."""
    attempts = _summary(learned)
    votes = Counter(learnt.chosen.name for learnt in learned)
    rank = {attempt.name: -place for place, attempt in enumerate(attempts)}
    name = max(votes, key=lambda each: (votes[each], rank[each]))
    settings = _settings([learnt.chosen.settings for learnt in learned if learnt.chosen.name == name])
    return Choice(name, settings, attempts, tuple(attempt.note for attempt in attempts if attempt.note))


def _summary(learned: Sequence[Learnt]) -> tuple[Attempt, ...]:
    """Return each candidate once, best first: its usual settings, and the mean over folds of its best inner score."""
    best: dict[str, list[Attempt]] = {}
    for learnt in learned:
        tried: dict[str, list[Attempt]] = {}
        for attempt in learnt.attempts:
            tried.setdefault(attempt.name, []).append(attempt)
        for name, group in tried.items():
            best.setdefault(name, []).append(min(group, key=_score))
    made = []
    for name, group in best.items():
        scores = [attempt.score for attempt in group if attempt.score is not None]
        score = float(np.mean(scores)) if len(scores) == len(group) == len(learned) else None
        note = next((attempt.note for attempt in group if attempt.note), "")
        settings = _settings([attempt.settings for attempt in group])
        made.append(Attempt(name, settings, group[0].deployable, score, sum(a.seconds for a in group), note))
    return tuple(sorted(made, key=_score))


def _score(attempt: Attempt) -> float:
    return np.inf if attempt.score is None else attempt.score


def _settings(found: Sequence[Settings]) -> Settings:
    """Return the settings chosen most often; of a blend those of its parts, and the mean weight."""
    if "share" not in found[0]:
        names = [repr(sorted(each.items())) for each in found]
        return found[names.index(Counter(names).most_common(1)[0][0])]
    parts = {part: _settings([cast(Settings, each[part]) for each in found]) for part in ("linear", "boosting")}
    return {**parts, "share": round(float(np.mean([float(str(each["share"])) for each in found])), 3)}
