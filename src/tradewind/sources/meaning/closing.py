"""How deals end: which stages mean won and lost, and whether a close date says when, or only when it is hoped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tradewind.sources.meaning.fitting import Pick
from tradewind.sources.meaning.sales import won_and_lost
from tradewind.sources.meaning.writing import column_sql, text_literal
from tradewind.sources.proposal import Guess

if TYPE_CHECKING:
    from tradewind.sources.meaning.assembling import Draft


def fill_won(draft: Draft) -> None:
    """Whether a deal was won, from the stage that says so."""
    stage = draft.one.picks.get("stage")
    if "won" in draft.guesses or stage is None:
        return
    column = draft.source.columns[stage.place]
    won, lost = won_and_lost(column)
    if not won:
        return
    sql = column_sql(column)
    cases = [f"WHEN {sql} = {text_literal(won)} THEN true"]
    if lost:
        cases.append(f"WHEN {sql} = {text_literal(lost)} THEN false")
    amount = draft.one.picks.get("amount")
    if amount is not None and _known_only_once_closed(draft, amount, stage, (won, lost)):
        name = draft.source.columns[amount.place].name
        draft.notes.append(
            f"{draft.source.short}: {name} is filled only for deals that are won or lost, so it is what was sold, "
            "not what was hoped for; nothing says how large an open deal is"
        )
    said = f"“{won}” is won" + (f", “{lost}” is lost" if lost else "") + ", and the other stages are open"
    draft.put(Guess("won", f"CASE {' '.join(cases)} END", 0.9, said), stage.place)


def split_close_date(draft: Draft) -> None:
    """A close date that most open deals have too is only hoped for there: one column holds two things."""
    stage, closed, guess = (
        draft.one.picks.get("stage"),
        draft.one.picks.get("closed_at"),
        draft.guesses.get("closed_at"),
    )
    if stage is None or closed is None or guess is None or closed.place < 0:
        return
    column, texts = draft.source.columns[stage.place], draft.source.texts
    ends = won_and_lost(column)
    stages = zip(texts[closed.place], texts[stage.place], strict=True)
    still_open = [value is not None for value, at in stages if at is not None and at not in ends]
    if not all(ends) or not still_open or sum(still_open) < 0.5 * len(still_open):
        return
    sql = column_sql(column)
    ended = f"{sql} IN ({', '.join(text_literal(end) for end in ends)})"
    said = "of deals that are won or lost; that of an open deal is only hoped for"
    split = replace(guess, expression=f"CASE WHEN {ended} THEN {guess.expression} END", reason=said)
    draft.put(split, closed.place, stage.place)
    if "expected_close_at" not in draft.guesses:
        hoped = f"CASE WHEN {ended} THEN NULL ELSE {guess.expression} END"
        said = "of open deals: when they are hoped to close"
        draft.put(replace(guess, column="expected_close_at", expression=hoped, reason=said), closed.place, stage.place)


def _known_only_once_closed(draft: Draft, amount: Pick, stage: Pick, ends: tuple[str, str]) -> bool:
    """Whether there are open deals, and hardly any has an amount. A close date may be a hope: the stage tells."""
    texts = draft.source.texts
    stages = zip(texts[amount.place], texts[stage.place], strict=True)
    amounts = [value for value, at in stages if at is not None and at not in ends]
    return bool(amounts) and sum(value is not None for value in amounts) <= 0.05 * len(amounts)
