"""The surprises are exact: checked against fractions and hand-made sums."""

from fractions import Fraction
from math import comb, exp, factorial, log10

import pytest

from alerts.detect.tails import (
    beta_binomial_tail,
    negative_binomial_surprise,
    poisson_at_most,
    poisson_surprise,
)


@pytest.mark.parametrize(("count", "mean"), [(5, 0.5), (12, 4.0), (1, 0.01), (60, 9.0), (30, 29.5)])
def test_poisson_surprise_is_the_log_of_the_upper_tail(count: int, mean: float) -> None:
    """-log10 of the summed terms from `count` on."""
    tail = sum(exp(-mean) * mean**k / factorial(k) for k in range(count, count + 80))
    assert poisson_surprise(count, mean) == pytest.approx(-log10(tail), rel=1e-9)


@pytest.mark.parametrize("mean", [1e-12, 0.02, 0.7, 9.0, 140.0])
def test_the_cheap_bound_is_never_under_the_surprise(mean: float) -> None:
    """So that nothing is passed over by it."""
    for count in range(int(mean) + 1, int(3 * mean) + 40):
        assert poisson_at_most(count, mean) >= poisson_surprise(count, mean) * (1 - 1e-12)


@pytest.mark.parametrize(("count", "mean"), [(5, 1), (9, 2), (40, 6)])
def test_negative_binomial_with_phi_one_is_the_geometric_tail(count: int, mean: int) -> None:
    """With phi = 1 the tail is exactly (m / (1 + m)) ** count."""
    tail = Fraction(mean, 1 + mean) ** count
    assert negative_binomial_surprise(count, mean, 1.0) == pytest.approx(-log10(tail), rel=1e-9)


def test_negative_binomial_with_shape_two_is_its_finite_sum() -> None:
    """Phi = 1/2 is the number of failures before the second success."""
    chance = Fraction(2, 2 + 3)
    head = sum(comb(k + 1, k) * chance**2 * (1 - chance) ** k for k in range(11))
    assert negative_binomial_surprise(11, 3.0, 0.5) == pytest.approx(-log10(1 - head), rel=1e-9)


def test_what_is_not_above_the_mean_is_no_surprise() -> None:
    """Exactly the mean is 0, for both."""
    assert poisson_surprise(3.0, 3.0) == 0.0
    assert negative_binomial_surprise(3.0, 3.0, 0.6) == 0.0


def test_extreme_counts_give_finite_surprises() -> None:
    """A million posts where none was expected, and hardly more than expected, both end quickly."""
    assert poisson_surprise(1e6, 0.0) > 1000
    assert 0 < negative_binomial_surprise(1e6, 1.0, 4.0) < 1e6
    assert 0 < negative_binomial_surprise(100_001, 100_000, 0.05) < 1


def test_more_dispersion_means_less_surprise() -> None:
    """The same count is less surprising in a wilder stream, and least surprising under no model is Poisson."""
    values = [negative_binomial_surprise(20, 4.0, phi) for phi in (0.05, 0.6, 2.0, 4.0)]
    assert values == sorted(values, reverse=True)
    assert values[0] < poisson_surprise(20, 4.0)


def test_beta_binomial_tail_sums_to_one_and_falls() -> None:
    """From 0 on everything; fewer chances for more."""
    tails = [beta_binomial_tail(k, 12, 0.3, 0.05) for k in range(13)]
    assert tails[0] == 1.0
    assert tails[1] < 1.0
    assert tails == sorted(tails, reverse=True)
