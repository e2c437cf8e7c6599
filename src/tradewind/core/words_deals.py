"""What is said of deals: where they stand, which wait too long, which will be won."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    # What a history of stages cannot tell.
    "deals.said.snapshot": (
        "Nobody recorded when deals entered their stages: only how long a deal has been open is known, not how long "
        "it has been where it stands."
    ),
    "deals.said.versions": (
        "When a deal changed its stage is known from one load to the next only: a stay may be off by the days between."
    ),
    "deals.said.without": (
        "Of {without} of {deals} deals no stage was ever recorded; they are counted by opening and closing alone."
    ),
    "deals.said.undated": "{count} deals have no date of opening, so that nobody can say how long they have been open.",
    # Deals that stand still.
    "do.pipeline_health": "stand still",
    "deals.approach": (
        "Every stay of {deals} deals in a stage was counted, those still under way for as long as they have waited. A"
        " deal is late where it has stood in its stage longer than nine in ten deals that moved on from there. Ranges"
        " hold 95 of 100 repetitions with other deals of the same kind."
    ),
    "deals.approach.age": (
        "The ages of {deals} deals were counted, those still open for as long as they have waited. A deal is late "
        "where it has been open longer than nine in ten deals that were won. Ranges hold 95 of 100 repetitions with "
        "other deals of the same kind."
    ),
    "deals.worth": ", worth {amount},",
    "deals.late": (
        "{late} of {open} open deals{worth} {have} stood in {their} stage longer than 9 in 10 deals that moved on had."
    ),
    "deals.late.age": (
        "{late} of {open} open deals{worth} {have} been open longer than 9 in 10 deals that were won had."
    ),
    "deals.late.unsure": "For {unsure} of them it is too close to call.",
    "deals.none.late": (
        "None of the {open} open deals has stood in its stage longer than is usual for deals that move on."
    ),
    "deals.none.late.age": "None of the {open} open deals has been open longer than is usual for deals that are won.",
    "deals.none.open": "No deal is open.",
    "deals.where": (
        "{count} of them {stand} in {stage}, where half of the deals that move on do so within {half}, and 9 in 10 "
        "within {by}{range}."
    ),
    "deals.where.age": "Half of the deals that are won are won within {half}, 9 in 10 within {by}{range}.",
    "deals.never": (
        "{never} of them {have} stood in {their} stage longer than any deal that ever moved on from it: win back or close."
    ),
    "deals.never.age": "{never} of them {have} been open longer than any deal that was ever won: win back or close.",
    "deals.slowest": "Deals that move on spend the longest time in {stage}: {days} on average{range}.",
    "deals.leakiest": "Of 100 deals that enter {stage}, {lost}{range} are lost there, more than in any other stage.",
    "deals.equal": "It cannot be told apart from {other}, though.",
    "deals.won": "Of 100 deals that are opened, {won}{range} are won.",
    "deals.undecided": (
        "Of {undecided} in 100 nobody knows the end yet: they have been open longer than any deal that ended."
    ),
    "deals.owners": (
        "The owners' win rates differ by more than chance: from {low} to {high} in 100, drawn towards the average. "
        "Who gets the hard deals wins fewer."
    ),
    "deals.owners.equal": "The owners' win rates differ no more than chance explains.",
    "deals.money": "{amount} of revenue (not profit) stands in these deals.",
    "deals.next": "Work through the table {table} from the top; each row says why the deal is there and what to do.",
    "deals.next.none": "Nothing to chase today; look again next week.",
    "deals.reason": (
        "It has stood in {stage} for {days}; of the deals that moved on from there, 9 in 10 had within {by}."
    ),
    "deals.reason.age": "It has been open for {days}; of the deals that were won, 9 in 10 were within {by}.",
    "deals.do.owner": "Hand it over: {owner} has given no sign for {since}.",
    "deals.do.owner.never": "as long as anybody knows",
    "deals.do.them": "the customer",
    "deals.do.never": (
        "Win it back or close it: no deal that stood in {stage} this long has ever moved on. Call {account}."
    ),
    "deals.do.never.age": "Win it back or close it: no deal open this long has ever been won. Call {account}.",
    "deals.do.silent": "Call {account}: nothing that was done about this deal is on record.",
    "deals.do.unknown": "Call {account} and ask for the next step.",
    "deals.do.quiet": "Call {account}: nothing has happened since the last {kind}, {since} ago.",
    "deals.do.date": (
        "Ask {account} for a decision or a date: the last {kind} was {since} ago, yet the deal stands still."
    ),
    # Deals that will be won.
    "do.deal_win": "are won",
    "deals.win.end": (
        "In the end, {won} of {open} open deals{worth} are won if they fare as those did that had stood in the same "
        "stage for as long."
    ),
    "deals.win.end.age": (
        "In the end, {won} of {open} open deals{worth} are won if they fare as those did that had been open for as "
        "long."
    ),
    "deals.win.older": (
        "Count on that figure, not on the {within} said above: many open deals have been open for longer than those "
        "that were learned from."
    ),
    "deals.win.worth": ", {worth} of the open amounts,",
    "deals.win.snapshot": (
        "Nobody recorded when deals changed their stage. The stage a closed deal stands in says how it ended, so "
        "nothing could be learned from stages: only from how old a deal is and from what does not change."
    ),
    # Charts.
    "waiting.title": "{late} of {open} open deals have stood where they are for longer than is usual",
    "waiting.x": "Days since the deal entered the stage",
    "waiting.on_time": "open, within what is usual",
    "waiting.late": "open, for longer than 9 in 10 deals that moved on",
    "waiting.caption": (
        "Each mark is an open deal. Of the deals that moved on from a stage, half had done so by the upright line and"
        " 9 in 10 by the end of the shaded bar."
    ),
    "role.waiting": "How long open deals have stood",
    "stages.title": "Of 100 deals that enter {stage}, {lost} are lost there, more than in any other stage",
    "stages.title.equal": "Of 100 deals that enter {stage}, {lost} are lost there; no stage clearly loses the most",
    "stages.title.one": "Of 100 deals, {on} are won",
    "stages.x": "Of 100 deals that enter the stage",
    "stages.on": "go on to a later stage or are won",
    "stages.won": "are won in the end",
    "stages.caption": (
        "Thin lines: where the figure would lie in 95 of 100 repetitions. Deals still under way are counted for as "
        "long as they have waited."
    ),
    "role.stages": "How many go on from each stage",
    "column.stage": "Stage",
    "column.days_in_stage": "Days in it",
    "column.half_days": "Half moved on within",
    "column.late_after_days": "9 in 10 moved on within",
    "column.late": "Stands still",
    "column.entered": "Entered",
    "column.moves_on": "Go on, of 100",
    "column.lost": "Lost there, of 100",
    "column.won": "Won in the end, of 100",
    "column.usual_days": "Half moved on within",
    "deals.said.ended": "Won or lost by the name of their stage, without a date of closing: {count}. They "
    "are not counted as open. Give them the date on which they closed.",
    "figure.open_deals": "deals are open",
    "figure.late_deals": "of them stand still",
}
"""Text by name; braces are filled by `words.say`."""
