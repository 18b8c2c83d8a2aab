"""A long line between this machine and a network namespace, packet by packet, that can be made bad.

    python far_line.py TUN-HERE NAMESPACE TUN-THERE

Two TUN devices; what enters one leaves the other. Each line on standard input says how bad it is from then
on: share of packets lost (0 to 1), the least delay, and the jitter on top of it in ms, evenly spread, each
packet for itself, so that they overtake one another. As `tc qdisc … netem` does, which not every kernel has.
Ends with its input.
"""

import contextlib
import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import sys
import time
from pathlib import Path

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
PACKET = 65_536


def tun(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def enter(namespace: str) -> None:
    with Path("/run/netns", namespace).open() as there:
        if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {namespace}")


def carry(here: int, there: int) -> None:
    other = {here: there, there: here}
    chance = random.Random(5)
    loss = least_s = jitter_s = 0.0
    due: list[tuple[float, int, int, bytes]] = []
    count = 0
    while True:
        wait = max(0.0, due[0][0] - time.monotonic()) if due else None
        readable, _, _ = select.select([here, there, sys.stdin], [], [], wait)
        if sys.stdin in readable:
            if not (words := sys.stdin.readline().split()):
                return
            loss, least_s, jitter_s = float(words[0]), float(words[1]) / 1000, float(words[2]) / 1000
        now = time.monotonic()
        for device in readable:
            if device is sys.stdin:
                continue
            packet = os.read(device, PACKET)
            if chance.random() >= loss:
                count += 1
                at = now + least_s + chance.random() * jitter_s
                heapq.heappush(due, (at, count, other[device], packet))
        while due and due[0][0] <= now:
            _, _, device, packet = heapq.heappop(due)
            with contextlib.suppress(OSError):  # an end that is down takes nothing
                os.write(device, packet)


if __name__ == "__main__":
    first = tun(sys.argv[1])
    enter(sys.argv[2])
    second = tun(sys.argv[3])
    print("ready", flush=True)
    carry(first, second)
