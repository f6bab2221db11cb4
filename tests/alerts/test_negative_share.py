"""The smallest number of negative posts that is unusual, for known shares and sizes."""

import pytest

from alerts.detect.share import judge, measure
from tests.alerts.watching import flat

SMALLEST = {
    0.15: {8: 7, 12: 9, 20: 13, 40: 23, 80: 42, 200: 99},
    0.30: {8: 8, 12: 11, 20: 17, 40: 30, 80: 56, 200: 133},
}


@pytest.mark.parametrize(("usual", "n"), [(p0, n) for p0, row in SMALLEST.items() for n in row])
def test_the_smallest_unusual_count_is_as_published(usual: float, n: int) -> None:
    """Beta-binomial with correlation .05 below one in a thousand, and .15 above the usual share."""
    assert next(k for k in range(n + 1) if judge(k, n, usual).unusual) == SMALLEST[usual][n]


def test_few_posts_reach_back_until_eight_are_found() -> None:
    """Six hours hold three posts, so the share is taken over as many hours as hold eight, 48 at most."""
    every = [0.0] * 2000
    for place in (1990, 1980, 1970, 1900, 1890, 1880, 1870, 1860, 1700):
        every[place] = 1.0
    share = measure(flat(every), flat([0.0] * 2000), 2000, 0.15)
    assert (share.n, share.seconds) == (8, 140 * 300)


def test_the_usual_share_leans_on_the_office_where_the_policy_has_little_history() -> None:
    """With no history it is the office's, with much its own."""
    none = measure(flat([0.0] * 2000), flat([0.0] * 2000), 2000, 0.2)
    assert none.p0 == pytest.approx(0.2)
    own = measure(flat([1.0] * 2000), flat([0.5] * 2000), 2000, 0.2)
    assert own.p0 == pytest.approx(0.5, abs=0.01)
