"""The scores of one workspace for everybody who asks: thread-safe, always of the newest snapshot and models."""

from __future__ import annotations

import atexit
import gc
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from tradewind.core.errors import ConfigError, NotFound, Problem, TradewindError
from tradewind.core.feature import FeatureTable
from tradewind.core.time import Clock, Cutoff, local_day
from tradewind.core.visitor import Visitor
from tradewind.flow.learning.explain import MOST_REASONS
from tradewind.flow.people.aliases import aliases_for, keys_asked
from tradewind.flow.people.own import own_keys
from tradewind.flow.serving.ahead import work_ahead
from tradewind.flow.serving.answers import Answer, Explained
from tradewind.flow.serving.generation import (
    GIGABYTE,
    Generation,
    build_generation,
    learned_questions,
    stamp_of,
)
from tradewind.flow.serving.inbox import EmptyInbox, Inbox
from tradewind.flow.serving.known_ids import known_ids
from tradewind.flow.serving.one import One
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
        self._building, self._ahead = threading.Lock(), threading.Lock()
        self._looked = self._polled = float("-inf")
        self._told = True
        self._open: tuple[Generation | None, frozenset[str]] = (None, frozenset())

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
        self.work_ahead()

    def work_ahead(self) -> None:
        """Have at hand what the first events of today will be answered with; until then each is worked out alone."""
        now = self._generation
        if now is not None and self._ahead.acquire(blocking=False):
            try:
                work_ahead(now, self._clock)
            finally:
                self._ahead.release()

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
        return [One(self._clock, now, served, each).answer(day, 3 if reasons else 0)[0] for each in ids]

    def explain(self, question: str, entity_id: str, as_of: date | None = None, features: bool = False) -> Explained:
        """Return one answer beside everybody's, with more reasons, and the features as used where asked for.

        Raises:
            NotFound: there is no such question.
            ConfigError: a day that cannot be answered for.
        """
        now = self.current()
        served = _served(now, question)
        day = None if as_of is None else self._day(now, as_of)
        answer, asked = One(self._clock, now, served, entity_id).answer(day, MOST_REASONS, work=True)
        listed = served.listed
        usual = None if listed is None else listed.usual
        rank = None if listed is None or answer.score is None else listed.rank(answer.score)
        made = Explained(answer, usual, rank, 0 if listed is None else listed.count)
        if not features or asked is None:
            return made
        sentences = {feature.name: feature.sentence for feature in asked.features.features}
        return replace(made, features=_as_used(asked.features), sentences=sentences)

    def tell_unknown(self, answers: Sequence[Answer]) -> list[Answer]:
        """Return answers of one question in which nobody of an id that stands in no table is `not known`.

        Tables are looked through for those that are not asked about, so that the rest need not wait for it.
        """
        unasked = {each.id for each in answers if each.status == "not asked"}
        if not unasked:
            return list(answers)
        now = self.current()
        one = _served(now, answers[0].question).question
        entity = one.use_case.entity
        arrived = {each for each in unasked if now.waiting.of(now.ids_of(entity, each))}
        nobody = unasked - arrived - known_ids(self._workspace(), entity, unasked - arrived)
        because = f"no {one.one} of this id is in the data"
        return [
            replace(each, status="not known", because=because, note="") if each.id in nobody else each
            for each in answers
        ]

    def is_quick(self, question: str) -> bool:
        """Whether answers of a question take milliseconds: all that is needed lies in memory."""
        now = self._generation
        return now is not None and (question in now.workers or question not in now.served
                                    or now.served[question].model is None)  # fmt: skip

    def own(self, question: str, ids: Sequence[str], visitor: Visitor) -> frozenset[str]:
        """Return those of these whose records are the visitor's own.

        Raises:
            NotFound: there is no such question.
        """
        entity = _served(self.current(), question).question.use_case.entity
        return own_keys(self._workspace(), visitor, entity, ids)

    def keys_are_open(self, question: str) -> bool:
        """Whether it is known that the ids of whom a question is about are no contact data: nobody needs an alias."""
        generation, questions = self._open
        return generation is not None and generation is self._generation and question in questions

    def keys_of(self, question: str, ids: Sequence[str]) -> list[str]:
        """Return the keys that ids stand for, for somebody who does not see contact data; see `aliases.keys_asked`.

        Raises:
            NotFound: there is no such question.
        """
        workspace, now = self._workspace(), self._generation
        keys = keys_asked(workspace, False, question, ids)
        if now is None or question not in now.served or workspace.manifest().snapshot_id != now.stamp.snapshot:
            return keys
        if not aliases_for(workspace, False).hides(now.served[question].question.use_case.entity):
            before = self._open[1] if self._open[0] is now else frozenset()
            self._open = now, before | {question}
        return keys

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
