"""The words of leads: part of the one plain-word table (`words.WORDS`)."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    # Tiers.
    "tiers.tier": (
        "Tier {tier}, from {begins} in 100 up, holds {count} {people} today; of 100 such, {rate} {do} ({low} to {high})."
    ),
    "tiers.one": "Tier {tier}, from {begins} in 100 up, holds one today; of 100 such, {rate} {do} ({low} to {high}).",
    "tiers.unseen": "What tier {tier}, from {begins} in 100 up, means is not known: no {people} were in it at past dates.",
    "tiers.meant": "Tier {tier} meant {last} in 100 at the last date, {before} before.",
    "tiers.drift": (
        "Something has changed: over the last complete horizon it happened to {came} in 100, where {said} had been expected. "
        "The chances told today are put right by it."
    ),
    "tiers.mix": "{now} in 100 are in tier {tier} today, {before} in 100 at the last date.",
}
