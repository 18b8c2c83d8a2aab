"""Synthetic recorded days for tests of the twin: one queue, agents there from the beginning."""

import random
from dataclasses import dataclass
from uuid import UUID

from andon.routing.config import AgentConfig, CentreConfig, QueueConfig
from andon.twin.model import ABANDONED, Call, Day, Doing, Handling, Presence, Stay, Target

QUEUE, PROJECT, CLIENT = UUID(int=10), UUID(int=3), UUID(int=2)
BEGIN_MS = 1_772_380_800_000  # 2026-03-02 00:00 in Shanghai
HOUR_MS = 3_600_000
TARGETS = {QUEUE: Target("咨询", PROJECT, 20_000)}
FIT = (Doing.SIGN_IN, Doing.DEVICE_THERE, Doing.TEST_PASSED, Doing.ASK_READY)


@dataclass
class Model:
    """Poisson arrivals, exponential handling and patience; spans in seconds."""

    agents: int
    per_minute: float
    handle_s: float
    patience_s: float
    hours: int
    seed: int

    def centre(self, **queue: int | None) -> CentreConfig:
        return centre(self.agents, **queue)

    def day(self) -> Day:
        """A record that knows every caller's patience and handling, and nothing of how it went: as if all
        had given up. What is predicted from it is the textbook's."""
        chance, at, calls = random.Random(self.seed), 0.0, []
        while (at := at + chance.expovariate(self.per_minute / 60)) < self.hours * 3600:
            stay = Stay(
                queue_id=QUEUE,
                queued_ms=BEGIN_MS + round(at * 1000),
                priority=0,
                how=ABANDONED,
                waited_ms=round(chance.expovariate(1 / self.patience_s) * 1000),
                handling=Handling(round(chance.expovariate(1 / self.handle_s) * 1000), 0),
            )
            calls.append(Call(contact_id=UUID(int=10**9 + len(calls)), stays=(stay,)))
        return day(calls, self.agents, self.hours)


def centre(agents: int, **queue: int | None) -> CentreConfig:
    return CentreConfig(
        tenant_id=UUID(int=1),
        agents=tuple(
            AgentConfig(agent_id=UUID(int=1000 + n), agent_no=str(n), name=str(n)) for n in range(agents)
        ),
        queues=(
            QueueConfig(
                queue_id=QUEUE,
                client_id=CLIENT,
                project_id=PROJECT,
                name="咨询",
                **{"acw_s": 0, **queue},
            ),
        ),
    )


def day(calls: list[Call], agents: int, hours: int) -> Day:
    return Day(
        record_ms=BEGIN_MS,
        since_ms=BEGIN_MS,
        until_ms=BEGIN_MS + hours * HOUR_MS,
        end_ms=BEGIN_MS + (hours + 1) * HOUR_MS,
        calls=tuple(calls),
        presence=tuple(Presence(BEGIN_MS, UUID(int=1000 + n), doing) for n in range(agents) for doing in FIT),
    )
