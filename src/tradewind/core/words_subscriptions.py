"""The words of subscriptions: part of the one plain-word table (`words.WORDS`)."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    # What goes with an outcome, by part of the business.
    "tell.driver_groups": "What goes with it, by group (of 100): {groups}.",
    "drivers.group": "{group} {share} (above all {first})",
}
