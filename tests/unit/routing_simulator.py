"""Queueing models run through the real router in virtual time.

Poisson arrivals, exponential handle times, exponential patience or none. Times in seconds. Agents answer at
once and have no wrap-up, so that the run is the textbook's model and its exact values apply.
"""

import heapq
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import sqrt
from uuid import UUID

from andon.routing.config import AgentConfig, CentreConfig, QueueConfig
from andon.routing.events import AgentState
from andon.routing.machine import Router
from andon.routing.model import DeviceTest, Effect, Offer

START = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass
class Stream:
    """One kind of call: arrivals per second, mean handle time and patience (None: endless)."""

    rate: float
    handle_s: float
    patience_s: float | None = None
    priority: int = 0


@dataclass
class Caller:
    stream: int
    arrived: float
    waited: float | None = None
    abandoned: bool = False


@dataclass
class Estimate:
    """Mean of batches with the half width of its 99 % confidence interval (Student's t, 19 degrees)."""

    mean: float
    half: float

    def agrees(self, exact: float) -> bool:
        return abs(self.mean - exact) <= self.half


def estimate(values: list[float], batches: int = 20) -> Estimate:
    """Batch means: successive waits are correlated, means of long batches hardly."""
    size = len(values) // batches
    means = [sum(values[n * size : (n + 1) * size]) / size for n in range(batches)]
    mean = sum(means) / batches
    spread = sqrt(sum((m - mean) ** 2 for m in means) / (batches - 1))
    return Estimate(mean, 2.861 * spread / sqrt(batches))


@dataclass
class Simulation:
    agents: int
    streams: list[Stream]
    seed: int
    callers: list[Caller] = field(default_factory=list)

    def run(self, calls: int, warm_up: int = 500) -> list[Caller]:
        """`calls` callers after `warm_up` others, in order of arrival."""
        chance = random.Random(self.seed)
        queues = tuple(
            QueueConfig(
                queue_id=UUID(int=100 + number),
                client_id=UUID(int=2),
                project_id=UUID(int=3),
                name=str(number),
                priority=stream.priority,
                acw_s=0,
            )
            for number, stream in enumerate(self.streams)
        )
        staff = tuple(
            AgentConfig(agent_id=UUID(int=1000 + n), agent_no=str(n), name=str(n)) for n in range(self.agents)
        )
        made = iter(range(10**6, 10**8))
        config = CentreConfig(tenant_id=UUID(int=1), agents=staff, queues=queues)
        router = Router(config, START, lambda: UUID(int=next(made)))
        for agent in staff:
            router.sign_in(agent.agent_id, "sip", START)
            router.device_changed(agent.agent_id, True, START)
            router.device_tested(agent.agent_id, DeviceTest(passed=True), START)
            router.request_state(agent.agent_id, AgentState.READY, START)
        events: list[tuple[float, int, str, int]] = []
        clock, number = 0.0, 0

        def later(seconds: float, what: str, who: int) -> None:
            nonlocal number
            number += 1
            heapq.heappush(events, (clock + seconds, number, what, who))

        def perform(effects: list[Effect], at: datetime) -> None:
            for effect in effects:
                if isinstance(effect, Offer):
                    who = effect.contact_id.int - 10**9
                    caller = self.callers[who]
                    caller.waited = clock - caller.arrived
                    router.connected(effect.offer_id, at)
                    later(chance.expovariate(1 / self.streams[caller.stream].handle_s), "ends", who)

        for index, stream in enumerate(self.streams):
            later(chance.expovariate(stream.rate), "arrives", index)
        while len(self.callers) < calls + warm_up or any(c.waited is None for c in self.callers[-200:]):
            clock, _, what, who = heapq.heappop(events)
            at = START + timedelta(seconds=clock)
            if what == "arrives":
                stream = self.streams[who]
                later(chance.expovariate(stream.rate), "arrives", who)
                self.callers.append(Caller(who, clock))
                contact = len(self.callers) - 1
                if stream.patience_s is not None:
                    later(chance.expovariate(1 / stream.patience_s), "leaves", contact)
                perform(router.enqueue(_contact(contact), queues[who].queue_id, 0, at), at)
            elif what == "ends":
                perform(router.conversation_ended(_contact(who), at), at)
            elif self.callers[who].waited is None:
                self.callers[who].waited = clock - self.callers[who].arrived
                self.callers[who].abandoned = True
                perform(router.leave(_contact(who), at), at)
        return self.callers[warm_up : warm_up + calls]


def _contact(number: int) -> UUID:
    return UUID(int=10**9 + number)
