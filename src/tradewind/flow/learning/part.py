"""Learning from a random part of very many people: the same steps on fewer rows, each counting for several."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from tradewind.flow.ask import ask

if TYPE_CHECKING:
    from tradewind.features.catalog import Catalog
    from tradewind.flow.data import Data
    from tradewind.flow.questions.question import Question
    from tradewind.store.engines import Engine

MOST_PEOPLE = 30_000
"""So many people at a dozen past moments are learned from; more bring little and cost much."""
DIGITS = 8


@dataclass(frozen=True)
class Part:
    """The people who are learned from: those whose key's MD5 lies below a bound, the same in every run and engine.

    Args:
        entity: key column.
        people: how many there are in all.
        bound: the first hexadecimal digits of MD5 that are no longer part of it.
    """

    entity: str
    people: int
    bound: str

    @property
    def stands_for(self) -> float:
        """How many people each one of the part stands for."""
        return 16.0**DIGITS / int(self.bound, 16)

    @property
    def said(self) -> str:
        """What is told of it."""
        return f"Learned from a random {self.people / self.stands_for:,.0f} of {self.people:,}; everybody is scored."

    def narrow(self, engine: Engine, catalog: Catalog) -> None:
        """Leave in an engine's tables only the rows of the part; tables that name nobody of the kind stay whole."""
        digits = exp.func("SUBSTR", exp.func("MD5", exp.column(self.entity)), exp.Literal.number(1),
                          exp.Literal.number(DIGITS))  # fmt: skip
        chosen = digits < exp.Literal.string(self.bound)
        for name, table in catalog.tables.items():
            if self.entity in table.columns:
                engine.create(name, exp.select("*").from_(name).where(chosen.copy()))


@contextmanager
def learning_part(data: Data, question: Question) -> Iterator[Data]:
    """Give the data to learn from: all of them, or those of a random part of the people where there are very many.

    Only customers are thinned: a company or a deal is what its people and colleagues did, and there are fewer of them.

    Args:
        data: the open snapshot.
        question: whose people are counted.
    """
    part = _part_of(data, question)
    if part is None:
        yield data
        return
    from tradewind.flow.data import tables_read

    with data.workspace.engine(tables_read(data.workspace, data.manifest), data.manifest) as engine:
        part.narrow(engine, data.catalog)
        yield replace(data, engine=engine, part=part, made={}, kept={})


def _part_of(data: Data, question: Question) -> Part | None:
    entity, table = question.use_case.entity, question.use_case.requires[0]
    stored = data.catalog.table(table)
    if entity != "customer_id" or stored is None or entity not in stored.columns or data.catalog.linked:
        return None
    if data.manifest.tables[table].rows <= MOST_PEOPLE:
        return None
    counted = ask(data.engine, f"SELECT COUNT(DISTINCT {entity}) AS people FROM {table}")
    people = int(counted.column("people")[0].as_py())
    if people <= MOST_PEOPLE:
        return None
    return Part(entity, people, f"{int(16**DIGITS * MOST_PEOPLE / people):0{DIGITS}x}")
