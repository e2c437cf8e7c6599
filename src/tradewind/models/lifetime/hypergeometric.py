"""E[(1 + p z)^−k] for p ~ Beta(a, b): the Gaussian hypergeometric function that BG/NBD needs, for every argument."""

from __future__ import annotations

import numpy as np

from tradewind.models.lifetime.summary import Floats

_TERMS = 16
"""Terms of the series between two looks at whether it has ended."""
_FAR = 40.0
"""From this z on the series needs thousands of terms, and the integral is taken."""
_DEEP = 45.0


def beta_power_mean(k: Floats, a: Floats | float, b: Floats, z: Floats) -> Floats:
    """Return E[(1 + p z)^−k] for p ~ Beta(a, b), which is ₂F₁(k, a; a+b; −z); relative error near 1e-12.

    Args:
        k, a, b: positive.
        z: zero or more.
    """
    full = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (k, a, b, z)))
    out, far = np.empty(full[3].shape), full[3] > _FAR
    out[~far] = positive_series(*(v[~far] for v in full))
    if np.any(far):
        out[far] = beta_integral(*(v[far] for v in full))
    return out


def positive_series(k: Floats, a: Floats, b: Floats, z: Floats) -> Floats:
    """The mean as (1−w)^k ₂F₁(k, b; a+b; w) with w = z/(1+z) (Pfaff): every term is positive, nothing cancels.

    Args:
        k, a, b, z: (n,) arrays.
    """
    w, c, live = z / (1 + z), a + b, np.arange(len(z))
    log_scale = -k * np.log1p(z)
    out, term, total = np.empty(len(z)), np.ones(len(z)), np.ones(len(z))
    n = 0
    while len(live):
        for m in range(n, n + _TERMS):
            term = term * ((k + m) * (b + m) / ((c + m) * (m + 1)) * w)
            total = total + term
        n += _TERMS
        shrink = np.where(total > 1e150, 1e-150, 1.0)
        term, total, log_scale = term * shrink, total * shrink, log_scale - np.log(shrink)
        # From here on no term is more than `ratio` times the one before.
        ratio = np.maximum((k + n) * (b + n) / ((c + n) * (n + 1)), 1.0) * w
        more = term * ratio > 1e-16 * total * (1 - ratio)
        if not np.all(more):
            out[live[~more]] = np.exp(log_scale[~more]) * total[~more]
            live, log_scale, term, total = live[more], log_scale[more], term[more], total[more]
            k, b, c, w = k[more], b[more], c[more], w[more]
    return out


def beta_integral(k: Floats, a: Floats, b: Floats, z: Floats) -> Floats:
    """The mean as an integral over the log-odds y of p, by the trapezoidal rule, which converges exponentially.

    y = u − ln(1+z) − e^−u + e^(u − ln(1+z) − 1) makes both tails fall doubly exponentially. The step suits the
    sharpest peak that the exponents can make.

    Args:
        k, a, b, z: (n,) arrays.
    """
    from scipy.special import betaln

    turn = np.log1p(z)
    low = -np.log(np.maximum(_DEEP / a, 3.0)) - 0.5
    high = turn + 1 + np.log(np.maximum(_DEEP / b, 3.0)) + 0.5
    finest = np.minimum(0.15, 1.2 / np.sqrt(k + a + b))
    points = int(np.ceil(np.max((high - low) / finest))) + 1
    step, total = (high - low) / (points - 1), np.zeros(len(z))
    log_beta, log_z = betaln(a, b), np.log(z)
    for i in range(points):
        u = low + i * step
        left, right = np.exp(-u), np.exp(u - turn - 1)
        y = u - turn - left + right
        log_p, log_q = -np.logaddexp(0.0, -y), -np.logaddexp(0.0, y)
        log_f = a * log_p + b * log_q - log_beta - k * np.log1p(np.exp(log_p + log_z))
        total += np.exp(log_f) * (1 + left + right)
    return np.asarray(total * step)
