"""The machine's own network addresses, read from the kernel."""

import array
import fcntl
import ipaddress
import socket
import struct
from pathlib import Path

SIOCGIFCONF = 0x8912
ENTRY_SIZE = 40  # struct ifreq on 64-bit Linux
ROOM = 256 * ENTRY_SIZE


def local_addresses() -> list[str]:
    """Every address of this machine except loop-back, IPv4 first. Empty when there is none."""
    return [a for a in (*_v4(), *_v6()) if not ipaddress.ip_address(a).is_loopback]


def _v4() -> list[str]:
    names = array.array("B", b"\0" * ROOM)
    address, _ = names.buffer_info()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        answer = fcntl.ioctl(sock.fileno(), SIOCGIFCONF, struct.pack("iL", ROOM, address))
    used = struct.unpack("iL", answer)[0]
    raw = names.tobytes()[:used]
    found = [socket.inet_ntoa(raw[i + 20 : i + 24]) for i in range(0, used, ENTRY_SIZE)]
    return list(dict.fromkeys(found))


def _v6() -> list[str]:
    table = Path("/proc/net/if_inet6")
    if not table.exists():
        return []
    words = [line.split()[0] for line in table.read_text().splitlines()]
    return list(dict.fromkeys(str(ipaddress.IPv6Address(bytes.fromhex(word))) for word in words))
