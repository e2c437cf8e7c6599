"""The finding on sources of leads, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewind.core.finding import Check, CheckStatus, Finding, Number
from tradewind.core.time import Days
from tradewind.core.words import say
from tradewind.flow.questions.question import Question, speak_days
from tradewind.models.delay.held import HeldAgainst
from tradewind.report.numbers import say_count, say_money, say_of_100

if TYPE_CHECKING:
    from tradewind.flow.leads.source_quality import SourceFigures

YOUNG, FEWEST_TO_COME = 0.15, 3.0
"""A source is told as young where so large a share of its customers, and so many, are still to come."""
MOST_TOLD = 3
_SURE = 0.975
_NO_SOURCE = frozenset(
    {"unknown", "other", "others", "none", "not set", "n/a", "unbekannt", "sonstige", "andere", "inconnu", "autre",
     "autres", "desconocido", "otro", "otros"}
)  # fmt: skip
"""Names that say that nobody knows: they are counted, and nobody is told to move money to them."""

Row = Mapping[str, Any]


def tell_sources(question: Question, figures: SourceFigures, currency: str) -> Finding:
    """Return the finding.

    Args:
        question: what was asked.
        figures: everything worked out.
        currency: of amounts.
    """
    rows, leads = figures.rows, figures.leads
    total = figures.to_come.in_the_end.sum(axis=1)
    low, high = np.quantile(total, [0.025, 0.975])
    words = {"customers": say(f"sources.counts.{leads.counts}"), "leads": say_count(len(leads.source))}
    numbers = {
        "leads": Number(float(len(leads.source)), unit="count"),
        "customers_so_far": Number(float(sum(row["so_far"] for row in rows)), unit="count"),
        "customers_in_the_end": Number(float(total.mean()), float(low), float(high), "count"),
        "sources": Number(float(len(rows)), unit="count"),
    }
    return Finding(
        name=question.name,
        title=question.words(question.use_case.title),
        question=question.words(question.use_case.question),
        status="answered" if _apart(figures) else "not distinguishable",
        evidence="association",
        approach=say("sources.approach", end=speak_days(Days(int(figures.end_days))), **words),
        found=(*_compared(figures), *_young(rows), *_held(figures), *_costs(rows, figures, currency)),
        money=_money(rows, currency),
        next=_next(rows, figures),
        numbers=numbers,
        checks=_checks(figures, currency),
        caption=question.words(question.use_case.caveat),
        does=question.do,
        people=question.people,
    )


def _named(figures: SourceFigures) -> tuple[Row, ...]:
    """The sources that say where leads come from; all of them where none does."""
    nobody = {say("sources.unknown"), say("sources.rare"), *_NO_SOURCE}
    return tuple(row for row in figures.rows if row["source"].casefold().strip("()") not in nobody) or figures.rows


def _apart(figures: SourceFigures) -> bool:
    """Whether the best source is surely better than the worst of those with enough leads."""
    share, names, rows = figures.to_come.share, figures.leads.sources, _named(figures)
    if len(rows) < 2:
        return False
    best, worst = (names.index(rows[place]["source"]) for place in (0, -1))
    # Best and worst were picked among many: the more sources there are, the surer it must be.
    return bool((share[:, best] > share[:, worst]).mean() >= 1 - (1 - _SURE) / (len(names) - 1))


def _compared(figures: SourceFigures) -> list[str]:
    rows = _named(figures)
    best, worst = rows[0], rows[-1]
    if len(rows) == 1:
        return [say("sources.one", **_shares("best", best))]
    name = "sources.best" if _apart(figures) else "sources.alike"
    return [say(name, **_shares("best", best), **_shares("worst", worst))]


def _shares(side: str, row: Row) -> dict[str, str]:
    return {
        side: row["source"],
        f"{side}_share": say_of_100(row["share"]),
        f"{side}_low": say_of_100(row["share_low"]),
        f"{side}_high": say_of_100(row["share_high"]),
    }


def _young(rows: tuple[Row, ...]) -> list[str]:
    """Say which sources are young: how many have converted and how many are expected in the end."""
    missing = [
        row for row in rows if row["in_the_end"] - row["so_far"] >= max(FEWEST_TO_COME, YOUNG * row["in_the_end"])
    ]
    missing.sort(key=lambda row: row["so_far"] / row["in_the_end"])
    return [
        say(
            "sources.young",
            source=row["source"],
            so_far=say_count(row["so_far"]),
            leads=say_count(row["leads"]),
            end=say_count(row["in_the_end"]),
            low=say_count(row["in_the_end_low"]),
            high=say_count(row["in_the_end_high"]),
        )
        for row in missing[:MOST_TOLD]
    ]


def _held(figures: SourceFigures) -> list[str]:
    """Warn where what came since lies outside of what would have been told."""
    held = figures.held
    return [] if held is None or held.inside else [say("sources.held.off", **_held_words(held))]


def _held_words(held: HeldAgainst) -> dict[str, str]:
    counts = {"low": held.low, "high": held.high, "came": held.came}
    return {"ago": speak_days(Days(held.days)), **{name: say_count(count) for name, count in counts.items()}}


def _costs(rows: tuple[Row, ...], figures: SourceFigures, currency: str) -> list[str]:
    if not figures.costs.known:
        return [say("sources.cost.unknown")]
    known = sorted((row for row in rows if row["customer_cost"] is not None), key=lambda row: row["customer_cost"])
    if not known:
        return [say("sources.cost.unmatched")]
    told = known if len(known) <= MOST_TOLD + 1 else [known[0], *known[-MOST_TOLD + 1 :]]
    each = [say("sources.cost.one", source=row["source"], **_amounts(row, "customer_cost", currency)) for row in told]
    return [say("sources.cost", each="; ".join(each))]


def _amounts(row: Row, name: str, currency: str) -> dict[str, str]:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return {
        "amount": say_money(row[name], currency, low, high),
        "low": say_money(low, currency, low, high),
        "high": say_money(high, currency, low, high),
    }


def _money(rows: tuple[Row, ...], currency: str) -> str:
    brings = [row for row in rows if row["lead_brings"] is not None]
    if not brings:
        return f"{say('sources.money.unknown')} {say('money.nothing')}"
    brings.sort(key=lambda row: -row["lead_brings"])
    each = [
        say("sources.money.one", source=row["source"], **_amounts(row, "lead_brings", currency))
        for row in brings[:MOST_TOLD]
    ]
    text = [say("sources.money", each="; ".join(each))]
    paid = [row for row in brings if row["one_spent_brings"] is not None and row["one_spent_brings_low"] > 0]
    paid.sort(key=lambda row: -row["one_spent_brings"])
    if paid:
        told = [say("sources.money.spent.one", source=row["source"], **_amounts(row, "one_spent_brings", currency))
                for row in paid[:MOST_TOLD]]  # fmt: skip
        text.append(say("sources.money.spent", unit=say_money(1, currency), each="; ".join(told)))
    return " ".join([*text, say("money.nothing")])


def _next(rows: tuple[Row, ...], figures: SourceFigures) -> str:
    paid = sorted((row for row in rows if row["customer_cost"] is not None), key=lambda row: row["customer_cost"])
    if len(paid) >= 2 and paid[0]["customer_cost_high"] < paid[-1]["customer_cost_low"]:
        return say("sources.next.move", cheap=paid[0]["source"], dear=paid[-1]["source"])
    if not figures.costs.known:
        return say("sources.next.cost")
    return say("sources.next.wait")


def _checks(figures: SourceFigures, currency: str) -> tuple[Check, ...]:
    leads, costs, checks = figures.leads, figures.costs, []
    slow = [leads.sources[each] for each in figures.to_come.own_pace]
    pace = say("sources.check.pace.own", sources=", ".join(slow)) if slow else say("sources.check.pace.same")
    checks.append(Check(say("sources.check.pace"), "pass", pace))
    if figures.held is None:
        checks.append(Check(say("sources.check.held"), "unknown", say("sources.check.held.unknown")))
    else:
        state: CheckStatus = "pass" if figures.held.inside else "warn"
        do = "" if figures.held.inside else say("sources.check.held.do")
        what = say("sources.check.held.what", **_held_words(figures.held))
        checks.append(Check(say("sources.check.held"), state, what, do))
    for count, name in ((leads.undated, "undated"), (leads.backwards, "backwards")):
        if count:
            what = say(f"sources.check.{name}.what", count=say_count(count))
            checks.append(Check(say(f"sources.check.{name}"), "warn", what, say(f"sources.check.{name}.do")))
    if costs.unmatched:
        names = "; ".join(f"{name}: {say_money(cost, currency)}" for name, cost in sorted(costs.unmatched.items()))
        what = say("sources.check.unmatched.what", names=names)
        checks.append(Check(say("sources.check.unmatched"), "warn", what, say("sources.check.unmatched.do")))
    below = [name for name, cost in costs.cost.items() if cost < 0]
    if costs.credits:
        what = say("sources.check.credits.what", count=say_count(costs.credits))
        do = say("sources.check.credits.do", sources=", ".join(below)) if below else ""
        checks.append(Check(say("sources.check.credits"), "warn" if below else "pass", what, do))
    return tuple(checks)
