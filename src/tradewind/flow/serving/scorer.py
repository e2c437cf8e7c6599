"""The scores of one workspace for everybody who asks: thread-safe, always of the newest snapshot and models."""

from __future__ import annotations

import atexit
import gc
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np

from tradewind.core.contract import CONTRACT
from tradewind.core.errors import ConfigError, NotFound, Problem, TradewindError
from tradewind.core.feature import FeatureTable
from tradewind.core.time import Clock, Cutoff, local_day
from tradewind.flow.explain import MOST_REASONS
from tradewind.flow.names import OWNERS, current_rows
from tradewind.flow.score import Asked, weigh
from tradewind.flow.serving.answers import Answer, Explained
from tradewind.flow.serving.columns import NotKnownHere
from tradewind.flow.serving.generation import (
    GIGABYTE,
    Generation,
    build_generation,
    learned_questions,
    stamp_of,
)
from tradewind.flow.serving.inbox import EmptyInbox, Inbox, newest_known
from tradewind.flow.serving.listed import Said
from tradewind.flow.serving.payload import Payload
from tradewind.flow.serving.served import Served
from tradewind.store.workspace import Workspace

MOST_IDS = 1_000
"""Entities that one request may ask about."""
LOOK_SECONDS = 2.0
"""How often it is looked whether there is a newer snapshot or model."""
POLL_SECONDS = 0.1
"""How old the view of the inbox may be, where events are accepted by another server."""


class Scorer:
    """Answers about one workspace.

    Args:
        workspace: returns the open workspace; it may be another one after the configuration changed.
        clock: the present instant, naive UTC.
        inbox: returns where rows wait for the next run.
        most_bytes: memory for rows of contract tables, see `build_generation`; twice as much while it reloads.
        seconds: a clock that only runs forward, for polling.
    """

    def __init__(
        self,
        workspace: Callable[[], Workspace],
        clock: Clock,
        inbox: Callable[[Workspace], Inbox] = lambda _: EmptyInbox(),
        most_bytes: int = GIGABYTE,
        seconds: Callable[[], float] | None = None,
    ) -> None:
        from time import monotonic

        self._workspace, self._clock, self._inbox = workspace, clock, inbox
        self._most_bytes, self._seconds = most_bytes, seconds or monotonic
        self._generation: Generation | None = None
        self._building = threading.Lock()
        self._looked = self._polled = float("-inf")
        self._told = True

    # -- what is in place ----------------------------------------------------------------------------------------------

    def tell(self) -> None:
        """Say that rows have just been accepted by this process: the next score sees them."""
        self._told = True

    @property
    def ready(self) -> bool:
        """Whether the first snapshot is in place; the first request waits for it otherwise."""
        return self._generation is not None

    def reload(self) -> bool:
        """Put a newer snapshot or model in place, if there is one; requests go on with the old one meanwhile.

        Returns:
            whether there was one.
        """
        with self._building:
            workspace, old = self._workspace(), self._generation
            self._looked = self._seconds()
            if old is not None and old.stamp == stamp_of(workspace, workspace.manifest(), learned_questions(workspace)):
                return False
            self._generation = build_generation(workspace, self._inbox(workspace), self._most_bytes)
            self._told = True
            _leave_alone()
            return True

    def current(self) -> Generation:
        """Return what answers are made of now; a newer one is made in the background where it is time to look."""
        found = self._generation
        if found is None:
            self.reload()
            found = self._generation
            assert found is not None
        elif self._seconds() - self._looked > LOOK_SECONDS and not self._building.locked():
            self._looked = self._seconds()
            threading.Thread(target=self._reload_quietly, name="tradewind-reload", daemon=True).start()
        if self._told or self._seconds() - self._polled > POLL_SECONDS:
            self._told, self._polled = False, self._seconds()
            found.waiting.read(self._inbox(self._workspace()))
        return found

    def _reload_quietly(self) -> None:
        try:
            self.reload()
        except TradewindError:
            return  # the old one goes on; the next look tries again, and the run that broke it says so itself

    # -- answers -------------------------------------------------------------------------------------------------------

    def score(self, question: str, ids: Sequence[str], as_of: date | None = None, reasons: bool = True) -> list[Answer]:
        """Return one answer for each id, in their order.

        Args:
            question: its name.
            ids: whom; at most `MOST_IDS`.
            as_of: the local day as of which; by default that of the last list, or of the newest event after it.
            reasons: whether reasons are wanted.
        Raises:
            NotFound: there is no such question.
            ConfigError: too many ids, or a day that cannot be answered for.
        """
        if len(ids) > MOST_IDS:
            raise ConfigError(Problem("ids", "these are too many at once", f"{len(ids):,}", f"{MOST_IDS:,} at most"))
        now = self.current()
        served = _served(now, question)
        day = None if as_of is None else self._day(now, as_of)
        return [_One(self._clock, now, served, each).answer(day, 3 if reasons else 0)[0] for each in ids]

    def explain(self, question: str, entity_id: str, as_of: date | None = None, features: bool = False) -> Explained:
        """Return one answer beside everybody's, with more reasons, and the features as used where asked for.

        Raises:
            NotFound: there is no such question.
            ConfigError: a day that cannot be answered for.
        """
        now = self.current()
        served = _served(now, question)
        day = None if as_of is None else self._day(now, as_of)
        answer, asked = _One(self._clock, now, served, entity_id).answer(day, MOST_REASONS, work=True)
        listed = served.listed
        usual = None if listed is None else listed.usual
        rank = None if listed is None or answer.score is None else listed.rank(answer.score)
        made = Explained(answer, usual, rank, 0 if listed is None else listed.count)
        if not features or asked is None:
            return made
        sentences = {feature.name: feature.sentence for feature in asked.features.features}
        return replace(made, features=_as_used(asked.features), sentences=sentences)

    def is_quick(self, question: str) -> bool:
        """Whether answers of a question take milliseconds: all that is needed lies in memory."""
        now = self._generation
        return now is not None and (question in now.workers or question not in now.served
                                    or now.served[question].model is None)  # fmt: skip

    def owners(self, question: str, ids: Sequence[str]) -> dict[str, str]:
        """Return who works on each of these; those whom nobody works on are absent.

        Raises:
            NotFound: there is no such question.
        """
        now = self.current()
        entity = _served(now, question).question.use_case.entity
        rows = current_rows(self._workspace(), entity, ids)
        owned = {key: next((str(row[name]) for name in OWNERS if row.get(name)), "") for key, row in rows.items()}
        return {key: owner for key, owner in owned.items() if owner}

    def payload(self, question: str) -> Payload:
        """Return what scores rows of features that a product computed itself.

        Raises:
            NotFound: there is no such question, or no model of it to hand features to.
        """
        now = self.current()
        served = _served(now, question)
        if served.model is None:
            raise NotFound(Problem(question, "no model takes features here", served.why_not, "a learned question"))
        return served.model.payload

    def _day(self, now: Generation, as_of: date) -> Cutoff:
        assert now.data is not None
        zone = now.data.catalog.zone
        last = max(now.data.score_at.day, local_day(self._clock(), zone) + timedelta(days=1))
        if not now.data.first_day.day <= as_of <= last:
            raise ConfigError(
                Problem("as_of", "nothing can be said as of this day", str(as_of),
                        f"a day from {now.data.first_day.day} to {last}")
            )  # fmt: skip
        return Cutoff(as_of, zone)


def _leave_alone() -> None:
    """Keep the collector of cycles from walking through all that has just been read, again and again, amid requests."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)


def _served(now: Generation, question: str) -> Served:
    found = now.served.get(question)
    if found is None:
        names = ", ".join(now.served) or "none has been answered yet"
        raise NotFound(Problem("question", "there is no such question with scores", question, names, "tradewind run"))
    return found


def _as_used(features: FeatureTable) -> dict[str, float | str | None]:
    numbers = {
        feature.name: None if np.isnan(value) else float(value)
        for feature, value in zip(features.number_features, features.numbers[0], strict=True)
    }
    texts = {name: values[0] for name, values in features.categories.items()}
    return {feature.name: {**numbers, **texts}[feature.name] for feature in features.features}


class _One:
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
        data, listed = self._now.data, self._served.listed
        assert data is not None
        day = data.score_at if listed is None or listed.day is None else Cutoff(listed.day, data.catalog.zone)
        if not self._arrived:
            return day
        after = newest_known(self._arrived, day.zone) + timedelta(days=1)
        pinned = data.workspace.config.workspace.as_of
        return max(day, Cutoff(after if pinned is None else min(after, pinned), day.zone))

    def _known_by(self, day: Cutoff) -> Cutoff:
        data = self._now.data
        assert data is not None
        pinned = data.workspace.config.workspace.as_of is not None
        today = None if pinned else Cutoff(local_day(self._clock(), day.zone), day.zone)
        return self._served.known_by(day, today, self._now.waiting.newest)

    def _compute(self, day: Cutoff) -> Asked | None:
        now, served = self._now, self._served
        model, data, worker = served.model, now.data, now.workers.get(served.question.name)
        if worker is None or model is None or data is None:
            raise NotKnownHere("no statements")
        own = now.rows_of(self._ids, self._arrived)
        worked = worker.work(own, now.words.number(self._id), day, self._known_by(day), day >= data.score_at)
        if not worked.asked or worked.features is None:
            return None
        option = served.question.use_case.options.get("value")
        value = np.array([float(str(option)) if option else worked.value])
        return weigh(served.question, data.margin, model.deployed, worked.features, value)

    def _long_way(self, day: Cutoff) -> Asked | None:
        now, model = self._now, self._served.model
        assert now.engine is not None
        assert model is not None
        asked = now.engine.ask(self._served.question, model, self._ids, self._arrived, day, self._known_by(day))
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
        note = self._said_since()
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
            model.version, "now", (), because,
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
