"""Which questions a proposal's tables can answer, with the settings to begin from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tradewind.flow.questions import list_use_cases, speak_days
from tradewind.sources.proposal import ProposedTable


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


def propose_questions(tables: Sequence[ProposedTable]) -> tuple[ProposedQuestion, ...]:
    """Return the questions whose tables are all there, with their own spans."""
    mapped = {table.table for table in tables}
    if any(table.table == "order_lines" and _makes_orders(table) for table in tables):
        mapped.add("orders")
    found = []
    for case in list_use_cases():
        if not set(case.requires) <= mapped:
            continue
        spans = {name: str(span) for name, span in case.settings.items()}
        words = {"horizon": speak_days(case.horizon.length), **spans}
        settings: list[tuple[str, object, str]] = [("horizon", str(case.horizon.length), "how far ahead it looks")]
        settings += [(name, span, "how far back it looks") for name, span in spans.items()]
        if case.task == "classification":
            settings.append(("contact_cost", case.economics.contact_cost, "ASSUMED cost of one contact"))
            settings.append(("success_share", case.economics.success_share, "ASSUMED share whom a contact changes"))
        found.append(
            ProposedQuestion(case.name, case.title.format(**words), case.question.format(**words), tuple(settings))
        )
    return tuple(found)


def _makes_orders(table: ProposedTable) -> bool:
    return table.guess("customer_id") is not None and table.guess("happened_at") is not None
