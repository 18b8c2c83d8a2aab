"""The policies on one trace of calls: what each is good for. `python -m bench.policies` prints the table.

100 agents for three kinds of calls: 25 know A, 20 B, 20 C, 15 A and B, 10 B and C, 10 all three. Handle
times of 4, 5 and 8 minutes and patience of 2, 4 and 6, exponential; 90 Erl in equal parts; a minute of
waiting costs 5, 2 and 1. Every tenth caller is gold, and every agent succeeds with a probability of its own
(the value of its seats). The same calls, handle times and patience are played under each rule.
"""

import random
import statistics
from dataclasses import replace
from typing import Any
from uuid import UUID

from andon.routing.config import (
    AgentConfig,
    CentreConfig,
    Policy,
    QueueConfig,
    Reserve,
    Seat,
    Segment,
    SkillNeed,
)
from andon.routing.model import Caller
from bench.virtual import Call, Day, play

HOURS = 60
WARM_UP_S = 1800.0
HANDLE_S, PATIENCE_S, COST_PER_MIN = (240.0, 300.0, 480.0), (120.0, 240.0, 360.0), (5, 2, 1)
GROUPS = (((0,), 25), ((1,), 20), ((2,), 20), ((0, 1), 15), ((1, 2), 10), ((0, 1, 2), 10))
KINDS = (0, 1, 2)


def calls(seed: int) -> list[Call]:
    chance = random.Random(seed)
    trace = []
    for kind in KINDS:
        at_s = 0.0
        while True:
            at_s += chance.expovariate(30 / HANDLE_S[kind])
            if at_s > HOURS * 3600:
                break
            tier = "gold" if chance.random() < 0.1 else "normal"
            trace.append(
                Call(
                    at_s=at_s,
                    kind=kind,
                    queue_id=_queue(kind),
                    handle_s=chance.expovariate(1 / HANDLE_S[kind]),
                    patience_s=chance.expovariate(1 / PATIENCE_S[kind]),
                    caller=Caller(tier=tier),
                )
            )
    return trace


def centre(queue: dict[str, Any], whole: dict[str, Any], generalist: int) -> CentreConfig:
    """`generalist` is the level of agents with several skills; those with one have 10."""
    chance = random.Random(7)
    agents: list[AgentConfig] = []
    for skills, number in GROUPS:
        level = 10 if len(skills) == 1 else generalist
        for _ in range(number):
            value = chance.randrange(101)
            agents.append(
                AgentConfig(
                    agent_id=UUID(int=1000 + len(agents)),
                    agent_no=str(len(agents)),
                    name=str(len(agents)),
                    skills={_skill(skill): level for skill in skills},
                    seats={_queue(skill): Seat(value=value) for skill in skills},
                )
            )
    queues = tuple(
        QueueConfig(
            queue_id=_queue(kind),
            client_id=UUID(int=1),
            project_id=UUID(int=1),
            name="ABC"[kind],
            required_skills=(SkillNeed(skill_id=_skill(kind)),),
            acw_s=0,
            **queue | ({"priority": COST_PER_MIN[kind]} if "ageing_s" in whole else {}),
        )
        for kind in KINDS
    )
    return CentreConfig(tenant_id=UUID(int=1), agents=tuple(agents), queues=queues, **whole)


def _queue(kind: int) -> UUID:
    return UUID(int=100 + kind)


def _skill(kind: int) -> UUID:
    return UUID(int=200 + kind)


GOLD = {"segments": (Segment(tier="gold", priority=5),)}
RULES: tuple[tuple[str, dict[str, Any], dict[str, Any], int], ...] = (
    ("longest idle", {}, {}, 5),
    ("most skilled (who has one skill first)", {"policy": Policy.MOST_SKILLED}, {}, 1),
    ("least occupied", {"policy": Policy.LEAST_OCCUPIED}, {}, 5),
    ("fewest calls", {"policy": Policy.FEWEST_CALLS}, {}, 5),
    ("round robin", {"policy": Policy.ROUND_ROBIN}, {}, 5),
    ("value weighted, 30 s a point", {"policy": Policy.VALUE_WEIGHTED}, {}, 5),
    ("most skilled, costs as priority, 60 s a point", {"policy": Policy.MOST_SKILLED}, {"ageing_s": 60}, 1),
    ("longest idle, gold before all", {}, GOLD, 5),
    ("… and two agents kept for gold", {"reserve": Reserve(tier="gold", agents=2)}, GOLD, 5),
)


def row(name: str, day: Day, success: dict[UUID, float]) -> str:
    counted = [call for call in day.calls if call.at_s > WARM_UP_S]
    within = [_within([c for c in counted if c.kind == kind]) for kind in KINDS]
    gold = _within([call for call in counted if call.caller.tier == "gold"])
    lost = sum(call.abandoned for call in counted) / len(counted)
    minutes = (HOURS * 3600 - WARM_UP_S) / 60
    cost = sum(COST_PER_MIN[call.kind] * call.waited_s / 60 for call in counted) / minutes
    served = [call.agent_id for call in counted if call.agent_id is not None]
    good = statistics.fmean(success[agent_id] for agent_id in served)
    spread = statistics.pstdev(day.occupancy())
    return (
        f"| {name} | {within[0]:.1f} / {within[1]:.1f} / {within[2]:.1f} | {gold:.1f} | {100 * lost:.2f}"
        f" | {cost:.3f} | {100 * good:.1f} | {spread:.3f} |"
    )


def _within(calls: list[Call]) -> float:
    return 100 * sum(not call.abandoned and call.waited_s <= 20 for call in calls) / len(calls)


def table() -> str:
    """Markdown."""
    lines = [
        "| rule | A / B / C within 20 s, % | gold, % | abandoned, % | cost of waiting per min"
        " | success, % | spread of occupancy |",
        "|---|---|---|---|---|---|---|",
    ]
    trace = calls(seed=11)
    for name, queue, whole, generalist in RULES:
        config = centre(queue, whole, generalist)
        success = {agent.agent_id: next(iter(agent.seats.values())).value / 100 for agent in config.agents}
        day = play(config, [replace(call) for call in trace])
        lines.append(row(name, day, success))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table())
