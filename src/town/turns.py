"""Taking turns: when somebody in a conversation should speak. Pure.

A person speaks when the other has spoken and been quiet for a moment, or when nobody has said anything for
so long that it becomes awkward. Times are seconds on any clock that goes forward.
"""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Manner:
    """`gap`: from the other's last word to one's own first; `nudge`: silence nobody ends; both from, to."""

    gap: tuple[float, float] = (0.4, 1.1)
    nudge: tuple[float, float] = (3.0, 5.0)


class Turns:
    """One side's ear and tongue."""

    def __init__(self, rng: random.Random, now: float, manner: Manner, *, first: bool) -> None:
        """`first`: this side is expected to begin, as an agent is."""
        self._rng = rng
        self._manner = manner
        self._theirs = False
        self._mine = False
        self._answered = first
        self._quiet_since = now
        self._wait = self._draw()

    @property
    def speaking(self) -> bool:
        return self._mine

    @property
    def heard_something(self) -> bool:
        """The other side has spoken since this side last did."""
        return self._answered

    def heard(self, now: float, speaking: bool) -> None:
        """The other side began or stopped speaking."""
        if speaking == self._theirs:
            return
        self._theirs = speaking
        if speaking:
            self._answered = True
        else:
            self._quiet(now)

    def speak(self) -> None:
        """This side begins a line."""
        self._mine = True
        self._answered = False

    def said(self, now: float) -> None:
        """This side's line is over."""
        self._mine = False
        self._quiet(now)

    def quiet_at(self, seconds: float) -> float | None:
        """When it will have been quiet for so long; None while somebody speaks."""
        return None if self._mine or self._theirs else self._quiet_since + seconds

    def due(self) -> float | None:
        """When it is this side's turn; None while somebody speaks."""
        return self.quiet_at(self._wait)

    def _quiet(self, now: float) -> None:
        self._quiet_since = now
        self._wait = self._draw()

    def _draw(self) -> float:
        return self._rng.uniform(*(self._manner.gap if self._answered else self._manner.nudge))
