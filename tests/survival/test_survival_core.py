"""The core is killed under live calls: every contact has one outcome, and the next core serves at once."""

import asyncio
import signal
from uuid import UUID

import pytest
from call_checks import both_heard, ending, placed, recorded_whole, recording, right_tones
from call_house import House
from call_world import MENU

from andon.telephony.tones import RATE

pytestmark = pytest.mark.survival

# A core that dies when somebody has a colleague's place, which is written down, and nothing came of it yet.
DIES = """
import asyncio, os, signal, sys
from andon.channels.voice.performer import Performer
from andon.entrypoints import core

async def dies(self, call, order):
    await asyncio.sleep(1)
    os.kill(os.getpid(), signal.SIGKILL)

assert Performer._do_succeed
Performer._do_succeed = dies
sys.exit(core.main())
"""
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


async def test_core_killed_while_a_colleague_is_handed_over(house: House) -> None:
    """The conversation and its recording go on with the third."""
    await house.stop_core()
    await house.start_core("-c", DIES)
    async with (
        recording(house),
        house.on_duty("plain") as agent,
        house.on_duty("plain") as colleague,
        house.on_duty("plain", ready=False) as third,
    ):
        await agent.ask("call.colleague", to_agent_id=str(colleague.agent_id))
        own = await agent.phone.next_call(10)
        await own.answer()
        theirs = await colleague.picks_up()
        await both_heard(house, theirs, own)
        contact_id = UUID(colleague.view["contact"]["contact_id"])
        to = {"to": "agent", "to_agent_id": str(third.agent_id), "reason": "other", "note": ""}
        await colleague.ask("call.transfer", **to)
        taken = await third.picks_up()
        assert house.core is not None
        await asyncio.wait_for(house.core.wait(), 20)
        assert await house.fact(contact_id, "internal.passed")
        assert theirs.live and own.live and taken.live
        await house.start_core()
        await theirs.wait_ended(10)
        await third.in_state("talking", 15)
        await both_heard(house, taken, own)
        await third.ask("call.hangup")
        await own.wait_ended(10)
        third_id = str(third.agent_id)
    assert await house.outcome(contact_id) == "served"
    facts = await house.facts(contact_id)
    stopped = next(row["data"] for row in facts if row["kind"] == "recording.stopped")
    (begun,) = [span["from_ms"] for span in stopped["spans"] if third_id in span.values()]
    said, heard = await recorded_whole(house, facts)
    assert right_tones((said[begun * RATE // 1000 :], heard[begun * RATE // 1000 :]))
    status, said_of_it = await house.ledger()
    assert status == 0, said_of_it
    assert "core_fault" not in house.core_said()
