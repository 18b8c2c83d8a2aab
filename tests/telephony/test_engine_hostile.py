"""What a carrier or a stranger may throw at the trunk's port without harm to anybody else's call."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from andon.telephony.model import LegArrived, LegEnded
from harness.rig import Rig
from harness.sip import Script, dialogue

pytestmark = pytest.mark.telephony


@pytest_asyncio.fixture(scope="module")
async def rig(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    rig = Rig(tmp_path_factory.mktemp("hostile"))
    await rig.start()
    yield rig
    await rig.stop()


async def _still_serves(rig: Rig) -> None:
    call, leg = await rig.talk(to="4000000000")
    playback = await rig.engine.play(leg, ["zh/1"])
    assert playback
    await call.wait_sound(10)
    await call.hangup()
    await rig.events.wait(LegEnded, leg_id=leg)
    assert rig.process.running


MALFORMED = {
    "nothing": b"",
    "zeros": b"\0" * 1200,
    "half a request": b"INVITE sip:95001@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP",
    "no headers": b"INVITE sip:95001@127.0.0.1 SIP/2.0\r\n\r\n",
    "wrong version": b"INVITE sip:95001@127.0.0.1 SIP/9.9\r\nVia: x\r\n\r\n",
    "huge number": b"INVITE sip:"
    + b"9" * 3000
    + b"@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n\r\n",
    "negative length": b"OPTIONS sip:x SIP/2.0\r\nContent-Length: -5\r\n\r\n",
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
}


async def test_malformed_datagrams(rig: Rig) -> None:
    generator = random.Random(7)
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as stranger:
        stranger.connect(("127.0.0.1", rig.plan.sip_port))
        for packet in MALFORMED.values():
            stranger.send(packet)
        for _ in range(300):
            stranger.send(generator.randbytes(generator.randint(1, 1400)))
        valid = bytearray(Script(rig.plan.sip_port, rig.carrier.plan.sip_port).invite())
        for _ in range(300):  # a good request with a few bytes turned
            broken = bytearray(valid)
            for _ in range(generator.randint(1, 6)):
                broken[generator.randrange(len(broken))] = generator.randrange(256)
            stranger.send(bytes(broken))
    await _still_serves(rig)
    for leg in (await rig.engine.snapshot()).legs:  # some were good enough to be calls
        await rig.engine.hangup(leg.leg_id)
        await rig.events.wait(LegEnded, leg_id=leg.leg_id)


SDP_HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
BROKEN_SDP = {
    "cut off": "v=0\r\n",
    "no description": "this is not a session description",
    "impossible address": f"{SDP_HEAD}c=IN IP4 300.1.1.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n",
    "impossible port": f"{SDP_HEAD}c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 99999 RTP/AVP 8\r\n",
    "no audio": f"{SDP_HEAD}c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 4000 RTP/AVP 96\r\n",
    "no codec of ours": f"{SDP_HEAD}c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 3 18\r\n",
}


@pytest.mark.parametrize("sdp", BROKEN_SDP.values(), ids=BROKEN_SDP)
async def test_broken_session_descriptions_are_refused(rig: Rig, sdp: str) -> None:
    mark = rig.events.mark
    answer = await dialogue(Script(rig.plan.sip_port, 0), sdp=sdp)
    assert answer.final_status >= 400
    # one that reached the application for a moment has ended there too
    for event in rig.events.all[mark:]:
        if isinstance(event, LegArrived):
            await rig.events.wait(LegEnded, leg_id=event.leg_id)
    await _still_serves(rig)


async def test_cancel_racing_the_answer(rig: Rig) -> None:
    """CANCEL and 200 OK cross on the wire: each time exactly one end, no leg left."""
    for _ in range(20):
        call, arrived = await rig.arrive()
        await asyncio.gather(rig.engine.answer(arrived.leg_id), call.hangup(), return_exceptions=True)
        await rig.events.wait(LegEnded, leg_id=arrived.leg_id)
        await call.wait_ended(5)
    assert (await rig.engine.snapshot()).legs == []


async def test_a_stranger_gets_no_call_through(rig: Rig) -> None:
    """From an address that is no trunk's: challenged, never in the application."""
    mark = rig.events.mark
    answer = await dialogue(Script(rig.plan.sip_port, 0, local="127.0.0.9"))
    assert answer.final_status in (401, 403, 404)
    assert rig.events.none_of(LegArrived, after=mark)


async def test_two_hundred_invites_within_a_second(rig: Rig, tmp_path: Path) -> None:
    """Every call of the flood arrives once, ends once, and one that was up before is not harmed."""
    call, leg = await rig.talk()
    await rig.engine.music(leg, True)
    await call.wait_sound(10)
    mark = rig.events.mark
    arguments = ["-sf", str(Path(__file__).parents[1] / "harness" / "flood.xml"), "-s", "95001"]
    arguments += ["-r", "200", "-m", "200", "-l", "200", "-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin"]
    arguments += ["-timeout", "30s", "-trace_err", "-recv_timeout", "20000"]
    sipp = await asyncio.create_subprocess_exec(
        "sipp", f"127.0.0.1:{rig.plan.sip_port}", *arguments,
        cwd=tmp_path, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        env={"TERM": "dumb", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    hung_up: set[str] = set()
    async with asyncio.timeout(45):
        while len(hung_up) < 200:
            arrived = await rig.events.wait(LegArrived, 20, after=mark)
            mark = rig.events.all.index(arrived, mark) + 1
            hung_up.add(arrived.leg_id)
            await rig.engine.hangup(arrived.leg_id, 17)
        for leg_id in hung_up:
            await rig.events.wait(LegEnded, 20, leg_id=leg_id)
        assert await sipp.wait() == 0
    ended = [e.leg_id for e in rig.events.all if isinstance(e, LegEnded) and e.leg_id in hung_up]
    assert len(ended) == len(set(ended)) == 200
    await call.wait_sound(10)
    await call.hangup()
    await rig.events.wait(LegEnded, leg_id=leg)
    await _still_serves(rig)
