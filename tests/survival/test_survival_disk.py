"""The recordings' volume runs full: calls go on, an alarm is raised, the journal says what is missing."""

import os
from pathlib import Path

import numpy as np
import pytest
from call_checks import AGENT_HZ, CALLER_HZ, both_heard, ending, lasting, placed, recorded_whole, right_tones
from call_house import House

from andon.telephony.recording import raw_files
from andon.telephony.tones import RATE

pytestmark = pytest.mark.survival

WRITTEN = 60_000  # bytes: beyond three seconds


def fill(volume: Path) -> Path:
    """Take all the room there is."""
    ballast = volume / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(os.urandom(4096))
        except OSError:
            return ballast


async def alarm(house: House, kind: str, seconds: float = 20) -> None:
    async def told() -> bool:
        found = [row for row in await house.facts(kind=kind) if row["data"]["code"] == "disk_full"]
        return bool(found)

    await house.until(told, seconds, kind)


async def test_recording_volume_full(house: House) -> None:
    volume = house.settings.folder("spool", "recordings")
    async with house.on_duty("held") as agent:
        call, own = await placed(house, house.world.numbers["held"])
        phone = await agent.picks_up()
        await agent.in_state("talking")
        await both_heard(house, call, phone)
        contact_id = await house.contact_of(own)
        started = await house.fact(contact_id, "recording.started")
        rx, _ = raw_files(volume, started["recording_id"])
        await house.until(lambda: rx.stat().st_size > WRITTEN, 20, "the engine has written some of it")
        ballast = fill(volume)
        try:
            await alarm(house, "alarm.raised")
            mark = len(call.heard())
            await house.until(lambda: len(call.heard()) > mark + 3 * RATE, 20, "three seconds more")
            assert lasting(np.array(call.heard(1.0)), AGENT_HZ)
            assert lasting(np.array(phone.heard(1.0)), CALLER_HZ)
            await call.hangup()
            await ending(house, own, "served", "caller")
            await agent.in_state("acw")
            await agent.ask("wrap.done")
            missing = await house.fact(contact_id, "recording.incomplete", 60)
            assert missing["missing_ms"] > 1000 and missing["why"] == "disk_full"
            # a new call is taken all the same
            second, second_own = await placed(house, house.world.numbers["held"])
            phone = await agent.picks_up()
            await agent.in_state("talking")
            await both_heard(house, second, phone)
            await second.hangup()
            await ending(house, second_own, "served", "caller")
        finally:
            ballast.unlink()
        await alarm(house, "alarm.cleared")
        await agent.ask("wrap.done")
        third, third_own = await placed(house, house.world.numbers["held"])
        phone = await agent.picks_up()
        await agent.in_state("talking")
        await both_heard(house, third, phone)
        await third.hangup()
        facts = await ending(house, third_own, "served", "caller")
        assert right_tones(await recorded_whole(house, facts))
    assert "core_fault" not in house.core_said()
    status, said = await house.ledger()
    assert status == 0, said
