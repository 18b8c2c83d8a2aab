"""Calls that reach an agent: talk, hold, mute, keys, wrap-up, survey; and every way a ring goes wrong."""

import asyncio
from datetime import datetime

import pytest
from call_checks import (
    CALLER_HZ,
    both_heard,
    ending,
    hears_music,
    kinds,
    lasting,
    off,
    placed,
    recorded_whole,
    right_tones,
    spans,
    states,
    values,
)
from call_house import Agent, House

from town.carrier import Call

pytestmark = pytest.mark.telephony


async def connected(house: House, agent: Agent, queue: str) -> tuple[Call, str, Call]:
    """A call to this queue that the agent has answered: the caller's side, number, the agent's side."""
    call, own = await placed(house, house.world.numbers[queue])
    phone = await agent.picks_up()
    await agent.in_state("talking")
    return call, own, phone


async def whole_conversation(house: House) -> None:
    """Hold with music, mute, keys, hang-up by the agent, survey; wrap-up extended, submitted and done."""
    async with house.on_duty("plain") as agent:
        call, own, phone = await connected(house, agent, "plain")
        contact_id = await house.contact_of(own)
        assert agent.view["contact"]["caller"] == own
        await both_heard(house, call, phone)

        await agent.ask("call.hold")
        await agent.in_state("held")
        await hears_music(house, call)
        await phone.wait_quiet(8)
        await agent.ask("call.retrieve")
        await agent.in_state("talking")
        await call.wait_tone(1000, 8, window_s=0.6)
        await phone.wait_tone(CALLER_HZ, 8, window_s=0.6)

        await agent.ask("call.mute", on=True)
        await call.wait_quiet(8)
        await phone.wait_tone(CALLER_HZ, 8)
        await agent.ask("call.mute", on=False)
        await call.wait_tone(1000, 8)

        await agent.ask("call.dtmf", digits="42#")
        await house.until(lambda: call.received_keys == ["4", "2", "#"], 8, "keys at the caller")

        await call.be_quiet()
        await agent.ask("call.hangup")
        await phone.wait_ended(8)
        await agent.in_state("acw")
        due = datetime.fromisoformat(agent.view["acw_until"])
        await agent.ask("wrap.extend", seconds=60)
        await agent.until(
            lambda view: (datetime.fromisoformat(view["acw_until"]) - due).total_seconds() == 60,
            "has more time",
        )
        await house.fact(contact_id, "survey.asked")
        await call.keys("5")
        await call.wait_ended(10)
        await house.wrap_up(agent.agent_id, contact_id, "说明")
        await agent.ask("wrap.done", contact_id=str(contact_id))
        await agent.in_state("ready")
        agent_id = agent.agent_id

    facts = await ending(house, own, "served", "agent")
    assert values(facts, "survey.answered", "score") == [5]
    assert values(facts, "wrapup.submitted", "resolved") == [True]
    assert values(facts, "contact.muted", "muted") == [True, False]
    (held_ms,) = values(facts, "contact.retrieved", "held_ms")
    assert values(facts, "contact.disconnected", "held_ms") == [held_ms]
    assert values(facts, "contact.disconnected", "by") == ["agent"]
    assert await states(house, agent_id) == [
        "not_ready", "ready", "ringing", "talking", "held", "talking", "acw", "ready", "offline",
    ]  # fmt: skip
    assert right_tones(await recorded_whole(house, facts))
    assert spans(facts) == ["flow", "queue", "agent", "hold", "agent", "survey"]


async def caller_hangs_up(house: House) -> None:
    """No survey for who is gone; the wrap-up ends by itself when its time is over."""
    async with house.on_duty("held") as agent:
        call, own, phone = await connected(house, agent, "held")
        await both_heard(house, call, phone)
        await call.hangup()
        await phone.wait_ended(8)
        await agent.in_state("acw")
        await agent.in_state("ready", 15)
        agent_id = agent.agent_id
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "contact.disconnected", "by") == ["caller"]
    assert "survey.asked" not in kinds(facts)
    assert (await states(house, agent_id))[-3:] == ["acw", "ready", "offline"]
    changes = [row["data"] for row in await house.facts(agent_id=agent_id) if row["kind"] == "agent.state"]
    assert 2900 <= changes[-2]["previous_ms"] <= 4500
    assert right_tones(await recorded_whole(house, facts))


async def agents_phone_hangs_up(house: House) -> None:
    """The agent puts the receiver down; a survey nobody answers ends the call."""
    async with house.on_duty("mute") as agent:
        call, own, phone = await connected(house, agent, "mute")
        await both_heard(house, call, phone)
        await phone.hangup()
        await agent.in_state("acw")
        await call.wait_ended(15)
    facts = await ending(house, own, "served", "agent")
    assert "survey.asked" in kinds(facts) and "survey.answered" not in kinds(facts)
    assert right_tones(await recorded_whole(house, facts))


async def device_holds(house: House) -> None:
    """Hold at the telephone itself, by re-INVITE; the desk is told that it cannot take the call back."""
    async with house.on_duty("again") as agent:
        call, own, phone = await connected(house, agent, "again")
        await both_heard(house, call, phone)
        await phone.be_quiet()  # the carrier holds only after what it says is over
        await phone.hold()
        await agent.in_state("held")
        await hears_music(house, call)
        await phone.unhold()
        await agent.in_state("talking")
        await phone.tone(1000, 60)
        await call.wait_tone(1000, 8, window_s=0.6)
        await call.hangup()
        await agent.in_state("acw")
    facts = await ending(house, own, "served", "caller")
    assert len(values(facts, "contact.retrieved", "held_ms")) == 1
    assert right_tones(await recorded_whole(house, facts))


async def ring_timeout(house: House) -> None:
    """Who does not answer is taken out of ready, and the call moves on."""
    async with house.on_duty("quick") as slow, house.on_duty("quick") as quick:
        call, own = await placed(house, house.world.numbers["quick"])
        ringing = await slow.phone.next_call(10)
        await ringing.ring()
        phone = await quick.picks_up(15)
        await ringing.wait_ended(8)
        await slow.in_state("not_ready")
        assert slow.view["why"] == "ring_timeout"
        await quick.in_state("talking")
        await both_heard(house, call, phone)
        await call.hangup()
        await quick.in_state("acw")
        ids = [slow.agent_id, quick.agent_id]
    facts = await ending(house, own, "served", "caller")
    offers = [row for row in facts if row["kind"] == "offer.ended"]
    assert [(row["agent_id"], row["data"]["how"]) for row in offers] == [
        (ids[0], "timeout"),
        (ids[1], "answered"),
    ]
    assert 1900 <= offers[0]["data"]["rang_ms"] <= 3500
    assert await states(house, ids[0]) == ["not_ready", "ready", "ringing", "not_ready", "offline"]
    assert right_tones(await recorded_whole(house, facts))


async def rejected(house: House) -> None:
    """Refused once at the desk, once at the telephone; both are taken out of ready, the caller waits on."""
    async with house.on_duty("refused") as first, house.on_duty("refused") as second:
        call, own = await placed(house, house.world.numbers["refused"])
        await first.phone.next_call(10)
        await first.in_state("ringing")
        await first.ask("call.reject")
        ringing = await second.phone.next_call(10)
        await ringing.ring()
        await ringing.reject()
        await second.in_state("not_ready")
        await first.in_state("not_ready")
        await hears_music(house, call)
        await second.ready()
        phone = await second.picks_up()
        await second.in_state("talking")
        await both_heard(house, call, phone)
        await call.hangup()
        await second.in_state("acw")
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "offer.ended", "how") == ["rejected", "rejected", "answered"]
    assert right_tones(await recorded_whole(house, facts))


async def abandoned_queue(house: House) -> None:
    async with house.on_duty("wait", ready=False):
        call, own = await placed(house, house.world.numbers["wait"])
        await house.fact(await house.contact_of(own), "contact.queued")
        await hears_music(house, call)
        await call.tone(CALLER_HZ, 3)
        await asyncio.sleep(0.8)  # what the caller says is recorded for as long as that
        await call.hangup()
        facts = await ending(house, own, "abandoned_queue", "caller")
    assert values(facts, "contact.dequeued", "how") == ["abandoned"]
    assert spans(facts) == ["flow", "queue"]
    left, right = await recorded_whole(house, facts)
    assert lasting(left, CALLER_HZ) and not lasting(right, CALLER_HZ)


async def abandoned_ringing(house: House) -> None:
    """The caller's BYE while the agent's telephone rings: the agent is ready again at once."""
    async with house.on_duty("ring") as agent:
        call, own = await placed(house, house.world.numbers["ring"])
        ringing = await agent.phone.next_call(10)
        await ringing.ring()
        await agent.in_state("ringing")
        await call.hangup()
        await ringing.wait_ended(8)
        await agent.in_state("ready")
        agent_id = agent.agent_id
    facts = await ending(house, own, "abandoned_ringing", "caller")
    assert values(facts, "offer.ended", "how") == ["caller_gone"]
    assert await states(house, agent_id) == ["not_ready", "ready", "ringing", "ready", "offline"]
    await recorded_whole(house, facts)


async def queue_timeout(house: House) -> None:
    async with house.on_duty("brief", ready=False):
        call, own = await placed(house, house.world.numbers["brief"])
        await call.wait_ended(20)
        facts = await ending(house, own, "queue_timeout", "system")
    (waited,) = values(facts, "contact.dequeued", "waited_ms")
    assert 1990 <= waited <= 3500
    await recorded_whole(house, facts)


async def test_conversations(house: House) -> None:
    await asyncio.gather(
        whole_conversation(house), caller_hangs_up(house), agents_phone_hangs_up(house), device_holds(house)
    )
    assert await house.unexplained() == []


async def test_offers_that_go_wrong_and_callers_who_give_up(house: House) -> None:
    await asyncio.gather(
        ring_timeout(house),
        rejected(house),
        abandoned_queue(house),
        abandoned_ringing(house),
        queue_timeout(house),
    )
    assert await house.unexplained() == []


async def test_caller_falls_silent_in_mid_call(house: House) -> None:
    """No packet comes any more: the engine ends the call, which an agent had served."""
    async with house.on_duty("plain") as agent:
        call, own, phone = await connected(house, agent, "plain")
        await both_heard(house, call, phone)
        await call.fall_silent()
        await phone.wait_ended(15)
        await agent.in_state("acw")
        facts = await ending(house, own, "served", "system")
        await call.wait_ended(8)
    assert values(facts, "contact.disconnected", "by") == ["system"]
    assert right_tones(await recorded_whole(house, facts))
    assert await house.unexplained() == []


async def test_agents_device_vanishes_in_mid_call(house: House) -> None:
    """The agent is waited for; then the caller goes back to the head of the queue, before others who waited,
    and is served from there."""
    async with house.on_duty("lost") as first:
        call, own, phone = await connected(house, first, "lost")
        await both_heard(house, call, phone)
        await first.ask("agent.state", state="break")  # for after the call: nothing more is for this device
        later, later_own = await placed(house, house.world.numbers["lost"])
        await house.fact(await house.contact_of(later_own), "contact.queued")
        await phone.fall_silent()
        contact_id = await house.contact_of(own)
        again = await house.fact(contact_id, "contact.queued", 15, n=2)
        assert again["position"] == 1
        await hears_music(house, call)
        async with house.on_duty("lost") as second:
            phone = await second.picks_up()
            await second.in_state("talking")
            await both_heard(house, call, phone)
            assert second.view["contact"]["contact_id"] == str(contact_id)
            await call.hangup()
            await second.in_state("acw")
            await second.ask("wrap.done")
            phone = await second.picks_up()
            await second.in_state("talking")
            await later.hangup()
            await second.in_state("acw")
        await first.in_state("break", 15)
        facts = await ending(house, own, "served", "caller")
        await ending(house, later_own, "served", "caller")
    assert values(facts, "contact.disconnected", "by") == ["system", "caller"]
    assert spans(facts) == ["flow", "queue", "agent", "hold", "queue", "agent"]
    assert right_tones(await recorded_whole(house, facts))
    assert await house.unexplained() == []


async def test_the_same_agent_signs_in_twice(house: House) -> None:
    """The second log-in is told who and where; with `take_over` the session moves, the old account dies."""
    async with house.on_duty("plain") as agent:
        with pytest.raises(Exception, match="signed_in_elsewhere") as refused:
            await agent.ask("agent.sign_in", device="sip", session="another", where="10.0.0.7")
        assert refused.value.status == 409  # type: ignore[attr-defined]  # an AndonError
        await agent.in_state("ready")
        old = agent.phone
        answer = await agent.ask(
            "agent.sign_in", device="sip", session="another", where="10.0.0.7", take_over=True
        )
        assert answer["sip"]["username"] != old.username
        await agent.in_state("not_ready")
        with pytest.raises((PermissionError, TimeoutError)):
            await old.register_again(3)
        agent.phone = await house.carrier.register(answer["sip"]["username"], answer["sip"]["secret"])
        await agent.until(lambda view: view["registered"], "registered")
        await agent.ask("agent.device_tested", passed=True, speaker=True, echo=True, rtt_ms=1.0)
        await agent.ready()
        call, own, phone = await connected(house, agent, "plain")
        await both_heard(house, call, phone)
        await call.hangup()
        await ending(house, own, "served", "caller")
        await agent.in_state("acw")
        await house.carrier.remove_phone(old.username)
    assert await house.unexplained() == []


async def test_recordings_are_as_long_as_their_calls(house: House) -> None:
    """Within 100 ms: the median of five calls, one at a time, so that one busy moment does not decide."""
    differences = []
    for _ in range(5):
        call, own = await placed(house, house.world.numbers["empty"])
        await call.wait_ended(15)
        facts = await ending(house, own, "nobody_signed_in", "system")
        await recorded_whole(house, facts)
        differences.append(abs(await off(house, facts[0]["contact_id"])))
    assert sorted(differences)[2] <= 100, differences
