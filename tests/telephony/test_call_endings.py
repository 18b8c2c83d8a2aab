"""Every ending that needs no agent, several calls at once, judged by journal and recording."""

import asyncio
import itertools
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from call_house import House
from call_world import CLOSED, MENU, NO_FLOW

from andon.telephony.tones import RATE, tone_level
from town.carrier import Call

pytestmark = pytest.mark.telephony

_numbers = itertools.count(13700000000)


def caller() -> str:
    """A number nobody else calls from."""
    return str(next(_numbers))


def sides(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Left and right of a stored recording, -1 to 1."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE)
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2) / 32768
    return both[:, 0], both[:, 1]


async def placed(house: House, number: str, **how: Any) -> tuple[Call, str]:
    own = caller()
    call = await house.carrier.call(number, own, **how)
    return call, own


async def ending(house: House, own: str, outcome: str, by: str, *, seconds: float = 15) -> list[Any]:
    """The contact ended so; returns its facts."""
    contact_id = await house.contact_of(own)
    data = await house.fact(contact_id, "contact.ended", seconds)
    assert (data["outcome"], data["by"]) == (outcome, by), data
    return await house.facts(contact_id)


def spans(facts: list[Any]) -> list[str]:
    stopped = next(row["data"] for row in facts if row["kind"] == "recording.stopped")
    assert sum(span["to_ms"] - span["from_ms"] for span in stopped["spans"]) == stopped["total_ms"]
    return [span["leg"] for span in stopped["spans"]]


async def recorded_whole(house: House, facts: list[Any]) -> Path:
    """The recording is stored, as long as the core measured within 100 ms."""
    contact_id = facts[0]["contact_id"]
    path = await house.stored(contact_id)
    stored = await house.fact(contact_id, "recording.stored")
    stopped = await house.fact(contact_id, "recording.stopped")
    assert abs(stored["audio_ms"] - stopped["total_ms"]) <= 100
    return path


async def abandoned_flow(house: House) -> None:
    call, own = await placed(house, MENU)
    await call.wait_sound(5)
    await call.tone(440, 3)
    await asyncio.sleep(0.6)  # what the caller says is recorded for as long as that
    await call.hangup()
    facts = await ending(house, own, "abandoned_flow", "caller")
    left, _ = sides(await recorded_whole(house, facts))
    assert spans(facts) == ["flow"]
    assert tone_level(list(left), 440) > -30


async def silence(house: House) -> None:
    call, own = await placed(house, MENU)
    await call.wait_ended(20)
    facts = await ending(house, own, "silence", "system")
    assert [row["data"]["keys"] for row in facts if row["kind"] == "flow.key"] == ["", "", ""]
    _, right = sides(await recorded_whole(house, facts))
    assert np.abs(right).max() > 0.01  # the prompts the caller heard


async def invalid_keys(house: House, keys: str) -> None:
    call, own = await placed(house, MENU, keys=keys)
    await call.wait_answered(5)
    contact_id = await house.contact_of(own)
    for n in range(3):
        await call.keys("7")
        await house.fact(contact_id, "flow.key", n=n + 1)
    await call.wait_ended(10)
    facts = await ending(house, own, "invalid_keys", "system")
    assert [row["data"]["keys"] for row in facts if row["kind"] == "flow.key"] == ["7", "7", "7"]
    await recorded_whole(house, facts)


async def nobody_signed_in(house: House) -> None:
    call, own = await placed(house, house.world.numbers["empty"])
    await call.wait_ended(10)
    facts = await ending(house, own, "nobody_signed_in", "system")
    assert [row["data"]["how"] for row in facts if row["kind"] == "contact.dequeued"] == ["nobody_signed_in"]


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
    left, _ = sides(await recorded_whole(house, facts))
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


async def strange_caller(house: House, raw: str, clean: str) -> None:
    before = {row["contact_id"] for row in await house.facts(kind="contact.arrived")}
    call = await house.carrier.call(house.world.numbers["empty"], raw)
    await call.wait_ended(15)

    async def mine() -> Any:
        return next(
            (
                row["data"]
                for row in await house.facts(kind="contact.arrived")
                if row["contact_id"] not in before and row["data"]["caller_raw"] == raw[:80]
            ),
            None,
        )

    data = await house.until(mine, 5, f"contact of {raw!r}")
    assert data["caller"] == clean


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
        strange_caller(house, "1" * 200, ""),
        strange_caller(house, "wang-laowu", ""),
        strange_caller(house, "+8613800138000", "+8613800138000"),
        strange_caller(house, "anonymous", ""),
        strange_caller(house, "王女士☎", ""),
    )
    assert await house.unexplained() == []
