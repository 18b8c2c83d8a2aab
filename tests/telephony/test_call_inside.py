"""Agents who call each other, over real SIP: what each hears, how it ends, and what the books say."""

import contextlib
from collections.abc import Iterator
from uuid import UUID

import pytest
from call_checks import (
    AGENT_HZ,
    CALLER_HZ,
    both_heard,
    hears_music,
    kinds,
    recorded_whole,
    recording,
    right_tones,
    spans,
    states,
    values,
)
from call_house import Agent, House

from andon.kit.errors import AndonError
from town.carrier import Call

pytestmark = pytest.mark.telephony


@contextlib.contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(AndonError) as caught:
        yield
    assert caught.value.code == code


async def calls(agent: Agent, colleague: Agent) -> tuple[Call, Call, UUID]:
    """The agent calls; the own telephone has answered, as one does by itself, and the colleague's rings: the
    legs of both, and the contact."""
    await agent.ask("call.colleague", to_agent_id=str(colleague.agent_id))
    own = await agent.phone.next_call(10)
    await own.answer()
    theirs = await colleague.phone.next_call(10)
    await theirs.ring()
    await colleague.in_state("ringing")
    return own, theirs, UUID(colleague.view["contact"]["contact_id"])


async def told(agent: Agent, why: str, state: str) -> None:
    await agent.until(lambda view: view["state"] == state and view["why"] == why, f"{state}: {why}")


async def test_two_agents_talk_hold_and_hang_up(house: House) -> None:
    """Who was ready is ready again and who was not is not; no queue's figure and no recording knows of it."""
    async with house.on_duty("plain") as agent, house.on_duty("plain", ready=False) as colleague:
        listed = (await agent.ask("snapshot.colleagues"))["agents"]
        shown = next(each for each in listed if each["agent_id"] == str(colleague.agent_id))
        assert shown["state"] == "not_ready"
        assert str(agent.agent_id) not in [each["agent_id"] for each in listed]
        own, theirs, contact_id = await calls(agent, colleague)
        numbers = (agent.view["agent_no"], colleague.view["agent_no"])
        for one, other in ((agent, colleague), (colleague, agent)):
            contact = one.view["contact"]
            assert contact["direction"] == "internal"
            assert (contact["customer_name"], contact["caller"]) == (
                other.view["name"],
                other.view["agent_no"],
            )
        await own.wait_tone(450, 10)
        await theirs.answer()
        await agent.in_state("talking")
        await colleague.in_state("talking")
        await both_heard(house, theirs, own)
        for holder, other, ear in ((agent, colleague, theirs), (colleague, agent, own)):
            await holder.ask("call.hold")
            await holder.in_state("held")
            await other.until(lambda view: view["contact"]["other_holds"], "is on hold")
            assert other.view["state"] == "talking"
            await ear.be_quiet()
            await hears_music(house, ear)
            with refused("call.internal"):
                await holder.ask("call.park")
            await holder.ask("call.retrieve")
            await holder.in_state("talking")
            await both_heard(house, theirs, own)
        await colleague.ask("call.mute", on=True)
        await own.wait_quiet(10)
        await colleague.ask("call.mute", on=False)
        await own.wait_tone(CALLER_HZ, 10)
        with refused("call.internal"):
            await agent.ask("call.consult", to="external", number="13500000000", reason="other", note="")
        await colleague.ask("call.hangup")
        await own.wait_ended(10)
        await theirs.wait_ended(10)
        await agent.in_state("ready")
        await colleague.in_state("not_ready")
        agent_id, colleague_id = agent.agent_id, colleague.agent_id
    assert await house.outcome(contact_id) == "served"
    facts = await house.facts(contact_id)
    assert values(facts, "contact.arrived", "direction") == ["internal"]
    arrived = facts[0]["data"]
    assert (arrived["caller"], arrived["dnis"]) == numbers
    for kind in ("internal.dialled", "internal.joined", "internal.left", "contact.disconnected"):
        assert kinds(facts).count(kind) == 1
    assert not {"contact.queued", "offer.made", "recording.started"} & set(kinds(facts))
    called = ["talking", "held", "talking", "acw", "ready"]
    assert (await states(house, agent_id))[1:] == ["ready", "dialing", *called, "offline"]
    assert (await states(house, colleague_id))[1:-1] == ["ringing", *called[:-1], "not_ready"]
    assert await house.unexplained() == []
    assert "core_fault" not in house.core_said()


async def test_every_way_of_not_coming_is_said(house: House) -> None:
    async with house.on_duty("plain") as agent, house.on_duty("plain") as colleague:
        with refused("colleague.self"):
            await agent.ask("call.colleague", to_agent_id=str(agent.agent_id))
        with refused("colleague.unknown"):
            await agent.ask("call.colleague", agent_no="no such")
        own, theirs, first = await calls(agent, colleague)
        async with house.on_duty("plain") as third:
            with refused("colleague.busy"):
                await third.ask("call.colleague", agent_no=colleague.view["agent_no"])
        with refused("colleague.offline"):
            await agent.ask("call.colleague", to_agent_id=str(third.agent_id))
        await theirs.reject()  # at the telephone
        await told(agent, "callee_rejected", "ready")
        await told(colleague, "internal_over", "ready")  # who refuses a colleague stays ready for callers
        await own.wait_ended(10)
        own, theirs, second = await calls(agent, colleague)
        await colleague.ask("call.reject")  # at the desk
        await told(agent, "callee_rejected", "ready")
        await theirs.wait_ended(10)
        own, theirs, third_id = await calls(agent, colleague)
        await agent.ask("call.hangup")
        await told(agent, "dial_cancelled", "ready")
        await told(colleague, "internal_over", "ready")
        await theirs.wait_ended(10)
        await colleague.ask("agent.state", state="break")
        with refused("colleague.away"):
            await agent.ask("call.colleague", to_agent_id=str(colleague.agent_id))
        await colleague.ready()
        own, theirs, fourth = await calls(agent, colleague)
        await colleague.ask("agent.sign_out")
        await told(agent, "callee_unreachable", "ready")
        await own.wait_ended(10)
    found = [await house.outcome(each) for each in (first, second, third_id, fourth)]
    assert found == ["callee_rejected", "callee_rejected", "dial_cancelled", "callee_unreachable"]
    assert await house.unexplained() == []


async def test_it_is_recorded_when_the_operator_says_so(house: House) -> None:
    async with (
        recording(house),
        house.on_duty("plain") as agent,
        house.on_duty("plain") as colleague,
    ):
        own, theirs, contact_id = await calls(agent, colleague)
        await theirs.answer()
        await agent.in_state("talking")
        assert agent.view["contact"]["recorded"] and colleague.view["contact"]["recorded"]
        await both_heard(house, theirs, own)
        await theirs.hangup()
        await agent.in_state("ready")
    assert await house.outcome(contact_id) == "served"
    facts = await house.facts(contact_id)
    assert right_tones(await recorded_whole(house, facts))
    assert set(spans(facts)) == {"agent"}
    assert await house.unexplained() == []


async def hands_over(agent: Agent, third: Agent) -> None:
    """From an internal call."""
    await agent.ask("call.transfer", to="agent", to_agent_id=str(third.agent_id), reason="other", note="请接")


async def test_either_hands_the_other_over_and_nobody_is_ever_dropped(house: House) -> None:
    """Two talk on record. Who is called hands who calls over to a third, who refuses, is left by a core that
    dies, and answers; then who calls hands that one over to who was called first."""
    async with (
        recording(house),
        house.on_duty("plain") as agent,
        house.on_duty("plain") as colleague,
        house.on_duty("plain", ready=False) as third,
    ):
        own, theirs, contact_id = await calls(agent, colleague)
        await theirs.answer()
        await both_heard(house, theirs, own)
        named = [row["agent_id"] for row in (await colleague.ask("snapshot.targets"))["agents"]]
        assert str(third.agent_id) in named
        assert not {str(agent.agent_id), str(colleague.agent_id)} & set(named)
        with refused("colleague.busy"):
            await hands_over(colleague, agent)
        with refused("call.internal"):
            await colleague.ask("call.transfer", to="external", number="13500000000", reason="other", note="")
        await hands_over(colleague, third)
        ring = await third.phone.next_call(10)
        await ring.reject()
        await colleague.until(
            lambda view: (view["contact"]["returned"] or {}).get("how") == "rejected", "is told: rejected"
        )
        assert agent.view["contact"]["returned"] is None
        await both_heard(house, theirs, own)

        await hands_over(colleague, third)
        ring = await third.phone.next_call(10)
        await ring.ring()
        await third.in_state("ringing")
        card = third.view["contact"]
        assert (card["direction"], card["caller"], card["customer_name"]) == (
            "internal", agent.view["agent_no"], agent.view["name"],
        )  # fmt: skip
        assert card["handed_over"]["from_name"] == colleague.view["name"]
        assert card["handed_over"]["note"] == "请接"
        assert colleague.view["contact"]["second"]["name"] == third.view["name"]
        with refused("call.handing_over"):
            await colleague.ask("call.hangup")
        await house.stop_core(9)
        await house.start_core()
        await both_heard(house, theirs, own)
        await ring.answer()
        await theirs.wait_ended(10)
        await third.in_state("talking", 15)
        await colleague.in_state("ready")
        assert agent.view["contact"]["caller"] == third.view["agent_no"]
        await both_heard(house, ring, own)

        await house.stop_core(9)
        await house.start_core()
        await third.in_state("talking", 15)
        await agent.ask("call.hold")
        await agent.in_state("held")
        await hands_over(agent, colleague)
        again = await colleague.picks_up()
        await own.wait_ended(10)
        await colleague.in_state("talking")
        await agent.in_state("ready")
        await both_heard(house, ring, again)
        await third.ask("call.hangup")
        await again.wait_ended(10)
        await ring.wait_ended(10)
        await colleague.in_state("ready")
        await third.in_state("not_ready")
        ids = [str(each.agent_id) for each in (agent, colleague, third)]
    assert await house.outcome(contact_id) == "served"
    facts = await house.facts(contact_id)
    assert values(facts, "transfer.ended", "how") == ["rejected", "completed", "completed"]
    left = [row["data"].get("transferred", False) for row in facts if row["kind"] == "contact.disconnected"]
    assert left == [True, False]
    assert kinds(facts).count("internal.passed") == 1 and "offer.made" not in kinds(facts)
    stopped = next(row["data"] for row in facts if row["kind"] == "recording.stopped")
    who = [(span.get("agent_id"), span.get("other_id")) for span in stopped["spans"]]
    assert [pair for pair in who if pair[1]] == [(ids[0], ids[1]), (ids[0], ids[2]), (ids[1], ids[2])]
    assert kinds(facts).count("recording.started") == 1
    assert right_tones(await recorded_whole(house, facts))
    assert await house.unexplained() == []
    code, said = await house.ledger()
    assert code == 0, said
    assert "core_fault" not in house.core_said()


async def test_it_outlives_the_core(house: House) -> None:
    """One core dies while it rings, the next while they talk, one on hold; then who called hangs up."""
    async with house.on_duty("plain") as agent, house.on_duty("plain") as colleague:
        own, theirs, contact_id = await calls(agent, colleague)
        await house.stop_core(9)
        await house.start_core()
        await theirs.answer()
        await agent.in_state("talking", 15)
        await both_heard(house, theirs, own)
        await house.stop_core(9)
        await house.start_core()
        await both_heard(house, theirs, own)
        await colleague.ask("call.hold")
        await house.stop_core(9)
        await house.start_core()
        await colleague.in_state("held")
        await colleague.ask("call.retrieve")
        await theirs.wait_tone(AGENT_HZ, 10)
        await own.wait_tone(CALLER_HZ, 10)
        await own.hangup()
        await theirs.wait_ended(10)
        await agent.in_state("ready")
        await colleague.in_state("ready")
    assert await house.outcome(contact_id) == "served"
    assert await house.unexplained() == []
    code, said = await house.ledger()
    assert code == 0, said
