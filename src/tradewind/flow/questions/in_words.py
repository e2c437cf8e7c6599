"""Questions in business words, `[questions.*]`, as questions like any other."""

from __future__ import annotations

from dataclasses import replace

from tradewind.core.contract import CONTRACT
from tradewind.core.entities import ENTITIES
from tradewind.core.errors import ConfigError, Problem
from tradewind.core.time import Days, Horizon
from tradewind.core.use_case import Economics, UseCase
from tradewind.core.words import say
from tradewind.features.questions.compile import compile_question
from tradewind.features.questions.needs import columns_of, tables_of, worth_columns
from tradewind.features.questions.parse import parse_question
from tradewind.features.questions.rows import MEMBERS
from tradewind.features.questions.said import say_does, say_who, say_worth
from tradewind.features.questions.things import ENTITIES as SPOKEN
from tradewind.features.questions.tree import Asked, Had, conditions
from tradewind.flow.learning.own_rules import rules_of
from tradewind.flow.learning.team_rule import find_rule
from tradewind.flow.questions.question import Question
from tradewind.models.budget import parse_budget
from tradewind.store.config import Config
from tradewind.store.config_problems import did_you_mean
from tradewind.store.config_questions import QuestionSettings

MINIMUM_HISTORY = (30, 90)
"""Days of history that a past date needs before it: what `who` looks back over, within these bounds."""

EVERY = 30
"""Days between past dates at most; a longer horizon overlaps itself, and the figures are counted by entity."""


def own_question(config: Config, name: str) -> Question:
    """Return a question of `[questions.*]`.

    Raises:
        ConfigError: its words cannot be understood; all of its problems together.
    """
    settings = config.questions[name]
    asked = parse_question(settings.who, settings.what, settings.within, settings.worth, f"questions.{name}")
    members = company_members(config)
    require_mapped(config, asked, members, f"questions.{name}")
    case = use_case_of(name, settings, asked, members)
    tune = None if settings.tune is None else parse_budget(settings.tune, f"questions.{name}.tune")
    question = Question(case, compile_question(asked, members), rule=find_rule(config, settings.rule), tune=tune)
    models = ("auto",) if settings.models == "auto" else tuple(settings.models)
    question = question.with_models(models, settings.time_limit_seconds or question.time_limit_seconds)
    return question if settings.cutoffs is None else replace(question, cutoffs=settings.cutoffs)


def require_mapped(config: Config, asked: Asked, members: tuple[str, ...], where: str) -> None:
    """Do nothing where every attribute that a question names is mapped.

    Raises:
        ConfigError: the nearest name for each that is not, where its table is mapped.
    """
    problems = []
    for place in (*columns_of(asked, members), *worth_columns(asked)):
        table, column = place.split(".")
        if table not in config.tables or CONTRACT[table].column(column) is not None:
            continue
        mapped = list(config.tables[table].columns)
        if column not in mapped:
            what = f"there is no column of that name in [tables.{table}]"
            near = did_you_mean(column, [*mapped, *(each.name for each in CONTRACT[table].columns)])
            problems.append(Problem(where, what, column, f"one of: {', '.join(mapped)}", near))
    if problems:
        raise ConfigError(problems)


def company_members(config: Config) -> tuple[str, ...]:
    """Return the tables whose rows are known to belong to a company."""
    return tuple(
        table for table, _ in MEMBERS if table in config.tables and "account_id" in config.tables[table].columns
    )


def use_case_of(name: str, settings: QuestionSettings, asked: Asked, members: tuple[str, ...]) -> UseCase:
    """Return the declaration of a question in business words; what nobody said is worded from the words themselves."""
    entity = ENTITIES[SPOKEN[asked.entity].key]
    does = settings.does or say_does(asked.what, asked.entity)
    window = max((each.window.oldest or 0 for each in conditions(asked.who) if isinstance(each, Had)), default=0)
    least, most = MINIMUM_HISTORY
    title = settings.title or f"{entity.people.capitalize()} likely to {does}"
    who = say_who(asked)
    question = settings.question or say("own.question", who=who, does=does, horizon="{horizon}")
    worth = value_sentence(asked)
    economics = Economics(say("own.success", one=entity.one, does=does), worth)
    if settings.contact_cost is not None:
        economics = replace(economics, contact_cost=settings.contact_cost)
    if settings.success_share is not None:
        economics = replace(economics, success_share=settings.success_share)
    return UseCase(
        name=name,
        title=_plain(title),
        question=_horizon(question),
        action=_plain(settings.action or say("own.action", people=entity.people)),
        task="classification",
        entity=entity.key,
        horizon=Horizon(Days(asked.within)),
        positive=say("own.positive", does=_plain(does), horizon="{horizon}"),
        economics=replace(economics, success=_plain(economics.success), value_sentence=_plain(worth)),
        requires=tables_of(asked, members),
        columns=columns_of(asked, members),
        baselines=rules_of(asked),
        minimum_history=Days(min(max(window, least), most)),
        every=settings.every or Days(min(asked.within, EVERY)),
        does=_plain(does),
    )


def value_sentence(asked: Asked) -> str:
    """Return how the worth of a success is worked out, in plain words."""
    if asked.worth is None:
        return say("own.worth.unknown")
    if asked.worth.source is not None:
        return say("own.worth.things", things=say_worth(asked.worth))
    if asked.worth.attribute:
        return say("own.worth.attribute", what=say_worth(asked.worth).replace("_", " "))
    return say("own.worth.number", number=say_worth(asked.worth))


def _plain(text: str) -> str:
    """Braces are filled in a question's sentences; those of people are meant as they are."""
    return text.replace("{", "{{").replace("}", "}}")


def _horizon(text: str) -> str:
    """A sentence of a person's, in which only {horizon} is filled in."""
    return _plain(text).replace("{{horizon}}", "{horizon}")
