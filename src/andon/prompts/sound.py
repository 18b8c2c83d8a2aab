"""Whatever sound is brought in, made fit for the telephone: 8 kHz, mono, 16 bit, one loudness."""

import io
from typing import Final

import msgspec
import numpy as np
import soundfile
import soxr

from andon.kit.errors import AndonError
from andon.prompts import texts
from andon.prompts.model import LONGEST_S, SHORTEST_S, Done
from andon.speech.sound import RATE, Sound, limited, pause, speech_level, telephone, wav

texts.load()

FORMATS: Final = frozenset({"WAV", "WAVEX", "RF64", "MP3", "OGG", "FLAC"})
MACHINE_MADE: Final = "AI-generated speech"

# The rhythm that GB 45438-2025 names for machine-made speech, "short long, short short": AI in Morse code.
_DOT_S, _TONE_HZ, _TONE_DBFS = 0.06, 800.0, -24.0
_RHYTHM: Final = ((1, 3), (1, 1))


class Fitted(msgspec.Struct, frozen=True):
    """A sound file as the engine plays it."""

    wav: bytes
    ms: int
    done: Done


def fit(content: bytes, *, machine_made: bool = False, mark: bool = False) -> Fitted:
    """Read a sound file and fit it. `machine_made` is written into the file; `mark`: callers hear it too.

    Raises `AndonError` for what is no sound, too long, too short, or silent. Takes up to a second.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            rate, channels, kind = file.samplerate, file.channels, str(file.format)
            if kind not in FORMATS or rate < RATE:
                raise AndonError("prompt.format", 422, found=f"{kind} {rate} Hz")
            # a file may claim any length: no more is read than may be
            sound = file.read(int((LONGEST_S + 1) * rate), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, ValueError, TypeError) as error:
        raise AndonError("prompt.unreadable", 422) from error
    mono = np.ascontiguousarray(sound.mean(axis=1), dtype=np.float32)
    if not np.isfinite(mono).all():
        raise AndonError("prompt.unreadable", 422)
    if len(mono) > LONGEST_S * rate:
        raise AndonError("prompt.too_long", 422, n=int(LONGEST_S))
    if len(mono) < SHORTEST_S * rate:
        raise AndonError("prompt.too_short", 422)
    before = soxr.resample(mono, rate, 2 * RATE)
    try:
        fitted = telephone(before, 2 * RATE)
    except ValueError as error:
        raise AndonError("prompt.silent", 422) from error
    done = Done(
        format=kind,
        rate_hz=rate,
        channels=channels,
        level_before=round(speech_level(before, 2 * RATE), 1),
        level_after=round(speech_level(fitted), 1),
        trimmed_ms=max(0, round((len(mono) / rate - len(fitted) / RATE) * 1000)),
        limited=limited(fitted),
        marked=mark,
    )
    if mark:
        fitted = np.concatenate([audible_mark(), pause(0.3), fitted]).astype(np.float32)
    remark = MACHINE_MADE if machine_made else ""
    return Fitted(wav(fitted, remark), round(len(fitted) / RATE * 1000), done)


def audible_mark() -> Sound:
    """The tones by which callers know that what follows is machine-made speech."""
    parts: list[Sound] = []
    for letter in _RHYTHM:
        for dots in letter:
            t = np.arange(int(dots * _DOT_S * RATE)) / RATE
            edge = np.minimum(1.0, np.minimum(t, t[::-1]) / 0.005)  # no clicks
            tone = np.sin(2 * np.pi * _TONE_HZ * t) * edge * 10 ** (_TONE_DBFS / 20) * np.sqrt(2)
            parts += [tone.astype(np.float32), pause(_DOT_S)]
        parts.append(pause(2 * _DOT_S))
    return np.concatenate(parts)
