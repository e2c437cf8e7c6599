"""A question whose answer stands in a column: `[labels.<name>]` as a question like any other."""

from __future__ import annotations

from dataclasses import replace

from tradewind.core.contract import CONTRACT
from tradewind.core.entities import BY_TABLE
from tradewind.core.label_words import OutcomeWords, outcome_words
from tradewind.core.time import Days, Horizon
from tradewind.core.use_case import Economics, UseCase
from tradewind.flow.learning.team_rule import find_rule
from tradewind.flow.questions.question import Question
from tradewind.models.budget import parse_budget
from tradewind.store.config import Config
from tradewind.store.config_labels import LabelSettings

SUCCESS_SHARE = 0.05
"""Assumed share of contacted people whom the contact changes, where config says nothing."""
CONTACT_COST = 0.5
TIME_LIMIT_SECONDS = 60.0
"""For choosing a model: a label is tested several times over, and in several ways."""


def label_question(config: Config, name: str) -> Question:
    """Return one label as a question.

    Args:
        config: the workspace's.
        name: of the label.
    """
    settings = config.labels[name]
    words = words_of(name, settings)
    case = UseCase(
        name=name,
        title=_plain(settings.title or _title(settings, words)),
        question=_plain(settings.question or f"Which of our {people_of(settings)} will {words.infinitive}?"),
        action=_plain(settings.action or _action(settings, words)),
        task="classification",
        entity=CONTRACT[settings.table].key[0],
        horizon=Horizon(Days(1)),  # a column has no horizon: nothing reads this one
        positive=_plain(words.does),
        economics=_economics(settings),
        requires=(settings.table,),
    )
    tune = None if settings.tune is None else parse_budget(settings.tune, f"labels.{name}.tune")
    question = Question(case, "", label=settings, rule=find_rule(config, settings.rule), tune=tune)
    models = settings.models if settings.models == "auto" else tuple(settings.models)
    return question.with_models(
        ("auto",) if models == "auto" else models,
        TIME_LIMIT_SECONDS if settings.time_limit_seconds is None else settings.time_limit_seconds,
    )


def words_of(name: str, settings: LabelSettings) -> OutcomeWords:
    """Return how the outcome of a label is spoken of."""
    return outcome_words(name, settings.column, settings.positive, settings.does)


def people_of(settings: LabelSettings) -> str:
    """Return what the rows of a label's table are called."""
    return BY_TABLE[settings.table].people


def _title(settings: LabelSettings, words: OutcomeWords) -> str:
    about = "about to" if words.unwanted else "likely to"
    return f"{people_of(settings).capitalize()} {about} {words.infinitive}"


def _action(settings: LabelSettings, words: OutcomeWords) -> str:
    if words.unwanted:
        return f"Speak to the {people_of(settings)} most likely to {words.infinitive}, before they do."
    return f"Work first on the {people_of(settings)} most likely to {words.infinitive}."


def _economics(settings: LabelSettings) -> Economics:
    worth = Economics(
        f"one of the {people_of(settings)} won or kept",
        "what config says that one is worth",
        CONTACT_COST,
        SUCCESS_SHARE,
    )
    if settings.contact_cost is not None:
        worth = replace(worth, contact_cost=settings.contact_cost)
    if settings.success_share is not None:
        worth = replace(worth, success_share=settings.success_share)
    return worth


def _plain(text: str) -> str:
    """Braces are filled in a question's sentences; those of people are meant as they are."""
    return text.replace("{", "{{").replace("}", "}}")
