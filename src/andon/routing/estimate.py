"""How long a waiting caller will still wait: a live estimate. Pure."""

import math
from typing import Final

PRIOR_HANDLE_MS: Final = 180_000  # taken until a queue has handled its first contacts
WEIGHT: Final = 0.1  # of the newest contact in the running mean


def blend(mean_ms: float, handled_ms: int) -> float:
    """Exponentially weighted mean of handle times (talk, hold and wrap-up), in milliseconds."""
    return mean_ms + WEIGHT * (handled_ms - mean_ms)


def estimated_wait_s(position: int, mean_handle_ms: float, serving: int) -> int | None:
    """Seconds until the caller at `position` (from 1) is served; None when nobody serves.

    With `serving` busy agents whose handle times are taken as exponential with mean h, one is free every
    h / serving on average, and the caller needs the `position`-th of these: position · h / serving.
    (The conditional mean wait of M/M/n given the queue's length.) Agents shared with other queues make the
    true wait longer.
    """
    if serving <= 0:
        return None
    return math.ceil(position * mean_handle_ms / serving / 1000)
