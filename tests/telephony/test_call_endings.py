"""Every ending that needs no agent, several calls at once, judged by journal and recording."""

import asyncio
from typing import Any

import numpy as np
import pytest
from call_checks import ending, placed, recorded_whole, spans, values
from call_house import House
from call_world import CLOSED, MENU, NO_FLOW

from andon.telephony.tones import tone_level
from harness.sip import Line

pytestmark = pytest.mark.telephony


async def abandoned_flow(house: House) -> None:
    call, own = await placed(house, MENU)
    await call.wait_sound(5)
    await call.tone(440, 3)
    await asyncio.sleep(0.6)  # what the caller says is recorded for as long as that
    await call.hangup()
    facts = await ending(house, own, "abandoned_flow", "caller")
    left, _ = await recorded_whole(house, facts)
    assert spans(facts) == ["flow"]
    assert tone_level(list(left), 440) > -30


async def silence(house: House) -> None:
    call, own = await placed(house, MENU)
    await call.wait_ended(20)
    facts = await ending(house, own, "silence", "system")
    assert values(facts, "flow.key", "keys") == ["", "", ""]
    _, right = await recorded_whole(house, facts)
    assert np.abs(right).max() > 0.01  # the prompts the caller heard


async def invalid_keys(house: House, keys: str) -> None:
    call, own = await placed(house, MENU, keys=keys)
    await call.wait_answered(5)
    contact_id = await house.contact_of(own)
    # start, notice, menu: a key pressed in the notice, which cannot be skipped, would not count
    await house.fact(contact_id, "flow.node", n=3)
    for n in range(3):
        await call.keys("7")
        await house.fact(contact_id, "flow.key", n=n + 1)
    await call.wait_ended(10)
    facts = await ending(house, own, "invalid_keys", "system")
    assert values(facts, "flow.key", "keys") == ["7", "7", "7"]
    await recorded_whole(house, facts)


async def nobody_signed_in(house: House) -> None:
    call, own = await placed(house, house.world.numbers["empty"])
    await call.wait_ended(10)
    facts = await ending(house, own, "nobody_signed_in", "system")
    assert values(facts, "contact.dequeued", "how") == ["nobody_signed_in"]


async def out_of_hours_hung_up(house: House) -> None:
    call, own = await placed(house, CLOSED)
    await call.wait_sound(5)
    await call.hangup()
    await ending(house, own, "out_of_hours", "caller")


async def voicemail(house: House, *, ends_by_key: bool) -> None:
    call, own = await placed(house, CLOSED)
    contact_id = await house.contact_of(own)
    await house.fact(contact_id, "recording.started")  # the message begins
    said = await call.tone(700, 2.5)
    await call.wait_said(said, 6)
    if ends_by_key:
        await call.keys("#")
        await call.wait_ended(10)
    else:
        await call.hangup()
    facts = await ending(house, own, "voicemail", "system" if ends_by_key else "caller")
    left_ms = next(row["data"]["voicemail_ms"] for row in facts if row["kind"] == "voicemail.left")
    assert 2000 < left_ms < 6000
    left, _ = await recorded_whole(house, facts)
    assert spans(facts)[0] == "voicemail"
    assert tone_level(list(left), 700) > -30


async def silent_voicemail(house: House) -> None:
    call, own = await placed(house, CLOSED)
    await call.wait_ended(20)
    contact_id = await house.contact_of(own)
    data = await house.fact(contact_id, "contact.ended")
    assert data["outcome"] in {"out_of_hours", "voicemail"}  # line noise may count as a message


async def unknown_number(house: House, number: str) -> None:
    call, own = await placed(house, number)
    await call.wait_sound(5)
    ended = await call.wait_ended(20)
    assert ended.cause in {1, 16}
    facts = await ending(house, own, "unknown_number", "system")
    assert facts[0]["data"]["dnis"] == number


async def media_lost(house: House) -> None:
    call, own = await placed(house, MENU, rtp=False)
    await call.wait_ended(15)
    await ending(house, own, "media_lost", "system")


async def strange_caller(house: House, user: str, raw: str, clean: str, *, name: str = "") -> None:
    """`user` stands before the @ of the caller's address, as `raw` in the journal; the call is served."""
    number = house.world.numbers["empty"]
    line = Line(house.settings.ports().sip)
    async with line:
        assert await line.invite(number, user, name=name) == 200
        await asyncio.wait_for(line.over.wait(), 20)

    async def mine() -> Any:
        found = await house.facts(kind="contact.arrived")
        return next(
            (row for row in found if row["data"]["channel_id"] and row["data"]["caller_raw"] == raw), None
        )

    row = await house.until(mine, 15, f"contact of {raw!r}")
    assert row["data"]["caller"] == clean
    assert await house.outcome(row["contact_id"]) == "nobody_signed_in"


async def test_endings_without_an_agent(house: House) -> None:
    await asyncio.gather(
        abandoned_flow(house),
        silence(house),
        invalid_keys(house, "rfc4733"),
        invalid_keys(house, "info"),
        nobody_signed_in(house),
        out_of_hours_hung_up(house),
        voicemail(house, ends_by_key=True),
        voicemail(house, ends_by_key=False),
        silent_voicemail(house),
        unknown_number(house, "4008009999"),
        unknown_number(house, NO_FLOW),
        media_lost(house),
    )
    assert await house.unexplained() == []


async def test_strange_caller_ids(house: House) -> None:
    await asyncio.gather(
        strange_caller(house, "1" * 200, "1" * 79, ""),  # so many the engine keeps
        strange_caller(house, "wang-laowu", "wang-laowu", ""),
        strange_caller(house, "%2B8613800138000", "+8613800138000", "+8613800138000"),
        strange_caller(house, "anonymous", "anonymous", ""),
        strange_caller(house, "%E7%8E%8B%E5%A5%B3%E5%A3%AB%E2%98%8E", "王女士☎", ""),
        strange_caller(house, "1380013%F0%9F%98%808001", "1380013😀8001", "", name="👩‍💼 王女士"),
        strange_caller(house, "", "", ""),
    )
    assert await house.unexplained() == []
