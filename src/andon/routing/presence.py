"""Presence of one agent: the transition table, and the diagram drawn from it. Pure.

An event that is not in the table for a state does not exist there; the router never sends it. Asking for
another state while a call rings or is talked does not change the state: the wish is remembered and takes
effect when the call and its wrap-up are over.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from andon.routing.events import AgentState as S


class AgentEvent(StrEnum):
    """What can happen to an agent."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    ASK_READY = "ask_ready"
    ASK_NOT_READY = "ask_not_ready"
    ASK_BREAK = "ask_break"
    DEVICE_LOST = "device_lost"  # vanished, failed its test, or was replaced by another session's
    DIALS = "dials"  # calls somebody
    OFFERED = "offered"
    RING_FAILED = (
        "ring_failed"  # rejected, not answered in time, unreachable; a call out, of who was not ready
    )
    CALLER_GONE = "caller_gone"  # while ringing; who was called out did not come
    CONNECTED = "connected"
    HELD = "held"
    RETRIEVED = "retrieved"
    HUNG_UP = "hung_up"
    FORCED_OUT = "forced_out"  # signed out in the middle of a conversation

    __hash__ = str.__hash__  # as that of states


class Step(NamedTuple):
    """Where an event leads; `remember` keeps the wish for after the call."""

    to: S
    remember: bool = False


def _table() -> dict[tuple[S, AgentEvent], Step]:
    e = AgentEvent
    table: dict[tuple[S, AgentEvent], Step] = {
        (S.OFFLINE, e.SIGN_IN): Step(S.NOT_READY),
        (S.READY, e.DIALS): Step(S.DIALING),
        (S.NOT_READY, e.DIALS): Step(S.DIALING),
        (S.ACW, e.DIALS): Step(S.DIALING),
        (S.DIALING, e.CONNECTED): Step(S.TALKING),
        (S.DIALING, e.RING_FAILED): Step(S.NOT_READY),
        (S.DIALING, e.CALLER_GONE): Step(S.READY),
        (S.DIALING, e.SIGN_OUT): Step(S.OFFLINE),
        (S.READY, e.OFFERED): Step(S.RINGING),
        (S.NOT_READY, e.OFFERED): Step(S.RINGING),  # by a colleague, about no customer
        (S.READY, e.DEVICE_LOST): Step(S.NOT_READY),
        (S.RINGING, e.CONNECTED): Step(S.TALKING),
        (S.RINGING, e.RING_FAILED): Step(S.NOT_READY),
        (S.RINGING, e.DEVICE_LOST): Step(S.NOT_READY),
        (S.RINGING, e.CALLER_GONE): Step(S.READY),
        (S.RINGING, e.SIGN_OUT): Step(S.OFFLINE),
        (S.TALKING, e.HELD): Step(S.HELD),
        (S.TALKING, e.HUNG_UP): Step(S.ACW),
        (S.HELD, e.RETRIEVED): Step(S.TALKING),
        (S.HELD, e.HUNG_UP): Step(S.ACW),
    }
    wishes = {e.ASK_READY: S.READY, e.ASK_NOT_READY: S.NOT_READY, e.ASK_BREAK: S.BREAK, e.SIGN_OUT: S.OFFLINE}
    for event, to in wishes.items():
        for state in (S.NOT_READY, S.BREAK, S.READY, S.ACW):
            table[state, event] = Step(to)
        for state in (S.TALKING, S.HELD):
            table[state, event] = Step(state, remember=True)
        for state in (S.RINGING, S.DIALING):
            table.setdefault((state, event), Step(state, remember=True))
    for state in (S.TALKING, S.HELD):
        table[state, e.FORCED_OUT] = Step(S.OFFLINE)
    return table


TRANSITIONS: Final = _table()

WISH: Final = {
    S.READY: AgentEvent.ASK_READY,
    S.NOT_READY: AgentEvent.ASK_NOT_READY,
    S.BREAK: AgentEvent.ASK_BREAK,
    S.OFFLINE: AgentEvent.SIGN_OUT,
}

IN_CALL: Final = frozenset({S.DIALING, S.RINGING, S.TALKING, S.HELD})
TALKING: Final = frozenset({S.TALKING, S.HELD})


def wished(event: AgentEvent) -> S | None:
    """The state remembered for a wish uttered during a call; None when it takes an earlier wish back."""
    state = next(state for state, asked in WISH.items() if asked is event)
    return None if state is S.READY else state


def diagram() -> str:
    """The table as a Mermaid state diagram; wishes remembered during a call are loops in one note."""
    arrows: dict[tuple[S, S], list[str]] = {}
    for (state, event), step in TRANSITIONS.items():
        if not step.remember and state is not step.to:
            arrows.setdefault((state, step.to), []).append(event.value)
    lines = ["stateDiagram-v2", f"    [*] --> {S.OFFLINE.value}"]
    for (state, to), events in arrows.items():
        lines.append(f"    {state.value} --> {to.value}: {' / '.join(events)}")
    kept = sorted({event.value for (_, event), step in TRANSITIONS.items() if step.remember})
    lines.append(f"    note right of {S.TALKING.value}")
    lines.append(f"        kept for after the call: {', '.join(kept)}")
    lines.append("    end note")
    return "\n".join(lines) + "\n"
