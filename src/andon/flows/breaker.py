"""A circuit breaker: a server that fails again and again is left alone for a while. Pure."""

from typing import Final

FAILURES: Final = 5  # in a row
REST_S: Final = 30.0


class Breaker:
    """One server's. Instants are seconds of any clock that does not go back."""

    def __init__(self) -> None:
        self.under_way = 0
        self._failures = 0
        self._rests_until = 0.0

    def lets_through(self, now: float) -> bool:
        """Whether a request may be sent. After the rest one is let through to see; until it has ended, no
        other."""
        if self._failures < FAILURES:
            return True
        return now >= self._rests_until and self.under_way == 0

    def failed(self, now: float) -> None:
        self._failures += 1
        if self._failures >= FAILURES:
            self._rests_until = now + REST_S

    def worked(self) -> None:
        self._failures = 0

    def __enter__(self) -> None:
        self.under_way += 1

    def __exit__(self, *exc: object) -> None:
        self.under_way -= 1
