"""Patience from waits: the product limit's textbook values, censoring, and what lies beyond the record."""

import random
from statistics import fmean

import pytest

from andon.twin.patience import Curve, estimate

pytestmark = pytest.mark.unit

# Weeks in remission under 6-MP, + censored: Freireich et al., Blood 21 (1963), the standard example.
REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
LEFT = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


def test_the_textbook_case() -> None:
    curve = estimate((int(week.rstrip("+")), not week.endswith("+")) for week in REMISSION.split())
    assert dict(zip(curve.at_ms, curve.left, strict=True)) == pytest.approx(LEFT, abs=0.001)
    assert curve.rate == pytest.approx(9 / 359)


@pytest.mark.parametrize("waited_ms", [0, 150_000, 10_000_000])
def test_draws_return_to_the_distribution_the_waits_came_from(waited_ms: int) -> None:
    """Exponential patience of mean 120 s, half of it never seen because an agent answered first. It has no
    memory: who has waited has the same patience left, also far beyond the longest wait of the record."""
    luck = random.Random(7)
    waits = []
    for _ in range(20_000):
        patience, answered = luck.expovariate(1 / 120_000), luck.expovariate(1 / 120_000)
        waits.append((int(min(patience, answered)), patience <= answered))
    curve = estimate(waits)
    drawn = [curve.draw(waited_ms, luck.random) for _ in range(20_000)]
    left = [patience - waited_ms for patience in drawn if patience is not None]
    assert len(left) == len(drawn) and min(left) > 0
    assert fmean(left) == pytest.approx(120_000, rel=0.1)


def test_where_nobody_gave_up_everybody_waits_for_ever() -> None:
    assert estimate([(1000, False), (2000, False)]).draw(0, lambda: 0.99) is None
    assert Curve().draw(0, lambda: 0.0) is None


def test_where_the_longest_wait_was_given_up() -> None:
    """Nobody is left in the curve; who waited longer in the record still has some patience."""
    curve = estimate([(1000, True), (2000, True)])
    parts = iter((0.0, 0.49, 0.51, 0.999))
    assert [curve.draw(0, lambda: next(parts)) for _ in range(4)] == [1000, 1000, 2000, 2000]
    longer = curve.draw(2500, lambda: 0.5)
    assert longer is not None and longer > 2500
