"""Card data at a real call: on no recording, overheard by no supervisor, in no journal, however it ends."""

import itertools
from functools import partial

import pytest
from call_checks import (
    AGENT_HZ,
    BLOCK,
    CALLER_HZ,
    ending,
    hears_music,
    lasting,
    recorded_whole,
    spans,
    values,
)
from call_house import House
from test_call_supervised import (
    UNHEARD_DBFS,
    among,
    hear_each_other,
    supervising,
    talk,
    who_hears,
)

from andon.kit.errors import AndonError
from andon.telephony.tones import level, tone_level
from town.carrier import Call

pytestmark = pytest.mark.telephony

CARD_HZ = 2300


def _hears_not(ear: Call, hertz: float) -> bool:
    return tone_level(ear.heard(0.6), hertz) < UNHEARD_DBFS


async def says(call: Call, hertz: float) -> None:
    """This tone, instead of the one before."""
    await call.be_quiet()
    await call.tone(hertz, 60)


async def test_card_data_is_recorded_nowhere_and_overheard_by_nobody(house: House) -> None:
    async with house.on_duty("plain") as agent, supervising(house) as supervisor:
        call, own, phone = await talk(house, agent, "plain")
        ear = await supervisor.goes_to(agent, "listen")
        ears = {"caller": call, "agent": phone, "supervisor": ear}
        await hear_each_other(house, ears, who_hears("listen"))
        await agent.ask("call.card", on=True, source="button")
        await agent.until(lambda view: view["contact"]["card"]["source"] == "button", "takes card data")
        await ear.wait_quiet(8)
        await says(call, CARD_HZ)
        await among(house, phone, CARD_HZ)
        await call.be_quiet()  # a key waits for the end of what its telephone plays
        await call.keys("4111")
        await house.until(lambda: len(phone.received_keys) == 4, 20, "the keys are pressed")
        await says(call, CALLER_HZ)
        await among(house, phone, CALLER_HZ)
        await house.until(partial(_hears_not, phone, CARD_HZ), 8, "the card is said")
        assert _hears_not(ear, CARD_HZ) and _hears_not(ear, AGENT_HZ)
        # no field began it
        shown = await agent.ask("call.card", on=False, source="field")
        assert shown["view"]["contact"]["card"] is not None
        shown = await agent.ask("call.card", on=False, source="button")
        assert shown["view"]["contact"]["card"] is None
        await hear_each_other(house, ears, who_hears("listen"))

        await supervisor.ask("monitor", agent_id=str(agent.agent_id), mode="barge_in")
        await hear_each_other(house, ears, who_hears("barge_in"))
        await agent.ask("call.card", on=True, source="field")
        alone = {"caller": {"agent"}, "agent": {"caller"}, "supervisor": set[str]()}
        await hear_each_other(house, ears, alone)
        await says(call, CARD_HZ)
        await among(house, phone, CARD_HZ)
        await call.hangup()  # in the middle of it
        await ear.wait_ended(8)
        await agent.in_state("acw")
        with pytest.raises(AndonError, match="call"):
            await agent.ask("call.card", on=True)
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "card.began", "source") == ["button", "field"]
    assert values(facts, "card.ended", "how") == ["resumed", "call_over"]
    assert values(facts, "card.ended", "keys") == [4, 0]
    assert "4111" not in str([row["data"] for row in facts])
    assert [leg for leg in spans(facts) if leg in {"agent", "card"}] == ["agent", "card", "agent", "card"]
    assert values(facts, "monitor.mode", "mode") == ["barge_in"]  # put away and back is no change
    left, right = await recorded_whole(house, facts)
    assert lasting(left, CALLER_HZ) and lasting(right, AGENT_HZ)
    for side, start in itertools.product((left, right), range(0, len(left) - BLOCK, BLOCK)):
        assert tone_level(list(side[start : start + BLOCK]), CARD_HZ) < UNHEARD_DBFS
    stopped = next(row["data"] for row in facts if row["kind"] == "recording.stopped")
    for span in stopped["spans"]:
        if span["leg"] == "card":
            assert not left[span["from_ms"] * 8 : span["to_ms"] * 8].any()
            assert not right[span["from_ms"] * 8 : span["to_ms"] * 8].any()
    assert await house.unexplained() == []


async def test_what_the_caller_keys_alone_reaches_no_telephone(house: House) -> None:
    """Neither a tone nor an event of a key is at the agent's, until `#`, the agent or the limit ends it."""
    async with house.on_duty("plain") as agent:
        call, own, phone = await talk(house, agent, "plain")
        ears = {"caller": call, "agent": phone}
        together = {"caller": {"agent"}, "agent": {"caller"}}
        await hear_each_other(house, ears, together)
        await agent.ask("call.card", on=True, alone=True)
        await agent.until(lambda view: view["contact"]["card"]["alone"], "leaves the caller alone")
        await agent.in_state("held")
        await hears_music(house, call)  # after what says what to key: test_call_prompts
        await phone.wait_quiet(8)
        await call.be_quiet()
        await call.keys("4111222")
        await agent.until(lambda view: view["contact"]["card"]["keys"] == 7, "sees how many")
        await call.keys("#")
        await agent.in_state("talking")
        assert agent.view["contact"]["card"] is None
        assert phone.received_keys == []
        assert level(phone.heard(1.0)) < UNHEARD_DBFS
        await says(call, CALLER_HZ)
        await hear_each_other(house, ears, together)
        await call.be_quiet()
        await call.keys("5")  # and a key in the conversation does
        await house.until(lambda: phone.received_keys == ["5"], 8, "the key")
        await agent.ask("call.card", on=True, alone=True)
        await agent.in_state("held")
        await agent.ask("call.card", on=False)  # the agent does not wait for it
        await agent.in_state("talking")
        await says(call, CALLER_HZ)
        await hear_each_other(house, ears, together)
        await call.hangup()
        await agent.in_state("acw")
    facts = await ending(house, own, "served", "caller")
    assert values(facts, "card.ended", "how") == ["collected", "resumed"]
    assert values(facts, "card.ended", "keys") == [7, 0]
    assert values(facts, "contact.held", "why") == ["card", "card"]
    assert await house.unexplained() == []
