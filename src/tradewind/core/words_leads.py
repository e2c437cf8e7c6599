"""The words of leads: part of the one plain-word table (`words.WORDS`)."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    # Tests at several dates.
    "tell.approach.people.dates": (
        "We looked at {learned} past dates, learned what came before {people} {did}, and tested it on {tests} dates, the last "
        "of them {test}; for each, only what was known by then was learned from."
    ),
    "caption.people.dates": "Tested on {tests} dates, the last {test}; every date uses only what was known by then.",
    # Tiers.
    "tiers.tier": (
        "Tier {tier}, from {begins} in 100 up, holds {count} {people} today; of 100 such, {rate} {do} ({low} to {high})."
    ),
    "tiers.one": "Tier {tier}, from {begins} in 100 up, holds one today; of 100 such, {rate} {do} ({low} to {high}).",
    "tiers.means": "{rate} of 100 such ({low} to {high})",
    "tiers.unseen": "What tier {tier}, from {begins} in 100 up, means is not known: no {people} were in it at past dates.",
    "tiers.meant": "Tier {tier} meant {last} in 100 at the last date, {before} before.",
    "tiers.drift": (
        "Something has changed: over the last complete horizon it happened to {came} in 100, where {said} had been expected. "
        "The chances told today are put right by it."
    ),
    "tiers.mix": "{now} in 100 are in tier {tier} today, {before} in 100 at the last date.",
    # Who calls which lead.
    "routing.approach": (
        "Every open lead was given its chance as of {day}; then the leads that are worth most were given out, as many to each "
        "as can be taken in a day. Where it costs nothing, good leads are dealt evenly."
    ),
    "routing.given": "{leads} leads are given out today, to {people} colleagues; they stand for {worth}.",
    "routing.waiting": "{waiting} leads wait: whoever could take them has no room today.",
    "routing.gone": (
        "Nothing was seen for {span} of, or config says away: {names}. They get nothing, and {moved} of their leads go to others."
    ),
    "routing.stays": "A lead stays with the colleague who has it; leads of nobody, or of somebody gone, go where there is room.",
    "routing.free": "Leads go to whoever has room, whoever had them before.",
    "routing.equal": "All colleagues count as equally good: nobody has shown otherwise yet. To let history weigh, set skill = true.",
    "routing.unknown_skill": "Too few leads of different colleagues are old enough to tell them apart, so all count as equal.",
    "routing.skill": (
        "{best} converts the most, {rate} in 100 ({low} to {high}) where {average} is usual, and gets leads accordingly. That "
        "goes together; better leads may be the cause."
    ),
    "routing.skill.chance": (
        "{best} converts the most, {rate} in 100 ({low} to {high}) where {average} is usual: no more apart than chance does."
    ),
    "routing.count": "{count} conversions to expect",
    "routing.loss": (
        "The leads that wait stand for {waits}, {share} in 100 of all there is (chance times worth). With more room they would "
        "be called as well; many of them convert or do not without a call."
    ),
    "routing.loss.count": (
        "The leads that wait stand for {waits}, {share} in 100 of all there are. What one is worth is not known: value = … in "
        "[use_cases.lead_conversion]."
    ),
    "routing.no_loss": "No lead has to wait: there is room for all of them.",
    "routing.next": "Each colleague works down their rows of the table {table}, the first one first.",
    "routing.why": "{chance} in 100 convert; {stays}",
    "routing.why.stays": "stays with {owner}",
    "routing.why.gone": "{before} {since}, so {owner} takes it",
    "routing.why.since": "has not been seen since {day}",
    "routing.why.never": "is away",
    "routing.why.moved": "moves from {before} to {owner}, who has room",
    "routing.why.new": "had nobody; {owner} has room",
}
