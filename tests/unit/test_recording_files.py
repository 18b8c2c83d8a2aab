"""Raw files of a recording: those the engine closed, writes, or left behind when it was killed."""

import os
import time
from pathlib import Path

import pytest

from andon.telephony.recording import HEADER, QUIET_S, RATE, RecordingNotReady, raw_files, store

pytestmark = pytest.mark.unit


def test_files_of_a_killed_engine_are_taken_once_nobody_writes_them(tmp_path: Path) -> None:
    parts = raw_files(tmp_path, "r")
    for part in parts:
        part.write_bytes(bytes(HEADER) + bytes(2 * RATE))  # a second; the header names no length
    with pytest.raises(RecordingNotReady):
        store(tmp_path, "r", tmp_path / "r.wav", expected_ms=3000)
    for part in parts:
        os.utime(part, times=(time.time(), time.time() - QUIET_S - 1))
    stored = store(tmp_path, "r", tmp_path / "r.wav", expected_ms=3000)
    assert (stored.audio_ms, stored.missing_ms, stored.why) == (1000, 2000, "short")
    assert not any(part.exists() for part in parts)
