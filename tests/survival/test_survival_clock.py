"""The machine's clock is set forward by an hour and back again, under a live call."""

from functools import partial

import numpy as np
import pytest
from call_checks import AGENT_HZ, CALLER_HZ, both_heard, ending, lasting, placed, right_tones, sides, values
from call_house import House

from andon.telephony.tones import RATE
from harness.clock import MovedClock
from town.carrier import Call

pytestmark = pytest.mark.survival

HOUR_S = 3600


async def stepped(house: House, clock: MovedClock, to_s: int, by_ms: int) -> None:
    """Set the clock and wait until the core has noticed."""
    before = len(await house.facts(kind="clock.stepped"))
    clock.move(to_s)

    async def noticed() -> object:
        found = await house.facts(kind="clock.stepped")
        return found[before]["data"] if len(found) > before else None

    data = await house.until(noticed, 15, "the step is noticed")
    assert abs(data["by_ms"] - by_ms) < 1500


async def test_clock_moved_by_an_hour_and_back(house: House, clock: MovedClock) -> None:
    """One call lives through the hour forward, a second through the hour back."""
    for to_s, by_ms in ((HOUR_S, HOUR_S * 1000), (0, -HOUR_S * 1000)):
        async with house.on_duty("mute") as agent:
            call, own = await placed(house, house.world.numbers["mute"])
            phone = await agent.picks_up()
            await agent.in_state("talking")
            await both_heard(house, call, phone)
            mark = len(call.heard())
            await house.until(partial(_longer, call, mark + 3 * RATE), 20, "three seconds more")
            await stepped(house, clock, to_s, by_ms)
            mark = len(call.heard())
            await house.until(partial(_longer, call, mark + 4 * RATE), 20, "four seconds more")
            assert call.live and phone.live
            assert lasting(np.array(call.heard(1.0)), AGENT_HZ)
            assert lasting(np.array(phone.heard(1.0)), CALLER_HZ)
            await call.hangup()
            facts = await ending(house, own, "served", "caller")
            (total_ms,) = values(facts, "contact.ended", "total_ms")
            assert 7000 < total_ms < 120_000  # an hour more or less would show
            assert right_tones(sides(await house.stored(facts[0]["contact_id"], 60)))
            await agent.in_state("acw")
    after, after_own = await placed(house, house.world.numbers["empty"])
    await after.wait_ended(20)
    await ending(house, after_own, "nobody_signed_in", "system")
    assert "core_fault" not in house.core_said()
    # the engine reads the clock that was moved: its record of both calls is an hour off, and explained
    status, said = await house.ledger()
    assert status == 0, said


def _longer(call: Call, samples: int) -> bool:
    return len(call.heard()) > samples
