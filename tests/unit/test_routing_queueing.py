"""The router serves as queueing theory says: exact values within the simulation's confidence interval.

Values: Erlang C for 100 calls per half hour of 180 s; Erlang A in the case of Garnett, Mandelbaum and Reiman,
"Designing a Call Center with Impatient Customers", M&SOM 4 (2002); non-preemptive priority M/M/N. All were
computed in 40-digit arithmetic. Cross-training is the model of Wallace and Whitt, "A Staffing Algorithm for
Call Centers with Skill-Based Routing", M&SOM 7 (2005): for one and two skills the values are simulated.
"""

import random
from uuid import UUID

import pytest
from bench.virtual import Call, play
from routing_simulator import Simulation, Stream, estimate

from andon.routing.config import AgentConfig, CentreConfig, Policy, QueueConfig, Seat, SkillNeed

pytestmark = pytest.mark.unit


def test_erlang_c() -> None:
    calls = Simulation(14, [Stream(rate=100 / 1800, handle_s=180)], seed=1).run(45_000)
    waits = [call.waited or 0.0 for call in calls]
    assert estimate([float(wait > 0) for wait in waits]).agrees(0.17413193359505)
    assert estimate([float(wait <= 20) for wait in waits]).agrees(0.888350019179467)
    assert estimate(waits).agrees(7.835937)


def test_erlang_a() -> None:
    calls = Simulation(50, [Stream(rate=48 / 60, handle_s=60, patience_s=120)], seed=2).run(40_000)
    assert estimate([call.waited or 0.0 for call in calls]).agrees(3.7095)
    assert estimate([float(call.abandoned) for call in calls]).agrees(0.030912)


def test_priority_over_queues() -> None:
    """20 agents, service of mean 1, arrivals 6 and 12: mean waits .0393406432 and .393406432."""
    streams = [Stream(rate=6, handle_s=1, priority=1), Stream(rate=12, handle_s=1)]
    calls = Simulation(20, streams, seed=3).run(45_000)
    for index, exact in ((0, 0.0393406432), (1, 0.393406432)):
        assert estimate([call.waited or 0.0 for call in calls if call.stream == index]).agrees(exact)


KINDS, AGENTS, LINES, SERVICE_S, LOAD = 6, 90, 120, 600.0, 84


def cross_trained(skills: int) -> CentreConfig:
    """Each agent's kinds in order, the first its own; a call prefers whose earlier skill it is."""
    agents = []
    for number in range(AGENTS):
        own, nth = number % KINDS, number // KINDS
        others = [(own + 1 + (nth + n) % (KINDS - 1)) % KINDS for n in range(KINDS - 1)]
        kinds = [own, *others][:skills]
        agents.append(
            AgentConfig(
                agent_id=UUID(int=1000 + number),
                agent_no=str(number),
                name=str(number),
                skills={UUID(int=200 + kind): 1 for kind in kinds},
                seats={
                    UUID(int=100 + kind): Seat(order=place, level=KINDS - place)
                    for place, kind in enumerate(kinds)
                },
            )
        )
    queues = tuple(
        QueueConfig(
            queue_id=UUID(int=100 + kind),
            client_id=UUID(int=2),
            project_id=UUID(int=3),
            name=str(kind),
            required_skills=(SkillNeed(skill_id=UUID(int=200 + kind)),),
            policy=Policy.MOST_SKILLED,
            acw_s=0,
        )
        for kind in range(KINDS)
    )
    return CentreConfig(tenant_id=UUID(int=1), agents=tuple(agents), queues=queues)


@pytest.mark.parametrize(
    ("skills", "blocked", "mean_wait_s", "known_to"),
    [(1, 0.03379, 2.880 * 60, 0.00094), (2, 0.00419, 0.587 * 60, 0.00033), (6, 0.00364, 0.45 * 60, 0.0)],
)
def test_a_little_cross_training_gains_almost_all(
    skills: int, blocked: float, mean_wait_s: float, known_to: float
) -> None:
    chance = random.Random(skills)
    calls, at_s = [], 0.0
    for _ in range(24_000):
        at_s += chance.expovariate(LOAD / SERVICE_S)
        kind = chance.randrange(KINDS)
        handle_s = chance.expovariate(1 / SERVICE_S)
        calls.append(Call(at_s, kind, UUID(int=100 + kind), handle_s, patience_s=10**7))
    day = play(cross_trained(skills), calls, LINES)
    counted = day.calls[2_000:]
    lost = estimate([float(call.blocked) for call in counted])
    assert abs(lost.mean - blocked) <= lost.half + known_to
    waits = estimate([call.waited_s for call in counted if not call.blocked])
    assert waits.agrees(mean_wait_s)
