"""How long callers are willing to wait, from a day's own waits. Pure.

A wait that ended in any other way than by giving up tells only that the caller's patience was longer: it is
censored. The estimate that uses both is the product limit of Kaplan and Meier (J. Am. Stat. Assoc. 53,
1958). It says nothing beyond the longest wait at which somebody gave up; there the tail is exponential
(Brown, Hollander and Korwar 1974) with the day's own rate: those who gave up per time waited.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import groupby
from math import ceil, log

import msgspec

from andon.twin.model import Chance


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """The share of callers still willing to wait: `left[n]` from `at_ms[n]` on, 1 before.

    `rate` is that of giving up beyond the last step, per millisecond; 0 when nobody gave up.
    """

    at_ms: tuple[int, ...] = ()
    left: tuple[float, ...] = ()
    rate: float = 0.0

    def draw(self, waited_ms: int, chance: Chance) -> int | None:
        """Patience of a caller who is known to have waited `waited_ms`; None: waits for ever."""
        part = 1.0 - chance()  # of those still there, the share that waits longer than this caller
        step = bisect_right(self.at_ms, waited_ms)
        there = self.left[step - 1] if step else 1.0
        if there:
            step = bisect_left(self.left, -part * there, lo=step, key=lambda left: -left)
        if step < len(self.at_ms):
            return self.at_ms[step]
        if not self.rate:
            return None
        last_ms, last = (self.at_ms[-1], self.left[-1]) if self.at_ms else (0, 1.0)
        beyond = last / there / part if there else 1 / part
        return max(last_ms, waited_ms) + ceil(log(beyond) / self.rate)


def estimate(waits: Iterable[tuple[int, bool]]) -> Curve:
    """The curve of waits in milliseconds, each with whether the caller gave up then."""
    # At equal waits those who gave up go first: the others were still there.
    ordered = sorted(waits, key=lambda wait: (wait[0], not wait[1]))
    gave_up = sum(quit for _, quit in ordered)
    waited_ms = sum(wait_ms for wait_ms, _ in ordered)
    at_risk, left = len(ordered), 1.0
    at_ms: list[int] = []
    share: list[float] = []
    for wait_ms, group in groupby(ordered, key=lambda wait: wait[0]):
        alike = [quit for _, quit in group]
        if quits := sum(alike):
            left *= 1 - quits / at_risk
            at_ms.append(wait_ms)
            share.append(left)
        at_risk -= len(alike)
    return Curve(
        at_ms=tuple(at_ms), left=tuple(share), rate=gave_up / waited_ms if gave_up and waited_ms else 0.0
    )
