"""What a caller said is handed to the recogniser, and is gone whatever comes of it."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from andon.entrypoints.core_flows import Hearing
from andon.flows.model import Recognise
from andon.speech.outside import OutsideRecogniser
from andon.speech.sound import pause, wav

pytestmark = pytest.mark.unit

COUNTS = f"{sys.executable} -c \"import sys; print('{{language}}', len(sys.stdin.buffer.read()))\""
FAILS = f"{sys.executable} -c \"raise SystemExit('no model')\""


def left(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def heard(folder: Path, command: str | None, seconds: float | None) -> dict[str, Any]:
    """The answer to a sound of this length; None: there is none."""
    hearing = Hearing(None if command is None else OutsideRecogniser(command, 20), folder)
    if seconds is not None:
        (folder / "u-1.wav").write_bytes(wav(pause(seconds)))
    answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    hearing.start(Recognise("t", "u-1", ("x",), "en"), answer.set_result)
    async with asyncio.timeout(30):
        found = await answer
    await hearing.close()
    assert left(folder) == []
    return found


async def test_a_sound_is_recognised_and_gone(tmp_path: Path) -> None:
    assert await heard(tmp_path, COUNTS, 1.0) == {"ok": True, "text": "en 16044"}
    assert await heard(tmp_path, COUNTS, 0.1) == {"ok": True, "text": ""}, "a noise is not asked about"


async def test_whatever_fails_is_answered(tmp_path: Path) -> None:
    assert await heard(tmp_path, FAILS, 1.0) == {"ok": False, "why": "refused"}
    assert await heard(tmp_path, COUNTS, None) == {"ok": False, "why": "unreadable"}
    assert await heard(tmp_path, None, 1.0) == {"ok": False, "why": "unavailable"}
