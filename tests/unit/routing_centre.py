"""A random centre for the drill: agents, queues and all their rules. Choices come from `pick(n)`."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from routing_book import START, TIERS

from andon.routing.config import (
    WORKS,
    AgentConfig,
    CentreConfig,
    Door,
    LaneFlag,
    Overflow,
    OverflowWhen,
    Policy,
    QueueConfig,
    Relax,
    Reserve,
    Seat,
    Segment,
    SkillNeed,
    Work,
    WorkRule,
)

OPENS = START.replace(microsecond=0)
Pick = Callable[[int], int]
LIGHT = {work: WorkRule(50, rule.interruptible) for work, rule in WORKS.items()}


def agent_id(number: int) -> UUID:
    return UUID(int=1000 + number)


def queue_id(number: int) -> UUID:
    return UUID(int=2000 + number)


def skill_id(number: int) -> UUID:
    return UUID(int=3000 + number)


class RandomCentre:
    """Draws configurations and ids."""

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self.made = 0

    def _centre(self) -> CentreConfig:
        agents = tuple(self._agent(n) for n in range(1 + self.pick(6)))
        queues = tuple(self._queue(n) for n in range(1 + self.pick(4)))
        return self._with(agents, queues)

    def _with(self, agents: tuple[AgentConfig, ...], queues: tuple[QueueConfig, ...]) -> CentreConfig:
        segments = tuple(
            Segment(tier=tier, priority=self.pick(3), floor_s=(None, 10, 40)[self.pick(3)])
            for tier in TIERS
            if self.pick(2)
        )
        return CentreConfig(
            tenant_id=UUID(int=1),
            agents=agents,
            queues=queues,
            segments=segments,
            ageing_s=(None, 10)[self.pick(2)],
            works=LIGHT if self.pick(6) == 1 else WORKS,
        )

    def _agent(self, number: int) -> AgentConfig:
        skills = {skill_id(n): 1 + self.pick(4) for n in range(3) if self.pick(4)}
        return AgentConfig(
            agent_id=agent_id(number),
            agent_no=str(8000 + number),
            name=f"a{number}",
            department=("", "east", "west")[self.pick(3)],
            skills=skills,
            certificates={"law": START.replace(microsecond=0) + timedelta(seconds=self.pick(300))}
            if self.pick(3)
            else {},
            seats={queue_id(n): self._seat() for n in range(4) if self.pick(6) == 1},
            client_id=UUID(int=5001) if self.pick(12) == 1 else None,
            capacity=0 if self.pick(25) == 1 else 1,
            limits={work: self.pick(4) for work in (Work.CHAT, Work.ITEM) if self.pick(4)},
            active=self.pick(25) != 1,
        )

    def _seat(self) -> Seat:
        return Seat(order=self.pick(3), level=self.pick(4), value=self.pick(100))

    def _queue(self, number: int) -> QueueConfig:
        needs = tuple(
            SkillNeed(skill_id=skill_id(n), min_level=1 + self.pick(3)) for n in range(3) if self.pick(5) == 1
        )
        return QueueConfig(
            queue_id=queue_id(number),
            client_id=UUID(int=5001 + self.pick(2)),
            project_id=UUID(int=6001),
            name=f"q{number}",
            work=(Work.CHAT, Work.ITEM)[self.pick(2)] if self.pick(5) == 1 else Work.VOICE,
            required_skills=needs,
            preferred_skills=(SkillNeed(skill_id=skill_id(0), min_level=2),) if self.pick(4) == 1 else (),
            required_certificates=("law",) if self.pick(6) == 1 else (),
            groups=("east",) if self.pick(6) == 1 else (),
            relax=tuple(self._relax(10 + 15 * n) for n in range((0, 0, 1, 2)[self.pick(4)])),
            overflow=tuple(self._overflow() for _ in range(self.pick(6) // 4)),
            reserve=Reserve(tier=TIERS[1 + self.pick(3)], agents=1 + self.pick(2))
            if self.pick(4) == 1
            else None,
            doors=(self._door(),) if self.pick(5) == 1 else (),
            dedicated_wait_s=(0, 0, 15)[self.pick(3)],
            last_agent_wait_s=(0, 25)[self.pick(2)],
            redial_s=(0, 60)[self.pick(2)],
            priority=self.pick(3),
            policy=tuple(Policy)[self.pick(6)],
            ring_timeout_s=1 + self.pick(30),
            acw_s=self.pick(4) * 10,
            max_wait_s=(None, 5, 60)[self.pick(3)],
            nobody_grace_s=self.pick(2) * 20,
        )

    def _relax(self, after_s: int) -> Relax:
        levels = {skill_id(n): self.pick(2) for n in range(3) if self.pick(2)}
        return Relax(after_s=after_s, min_levels=levels, groups=("west",) if self.pick(2) else ())

    def _overflow(self) -> Overflow:
        when = (OverflowWhen.LENGTH, OverflowWhen.AGE)[self.pick(2)]
        limit = 1 + self.pick(3) if when is OverflowWhen.LENGTH else 5 + self.pick(30)
        return Overflow(when=when, limit=limit, queue_id=queue_id(self.pick(4)) if self.pick(3) else None)

    def _door(self) -> Door:
        if self.pick(2):
            return Door(queue_id=queue_id(self.pick(4)), flags=(tuple(LaneFlag)[self.pick(4)],))
        return Door(queue_id=queue_id(self.pick(4)), tiers=("vip",))

    def _new_id(self) -> UUID:
        self.made += 1
        return UUID(int=9_000_000 + self.made)
