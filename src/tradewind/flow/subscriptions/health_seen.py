"""What is seen of each customer on each day of looking: use, payments, messages, what runs; nothing that came later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.time import Cutoff, local_day
from tradewind.features.as_of import parse_select
from tradewind.features.labels import with_options
from tradewind.flow.answers.named_steps import read_steps, step_at
from tradewind.flow.data import Data
from tradewind.flow.questions.question import Question
from tradewind.flow.subscriptions.health_risk import Risk
from tradewind.models.lead_time import Looked
from tradewind.models.lights import MONTH, Seen

Days = NDArray[np.datetime64]
_NEVER = np.datetime64("NaT", "D")
_TABLES = {"usage": "events", "failures": "events", "payments": "orders", "messages": "texts", "companies": "customers"}
"""Step to the table without which it sees nothing."""


@dataclass(frozen=True)
class Customers:
    """What is seen, and today's money and company.

    Args:
        seen: one row for each of the risk's.
        monthly: (n,) what runs per month; NaN where not known then.
        company: (n,) the customer's company; None where not known.
    """

    seen: Seen
    monthly: NDArray[np.float64]
    company: NDArray[np.object_]


def read_customers(data: Data, question: Question, risk: Risk) -> Customers:
    """Read what each day of looking would have seen; today also sees what is known as of today only."""
    days = [Cutoff(day.item(), data.catalog.zone) for day in np.unique(risk.day)]
    past = [day for day in days if day != data.score_at]
    steps = {name: _rows(data, question, name, past) for name in (*_TABLES, "contracts")}
    now = replace(data, catalog=data.catalog.as_it_stands())
    for name, rows in steps.items():
        rows |= _rows(now, question, name, [data.score_at])
    find = _Finder(risk, steps, data.catalog.zone)
    began = find.days("contracts", "began_at")
    used = np.column_stack([find.numbers("usage", f"used_{month}", 0.0) for month in range(6)])
    events = data.catalog.starts.get("events")
    since = began if events is None else np.maximum(began, np.datetime64(events, "D"))
    # A month of use counts where it lies within the customer's time and within that of the data.
    starts = risk.day[:, None] - np.arange(1, 7) * np.timedelta64(MONTH, "D")
    used = np.where((starts >= since[:, None]) & (events is not None), used, np.nan)
    term = find.numbers("contracts", "term_months", np.nan)
    seen = Seen(
        risk.day, began, used, find.days("usage", "used_on"), find.numbers("payments", "payments", 0.0),
        find.days("payments", "first_paid_on"), find.days("payments", "paid_on"),
        np.fmax(find.days("failures", "failed_on"), find.days("contracts", "failed_at")),
        find.days("messages", "wrote_on"), find.days("messages", "bad_on"),
        _renewals(find.days("contracts", "renews_at"), began, term, risk.day), term,
    )  # fmt: skip
    return Customers(seen, find.numbers("contracts", "monthly_amount", np.nan), find.texts("companies", "account_id"))


def read_looked(data: Data, question: Question, risk: Risk, light: NDArray[np.int8]) -> Looked:
    """Return the past lights with when each customer left after them."""
    rows = step_at(data, question, read_steps(question.name)["ends"], [data.score_at])
    ends: dict[str, list[np.datetime64]] = {}
    for who, at in zip(rows["customer_id"].to_pylist(), rows["ended_at"].to_pylist(), strict=True):
        ends.setdefault(who, []).append(np.datetime64(local_day(at, data.catalog.zone), "D"))
    past = risk.day < np.datetime64(data.score_at.day, "D")
    left = np.array(
        [min((end for end in ends.get(who, ()) if end >= day), default=_NEVER)
         for who, day in zip(risk.who[past], risk.day[past], strict=True)], dtype="datetime64[D]"
    )  # fmt: skip
    until = np.datetime64(data.score_at.back(question.use_case.horizon.lag).day, "D")
    return Looked(risk.who[past], risk.day[past], light[past], np.where(left <= until, left, _NEVER), until)


Rows = dict[tuple[Any, str], dict[str, Any]]


def _rows(data: Data, question: Question, name: str, cutoffs: list[Cutoff]) -> Rows:
    """The rows of one step by day and customer; none where its table is not there."""
    if not cutoffs or (name in _TABLES and data.catalog.table(_TABLES[name]) is None):
        return {}
    select = with_options(parse_select(read_steps(question.name)[name], name), question.use_case.options)
    rows = step_at(data, question, select, cutoffs).to_pylist()
    return {(row["cutoff"], row["customer_id"]): row for row in rows}


class _Finder:
    """Puts the rows of steps beside those of the risk."""

    def __init__(self, risk: Risk, steps: Mapping[str, Rows], zone: str) -> None:
        self._keys = list(zip(risk.day.tolist(), risk.who.tolist(), strict=True))
        self._steps, self._zone = steps, zone

    def _values(self, step: str, column: str) -> list[Any]:
        rows = self._steps[step]
        return [rows[key][column] if key in rows else None for key in self._keys]

    def numbers(self, step: str, column: str, absent: float) -> NDArray[np.float64]:
        values = self._values(step, column)
        return np.array([absent if value is None else float(value) for value in values], dtype=np.float64)

    def texts(self, step: str, column: str) -> NDArray[np.object_]:
        return np.array(self._values(step, column), dtype=object)

    def days(self, step: str, column: str) -> Days:
        values = self._values(step, column)
        # Instants are of UTC, days of facts already local.
        local = (local_day(value, self._zone) if hasattr(value, "hour") else value for value in values)
        return np.array([_NEVER if day is None else np.datetime64(day, "D") for day in local], dtype="datetime64[D]")


def _renewals(known: Days, began: Days, term: NDArray[np.float64], today: Days) -> Days:
    """The next renewal: as the source says it, else the next whole term since the paid subscription began."""
    months = np.where(np.isfinite(term) & (term >= 1), term, 1).astype(np.int64)
    start = began.astype("datetime64[M]")
    day = (began - start.astype("datetime64[D]")).astype(np.int64)
    gone = (today.astype("datetime64[M]") - start).astype(np.int64)
    found = np.full(len(began), _NEVER)
    for more in (0, 1):
        terms = np.maximum(gone // months + more, 1)
        at = (start + terms * months).astype("datetime64[D]") + day
        found = np.where(np.isnat(found) & (at >= today), at, found)
    reckoned = np.where(np.isfinite(term) & ~np.isnat(began), found, _NEVER)
    return np.where(np.isnat(known), reckoned, known)
