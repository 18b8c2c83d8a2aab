"""The watchdog says what differs, and only after it differed twice."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from interactions_town import Town

from andon.channels.voice.calls import Call
from andon.channels.voice.nodes import Node
from andon.channels.voice.service import VoiceChannel
from andon.channels.voice.watchdog import Difference, Watchdog, differences
from andon.interactions.model import Stage
from andon.kit.events import WatchdogRepaired
from andon.kit.journal import Fact
from andon.routing.events import AgentState
from andon.telephony.errors import EngineRefused
from andon.telephony.model import BridgeState, LegState, Snapshot

pytestmark = pytest.mark.unit

AT = datetime(2026, 3, 2, tzinfo=UTC)


def leg(leg_id: str) -> LegState:
    return LegState(
        leg_id=leg_id, kind="trunk", endpoint="", state="up", caller="", caller_raw="", dnis="", created_at=AT
    )


def seen(*legs: str, **bridges: list[str]) -> Snapshot:
    return Snapshot(
        engine="",
        booted_at=AT,
        legs=[leg(each) for each in legs],
        bridges=[BridgeState(bridge_id=name.replace("_", "-"), legs=held) for name, held in bridges.items()],
    )


async def nothing(order: Any) -> None: ...


def talking() -> tuple[Town, Call]:
    """A conversation as the floor has it, and its call."""
    town = Town(7, agents=1)
    town.ready(town.agents[0])
    town.dice.random = lambda: 0.5  # type: ignore[method-assign] # agents answer
    contact = town.call()
    town.later.run(20)
    assert contact.stage is Stage.TALKING and contact.talk is not None
    call = Call(cast(Node, None), town.floor, contact, None, nothing)
    call.legs |= {contact.leg_id, contact.talk.leg_id}
    return town, call


def test_every_difference_has_a_name() -> None:
    _, call = talking()
    caller, agent, bridge = call.leg_id, call.contact.talk.leg_id, call.bridge_id  # type: ignore[union-attr]
    name = bridge.replace("-", "_")
    assert differences([call], seen(caller, agent, **{name: [caller, agent]})) == {}
    assert list(differences([call], seen(caller, agent, **{name: [caller]}))) == [Difference("apart", agent)]
    assert list(differences([call], seen(caller, **{name: [caller]}))) == [Difference("agent_gone", agent)]
    assert list(differences([call], seen(agent))) == [Difference("caller_gone", caller)]
    assert differences([], seen("supervisor"), {"supervisor"}) == {}
    assert set(differences([], seen("x", b_1=["x"]))) == {
        Difference("leg_unknown", "x"),
        Difference("bridge_unknown", "b-1"),
    }


class Engine:
    """Shows what it is told to show."""

    def __init__(self) -> None:
        self.now: Snapshot | None = seen()

    async def snapshot(self) -> Snapshot:
        if self.now is None:
            raise EngineRefused("snapshot", 503, "away")
        return self.now


class Voice:
    """Two nodes, one of them away; keeps what it is asked to repair."""

    def __init__(self, *calls: Call) -> None:
        self.away, self.engine = Engine(), Engine()
        self.away.now = None
        self.nodes = [SimpleNamespace(engine=engine) for engine in (self.away, self.engine)]
        self.calls = list(calls)
        self.repaired: list[tuple[str, str]] = []

    def legs_beside(self, node: Any) -> set[str]:
        return {"supervisor"}

    def calls_of(self, node: Any) -> list[Call]:
        return self.calls if node.engine is self.engine else []

    def repair(self, node: Any, what: str, subject: str, call: Call | None) -> None:
        assert node.engine is self.engine
        self.repaired.append((what, subject))


async def test_what_differs_twice_is_repaired_and_told() -> None:
    town, call = talking()
    voice, facts = Voice(call), list[Fact]()
    dog = Watchdog(cast(VoiceChannel, voice), {UUID(int=1): town.floor}, facts.append)
    voice.engine.now = seen(call.leg_id)
    await dog.look()
    voice.engine.now = seen(*call.legs, **{call.bridge_id.replace("-", "_"): list(call.legs)})
    await dog.look()
    assert not voice.repaired and not facts  # it was on its way
    voice.engine.now = seen(call.leg_id)
    await dog.look()
    await dog.look()
    gone = call.contact.talk.leg_id  # type: ignore[union-attr]
    assert voice.repaired == [("agent_gone", gone)]
    assert [(f.what, f.subject) for f in facts if isinstance(f, WatchdogRepaired)] == [("agent_gone", gone)]
    await dog.look()
    assert len(voice.repaired) == 1  # given time to take effect


async def test_an_agent_stuck_in_a_conversation_that_is_none_is_freed() -> None:
    town, call = talking()
    voice, facts = Voice(), list[Fact]()
    dog = Watchdog(cast(VoiceChannel, voice), {UUID(int=1): town.floor}, facts.append)
    del town.floor.contacts[call.contact.contact_id]
    await dog.look()
    await dog.look()
    assert town.floor.router.agent(town.agents[0]).state is AgentState.ACW
    assert [f.what for f in facts if isinstance(f, WatchdogRepaired)] == ["agent_stuck"]
