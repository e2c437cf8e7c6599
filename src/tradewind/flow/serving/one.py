"""One entity's answer: the last run's, or worked out now from its own rows, with what is to be known about it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from tradewind.core.contract import CONTRACT
from tradewind.core.time import Clock, Cutoff
from tradewind.core.words import say
from tradewind.flow.learning.score import Asked, weigh
from tradewind.flow.live.orders import LONGEST_GAP
from tradewind.flow.serving.answers import Answer
from tradewind.flow.serving.columns import NotKnownHere
from tradewind.flow.serving.generation import Generation
from tradewind.flow.serving.inbox import newest_known
from tradewind.flow.serving.listed import Said
from tradewind.flow.serving.served import Served

TAKEN_BACK = ("refund", "cancel")
"""Parts of names of events that tell of an order taken back."""


class One:
    """One entity's answer in the making."""

    def __init__(self, clock: Clock, now: Generation, served: Served, entity_id: str) -> None:
        self._clock, self._now, self._served, self._id = clock, now, served, entity_id
        self._entity = served.question.use_case.entity
        self._ids = now.ids_of(self._entity, entity_id)
        self._arrived = now.waiting.of(self._ids)
        self._row = None if served.listed is None else served.listed.find(entity_id)

    def answer(self, wanted: Cutoff | None, reasons: int, work: bool = False) -> tuple[Answer, Asked | None]:
        """Return the answer, and the rows it was worked out from where it was.

        Args:
            wanted: as of which day; None for the newest that there is.
            reasons: how many at most.
            work: whether it is worked out even where the last run's would do.
        """
        served, listed = self._served, self._served.listed
        model = served.model
        if model is None or self._now.data is None or self._now.waiting.overflowed:
            return self._of_last_run(self._why_not(wanted)), None
        day = wanted or self._newest_day()
        same = listed is not None and listed.day == day.day and listed.version == model.version
        if same and not self._arrived and not work:
            answer = self._of_last_run("")
            told = bool(answer.reasons) or not reasons or answer.score is None
            if told:
                return (answer if reasons else replace(answer, reasons=())), None
        try:
            asked = self._compute(day)
        except NotKnownHere:
            asked = self._long_way(day)
        if asked is None:
            return self._not_asked(day), None
        computed = not (same and not self._arrived)
        return self._scored(asked, day, reasons, computed), asked

    def _newest_day(self) -> Cutoff:
        """The list's day, or the midnight after the newest row that came since."""
        zone = self._now.zone
        return self._now.day_after(self._served, newest_known(self._arrived, zone) if self._arrived else None)

    def _compute(self, day: Cutoff) -> Asked | None:
        now, served = self._now, self._served
        model, data, worker = served.model, now.data, now.workers.get(served.question.name)
        if worker is None or model is None or data is None:
            raise NotKnownHere("no statements")
        own = now.rows_of(self._ids, self._arrived)
        known = now.known_by(served, day, self._clock)
        worked = worker.work(own, now.words.number(self._id), day, known, day >= data.score_at)
        if not worked.asked or worked.features is None:
            return None
        option = served.question.use_case.options.get("value")
        value = np.array([float(str(option)) if option else worked.value])
        return weigh(served.question, data.margin, model.deployed, worked.features, value)

    def _long_way(self, day: Cutoff) -> Asked | None:
        now, model = self._now, self._served.model
        assert now.engine is not None
        assert model is not None
        known = now.known_by(self._served, day, self._clock)
        asked = now.engine.ask(self._served.question, model, self._ids, self._arrived, day, known)
        if asked is None:
            return None
        found = np.flatnonzero(asked.features.entity_id == self._id)
        if len(found) == 0:
            return None
        arrays = {name: getattr(asked, name)[found] for name in ("value", "mean", "low", "high")}
        return replace(asked, features=asked.features.rows(found), **arrays)

    # -- words ---------------------------------------------------------------------------------------------------------

    @property
    def _unit(self) -> str:
        if self._served.question.use_case.task == "classification":
            return "probability"
        data = self._now.data
        return "" if data is None else data.workspace.config.workspace.currency

    def _scored(self, asked: Asked, day: Cutoff, most: int, computed: bool) -> Answer:
        model = self._served.model
        assert model is not None
        told = model.teller.tell(asked.features, most)[0] if most else ()
        grouped = "driver groups" in self._served.question.use_case.also
        reasons = tuple(Said(r.text, r.influence, r.group if grouped else "", r.direction) for r in told)
        value: float | None = float(asked.value[0])
        note = "; ".join(filter(None, (self._said_since(), self._refunded(), self._silence(day), self._by_rule())))
        if model.value_of_others:
            value = (
                None if self._row is None or self._served.listed is None else self._served.listed.numbers(self._row)[3]
            )
            note = f"what is at stake is as of the last run{note and '; '}{note}"
        return Answer(
            self._served.question.name, self._id, "scored", float(asked.mean[0]), float(asked.low[0]),
            float(asked.high[0]), self._unit, value, day.day, model.version, "now" if computed else "last run",
            reasons, "", note,
        )  # fmt: skip

    def _said_since(self) -> str:
        """Whether words about the entity itself wait for the next run, which the answer reads."""
        model = self._served.model
        read = {} if model is None or model.statements is None else model.statements.columns
        if not any(CONTRACT[row.table].kind == "keyed" and row.table in read for row in self._arrived):
            return ""
        return f"what was told since of the {self._served.question.one}'s own details counts from the next run on"

    def _by_rule(self) -> str:
        """Whether the list stands in another order than that of the score."""
        listed = self._served.listed
        return say("rule.score", rule=listed.rule) if listed is not None and listed.rule else ""

    def _refunded(self) -> str:
        """Whether a refund or cancellation came in live, which takes nothing off an order by itself."""
        names = (str(row.row.get("name", "")) for row in self._arrived if row.table == "events")
        if not any(word in name for name in names for word in TAKEN_BACK):
            return ""
        return "a refund or cancellation came in live: the order counts in full until the loaded orders say otherwise"

    def _silence(self, day: Cutoff) -> str:
        """Whether so long a time lies behind the last run's day that live orders wait, as `flow.live.orders` says."""
        listed = self._served.listed
        if listed is None or listed.day is None or day.day - listed.day <= LONGEST_GAP:
            return ""
        return (
            f"the loaded data end before {listed.day}: of the time since only what came in live is known; live orders "
            "count as soon as newer data are loaded"
        )

    def _of_last_run(self, note: str) -> Answer:
        served, listed = self._served, self._served.listed
        bare = partial(Answer, served.question.name, self._id)
        if listed is None:
            because = "no run has answered this question yet"
            return bare("not known", None, None, None, self._unit, None, None, "", "last run", (), because, note)
        if self._row is None:
            status: Any = "not known" if note and self._arrived else "not asked"
            because = self._not_on_list(f"as of {listed.day}")
            return bare(
                status, None, None, None, self._unit, None, listed.day, listed.version, "last run", (), because, note
            )
        note = "; ".join(filter(None, (note, self._by_rule())))
        mean, low, high, value = listed.numbers(self._row)
        reasons = listed.reasons(self._row)
        return bare(
            "scored", mean, low, high, self._unit, value, listed.day, listed.version, "last run", reasons, "", note
        )

    def _not_asked(self, day: Cutoff) -> Answer:
        model = self._served.model
        assert model is not None
        because = self._not_on_list(f"as of {day.day}")
        return Answer(
            self._served.question.name, self._id, "not asked", None, None, None, self._unit, None, day.day,
            model.version, "now", (), because, self._silence(day),
        )  # fmt: skip

    def _not_on_list(self, when: str) -> str:
        question = self._served.question
        about = f" It asks about: {self._served.asked_about}" if self._served.asked_about else ""
        return f"this {question.one} is not among the {question.people} that the question is about {when}.{about}"

    def _why_not(self, wanted: Cutoff | None) -> str:
        """Why the last run's answer is given although newer rows, or another day, were asked for."""
        listed = self._served.listed
        another = wanted is not None and (listed is None or listed.day != wanted.day)
        if not self._arrived and not another:
            return ""
        why = self._served.why_not or self._now.left_out or "more events wait than are held in memory"
        return f"as of the last run: {why}"
