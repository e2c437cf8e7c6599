"""Which questions a proposal's tables can answer, with the settings to begin from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradewind.core.time import Days
from tradewind.core.use_case import UseCase
from tradewind.flow.questions.asked import list_use_cases, speak_days
from tradewind.sources.proposal import ProposedTable

Spans = Mapping[str, Mapping[str, tuple[Days, str]]]
"""Question to setting to the span that fits and why."""

_WHY = {"horizon": "how far ahead it looks", "panel_horizon": "how far ahead the past is tested"}


@dataclass(frozen=True)
class ProposedQuestion:
    """A `[use_cases.<name>]` section.

    Args:
        name: of the use case.
        title: in plain words.
        question: the question as one would ask it.
        settings: key, value and why, in order.
    """

    name: str
    title: str
    question: str
    settings: tuple[tuple[str, object, str], ...]


def propose_questions(tables: Sequence[ProposedTable], fitting: Spans | None = None) -> tuple[ProposedQuestion, ...]:
    """Return the questions whose tables are all there, with the spans that fit, or their own."""
    mapped = {table.table for table in tables}
    if any(table.table == "order_lines" and _makes_orders(table) for table in tables):
        mapped.add("orders")
    asked = [case for case in list_use_cases() if set(case.requires) <= mapped]
    return tuple(_propose(case, (fitting or {}).get(case.name, {})) for case in asked)


def _propose(case: UseCase, fitting: Mapping[str, tuple[Days, str]]) -> ProposedQuestion:
    ahead = case.task != "analysis" or "{horizon}" in case.positive  # an analysis may look at no span ahead
    own = {**({"horizon": case.horizon.length} if ahead else {}), **case.settings}
    spans = {name: fitting.get(name, (span, _WHY.get(name, "how far back it looks"))) for name, span in own.items()}
    settings: list[tuple[str, object, str]] = [(name, str(span), why) for name, (span, why) in spans.items()]
    if case.task == "classification":
        settings.append(("contact_cost", case.economics.contact_cost, "ASSUMED: cost of one contact"))
        settings.append(("success_share", case.economics.success_share, "ASSUMED: share whom a contact changes"))
    words = {name: speak_days(span) if name == "horizon" else str(span) for name, (span, _) in spans.items()}
    return ProposedQuestion(case.name, case.title.format(**words), case.question.format(**words), tuple(settings))


def _makes_orders(table: ProposedTable) -> bool:
    return table.guess("customer_id") is not None and table.guess("happened_at") is not None
