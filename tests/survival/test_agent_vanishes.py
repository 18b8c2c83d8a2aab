"""The agent's device vanishes in mid-call: the caller hears a notice and music, and the agent comes back."""

import os
import time

import pytest
from call_house import Agent
from mortal_house import MortalHouse, Talk, longest, sound

from town.carrier import Call

pytestmark = [pytest.mark.survival, pytest.mark.timeout(300)]

TONE = 440
BACK_S = 3.0 if os.environ.get("ANDON_LONG") else 10.0  # what is promised is asked for on a quiet machine


async def talking(house: MortalHouse, agent: Agent, number: str) -> Talk:
    call = await house.carrier.call(house.world.numbers["held"], number)
    device = await agent.picks_up()
    await agent.in_state("talking")
    await device.tone(TONE, 60)
    await call.wait_tone(TONE, 10)
    return Talk(await house.contact_of(number), call, agent, device)


async def back_at_it(house: MortalHouse, talk: Talk, device: Call) -> None:
    """The same conversation goes on, and its books hold one hold more."""
    await talk.agent.in_state("talking")
    await device.tone(TONE, 60)
    await talk.caller.wait_tone(TONE, 10)
    facts = [row for row in await house.facts(talk.contact_id) if row["kind"].startswith("contact.")]
    kinds = [row["kind"] for row in facts]
    assert kinds.count("contact.connected") == 1 and kinds.count("contact.queued") == 1
    assert [row["data"].get("why") for row in facts if row["kind"] == "contact.held"] == ["agent_lost"]
    await talk.caller.hangup()
    assert await house.outcome(talk.contact_id) == "served"
    await talk.agent.until(lambda view: view["state"] in {"acw", "ready", "not_ready"}, "is free")


async def test_a_phone_that_died_is_rung_again(mortal: MortalHouse) -> None:
    """Its packets cease; the phone is restarted and answers the same conversation."""
    agent = await mortal.on_duty_until_end("held")
    talk = await talking(mortal, agent, "13711110001")
    await talk.device.fall_silent()
    await agent.in_state("held")
    device = await agent.picks_up()
    await back_at_it(mortal, talk, device)
    assert longest(talk.caller, 8, sound) <= 2.6  # two seconds until the engine gives the leg up
    assert await mortal.unexplained() == []


async def test_a_desk_that_lost_everything_is_back_within_three_seconds(mortal: MortalHouse) -> None:
    """Signalling and sound go at once, as when a page is loaded again; no dead air until the time-out."""
    agent = await mortal.on_duty_until_end("held")
    talk = await talking(mortal, agent, "13711110002")
    username, secret = agent.phone.username, agent.phone.secret
    await talk.device.fall_silent()
    await mortal.carrier.remove_phone(username)
    await agent.in_state("held")
    assert not agent.view["registered"]
    await talk.caller.wait_sound(3)
    agent.phone = await mortal.carrier.register(username, secret)
    returned = time.monotonic()
    device = await agent.picks_up()
    took = time.monotonic() - returned
    print(f"the agent was on the call again {took:.2f} s after coming back")
    assert took < BACK_S
    await back_at_it(mortal, talk, device)
    assert await mortal.unexplained() == []


async def test_signalling_alone_is_no_loss(mortal: MortalHouse) -> None:
    """The edge dies, and every browser's SIP with it: talks go on, and who was ready is ready again."""
    agent = await mortal.on_duty_until_end("held")
    idle = await mortal.on_duty_until_end("lost")
    talk = await talking(mortal, agent, "13711110003")
    begun = time.monotonic()
    for one in (agent, idle):
        await mortal.carrier.remove_phone(one.phone.username)
        await one.until(lambda view: not view["registered"], "is away")
    await idle.in_state("not_ready")
    for one in (agent, idle):
        await mortal.carrier.register(one.phone.username, one.phone.secret)
    await idle.in_state("ready")
    await agent.until(lambda view: view["registered"], "is back")
    assert agent.view["state"] == "talking"
    await talk.caller.wait_tone(TONE, 2)
    assert talk.gap_s(TONE, time.monotonic() - begun) <= 0.4
    await talk.caller.hangup()
    assert await mortal.outcome(talk.contact_id) == "served"
    assert await mortal.unexplained() == []
