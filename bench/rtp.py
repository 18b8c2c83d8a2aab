"""Real audio for many calls at once: one packet of G.711 every 20 ms to each media port the engine opened.

One socket for all streams of a side: the engine tells them apart by its own port. Bounded: it sends at most
`LONGEST_S`, and only to the loop-back address.
"""

import asyncio
import contextlib
import math
import socket
import struct
import threading
import time
from types import TracebackType
from typing import Self

PACKET_S = 0.02
SLOTS = 4  # the packets of 20 ms leave in so many bursts
SAMPLES = 160
ALAW = 8
LONGEST_S = 120.0
HEADER = struct.Struct("!BBHII")


def _alaw(sample: int) -> int:
    """One 13-bit sample by G.711."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = min(abs(sample), 4095)
    exponent = max(0, magnitude.bit_length() - 5)
    mantissa = (magnitude >> max(1, exponent)) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55


# 400 Hz fits whole periods into a packet, so that every packet is the same
TONE = bytes(_alaw(round(1500 * math.sin(2 * math.pi * n / 20))) for n in range(SAMPLES))


class Media:
    """Audio to every port given to `to`, from a thread. `sent` and `heard` count packets."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.port: int = self._socket.getsockname()[1]
        self.sent = 0
        self.heard = 0
        self._streams: list[tuple[str, int]] = []
        self._more = asyncio.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rtp", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        self._socket.close()

    def to(self, port: int) -> None:
        """Send audio to this port from now on."""
        if port:
            self._streams.append(("127.0.0.1", port))
            self._more.set()

    async def streaming(self, count: int) -> None:
        """Wait until audio goes to so many ports."""
        while len(self._streams) < count:
            self._more.clear()
            await self._more.wait()

    def _run(self) -> None:
        begun = time.monotonic()
        turn = 0
        while not self._stopping.is_set() and time.monotonic() - begun < LONGEST_S:
            self._send(turn)
            self._listen()
            turn += 1
            wait = begun + turn * PACKET_S / SLOTS - time.monotonic()
            if wait > 0:
                time.sleep(wait)

    def _send(self, turn: int) -> None:
        packet, slot = divmod(turn, SLOTS)
        for n in range(slot, len(self._streams), SLOTS):
            header = HEADER.pack(0x80, ALAW, packet & 0xFFFF, packet * SAMPLES & 0xFFFFFFFF, n + 1)
            with contextlib.suppress(OSError):  # the call may be over
                self._socket.sendto(header + TONE, self._streams[n])
                self.sent += 1

    def _listen(self) -> None:
        buffer = bytearray(2048)
        with contextlib.suppress(OSError):
            while True:
                self._socket.recv_into(buffer)
                self.heard += 1
