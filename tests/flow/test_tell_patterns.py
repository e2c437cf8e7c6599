"""What a lead did lately is told with the actions it is on the list for first, however much it did since."""

from __future__ import annotations

import numpy as np

from tradewind.flow.leads.tell_patterns import MOST_DONE, say_lately


def test_the_actions_of_the_pattern_are_never_crowded_out() -> None:
    since = [f"page {number}" for number in range(MOST_DONE)]
    what, ago = np.array([*since, "pricing page", "pricing page"]), np.array([*range(MOST_DONE), 4.5, 6.5])
    assert "pricing page" not in say_lately(what, ago)
    assert say_lately(what, ago, ["pricing page", "never seen"]).startswith(
        "pricing page 5 and 7 days ago; page 0 yesterday"
    )
