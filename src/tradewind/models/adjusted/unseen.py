"""How strong something unseen would have to be to explain a difference away: the E-value."""

from __future__ import annotations

import math


def e_value(rate_with: float, rate_without: float) -> float:
    """Return the E-value of a ratio of rates: RR + √(RR (RR − 1)), RR turned above one (VanderWeele and Ding 2017).

    Something unseen that makes both the exposure and the outcome this many times as likely could explain all of the
    difference; anything weaker could not.

    Args:
        rate_with: outcome rate with the exposure, above 0.
        rate_without: outcome rate without, above 0.
    Returns:
        One where there is no difference to explain; infinite where one of the rates is 0.
    """
    if rate_with <= 0 or rate_without <= 0:
        return math.inf if rate_with != rate_without else 1.0
    ratio = max(rate_with / rate_without, rate_without / rate_with)
    return ratio + math.sqrt(ratio * (ratio - 1))
