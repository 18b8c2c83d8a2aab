"""Composes the music on hold: `python engine/music/compose.py` writes `default/lantern.wav` and `beep.wav`.

A slow pentatonic piece for plucked strings over a soft pad, written for Andon; melody and sound are made
here from nothing but arithmetic, and the result is dedicated to the public domain (CC0 1.0). It loops
without a seam, stays within the telephone band and is quiet enough (about -22 dBFS) not to tire.
"""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
BEAT_S = 0.75
SEED = 20261124
LEVEL_DBFS = -22.0

# scale degrees of a D pentatonic (gong mode), 0 is D4; None is a rest. Eight bars of eight half beats.
SCALE = (0, 2, 4, 7, 9)
MELODY: tuple[int | None, ...] = (
    *(0, None, 2, 3, 5, None, 3, None, 4, None, 3, 2, 0, None, None, None),
    *(2, None, 3, 5, 7, None, 5, None, 6, 5, 4, 3, 2, None, None, None),
    *(5, None, 6, 7, 8, None, 7, None, 6, None, 5, 3, 4, None, None, None),
    *(3, None, 2, 3, 5, 4, 3, 2, 0, None, 2, None, 0, None, None, None),
)
CHORDS = ((-10, -5, 0), (-8, -3, 2), (-5, 0, 4), (-10, -5, 0))  # degrees of the pad, one per line above
Signal = NDArray[np.float64]


def frequency(degree: int) -> float:
    """Hertz of a degree of the scale."""
    octave, step = divmod(degree, len(SCALE))
    return float(293.66 * 2 ** ((12 * octave + SCALE[step]) / 12))


def pluck(hertz: float, seconds: float, random: np.random.Generator) -> Signal:
    """A plucked string after Karplus and Strong (1983): a burst of noise in a lossy loop."""
    period = max(2, round(RATE / hertz - 0.5))
    line = random.uniform(-1, 1, period)
    line = np.convolve(np.concatenate([line, line]), np.ones(3) / 3, "same")[:period]  # a soft finger
    line -= line.mean()
    samples = round(seconds * RATE)
    out = np.empty(samples)
    position = 0
    for index in range(samples):
        following = (position + 1) % period
        out[index] = line[position]
        line[position] = 0.9965 * 0.5 * (line[position] + line[following])
        position = following
    return out


def pad(hertz: float, seconds: float) -> Signal:
    """A soft chord tone that swells and fades."""
    t = np.arange(round(seconds * RATE)) / RATE
    swell = np.sin(np.pi * t / seconds) ** 2
    tone = np.sin(2 * np.pi * hertz * t) + 0.3 * np.sin(2 * np.pi * 2 * hertz * t)
    return np.asarray(swell * tone * (1 + 0.1 * np.sin(2 * np.pi * 0.3 * t)))


def add(track: Signal, sound: Signal, at: int) -> None:
    """Mix a sound in; what runs over the end begins again at the start, so that the loop has no seam."""
    places = (at + np.arange(len(sound))) % len(track)
    np.add.at(track, places, sound)


def compose() -> Signal:
    random = np.random.default_rng(SEED)
    half = round(BEAT_S * RATE / 2)
    track = np.zeros(half * len(MELODY))
    for index, degree in enumerate(MELODY):
        if degree is not None:
            late = round(random.uniform(0, 0.012) * RATE)  # no hand is a clock
            add(track, 0.8 * pluck(frequency(degree), 2.6, random), index * half + late)
    line = half * 16
    for bar, chord in enumerate(CHORDS):
        for degree in chord:
            add(track, 0.10 * pad(frequency(degree), line / RATE * 1.4), bar * line - line // 5)
        for beat in (0, 8):
            add(track, 0.5 * pluck(frequency(chord[0]), 3.0, random), bar * line + beat * half)
    rms = float(np.sqrt(np.mean(track**2)))
    return track * (10 ** (LEVEL_DBFS / 20) / rms)


def beep() -> Signal:
    """A kilohertz for 300 ms with soft edges: before a message, and in place of a prompt that is missing."""
    t = np.arange(round(0.3 * RATE)) / RATE
    edges = np.clip(np.minimum(t, t[-1] - t) / 0.02, 0, 1)
    return np.asarray(0.2 * edges * np.sin(2 * np.pi * 1000 * t))


def write(signal: Signal, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    samples = np.clip(np.round(signal * 32767), -32768, 32767).astype("<i2")
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


if __name__ == "__main__":
    here = Path(__file__).parent
    write(compose(), here / "default" / "lantern.wav")
    write(beep(), here / "beep.wav")
