"""What carriers, strangers and bad luck throw at a whole centre: each call has its outcome, others go on."""

import asyncio
import itertools
import random
import socket
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from call_checks import (
    CALLER_HZ,
    both_heard,
    caller,
    ending,
    hears_music,
    lasting,
    placed,
    recorded_whole,
    right_tones,
    spans,
    values,
)
from call_house import House
from call_world import MENU

from andon.telephony.tones import RATE
from harness.sip import GOOD_SDP, Line, Script, dialogue
from town.carrier import write_tone

pytestmark = pytest.mark.telephony

FLOOD = Path(__file__).parents[1] / "harness" / "flood_served.xml"
BROKEN_SDP = {
    "cut off": "v=0\r\n",
    "no description": "this is not a session description",
    "impossible port": GOOD_SDP.replace("40000", "99999"),
    "no codec of ours": GOOD_SDP.replace("AVP 8", "AVP 3 18"),
    "video only": GOOD_SDP.replace("m=audio", "m=video"),
}


async def all_ended(house: House, seconds: float = 30) -> None:
    """Wait until no contact is open; none has two outcomes."""

    async def none_open() -> bool:
        arrived = [row["contact_id"] for row in await house.facts(kind="contact.arrived")]
        ended = [row["contact_id"] for row in await house.facts(kind="contact.ended")]
        assert len(ended) == len(set(ended))
        return set(arrived) == set(ended)

    await house.until(none_open, seconds, "every contact has an outcome")


async def healthy(house: House) -> None:
    """The centre takes and ends a call as always, no fault of ours was logged, the books balance."""
    call, own = await placed(house, house.world.numbers["empty"])
    await call.wait_ended(15)
    await ending(house, own, "nobody_signed_in", "system")
    await all_ended(house)
    health = await house.bus.request("core.command", {"verb": "health"})
    assert health["ok"] and health["calls"] == 0
    assert "core_fault" not in house.core_said()
    assert await house.unexplained() == []


async def test_malformed_signalling(house: House) -> None:
    """Garbage, and good requests with a few bytes turned: some are calls, and then end as such."""
    port = house.settings.ports().sip
    generator = random.Random(11)
    valid = Script(port, 5999).invite(to=house.world.numbers["empty"])
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as stranger:
        stranger.connect(("127.0.0.1", port))
        for _ in range(200):
            stranger.send(generator.randbytes(generator.randint(1, 1400)))
        for _ in range(200):
            broken = bytearray(valid)
            for _ in range(generator.randint(1, 8)):
                broken[generator.randrange(len(broken))] = generator.randrange(256)
            stranger.send(bytes(broken))
    await healthy(house)


async def test_broken_session_descriptions(house: House) -> None:
    port = house.settings.ports().sip
    answers = await asyncio.gather(*(dialogue(Script(port, 0), sdp=sdp) for sdp in BROKEN_SDP.values()))
    assert all(answer.final_status >= 400 for answer in answers)
    await healthy(house)


async def test_two_hundred_calls_within_a_second(house: House, tmp_path: Path) -> None:
    """A conversation is not harmed, every call of the flood is answered or turned away and has an outcome."""
    async with house.on_duty("plain") as agent:
        call, own = await placed(house, house.world.numbers["plain"])
        phone = await agent.picks_up()
        await agent.in_state("talking")
        await both_heard(house, call, phone)
        before = len(await house.facts(kind="contact.arrived"))
        arguments = ["-sf", str(FLOOD), "-s", house.world.numbers["empty"], "-r", "200", "-m", "200"]
        arguments += ["-l", "200", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin"]
        arguments += ["-timeout", "80s", "-recv_timeout", "60000"]
        sipp = await asyncio.create_subprocess_exec(
            "sipp", f"127.0.0.1:{house.settings.ports().sip}", *arguments,
            cwd=tmp_path, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            env={"TERM": "dumb", "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        assert await asyncio.wait_for(sipp.wait(), 90) == 0
        assert call.live and phone.live
        marks = len(call.heard()), len(phone.heard())
        await house.until(lambda: len(call.heard()) > marks[0] + RATE, 8, "a second more")
        assert lasting(np.array(call.heard(1.0)), 1000) and lasting(np.array(phone.heard(1.0)), CALLER_HZ)
        await call.hangup()
        await agent.in_state("acw", 20)
    await all_ended(house, 60)
    flood = (await house.facts(kind="contact.arrived"))[before:]
    assert 150 <= len(flood) <= 200  # the engine turns a few away when it is behind
    facts = await ending(house, own, "served", "caller")
    assert right_tones(await recorded_whole(house, facts))
    await healthy(house)


async def test_cancel_races_the_answer(house: House) -> None:
    """CANCEL and 200 OK cross on the wire: one outcome each time, whichever wins."""
    generator = random.Random(5)

    async def race(after_s: float) -> None:
        call = await house.carrier.call(house.world.numbers["empty"], caller(), listen=False)
        await asyncio.sleep(after_s)  # the moment is what is tried
        await call.hangup()
        await call.wait_ended(10)

    await asyncio.gather(*(race(generator.uniform(0, 0.08)) for _ in range(30)))
    await healthy(house)


async def test_answer_races_the_callers_end(house: House) -> None:
    """The agent picks up while the caller hangs up: served or abandoned, never both, the agent free again."""
    async with house.on_duty("race") as agent:
        for after_s in itertools.islice(itertools.cycle((0.0, 0.005, 0.015, 0.03)), 8):
            call, own = await placed(house, house.world.numbers["race"], listen=False)
            ringing = await agent.phone.next_call(10)
            await ringing.ring()
            await agent.in_state("ringing")
            answering = asyncio.create_task(ringing.answer())
            await asyncio.sleep(after_s)  # the moment is what is tried
            await call.hangup()
            await asyncio.gather(answering, return_exceptions=True)
            await ringing.wait_ended(10)
            outcome = await house.outcome(await house.contact_of(own))
            assert outcome in {"abandoned_ringing", "served"}
            await agent.in_state("ready", 15)
    await healthy(house)


async def test_the_caller_holds_and_moves_its_media(house: House) -> None:
    """re-INVITEs within a conversation: on hold and back, then from another media port."""
    async with house.on_duty("plain") as agent:
        call, own = await placed(house, house.world.numbers["plain"])
        phone = await agent.picks_up()
        await agent.in_state("talking")
        await both_heard(house, call, phone)
        await call.be_quiet()  # the carrier holds only after what it says is over
        await call.hold()
        await hears_music(house, phone)
        await call.unhold()
        await both_heard(house, call, phone)
        await call.hangup()
        await agent.in_state("acw")
        facts = await ending(house, own, "served", "caller")
        assert right_tones(await recorded_whole(house, facts))
        assert spans(facts) == ["flow", "queue", "agent"]

    number = house.world.numbers["empty"]
    async with Line(house.settings.ports().sip) as first, Line(house.settings.ports().sip) as second:
        own = caller()
        assert await first.invite(number, own) == 200
        assert await first.reinvite(second.sdp) == 200
        assert await first.reinvite("v=0\r\nnonsense") >= 400
        await asyncio.wait_for(first.over.wait(), 15)
        await ending(house, own, "nobody_signed_in", "system")
    await healthy(house)


async def test_keys_as_sound_are_no_keys(house: House) -> None:
    """Only RFC 4733 and SIP INFO count; the two tones of a key within the speech are speech."""
    call, own = await placed(house, MENU)
    contact_id = await house.contact_of(own)
    await house.fact(contact_id, "flow.node", n=3)
    sound = house.settings.home / "seven.wav"
    write_tone(sound, 852, 20)
    await call.say(sound)
    await call.wait_ended(30)
    facts = await ending(house, own, "silence", "system")
    assert values(facts, "flow.key", "keys") == ["", "", ""]
    left, _ = await recorded_whole(house, facts)
    assert lasting(left, 852)
    assert await house.unexplained() == []


async def test_a_trunk_with_all_lines_in_use(house: House) -> None:
    """A carrier has one line: the second call gets 503, so that it may go elsewhere, and an outcome."""
    port, number = house.settings.ports().sip, house.world.numbers["empty"]
    async with house.on_duty("wait", ready=False):
        waits = house.world.numbers["wait"]
        async with (
            Line(port, local="127.0.0.2") as first,
            Line(port, local="127.0.0.2") as second,
            Line(port, local="127.0.0.2") as third,
        ):
            mine, busy, after = caller(), caller(), caller()
            assert await first.invite(waits, mine) == 200
            first.speak()
            await house.fact(await house.contact_of(mine), "contact.queued")
            assert await second.invite(waits, busy) == 503
            await ending(house, busy, "trunk_busy", "system")
            assert await first.bye() == 200
            await ending(house, mine, "abandoned_queue", "caller")
            assert await third.invite(number, after) == 200  # the line is free again
            await asyncio.wait_for(third.over.wait(), 15)
            await ending(house, after, "nobody_signed_in", "system")
    await healthy(house)
