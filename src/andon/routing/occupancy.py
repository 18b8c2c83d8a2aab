"""How busy an agent was of late: a mean that forgets and keeps its order while agents idle. Pure.

`busy` is the integral of the agent's busy time weighted with exp(-age / TAU). While agents are ready all of
them fade by the same factor, so whoever is least occupied at one instant stays so, and a sorted line needs
no touching as time passes: its key is the logarithm at a common instant.
"""

from math import exp, inf, log
from typing import Final

from andon.routing.events import AgentState

TAU_MS: Final = 1_800_000  # half an hour
BUSY: Final = frozenset({AgentState.TALKING, AgentState.HELD, AgentState.ACW})


def faded(busy_ms: float, spent_ms: int, state: AgentState) -> float:
    """The weighted busy time after `spent_ms` more milliseconds in `state`."""
    left = exp(-spent_ms / TAU_MS)
    return busy_ms * left + (TAU_MS * (1 - left) if state in BUSY else 0.0)


def key(busy_ms: float, at_ms: int) -> float:
    """Sorts agents by how busy they are, measured at whatever instants; never busy: first."""
    return log(busy_ms) + at_ms / TAU_MS if busy_ms > 0 else -inf


def share(busy_ms: float) -> float:
    """Busy share of the last half hour or so, 0 to 1."""
    return busy_ms / TAU_MS
