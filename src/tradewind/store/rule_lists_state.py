"""Which questions' lists stand in the order of the rule of thumb, because a person said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tradewind.store.state import State
from tradewind.store.state_connection import from_micros, to_micros, told, writing
from tradewind.store.state_schema import RULE_LISTS


@dataclass(frozen=True)
class RuleList:
    """One person's word that a list stands in the order of the rule.

    Args:
        use_case: which question.
        rule: in plain words, as it was called then.
        at: since when, naive UTC.
        by: who said so.
    """

    use_case: str
    rule: str
    at: datetime
    by: str


def keep_rule_list(state: State, chosen: RuleList) -> None:
    """Order the question's list by the rule from now on; an earlier word on the same question is replaced."""
    row = {
        "use_case": chosen.use_case, "rule": chosen.rule, "chosen_at": to_micros(chosen.at), "chosen_by": chosen.by,
    }  # fmt: skip
    with writing(state.engine) as connection:
        connection.execute(RULE_LISTS.delete().where(RULE_LISTS.c.use_case == chosen.use_case))
        connection.execute(RULE_LISTS.insert().values(row))


def drop_rule_list(state: State, use_case: str) -> None:
    """Order the question's list by its model again."""
    with writing(state.engine) as connection:
        connection.execute(RULE_LISTS.delete().where(RULE_LISTS.c.use_case == use_case))


def rule_lists(state: State) -> dict[str, RuleList]:
    """Return every word by its question."""
    with told(state.engine), state.engine.connect().execution_options(reading=True) as connection:
        rows = connection.execute(sa.select(RULE_LISTS).order_by(RULE_LISTS.c.use_case)).fetchall()
    return {row.use_case: RuleList(row.use_case, row.rule, from_micros(row.chosen_at), row.chosen_by) for row in rows}
