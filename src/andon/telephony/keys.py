"""Each key once.

The engine puts off a key that ends while it still lengthens the one before, or less than 45 ms after it: one
from a machine that keys fast, from a telephone that sends keys as SIP INFO, or over a line that stutters. It
tells such a key when it ends and a second time when its turn has come, in the order in which they were put
off, each as long as the first time (measured on Asterisk 22.10; `__ast_read` and `queue_dtmf_readq` in its
channel.c). From one put off on, every following one is until there is a long enough pause.
"""

from collections import deque
from datetime import datetime, timedelta

MS = timedelta(milliseconds=1)
PUT_OFF_MOST = 64
LEAST_KEY_MS = 80  # the engine makes shorter ones as long as this
GAP_MS = 45  # that it leaves between two
EARLY_MS, LATE_MS = 15, 60  # it looks when a packet comes, every 20 ms
STUCK_MS = 500  # and later when the machine has much to do
# A key and the pause after it last 40 ms each at least (ITU-T Q.24): nobody lets go of one twice within this.
SAME_KEY_MS = 80


class KeysOnce:
    """The keys of one leg. Which of two equal ones is the second telling cannot always be known, how often a
    key was pressed can: what is taken for the one leaves the other."""

    def __init__(self) -> None:
        self._put_off: deque[tuple[str, int]] = deque(maxlen=PUT_OFF_MOST)  # one that is new may be
        self._last: datetime | None = None  # that was new
        self._due: datetime | None = None  # the next turn is not earlier, while there are turns

    def new(self, digit: str, ms: int, at: datetime) -> bool:
        """Whether a key told at this instant, held for so many ms, was not told before."""
        key = (digit, ms)
        if self._due is not None and (at - self._due) / MS > (STUCK_MS if self._put_off else LATE_MS):
            self._due = None
        if self._due is None and not self._begins(key, at):
            self._put_off.clear()
        elif key in self._put_off and self._again(ms, at):
            if self._due is None:
                self._put_off.clear()  # only the last was put off
            while self._put_off and self._put_off.popleft() != key:
                pass  # not put off after all: turns come in order
            self._due = at + timedelta(milliseconds=max(ms, LEAST_KEY_MS) + GAP_MS)
            return False
        self._put_off.append(key)
        self._last = at
        return True

    def _begins(self, key: tuple[str, int], at: datetime) -> bool:
        """Whether this is the first turn: of the last key, so soon that nobody pressed it again."""
        if self._last is None or not self._put_off or self._put_off[-1] != key:
            return False
        return (at - self._last) / MS < min(key[1], SAME_KEY_MS)

    def _again(self, ms: int, at: datetime) -> bool:
        """Whether one that may be told again is: its turn has come, or nobody can have pressed it since."""
        if self._due is None or self._last is None:
            return True
        return (at - self._due) / MS >= -EARLY_MS or (at - self._last) / MS < 0.8 * ms
