"""Why a contact went to an agent: the record kept with every offer. Pure.

Named are at most `LISTED` ready agents in the policy's order, `AWAY` of the queue who were busy or away, and
`OUTSIDERS` of the signed-in agents who cannot serve it. `more` counts the rest by reason; what an agent who
is not named did at that instant, the journal knows. The work is bounded whatever the size of the centre,
and the counts are kept by the router anyway.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from andon.routing import occupancy
from andon.routing.config import Policy
from andon.routing.eligibility import lacks
from andon.routing.events import AgentState
from andon.routing.records import AgentRecord, ContactRecord, ReadyEntry

LISTED: Final = 50
AWAY: Final = 12
OUTSIDERS: Final = 4

_AWAY: Final = {
    AgentState.NOT_READY: "not_ready",
    AgentState.BREAK: "on_break",
    AgentState.DIALING: "busy",
    AgentState.RINGING: "busy",
    AgentState.TALKING: "busy",
    AgentState.HELD: "busy",
    AgentState.ACW: "busy",
}
_DETAIL: Final = {state: {"state": state.value} for state in AgentState}
_LATER: Final = {
    Policy.LONGEST_IDLE: "idle_shorter",
    Policy.MOST_SKILLED: "less_skilled",
    Policy.LEAST_OCCUPIED: "more_occupied",
    Policy.FEWEST_CALLS: "more_calls",
    Policy.ROUND_ROBIN: "turn_later",
    Policy.VALUE_WEIGHTED: "less_value",
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

    `trigger` says what made it due: `contact` (it arrived or came back), `agent` (became ready), `time`
    (relaxing, overflow, a floor, a wait for one agent) or `config`. `considered` counts the queue's
    signed-in agents, `outside` the signed-in others. What is as usual is left out.
    """
    queue = contact.queue
    policy = queue.config.policy
    passed: list[dict[str, Any]] = []
    counts = queue.counts
    left = {
        "busy": len(queue.members)
        - counts[AgentState.READY]
        - counts[AgentState.NOT_READY]
        - counts[AgentState.BREAK],
        "not_ready": counts[AgentState.NOT_READY],
        "on_break": counts[AgentState.BREAK],
    }
    later, outside = _LATER[policy], signed_in_count - len(queue.members)
    chosen = _merit(contact, agent, now_ms)
    left_ready, left_outside = len(queue.ready) - 1, outside
    mine = agent.entries[queue]
    for entry in queue.ready.head(LISTED + 1):
        other = entry[5]
        if other is not agent and len(passed) < LISTED:
            reason, detail = _second(contact, mine, entry, now_ms)
            passed.append({"agent_id": other.text, "reason": reason, "detail": detail})
            left_ready -= 1
    for other in islice(queue.members.values(), AWAY):
        state = other.state
        if state is not AgentState.READY:
            reason = _AWAY[state]
            passed.append({"agent_id": other.text, "reason": reason, "detail": _DETAIL[state]})
            left[reason] -= 1
    if left_outside:
        for other in islice(signed_in, OUTSIDERS):
            if queue not in other.standing:
                lack = lacks(other.config, queue.config, queue.steps, now_ms)
                if lack is not None:
                    passed.append({"agent_id": other.text, "reason": lack[0], "detail": lack[1]})
                    left_outside -= 1
    left["full"] = counts[AgentState.READY] - len(queue.ready)
    left |= {later: left_ready, "cannot_serve": left_outside}
    return {
        "queue": queue.text,
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
        **_special(contact, agent),
    }


def _special(contact: ContactRecord, agent: AgentRecord) -> dict[str, Any]:
    """What is out of the ordinary about this contact and its agent."""
    special: dict[str, Any] = {
        "step": contact.step,
        "tier": "" if contact.caller.tier == "normal" else contact.caller.tier,
        "flags": [flag.value for flag in contact.caller.flags],
        "asked": "" if contact.asked_id == contact.queue.config.queue_id else str(contact.asked_id),
        "calls": 0 if contact.calls == 1 else contact.calls,
        "urgent": contact.urgent,
        "callback": contact.callback,
        "owed": contact.wanted is not None,
        "order": contact.queue.seat(agent).order,
    }
    return {name: value for name, value in special.items() if value}


def _second(
    contact: ContactRecord, mine: ReadyEntry, entry: ReadyEntry, now_ms: int
) -> tuple[str, dict[str, Any]]:
    """Why a ready agent of the queue came second to the chosen one."""
    policy = contact.queue.config.policy
    if entry[0] > contact.step:
        return "step_later", {"after_s": contact.queue.steps[entry[0]].after_ms // 1000}
    if contact.wanted is not None:
        return "other_agent_owed", {}
    if entry < mine:
        return "reserved", {}
    if entry[0] > mine[0]:
        return "less_qualified", {"step": entry[0]}
    if entry[1] > mine[1]:
        return "preferred_missing", {"missing": entry[1]}
    tie = policy is not Policy.ROUND_ROBIN and entry[2] == mine[2]
    return "idle_shorter" if tie else _LATER[policy], _merit(contact, entry[5], now_ms)


def _merit(contact: ContactRecord, agent: AgentRecord, now_ms: int) -> dict[str, Any]:
    """What the policy looks at."""
    queue = contact.queue
    merit: dict[str, Any] = {"idle_ms": now_ms - agent.idle_since_ms}
    match queue.config.policy:
        case Policy.MOST_SKILLED:
            merit["level"] = queue.level(agent)
        case Policy.LEAST_OCCUPIED:
            busy_ms = occupancy.faded(agent.busy_ms, now_ms - agent.since_ms, agent.state)
            merit["occupancy"] = round(occupancy.share(busy_ms), 4)
        case Policy.FEWEST_CALLS:
            merit["calls"] = agent.calls
        case Policy.ROUND_ROBIN:
            merit["last_turn"] = agent.turns.get(queue.config.queue_id, 0)
        case Policy.VALUE_WEIGHTED:
            merit["value"] = queue.seat(agent).value
    return merit
