"""Agents who answer on their mobiles, over real SIP: rung through the trunk, put through by a key only."""

import contextlib
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from call_checks import AGENT_HZ, CALLER_HZ, both_heard, caller, ending, kinds, placed, values
from call_house import Agent, House
from sqlalchemy import update

from andon.identity.tables import User
from andon.kit.database import Database, Scope
from andon.kit.errors import AndonError
from andon.telephony.tones import tone_level
from town.carrier import Call

pytestmark = pytest.mark.telephony

UNHEARD_DBFS = -45.0


@contextlib.asynccontextmanager
async def on_mobile(house: House, skill: str) -> AsyncIterator[Agent]:
    """An agent signed in with a mobile, which a test ring has proven; ready."""
    agent_id = await house.world.new_agent(house.app_url, skill)
    number = caller()
    async with house.on_duty("plain", ready=False):  # whoever knows them knows the new agent, still without
        with pytest.raises(AndonError) as refused:
            await house.ask("agent.sign_in", agent_id, device="mobile", session="m")
        assert refused.value.code == "agent.no_mobile"
    await give(house, agent_id, number)
    agent = Agent(house, agent_id, house.carrier.subscriber(number))
    answer = await house.ask("agent.sign_in", agent_id, device="mobile", session="m")
    assert answer["sip"] is None and answer["view"]["mobile"] == f"{number[:3]}****{number[-4:]}"
    await agent.until(lambda view: view["registered"] and not view["device_tested"], "is there, untested")
    await agent.ask("agent.test_ring")
    call = await rings(agent)
    await accepts(call)
    await agent.until(lambda view: view["test_ring"] == "accepted" and view["device_tested"], "is tested")
    await call.wait_ended(15)
    await agent.ready()
    try:
        yield agent
    finally:
        await agent.ask("agent.sign_out")
        await house.carrier.remove_phone(number)


async def give(house: House, agent_id: UUID, number: str) -> None:
    """The agent's mobile is another one now."""
    db = Database(house.app_url, "andon tests", pool_size=1)
    async with db.session(Scope(house.world.tenant_id)) as session:
        await session.execute(update(User).where(User.id == agent_id).values(mobile=number))
    await db.close()
    await house.config_changed()

    async def known() -> bool:
        return str((await house.ask("snapshot.agent", agent_id))["mobile"]).endswith(number[-4:])

    await house.until(known, 10, "the core knows the mobile")


async def rings(agent: Agent) -> Call:
    """The call at the mobile, picked up."""
    call = await agent.phone.next_call(15)
    await call.ring()
    await call.answer()
    return call


async def accepts(call: Call) -> None:
    """Listen to what is asked, and press the key."""
    await call.wait_sound(10)
    await call.keys("1")


async def test_a_key_puts_the_caller_through_to_a_mobile_and_nothing_else_does(house: House) -> None:
    """Also when cores die while it rings, while the key is waited for, and in the talk; the page is shut."""
    async with on_mobile(house, "again") as agent:
        await agent.ask("agent.presence", session="m", connected=False)
        call, own = await placed(house, house.world.numbers["again"])
        phone = await agent.phone.next_call(15)
        assert phone.caller.endswith(house.world.numbers["again"])  # our number, not the caller's
        await phone.ring()
        await agent.in_state("ringing")
        await house.stop_core(9)
        await house.start_core()
        await phone.answer()
        await call.tone(CALLER_HZ, 60)
        await phone.wait_sound(10)
        assert tone_level(phone.heard(0.5), CALLER_HZ) < UNHEARD_DBFS
        await house.stop_core(9)
        await house.start_core()
        await phone.keys("5")  # a wrong one puts nobody through, and the question is asked again
        await phone.wait_quiet(10)
        await phone.wait_sound(10)
        assert agent.view["state"] == "ringing"
        await accepts(phone)
        await agent.in_state("talking")
        await both_heard(house, call, phone)
        await agent.ask("call.hold")
        await agent.in_state("held")
        await agent.ask("call.retrieve")
        await both_heard(house, call, phone)
        await house.stop_core(9)
        await house.start_core()
        await both_heard(house, call, phone)
        await phone.hangup()
        await agent.in_state("acw")
        await agent.ask("wrap.done")
        await agent.in_state("ready")
        # calling out: the own mobile first, by its key as well
        telephone = house.carrier.subscriber(number := caller())
        await agent.ask("call.dial", number=number)
        await accepts(await rings(agent))
        callee = await telephone.next_call(10)
        await callee.answer()
        await agent.in_state("talking")
        await agent.ask("call.hangup")
        await callee.wait_ended(10)
        await agent.in_state("acw")
        agent_id = agent.agent_id
    facts = await ending(house, own, "served", "agent")
    assert values(facts, "offer.made", "device") == ["mobile"]
    (end,) = [row["data"] for row in facts if row["kind"] == "mobile.ended"]
    assert end["how"] == "accepted" and 0 < end["accepted_ms"] < end["total_ms"]
    assert kinds(await house.facts(agent_id=agent_id)).count("mobile.dialled") == 3  # test, call, calling out
    assert await house.unexplained() == []
    code, said = await house.ledger()
    assert code == 0, said


async def test_who_presses_nothing_gets_nobody_and_the_call_goes_on(house: House) -> None:
    """A voicemail box picks up and hears nobody; the next agent has the caller. A mobile that is busy is
    passed over at once."""
    async with on_mobile(house, "chain") as agent, house.on_duty("chain") as other:
        call, own = await placed(house, house.world.numbers["chain"])
        await call.wait_answered(10)
        await call.tone(CALLER_HZ, 60)
        box = await rings(agent)
        await box.tone(AGENT_HZ, 60)
        await box.wait_sound(10)
        phone = await other.picks_up(15)
        await other.in_state("talking")
        await box.wait_ended(10)
        assert tone_level(box.heard(2.0), CALLER_HZ) < UNHEARD_DBFS
        await agent.until(lambda view: view["why"] == "ring_timeout", "is told of the missed call")
        await both_heard(house, call, phone)
        await call.hangup()
        await other.in_state("acw")
        await other.ask("wrap.done")
        facts = await ending(house, own, "served", "caller")
        assert values(facts, "offer.ended", "how") == ["timeout", "answered"]
        assert values(facts, "mobile.ended", "how") == ["withdrawn"]
        # busy
        await other.ask("agent.state", state="not_ready")
        await agent.ready()
        call, own = await placed(house, house.world.numbers["chain"])
        await (await agent.phone.next_call(15)).busy()
        await agent.until(lambda view: view["why"] == "rejected", "is told that it was busy")
        await call.hangup()
        facts = await ending(house, own, "abandoned_queue", "caller")
        assert values(facts, "mobile.ended", "how") == ["busy"]
        # another number is one that nobody has tried
        await agent.ready()
        await give(house, agent.agent_id, caller())
        await agent.until(lambda view: not view["device_tested"], "is untested")
        assert (agent.view["state"], agent.view["why"]) == ("not_ready", "device_untested")
        await give(house, agent.agent_id, agent.phone.username)
        # a test that nobody answers is none
        await agent.ask("agent.test_ring")
        await (await agent.phone.next_call(15)).reject()
        await agent.until(lambda view: view["test_ring"] == "rejected", "sees that the test failed")
        assert not agent.view["device_tested"]
    assert await house.unexplained() == []
    assert "core_fault" not in house.core_said()
