"""Callers who press keys: real audio both ways, keys as RFC 4733 events, and an ear for what comes back.

A key counts from the moment its first end packet is sent: before it nobody can know that the key is over. It
is answered by the first packet with sound in it that arrives on the callers' socket. One clock reads both.
"""

import asyncio
import contextlib
import random
import secrets
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import msgspec
import numpy as np

from andon.speech import sound as audio
from bench.rtp import ALAW, HEADER, PACKET_S, SAMPLES, SLOTS
from bench.sip import Callers

EVENT = struct.Struct("!BBH")  # RFC 4733: digit, end and volume, length so far
EVENTS = 101  # their payload type in `bench.sip`
HELD = 5  # a key is held for so many packets, 100 ms
ENDED = 3  # and its end is said in so many
VOLUME = 10
SILENCE = bytes([0xD5]) * SAMPLES
LOUD = 0x30  # of the 0x7f magnitudes of G.711
# how loud each byte is, by payload type
LEVELS = {
    ALAW: bytes((byte ^ 0x55) & 0x7F for byte in range(256)),
    0: bytes(~byte & 0x7F for byte in range(256)),
}
TONE_HZ, TONE_S = 440, 0.3
PAUSE_S = (0.6, 1.4)  # from the first sound of a prompt to the next key: the prompt is over by then
DEAF_S = 3.0  # a key that nothing has answered by then is lost


class Heard(msgspec.Struct, frozen=True):
    """From keys to sound in ms, and how many keys nothing answered."""

    latencies: list[float]
    lost: int


def prompt() -> bytes:
    """The prompt of both sides, a file: a tone that begins with its first sample. A spoken prompt begins with
    silence, which says nothing about who plays it."""
    t = np.arange(int(TONE_S * audio.RATE)) / audio.RATE
    return audio.wav((0.3 * np.cos(2 * np.pi * TONE_HZ * t)).astype(np.float32))


class _Line:
    """One caller's stream."""

    def __init__(self, port: int) -> None:
        self.to = ("127.0.0.1", port)
        self.source = secrets.randbits(32)
        self.sequence = 0
        self.clock = 0
        self.held = -1  # packets of the key so far; -1: no key is pressed
        self.pressed = 0.0  # when the key's end was sent; 0: not yet
        self.heard: asyncio.Future[float] | None = None

    def packet(self) -> bytes:
        """The next 20 ms."""
        self.sequence = self.sequence + 1 & 0xFFFF
        self.clock = self.clock + SAMPLES & 0xFFFFFFFF
        if self.held < 0:
            return HEADER.pack(0x80, ALAW, self.sequence, self.clock, self.source) + SILENCE
        first, ending = self.held == 0, self.held >= HELD
        self.held += 1
        begun = self.clock - (self.held - 1) * SAMPLES & 0xFFFFFFFF  # an event keeps the time it began at
        length = min(self.held, HELD) * SAMPLES
        if self.held == HELD + ENDED:
            self.held = -1
        kind = EVENTS | (0x80 if first else 0)
        head = HEADER.pack(0x80, kind, self.sequence, begun, self.source)
        return head + EVENT.pack(1, VOLUME | (0x80 if ending else 0), length)


class Keypads(asyncio.DatagramProtocol):
    """All callers' audio on one socket: the engine's port tells them apart."""

    def __init__(self) -> None:
        self.port = 0
        self.lines: list[_Line] = []
        self._by_port: dict[int, _Line] = {}
        self._more = asyncio.Event()
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def opened(self, port: int) -> None:
        """A call's audio goes to this port of the engine."""
        self._by_port[port] = line = _Line(port)
        self.lines.append(line)
        self._more.set()

    async def streaming(self, count: int) -> None:
        """Wait until so many calls have audio."""
        while len(self.lines) < count:
            self._more.clear()
            await self._more.wait()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        line = self._by_port.get(addr[1])
        levels = LEVELS.get(data[1] & 0x7F)
        if line is None or line.heard is None or line.heard.done() or levels is None or not line.pressed:
            return
        if max(data[HEADER.size :].translate(levels), default=0) >= LOUD:
            line.heard.set_result(time.perf_counter())

    async def stream(self) -> None:
        """Send for every line each 20 ms, in bursts, until cancelled."""
        begun, turn = time.monotonic(), 0
        while True:
            for line in self.lines[turn % SLOTS :: SLOTS]:
                if line.held == HELD:
                    line.pressed = time.perf_counter()
                self._transport.sendto(line.packet(), line.to)
            turn += 1
            await asyncio.sleep(max(0.0, begun + turn * PACKET_S / SLOTS - time.monotonic()))

    def close(self) -> None:
        self._transport.close()


@asynccontextmanager
async def _keypads() -> AsyncIterator[Keypads]:
    loop = asyncio.get_running_loop()
    _, pads = await loop.create_datagram_endpoint(Keypads, local_addr=("127.0.0.1", 0))
    sending = asyncio.create_task(pads.stream())
    try:
        yield pads
    finally:
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        pads.close()


async def press(peer: tuple[str, int], number: str, callers: int, keys: int) -> Heard:
    """`callers` at once in the menu at `number`, each pressing `keys` keys at its own pace."""
    async with _keypads() as pads:
        calls = Callers(peer, pads.port, pads.opened)
        await calls.open()
        try:
            await calls.place(number, 20, callers, None)
            async with asyncio.timeout(10):
                await pads.streaming(callers)
            found = await asyncio.gather(*(_caller(line, keys) for line in pads.lines))
            calls.hang_up()
            await calls.over(4)
        finally:
            calls.close()
    every = [latency for one in found for latency in one]
    good = [latency for latency in every if latency is not None]
    return Heard(good, len(every) - len(good))


async def _caller(line: _Line, keys: int) -> list[float | None]:
    """Milliseconds from each key to what answered it; None: nothing did."""
    found: list[float | None] = []
    await asyncio.sleep(random.uniform(*PAUSE_S) + TONE_S)  # the first prompt is over
    for _ in range(keys):
        line.heard = asyncio.get_running_loop().create_future()
        line.held, line.pressed = 0, 0.0
        try:
            async with asyncio.timeout(DEAF_S):
                found.append((await line.heard - line.pressed) * 1000)
        except TimeoutError:
            found.append(None)
        await asyncio.sleep(random.uniform(*PAUSE_S))
    return found
