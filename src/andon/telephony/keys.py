"""Each key once.

The engine puts off a key that ends while it still lengthens the one before, or less than 45 ms after it: one
from a machine that keys fast, from a telephone that sends keys as SIP INFO, or over a line that stutters. It
tells such a key when it ends and a second time when its turn has come, in the order in which they were put
off, each as long as the first time (measured on Asterisk 22.10; `__ast_read` and `queue_dtmf_readq` in its
channel.c). From one put off on, every following one is until there is a long enough pause.
"""

from collections import deque
from datetime import datetime, timedelta
from typing import NamedTuple

MS = timedelta(milliseconds=1)
PUT_OFF_MOST = 64
LEAST_KEY_MS = 80  # the engine makes shorter ones as long as this
GAP_MS = 45  # that it leaves between two
EARLY_MS = 15  # it looks when a packet comes, every 20 ms
STUCK_MS = 500  # and later when the machine has much to do
# Nobody presses a key again within its own length and a pause (40 ms each at least, ITU-T Q.24; machines do
# with 25), and what is put off for the gap alone has its turn before.
PAUSE_MS = 20
SAME_KEY_MS = 80


class _Told(NamedTuple):
    """A key that counted. `sure`: it ended in another's turn, so it is told again; else it may be."""

    digit: str
    ms: int
    at: datetime
    sure: bool


class KeysOnce:
    """The keys of one leg. Which of two equal ones is the second telling cannot always be known, how often a
    key was pressed can: what is taken for the one leaves the other."""

    def __init__(self) -> None:
        self._waiting: deque[_Told] = deque(maxlen=PUT_OFF_MOST)  # for their second telling, in its order
        self._due: datetime | None = None  # the next turn is not earlier, while there are turns

    def new(self, digit: str, ms: int, at: datetime) -> bool:
        """Whether a key told at this instant, held for so many ms, was not told before."""
        if self._due is not None and (at - self._due) / MS > STUCK_MS:
            self._due = None
            self._waiting.clear()
        for place, told in enumerate(self._waiting):
            if (told.digit, told.ms) == (digit, ms) and self._again(told, at):
                for _ in range(place + 1):  # those before it were not put off after all: turns come in order
                    self._waiting.popleft()
                self._due = at + timedelta(milliseconds=max(ms, LEAST_KEY_MS) + GAP_MS)
                return False
            if told.sure:
                break
        while self._waiting and not self._waiting[0].sure and not self._soon(self._waiting[0], at):
            self._waiting.popleft()
        in_turn = self._due is not None and (at - self._due) / MS < -EARLY_MS
        self._waiting.append(_Told(digit, ms, at, in_turn or any(told.sure for told in self._waiting)))
        return True

    def _again(self, told: _Told, at: datetime) -> bool:
        """Whether it may be told again now: its turn has come, or nobody can have pressed it since."""
        if not told.sure:
            return self._soon(told, at)
        last = self._waiting[-1].at
        on_time = self._due is not None and (at - self._due) / MS >= -EARLY_MS
        return on_time or (at - last) / MS < 0.8 * told.ms

    @staticmethod
    def _soon(told: _Told, at: datetime) -> bool:
        return (at - told.at) / MS < min(told.ms + PAUSE_MS, SAME_KEY_MS)
