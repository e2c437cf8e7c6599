"""Works out ahead what the first events of a day will be answered with; requests go on meanwhile."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from tradewind.core.errors import TradewindError
from tradewind.core.time import Clock, local_day
from tradewind.flow.data import tables_read
from tradewind.flow.serving.generation import Generation
from tradewind.flow.serving.prepared import prepare_question


def work_ahead(now: Generation, clock: Clock) -> int:
    """Give every worker everybody's results for rows that come today, where it has not got them.

    Args:
        now: what answers are made of.
        clock: the present instant, naive UTC.
    Returns:
        for how many questions there was something to do.
    """
    if now.data is None:
        return 0
    today = local_day(clock(), now.zone)
    coming = {}
    for name, worker in now.workers.items():
        day = now.day_after(now.served[name], today)
        known = now.known_by(now.served[name], day, clock)
        if not worker.was_offered(day, known):
            coming[name] = day, known
    if not coming:
        return 0
    data = now.data
    with data.workspace.engine(tables_read(data.workspace, data.manifest), data.manifest) as engine:
        for name, (day, known) in coming.items():
            served = now.served[name]
            assert served.model is not None
            now.workers[name].offer(day, known, None)  # what fails is not tried again for the same day
            at = replace(data, engine=engine, score_at=max(day, data.score_at), made={}, kept={})
            with suppress(TradewindError):
                prepared = prepare_question(at, served.question, served.model, day, known, now.words)
                now.workers[name].offer(day, known, prepared)
    return len(coming)
