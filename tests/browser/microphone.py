"""The tone that the browser's microphone hears."""

import array
import math
import wave
from pathlib import Path

RATE = 48_000  # what Chromium's fake microphone wants
MICROPHONE_HZ = 700.0


def write_microphone(path: Path, hertz: float, dbfs: float = -9.0) -> None:
    """One second of a sine that joins its own beginning without a click: the fake microphone repeats it."""
    peak = 32767 * 10 ** (dbfs / 20)
    samples = array.array("h", (round(peak * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(RATE)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
