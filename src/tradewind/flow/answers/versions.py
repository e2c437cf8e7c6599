"""The saved models of a question: which one is in use, how they compare, going back to one and forward again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from tradewind.core.errors import NotAnswerable, NotFound, Problem, TradewindError
from tradewind.core.finding import Check, Number
from tradewind.core.words import say
from tradewind.flow.learning.learned import Learned
from tradewind.flow.questions.asked import find_question
from tradewind.models.files import read_card
from tradewind.report.numbers import say_day, say_money
from tradewind.store.pins_state import Pin, pin_model, pinned_models, unpin_model
from tradewind.store.state import ModelVersion
from tradewind.store.workspace import Workspace

DESIGN = "design.json"
"""File that a model of chances or amounts has, and a lifetime model has not: the two are not exchanged."""

LONGEST = 500
"""Letters of a reason."""


@dataclass(frozen=True)
class SavedVersion:
    """One saved model beside the others.

    Args:
        version: its name.
        made_at: naive UTC.
        algorithm: the estimator.
        trained_through: newest date it learned from; None where the card does not say.
        test_cutoff: where its procedure was tested; None where the card does not say.
        rows: rows it learned from.
        metrics: figures of its procedure at its own test.
        newest: whether no model was saved after it.
        in_use: whether the next update scores with it.
        on_list: whether the present list was made with it.
        usable: whether one can go back to it: its files are there.
    """

    version: str
    made_at: datetime
    algorithm: str
    trained_through: date | None
    test_cutoff: date | None
    rows: int | None
    metrics: Mapping[str, Number] = field(default_factory=dict)
    newest: bool = False
    in_use: bool = False
    on_list: bool = False
    usable: bool = True


def version_in_use(workspace: Workspace, name: str) -> ModelVersion | None:
    """Return the model that a question is answered with: the pinned one while its files are there, else the newest."""
    models = workspace.state().models(name)
    pin = pinned_models(workspace.state()).get(name)
    if pin is not None:
        found = next((model for model in models if model.version == pin.version), None)
        if found is not None and _is_there(workspace, found):
            return found
    return models[0] if models else None


def with_version_in_use(workspace: Workspace, learned: Learned) -> Learned:
    """Return what was learned, to be scored with the model that is in use."""
    used = version_in_use(workspace, learned.question)
    return learned if used is None or not learned.version else replace(learned, version=used.version)


def checks_of_version(workspace: Workspace, learned: Learned) -> tuple[Check, ...]:
    """Return a warning where the list comes from another model than the newest, whose figures stand beside it."""
    pin = pinned_models(workspace.state()).get(learned.question)
    if pin is None or not learned.version or pin.version == learned.version:
        return ()
    used = version_in_use(workspace, learned.question)
    words = {"version": pin.version, "newest": learned.version, "by": pin.by, "day": say_day(pin.at.date())}
    gone = used is None or used.version != pin.version
    do = say("version.do")
    return (Check(say("version.check"), "warn", say("version.gone" if gone else "version.pinned", **words), do),)


def compare_versions(workspace: Workspace, name: str, on_list: str = "") -> tuple[SavedVersion, ...]:
    """Return the saved models of a question, newest first.

    Args:
        workspace: an open workspace.
        name: of the question.
        on_list: version with which the present list was made.
    """
    models = workspace.state().models(name)
    used = version_in_use(workspace, name)
    return tuple(
        _saved(workspace, model, place == 0, used is not None and model.version == used.version, on_list)
        for place, model in enumerate(models)
    )


def _saved(workspace: Workspace, model: ModelVersion, newest: bool, in_use: bool, on_list: str) -> SavedVersion:
    usable = _is_there(workspace, model)
    card: Mapping[str, Any] = {}
    if usable:
        try:
            card = read_card(workspace.path(model.path))
        except TradewindError:
            usable = False
    metrics = {key: Number(**value) for key, value in dict(card.get("metrics") or {}).items()}
    rows = card.get("rows")
    return SavedVersion(
        version=model.version,
        made_at=model.created_at,
        algorithm=str(card.get("algorithm") or model.card.get("algorithm") or ""),
        trained_through=_day(card.get("trained_through")),
        test_cutoff=_day(card.get("test_cutoff") or model.card.get("test_cutoff")),
        rows=int(rows) if isinstance(rows, int) else None,
        metrics=metrics,
        newest=newest,
        in_use=in_use,
        on_list=model.version == on_list,
        usable=usable,
    )


def choose_version(workspace: Workspace, name: str, version: str, by: str, because: str = "") -> None:
    """Use this model from the next update on, until somebody says otherwise; the newest one is no longer held fast.

    Raises:
        ConfigError: there is no such question.
        NotFound: no such model was saved.
        NotAnswerable: its files are gone, or it is of another kind than the newest.
    """
    find_question(workspace.config, name)
    models = workspace.state().models(name)
    found = next((model for model in models if model.version == version), None)
    if found is None:
        raise NotFound(Problem(name, "no model of this version was saved", version[:40], "one of the list of versions"))
    if found is models[0]:
        unpin_model(workspace.state(), name)
        return
    if not _is_there(workspace, found):
        raise NotAnswerable(Problem(name, "the files of this model are gone", version, "a version that is still there"))
    if _has_design(workspace, found) != _has_design(workspace, models[0]):
        what = "this model is of another kind than the newest, and the one cannot stand in for the other"
        raise NotAnswerable(Problem(name, what, version, "a version of the same kind"))
    why = " ".join(because.split())[:LONGEST]
    pin_model(workspace.state(), Pin(name, version, workspace.clock(), by, why))


def use_newest(workspace: Workspace, name: str) -> None:
    """Use the newest model again from the next update on."""
    find_question(workspace.config, name)
    unpin_model(workspace.state(), name)


def say_metric(name: str, number: Number | None, currency: str) -> str:
    """Return a figure of a version's test: of 100, or in money; "–" where it is not known."""
    if number is None or number.value is None:
        return "–"
    if name.endswith("mae"):
        return say_money(number.value, currency)
    text = f"{100 * number.value:.1f}" if name == "ece" else f"{100 * number.value:.0f}"
    known = name != "ece" and number.low is not None and number.high is not None
    return f"{text} ({100 * (number.low or 0):.0f} to {100 * (number.high or 0):.0f})" if known else text


def find_pin(workspace: Workspace, name: str) -> Pin | None:
    """Return who said which model a question uses; None where it is the newest."""
    return pinned_models(workspace.state()).get(name)


def _is_there(workspace: Workspace, model: ModelVersion) -> bool:
    return (workspace.path(model.path) / "card.json").is_file()


def _has_design(workspace: Workspace, model: ModelVersion) -> bool:
    return (workspace.path(model.path) / DESIGN).is_file()


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
