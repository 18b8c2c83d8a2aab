"""Measuring tones in sound: by them the doctor and the tests know who is heard. Pure."""

import math
from collections.abc import Sequence

RATE = 8000
SILENCE_DBFS = -120.0


def level(samples: Sequence[float]) -> float:
    """dBFS of the root mean square; a full-scale sine is -3."""
    if not samples:
        return SILENCE_DBFS
    return _decibels(sum(sample * sample for sample in samples) / len(samples))


def tone_level(samples: Sequence[float], hertz: float) -> float:
    """dBFS (root mean square) of one tone within the samples."""
    return _decibels(_power(samples, hertz))


def purity(samples: Sequence[float], hertz: float) -> float:
    """Share of the power that is this tone, 0 to 1."""
    power = sum(sample * sample for sample in samples) / max(1, len(samples))
    return min(1.0, _power(samples, hertz) / max(power, 1e-12))


def sine(hertz: float, seconds: float, dbfs: float = -12.0) -> list[int]:
    """16-bit samples of a sine whose peak is at `dbfs`."""
    peak = 32767 * 10 ** (dbfs / 20)
    return [round(peak * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(round(seconds * RATE))]


def _decibels(power: float) -> float:
    return 10 * math.log10(max(power, 1e-12))


def _power(samples: Sequence[float], hertz: float) -> float:
    # Goertzel (1958), https://doi.org/10.2307/2310304: mean power of the component
    if not samples:
        return 0.0
    factor = 2 * math.cos(2 * math.pi * hertz / RATE)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    power = last * last + before * before - factor * last * before
    return 2 * power / len(samples) ** 2
