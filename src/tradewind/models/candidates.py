"""Which models may be tried: the named ones, how each is fitted, and which of them can be saved and deployed."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ConfigError, ModelError, Problem
from tradewind.models.bayesian import fit_bayesian
from tradewind.models.blend import BlendModel
from tradewind.models.budget import Budget
from tradewind.models.design import DesignKind
from tradewind.models.linear import Link, fit_linear
from tradewind.models.trees import fit_trees

Array = NDArray[np.float64]
Task = Literal["classification", "regression"]
Settings = Mapping[str, object]


class Model(Protocol):
    """What every fitted model can do with a design matrix."""

    @property
    def algorithm(self) -> str:
        """Name of the candidate it was fitted as."""

    @property
    def link(self) -> Link:
        """How the margin becomes a mean."""

    def margin(self, matrix: Array) -> Array:
        """Return (n,) predictions before the inverse link."""


class ExplainableModel(Model, Protocol):
    """A model that can be saved, deployed and explained."""

    def contributions(self, matrix: Array) -> Array:
        """Return (n, columns + 1) parts that sum to the margin; the last belongs to nobody in particular."""


@dataclass(frozen=True)
class Fitting:
    """What a candidate is given to learn from.

    Args:
        matrix: (n, columns) design of the training rows.
        outcome: (n,) outcomes.
        weight: (n,) sampling weights.
        task: classification (0/1) or regression.
        link: `logit`; `log` for amounts from zero up; `identity` for any amount.
        seed: for whatever in the fit is random.
        num_threads: threads to use.
        linear: how many of the columns, from the first, are of the linear design.
    """

    matrix: Array
    outcome: Array
    weight: Array
    task: Task
    link: Link
    seed: int
    num_threads: int
    linear: int = 0


@dataclass(frozen=True)
class Candidate:
    """One kind of model that may be tried.

    Args:
        name: as written in config.
        design: which design matrix it reads.
        fit: from the data and one of `settings` to a model.
        settings: the settings tried, the best by out-of-time score kept; the first is the default.
        deployable: whether it can be saved, explained and deployed.
        most_rows: rows beyond this are sampled for fitting, and the result says so; None for no limit.
        tasks: the kinds of question it can answer.
        budget: how long to look for better settings than these; None for not at all.
    """

    name: str
    design: DesignKind
    fit: Callable[[Fitting, Settings], Model]
    settings: tuple[Settings, ...] = field(default=({},))
    deployable: bool = True
    most_rows: int | None = None
    tasks: tuple[Task, ...] = ("classification", "regression")
    budget: Budget | None = None


def choose_candidates(
    names: Sequence[str] | Literal["auto"] = "auto", own: Mapping[str, object] | None = None
) -> tuple[Candidate, ...]:
    """Return the candidates of those names, quickest first.

    Args:
        names: names of `DEPLOYABLE` or `COMPARED`, or "auto" for those of `AUTO`.
        own: name to a scikit-learn estimator of the caller's own; compared, never deployed.
    Returns:
        The candidates. Where none of them is deployable, the deployable ones come along, since one must be chosen.
    Raises:
        ConfigError: a name is unknown; all unknown names are told together.
    """
    from tradewind.models.peers import COMPARED, peer

    known = {**DEPLOYABLE, **COMPARED}
    wanted = list(AUTO) if names == "auto" else list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ConfigError([_unknown(name, known) for name in unknown])
    if not any(name in DEPLOYABLE for name in wanted):
        wanted = [*AUTO, *wanted]
    chosen = [known[name] for name in known if name in wanted]
    return (*chosen, *(peer(name, estimator) for name, estimator in (own or {}).items()))


def _unknown(name: str, known: Mapping[str, Candidate]) -> Problem:
    close = difflib.get_close_matches(name, known, 1)
    hint = f'did you mean "{close[0]}"?' if close else ""
    return Problem("models", "there is no model of this name", repr(name), "one of " + ", ".join(known), hint)


def _linear(fitting: Fitting, settings: Settings) -> Model:
    chosen: dict[str, Any] = dict(settings)
    return fit_linear(fitting.matrix, fitting.outcome, fitting.weight, fitting.link, **chosen)


def _bayesian(given: Fitting, settings: Settings) -> Model:
    if settings:
        raise ModelError(Problem("models", "the Bayesian model has no settings", ", ".join(settings)))
    return fit_bayesian(given.matrix, given.outcome, given.weight, given.seed)


def _blend(given: Fitting, settings: Settings) -> Model:
    """Fit both parts; `linear` and `boosting` among the settings are theirs, `share` is the weight of the first."""
    own: dict[str, Any] = dict(settings)
    parts = given.matrix[:, : given.linear], given.matrix[:, given.linear :]
    linear = fit_linear(parts[0], given.outcome, given.weight, given.link, **own.get("linear", {}))
    trees = fit_trees(
        parts[1], given.outcome, given.weight, given.link, "boosting", own.get("boosting", {}), given.seed,
        given.num_threads,
    )  # fmt: skip
    return BlendModel(linear, trees, float(own.get("share", 0.5)))


def _trees(algorithm: str) -> Callable[[Fitting, Settings], Model]:
    def fit(given: Fitting, settings: Settings) -> Model:
        return fit_trees(
            given.matrix, given.outcome, given.weight, given.link, algorithm, settings, given.seed, given.num_threads
        )

    return fit


DEPLOYABLE: Mapping[str, Candidate] = {
    "linear": Candidate("linear", "linear", _linear, tuple({"strength": s} for s in (0.01, 0.03, 0.003, 0.1, 0.001))),
    "tree": Candidate("tree", "trees", _trees("tree")),
    "boosting": Candidate(
        "boosting",
        "trees",
        _trees("boosting"),
        ({}, {"num_iterations": 300, "learning_rate": 0.03, "num_leaves": 16, "feature_fraction": 0.4}),
    ),
    "forest": Candidate("forest", "trees", _trees("forest")),
    "blend": Candidate("blend", "both", _blend),
    "bayesian": Candidate("bayesian", "linear", _bayesian, tasks=("classification",)),
}
"""The models that are saved and deployed, quickest first."""

AUTO = ("linear", "tree", "boosting", "forest")
"""What `auto` tries on a history of many moments. A blend would cost what both of its parts cost again; the Bayesian
model comes by itself where outcomes are few."""

LABELLED: tuple[Candidate, ...] = (
    replace(DEPLOYABLE["linear"], settings=({"strength": 0.003},)),
    replace(
        DEPLOYABLE["boosting"],
        settings=(
            {
                "num_iterations": 300,
                "learning_rate": 0.03,
                "num_leaves": 16,
                "min_data_in_leaf": 30,
                "feature_fraction": 0.7,
            },
            {},
        ),
    ),
    DEPLOYABLE["blend"],
)
"""What `auto` tries on a labelled table: few columns, so that trees may see most of them at a time."""


def named(name: str, candidates: Sequence[Candidate]) -> Candidate:
    """Return a candidate by name; the Bayesian one may have come by itself."""
    return next((each for each in candidates if each.name == name), None) or DEPLOYABLE[name]


def require_extra(module: str, extra: str) -> Any:
    """Import a library of an extra, or say which extra brings it.

    Raises:
        ModelError: it is not installed.
    """
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        do = f'pip install "tradewind[{extra}]"'
        raise ModelError(
            Problem("models", f"{module} is not installed", str(error), f"the extra {extra}", do)
        ) from error
