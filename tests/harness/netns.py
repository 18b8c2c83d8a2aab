"""A network namespace, joined to this machine by a cable: nearly a second computer. As root, or by sudo."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

_numbers = itertools.count()


class Computer(msgspec.Struct, frozen=True):
    """`here` and `there` are the two ends' addresses; `inside` begins a command line that runs there."""

    here: str
    there: str
    inside: list[str]


@contextmanager
def second_computer() -> Iterator[Computer]:
    """One until left; its processes must have ended by then."""
    root = [] if os.geteuid() == 0 else [shutil.which("sudo") or "sudo", "-n"]
    number = os.getpid() * 8 % 16000 + next(_numbers)
    name, cable = f"andon-{os.getpid()}-{number}", f"an{number}"
    net = f"10.{128 + number // 250}.{number % 250}"  # nobody's on this machine

    def ip(*words: str) -> None:
        subprocess.run([*root, "ip", *words], check=True)

    ip("netns", "add", name)
    try:
        ip("link", "add", cable, "type", "veth", "peer", "name", "up0", "netns", name)
        ip("addr", "add", f"{net}.1/24", "dev", cable)
        ip("link", "set", cable, "up")
        for words in (
            ("addr", "add", f"{net}.2/24", "dev", "up0"),
            ("link", "set", "up0", "up"),
            ("link", "set", "lo", "up"),
        ):
            ip("-n", name, *words)
        yield Computer(f"{net}.1", f"{net}.2", [*root, "ip", "netns", "exec", name])
    finally:
        ip("netns", "del", name)  # and the cable with it
