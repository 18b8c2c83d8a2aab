"""Breaks by rule: what an agent may take without asking, and asking a supervisor for more. Pure."""

from datetime import datetime
from uuid import UUID

from andon.routing.events import AgentState, BreakAnswer, BreakAsked, BreakWhy
from andon.routing.ground import Due
from andon.routing.model import AgentNow, BreakAsk, BreakTold, Effect, Refused, from_ms
from andon.routing.presence import AgentEvent
from andon.routing.readout import agent_now
from andon.routing.records import AgentRecord
from andon.routing.supervised import Supervised


class Breaks(Supervised):
    """A floor on which breaks have rules. An agent has one wish at a time, and keeps the present state until
    it is answered."""

    def answer_break(
        self, agent_id: UUID, *, approve: bool, by_id: UUID, name: str, note: str, now: datetime
    ) -> list[Effect]:
        """A supervisor grants an agent's wish, for now or after the call and its wrap-up, or does not.
        Raises `agent.unknown`, `agent.no_wish`."""
        agent = self._known(agent_id)
        ask = agent.ask
        if ask is None:
            raise Refused("agent.no_wish")
        effects: list[Effect] = []
        self._at(now)
        how = BreakAnswer.APPROVED if approve else BreakAnswer.REFUSED
        self._end_ask(agent, how, effects, by_id)
        agent.told = BreakTold(how=how, name=name, note=note, at_ms=self._now)
        if not approve:
            return effects
        if agent.state is AgentState.ACW:  # what is being written is written to its end
            agent.pending, agent.pending_reason_id = AgentState.BREAK, ask.reason_id
            agent.pending_forced = None
        elif agent.state is not AgentState.BREAK:
            self._move(agent, AgentEvent.ASK_BREAK, "self", "approved", effects, ask.reason_id)
        self._match("agent", effects)
        return effects

    def withdraw_break(self, agent_id: UUID, now: datetime) -> list[Effect]:
        """The agent wishes it no longer. No wish: nothing."""
        effects: list[Effect] = []
        agent = self._known(agent_id)
        self._at(now)
        self._end_ask(agent, BreakAnswer.WITHDRAWN, effects)
        return effects

    def _too_much(self, agent: AgentRecord) -> BreakWhy | None:
        """Why this agent may not go on break without asking."""
        rule = self._break_rule(agent)
        if rule is None:
            return None
        if rule.minutes_per_day is not None and self._break_ms(agent) >= rule.minutes_per_day * 60_000:
            return BreakWhy.ALLOWANCE
        if rule.at_once is None:
            return None
        others = sum(
            other is not agent
            and self._break_rule(other) is rule
            and AgentState.BREAK in {other.state, other.pending}
            for other in self._centre.signed_in.values()
        )
        return BreakWhy.AT_ONCE if others >= rule.at_once else None

    def _ask_break(self, agent: AgentRecord, reason_id: UUID | None, why: BreakWhy) -> list[Effect]:
        """The same wish again changes nothing."""
        if agent.ask is not None:
            return []
        until_ms = self._now + self._break_ask_ms
        agent.ask = BreakAsk(reason_id=reason_id, why=why, since_ms=self._now, until_ms=until_ms)
        agent.told = None
        self._due(until_ms, Due.BREAK_ASK, agent)
        return [
            BreakAsked(
                at=from_ms(self._now),
                tenant_id=self.tenant_id,
                agent_id=agent.config.agent_id,
                reason_id=reason_id,
                why=why,
                taken_ms=self._break_ms(agent),
                until=from_ms(until_ms),
            )
        ]

    def _read(self, agent: AgentRecord) -> AgentNow:
        rule = self._break_rule(agent)
        left = None if agent.acw_until_ms is None else max(0, self._extend_most_s - agent.extended_s)
        return agent_now(agent, rule, self._break_ms(agent), left)
