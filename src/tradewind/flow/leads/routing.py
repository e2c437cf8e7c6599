"""Who calls which lead today: the leads worth most that fit what each colleague can take, and what has to wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tradewind.core.errors import ConfigError, NotAnswerable, Problem
from tradewind.core.words import say
from tradewind.flow.answers.analyse import Analysed
from tradewind.flow.data import Data
from tradewind.flow.leads.owners import LeadOwners, read_lead_owners
from tradewind.flow.leads.skill import Skill, read_skill
from tradewind.flow.leads.tell_routing import tell_routing
from tradewind.flow.learning.scores_today import scores_today
from tradewind.flow.questions.asked import find_question
from tradewind.flow.questions.question import Question
from tradewind.models.route import route
from tradewind.report.numbers import say_day, say_of_100

if TYPE_CHECKING:
    import pyarrow as pa

Array = NDArray[np.float64]
SCORES = "lead_conversion"


@dataclass(frozen=True)
class Routing:
    """Who gets what today.

    Args:
        leads: rows of today's scores, best first.
        worth: (n,) chance times what a converted lead brings; the chance alone where nobody knows that.
        in_money: whether worth is money.
        owners: who works on leads.
        there: colleagues who are there, by name.
        gone: colleagues not seen for long, or named in `away`.
        capacity: (k,) how many leads each of those who are there can take.
        skill: how good each is, where config asks for it; None where all count as equal.
        given: (n,) number of the colleague; −1 where the lead waits.
    """

    leads: tuple[Mapping[str, Any], ...]
    worth: Array
    in_money: bool
    owners: LeadOwners
    there: tuple[str, ...]
    gone: tuple[str, ...]
    capacity: NDArray[np.intp]
    skill: Skill | None
    given: NDArray[np.intp]

    def has(self, lead: Mapping[str, Any]) -> str:
        """Whose the lead is today; empty where it is nobody's."""
        return self.owners.of.get(lead["lead_id"], "")


def answer(data: Data, question: Question) -> Analysed:
    """Give today's leads to colleagues.

    Raises:
        NotAnswerable: leads cannot be scored, or nobody is there to take them.
        ConfigError: a capacity is not a whole number of zero or more.
    """
    owners = read_lead_owners(data)
    there, gone = _who_is_there(question, owners, data.score_at.day)
    leads = tuple(scores_today(data, find_question(data.workspace.config, SCORES)).to_pylist())
    chance, value = (np.array([lead[name] for lead in leads], dtype=np.float64) for name in ("mean", "value"))
    in_money = bool((value > 0).any())
    worth = chance * value if in_money else chance
    capacity = _capacity(question, there)
    skill = read_skill(data, owners, there) if question.option("skill") else None
    allowed = _allowed(question, leads, owners, there)
    factor = None if skill is None else skill.factor
    given = route(worth, capacity, allowed, factor, bool(question.option("fair")))
    routing = Routing(leads, worth, in_money, owners, there, gone, capacity, skill, given)
    finding = tell_routing(question, routing, data.workspace.config.workspace.currency, data.score_at.day)
    return Analysed(finding, {"list": _list(routing), "owners": _owners(routing), "waiting": _waiting(routing)})


def _who_is_there(question: Question, owners: LeadOwners, today: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who can get leads, and who cannot: named in `away`, or without a sign for `left_after`."""
    known = sorted({*owners.of.values(), *owners.seen, *question.option("capacities")})
    away = {str(name) for name in question.option("away")}
    strangers = sorted(away - set(known))
    if strangers:
        raise ConfigError(
            Problem(f"use_cases.{question.name}.away", "nobody of that name works on leads", ", ".join(strangers),
                    ", ".join(known[:20]) or "owners in [tables.leads]")
        )  # fmt: skip
    oldest = today - timedelta(days=question.use_case.settings["left_after"].count)
    named = set(question.option("capacities"))
    gone = {name for name in known if name not in named and owners.seen.get(name, date.min) < oldest} | away
    there = tuple(name for name in known if name not in gone)
    if not there:
        found = f"{len(gone)} of whom nothing was seen for {question.use_case.settings['left_after']}" if gone else "0"
        raise NotAnswerable(
            Problem(question.name, "there is nobody to give leads to", f"colleagues: {found}", "who works on leads",
                    f"map owner in [tables.leads], or name them: capacities = {{ Anna = 10 }} in "
                    f"[use_cases.{question.name}]")
        )  # fmt: skip
    return there, tuple(sorted(gone))


def _capacity(question: Question, there: tuple[str, ...]) -> NDArray[np.intp]:
    usual, own = question.option("capacity"), question.option("capacities")
    given = {name: own.get(name, usual) for name in there}
    for name, count in given.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise ConfigError(
                Problem(f"use_cases.{question.name}.capacities", "this is no number of leads a day",
                        f"{name} = {count!r}", "a whole number, 0 or more")
            )  # fmt: skip
    return np.array([given[name] for name in there], dtype=np.intp)


def _allowed(
    question: Question, leads: tuple[Mapping[str, Any], ...], owners: LeadOwners, there: tuple[str, ...]
) -> NDArray[np.bool_]:
    """Who may get which lead: its own colleague only, where leads stay and that colleague is there."""
    allowed = np.ones((len(leads), len(there)), dtype=bool)
    if question.option("keep_owner"):
        place = {name: at for at, name in enumerate(there)}
        for row, lead in enumerate(leads):
            at = place.get(owners.of.get(lead["lead_id"], ""))
            if at is not None:
                allowed[row] = np.arange(len(there)) == at
    return allowed


def _list(routing: Routing) -> pa.Table:
    """The list to work from: by colleague, the lead worth most first."""
    rows = []
    for lead, worth, given in zip(routing.leads, routing.worth, routing.given, strict=True):
        if given >= 0:
            owner = routing.there[given]
            rows.append({**_row(routing, lead, worth, owner), "task": _why(routing, lead, owner)})
    rows.sort(key=lambda row: (row["owner"], -row["expected"], row["lead_id"]))
    return _table(rows, ("lead_id", "owner", "task", "reason", "tier", "expected"))


def _waiting(routing: Routing) -> pa.Table:
    """Leads for which nobody has room, the one worth most first."""
    rows = [_row(routing, lead, worth, routing.has(lead) if routing.has(lead) in routing.there else None)
            for lead, worth, given in zip(routing.leads, routing.worth, routing.given, strict=True)
            if given < 0]  # fmt: skip
    rows.sort(key=lambda row: (-row["expected"], row["lead_id"]))
    return _table(rows, ("lead_id", "company", "owner", "chance", "tier", "expected", "reason"))


def _row(routing: Routing, lead: Mapping[str, Any], worth: float, owner: str | None) -> dict[str, Any]:
    return {
        "lead_id": lead["lead_id"],
        "company": routing.owners.account.get(lead["lead_id"]),
        "owner": owner,
        "chance": lead["mean"],
        "tier": lead.get("tier"),
        "expected": float(worth),
        "reason": lead["reason_1"],
    }


def _why(routing: Routing, lead: Mapping[str, Any], owner: str) -> str:
    """Why this colleague gets this lead, as one would say it."""
    before = routing.has(lead)
    if before == owner:
        stays = say("routing.why.stays", owner=owner)
    elif before and before in routing.gone:
        seen = routing.owners.seen.get(before)
        since = say("routing.why.never") if seen is None else say("routing.why.since", day=say_day(seen))
        stays = say("routing.why.gone", before=before, since=since, owner=owner)
    elif before:
        stays = say("routing.why.moved", before=before, owner=owner)
    else:
        stays = say("routing.why.new", owner=owner)
    return say("routing.why", chance=say_of_100(lead["mean"]), stays=stays)


def _owners(routing: Routing) -> pa.Table:
    rows = []
    for place, name in enumerate(routing.there):
        mine = routing.given == place
        waits = sum(routing.given[at] < 0 and routing.has(lead) == name for at, lead in enumerate(routing.leads))
        rows.append(
            {"owner": name, "capacity": int(routing.capacity[place]), "leads": int(mine.sum()),
             "expected": float(routing.worth[mine].sum()), "waiting": int(waits),
             "last_seen": routing.owners.seen.get(name), "there": True, **_skill(routing, place)}
        )  # fmt: skip
    for name in routing.gone:
        rows.append(
            {"owner": name, "capacity": 0, "leads": 0, "expected": 0.0, "waiting": 0,
             "last_seen": routing.owners.seen.get(name), "there": False, "skill": None, "skill_low": None,
             "skill_high": None}
        )  # fmt: skip
    return _table(rows, tuple(rows[0]))


def _skill(routing: Routing, place: int) -> dict[str, float | None]:
    if routing.skill is None:
        return {"skill": None, "skill_low": None, "skill_high": None}
    skill = routing.skill
    return {"skill": float(skill.rate[place]), "skill_low": float(skill.low[place]),
            "skill_high": float(skill.high[place])}  # fmt: skip


_TYPES = {"chance": "double", "expected": "double", "last_seen": "date32", "capacity": "int64", "leads": "int64",
          "waiting": "int64", "there": "bool", "skill": "double", "skill_low": "double",
          "skill_high": "double"}  # fmt: skip


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> pa.Table:
    import pyarrow as pa

    types = {name: pa.type_for_alias(_TYPES.get(name, "string")) for name in columns}
    return pa.table({name: pa.array([row[name] for row in rows], types[name]) for name in columns})
