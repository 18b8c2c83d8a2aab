"""How much an agent can do at once: one model for all kinds of work. Pure.

Work is weighed in per cent of an agent; what an agent has at hand may weigh 100 in all. Work that can be
interrupted waits while the agent does other work, so it leaves that its room: a telephone call may come to
who writes a mail, and to nobody who chats.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from andon.routing.config import AgentConfig, Work, WorkRule

WHOLE: Final = 100


def limit(agent: AgentConfig, work: Work) -> int:
    """How many of this kind the agent may have at once."""
    return agent.capacity if work is Work.VOICE else agent.limits.get(work, 0)


def has_room(agent: AgentConfig, at_hand: Iterable[Work], work: Work, rules: Mapping[Work, WorkRule]) -> bool:
    """Whether the agent can take one more of this kind. A conversation by telephone is not `at_hand`: it
    takes the agent whole."""
    rule = rules[work]
    same = load = 0
    for each in at_hand:
        same += each is work
        if rule.interruptible or not rules[each].interruptible:
            load += rules[each].weight
    return same < limit(agent, work) and load + rule.weight <= WHOLE
