"""Raw files of a recording: those the engine closed, writes, or left behind when it was killed."""

import os
import time
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from andon.telephony.recording import (
    HEADER,
    QUIET_S,
    RATE,
    RecordingNotReady,
    discard,
    raw_files,
    segment_files,
    store,
)

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


def _wrote(path: Path, seconds: float, value: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.full(round(seconds * RATE), value, "<i2").tobytes())


def test_parts_stand_where_they_began(tmp_path: Path) -> None:
    """A second, a gap of a tenth, half a second; the second part has only what the caller heard."""
    started = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
    said, heard = raw_files(tmp_path, "r")
    _wrote(said, 1, 1)
    _wrote(heard, 1, 2)
    _, again = segment_files(tmp_path, "r", started + timedelta(seconds=1.1))
    _wrote(again, 0.5, 3)
    stored = store(tmp_path, "r", tmp_path / "r.wav", started=started, expected_ms=1600)
    assert (stored.audio_ms, stored.missing_ms, stored.why) == (1600, 0, "")
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["r.peaks.json", "r.wav"]
    with wave.open(str(tmp_path / "r.wav")) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    tenths = both[RATE // 20 :: RATE // 10]  # the middle of every tenth of a second
    assert tenths[:, 0].tolist() == [1] * 10 + [0] * 6
    assert tenths[:, 1].tolist() == [2] * 10 + [0] + [3] * 5


def test_of_card_data_nothing_is_kept_and_its_time_is_there(tmp_path: Path) -> None:
    """The engine was slow to stop and the call ended while card data was taken: silence all the same."""
    said, heard = raw_files(tmp_path, "r")
    _wrote(said, 1, 1)
    _wrote(heard, 1, 2)
    silent = [(300, 500), (900, 1500)]
    stored = store(tmp_path, "r", tmp_path / "r.wav", expected_ms=1500, silent=silent)
    assert (stored.audio_ms, stored.missing_ms, stored.why) == (1500, 0, "")
    with wave.open(str(tmp_path / "r.wav")) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    tenths = both[RATE // 20 :: RATE // 10]
    assert tenths[:, 0].tolist() == [1] * 3 + [0] * 2 + [1] * 4 + [0] * 6
    assert tenths[:, 1].tolist() == [2] * 3 + [0] * 2 + [2] * 4 + [0] * 6


def test_what_is_discarded_leaves_no_part(tmp_path: Path) -> None:
    for at in (None, datetime(2026, 11, 26, tzinfo=UTC)):
        for path in segment_files(tmp_path, "r", at):
            path.write_bytes(bytes(HEADER))
    _wrote(tmp_path / "another.rx.wav", 1, 1)
    discard(tmp_path, "r")
    assert [path.name for path in tmp_path.iterdir()] == ["another.rx.wav"]
