"""Callers parked in a slot: music, seen by colleagues, picked up, also over the core's death."""

import asyncio

import pytest
from call_checks import both_heard, ending, hears_music, placed, recorded_whole, states, values
from call_house import Agent, House

from andon.kit.errors import AndonError

pytestmark = pytest.mark.telephony


async def parked(agent: Agent) -> dict[str, str]:
    """The one caller this agent may pick up, as soon as the desk shows it."""
    await agent.until(lambda view: len(view.get("parked", [])) == 1, "sees who is parked")
    (row,) = agent.view["parked"]
    return row


async def test_a_parked_caller_is_picked_up_by_a_colleague(house: House) -> None:
    """The core dies while the caller is parked. One recording runs through all of it."""
    async with (
        house.on_duty("plain") as first,
        house.on_duty("plain", ready=False) as second,
        house.on_duty("empty", ready=False) as stranger,
    ):
        call, own = await placed(house, house.world.numbers["plain"])
        phone = await first.picks_up()
        await first.in_state("talking")
        await both_heard(house, call, phone)
        await first.ask("call.park")
        await phone.wait_ended(8)
        await first.in_state("acw")
        await hears_music(house, call)
        row = await parked(second)
        assert (row["slot"], row["caller"]) == (1, own) and row["by_name"]
        assert stranger.view["parked"] == []
        with pytest.raises(AndonError) as caught:
            await stranger.ask("call.pick_up", contact_id=row["contact_id"])
        assert caught.value.code == "park.gone"
        await house.stop_core(9)
        await house.start_core()
        await second.ask("call.pick_up", contact_id=row["contact_id"])
        phone = await second.phone.next_call(10)
        await phone.answer()
        await second.in_state("talking")
        await both_heard(house, call, phone)
        await first.until(lambda view: view["parked"] == [], "sees the slot empty")
        with pytest.raises(AndonError) as caught:
            await first.ask("call.pick_up", contact_id=row["contact_id"])
        assert caught.value.code == "park.gone"
        await asyncio.sleep(0.3)  # some of it on record
        await call.hangup()
        await second.in_state("acw")
        ids = (first.agent_id, second.agent_id)
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "contact.unparked", "how") == ["picked_up"]
    assert len(values(facts, "contact.connected", "offer_id")) == 2
    stopped = next(row["data"] for row in facts if row["kind"] == "recording.stopped")
    who = [(span["leg"], span.get("agent_id")) for span in stopped["spans"]]
    talks = [each for each in who if each[0] == "agent"]
    assert talks == [("agent", str(ids[0])), ("agent", str(ids[1]))] and "hold" in [each[0] for each in who]
    await recorded_whole(house, facts)
    assert (await states(house, ids[1]))[:4] == ["not_ready", "dialing", "talking", "acw"]
    assert await house.unexplained() == []
    assert "core_fault" not in house.core_said()


async def test_a_parked_caller_who_hangs_up_leaves_the_slot(house: House) -> None:
    async with house.on_duty("plain") as agent:
        call, own = await placed(house, house.world.numbers["plain"])
        await agent.picks_up()
        await agent.in_state("talking")
        await agent.ask("call.park")
        row = await parked(agent)
        await agent.ask(
            "call.pick_up", contact_id=row["contact_id"]
        )  # who refuses the own call changes nothing
        await (await agent.phone.next_call(10)).reject()
        await agent.until(lambda view: view["why"] == "no_device", "is told of the own telephone")
        await parked(agent)
        await call.hangup()
        await agent.until(lambda view: view["parked"] == [], "sees the slot empty")
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "contact.unparked", "how") == ["caller_gone"]
    assert await house.unexplained() == []
