"""The list in the order of the rule of thumb: offered where the rule does as well, kept until the model beats it."""

from __future__ import annotations

from dataclasses import replace

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.finding import Check, Finding
from tradewind.core.words import say
from tradewind.flow.answers.published import read_published
from tradewind.flow.learning.learned import Learned
from tradewind.flow.learning.tell import by_chance
from tradewind.flow.questions.asked import find_question
from tradewind.flow.questions.question import Question
from tradewind.report.numbers import say_day
from tradewind.store.manifest import Manifest
from tradewind.store.rule_lists_state import RuleList, drop_rule_list, keep_rule_list, rule_lists
from tradewind.store.workspace import Workspace

RULE = "rule"
"""Key of the notes of a table of scores under which the rule is named that its rows are in the order of."""


def rule_of_list(manifest: Manifest, name: str) -> str:
    """Return the rule in whose order the list of a question stands; empty where it is the model's."""
    entry = manifest.tables.get(f"scores_{name}")
    return "" if entry is None else str(entry.meta.get(RULE, ""))


def offered_rule(question: Question, finding: Finding | None) -> str:
    """Return the rule by which the list of a question can be ordered, as it does as well; empty where none does."""
    if finding is None or finding.status != "not distinguishable" or by_chance(finding.numbers):
        return ""
    learned_at_dates = question.label is None and question.use_case.task in ("classification", "regression")
    return finding.rule if learned_at_dates else ""


def order_by_rule(workspace: Workspace, name: str, by: str) -> None:
    """Put the list of a question in the order of its rule from the next update on.

    Raises:
        ConfigError: there is no such question.
        NotAnswerable: the answer that stands does not say that a rule does as well.
    """
    question, published = find_question(workspace.config, name), read_published(workspace)
    rule = offered_rule(question, None if published is None else published.find(name))
    if not rule:
        what = "there is no rule of thumb that does as well as this list"
        raise NotAnswerable(Problem(name, what, "", "an answer that advises its rule"))
    keep_rule_list(workspace.state(), RuleList(name, rule, workspace.clock(), by))


def order_by_model(workspace: Workspace, name: str) -> None:
    """Put the list of a question in the order of its model again, from the next update on.

    Raises:
        ConfigError: there is no such question.
    """
    find_question(workspace.config, name)
    drop_rule_list(workspace.state(), name)


def find_rule_list(workspace: Workspace, name: str) -> RuleList | None:
    """Return who said that a list stands in the order of its rule; None where nobody did."""
    return rule_lists(workspace.state()).get(name)


def with_rule_in_use(workspace: Workspace, learned: Learned) -> Learned:
    """Return what was learned, to be listed by its rule where somebody said so and the model does not beat it."""
    chosen = bool(learned.rule) and find_rule_list(workspace, learned.question) is not None
    return replace(learned, by_rule=chosen and not learned.better)


def tell_rule(workspace: Workspace, finding: Finding, learned: Learned) -> Finding:
    """Return a finding that says in whose order its list stands; a model that beats the rule has the list again."""
    finding = replace(finding, rule=finding.rule or learned.rule)
    chosen = find_rule_list(workspace, learned.question)
    if chosen is None:
        return finding
    words = {"rule": learned.rule or chosen.rule, "by": chosen.by, "day": say_day(chosen.at.date())}
    if learned.better:
        drop_rule_list(workspace.state(), learned.question)
        back = Check(say("rule.check"), "pass", say("rule.back", **words))
        return replace(finding, checks=(*finding.checks, back))
    if rule_of_list(workspace.manifest(), learned.question) == "":
        return finding
    check = Check(say("rule.check"), "warn", say("rule.used", **words), say("rule.do"))
    return replace(finding, next=say("rule.next", **words), checks=(*finding.checks, check))
