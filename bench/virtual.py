"""Calls given in advance, played through the real router in virtual time.

Agents answer at once and have no wrap-up, so that a textbook's model is what runs. The same calls can be
played under different rules: arrivals, handle times and patience are the calls' own.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from andon.routing.config import CentreConfig
from andon.routing.events import AgentState
from andon.routing.machine import Router
from andon.routing.model import Caller, DeviceTest, Effect, Offer

START = datetime(2026, 3, 2, tzinfo=UTC)
_CONTACTS = 10**9


@dataclass
class Call:
    """Times in seconds. What became of it: `waited_s`, and `agent_id`, or nobody's and why."""

    at_s: float
    kind: int
    queue_id: UUID
    handle_s: float
    patience_s: float
    caller: Caller = field(default_factory=Caller)
    waited_s: float = 0.0
    agent_id: UUID | None = None
    blocked: bool = False
    abandoned: bool = False


@dataclass
class Day:
    """Calls that were played, and how long each agent talked."""

    calls: list[Call]
    talked_s: dict[UUID, float]
    lasted_s: float

    def occupancy(self) -> list[float]:
        return [talked / self.lasted_s for talked in self.talked_s.values()]


def play(config: CentreConfig, calls: Iterable[Call], lines: int | None = None) -> Day:
    """Everyone is ready from the start. With `lines`, no more calls than that are in the system at once,
    waiting or talking; others are blocked."""
    made = count(1)
    router = Router(config, START, lambda: UUID(int=next(made)))
    for agent in config.agents:
        router.sign_in(agent.agent_id, "sip", START)
        router.device_changed(agent.agent_id, True, START)
        router.device_tested(agent.agent_id, DeviceTest(passed=True), START)
        router.request_state(agent.agent_id, AgentState.READY, START)
    played = list(calls)
    talked = {agent.agent_id: 0.0 for agent in config.agents}
    events = [(call.at_s, number, "arrives") for number, call in enumerate(played)]
    heapq.heapify(events)
    clock, live = 0.0, 0

    def perform(effects: list[Effect], now: datetime) -> None:
        for effect in effects:
            if isinstance(effect, Offer):
                number = effect.contact_id.int - _CONTACTS
                call = played[number]
                call.waited_s, call.agent_id = clock - call.at_s, effect.agent_id
                talked[effect.agent_id] += call.handle_s
                router.connected(effect.offer_id, now)
                heapq.heappush(events, (clock + call.handle_s, number, "ends"))

    while events:
        clock, number, what = heapq.heappop(events)
        now, call, contact_id = START + timedelta(seconds=clock), played[number], UUID(int=_CONTACTS + number)
        while (due := router.next_deadline()) is not None and due <= now:
            perform(router.tick(due), due)
        if what == "arrives":
            if live == lines:
                call.blocked = True
                continue
            live += 1
            heapq.heappush(events, (clock + call.patience_s, number, "gives up"))
            perform(router.enqueue(contact_id, call.queue_id, 0, now, call.caller), now)
        elif what == "ends":
            live -= 1
            perform(router.conversation_ended(contact_id, now), now)
        elif call.agent_id is None:
            call.waited_s, call.abandoned = clock - call.at_s, True
            live -= 1
            perform(router.leave(contact_id, now), now)
    return Day(played, talked, clock)
