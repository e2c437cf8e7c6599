"""Which saved model a question uses in place of its newest one, because a person said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tradewind.store.state import State
from tradewind.store.state_connection import from_micros, to_micros, told, writing
from tradewind.store.state_schema import MODEL_PINS


@dataclass(frozen=True)
class Pin:
    """One person's word on which model a question uses.

    Args:
        use_case: which question.
        version: which saved model.
        at: since when, naive UTC.
        by: who said so.
        because: why; may be empty.
    """

    use_case: str
    version: str
    at: datetime
    by: str
    because: str


def pin_model(state: State, pin: Pin) -> None:
    """Use this model from now on; an earlier word on the same question is replaced."""
    row = {
        "use_case": pin.use_case, "version": pin.version, "pinned_at": to_micros(pin.at), "pinned_by": pin.by,
        "because": pin.because,
    }  # fmt: skip
    with writing(state.engine) as connection:
        connection.execute(MODEL_PINS.delete().where(MODEL_PINS.c.use_case == pin.use_case))
        connection.execute(MODEL_PINS.insert().values(row))


def unpin_model(state: State, use_case: str) -> None:
    """Use the newest model again."""
    with writing(state.engine) as connection:
        connection.execute(MODEL_PINS.delete().where(MODEL_PINS.c.use_case == use_case))


def pinned_models(state: State) -> dict[str, Pin]:
    """Return every pin by its question."""
    query = sa.select(MODEL_PINS).order_by(MODEL_PINS.c.use_case)
    with told(state.engine), state.engine.connect().execution_options(reading=True) as connection:
        rows = connection.execute(query).fetchall()
    return {
        row.use_case: Pin(row.use_case, row.version, from_micros(row.pinned_at), row.pinned_by, row.because)
        for row in rows
    }
