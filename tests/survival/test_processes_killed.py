"""`andon serve` keeps what it started: whatever is killed with -9 is back at once, and the books balance."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from call_house import ledger_check
from served import Served

from andon.kit.settings import Settings
from harness.ports import free_port

pytestmark = [pytest.mark.survival, pytest.mark.timeout(300)]

# What is promised is asked for on a quiet machine; on a busy one a start may take a little longer.
PROMISED_S = {"core": 3.0, "edge": 3.0, "engine": 10.0, "database": 10.0}
BACK_S = {name: seconds if os.environ.get("ANDON_LONG") else 15.0 for name, seconds in PROMISED_S.items()}


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    served = Served(Settings(home=tmp_path / "home", http_port=free_port(), sip_port=free_port()))
    try:
        await served.start()
        yield served
    finally:
        await served.stop()


async def test_whatever_is_killed_is_back(served: Served) -> None:
    for name in [*BACK_S, *BACK_S]:
        victim = served.find(name)
        assert victim is not None, f"no {name} works"
        os.kill(victim, signal.SIGKILL)
        begun = time.monotonic()
        # what is well may be told from before the death: it must be another process that is
        while served.find(name) in {victim, None}:
            assert time.monotonic() < begun + BACK_S[name], f"no other {name}"
            await asyncio.sleep(0.05)
        await served.well(BACK_S[name])
        assert time.monotonic() - begun < BACK_S[name]
        print(f"{name} was back {time.monotonic() - begun:.2f} s after its death")
        await served.two_stand_by()
    status, said = await ledger_check(served.settings)
    assert status == 0, said
