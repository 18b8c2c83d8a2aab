"""Compares what we believe with what the engine has, and repairs what differs. It should never have to.

A difference counts when two looks in a row find it: what is on its way between engine and core is none.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Set
from uuid import UUID

import msgspec
import structlog
from prometheus_client import Counter

from andon.channels.voice.calls import Call
from andon.channels.voice.nodes import Node
from andon.channels.voice.service import VoiceChannel
from andon.interactions.model import Stage
from andon.interactions.service import Floor
from andon.kit.events import WatchdogRepaired
from andon.kit.journal import Fact
from andon.routing.events import AgentState
from andon.telephony.errors import EngineRefused
from andon.telephony.model import Snapshot

log = structlog.get_logger(__name__)

LOOK_S = 5.0
IN_CALL = frozenset({AgentState.TALKING, AgentState.HELD})

_repairs = Counter("andon_watchdog_repairs", "What the watchdog had to repair", ["what"])


class Difference(msgspec.Struct, frozen=True):
    """`what` differs about `subject`, a leg, a bridge or an agent."""

    what: str
    subject: str


def differences(
    calls: Iterable[Call], snapshot: Snapshot, others: Set[str] = frozenset()
) -> dict[Difference, Call | None]:
    """Where calls and engine disagree, with the call it is about; `others` are legs of no call."""
    calls = list(calls)
    alive = {leg.leg_id for leg in snapshot.legs}
    bridges = {bridge.bridge_id: set(bridge.legs) for bridge in snapshot.bridges}
    found: dict[Difference, Call | None] = {}
    known = set(others)
    for call in calls:
        known |= call.legs
        for leg_id in call.legs - alive:
            found[Difference("caller_gone" if leg_id == call.leg_id else "agent_gone", leg_id)] = call
        talk = call.contact.talk
        together = call.contact.stage is Stage.TALKING or call.contact.stage is Stage.INSIDE
        if talk is not None and together and talk.held_since is None:
            both = {call.leg_id, talk.leg_id}
            if both <= alive and not both <= bridges.get(call.bridge_id, set()):
                found[Difference("apart", talk.leg_id)] = call
    found |= dict.fromkeys((Difference("leg_unknown", leg_id) for leg_id in alive - known), None)
    ours = {call.bridge_id for call in calls}
    strays = (b for b in bridges if b.startswith("b-") and b not in ours)
    return found | dict.fromkeys((Difference("bridge_unknown", bridge_id) for bridge_id in strays), None)


def stuck(floor: Floor) -> set[Difference]:
    """Agents in a conversation that is none of the floor's."""
    return {
        Difference("agent_stuck", str(agent.agent_id))
        for agent in floor.router.agents()
        if agent.state in IN_CALL and agent.contact_id not in floor.contacts
    }


class Watchdog:
    """Looks until stopped."""

    def __init__(
        self, voice: VoiceChannel, floors: Mapping[UUID, Floor], append: Callable[[Fact], None]
    ) -> None:
        self._voice = voice
        self._floors = floors
        self._append = append
        self._before: set[Difference] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except Exception:
                log.exception("watchdog_failed")

    async def look(self) -> None:
        """One look at every node that is there: repair what differed in the last one too."""
        found: dict[Difference, tuple[Node, Call | None]] = {}
        for node in self._voice.nodes:
            try:
                snapshot = await node.engine.snapshot()
            except EngineRefused:  # it is away: meeting it again compares everything anyway
                continue
            differs = differences(self._voice.calls_of(node), snapshot, self._voice.legs_beside(node))
            found |= {each: (node, call) for each, call in differs.items()}
        agents = {each: floor for floor in self._floors.values() for each in stuck(floor)}
        again = (found.keys() | agents.keys()) & self._before
        self._before = (found.keys() | agents.keys()) - again
        for each in again:
            _repairs.labels(what=each.what).inc()
            log.error("watchdog_repairs", what=each.what, subject=each.subject)
            if each in agents:
                self._say(each, None, agents[each])
                self._free(each, agents[each])
                continue
            node, call = found[each]
            self._say(each, call, None)
            self._voice.repair(node, each.what, each.subject, call)

    def _say(self, each: Difference, call: Call | None, floor: Floor | None) -> None:
        floor = call.floor if call is not None else floor
        for one in [floor] if floor is not None else self._floors.values():
            self._append(
                WatchdogRepaired(
                    at=one.now(),
                    tenant_id=one.router.tenant_id,
                    client_id=call.contact.client_id if call is not None else None,
                    project_id=call.contact.project_id if call is not None else None,
                    contact_id=call.contact.contact_id if call is not None else None,
                    what=each.what,
                    subject=each.subject,
                )
            )

    @staticmethod
    def _free(each: Difference, floor: Floor) -> None:
        now = next(agent for agent in floor.router.agents() if str(agent.agent_id) == each.subject)
        if now.contact_id is not None:
            contact_id = now.contact_id
            floor.act(
                lambda router, at: router.conversation_ended(contact_id, at, now.agent_id), now.agent_id
            )
