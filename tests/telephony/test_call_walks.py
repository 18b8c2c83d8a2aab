"""Callers walk at random through a flow of forty nodes and more, over real SIP: each way is as predicted."""

import asyncio
import os
from typing import Any
from uuid import UUID

import msgspec
import pytest
from call_house import House
from walkers import Move, Walk, draw, graphs

from andon.flows.graph import Graph
from andon.flows.model import Context
from andon.flows.nodes.hangup import HangUp
from andon.flows.nodes.menu import Menu
from andon.flows.nodes.start import Start
from andon.interactions.ports import ContactView
from andon.kit.clock import SystemClock
from andon.kit.ids import uuid7
from town.carrier import Call

pytestmark = [pytest.mark.telephony, pytest.mark.timeout(1200)]  # the long form takes minutes

LONG = bool(os.environ.get("ANDON_LONG"))
CALLERS, AT_ONCE = (500, 40) if LONG else (40, 40)
INSIDE = 30 if LONG else 8
APART_S = 0.1  # between two arrivals


class Watch:
    """How far each caller is, looked up for all of them at once."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._since = 0
        self.facts: dict[str, int] = {}  # by caller

    async def begin(self) -> None:
        """Whoever arrives from now on is watched."""
        newest = await self._house.facts(kind="contact.arrived")
        self._since = max((row["seq"] for row in newest), default=0)

    async def run(self) -> None:
        while True:
            self.facts = await self._house.progress(self._since)
            await asyncio.sleep(0.1)

    async def reached(self, caller: str, facts: int) -> None:
        await self._house.until(
            lambda: self.facts.get(caller, 0) >= facts, 45, f"{caller} has come {facts} facts far"
        )


async def walks(house: House, watch: Watch, number: str, walk: Walk) -> None:
    # keys by SIP INFO: on a machine with more to do than it can, tones in RTP are heard twice or not at all
    call: Call = await house.carrier.call(number, walk.caller, listen=False, keys="info")
    for move in walk.moves:
        await watch.reached(walk.caller, move.after)
        await (call.keys(move.keys) if move.keys else call.hangup())
    await call.wait_ended(60)


def lived(walk: Walk, rows: list[dict[str, Any]], moves: list[Move]) -> Walk:
    """What the journal says of a caller, in the shape of what was predicted."""
    data = {kind: [row["data"] for row in rows if row["kind"] == kind] for kind in ("flow.node", "flow.key")}
    (end,) = [row["data"] for row in rows if row["kind"] == "contact.ended"]
    return Walk(
        caller=walk.caller,
        moves=moves,
        way=[(each["node"], each.get("by", "")) for each in data["flow.node"]],
        keys=[(each["keys"], each["accepted"]) for each in data["flow.key"]],
        outcome=end["outcome"],
    )


async def test_every_walk_leads_where_the_interpreter_said(house: House) -> None:
    flow_ids = {name: uuid7() for name in ("main", "pay", "fees")}
    house.world.flow_ids.update({f"walk_{name}": id for name, id in flow_ids.items()})
    drawn = graphs(house.world.queues["empty"], flow_ids)
    assert sum(len(graph.nodes) for graph in drawn.values()) >= 40
    lines = await house.open_lines({f"walk_{name}": graph for name, graph in drawn.items()})
    view = ContactView(
        contact_id=uuid7(), tenant_id=house.world.tenant_id, client_id=house.world.client_id,
        project_id=house.world.project_id, number_id=uuid7(), flow_id=flow_ids["main"], caller="",
        dnis=lines["walk_main"], language="zh", arrived_at=SystemClock().now(),
    )  # fmt: skip
    context = Context(view=view, flows={flow_ids[name]: graph for name, graph in drawn.items()})
    predicted = [draw(n, f"1360{n:07d}", view, drawn, context) for n in range(CALLERS)]
    passed = {node for walk in predicted for node, _ in walk.way}
    assert len(passed) >= 40, sorted(passed)  # with the sub-flows' nodes by where they were called
    assert len({walk.outcome for walk in predicted}) >= 3

    watch = Watch(house)
    await watch.begin()
    watching = asyncio.create_task(watch.run())
    lanes = asyncio.Semaphore(AT_ONCE)

    async def one(n: int, walk: Walk) -> None:
        async with lanes:
            await asyncio.sleep(APART_S * (n % AT_ONCE))
            await walks(house, watch, lines["walk_main"], walk)

    try:
        await asyncio.gather(*(one(n, walk) for n, walk in enumerate(predicted)))
    finally:
        watching.cancel()
    for walk in predicted:
        contact_id = await house.contact_of(walk.caller)
        await house.outcome(contact_id)
        assert lived(walk, await house.facts(contact_id), walk.moves) == walk
    assert "core_fault" not in house.core_said()


def turning(key: str) -> Graph:
    """A menu in which this key leads to `right`."""
    told = Menu(
        prompts=("1",), wrong_prompt="1", timeout_s=30, exits={key: "right", "wrong": "end", "silence": "end"}
    )
    return Graph(
        start="start",
        nodes={
            "start": Start(exits={"next": "menu"}),
            "menu": msgspec.structs.replace(told, tries=1),
            "right": HangUp(outcome="self_service"),
            "end": HangUp(),
        },
    )


async def test_who_is_inside_when_a_version_is_published_goes_on_on_the_old_one(house: House) -> None:
    lines = await house.open_lines({"turning": turning("1")})
    inside = [(f"1350{n:07d}", await _placed(house, lines["turning"], n)) for n in range(INSIDE)]
    contacts: list[UUID] = [await house.contact_of(own) for own, _ in inside]
    for contact_id in contacts:
        await house.fact(contact_id, "flow.node", 15, n=2)
    await house.publish("turning", turning("2"), version=2)
    late = await _placed(house, lines["turning"], INSIDE)
    late_id = await house.contact_of(f"1350{INSIDE:07d}")
    await house.fact(late_id, "flow.node", 15, n=2)
    await asyncio.gather(*(call.keys("1") for _, call in inside), late.keys("2"))
    for contact_id, version in [*((each, 1) for each in contacts), (late_id, 2)]:
        await house.outcome(contact_id, 20)
        facts = await house.facts(contact_id)
        entered = next(row["data"] for row in facts if row["kind"] == "flow.entered")
        assert entered["flow_version"] == version
        assert [row["data"]["node"] for row in facts if row["kind"] == "flow.node"][-1] == "right"


async def _placed(house: House, number: str, n: int) -> Call:
    return await house.carrier.call(number, f"1350{n:07d}", listen=False)
