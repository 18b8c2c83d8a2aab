"""Who may serve a queue, and from which step of relaxing on. Pure.

Relaxing only ever lets more agents in, so an agent's standing in a queue is one number: the first step at
which the agent may serve, 0 for who is fully qualified.
"""

from uuid import UUID

import msgspec

from andon.routing.capacity import limit
from andon.routing.config import AgentConfig, QueueConfig, SkillNeed
from andon.routing.model import to_ms

Lack = tuple[str, dict[str, object]]  # reason and detail


class Step(msgspec.Struct, frozen=True):
    """What one step of relaxing asks of an agent. `after_ms` of waiting; no groups: any."""

    after_ms: int
    needs: tuple[SkillNeed, ...]
    groups: frozenset[str]
    missing: tuple[Lack, ...] = ()  # what to say of who has not the skill needed, in the order of `needs`

    def __post_init__(self) -> None:
        said = (("skill_missing", {"skill": str(n.skill_id), "needs": n.min_level}) for n in self.needs)
        msgspec.structs.force_setattr(self, "missing", tuple(said))


def steps_of(queue: QueueConfig) -> tuple[Step, ...]:
    """The queue's steps, the strict one first."""
    levels: dict[UUID, int] = {need.skill_id: need.min_level for need in queue.required_skills}
    groups = frozenset(queue.groups)
    steps = [Step(0, queue.required_skills, groups)]
    for relax in sorted(queue.relax, key=lambda relax: relax.after_s):
        for skill_id, level in relax.min_levels.items():
            if skill_id in levels:
                levels[skill_id] = min(levels[skill_id], level)
        needs = tuple(SkillNeed(skill_id=skill, min_level=level) for skill, level in levels.items() if level)
        groups = groups | frozenset(relax.groups) if groups else groups
        steps.append(Step(relax.after_s * 1000, needs, groups))
    return tuple(steps)


def barred(agent: AgentConfig, queue: QueueConfig, now_ms: int) -> Lack | None:
    """What keeps the agent from the queue whatever the step."""
    if not agent.active:
        return "inactive", {}
    if limit(agent, queue.work) < 1:
        return "no_capacity", {}
    if agent.client_id is not None and agent.client_id != queue.client_id:
        return "other_client", {}
    for name in queue.required_certificates:
        expires = agent.certificates.get(name)
        if expires is None:
            return "certificate_missing", {"certificate": name}
        if to_ms(expires) <= now_ms:
            return "certificate_expired", {"certificate": name}
    return None


def unmet(agent: AgentConfig, step: Step) -> Lack | None:
    """What the agent lacks at this step."""
    for need, missing in zip(step.needs, step.missing, strict=True):
        level = agent.skills.get(need.skill_id, 0)
        if level == 0:
            return missing
        if level < need.min_level:
            return "skill_level", {"skill": str(need.skill_id), "level": level, "needs": need.min_level}
    if step.groups and agent.department not in step.groups:
        return "other_group", {"group": agent.department}
    return None


def first_step(agent: AgentConfig, queue: QueueConfig, steps: tuple[Step, ...], now_ms: int) -> int | None:
    """The first step at which the agent may serve; None: never."""
    if barred(agent, queue, now_ms) is not None:
        return None
    for number, step in enumerate(steps):
        if unmet(agent, step) is None:
            return number
    return None


def lacks(agent: AgentConfig, queue: QueueConfig, steps: tuple[Step, ...], now_ms: int) -> Lack | None:
    """Why the agent never serves the queue; None when the agent does, at some step at least."""
    return barred(agent, queue, now_ms) or unmet(agent, steps[-1])
