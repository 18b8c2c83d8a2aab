"""A desk far away: its own network behind a router with NAT and a firewall, and a long line to here.

    here, the office ──── line (`far_line`) ──── router ──── home

The firewall lets connections to port 443 out and nothing else, in either direction. As root.
"""

import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_numbers = itertools.count()
LINE = Path(__file__).with_name("far_line.py")

# The first chain is the home's firewall. The second stands for the office's own router, which passes its two
# addresses' port 443 on to the ports that we have there.
RULES = """
table ip home {{
  counter stopped {{ }}
  chain out {{
    type filter hook prerouting priority mangle;
    iifname "lan0" tcp dport 443 accept
    iifname "lan0" counter name stopped drop
  }}
  chain in {{
    type filter hook forward priority filter;
    iifname "wan0" ct state != established drop
  }}
  chain nat {{
    type nat hook postrouting priority srcnat;
    oifname "wan0" masquerade
  }}
}}
table ip office {{
  chain ports {{
    type nat hook prerouting priority dstnat;
    ip daddr {office} tcp dport 443 dnat to {office}:{page}
    ip daddr {relay} tcp dport 443 dnat to {relay}:{turn}
  }}
}}
"""


def _run(*words: str, said: str | None = None) -> str:
    done = subprocess.run(words, input=said, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


class FarAway:
    """`office` and `relay` are this machine's two addresses as the home sees them; `inside` begins a command
    line that runs at home."""

    def __init__(self) -> None:
        number = os.getpid() * 8 % 500 + next(_numbers)
        self.net = f"198.{18 + number // 250}.{number % 250}"  # for measuring networks, RFC 2544: nobody's
        self.office, self.relay = f"{self.net}.1", f"{self.net}.2"
        self._router, self._home = (f"andon-{name}-{os.getpid()}-{number}" for name in ("router", "home"))
        self._tun = f"anf{number}"
        self.inside = ["ip", "netns", "exec", self._home]
        self._line: subprocess.Popen[str]

    def build(self) -> None:
        for name in (self._router, self._home):
            _run("ip", "netns", "add", name)
            _run("ip", "-n", name, "link", "set", "lo", "up")
        words = [sys.executable, str(LINE), self._tun, self._router, "wan0"]
        self._line = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._line.stdout is not None
        if self._line.stdout.readline() != "ready\n":
            raise OSError("the line did not come up")
        router = ["ip", "-n", self._router]
        home = ["ip", "-n", self._home]
        for line in (
            ["ip", "addr", "add", f"{self.office}/24", "dev", self._tun],
            ["ip", "addr", "add", f"{self.relay}/24", "dev", self._tun],
            ["ip", "link", "set", self._tun, "up"],
            [*router, "addr", "add", f"{self.net}.9/24", "dev", "wan0"],
            [*router, "link", "set", "wan0", "up"],
            [*router, "link", "add", "lan0", "type", "veth", "peer", "name", "eth0", "netns", self._home],
            [*router, "addr", "add", "192.168.77.1/24", "dev", "lan0"],
            [*router, "link", "set", "lan0", "up"],
            [*home, "addr", "add", "192.168.77.2/24", "dev", "eth0"],
            [*home, "link", "set", "eth0", "up"],
            [*home, "route", "add", "default", "via", "192.168.77.1"],
            ["ip", "netns", "exec", self._router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"],
        ):
            _run(*line)

    def open_ports(self, page: int, turn: int) -> None:
        """Switch the router on: port 443 of the office is `page`, that of the relay `turn`."""
        rules = RULES.format(office=self.office, relay=self.relay, page=page, turn=turn)
        _run("ip", "netns", "exec", self._router, "nft", "-f", "-", said=rules)

    def line(self, *, loss: float = 0.0, least_ms: float = 0.0, jitter_ms: float = 0.0) -> None:
        """How bad the line is from now on."""
        assert self._line.stdin is not None
        self._line.stdin.write(f"{loss} {least_ms} {jitter_ms}\n")
        self._line.stdin.flush()

    def stopped(self) -> int:
        """How many packets the firewall did not let out."""
        told = _run("ip", "netns", "exec", self._router, "nft", "list", "counter", "ip", "home", "stopped")
        found = re.search(r"packets (\d+)", told)
        assert found is not None, told
        return int(found[1])

    def tear_down(self) -> None:
        if hasattr(self, "_line"):
            self._line.kill()
            self._line.communicate()  # and its devices with it
        for name in (self._router, self._home):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


@contextmanager
def far_away() -> Iterator[FarAway]:
    """One until left; its processes must have ended by then."""
    place = FarAway()
    try:
        place.build()
        yield place
    finally:
        place.tear_down()
