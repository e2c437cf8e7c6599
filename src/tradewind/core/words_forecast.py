"""The words of forecast: part of the one plain-word table (`words.WORDS`)."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "title.pipeline_forecast": "What the pipeline will bring",
    "forecast.approach.stages": (
        "Each open deal was sent on {draws} times, as deals of its stage, age, size and seller moved in the past; "
        "deals that do not exist yet were added at the pace at which they come."
    ),
    "forecast.approach.age": (
        "Each open deal was sent on {draws} times, as deals of its age, size and seller ended in the past; deals that "
        "do not exist yet were added at the pace at which they come."
    ),
    "forecast.subtitle": "{period}, and {next}",
    "forecast.expected": (
        "{period}: expect {mean}. Of that {won} is won already, {open} comes from deals that are open now and {new} "
        "from deals that do not exist yet."
    ),
    "forecast.levels": (
        "Commit to {commit}: it is reached 9 times in 10. At best it is {best} or more, 1 time in 10; 1 time in 20 it "
        "stays below {downside}."
    ),
    "forecast.levels.done": "It is as good as decided: in 8 of 10 cases it comes to {commit}.",
    "forecast.target": "The target of {target} is reached {chance}.",
    "forecast.target.gap": "It lies {gap} above what is to be expected.",
    "forecast.chance": "with a chance of {share} in 100",
    "forecast.chance.hardly": "hardly ever: in fewer than 2 of 100 cases",
    "forecast.chance.nearly": "nearly always: in more than 98 of 100 cases",
    "forecast.next_quarter": "{period}: expect {mean}; 8 times in 10 it will be between {commit} and {best}.",
    "forecast.teams": "By team: {told}.",
    "forecast.sellers": (
        "The most is expected of {told}. These ranges hold 8 times in 10: what one seller brings is far less certain "
        "than the sum."
    ),
    "forecast.seller.done": "{who} ({mean}, as good as decided)",
    "forecast.seller": "{who} ({mean}, between {low} and {high})",
    "forecast.past": (
        "Made on the same day of the last {count} quarters, with only what was known then: {inside} of {count} came in "
        "between the commit and the best level, where about {right} should, and the sum was missed by {miss} in 100 on "
        "average."
    ),
    "forecast.past.few": (
        "How good this is has not been measured yet: only {count} past quarters could be forecast with what was known "
        "then; {inside} of them came in between the commit and the best level."
    ),
    "forecast.past.none": (
        "How good this is has not been measured: the record is too short to forecast a past quarter with what was "
        "known then."
    ),
    "forecast.past.reason": "{count} past quarters are too few to measure it",
    "forecast.beside.usual": "The usual rule, {rule}, missed by {miss} in 100: {verdict}.{now}",
    "forecast.beside.best": "The best simple rule there, {rule}, missed by {miss} in 100: {verdict}.{now}",
    "forecast.rule.now": " It says {amount} this time.",
    "forecast.verdict.better": "the forecast is clearly better",
    "forecast.verdict.worse": "the rule is clearly better, so use the rule for the sum",
    "forecast.verdict.even": "the two cannot be told apart on so few quarters",
    "forecast.rule.stage weights": "amount times the share won of each stage",
    "forecast.rule.stage weights and new deals": "the same with what new deals brought on average",
    "forecast.rule.weights in time": "the share won in time of each stage, with what new deals brought on average",
    "forecast.rule.last quarter": "the last quarter again",
    "forecast.rule.a year ago": "the same quarter of last year",
    "forecast.money": "For {period} plan spending on {commit}, not on the {mean} to be expected.",
    "forecast.next": (
        "Take the commit level to the board. Where a seller's bar ends below what was promised, look at that seller's "
        "open deals first (tradewind run --only pipeline_health)."
    ),
    "forecast.next.unmeasured": (
        "Do not promise the commit level yet: too few past quarters show how far such a forecast misses. Put it beside your "
        "own, and see at the end of the quarter which came closer."
    ),
    "forecast.caption": (
        "It assumes that deals go on as they did: a new price, a new team or one deal larger than any before is not in "
        "it."
    ),
    "forecast.said.undated": (
        "{count} deals stand in a stage that says that they are over, but have no date of closing: they count in no "
        "quarter."
    ),
    "forecast.said.unopened": (
        "{count} deals have neither a day of opening nor one of closing, so that nobody can say since when they are "
        "known: they are left out, and what they bring counts with deals that do not exist yet."
    ),
    "forecast.said.unknown_ends": "{count} deals are closed without a word on how; they count as lost.",
    "forecast.said.won_without": "{count} deals were won without an amount; they add nothing to what was won.",
    "forecast.said.open_without": (
        "{count} open deals have no amount in the workspace's currency; theirs is drawn from deals that were won."
    ),
    "forecast.said.largest": (
        "The largest open deal alone is worth {amount}: whether it is won decides much of the quarter, so look at it by "
        "itself."
    ),
    "forecast.said.far": (
        "Some deals are far larger than all others. Open ones count in full; of deals that do not exist yet none is "
        "taken to be worth more than {amount}."
    ),
    "forecast.said.negative": "{count} deals have an amount below zero; they are taken as they are.",
    "forecast.said.ratio": (
        "Deals were won for {share} in 100 of the amount at which they stood before, on average: the forecast has that "
        "in it."
    ),
    "forecast.said.amounts_today": (
        "Amounts from before the first load were not kept: past quarters before it were forecast with later amounts, "
        "which flatters all forecasts alike."
    ),
    "forecast.said.nobody": "Some deals belong to nobody; they stand in a row without a name.",
    # Charts.
    "role.forecast": "Sellers",
    "role.fan": "This quarter day by day",
    "role.past_quarters": "Past quarters",
    "fan.title": "{mean} is to be expected by {day}: commit to {commit}",
    "fan.title.target": "{mean} is to be expected by {day}, commit to {commit}; the target is {target}",
    "fan.target": "target",
    "fan.x": "Day",
    "fan.y": "Won since the quarter began ({unit})",
    "fan.won": "won so far",
    "fan.mean": "expected",
    "fan.caption": (
        "The band holds 8 of 10 futures; its lower edge at the end is the commit level, the upper one the best level. "
    ),
    "sellers.title": "{who} is expected to bring the most: {mean}, with a range from {low} to {high}",
    "sellers.title.one": "{mean} is expected, with a range from {low} to {high}",
    "sellers.x": "Won in {period} ({unit})",
    "sellers.won": "won already",
    "sellers.open": "from deals open now",
    "sellers.new": "from deals not yet there",
    "sellers.nobody": "nobody named",
    "sellers.caption": (
        "Lines hold 8 of 10 futures of each seller. They do not add up: sellers are not all unlucky at once."
    ),
    "past_quarters.title": "{inside} of {count} past quarters came in between commit and best level",
    "past_quarters.x": "Quarter",
    "past_quarters.y": "Won in the quarter ({unit})",
    "past_quarters.actual": "what came",
    "past_quarters.mean": "what we would have said",
    "past_quarters.rule": "stage weight × amount",
    "past_quarters.caption": (
        "Each was forecast on the same day of its quarter, with only what was known then. Lines reach from the commit "
        "to the best level and should hold 8 of 10."
    ),
    "column.period": "Quarter",
    "column.kind": "Of whom",
    "column.won_already": "Won already",
    "column.open_deals": "From open deals",
    "column.new_deals": "From new deals",
    "column.mean": "Expected",
    "column.forecast.low": "Commit",
    "column.forecast.high": "Best",
    "column.past_quarters.low": "Commit",
    "column.past_quarters.high": "Best",
    "column.day": "Day",
    "column.won": "Won so far",
    "column.stage_weights": "By stage weight × amount",
    "figure.commit_total": "to commit to: reached 9 times in 10",
    "figure.best_total": "at best: reached 1 time in 10",
    "figure.won_already_total": "won already this quarter",
    "figure.reach_target_rate": "chance to reach the target",
}
"""Text by name; braces are filled by `words.say`."""
