"""Peaks of a recording for drawing its waveform."""

import itertools
import json
import wave
from pathlib import Path

import numpy as np

from andon.telephony.recording import peaks_path

BUCKETS = 1000
_KEPT_FULL_SCALE = 255

Channels = list[list[float]]


def peaks_of(recording: Path) -> tuple[int, Channels]:
    """Duration in ms and peaks from 0 to 1 per channel: those kept beside the recording, else made anew.

    Raises `OSError`, `EOFError` or `wave.Error` when the recording cannot be read.
    """
    try:
        kept = json.loads(peaks_path(recording).read_text())
        sides = [kept["left"], kept["right"]]
        return kept["audio_ms"], [[round(v / _KEPT_FULL_SCALE, 4) for v in side] for side in sides]
    except (OSError, ValueError, KeyError, TypeError):
        return read_peaks(recording, BUCKETS)


def read_peaks(path: Path, buckets: int) -> tuple[int, Channels]:
    """Duration in ms, and for each channel the largest absolute sample of each of `buckets` equal parts.

    Peaks run from 0 to 1 (full scale). A recording shorter than `buckets` samples gives fewer. Reads 16-bit
    PCM; raises `OSError` or `wave.Error` for a file that is not there or is not that.
    """
    with wave.open(str(path), "rb") as sound:
        if sound.getsampwidth() != 2:
            raise wave.Error(f"{sound.getsampwidth() * 8}-bit samples are not read")
        channels, frames, rate = sound.getnchannels(), sound.getnframes(), sound.getframerate()
        count = min(buckets, frames)
        peaks: Channels = [[] for _ in range(channels)]
        # One part at a time: an hour of sound never lies in memory as a whole.
        edges = np.linspace(0, frames, count + 1).astype(np.int64)
        for begin, end in itertools.pairwise(edges):
            part = np.frombuffer(sound.readframes(int(end - begin)), dtype="<i2").reshape(-1, channels)
            if not len(part):
                break
            loudest = np.abs(part.astype(np.int32)).max(axis=0)
            for channel in range(channels):
                peaks[channel].append(round(float(loudest[channel]) / 32768, 4))
    return round(frames * 1000 / rate), peaks
