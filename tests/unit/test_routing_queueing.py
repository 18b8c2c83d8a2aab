"""The router serves as queueing theory says: exact values within the simulation's confidence interval.

Values: Erlang C for 100 calls per half hour of 180 s; Erlang A in the case of Garnett, Mandelbaum and Reiman,
"Designing a Call Center with Impatient Customers", M&SOM 4 (2002); non-preemptive priority M/M/N. All were
computed in 40-digit arithmetic.
"""

import pytest
from routing_simulator import Simulation, Stream, estimate

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
