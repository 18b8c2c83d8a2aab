"""Why a contact went to an agent: the record kept with every offer. Pure.

At most `LISTED` passed-over agents are named, nearest first: ready ones in the policy's order, then those
of the queue who were busy or away, then some signed-in agents who cannot serve it (`OUTSIDERS` are looked
at). `more` counts the rest by reason. The work is bounded whatever the size of the centre, and the counts
are kept by the router anyway.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from andon.routing.events import AgentState
from andon.routing.model import Policy
from andon.routing.records import AgentRecord, ContactRecord, lacks

LISTED: Final = 50
OUTSIDERS: Final = 12

_AWAY: Final = {
    AgentState.NOT_READY: "not_ready",
    AgentState.BREAK: "on_break",
    AgentState.RINGING: "busy",
    AgentState.TALKING: "busy",
    AgentState.HELD: "busy",
    AgentState.ACW: "busy",
}
_LATER: Final = {
    Policy.LONGEST_IDLE: "idle_shorter",
    Policy.MOST_SKILLED: "less_skilled",
    Policy.ROUND_ROBIN: "turn_later",
}


def explain(
    contact: ContactRecord,
    agent: AgentRecord,
    trigger: str,
    now_ms: int,
    signed_in: Iterable[AgentRecord],
    signed_in_count: int,
) -> dict[str, Any]:
    """The decision to offer `contact` to `agent`, as JSON-ready values, while `agent` is still ready.

    `trigger` says what made it due: `contact` (it arrived or came back), `agent` (became ready) or
    `config`. `considered` counts the queue's signed-in agents, `outside` the signed-in others.
    """
    queue = contact.queue
    policy = queue.config.policy
    passed: list[dict[str, Any]] = []
    left = {"busy": 0, "not_ready": 0, "on_break": 0}
    for state, reason in _AWAY.items():
        left[reason] += queue.counts[state]
    later, outside = _LATER[policy], signed_in_count - len(queue.members)
    chosen = _merit(contact, agent, now_ms)
    left_ready, left_outside = queue.counts[AgentState.READY] - 1, outside

    for entry in queue.ready.head(LISTED + 1):
        other = entry[3]
        if other is not agent and len(passed) < LISTED:
            merit = _merit(contact, other, now_ms)
            tie = policy is Policy.MOST_SKILLED and merit["level"] == chosen["level"]
            reason = "idle_shorter" if tie else later
            passed.append({"agent_id": other.text, "reason": reason, "detail": merit})
            left_ready -= 1
    for other in islice(queue.members.values(), LISTED):
        if other.state is not AgentState.READY and len(passed) < LISTED:
            reason = _AWAY[other.state]
            passed.append({"agent_id": other.text, "reason": reason, "detail": {"state": other.state.value}})
            left[reason] -= 1
    if left_outside and len(passed) < LISTED:
        for other in islice(signed_in, OUTSIDERS):
            missing = lacks(other.config, queue.config)
            if missing is not None and len(passed) < LISTED:
                passed.append({"agent_id": other.text, "reason": missing[0], "detail": missing[1]})
                left_outside -= 1
    left |= {later: left_ready, "cannot_serve": left_outside}
    return {
        "queue": str(queue.config.queue_id),
        "policy": policy.value,
        "trigger": trigger,
        "priority": contact.priority,
        "waited_ms": now_ms - contact.queued_ms,
        "waiting": len(queue.waiting),
        "considered": len(queue.members),
        "outside": outside,
        "chosen": {"agent_id": agent.text, **chosen},
        "passed_over": passed,
        "more": {reason: count for reason, count in left.items() if count > 0},
    }


def _merit(contact: ContactRecord, agent: AgentRecord, now_ms: int) -> dict[str, Any]:
    """What the policy looks at."""
    queue = contact.queue
    merit: dict[str, Any] = {"idle_ms": now_ms - agent.idle_since_ms}
    if queue.config.policy is Policy.MOST_SKILLED:
        merit["level"] = queue.level(agent)
    elif queue.config.policy is Policy.ROUND_ROBIN:
        merit["last_turn"] = agent.turns.get(queue.config.queue_id, 0)
    return merit
