"""The analysis "health": a traffic light for every customer with a running subscription, and what lights were worth."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import NotAnswerable, Problem
from tradewind.core.finding import Finding, Number
from tradewind.core.words import say
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.ask import ask_known
from tradewind.flow.data import Data
from tradewind.flow.learning.lesson import seed_of
from tradewind.flow.questions.question import Question
from tradewind.flow.subscriptions.health_risk import Risk, read_risk
from tradewind.flow.subscriptions.health_seen import Customers, read_customers, read_looked
from tradewind.flow.subscriptions.health_tell import Measured, say_health
from tradewind.flow.subscriptions.health_words import Teller, Told
from tradewind.models.lead_time import LeadTime, measure_lead_time
from tradewind.models.lights import LIGHTS, Seen, Signs, find_signs, is_bound, set_lights

if TYPE_CHECKING:
    import pyarrow as pa


def answer(data: Data, question: Question) -> Analysed:
    """Look at every customer as of today, and at past days to see what such lights were worth.

    Raises:
        NotAnswerable: nothing runs today.
    """
    risk = read_risk(data, question)
    now = risk.day == np.datetime64(data.score_at.day, "D")
    if not now.any():
        raise NotAnswerable(
            Problem(question.name, f"no subscription runs on {data.score_at}", "0 customers", "running subscriptions",
                    "load newer data, or set with_trials = true if all are in their trial")
        )  # fmt: skip
    customers = read_customers(data, question, risk)
    signs = find_signs(customers.seen)
    bound = is_bound(customers.seen, question.use_case.horizon.length.count)
    light = set_lights(signs, risk.risk, bound, question.option("red_from"), question.option("amber_from"))
    lead = None
    if not now.all():
        horizon = question.use_case.horizon.length.count
        rng = np.random.default_rng([seed_of(question.name), 6])
        lead = measure_lead_time(read_looked(data, question, risk, light), horizon, rng)
    today = np.flatnonzero(now)
    told = _tell(data, question, customers, signs, light, today)
    tables = {"list": _list(question, risk, customers, told, today)}
    if lead is not None:
        tables |= {"lead_time": _lead_table(lead), "lights": _lights_table(lead)}
    measured = Measured(
        told, customers.monthly[today], lead, float((light[~now] == 0).mean()) if lead is not None else float("nan"),
        len(np.unique(risk.day)) - 1, risk.unlearned, _today_only(data),
    )  # fmt: skip
    return Analysed(_finding(data, question, measured), tables)


def _tell(
    data: Data, question: Question, customers: Customers, signs: Signs, light: NDArray[np.int8],
    rows: NDArray[np.intp],
) -> list[Told]:  # fmt: skip
    seen = Seen(**{name: values[rows] for name, values in vars(customers.seen).items()})
    here = Signs(**{name: values[rows] for name, values in vars(signs).items()})
    teller = Teller(seen, here, light[rows], _use(data, question))
    return [teller.tell(row) for row in range(len(rows))]


def _use(data: Data, question: Question) -> str:
    """What use is called: by the name of the only kind of event there is, if it is a plain word."""
    if data.catalog.table("events") is None:
        return say("health.use.any")
    names = ask_known(data.engine, data.catalog, "SELECT name FROM events GROUP BY name", data.score_at)["name"]
    kinds = [name for name in names.to_pylist() if name != question.option("failed_payment")]
    plain = len(kinds) == 1 and kinds[0].isalpha() and kinds[0].islower()
    return say("health.use", kind=kinds[0]) if plain else say("health.use.any")


def _list(question: Question, risk: Risk, customers: Customers, told: list[Told], rows: NDArray[np.intp]) -> pa.Table:
    """One row for each customer: light, reason, task, what it pays and when it renews; the most at stake first."""
    import pyarrow as pa

    monthly, chance = customers.monthly[rows], np.nan_to_num(risk.risk[rows], nan=1.0)
    order = np.lexsort(
        (risk.who[rows].astype(str), -np.nan_to_num(monthly) * chance, np.array([each.light for each in told]))
    )
    pick = [told[place] for place in order]
    columns: dict[str, Any] = {question.use_case.entity: pa.array(risk.who[rows][order], pa.string())}
    company = customers.company[rows][order]
    if any(each is not None for each in company):
        columns["account_id"] = pa.array(company, pa.string())
    columns |= {
        "light": pa.array([say(f"light.{LIGHTS[each.light]}") for each in pick], pa.string()),
        "about": pa.array([each.about or None for each in pick], pa.string()),
        "reason": pa.array([each.reason or None for each in pick], pa.string()),
        "task": pa.array([each.task for each in pick], pa.string()),
        "monthly_amount": pa.array(monthly[order], pa.float64(), from_pandas=True),
        "renews_on": pa.array(customers.seen.renews[rows][order].tolist(), pa.date32()),
    }
    return pa.table(columns)


def _lead_table(lead: LeadTime) -> pa.Table:
    import pyarrow as pa

    rows = []
    for span, (red, left) in lead.before.items():
        amber = lead.amber_before[span][0]
        rows.append({"days_before": span, "left": left, "red": red.value, "low": red.low, "high": red.high,
                     "red_or_amber": amber.value})  # fmt: skip
    kinds = [("days_before", pa.int64()), ("left", pa.int64()), ("red", pa.float64()), ("low", pa.float64()),
             ("high", pa.float64()), ("red_or_amber", pa.float64())]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema(kinds))


def _lights_table(lead: LeadTime) -> pa.Table:
    import pyarrow as pa

    rows = [{"light": say(f"light.{name}"), "looks": seen, "left": share.value, "low": share.low, "high": share.high}
            for name, (share, seen) in lead.after.items()]  # fmt: skip
    kinds = [("light", pa.string()), ("looks", pa.int64()), *((name, pa.float64()) for name in ("left", "low", "high"))]
    return pa.Table.from_pylist(rows, schema=pa.schema(kinds))


def _today_only(data: Data) -> tuple[str, ...]:
    """What is known as of today only and makes signs."""
    stored = data.catalog.table("subscriptions")
    names = (("payment_failed_at", "failed payments"), ("renews_at", "renewals"))
    return tuple(words for name, words in names if stored is not None and name in stored.as_of_today)


def _finding(data: Data, question: Question, measured: Measured) -> Finding:
    currency = data.workspace.config.workspace.currency
    said = say_health(question, measured, currency)
    light = Counter(each.light for each in measured.told)
    numbers = {"customers": Number(float(len(measured.told)), unit=question.people)}
    numbers |= {f"{name}_lights": Number(float(light[at]), unit=question.people) for at, name in enumerate(LIGHTS)}
    if measured.lead is not None:
        numbers |= {f"red_{span}_days_before": share for span, (share, _) in measured.lead.before.items()}
        numbers |= {f"{name}_left_share": share for name, (share, _) in measured.lead.after.items()}
        numbers["never_red"] = measured.lead.never
    return Finding(
        name=question.name,
        title=question.words(question.use_case.title),
        question=question.words(question.use_case.question),
        status="answered",
        evidence="association",
        approach=said.approach,
        found=said.found,
        money=said.money,
        next=said.next,
        numbers=numbers,
        does=question.do,
        people=question.people,
        caption=said.caption,
    )
