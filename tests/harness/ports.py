"""Ports for one test run: free now, below the range from which the system picks its own."""

import os
import random
import socket
from contextlib import closing

LOWEST, HIGHEST = 10240, 19999  # above them the media's range begins
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_given: set[int] = set()


def free_port() -> int:
    """A port free for TCP and UDP on 127.0.0.1, never given twice in one run, nor by two of its workers."""
    while True:
        port = random.randint(LOWEST, HIGHEST)
        if port in _given or port % _WORKERS != _WORKER:
            continue
        with (
            closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as tcp,
            closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as udp,
        ):
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
