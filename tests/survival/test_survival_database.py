"""The database is restarted under live calls: they go on, and what happens meanwhile is in the books."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

import numpy as np
import psycopg
import pytest
from call_checks import AGENT_HZ, CALLER_HZ, both_heard, ending, lasting, placed, right_tones, sides
from call_house import House

from andon.telephony.tones import RATE
from town.carrier import Call

pytestmark = pytest.mark.survival

TALKS = 5


async def test_database_restarted_under_load(house: House) -> None:
    async with AsyncExitStack() as stack:
        agents = [await stack.enter_async_context(house.on_duty("plain")) for _ in range(TALKS)]
        talks = []
        for agent in agents:
            call, own = await placed(house, house.world.numbers["plain"])
            phone = await agent.picks_up()
            talks.append((call, own, phone))
        await asyncio.gather(*(both_heard(house, call, phone) for call, _, phone in talks))
        waiting, waiting_own = await placed(house, house.world.numbers["plain"])
        await house.fact(await house.contact_of(waiting_own), "contact.queued")

        await asyncio.to_thread(house.database.stop)
        marks = [len(call.heard()) for call, _, _ in talks]
        for (call, _, _), mark in zip(talks, marks, strict=True):
            longer = partial(_longer, call, mark + 2 * RATE)
            await house.until(longer, 20, "two seconds more of every call")
        for call, _, phone in talks:
            assert call.live and phone.live
            assert lasting(np.array(call.heard(1.0)), AGENT_HZ)
            assert lasting(np.array(phone.heard(1.0)), CALLER_HZ)
        # what happens while it is away: a caller hangs up, the one who waited is served, a new one calls
        await talks[0][0].hangup()
        await talks[0][2].wait_ended(10)
        call = await agents[0].phone.next_call(20)
        await call.answer()
        new, new_own = await placed(house, house.world.numbers["empty"])
        await new.wait_sound(10)
        await new.wait_ended(20)
        await asyncio.to_thread(house.database.start)

        contact_id = await house.until(lambda: _contact(house, talks[0][1]), 30, "facts arrive")
        ended = await house.fact(contact_id, "contact.ended", 30)
        assert (ended["outcome"], ended["by"]) == ("served", "caller")
        await ending(house, new_own, "nobody_signed_in", "system", seconds=30)
        await house.fact(await house.contact_of(waiting_own), "contact.connected", 30)
        for call, _, phone in talks[1:]:
            assert call.live and phone.live
            await call.hangup()
        await waiting.hangup()
        for own in [own for _, own, _ in talks] + [waiting_own]:
            facts = await ending(house, own, "served", "caller", seconds=30)
            recording = sides(await house.stored(facts[0]["contact_id"], 60))
            assert own == waiting_own or right_tones(recording)
        for agent in agents:
            await agent.until(lambda view: view["state"] in {"acw", "ready"}, "is free again", 30)
    assert "core_fault" not in house.core_said()
    status, said = await house.ledger()
    assert status == 0, said


def _longer(call: Call, samples: int) -> bool:
    return len(call.heard()) > samples


async def _contact(house: House, own: str) -> object:
    """The contact of a caller, None while the database is not there."""
    try:
        return await house.contact_of(own)
    except (psycopg.OperationalError, TimeoutError):
        return None
