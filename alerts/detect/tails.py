"""Exact upper tails of count distributions, as base-ten surprise: 3 = one chance in a thousand.

Poisson and negative binomial as in Johnson, Kemp and Kotz, *Univariate Discrete Distributions*, 3rd
edition, sections 4 and 5; beta-binomial section 6.2.2. The tail is summed upwards from its largest
term by ratios of neighbouring terms, so no digit is lost to a subtraction from 1.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log, log1p, log10

MAX_TERMS = 20_000
"""Terms summed at most; the rest is then closed as a geometric series."""

LN10 = log(10.0)


def poisson_surprise(count: float, mean: float) -> float:
    """-log10 P(X >= count) for X ~ Poisson(mean); 0 when `count` is not above `mean`.

    `count` and `mean` in posts, not negative. A mean of 0 is taken as 1e-9.
    """
    if count <= mean:
        return 0.0
    mean = max(mean, 1e-9)
    start = count * log(mean) - mean - lgamma(count + 1.0)
    return _surprise(start, count, lambda k: mean / (k + 1.0))


def poisson_at_most(count: float, mean: float) -> float:
    """An upper bound of `poisson_surprise`: the tail holds at least its first term."""
    return (max(mean, 1e-9) + lgamma(count + 1.0) - count * log(max(mean, 1e-9))) / LN10


def negative_binomial_surprise(count: float, mean: float, phi: float) -> float:
    """-log10 P(X >= count) for a negative binomial X; 0 when `count` is not above `mean`.

    Variance is mean * (1 + phi * mean), phi > 0: 0.6 for lively, 4 for wild streams.
    """
    if count <= mean:
        return 0.0
    mean = max(mean, 1e-9)
    shape = 1.0 / phi
    odds = mean / (shape + mean)
    start = (
        lgamma(count + shape)
        - lgamma(shape)
        - lgamma(count + 1.0)
        - shape * log1p(mean / shape)
        + count * log(odds)
    )
    return _surprise(start, count, lambda k: (k + shape) / (k + 1.0) * odds)


def beta_binomial_tail(k: int, n: int, share: float, correlation: float) -> float:
    """P(K >= k) among `n` drawn with mean `share` and pairwise `correlation`, both in (0, 1)."""
    if k <= 0:
        return 1.0
    alpha = share * (1.0 / correlation - 1.0)
    beta = (1.0 - share) * (1.0 / correlation - 1.0)
    scale = lgamma(n + 1.0) + lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta) - lgamma(n + alpha + beta)
    return sum(
        exp(scale - lgamma(i + 1.0) - lgamma(n - i + 1.0) + lgamma(i + alpha) + lgamma(n - i + beta))
        for i in range(k, n + 1)
    )


def _surprise(log_start: float, count: float, ratio: Callable[[float], float]) -> float:
    term = total = 1.0
    k = count
    step = 0.0
    for _ in range(MAX_TERMS):
        step = ratio(k)
        term *= step
        total += term
        k += 1.0
        if term < 1e-16 * total:
            break
    else:
        total += term * step / (1.0 - step)
    return max(0.0, -(log_start / LN10 + log10(total)))
