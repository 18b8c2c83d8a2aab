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
# A key and the pause after it last 40 ms each at least (ITU-T Q.24): nobody lets go of one twice within this.
SAME_KEY_MS = 80


class KeysOnce:
    """The keys of one leg."""

    def __init__(self) -> None:
        self._put_off: deque[tuple[str, int]] = deque(maxlen=PUT_OFF_MOST)  # perhaps
        self._last: datetime | None = None  # that was new
        self._due: datetime | None = None  # when the next that was put off has its turn

    def new(self, digit: str, ms: int, at: datetime) -> bool:
        """Whether a key told at this instant, held for so many ms, was not told before."""
        key = (digit, ms)
        if key in self._put_off and self._again(ms, at):
            while self._put_off.popleft() != key:
                pass  # not put off after all: turns come in order
            self._due = at + timedelta(milliseconds=max(ms, LEAST_KEY_MS) + GAP_MS)
            return False
        if not self._in_turns(at):
            self._put_off.clear()
        self._put_off.append(key)
        self._last = at
        return True

    def _in_turns(self, at: datetime) -> bool:
        return self._due is not None and (at - self._due) / MS <= LATE_MS

    def _again(self, ms: int, at: datetime) -> bool:
        since = SAME_KEY_MS if self._last is None else (at - self._last) / MS
        if self._due is None or not self._in_turns(at):
            return since < min(ms, SAME_KEY_MS) and self._put_off[-1][1] == ms
        return since < 0.8 * ms or (at - self._due) / MS >= -EARLY_MS
