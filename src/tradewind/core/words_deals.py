"""What is said of deals: where they stand, which wait too long, which will be won."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    # What a history of stages cannot tell.
    "deals.said.snapshot": (
        "Nobody recorded when deals entered their stages: only how long a deal has been open is known, not how long it "
        "has been where it stands."
    ),
    "deals.said.versions": (
        "When a deal changed its stage is known from one load to the next only: a stay may be off by the days between."
    ),
    "deals.said.without": (
        "Of {without} of {deals} deals no stage was ever recorded; they are counted by opening and closing alone."
    ),
    "deals.said.undated": "{count} deals have no date of opening, so that nobody can say how long they have been open.",
}
"""Text by name; braces are filled by `words.say`."""
