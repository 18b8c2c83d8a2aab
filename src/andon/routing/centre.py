"""Who can serve what: agents, queues and the indexes between them, kept true at every change. Pure.

Indexes: agents by skill; per queue the eligible agents, those signed in with a count per state, and the
ready ones in the policy's order. A state change costs O(queues of that agent · log ready); a changed agent
O(queues); a changed queue O(agents having the rarest of its required skills).
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from andon.routing.config import WORKS, AgentConfig, QueueConfig, Work, WorkRule
from andon.routing.eligibility import first_step, steps_of
from andon.routing.events import AgentState
from andon.routing.records import AgentRecord, QueueRecord


class Centre:
    """Agents and queues of one tenant."""

    def __init__(self) -> None:
        self.agents: dict[UUID, AgentRecord] = {}
        self.queues: dict[UUID, QueueRecord] = {}
        self.signed_in: dict[UUID, AgentRecord] = {}
        self._with_skill: dict[UUID, dict[UUID, AgentRecord]] = {}
        self._appeared = 0
        self.works: Mapping[Work, WorkRule] = WORKS

    # -- configuration

    def put_agent(self, config: AgentConfig, now_ms: int) -> bool:
        """Add an agent or take its changed configuration. Whether anything is new."""
        agent = self.agents.get(config.agent_id)
        if agent is None:
            self._appeared += 1
            agent = AgentRecord(config, self._appeared, str(config.agent_id))
            self.agents[config.agent_id] = agent
        elif agent.config == config:
            return False
        else:
            for queue in list(agent.queues.values()):
                self._part(agent, queue)
            self._forget_skills(agent)
            agent.config = config
        for skill_id in config.skills:
            self._with_skill.setdefault(skill_id, {})[config.agent_id] = agent
        for queue in self.queues.values():
            self._admit(agent, queue, now_ms)
        return True

    def review(self, agent: AgentRecord, now_ms: int) -> None:
        """A certificate of the agent has ended: it leaves the queues it may serve no longer."""
        for queue in list(agent.queues.values()):
            if first_step(agent.config, queue.config, queue.steps, now_ms) is None:
                self._part(agent, queue)

    def put_works(self, works: Mapping[Work, WorkRule]) -> None:
        """Other weights: who has room for what is looked at anew."""
        self.works = works
        for queue in self.queues.values():
            queue.rules = works
            for agent in queue.members.values():
                queue.hide(agent)
                queue.show(agent)

    def forget_agent(self, agent: AgentRecord) -> None:
        """Drop an agent that is offline and serves no queue any more."""
        self._forget_skills(agent)
        del self.agents[agent.config.agent_id]

    def put_queue(self, config: QueueConfig, now_ms: int) -> QueueRecord | None:
        """Add a queue or take its changed configuration: the queue, None when nothing is new. Where its
        contacts stand is the caller's to settle."""
        queue = self.queues.get(config.queue_id)
        if queue is None:
            queue = self.queues[config.queue_id] = QueueRecord(config, rules=self.works)
        elif queue.config == config:
            return None
        for agent in list(queue.eligible.values()):
            self._part(agent, queue)
        queue.config, queue.steps = config, steps_of(config)
        for agent in self._candidates(queue):
            self._admit(agent, queue, now_ms)
        return queue

    def remove_queue(self, queue: QueueRecord) -> None:
        """No agent serves the queue any more; its contacts are the caller's to deal with."""
        for agent in list(queue.eligible.values()):
            self._part(agent, queue)
        queue.retired = True
        del self.queues[queue.config.queue_id]

    def _candidates(self, queue: QueueRecord) -> Iterable[AgentRecord]:
        """Agents having the rarest of the skills required to the last; all agents when none is."""
        needs = queue.steps[-1].needs
        if not needs:
            return self.agents.values()
        return min((self._with_skill.get(need.skill_id, {}) for need in needs), key=len).values()

    def _forget_skills(self, agent: AgentRecord) -> None:
        for skill_id in agent.config.skills:
            del self._with_skill[skill_id][agent.config.agent_id]

    def _admit(self, agent: AgentRecord, queue: QueueRecord, now_ms: int) -> None:
        """The agent serves the queue, if it may at any step."""
        step = first_step(agent.config, queue.config, queue.steps, now_ms)
        if step is None:
            return
        agent.standing[queue] = step
        agent.queues[queue.config.queue_id] = queue
        queue.eligible[agent.config.agent_id] = agent
        if agent.state is not AgentState.OFFLINE:
            queue.welcome(agent)
            queue.count_in(agent)

    def _part(self, agent: AgentRecord, queue: QueueRecord) -> None:
        if agent.state is not AgentState.OFFLINE:
            queue.count_out(agent)
            del queue.members[agent.config.agent_id]
        del agent.queues[queue.config.queue_id]
        del agent.standing[queue]
        del queue.eligible[agent.config.agent_id]

    # -- live state

    def change_state(self, agent: AgentRecord, state: AgentState) -> None:
        """Set the agent's state, and with it every queue's counts and ready line."""
        before, agent_id = agent.state, agent.config.agent_id
        queues = agent.queues.values()
        if before is AgentState.READY:
            for queue in queues:
                queue.hide(agent)
        agent.state = state
        if before is AgentState.OFFLINE:
            self.signed_in[agent_id] = agent
            for queue in queues:
                queue.welcome(agent)
                queue.counts[state] += 1
        elif state is AgentState.OFFLINE:
            del self.signed_in[agent_id]
            for queue in queues:
                del queue.members[agent_id]
                queue.counts[before] -= 1
        else:
            for queue in queues:
                counts = queue.counts
                counts[before] -= 1
                counts[state] += 1
        if state is AgentState.READY:
            for queue in queues:
                queue.show(agent)
