"""The core is killed under live calls: every contact has one outcome, and the next core serves at once."""

import asyncio
import signal

import pytest
from call_checks import both_heard, ending, placed
from call_house import House
from call_world import MENU

pytestmark = pytest.mark.survival

OUTCOMES = {"interrupted", "served", "abandoned_queue", "abandoned_flow"}


async def test_core_killed(house: House) -> None:
    async with house.on_duty("stop") as agent:
        calls = [await placed(house, house.world.numbers["stop"])]
        phone = await agent.picks_up()
        await agent.in_state("talking")
        await both_heard(house, calls[0][0], phone)
        calls += [await placed(house, house.world.numbers["stop"]) for _ in range(2)]
        calls.append(await placed(house, MENU))
        contacts = [await house.contact_of(own) for _, own in calls]
        for contact_id in contacts[1:3]:
            await house.fact(contact_id, "contact.queued")
        await house.fact(contacts[3], "flow.node", n=3)
        agent_id = agent.agent_id
        await house.stop_core(signal.SIGKILL)
        assert all(call.live for call, _ in calls)  # the engine keeps them until somebody decides
        await house.start_core()
        # whether the new core takes them on or lets them go, each ends, and once
        await asyncio.gather(*(call.hangup() for call, _ in calls), phone.hangup())
        for contact_id in contacts:
            assert await house.outcome(contact_id, 20) in OUTCOMES
            ended = [row for row in await house.facts(contact_id) if row["kind"] == "contact.ended"]
            assert len(ended) == 1
    assert (await house.facts(kind="core.started"))[-1]["data"]["clean"] is False
    async with house.on_duty("stop") as agent:
        assert agent.agent_id != agent_id
        call, own = await placed(house, house.world.numbers["stop"])
        phone = await agent.picks_up()
        await agent.in_state("talking")
        await both_heard(house, call, phone)
        await call.hangup()
        await ending(house, own, "served", "caller")
        await agent.in_state("acw")
    status, said = await house.ledger()
    assert status == 0, said
