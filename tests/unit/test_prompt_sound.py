"""Sounds that people bring are made fit for the telephone, and they are told what was done."""

import io
import wave

import numpy as np
import pytest
import soundfile

from andon.kit.errors import AndonError
from andon.prompts.model import LONGEST_S
from andon.prompts.sound import audible_mark, fit
from andon.speech.sound import RATE, speech_level
from andon.telephony.tones import tone_level

pytestmark = pytest.mark.unit


def spoken(seconds: float, rate: int, level: float = 0.03, channels: int = 2) -> np.ndarray:
    """A tone of 700 Hz between half seconds of silence."""
    t = np.arange(int(seconds * rate)) / rate
    quiet = np.zeros(rate // 2)
    sound = np.concatenate([quiet, level * np.sin(2 * np.pi * 700 * t), quiet])
    return np.stack([sound] * channels, axis=1)


def encoded(sound: np.ndarray, rate: int, kind: str, subtype: str | None = None) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, sound, rate, format=kind, subtype=subtype)
    return out.getvalue()


def samples(content: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


@pytest.mark.parametrize(
    ("kind", "subtype", "rate"),
    [
        ("WAV", "PCM_24", 48_000),
        ("WAV", "ULAW", 8_000),
        ("MP3", None, 44_100),
        ("OGG", "VORBIS", 22_050),
        ("FLAC", None, 96_000),
    ],
)
def test_every_kind_becomes_telephone_sound_of_one_loudness(
    kind: str, subtype: str | None, rate: int
) -> None:
    found = fit(encoded(spoken(2, rate), rate, kind, subtype))
    heard = samples(found.wav)
    assert found.done.format.startswith(kind)
    assert (found.done.rate_hz, found.done.channels) == (rate, 2)
    assert found.done.level_before == pytest.approx(-33.5, abs=1)
    assert found.done.level_after == pytest.approx(-20, abs=0.6)
    assert speech_level(heard) == pytest.approx(-20, abs=0.6)
    assert found.ms == pytest.approx(2200, abs=80) == len(heard) / 8
    assert found.done.trimmed_ms == pytest.approx(800, abs=120)
    assert tone_level(list(heard[4000:4800]), 700) > -22


def test_what_is_too_loud_is_bent_and_said_so() -> None:
    rate = 16_000
    clicks = spoken(2, rate, 0.01, 1)
    clicks[rate::3000] = 0.9
    found = fit(encoded(clicks, rate, "WAV"))
    assert found.done.limited
    assert np.abs(samples(found.wav)).max() < 0.86


def test_machine_made_speech_is_marked_for_the_ear_and_in_the_file() -> None:
    content = encoded(spoken(2, 24_000), 24_000, "WAV")
    plain, marked = fit(content), fit(content, machine_made=True, mark=True)
    assert b"AI-generated" in marked.wav and b"AI-generated" not in plain.wav
    mark = audible_mark()
    assert marked.done.marked and marked.ms == plain.ms + round((len(mark) / RATE + 0.3) * 1000)
    assert tone_level(list(samples(marked.wav)[200:400]), 800) > -26
    # short, long, short, short: four tones
    loud = np.abs(mark) > 0.02
    gaps = np.diff(np.flatnonzero(loud)) > 0.03 * RATE
    assert gaps.sum() == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "prompt.unreadable"),
        (b"RIFF\0\0\0\0WAVEfmt ", "prompt.unreadable"),
        (b"<html>not a sound</html>" * 50, "prompt.unreadable"),
        (encoded(np.zeros((20_000, 1)), 8_000, "WAV"), "prompt.silent"),
        (encoded(spoken(0, 8_000)[:1000], 8_000, "WAV"), "prompt.too_short"),
        (encoded(spoken(LONGEST_S + 1, 8_000), 8_000, "WAV", "PCM_U8"), "prompt.too_long"),
        (encoded(spoken(1, 4_000), 4_000, "WAV"), "prompt.format"),
        (encoded(spoken(1, 8_000), 8_000, "AIFF"), "prompt.format"),
        (encoded(np.full((20_000, 1), np.nan), 8_000, "WAV", "FLOAT"), "prompt.unreadable"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(content: bytes, code: str) -> None:
    with pytest.raises(AndonError) as refused:
        fit(content)
    assert refused.value.code == code


def test_a_torn_file_is_refused_or_cut_but_never_a_fault() -> None:
    whole = encoded(spoken(2, 44_100), 44_100, "MP3")
    for cut in range(0, len(whole), len(whole) // 40):
        try:
            assert fit(whole[:cut]).ms > 0
        except AndonError as refused:
            assert refused.code.startswith("prompt.")
