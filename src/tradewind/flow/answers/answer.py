"""The finding of one question, put together from what was learned and what was scored."""

from __future__ import annotations

from tradewind.core.finding import Finding
from tradewind.core.words import say
from tradewind.flow.labels.tell import tell_label
from tradewind.flow.learning.additions import additions_of
from tradewind.flow.learning.learned import Learned, Scored
from tradewind.flow.learning.tell import tell_amounts, tell_people, tell_refusal
from tradewind.flow.orders.lifetime import is_panel, panel_question
from tradewind.flow.orders.tell_lifetime import tell_lifetime
from tradewind.flow.questions.asked import Question, speak_days
from tradewind.report.numbers import say_money
from tradewind.store.workspace import Workspace

_CHANNELS_TOLD = 3


def answer(workspace: Workspace, question: Question, learned: Learned, scored: Scored | None) -> Finding:
    """Tell a question's answer, or why there is none.

    Args:
        workspace: gives currency and tables.
        question: what was asked.
        learned: what training left.
        scored: what scoring left; None where the question cannot be answered.
    """
    if scored is None or not learned.answerable:
        return tell_refusal(question, learned.refused)
    currency = workspace.config.workspace.currency
    if question.label is not None:
        return tell_label(question, learned, scored, currency, _strongest(workspace, learned))
    if question.use_case.task == "lifetime":
        if not is_panel(learned):
            return tell_lifetime(question, learned, scored, currency)
        panel = panel_question(question)
        spans = {
            "horizon": speak_days(question.use_case.horizon.length),
            "panel": speak_days(panel.use_case.horizon.length),
            "reason": learned.numbers["r"].reason.split(" (")[0],
        }
        return tell_amounts(panel, learned, scored, currency, (say("tell.lifetime.panel", **spans),))
    if question.use_case.task == "classification":
        more = _added(workspace, question, learned, scored)
        return tell_people(question, learned, scored, currency, _strongest(workspace, learned), more)
    more = (*_channels(workspace, learned, currency), *_added(workspace, question, learned, scored))
    return tell_amounts(question, learned, scored, currency, more)


def _added(workspace: Workspace, question: Question, learned: Learned, scored: Scored) -> tuple[str, ...]:
    sentences = (addition.sentences for addition in additions_of(question))
    return tuple(said for each in sentences if each is not None for said in each(workspace, question, learned, scored))


def _strongest(workspace: Workspace, learned: Learned) -> str:
    """The sentence of the driver with the most weight, or nothing."""
    name = learned.tables.get("drivers")
    rows = workspace.table(name).to_pylist() if name else []
    return str(rows[0]["sentence"]) if rows else ""


def _channels(workspace: Workspace, learned: Learned, currency: str) -> tuple[str, ...]:
    """What a new customer may cost, the channels with the most customers first."""
    name = learned.tables.get("channels")
    rows = workspace.table(name).to_pylist() if name else []
    said = []
    for row in rows[: _CHANNELS_TOLD + 1]:
        if row["low"] is None:
            continue
        amounts = {key: say_money(row[key], currency) for key in ("mean", "low", "high")}
        key = "tell.channel" if row["channel"] else "tell.channel.all"
        if learned.margin is None or learned.margin.share is None:
            key += ".revenue"
        said.append(say(key, channel=row["channel"], most=say_money(max(0.0, row["low"]), currency), **amounts))
    return tuple(said)
