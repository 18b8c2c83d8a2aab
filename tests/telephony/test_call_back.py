"""Callers who keep their place and hang up are called back, over real SIP."""

import pytest
from call_checks import (
    CALLER_HZ,
    awake,
    both_heard,
    ending,
    kinds,
    placed,
    recorded_whole,
    right_tones,
    spans,
    states,
    values,
)
from call_house import House

from andon.kit.errors import AndonError

pytestmark = pytest.mark.telephony


async def kept(house: House) -> tuple[str, str]:
    """A caller who waits, presses the key and is let go: number and contact."""
    call, own = await placed(house, house.world.numbers["back"])
    contact_id = await house.contact_of(own)
    await house.fact(contact_id, "contact.queued")
    await call.keys("2")
    await call.wait_ended(15)
    assert await house.outcome(contact_id) == "callback_kept"
    return own, str(contact_id)


async def test_who_keeps_the_place_is_called_back_and_talks(house: House) -> None:
    """Before who came later; recorded, with the survey, as the first call would have been."""
    async with house.on_duty("back", ready=False) as agent:
        own, first = await kept(house)
        telephone = house.carrier.subscriber(own)
        later, later_own = await placed(house, house.world.numbers["back"])
        await house.fact(await house.contact_of(later_own), "contact.queued")
        await house.until(lambda: awake(house), 15, "the customer may be called")
        await agent.ready()
        phone = await agent.picks_up(15)
        await phone.wait_tone(450, 10)  # the agent hears that it rings
        call = await telephone.next_call(10)
        assert agent.view["contact"]["caller"] == own and agent.view["state"] == "ringing"
        assert call.caller.endswith(house.world.numbers["back"])
        await call.ring()
        await call.answer()
        await agent.in_state("talking")
        await both_heard(house, call, phone)
        returned = agent.view["contact"]["contact_id"]
        await call.be_quiet()
        await agent.ask("call.hangup")
        await house.fact(returned, "survey.asked")
        await call.keys("5")
        await call.wait_ended(15)
        await agent.ask("wrap.done")
        phone = await agent.picks_up(15)  # now who came later
        await agent.in_state("talking")
        assert agent.view["contact"]["caller"] == later_own
        await later.hangup()
        await agent.in_state("acw")
        agent_id = agent.agent_id
    facts = await house.facts(returned)
    assert values(facts, "contact.arrived", "callback_of") == [first]
    assert values(facts, "contact.ended", "outcome") == ["served"]
    assert values(facts, "survey.answered", "score") == [5]
    assert "contact.queued" not in kinds(facts)
    assert right_tones(await recorded_whole(house, facts))
    assert spans(facts) == ["agent", "survey"] or spans(facts) == ["queue", "agent", "survey"]
    over = await house.fact(first, "callback.ended")
    assert (over["how"], over["attempts"], over["returned_id"]) == ("served", 1, returned)
    await ending(house, later_own, "served", "caller")
    assert (await states(house, agent_id))[:4] == ["not_ready", "ready", "ringing", "talking"]
    assert await house.unexplained() == []


async def test_a_customer_who_is_busy_is_called_again_and_the_agent_is_free(house: House) -> None:
    async with house.on_duty("back", ready=False) as agent:
        own, first = await kept(house)
        telephone = house.carrier.subscriber(own)
        await agent.ready()
        await agent.picks_up(20)
        call = await telephone.next_call(10)
        await call.busy()
        await agent.in_state("ready")
        missed = await house.fact(first, "callback.postponed")
        assert missed["attempt"] == 1
        assert await house.outcome(missed["returned_id"]) == "callback_missed"
        agent_id = agent.agent_id
    assert await states(house, agent_id) == ["not_ready", "ready", "ringing", "ready", "offline"]
    offers = values(await house.facts(missed["returned_id"]), "offer.ended", "how")
    assert offers == ["customer_away"]
    # A supervisor gives it up: nobody calls again.
    places = (await house.ask("supervise.callbacks", agent_id))["places"]
    assert places[first] == {"stands": "asleep", "position": None}
    await house.ask("supervise.cancel_callback", agent_id, contact_id=first)
    over = await house.fact(first, "callback.ended")
    assert (over["how"], over["attempts"], over["by_id"]) == ("cancelled", 1, str(agent_id))
    with pytest.raises(AndonError, match=r"callback\.over"):
        await house.ask("supervise.cancel_callback", agent_id, contact_id=first)
    assert await house.unexplained() == []


async def test_kept_places_outlive_the_core(house: House) -> None:
    """One core stops in order, another is killed while the customer's telephone rings: the next calls."""
    async with house.on_duty("back", ready=False):
        own, first = await kept(house)
    telephone = house.carrier.subscriber(own)
    await house.stop_core()
    await house.start_core()
    async with house.on_duty("back") as agent:
        await agent.picks_up(25)
        call = await telephone.next_call(10)
        await call.ring()
        await house.stop_core(9)
        await house.start_core()
        await call.answer()
        await agent.in_state("talking", 15)
        await call.tone(CALLER_HZ, 30)
        await call.hangup()
        await agent.in_state("acw")
    over = await house.fact(first, "callback.ended", 20)
    assert (over["how"], over["attempts"]) == ("served", 1)
    assert await house.unexplained() == []
    code, said = await house.ledger()
    assert code == 0, said
