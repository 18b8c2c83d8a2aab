"""From the engine's two raw files to one stereo recording: left the caller, right what the caller heard.

The engine writes `<id>.rx.wav` (from the caller) and `<id>.tx.wav` (to the caller), in step, 8 kHz mono
16 bit; each time the caller gets another party, and after card data, it goes on in two further files,
`<id>.<ms since 1970>.….wav`.
`store` runs in the worker: it needs time, never the call.
"""

import errno
import hashlib
import json
import os
import shutil
import time
import wave
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

RATE = 8000
HEADER = 44
SAMPLE = 2
BLOCK = 1 << 20  # samples handled at once: about two minutes
PEAKS_MOST = 1200
TOLERANCE_MS = 100
QUIET_S = (
    5.0  # the engine writes two seconds at a time: what did not change for so long, none writes any more
)
FULL_BELOW = 1 << 20  # bytes free under which a volume counts as full

Samples = NDArray[np.int16]
Stretch = tuple[int, int]


class RecordingNotReady(Exception):
    """The engine still writes these files; try again a moment later."""


class RecordingMissing(Exception):
    """There is nothing to store: neither direction was ever written."""


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A recording in its place. `peaks` is beside it: loudness for a waveform.

    `missing_ms` of the expected length are not there, for the reason `why`: disk_full, file_missing (one
    direction is silent throughout) or short.
    """

    audio_ms: int
    size: int
    sha256: str
    peaks: Path
    missing_ms: int = 0
    why: str = ""


def raw_files(raw_dir: Path, recording_id: str) -> tuple[Path, Path]:
    """The caller's own side and what the caller heard."""
    return raw_dir / f"{recording_id}.rx.wav", raw_dir / f"{recording_id}.tx.wav"


def segment_files(raw_dir: Path, recording_id: str, at: datetime | None) -> tuple[Path, Path]:
    """As `raw_files`, of the part that began at `at`; None for the first."""
    part = "" if at is None else f".{round(at.timestamp() * 1000)}"
    return raw_files(raw_dir, recording_id + part)


class _Part(msgspec.Struct, frozen=True):
    ms: int  # after the recording's start
    files: tuple[Path, Path]


def _parts(raw_dir: Path, recording_id: str, started: datetime | None) -> list[_Part]:
    """All files of a recording in their order."""
    parts = [_Part(0, raw_files(raw_dir, recording_id))]
    begun = {int(path.name.split(".")[1]) for path in raw_dir.glob(f"{recording_id}.*.?x.wav")}
    for ms in sorted(begun):
        at = datetime.fromtimestamp(ms / 1000, UTC)
        after = 0 if started is None else max(0, round((at - started).total_seconds() * 1000))
        parts.append(_Part(after, segment_files(raw_dir, recording_id, at)))
    return parts


def peaks_path(recording: Path) -> Path:
    """Where the waveform of a stored recording lies."""
    return recording.with_suffix(".peaks.json")


def finished(path: Path) -> bool:
    """Whether the engine has closed this file: only then its header names its length."""
    with path.open("rb") as file:
        header = file.read(HEADER)
        size = os.fstat(file.fileno()).st_size
    return len(header) == HEADER and int.from_bytes(header[40:44], "little") >= size - HEADER - 1


def abandoned(path: Path) -> bool:
    """Whether the engine that wrote this file went without closing it."""
    return time.time() - path.stat().st_mtime > QUIET_S


def store(
    raw_dir: Path,
    recording_id: str,
    dest: Path,
    *,
    started: datetime | None = None,
    expected_ms: int | None = None,
    silent: Sequence[Stretch] = (),
    at_once: bool = False,
) -> Stored:
    """Join the raw files into `dest`, write its waveform beside it, then remove the raw files. `started` is
    needed to place the parts of a recording that has several. Of the stretches `silent` (from, to, in ms)
    nothing is kept, whatever the engine wrote; their time is there.

    `dest` appears whole or not at all. Files that an engine which was killed never closed are taken once they
    are `abandoned`; `at_once` does not even wait for that.
    Raises `RecordingNotReady`, `RecordingMissing`, `OSError` when the volume is full. Done twice with one id,
    the second finds the first one's result.
    """
    parts = _parts(raw_dir, recording_id, started)
    files = [file for part in parts for file in part.files]
    present = [file for file in files if file.exists() and file.stat().st_size > HEADER]
    if not present:
        if dest.exists():
            return _described(dest, expected_ms, "", raw_dir)
        raise RecordingMissing(recording_id)
    if not at_once and not all(finished(file) or abandoned(file) for file in present):
        raise RecordingNotReady(recording_id)
    left, right = (_silenced(_side(parts, direction), silent) for direction in (0, 1))
    dest.parent.mkdir(parents=True, exist_ok=True)
    unfinished = dest.with_suffix(".part")
    try:
        _write_stereo(unfinished, left, right)
        _write_peaks(peaks_path(dest), left, right)
        unfinished.replace(dest)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    half = not all(any(part.files[direction] in present for part in parts) for direction in (0, 1))
    stored = _described(dest, expected_ms, "file_missing" if half else "", raw_dir)
    for file in files:
        file.unlink(missing_ok=True)
    return stored


def samples_of(path: Path) -> list[float]:
    """What is in a raw file, -1 to 1; nothing when it is missing."""
    return [float(sample) / 32768 for sample in _samples(path)]


def discard(raw_dir: Path, recording_id: str) -> None:
    """Remove the raw files of a recording in which there is nothing."""
    for part in _parts(raw_dir, recording_id, None):
        for file in part.files:
            file.unlink(missing_ok=True)


def _side(parts: list[_Part], direction: int) -> Samples:
    """One direction of all parts, each in its place; silence between them."""
    pieces = [(part.ms * RATE // 1000, _samples(part.files[direction])) for part in parts]
    if len(pieces) == 1:
        return pieces[0][1]
    whole = np.zeros(max(start + len(piece) for start, piece in pieces), np.int16)
    for start, piece in pieces:
        whole[start : start + len(piece)] = piece
    return whole


def _silenced(side: Samples, silent: Sequence[Stretch]) -> Samples:
    """One direction without what was said in these stretches, and at least as long as they reach."""
    if not silent:
        return side
    ends = [to_ms * RATE // 1000 for _, to_ms in silent]
    quiet = np.zeros(max(len(side), *ends), np.int16)
    quiet[: len(side)] = side
    for (from_ms, _), end in zip(silent, ends, strict=True):
        quiet[from_ms * RATE // 1000 : end] = 0
    return quiet


def _samples(path: Path) -> Samples:
    if not path.exists() or path.stat().st_size < HEADER + SAMPLE:
        return np.zeros(0, np.int16)
    count = (path.stat().st_size - HEADER) // SAMPLE
    return np.memmap(path, dtype="<i2", mode="r", offset=HEADER, shape=(count,))


def _write_stereo(path: Path, left: Samples, right: Samples) -> None:
    length = max(len(left), len(right))
    with path.open("wb") as raw:
        with wave.open(raw, "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(SAMPLE)
            file.setframerate(RATE)
            file.setnframes(length)
            for start in range(0, length, BLOCK):
                both = np.zeros((min(BLOCK, length - start), 2), "<i2")
                for column, side in enumerate((left, right)):
                    piece = side[start : start + BLOCK]
                    both[: len(piece), column] = piece
                file.writeframesraw(both.tobytes())
        raw.flush()
        os.fsync(raw.fileno())


def peaks_of(samples: Samples, count: int) -> list[int]:
    """Loudest sample of each of `count` equal stretches, 0 to 255."""
    edges = np.linspace(0, len(samples), count + 1).astype(int)[:-1]
    if not len(samples):
        return [0] * count
    loud = np.maximum.reduceat(np.abs(samples.astype(np.int32)), np.minimum(edges, len(samples) - 1))
    return [int(value) for value in np.minimum(loud >> 7, 255)]


def _write_peaks(path: Path, left: Samples, right: Samples) -> None:
    length = max(len(left), len(right))
    count = max(1, min(PEAKS_MOST, length // (RATE // 100)))
    sides = {}
    for name, side in (("left", left), ("right", right)):
        padded = np.zeros(length, np.int16)
        padded[: len(side)] = side
        sides[name] = peaks_of(padded, count)
    text = json.dumps({"version": 1, "audio_ms": length * 1000 // RATE, "count": count, **sides})
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)


def _described(dest: Path, expected_ms: int | None, reason: str, raw_dir: Path) -> Stored:
    digest = hashlib.sha256()
    with dest.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    size = dest.stat().st_size
    audio_ms = (size - HEADER) * 1000 // (RATE * SAMPLE * 2)
    missing = max(0, (expected_ms or 0) - audio_ms)
    if missing <= TOLERANCE_MS:
        missing = 0
    if missing:
        reason = "disk_full" if is_full(raw_dir) else reason or "short"
    return Stored(
        audio_ms=audio_ms,
        size=size,
        sha256=digest.hexdigest(),
        peaks=peaks_path(dest),
        missing_ms=missing,
        why=reason,
    )


def is_full(folder: Path) -> bool:
    """Whether the volume of this folder cannot take more."""
    try:
        return shutil.disk_usage(folder).free < FULL_BELOW
    except OSError as error:
        return error.errno == errno.ENOSPC
