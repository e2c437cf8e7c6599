"""Which leads there are, by source, and when each became a customer, as known today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ConfigError, NotAnswerable, Problem
from tradewind.core.words import say
from tradewind.flow.answers.named_steps import step_today
from tradewind.flow.data import Data
from tradewind.flow.questions.question import Question

MOST_SOURCES = 20


@dataclass(frozen=True)
class LeadOutcomes:
    """Leads with a time and a source's name, as known today.

    Args:
        sources: names of the sources, those with the most leads first.
        source: (n,) number of each lead's source.
        created: (n,) local day on which it came, as days since 1970.
        age_days: (n,) days from its creation to today.
        delay_days: (n,) days until it became a customer; NaN where it has not.
        amount: (n,) what the customer brought in so far; NaN where that is not known.
        undated: leads left out because nobody knows when they came in.
        backwards: leads left out because they became customers before they came in.
        counts: `won` or `converted`: what made a lead a customer.
    """

    sources: tuple[str, ...]
    source: NDArray[np.int64]
    created: NDArray[np.int64]
    age_days: NDArray[np.float64]
    delay_days: NDArray[np.float64]
    amount: NDArray[np.float64]
    undated: int
    backwards: int
    counts: str


def read_lead_outcomes(data: Data, question: Question) -> LeadOutcomes:
    """Read them.

    Raises:
        NotAnswerable: leads have no source, no time or nothing that says who became a customer.
        ConfigError: `counts` is none of its words.
    """
    counts = _what_counts(data, question)
    rows = step_today(data, question, "leads")
    became = {row["lead_id"]: row["became_at"] for row in step_today(data, question, counts).to_pylist()}
    amounts = _amounts(data, question, counts)
    ids, sources = rows.column("lead_id").to_pylist(), rows.column("source").to_pylist()
    created = rows.column("created_at").to_numpy(zero_copy_only=False).astype("datetime64[us]")
    now = np.datetime64(data.score_at.at, "us")
    came = np.array([became.get(each) for each in ids], dtype="datetime64[us]")
    delay = _days(created, came)
    age, dated = _days(created, np.full(len(created), now)), ~np.isnat(created)
    if not dated.any():
        raise NotAnswerable(
            Problem("tables.leads", "nobody knows when a lead came in", f"0 of {len(ids):,} leads have a time",
                    "the time of each lead", "map created_at in [tables.leads]")
        )  # fmt: skip
    backwards = dated & (delay < 0)
    kept = np.flatnonzero(dated & ~backwards & (age > 0))
    names, number = _named([sources[each] for each in kept])
    amount = np.array([amounts.get(ids[each], np.nan) for each in kept], dtype=np.float64)
    day = created[kept].astype("datetime64[D]").astype(np.int64)
    return LeadOutcomes(
        names, number, day, age[kept], delay[kept], amount, int((~dated).sum()), int(backwards.sum()), counts
    )  # fmt: skip


def _what_counts(data: Data, question: Question) -> str:
    """Whether a won deal or a conversion makes a lead a customer here."""
    asked, known = str(question.option("counts")), data.catalog.has
    if asked not in ("auto", "won", "converted"):
        where = f"use_cases.{question.name}.counts"
        raise ConfigError(Problem(where, "this setting cannot be read", repr(asked), '"auto", "won" or "converted"'))
    if not known("leads", "created_at", "source"):
        raise NotAnswerable(
            Problem("tables.leads", "it needs to know when each lead came in, and from where", "no such columns",
                    "created_at and source of each lead", "map created_at and source in [tables.leads]")
        )  # fmt: skip
    possible = [
        *(["won"] if known("deals", "lead_id", "won", "closed_at") else []),
        *(["converted"] if known("leads", "converted_at") else []),
    ]
    wanted = possible if asked == "auto" else [each for each in possible if each == asked]
    if not wanted:
        raise NotAnswerable(
            Problem("tables.leads", "nothing says which leads became customers", "no such columns",
                    "converted_at of leads, or lead_id, won and closed_at of deals",
                    "map converted_at in [tables.leads], or lead_id, won and closed_at in [tables.deals]")
        )  # fmt: skip
    return wanted[0]


def _amounts(data: Data, question: Question, counts: str) -> dict[str, float]:
    """What each lead's customer brought in; empty where that is not known."""
    known = data.catalog.has
    if known("orders", "customer_id", "amount_base") and known("leads", "customer_id"):
        step = "amounts_of_orders"
    elif counts == "won" and data.catalog.as_it_stands().has("deals", "amount_base"):
        step = "amounts_of_deals"
    else:
        return {}
    rows = step_today(data, question, step, as_it_stands=True).to_pylist()
    return {row["lead_id"]: row["amount"] for row in rows if row["amount"] is not None}


def _days(start: NDArray[np.datetime64], end: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """(n,) days between, NaN where either is not known."""
    micros = (end - start).astype("timedelta64[us]")
    days = micros.astype(np.int64) / 86_400e6
    return np.where(np.isnat(micros), np.nan, days)


def _named(sources: list[str | None]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Number the sources, those with most leads first; rare ones beyond `MOST_SOURCES` share a name."""
    said = np.array([each or say("sources.unknown") for each in sources], dtype=object).astype(str)
    names, counts = np.unique(said, return_counts=True)
    order = names[np.argsort(-counts, kind="stable")]
    if len(order) > MOST_SOURCES:
        rare = set(order[MOST_SOURCES - 1 :].tolist())
        said = np.array([say("sources.rare") if each in rare else each for each in said])
        order = np.array([*order[: MOST_SOURCES - 1], say("sources.rare")])
    place = {name: number for number, name in enumerate(order.tolist())}
    return tuple(order.tolist()), np.array([place[each] for each in said.tolist()], dtype=np.int64)
