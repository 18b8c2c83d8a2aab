"""What a replay has to guess, drawn from the day itself. Pure: `chance` is the only source of luck.

A caller's patience is known when the caller gave up; else it is drawn from the queue's curve, knowing how
long the caller did wait. A conversation that never was is drawn from those of the queue, a ring that never
was from those of the agent. Where a queue, or an agent, has too few of its own, those of all are taken.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from andon.routing.model import OfferEnd
from andon.twin.model import ABANDONED, ANSWERED, Chance, Day, Handling, Ring, Stay
from andon.twin.patience import Curve, estimate

FEW_QUITS: Final = 20
FEW_TALKS: Final = 20
FEW_RINGS: Final = 15
# the caller's or the system's doing at a known moment, whatever the router does
LEFT_OF_ITSELF: Final = frozenset({ABANDONED, "key_exit", "ended"})
PRIOR: Final = Handling(180_000, 30_000)  # a day without a single conversation tells nothing better

_MISSED: Final = Ring(OfferEnd.TIMEOUT, 0)


class Guess(NamedTuple):
    """What one replay takes for one stay. `leaves_ms` after queueing the contact goes `how`, if it still
    waits; None: it waits for ever."""

    leaves_ms: int | None
    how: str
    handling: Handling


class Draws:
    """The day's distributions."""

    def __init__(self, day: Day, projects: Mapping[UUID, UUID], *, forget: bool = False) -> None:
        """`projects` are the queues' projects: a queue with few of its own looks there first. With `forget`
        patience and rings are drawn even where the record knows them."""
        waits: dict[UUID | None, list[tuple[int, bool]]] = defaultdict(list)
        talks: dict[UUID | None, list[Handling]] = defaultdict(list)
        for stay in (stay for call in day.calls for stay in call.stays):
            for pool in self._pools(stay.queue_id, projects):
                waits[pool].append((stay.waited_ms, stay.how == ABANDONED))
                if stay.handling is not None:
                    talks[pool].append(stay.handling)
        self.forget = forget
        self.pooled_patience: set[UUID] = set()
        self.pooled_talks: set[UUID] = set()
        self._curves: dict[UUID, Curve] = {}
        self._talks: dict[UUID, Sequence[Handling]] = {}
        for queue_id in {stay.queue_id for call in day.calls for stay in call.stays}:
            pools = self._pools(queue_id, projects)
            quits = {pool: sum(quit for _, quit in waits[pool]) for pool in pools}
            pool = next((pool for pool in pools if quits[pool] >= FEW_QUITS), None)
            self._curves[queue_id] = estimate(waits[pool])
            if pool != queue_id:
                self.pooled_patience.add(queue_id)
            pool = next((pool for pool in pools if len(talks[pool]) >= FEW_TALKS), None)
            self._talks[queue_id] = talks[pool] or (PRIOR,)
            if pool != queue_id:
                self.pooled_talks.add(queue_id)
        self._rings = day.rings
        every = [ring for rings in day.rings.values() for ring in rings]
        self._all_rings = every or [Ring(ANSWERED, 0)]
        self._backs = [ring.back_ms for ring in every if ring.back_ms is not None]

    @staticmethod
    def _pools(queue_id: UUID, projects: Mapping[UUID, UUID]) -> tuple[UUID | None, ...]:
        """Where to look for a queue's own, nearest first; None is the whole day."""
        project_id = projects.get(queue_id)
        return (queue_id, None) if project_id is None else (queue_id, project_id, None)

    def guess(self, stay: Stay, chance: Chance) -> Guess:
        """Draws the same number of times whatever the stay, so that replays stay alike."""
        first, second = chance(), chance()
        talks = self._talks[stay.queue_id]
        handling = stay.handling or talks[int(second * len(talks))]
        drawn = self.forget and stay.how == ABANDONED
        if stay.how in LEFT_OF_ITSELF and not drawn:
            return Guess(stay.waited_ms, stay.how, handling)
        curve = self._curves[stay.queue_id]
        waited_ms = 0 if self.forget else stay.waited_ms
        return Guess(curve.draw(waited_ms, lambda: first), ABANDONED, handling)

    def rings(self, stay: Stay) -> tuple[Ring, ...]:
        """The rings the record knows of this stay."""
        return () if self.forget else stay.rings

    def ring(self, agent_id: UUID, chance: Chance, longer_ms: int = -1) -> Ring:
        """How the agent answers a ring that is not in the record, or was cut short after `longer_ms`."""
        rings: Sequence[Ring] = self._rings.get(agent_id, ())
        if len(rings) < FEW_RINGS:
            rings = self._all_rings
        if longer_ms >= 0:
            rings = [ring for ring in rings if ring.after_ms > longer_ms] or (_MISSED,)
        return rings[int(chance() * len(rings))]

    def back_ms(self, ring: Ring, chance: Chance) -> int | None:
        """When the agent is ready again after that ring failed; None: only when the record says so."""
        if ring.back_ms is not None or not self._backs:
            return ring.back_ms
        return self._backs[int(chance() * len(self._backs))]
