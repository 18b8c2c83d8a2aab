"""Sound for the telephone: band limits, 8 kHz, trimmed silence, one loudness, WAV with an AI mark."""

import struct
import wave
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]
Wave = npt.NDArray[np.floating[Any]]

RATE = 8_000
LOUDNESS_DBFS = -20.0  # RMS over the parts where somebody speaks
PEAK_DBFS = -1.5
BAND_HZ = (120.0, 3_600.0)
TRIM_BELOW_DBFS = -45.0
LEAD_S = 0.06
TAIL_S = 0.14
_TAPS = 241


def telephone(sound: Sound, rate: int) -> Sound:
    """8 kHz sound in the telephone's band, trimmed, at one loudness, without clipping.

    `rate` must be a multiple of 8000. Raises `ValueError` for sound that is silent.
    """
    if rate % RATE:
        raise ValueError(f"{rate} Hz is not a multiple of {RATE} Hz")
    narrow = np.convolve(sound, _band_pass(rate), mode="same")[:: rate // RATE]
    trimmed = _trim(narrow)
    level = speech_level(trimmed)
    loud = trimmed * 10 ** ((LOUDNESS_DBFS - level) / 20)
    return _limit(loud).astype(np.float32)


def _band_pass(rate: int) -> Wave:
    """Windowed-sinc band pass (Blackman)."""
    n = np.arange(_TAPS) - _TAPS // 2
    low, high = (2 * edge / rate for edge in BAND_HZ)
    taps: Wave = (high * np.sinc(high * n) - low * np.sinc(low * n)) * np.blackman(_TAPS)
    return taps


def _frames(sound: Wave, rate: int) -> Wave:
    """RMS of each 20 ms."""
    size = rate // 50
    whole = sound[: len(sound) // size * size].reshape(-1, size)
    levels: Wave = np.sqrt(np.mean(whole**2, axis=1) + 1e-12)
    return levels


def speech_level(sound: Wave, rate: int = RATE) -> float:
    """RMS in dBFS over the 20 ms frames within 25 dB of the loudest: pauses do not count."""
    levels = _frames(sound, rate)
    speaking = levels[levels > levels.max() * 10 ** (-25 / 20)]
    return float(20 * np.log10(np.sqrt(np.mean(speaking**2))))


def _trim(sound: Wave) -> Wave:
    """Silence at both ends down to `LEAD_S` and `TAIL_S`."""
    peak = float(np.abs(sound).max(initial=0.0))
    if peak < 1e-3:
        raise ValueError("nothing but silence")
    heard = np.flatnonzero(np.abs(sound) > peak * 10 ** (TRIM_BELOW_DBFS / 20 + 0.5))
    begin = max(0, int(heard[0]) - int(LEAD_S * RATE))
    end = min(len(sound), int(heard[-1]) + int(TAIL_S * RATE))
    return sound[begin:end]


def _limit(sound: Wave) -> Wave:
    """Bend what exceeds three quarters of the peak limit softly below it."""
    ceiling = 10 ** (PEAK_DBFS / 20)
    knee = 0.75 * ceiling
    room = ceiling - knee
    size = np.abs(sound)
    bent = knee + room * np.tanh((size - knee) / room)
    return np.where(size > knee, np.sign(sound) * bent, sound)


def limited(sound: Sound) -> bool:
    """Whether peaks of a sound that `telephone` made were bent."""
    return bool(np.abs(sound).max() > 0.75 * 10 ** (PEAK_DBFS / 20))


def pause(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), np.float32)


def wav(sound: Sound, remark: str = "") -> bytes:
    """A 16-bit mono file; `remark` goes into its INFO chunk: machine-made speech carries its mark."""
    samples = (np.clip(sound, -1.0, 1.0) * 32767).round().astype("<i2").tobytes()
    chunks = [(b"fmt ", struct.pack("<HHIIHH", 1, 1, RATE, RATE * 2, 2, 16))]
    if remark:
        text = remark.encode("ascii") + b"\0"
        text += b"\0" * (len(text) % 2)
        chunks.append((b"LIST", b"INFO" + b"ICMT" + struct.pack("<I", len(text)) + text))
    chunks.append((b"data", samples))
    body = b"".join(name + struct.pack("<I", len(part)) + part for name, part in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def write_wav(path: Path, sound: Sound, remark: str) -> None:
    """Write what `wav` makes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wav(sound, remark))


def read_wav(path: Path) -> Sound:
    """Samples of a file `write_wav` made, from -1 to 1."""
    with wave.open(str(path), "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            raise ValueError(f"{path} is not 8 kHz mono 16-bit")
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return (samples / 32768).astype(np.float32)
