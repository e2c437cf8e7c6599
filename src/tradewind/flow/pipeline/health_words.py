"""What a look at the pipeline found, in sentences that can be read out loud."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tradewind.core.finding import Number
from tradewind.core.words import say
from tradewind.flow.pipeline.late_deals import LateDeal
from tradewind.flow.pipeline.open_deals import OpenDeal
from tradewind.models.pipeline.owners import OwnerRates
from tradewind.models.pipeline.stage_figures import Bottleneck, PipelineFigures
from tradewind.models.pipeline.stages import StageHistory
from tradewind.report.numbers import say_between, say_count, say_days, say_money, say_of_100


@dataclass(frozen=True)
class Seen:
    """Everything a look at the pipeline saw.

    Args:
        history: stays as known today.
        figures: the stages.
        deals: the open deals.
        late: those that stand still.
        rates: win rates of owners with enough closed deals; None where there are not two.
        currency: of the amounts.
    """

    history: StageHistory
    figures: PipelineFigures
    deals: tuple[OpenDeal, ...]
    late: tuple[LateDeal, ...]
    rates: OwnerRates | None
    currency: str

    @property
    def snapshot(self) -> bool:
        """Whether only ages of deals are known, not their time in a stage."""
        return self.history.source == "snapshot"


def say_approach(history: StageHistory) -> str:
    """Return how it was worked out."""
    name = "deals.approach.age" if history.source == "snapshot" else "deals.approach"
    return say(name, deals=say_count(len(history.deals)))


def say_found(seen: Seen) -> tuple[str, ...]:
    """Return the findings, what to act on first."""
    said = [_late(seen)]
    if seen.late:
        said += [*_where(seen), _hopeless(seen)]
    said += [*_held_up(seen), *_lost(seen), _won(seen), *_owners(seen), *seen.history.said]
    return tuple(sentence for sentence in said if sentence)


def _late(seen: Seen) -> str:
    judged = sum(deal.place >= 0 and deal.days is not None for deal in seen.deals)
    if not seen.deals:
        return say("deals.none.open")
    if not seen.late:
        return say("deals.none.late.age" if seen.snapshot else "deals.none.late", open=say_count(len(seen.deals)))
    amount = sum(each.deal.amount or 0.0 for each in seen.late)
    name = "deals.late.age" if seen.snapshot else "deals.late"
    worth = say("deals.worth", amount=say_money(amount, seen.currency)) if amount else ""
    one = len(seen.late) == 1
    forms = {"have": "has" if one else "have", "their": "its" if one else "their"}
    text = say(name, late=say_count(len(seen.late)), open=say_count(judged), worth=worth, **forms)
    unsure = sum(not each.sure for each in seen.late)
    return text + (" " + say("deals.late.unsure", unsure=say_count(unsure)) if unsure else "")


def _where(seen: Seen) -> list[str]:
    """The stage with most late deals, and how long is usual there."""
    stage, count = Counter(each.figure.name for each in seen.late).most_common(1)[0]
    figure = next(each for each in seen.figures.stages if each.name == stage)
    half, by = figure.usual[0.5], figure.usual[0.9]
    assert half.value is not None
    assert by.value is not None
    name = "deals.where.age" if seen.snapshot else "deals.where"
    told = {"count": say_count(count), "stand": "stands" if count == 1 else "stand", "stage": stage}
    return [say(name, **told, half=say_days(half.value), by=say_days(by.value), range=_range(by))]


def _hopeless(seen: Seen) -> str:
    never = sum(each.never for each in seen.late)
    if not never:
        return ""
    name = "deals.never.age" if seen.snapshot else "deals.never"
    return say(name, never=say_count(never), have="has" if never == 1 else "have",
               their="its" if never == 1 else "their")  # fmt: skip


def _held_up(seen: Seen) -> list[str]:
    slowest, stages = seen.figures.slowest, seen.figures.stages
    if slowest is None:
        return []
    days = stages[slowest.stage].mean_days
    assert days.value is not None
    text = say("deals.slowest", stage=stages[slowest.stage].name, days=say_days(days.value), range=_range(days))
    return [f"{text} {_told_apart(seen, slowest)}".rstrip()]


def _lost(seen: Seen) -> list[str]:
    leakiest, stages = seen.figures.leakiest, seen.figures.stages
    if leakiest is None:
        return []
    lost = stages[leakiest.stage].lost_here
    assert lost.value is not None
    text = say("deals.leakiest", stage=stages[leakiest.stage].name, lost=say_of_100(lost.value), range=_of_100(lost))
    return [f"{text} {_told_apart(seen, leakiest)}".rstrip()]


def _told_apart(seen: Seen, bottleneck: Bottleneck) -> str:
    if bottleneck.clear:
        return ""
    return say("deals.equal", other=seen.figures.stages[bottleneck.runner_up].name)


def _won(seen: Seen) -> str:
    first = seen.figures.stages[0]
    if first.win.value is None:
        return ""
    text = say("deals.won", won=say_of_100(first.win.value), range=_of_100(first.win))
    if first.undecided > 0.05:
        text += " " + say("deals.undecided", undecided=say_of_100(first.undecided))
    return text


def _owners(seen: Seen) -> list[str]:
    if seen.rates is None:
        return []
    if not seen.rates.differ:
        return [say("deals.owners.equal")]
    low, high = float(seen.rates.rate.min()), float(seen.rates.rate.max())
    return [say("deals.owners", low=say_of_100(low), high=say_of_100(high))]


def say_late_money(seen: Seen) -> str:
    """Return what stands in late deals; no earnings are claimed."""
    amount = sum(each.deal.amount or 0.0 for each in seen.late)
    if not amount:
        return ""
    return f"{say('deals.money', amount=say_money(amount, seen.currency))} {say('money.nothing')}"


def say_next(seen: Seen, name: str) -> str:
    """Return what to do next."""
    return say("deals.next" if seen.late else "deals.next.none", table=f"list_{name}")


def _range(number: Number) -> str:
    if number.low is None or number.high is None:
        return ""
    return f" ({say_between(number.low, number.high, say_days)})"


def _of_100(number: Number) -> str:
    if number.low is None or number.high is None:
        return ""
    return f" ({say_between(number.low, number.high, say_of_100)})"
