"""The addition "tiers": A to D by fixed chances, recalibrated on the last complete horizon, and what each will mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ConfigError, Problem
from tradewind.core.words import say
from tradewind.flow.data import Data
from tradewind.flow.learning.additions import Addition
from tradewind.flow.learning.learned import Learned, Scored
from tradewind.flow.learning.lesson import Lesson
from tradewind.flow.learning.past_dates import PastDates, Tested, say_at_past_dates
from tradewind.flow.questions.question import Question
from tradewind.models.deployed import Deployed
from tradewind.models.interval import fit_interval
from tradewind.models.protocol import Trial
from tradewind.models.recalibrate import follow, recalibrate
from tradewind.models.tiers import TIERS, choose_edges, rate_tiers, tier_of
from tradewind.report.numbers import say_of_100
from tradewind.store.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from tradewind.flow.learning.score import Asked

Array = NDArray[np.float64]

CLEAR = 1.96
"""What came is told as more or less than said where it is so many standard deviations away."""


def _chances(past: PastDates) -> tuple[Array, ...]:
    """The chances at each date, put right by what was known then; at the oldest by what came then."""
    followed = follow(past.like_today)
    lines = (followed.after[0], *followed.before[1:])
    return tuple(line.apply(each.said) for line, each in zip(lines, past.like_today, strict=True))


def _adjust(data: Data, lesson: Lesson, trial: Trial, deployed: Deployed) -> Deployed:
    """Put the deployed model's chances right by the last complete horizon."""
    past = say_at_past_dates(data, lesson, trial, deployed)
    outcome = np.concatenate([each.outcome for each in past.said])
    weight = np.concatenate([each.weight for each in past.said])
    interval = fit_interval(np.concatenate(_chances(past)), outcome, weight, trial.task)
    return replace(deployed, calibrator=recalibrate(past.like_today, follow(past.like_today)), interval=interval)


def _tested(data: Data, lesson: Lesson, trial: Trial, deployed: Deployed) -> Tested:
    """All past dates count as tests: at one date too few leads convert to tell a list from a rule."""
    past = say_at_past_dates(data, lesson, trial, deployed)
    before = follow(past.said).before
    mean = tuple(line.apply(each.said) for line, each in zip(before, past.said, strict=True))
    return Tested(past.days, past.rows, mean, tuple(each.outcome for each in past.said))


def _learn(data: Data, lesson: Lesson, trial: Trial, deployed: Deployed) -> Mapping[str, pa.Table]:
    """Return `tiers` (what each means) and `tier_months` (what was said and came, by past date and tier)."""
    import pyarrow as pa

    past = say_at_past_dates(data, lesson, trial, deployed)
    chances = _chances(past)
    chance, outcome = np.concatenate(chances), np.concatenate([each.outcome for each in past.said])
    weight = np.concatenate([each.weight for each in past.said])
    date = np.repeat(np.arange(len(chances)), [len(each) for each in chances])
    edges = _edges(lesson.question) or choose_edges(float(np.average(outcome, weights=weight)))
    rated = rate_tiers(chance, outcome, weight, date.astype(np.float64), edges)
    months: list[dict[str, Any]] = []
    for day, mean, each in zip(past.days, chances, past.said, strict=True):
        tier = tier_of(mean, edges)
        for place, name in enumerate(TIERS):
            here = tier == place
            said, came = float(mean[here].sum()), float(each.outcome[here].sum())
            doubt = float((mean[here] * (1 - mean[here])).sum())
            months.append({"cutoff": day, "tier": name, "leads": int(here.sum()), "expected": said, "happened": came,
                           "variance": doubt})  # fmt: skip
    columns = ("name", "begins", "seen", "happened", "said", "rate", "low", "high")
    values = {each: pa.array([getattr(row, each) for row in rated], from_pandas=True) for each in columns}
    tiers = pa.table(values).rename_columns(["tier", *columns[1:]])
    return {"tiers": tiers, "tier_months": pa.Table.from_pylist(months)}


def _edges(question: Question) -> tuple[float, ...]:
    """Where config says that tiers begin; nothing where it does not.

    Raises:
        ConfigError: they are not three falling chances.
    """
    given = question.use_case.options.get("tiers", ())
    edges = tuple(float(each) for each in given) if isinstance(given, tuple) else ()
    falling = len(edges) == 3 and 1 > edges[0] > edges[1] > edges[2] > 0
    if edges and not falling:
        raise ConfigError(
            Problem(f"use_cases.{question.name}.tiers", "tiers begin at three falling chances, those of A, B and C",
                    str(list(edges)), "such as [0.3, 0.15, 0.05]")
        )  # fmt: skip
    return edges


def _columns(data: Data, _: Question, learned: Learned, asked: Asked) -> Mapping[str, pa.Array]:
    """Each one's tier, and what the tier means."""
    import pyarrow as pa

    rated = data.workspace.table(learned.tables["tiers"]).to_pylist()
    tier = tier_of(asked.mean, tuple(row["begins"] for row in rated[:-1]))
    means = [say("tiers.means", **_shares(row)) if row["rate"] is not None else None for row in rated]
    return {
        "tier": pa.array([TIERS[place] for place in tier], pa.string()),
        "tier_means": pa.array([means[place] for place in tier], pa.string()),
    }


def _sentences(workspace: Workspace, question: Question, learned: Learned, scored: Scored) -> tuple[str, ...]:
    rated = workspace.table(learned.tables["tiers"]).to_pylist()
    months = workspace.table(learned.tables["tier_months"]).to_pylist()
    listed = workspace.table(scored.table)["tier"].to_pylist()
    people, do = question.people, question.do
    said = []
    for row in rated[:2]:
        if row["rate"] is None:
            begins = say_of_100(row["begins"])
            said.append(say("tiers.unseen", tier=row["tier"], begins=begins, people=people))
            continue
        words = {"tier": row["tier"], "count": listed.count(row["tier"]), "people": people, "do": do, **_shares(row)}
        said.append(say("tiers.one" if words["count"] == 1 else "tiers.tier", **words))
    return (*said, *_history(months), *_drift(months, listed))


def _shares(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: say_of_100(row[name]) for name in ("begins", "rate", "low", "high")}


def _history(months: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the best tier meant at the last dates."""
    seen = [row for row in months if row["tier"] == TIERS[0] and row["leads"] >= 10]
    shares = [say_of_100(row["happened"] / row["leads"]) for row in reversed(seen)]
    if len(shares) < 2:
        return []
    return [say("tiers.meant", tier=TIERS[0], last=shares[0], before=", ".join(shares[1:3]))]


def _drift(months: Sequence[Mapping[str, Any]], listed: Sequence[str]) -> list[str]:
    """Whether the last complete horizon brought clearly more or less than had been said, and whether the mix moved."""
    last = [row for row in months if row["cutoff"] == months[-1]["cutoff"]]
    leads = sum(row["leads"] for row in last)
    came, expected = sum(row["happened"] for row in last), sum(row["expected"] for row in last)
    doubt = sum(row["variance"] for row in last) ** 0.5
    said = []
    if doubt > 0 and abs(came - expected) > CLEAR * doubt:
        said.append(say("tiers.drift", came=say_of_100(came / leads), said=say_of_100(expected / leads)))
    before = last[0]["leads"] / leads if leads else 0.0
    now = listed.count(TIERS[0]) / len(listed) if listed else 0.0
    noise = (before * (1 - before) / leads + now * (1 - now) / len(listed)) ** 0.5 if leads and listed else 0.0
    if noise > 0 and abs(now - before) > CLEAR * noise:
        said.append(say("tiers.mix", tier=TIERS[0], now=say_of_100(now), before=say_of_100(before)))
    return said


ADDITION = Addition(learn=_learn, columns=_columns, sentences=_sentences, adjust=_adjust, tested=_tested)
